"""What lessons define in their cells, imported from there and held against references."""

import math
import re

import numpy as np
import pytest
import torch
from torch import nn
from torch.distributions import Bernoulli, Normal, TanhTransform, TransformedDistribution

from helpers.exercises.lesson09 import adamw_step
from helpers.vae import VAE, elbo_terms, leave_one_out_mean, reparameterize, score_function_loss
from tests.lessons.test_form import LESSONS, code

pytestmark = pytest.mark.usefixtures("double_precision")


def definitions(prefix, *names):
    """The objects `names` as the cells of a lesson define them; earlier definitions are run too."""
    name = next(name for name in LESSONS if name.startswith(prefix))
    space, wanted = {}, set(names)
    exec(code(name)[0].source, space)
    for cell in code(name)[1:]:
        if wanted & set(re.findall(r"^(?:def|class) (\w+)", cell.source, re.M)):
            exec(cell.source, space)
    return [space[name] for name in names]


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

# Gauss-Hermite values, mu = sigma = 1: k -> Var d/dmu (pathwise, score function), d/dsigma likewise
VARIANCES = {-3: (4, 495, 72, 1546), 0: (4, 30, 12, 136), 1: (4, 15, 8, 74), 3: (4, 87, 24, 346)}


@pytest.mark.parametrize("k", VARIANCES)
def test_exact_variances_of_lesson_08(k):
    name = next(name for name in LESSONS if name.startswith("08"))
    space = {}
    for cell in code(name):
        if cell is code(name)[0] or "hermegauss" in cell.source:
            exec(cell.source, space)
    np.testing.assert_allclose(space["exact_variances"](1.0 - k), VARIANCES[k], rtol=1e-9)


def test_estimators_of_lesson_08_on_a_constant_a_linear_and_a_quadratic_cost():
    pathwise, score_function = definitions("08", "pathwise", "score_function")
    costs = (
        (lambda z: 0 * z + 5.0, 0.0, 0.0),
        (lambda z: 3 * z, 3.0, 0.0),
        (lambda z: (z - 3.0) ** 2, 2 * (0.5 - 3.0), 2 * 2.0),
    )
    torch.manual_seed(0)
    for cost, d_mu, d_sigma in costs:
        for estimator in (pathwise, score_function):
            for values, exact in zip(estimator(cost, 0.5, 2.0, 200_000), (d_mu, d_sigma), strict=True):
                error = values.std().item() / math.sqrt(len(values))
                assert abs(values.mean().item() - exact) <= 4 * error + 1e-12


@pytest.mark.parametrize("baseline", [False, True])
def test_the_score_function_loss_of_lesson_08_is_that_of_the_helpers(baseline):
    leave_one_out, _, loss = definitions("08", "leave_one_out", "pathwise_loss", "score_function_loss")
    torch.manual_seed(0)
    model, x = VAE(3, hidden=8, pixels=16), torch.rand(5, 16).round()
    gradients = []
    for of in (
        lambda: loss(model, x, 4, leave_one_out if baseline else torch.zeros_like),
        lambda: score_function_loss(model, x, 4, leave_one_out=baseline),
    ):
        torch.manual_seed(1)
        gradients.append(torch.autograd.grad(of(), list(model.parameters())))
    for ours, theirs in zip(*gradients, strict=True):
        assert torch.allclose(ours, theirs, rtol=1e-4, atol=1e-5)


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


@pytest.mark.parametrize("width", [1.4, 1.6, 3.0])
def test_the_variance_of_lesson_11_by_quadrature(width):
    axis_aligned, variance = definitions("11", "axis_aligned", "variance")
    posterior = axis_aligned.__globals__["posterior"]
    grid = torch.cartesian_prod(*[torch.linspace(-12, 12, 1201)] * 2)
    squares = (2 * posterior.log_prob(grid) - axis_aligned(width).log_prob(grid)).exp()
    assert variance(width) == pytest.approx(squares.sum().item() * 0.02**2 - 1, rel=1e-6)


def test_lesson_14s_exact_denoiser_gives_mean_and_variance_of_the_posterior():
    density, _, x_hat = definitions("14", "density", "log_p", "x_hat")
    x, z_t, a, s = np.linspace(-8, 8, 20_001), np.array([-2.0, 0.3, 1.1]), 0.6, 0.8
    weight, mean, width = (x_hat.__globals__[name] for name in ("weight", "mean", "width"))
    joint = (weight * density(x[:, None], mean, width)).sum(1) * density(z_t[:, None], a * x, s)
    found, (first, second) = x_hat(z_t, a, s), ((joint * x**k).sum(1) / joint.sum(1) for k in (1, 2))
    assert np.allclose(found, (first, second - first**2), atol=1e-9)


@pytest.mark.parametrize("wider", [False, True])
def test_lesson_14s_three_terms_are_the_elbo_of_the_chain(wider):
    """log p(x, z_1 ... z_T) - log q(z_1 ... z_T | x), averaged over drawn chains, at one x."""
    _, x_hat, levels_of, elbo_terms = definitions("14", "log_p", "x_hat", "levels_of", "elbo_terms")
    T, x, rng = 16, np.full(100_000, 0.7), np.random.default_rng(0)
    a, s = levels_of(T)
    assert np.allclose(a**2 + s**2, 1)

    def log_normal(value, mean, variance):
        return -0.5 * (np.log(2 * math.pi * variance) + (value - mean) ** 2 / variance)

    z_t = a[-1] * x + s[-1] * rng.standard_normal(len(x))
    total = log_normal(z_t, 0, 1) - log_normal(z_t, a[-1] * x, s[-1] ** 2)
    for t in range(T - 1, 0, -1):
        c = a[t] / a[t - 1]  # z_t = c z_(t-1) + noise of variance d
        d, precision = s[t] ** 2 - (c * s[t - 1]) ** 2, 1 / s[t - 1] ** 2
        variance = 1 / (precision + c**2 / d)
        guess, unsure = x_hat(z_t, a[t], s[t])
        of_q, of_p = (variance * (precision * a[t - 1] * end + c / d * z_t) for end in (x, guess))
        of_step = variance + wider * unsure * (variance * precision * a[t - 1]) ** 2  # of z_(t-1), given z_t
        z_t = of_q + np.sqrt(variance) * rng.standard_normal(len(x))
        total += log_normal(z_t, of_p, of_step) - log_normal(z_t, of_q, variance)
    guess, unsure = x_hat(z_t, a[0], s[0])
    total += log_normal(x, guess, unsure if wider else (s[0] / a[0]) ** 2)
    reconstruction, prior_kl, denoising_kl = (float(term[0]) for term in elbo_terms(x[:1], T, wider))
    assert abs(total.mean() - (reconstruction - prior_kl - denoising_kl)) < 4 * total.std() / len(x) ** 0.5


def test_lesson_15s_baseline_is_that_of_the_helpers():
    leave_one_out, _ = definitions("15", "leave_one_out", "mean_of_all")
    R = torch.randn(5, 8, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(leave_one_out(R), R - leave_one_out_mean(R.T).T)


def test_lesson_15s_squashed_density_is_torchs():
    (log_density,) = definitions("15", "log_density")
    action = torch.linspace(-0.99, 0.99, 50)
    torchs = TransformedDistribution(Normal(0.4, 0.7), TanhTransform()).log_prob(action)
    assert torch.allclose(log_density(action, 0.4, 0.7), torchs)


def test_lesson_14s_loss_is_0_for_a_denoiser_that_gives_both_parts_back():
    schedule, denoising_loss = definitions("14", "schedule", "denoising_loss")
    a, s = schedule(torch.linspace(0, 1, 11))
    assert torch.allclose(a**2 + s**2, torch.ones(11))
    z = torch.randn(20, generator=torch.Generator().manual_seed(0)).expand(50, 20)

    def perfect(z_t, a, s):  # knows z
        return (a * z_t - z) / s  # v, from z = a z_t - s v

    assert denoising_loss(perfect, z, torch.linspace(0.1, 1, 50)[:, None]) < 1e-8
