"""What lessons define in their cells, imported from there and held against references."""

import math
import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.distributions import Bernoulli, Normal, TanhTransform, TransformedDistribution

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

STEPS = 200


@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("SGD", lambda p: torch.optim.SGD(p, lr=0.02)),
        ("Momentum", lambda p: torch.optim.SGD(p, lr=0.02 * (1 - 0.8), momentum=0.8)),
        ("RMSProp", lambda p: torch.optim.RMSprop(p, lr=0.02, alpha=0.95, eps=1e-8)),
        ("Adam", lambda p: torch.optim.Adam(p, lr=0.02, betas=(0.8, 0.95), eps=1e-8)),
    ],
)
@pytest.mark.parametrize("size", [1.0, 1e-6])
def test_optimizers_of_lesson_09_equal_torch(name, reference, size):
    optimizer = definitions("09", "SGD", "Momentum", "RMSProp", "Adam")[
        ["SGD", "Momentum", "RMSProp", "Adam"].index(name)
    ](0.02, beta1=0.8, beta2=0.95)
    generator = torch.Generator().manual_seed(0)
    ours = torch.zeros(4)
    theirs = nn.Parameter(ours.clone())
    torchs = reference([theirs])
    for _ in range(STEPS):
        g = size * torch.randn(4, generator=generator)
        ours = optimizer.step(ours, g)
        theirs.grad = g
        torchs.step()
        assert (ours - theirs.detach()).abs().max() < 1e-12


@pytest.mark.parametrize("width", [1.4, 1.6, 3.0])
def test_the_variance_of_lesson_11_by_quadrature(width):
    axis_aligned, variance = definitions("11", "axis_aligned", "variance")
    posterior = axis_aligned.__globals__["posterior"]
    grid = torch.cartesian_prod(*[torch.linspace(-12, 12, 1201)] * 2)
    squares = (2 * posterior.log_prob(grid) - axis_aligned(width).log_prob(grid)).exp()
    assert variance(width) == pytest.approx(squares.sum().item() * 0.02**2 - 1, rel=1e-6)


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
