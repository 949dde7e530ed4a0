"""What lessons define in their cells, imported from there and held against references."""

import functools
import math
import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.distributions import (
    Bernoulli,
    Gamma,
    MultivariateNormal,
    Normal,
    TanhTransform,
    TransformedDistribution,
)

from helpers.exercises.lesson09 import adamw_step
from helpers.vae import VAE, elbo_terms, reparameterize
from tests.lessons.test_form import LESSONS, code

pytestmark = pytest.mark.usefixtures("double_precision")


@functools.cache
def definitions(prefix, *names):
    """The objects `names` as the cells of a lesson define them; earlier definitions are run too."""
    name = next(name for name in LESSONS if name.startswith(prefix))
    space, wanted = {}, set(names)
    exec(code(name)[0].source, space)
    for cell in code(name)[1:]:
        if wanted & set(re.findall(r"^(?:def|class) (\w+)", cell.source, re.M)):
            exec(cell.source, space)
    return tuple(space[name] for name in names)


def test_the_vae_of_lesson_04_and_its_terms_are_those_of_the_helpers():
    lessons, lessons_terms = definitions("04", "VAE", "elbo_terms")
    torch.manual_seed(0)
    ours, theirs, x = lessons(3, hidden=8), VAE(3, hidden=8), torch.rand(50, 784).round()
    theirs.load_state_dict(ours.state_dict())
    terms = []
    for of, model in ((lessons_terms, ours), (elbo_terms, theirs)):
        torch.manual_seed(1)
        terms.append(of(model, x, reparameterize))
    for one, other in zip(*terms, strict=True):
        assert torch.allclose(one, other)
    assert torch.equal(ours.decode(ours.encode(x)[0]), theirs.decode(theirs.encode(x)[0]))


# -- lesson 08 ---------------------------------------------------------------------------------

# FACTS of the parabola (z - k)^2 at mu = sigma = 1: k -> variance of d/dmu, pathwise and score function
VARIANCES = {-3: (4, 495), 0: (4, 30), 1: (4, 15), 3: (4, 87)}


@pytest.mark.parametrize("k", VARIANCES)
def test_mean_and_noise_of_lesson_08s_estimates_are_exact(k):
    pathwise, score_function, mean_and_noise = definitions(
        "08", "pathwise", "score_function", "mean_and_noise"
    )
    epsilon = mean_and_noise.__globals__["epsilon"]
    found = [mean_and_noise(of(lambda z: (z - k) ** 2, 1.0, epsilon)) for of in (pathwise, score_function)]
    means, noises = np.array(found).T
    assert means == pytest.approx(2 * (1 - k))
    assert noises**2 == pytest.approx(VARIANCES[k])


def test_the_baseline_of_lesson_08_changes_the_noise_to_that_on_paper():
    score_function, mean_and_noise = definitions("08", "score_function", "mean_and_noise")
    epsilon = mean_and_noise.__globals__["epsilon"]
    estimate = score_function(lambda z: (z - 3) ** 2, -1.0, epsilon, b=17.0)
    assert mean_and_noise(estimate) == (pytest.approx(-8), pytest.approx((8 * 4**2 + 10) ** 0.5))


def test_the_draws_that_lesson_08_asks_for_make_the_score_function_as_quiet_as_the_trick():
    assert [math.ceil(variance / 4) for variance in (495, 8 * 4**2 + 10)] == [124, 35]


@pytest.mark.parametrize("draws_of_credit", ["leave_one_out", "mean_of_all"])
def test_the_loss_of_lesson_08_has_the_gradients_of_its_formula(draws_of_credit):
    """The encoder's: the mean of credit times score, and the KL's; written out with the noise."""
    leave_one_out, loss = definitions("08", "leave_one_out", "loss")
    credit = leave_one_out if draws_of_credit == "leave_one_out" else lambda reward: reward - reward.mean(0)
    torch.manual_seed(0)
    model, x = VAE(3, hidden=8, pixels=16), torch.rand(5, 16).round()
    mu, logvar = model.encode(x)
    torch.manual_seed(1)
    found = torch.autograd.grad(loss(model, x, credit), (model.encoder[0].weight,))[0]
    torch.manual_seed(1)
    epsilon, sigma = torch.randn(2, 5, 3), torch.exp(0.5 * logvar)
    with torch.no_grad():
        logits = model.decoder(mu + sigma * epsilon)
        reward = Bernoulli(logits=logits).log_prob(x).sum(2)
        other = reward.flip(0) if draws_of_credit == "leave_one_out" else reward.mean(0)
        weight = (reward - other)[..., None]
        d_mu = (weight * epsilon / sigma).mean(0)
        d_logvar = (weight * (epsilon**2 - 1) / 2).mean(0)
    kl = 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum()
    value = (kl - (d_mu * mu).sum() - (d_logvar * logvar).sum()) / 5
    assert torch.allclose(found, torch.autograd.grad(value, (model.encoder[0].weight,))[0])


def test_effective_beta_of_lesson_07():
    (effective_beta,) = definitions("07", "effective_beta")
    assert effective_beta(lambda pixel, kl: pixel.sum() + 0.5 * kl.sum(), 30, 7) == pytest.approx(0.5)
    assert effective_beta(lambda pixel, kl: pixel.mean() + kl.mean(), 784, 200) == pytest.approx(3.92)


def test_the_joint_density_and_the_elbo_of_lesson_07_are_those_of_torchs_distributions():
    log_joint, elbo_of = definitions("07", "log_joint", "elbo_of")
    torch.manual_seed(0)
    decoder = nn.Linear(2, 5)
    model = type("Model", (), {"decoder": decoder})
    x, mu, logvar = (torch.rand(3, 5) > 0.5).double(), torch.randn(3, 2), torch.randn(3, 2)
    z = torch.randn(4, 2)
    likelihood = Bernoulli(logits=decoder(z)[:, None]).log_prob(x).sum(2)
    prior = Normal(0.0, 1.0).log_prob(z).sum(1, keepdim=True)
    assert torch.allclose(log_joint(model, z, x), likelihood + prior)
    draws = mu[:, None] + torch.exp(0.5 * logvar)[:, None] * torch.randn(3, 100_000, 2)
    reconstruction = torch.stack(
        [Bernoulli(logits=decoder(d)).log_prob(i).sum(1) for d, i in zip(draws, x, strict=True)]
    )
    kl = 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(1)
    error = reconstruction.std(1) / 100_000**0.5
    assert ((reconstruction.mean(1) - kl - elbo_of(model, x, mu, logvar)).abs() < 4 * error).all()


# -- lesson 09 ---------------------------------------------------------------------------------


def lesson_09():
    """The names that its first cells define, up to the valley."""
    name, space = next(name for name in LESSONS if name.startswith("09")), {}
    for cell in code(name)[:4]:
        exec(cell.source, space)
    return space


@pytest.mark.parametrize(
    ("rule", "reference", "corrected"),
    [
        ("SGD", lambda p: torch.optim.SGD(p, lr=0.02), True),
        ("momentum", lambda p: torch.optim.SGD(p, lr=0.02 * (1 - 0.8), momentum=0.8), False),
        ("RMSProp", lambda p: torch.optim.RMSprop(p, lr=0.02, alpha=0.95, eps=1e-8), False),
        ("Adam", lambda p: torch.optim.Adam(p, lr=0.02, betas=(0.8, 0.95), eps=1e-8), True),
    ],
)
@pytest.mark.parametrize("size", [1.0, 1e-6])
def test_the_four_rules_of_lesson_09_are_those_of_torch(rule, reference, corrected, size):
    """Where torch corrects nothing, the averages as they are."""
    lesson = lesson_09()
    averages = (lesson["Averages"] if corrected else definitions("09", "Averages", "Uncorrected")[1])(
        0.8, 0.95
    )
    generator = torch.Generator().manual_seed(0)
    start, theirs, given = torch.zeros(4), nn.Parameter(torch.zeros(4)), []

    def gradient(theta):
        given.append(size * torch.randn(4, generator=generator))
        return given[-1]

    torchs = reference([theirs])
    for ours in lesson["walk"](lesson["rules"][rule], averages, gradient, start, 0.02, 200):
        theirs.grad = given[-1].clone()
        torchs.step()
        assert (ours - theirs.detach()).abs().max() < 1e-12


def test_the_valleys_gradient_of_lesson_09_is_on_average_that_of_its_cost():
    valley, theta = lesson_09()["valley"], torch.tensor([-8.0, 1.5], requires_grad=True)
    (exact,) = torch.autograd.grad((theta[0] ** 2 + 50 * theta[1] ** 2) / 2, theta)
    torch.manual_seed(0)
    draws = torch.stack([valley(theta.detach()) for _ in range(4000)])
    assert ((draws.mean(0) - exact).abs() < 4 * draws.std(0) / 4000**0.5).all()
    assert torch.allclose(draws.std(0), torch.tensor([2.0, 20.0]), rtol=0.05)


def test_without_correction_the_steps_of_lesson_09_are_longer_by_the_factor_it_draws():
    averages, uncorrected = definitions("09", "Averages", "Uncorrected")
    lesson, steps = lesson_09(), []
    for kind in (averages, uncorrected):
        torch.manual_seed(0)
        path = [*lesson["walk"](lesson["rules"]["Adam"], kind(), torch.randn_like, torch.zeros(3), 1.0, 60)]
        steps.append(torch.stack([torch.zeros(3), *path]).diff(dim=0))
    t = torch.arange(1, 61)[:, None]
    factor = (1 - 0.9**t) / (1 - 0.999**t).sqrt()
    assert torch.allclose(steps[1], factor * steps[0], rtol=1e-5)
    assert factor[[0, 9], 0].tolist() == pytest.approx([3.16, 6.53], abs=0.01)


def test_the_average_step_and_the_floor_of_lesson_09_on_gradients_that_are_bell_shaped():
    """Adam of torch, 2,000 weights each: signal over noise from 0 to 3."""
    ratio = torch.tensor([0.0, 0.1, 1 / 3, 1.0, 3.0])[:, None]
    theta = torch.zeros(5, 2000, requires_grad=True)
    optimizer, path = torch.optim.Adam([theta], lr=1.0), []
    torch.manual_seed(0)
    for _ in range(1500):
        theta.grad = -(ratio + torch.randn(5, 2000))
        optimizer.step()
        path.append(theta.detach().clone())
    steps = torch.stack(path[500:]).diff(dim=0)
    law = ratio / (ratio**2 + 1).sqrt()
    assert torch.allclose(steps.mean((0, 2)), law[:, 0], atol=0.003)
    floor = math.sqrt(2 * 0.1 / (math.pi * 1.9))
    assert steps[:, 0].abs().mean().item() == pytest.approx(floor, rel=0.01)
    assert floor == pytest.approx(0.18, abs=0.005)


@pytest.mark.parametrize("lr", [0.1, 0.025])
def test_the_jitter_of_lesson_09_is_that_of_torchs_adam(lr):
    """And near the root of lr / 2."""
    lesson = lesson_09()
    (cell,) = (cell for cell in code("09_adam") if cell.source.startswith("def jitter("))
    exec(cell.source, lesson)
    theta, squares = torch.zeros(500, requires_grad=True), []
    optimizer = torch.optim.Adam([theta], lr=lr)
    torch.manual_seed(1)  # another than the lesson's
    for _ in range(2000):
        theta.grad = theta.detach() + torch.randn(500)
        optimizer.step()
        squares.append(theta.detach().square().mean())
    reference = torch.stack(squares[500:]).mean().sqrt().item()
    assert lesson["jitter"](lr) == pytest.approx(reference, rel=0.02)
    assert reference == pytest.approx(math.sqrt(lr / 2), rel=0.03)


def test_the_check_of_adamw_in_lesson_09_wants_what_torch_does(capsys):

    def step(theta, g, averages, lr, decay):
        weights = nn.Parameter(theta.clone())
        optimizer = torch.optim.AdamW([weights], lr=lr, weight_decay=decay)
        if averages.t:  # what earlier steps have left
            optimizer.state[weights] = {
                "step": torch.tensor(float(averages.t)),
                "exp_avg": averages.m.clone(),
                "exp_avg_sq": averages.v.clone(),
            }
        weights.grad = g.clone()
        optimizer.step()
        averages.add(g)
        return weights.detach()

    adamw_step(step)
    assert capsys.readouterr().out.startswith("Right.")


# -- lesson 10 ---------------------------------------------------------------------------------


LESSON_10 = ("draw", "shuffle", "train", "weighted", "free_bits", "healthy", "sick", "jolted", "x")


def test_the_shuffle_of_lesson_10_costs_what_random_partners_cost():
    draw, shuffle, _, _, _, healthy, sick, jolted, x = definitions("10", *LESSON_10)
    torch.manual_seed(5)
    for model, _ in (healthy, sick, jolted):
        own, other = shuffle(model, x)
        z, kl = draw(model, x)
        mu, logvar = model.encode(x)
        q = Normal(mu, torch.exp(0.5 * logvar))
        assert torch.allclose(kl, torch.distributions.kl_divergence(q, Normal(0.0, 1.0)))
        log_p = [
            Bernoulli(logits=model.decoder(z[i])).log_prob(x).sum(1)
            for i in (slice(None), torch.randperm(len(x)))
        ]
        costs = own - other, log_p[0] - log_p[1]
        error = sum(cost.var() / len(x) for cost in costs) ** 0.5
        assert abs(costs[0].mean() - costs[1].mean()) < 4 * error
    spread = [model.encode(x)[0].std(0).max().item() for model, _ in (healthy, sick, jolted)]
    assert spread[0] > 1
    assert max(spread[1:]) < 0.02  # one q for all images


def test_what_the_kl_adds_to_the_losses_of_lesson_10():
    weighted, free_bits = definitions("10", *LESSON_10)[3:5]
    kl = torch.tensor([[0.1, 3.0], [0.3, 1.0]])
    assert weighted(3)(kl, 0.5).item() == pytest.approx(3 * 2.2)
    assert free_bits(0.5)(kl, 0.5).item() == pytest.approx(0.5 + 2)


# -- lesson 11 ---------------------------------------------------------------------------------


def small_vae():
    """Two latent dimensions, so that log p(x) can be summed on a grid; a decoder that tells images apart."""
    torch.manual_seed(0)
    model = VAE(2, hidden=8).requires_grad_(False)
    model.decoder[2].weight.mul_(3)
    return model


def test_the_weights_of_lesson_11_are_those_of_torchs_distributions():
    log_weights, iwae, at_mu = definitions("11", "log_weights", "iwae", "at_mu")
    model, x = small_vae(), at_mu.__globals__["x"]
    torch.manual_seed(1)
    found = log_weights(model, x, 5)
    mu, logvar = model.encode(x)
    q, prior = Normal(mu, (0.5 * logvar).exp()), Normal(torch.zeros(2), 1.0)
    torch.manual_seed(1)
    z = q.sample((5,))
    joint = Bernoulli(model.decode(z)).log_prob(x).sum(-1) + prior.log_prob(z).sum(-1)
    assert torch.allclose(found, joint - q.log_prob(z).sum(-1))
    assert torch.allclose(iwae(found), found.exp().mean(0).log())
    kl = torch.distributions.kl_divergence(q, prior).sum(-1)
    assert torch.allclose(at_mu(model), Bernoulli(model.decode(mu)).log_prob(x).sum(-1) - kl)


@pytest.mark.parametrize("width", [1.0, 1.2])
def test_the_evidence_of_lesson_11_is_that_of_a_grid(monkeypatch, width):
    log_joint, fitted, evidence = definitions("11", "log_joint", "fitted", "evidence")
    model, x = small_vae(), fitted.__globals__["x"][:5]
    monkeypatch.setitem(fitted.__globals__, "x", x)  # what it reads
    axis = torch.linspace(-6, 6, 121)
    grid = torch.cartesian_prod(axis, axis)[:, None]  # (cells, 1, 2)
    joint = torch.cat([log_joint(model, grid, image[None]) for image in x], 1)
    exact = torch.logsumexp(joint, 0) + math.log(0.1**2)
    peak, curvature = fitted(model)
    assert (joint.max(0).values <= log_joint(model, peak, x) + 1e-6).all()
    h, w = 1e-4 * torch.eye(2), x[0]
    for i in range(2):  # by differences
        up, at, down = (log_joint(model, peak[0] + step, w) for step in (h[i], 0 * h[i], -h[i]))
        assert (2 * at - up - down) / 1e-8 == pytest.approx(curvature[0, i, i].item(), rel=1e-3)
    torch.manual_seed(1)
    found = torch.stack([evidence(model, peak, curvature, width) for _ in range(10)])
    assert (found.mean(0) - exact).abs().max() < 0.02


def test_the_paired_difference_of_lesson_11(capsys):
    (paired,) = definitions("11", "paired")
    a, b = torch.tensor([-1.0, -2.0, -6.0]), torch.tensor([1.0, -1.0, -3.0])  # differences 2, 1, 3
    assert paired("k = 3", {"A": a, "B": b}) == pytest.approx(2 * 3**0.5)
    assert " ".join(capsys.readouterr().out.split()) == "k = 3 A -3.00 B -1.00 B - A 2.00 (0.58)"


# -- lesson 13 ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def arch():
    """What the cells of lesson 13 define until its straight q is trained; nothing is drawn."""
    torch.set_default_dtype(torch.float64)
    name = next(name for name in LESSONS if name.startswith("13"))
    space = {}
    for cell in code(name):
        if not set(cell.metadata.get("tags", [])) & {"hide-input", "exercise-stub", "exercise-check"}:
            exec(cell.source, space)
        if "tilted = " in cell.source:
            return space
    raise AssertionError("tilted")


def test_the_evidence_of_lesson_13_by_an_integral_over_z1_alone(arch):
    """Given z1, x is z1^2 + z2 + noise: normal, with the variance 1 + 0.3^2."""
    z1 = torch.linspace(-8, 8, 4001)
    density = torch.exp(
        Normal(0, 1).log_prob(z1) + Normal(z1**2, math.sqrt(1.09)).log_prob(torch.tensor(1.5))
    )
    assert arch["log_evidence"].item() == pytest.approx(torch.trapezoid(density, z1).log().item(), abs=1e-6)


def test_the_posterior_of_lesson_13_is_the_same_on_both_arms(arch):
    z = torch.randn(50, 2)
    assert torch.equal(arch["log_joint"](z), arch["log_joint"](z * torch.tensor([-1.0, 1.0])))


@pytest.mark.parametrize("stretch", [-1.5, 0.0, 2.0])
def test_the_determinants_of_lesson_13_are_those_of_autograd(stretch):
    affine, planar = definitions("13", "affine", "planar")
    torch.manual_seed(0)
    layers = [
        (affine, [torch.randn(2), torch.randn(2, 2)]),
        (planar, [torch.randn(2), torch.randn(()), torch.tensor(stretch), torch.randn(())]),
    ]
    for layer, parameters in layers:
        for y in torch.randn(10, 1, 2):
            moved = functools.partial(
                lambda layer, parameters, y: layer(y, *parameters)[0], layer, parameters
            )
            jacobian = torch.autograd.functional.jacobian(moved, y).view(2, 2)
            assert layer(y, *parameters)[1].item() == pytest.approx(jacobian.det().abs().log().item())


def test_log_q_of_lesson_13_is_that_of_a_multivariate_normal_and_adds_up_to_1_after_a_planar_layer():
    affine, planar, push = definitions("13", "affine", "planar", "push")
    torch.manual_seed(0)
    m, L = torch.randn(2), torch.tensor([[1.5, 0.0], [-0.7, 0.4]])
    z, log_q = push(torch.randn(100, 2), [(affine, [m, L])])
    assert torch.allclose(log_q, MultivariateNormal(m, scale_tril=L).log_prob(z))
    # With w = (2, 0) and c = 0 the layer moves z1 alone, by where it is.
    parameters = [torch.tensor([2.0, 0.0]), torch.tensor(0.3), torch.tensor(1.0), torch.tensor(0.0)]
    line = torch.stack([torch.linspace(-7, 7, 4001), torch.zeros(4001)], 1)
    z, log_q = push(line, [(planar, parameters)])
    marginal = torch.exp(log_q - Normal(0, 1).log_prob(torch.tensor(0.0)))  # z2 = y2 is still N(0, 1)
    assert torch.trapezoid(marginal, z[:, 0]).item() == pytest.approx(1, abs=1e-5)


def test_the_gap_of_lesson_13_is_the_kl_on_a_grid_of_z(arch):
    m, L = (part.detach() for part in arch["tilted"][0][1])
    grid, q = arch["grid"], MultivariateNormal(m, scale_tril=L.tril() @ L.tril().diagonal().sign().diag())
    log_q = q.log_prob(grid)
    kl = (log_q.exp() * (log_q - arch["log_joint"](grid) + arch["log_evidence"])).sum() * arch["area"]
    assert arch["gap_of"](arch["tilted"]) == pytest.approx(kl.item(), abs=1e-3)


def test_at_the_top_of_lesson_13s_arch_the_best_upright_q_has_a_larger_gap(arch):
    """Its ELBO in closed form: m = (0, m2), standard deviations s1 and s2, for all of a grid of these."""
    m2, s1, s2 = torch.meshgrid(
        torch.linspace(-1, 2, 151), torch.linspace(0.05, 1.5, 146), torch.linspace(0.05, 1, 96), indexing="ij"
    )
    misfit = (1.5 - m2 - s1**2) ** 2 + s2**2 + 2 * s1**4  # the average of (1.5 - z2 - z1^2)^2
    prior = -0.5 * (s1**2 + s2**2 + m2**2) - math.log(2 * math.pi)
    likelihood = -0.5 * misfit / 0.09 - math.log(0.3) - 0.5 * math.log(2 * math.pi)
    elbo = prior + likelihood + s1.log() + s2.log() + 1 + math.log(2 * math.pi)
    assert arch["log_evidence"] - elbo.max() > arch["gap_of"](arch["tilted"]) + 0.1


def test_the_implicit_gradient_of_lesson_13_is_that_of_torchs_gamma():
    torch.manual_seed(0)
    alpha, h = torch.full((2000,), 2.5, requires_grad=True), 1e-4
    z = Gamma(alpha, 1.0).rsample()
    (carried,) = torch.autograd.grad(z.sum(), alpha)
    z, middle = z.detach(), alpha.detach()
    slope = (torch.special.gammainc(middle + h, z) - torch.special.gammainc(middle - h, z)) / (2 * h)
    assert torch.allclose(-slope / Gamma(middle, 1.0).log_prob(z).exp(), carried, rtol=1e-3)


LOGITS = [1.0, 0.0, -1.0]


def lesson_12(*names):
    """What section 3 and section 4 define, with the lesson's logits, values and noise for 100,000 draws."""
    name = next(name for name in LESSONS if name.startswith("12"))
    space = {}
    for cell in code(name):
        read = not cell.metadata.get("tags") and re.match(r"def |logits = ", cell.source)
        if cell is code(name)[0] or read:
            exec(cell.source, space)
    return [space[name] for name in names]


def test_gumbel_softmax_and_straight_through_of_lesson_12_are_torchs():
    soft, straight = lesson_12("gumbel_softmax", "straight_through")
    logits = torch.tensor(LOGITS).expand(50, 3).clone().requires_grad_()
    weights = torch.randn(50, 3)
    for ours, hard in ((soft, False), (straight, True)):
        torch.manual_seed(3)
        g = -torch.empty_like(logits).exponential_().log()  # as torch draws it
        torch.manual_seed(3)
        theirs = F.gumbel_softmax(logits, tau=0.4, hard=hard)
        found = ours(logits, g, 0.4)
        assert torch.allclose(found, theirs)
        gradients = [torch.autograd.grad((z * weights).sum(), logits)[0] for z in (found, theirs)]
        assert torch.allclose(*gradients)


def test_the_exact_derivative_of_lesson_12_is_autograds_and_cold_slopes_have_it_for_their_mean():
    slopes, straight, value = lesson_12("slopes", "straight_through", "value")
    leaf = torch.tensor(LOGITS).requires_grad_()
    p = torch.softmax(leaf, 0)
    (gradient,) = torch.autograd.grad(p @ value, leaf)
    assert gradient[0].item() == pytest.approx((p[0] * (value[0] - p @ value)).item())
    cold = slopes(straight, 0.1)
    assert abs(cold.mean() - gradient[0]) < 4 * cold.std() / len(cold) ** 0.5
    means = [slopes(straight, tau).mean() for tau in (0.5, 1.0, 2.0)]
    assert gradient[0] > means[0] > means[1] > means[2] > 0


def test_a_step_of_a_staircase_of_lesson_12_is_as_likely_as_the_slope_of_the_softmax():
    """How many draws a raise of 0.001 changes: the share is 0.001 p (1 - p)."""
    logits, g = torch.tensor(LOGITS), -torch.log(-torch.log(torch.rand(100_000, 3)))
    p = torch.softmax(logits, 0)[0].item()
    raised = torch.tensor([0.001, 0.0, 0.0])
    changed = ((logits + raised + g).argmax(1) != (logits + g).argmax(1)).sum().item()
    expected = 100_000 * 0.001 * p * (1 - p)
    assert abs(changed - expected) < 4 * expected**0.5


def test_patches_of_lesson_12_are_cut_row_by_row_and_tokens_are_the_nearest_entries():
    patches, VQVAE = definitions("12", "patches", "VQVAE")
    x = torch.rand(2, 784)
    found = patches(x).view(2, 4, 4, 7, 7)
    for i in range(4):
        for j in range(4):
            square = x.view(2, 28, 28)[:, 7 * i : 7 * i + 7, 7 * j : 7 * j + 7]
            assert torch.equal(found[:, i, j], square)
    model = VQVAE()
    nn.init.normal_(model.codebook, std=0.2)
    v, tokens = model.encode(x)
    distance = (v[:, :, None] - model.codebook).square().sum(-1)
    assert torch.equal(tokens, distance.argmin(-1))


def test_the_loss_of_lesson_12_sends_each_gradient_where_it_belongs():
    (VQVAE,) = definitions("12", "VQVAE")
    name = next(name for name in LESSONS if name.startswith("12"))
    space = {}
    for cell in code(name):
        if cell is code(name)[0] or re.match(r"def patches|def vq_loss", cell.source):
            exec(cell.source, space)
    torch.manual_seed(0)
    model = space["model"] = VQVAE()
    nn.init.normal_(model.codebook, std=0.2)
    x = (torch.rand(3, 784) > 0.8).double()
    v, tokens = model.encode(x)
    e = model.codebook[tokens]
    copied = e.detach().requires_grad_()
    nats = -Bernoulli(logits=model.decoder(copied.flatten(1))).log_prob(x).sum(1).mean()
    (at_e,) = torch.autograd.grad(nats, copied)
    to_v = at_e + 0.5 * (v - e).detach() / 3  # copied, and the commitment: 2 * 0.25 (v - e)
    to_codebook = torch.zeros_like(model.codebook)
    to_codebook.index_put_((tokens,), 2 * (e - v).detach() / 3, accumulate=True)
    loss = space["vq_loss"](x)
    parameters = [*model.encoder.parameters()]
    ours = torch.autograd.grad(loss, [model.codebook, *parameters], retain_graph=True)
    assert torch.allclose(ours[0], to_codebook)
    for found, wanted in zip(ours[1:], torch.autograd.grad(v, parameters, to_v), strict=True):
        assert torch.allclose(found, wanted)
    pull = 1.25 * (v - e).square().sum((1, 2)).mean()
    assert loss.item() == pytest.approx((nats + pull).item())


def mixture_density(x, a=1.0, s=0.0):
    """Of a x + s epsilon at x (n,), for lesson 14's x: its own formula."""
    total = 0
    for weight, mean, width in ((0.5, -1.5, 0.3), (0.3, 0.3, 0.25), (0.2, 1.6, 0.5)):
        variance = (a * width) ** 2 + s**2
        total = total + weight * np.exp(-((x - a * mean) ** 2) / (2 * variance)) / np.sqrt(
            2 * np.pi * variance
        )
    return total


def test_lesson_14s_exact_denoiser_gives_the_mean_of_what_may_lie_behind():
    humps, x_hat, exact, schedule, _ = definitions("14", "humps", "x_hat", "exact", "schedule", "walk")
    a, s = schedule(torch.tensor([0.3, 0.8]))
    x = np.linspace(-8, 8, 20_001)
    for t, of_x, of_noise in zip((0.3, 0.8), a.tolist(), s.tolist(), strict=True):
        for z_t in (-2.0, 0.3, 1.1):
            joint = mixture_density(x) * np.exp(-((z_t - of_x * x) ** 2) / (2 * of_noise**2))
            mean = (joint * x).sum() / joint.sum()
            point = torch.tensor([[z_t]])
            found = x_hat(point, torch.tensor(of_x), torch.tensor(of_noise)).item()
            assert found == pytest.approx(mean, abs=1e-9)
            v = exact(point, torch.tensor([[t]])).item()  # of x_hat and of the noise that goes with it
            noise = (z_t - of_x * mean) / of_noise
            assert v == pytest.approx(of_x * noise - of_noise * mean, abs=1e-9)
            density = humps(torch.tensor(of_x), torch.tensor(of_noise)).log_prob(point).exp().item()
            assert density == pytest.approx(mixture_density(z_t, of_x, of_noise))


def test_lesson_14s_walk_carries_noise_to_the_quantiles_of_the_data():
    """In one dimension ways that do not cross keep each point's rank."""
    walk, exact, *_ = definitions("14", "walk", "exact", "schedule", "humps", "x_hat")
    start = torch.special.ndtri(torch.tensor([0.1, 0.35, 0.6, 0.9]))[:, None]
    ways = walk(exact, start, steps=2000)
    assert ways.shape == (2001, 4, 1)
    x = np.linspace(-8, 8, 160_001)
    below = np.cumsum(mixture_density(x)) * 1e-4
    for end, rank in zip(ways[-1, :, 0].tolist(), (0.1, 0.35, 0.6, 0.9), strict=True):
        assert np.interp(end, x, below) == pytest.approx(rank, abs=2e-3)


def test_lesson_14s_elbo_is_that_of_the_chain():
    """log p(x, z_1 ... z_T) - log q(z_1 ... z_T | x), averaged over drawn chains, at one x."""
    elbo, x_hat, _ = definitions("14", "elbo", "x_hat", "humps")
    T, x, rng = 16, np.full(100_000, 0.7), np.random.default_rng(0)
    ratio = 10 ** np.linspace(-1.3, 1.3, T)
    a = 1 / np.sqrt(1 + ratio**2)
    s = ratio * a

    def log_normal(value, mean, variance):
        return -0.5 * (np.log(2 * math.pi * variance) + (value - mean) ** 2 / variance)

    def guess(z_t, t):
        return x_hat(*(torch.as_tensor(value) for value in (z_t, a[t], s[t]))).numpy()

    z_t = a[-1] * x + s[-1] * rng.standard_normal(len(x))
    total = log_normal(z_t, 0, 1) - log_normal(z_t, a[-1] * x, s[-1] ** 2)
    for t in range(T - 1, 0, -1):
        c = a[t] / a[t - 1]  # z_t = c z_(t-1) + noise of variance d
        d, precision = s[t] ** 2 - (c * s[t - 1]) ** 2, 1 / s[t - 1] ** 2
        variance = 1 / (precision + c**2 / d)
        of_q, of_p = (variance * (precision * a[t - 1] * end + c / d * z_t) for end in (x, guess(z_t, t)))
        z_t = of_q + np.sqrt(variance) * rng.standard_normal(len(x))
        total += log_normal(z_t, of_p, variance) - log_normal(z_t, of_q, variance)
    total += log_normal(x, guess(z_t, 0), ratio[0] ** 2)
    found = elbo(torch.tensor([0.7]), T).item()
    assert abs(total.mean() - found) < 4 * total.std() / len(x) ** 0.5
    assert total.std() / len(x) ** 0.5 < 0.02


def test_lesson_14s_elbo_reaches_the_evidence_with_many_steps():
    elbo, *_ = definitions("14", "elbo", "x_hat", "humps")
    x = torch.tensor([-1.5, 0.0, 2.0])
    assert elbo(x, 3000).numpy() == pytest.approx(np.log(mixture_density(x.numpy())), abs=0.02)


def test_lesson_14s_points_lie_in_the_ink_with_y_upwards():
    (ink,) = definitions("14", "ink")
    image = torch.zeros(28, 28)
    image[3, 10] = image[20, 12] = 1  # rows from above
    points = ink(image.flatten(), 500)
    cells = {tuple(cell) for cell in points.floor().int().tolist()}
    assert cells == {(10, 24), (12, 7)}
    assert points.frac().mean().item() == pytest.approx(0.5, abs=0.05)


# -- lesson 15 ---------------------------------------------------------------------------------

POLICY, RIGHT = torch.tensor([0.15, 0.25, 0.6]).double(), torch.tensor([1.0, 1.0, 0.0]).double()
GRADIENT = POLICY * (RIGHT - 0.4)


def test_lesson_15s_baseline_is_the_mean_of_the_others():
    rloo, _ = definitions("15", "rloo", "grpo")
    R = torch.randn(5, 8, generator=torch.Generator().manual_seed(0))
    others = torch.stack([R[:, torch.arange(8) != i].mean(1) for i in range(8)], 1)
    assert torch.allclose(rloo(R), R - others)


def test_lesson_15s_group_has_mean_0_and_deviation_1_after_grpo_unless_all_are_alike():
    _, grpo = definitions("15", "rloo", "grpo")
    R = torch.randn(5, 8, generator=torch.Generator().manual_seed(0))
    R[2] = 1 / 3
    A = grpo(R)
    others = [0, 1, 3, 4]
    assert A[2].tolist() == pytest.approx([0] * 8, abs=1e-9)
    assert A.mean(1).numpy() == pytest.approx(0, abs=1e-9)
    assert A[others].std(1).numpy() == pytest.approx(1)
    assert torch.corrcoef(torch.stack([A[0], R[0]]))[0, 1].item() == pytest.approx(1)


def stretch(p, n=8):
    """Of GRPO's average, for rewards 0 and 1 and the success rate p: the formula of lesson 15's fold."""
    return sum(
        math.comb(n, k) * p**k * (1 - p) ** (n - k) * (k / n) * (1 - k / n) / (p * (1 - p))
        / math.sqrt(k * (n - k) / n / (n - 1))
        for k in range(1, n)
    )  # fmt: skip


@pytest.mark.parametrize("more", [0, 1])
def test_lesson_15s_averages_and_noise_by_formulas_and_by_drawn_groups(more):
    rloo, grpo, average_and_noise = definitions("15", "rloo", "grpo", "average_and_noise")
    R, scores = RIGHT + more, torch.eye(3) - POLICY
    torch.manual_seed(0)
    drawn = torch.multinomial(POLICY, 8 * 50_000, replacement=True).view(-1, 8)
    for advantage, factor in ((lambda R: R, 1), (rloo, 1), (grpo, stretch(0.4))):
        average, noise = average_and_noise(advantage, POLICY, R)
        assert torch.allclose(average, factor * GRADIENT)
        estimates = (advantage(R[drawn])[..., None] * scores[drawn]).mean(1)
        assert noise.item() == pytest.approx((estimates.var(0).sum() ** 0.5).item(), rel=0.01)
    _, noise = average_and_noise(lambda R: R, POLICY, R)
    one = (POLICY * R**2) @ scores.square().sum(1) - GRADIENT.square().sum()
    assert noise.item() == pytest.approx((one.item() / 8) ** 0.5)


def test_lesson_15s_rloo_with_grpos_length_is_grpo_for_rewards_0_and_1():
    rloo, grpo, average_and_noise = definitions("15", "rloo", "grpo", "average_and_noise")
    for success in (0.05, 0.5, 0.95):
        p = torch.tensor([success / 3, success * 2 / 3, 1 - success])
        short, long = (average_and_noise(each, p, RIGHT)[0] for each in (rloo, grpo))
        assert torch.allclose(long, stretch(success) * short)
    assert [round(stretch(success), 2) for success in (0.05, 0.5, 0.95)] == [2.31, 1.74, 2.31]


def test_lesson_15s_squashed_density_is_torchs_and_without_log_det_that_of_u():
    (log_density,) = definitions("15", "log_density")
    action = torch.linspace(-0.99, 0.99, 50)
    torchs = TransformedDistribution(Normal(0.4, 0.7), TanhTransform()).log_prob(action)
    assert torch.allclose(log_density(action, 0.4, 0.7), torchs)
    assert torch.allclose(log_density(action, 0.4, 0.7, False), Normal(0.4, 0.7).log_prob(action.atanh()))


@pytest.mark.parametrize(
    ("sigma", "integral", "entropy"), [(0.3, 0.7593, 0.21), (0.9, 0.591, 1.31), (2.0, 0.3553, 2.11)]
)
def test_lesson_15s_numbers_without_log_det_in_closed_form_and_by_gauss_hermite(sigma, integral, entropy):
    nodes, weights = np.polynomial.hermite_e.hermegauss(200)
    slope = 1 - np.tanh(0.5 + sigma * nodes) ** 2
    assert weights @ slope / weights.sum() == pytest.approx(integral, abs=1e-4)
    assert 0.5 * math.log(2 * math.pi * math.e * sigma**2) == pytest.approx(entropy, abs=0.005)
