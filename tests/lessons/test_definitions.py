"""What lessons define in their cells, imported from there and held against references."""

import math
import re

import numpy as np
import pytest
import torch
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


def test_lesson_14s_loss_is_0_for_a_denoiser_that_knows_x_and_its_walk_then_ends_there():
    schedule, loss, walk = definitions("14", "schedule", "loss", "walk")
    x = torch.randn(20, generator=torch.Generator().manual_seed(0)).expand(50, 20)

    def perfect(z_t, t):  # v, from x = a z_t - s v
        a, s = schedule(t)
        return (a * z_t - x) / s

    assert loss(perfect, x) < 1e-20
    assert torch.allclose(walk(perfect, torch.randn(50, 20), steps=7)[-1], x)


def test_lesson_14s_points_lie_in_the_ink_with_y_upwards():
    (ink,) = definitions("14", "ink")
    image = torch.zeros(28, 28)
    image[3, 10] = image[20, 12] = 1  # rows from above
    points = ink(image.flatten(), 500)
    cells = {tuple(cell) for cell in points.floor().int().tolist()}
    assert cells == {(10, 24), (12, 7)}
    assert points.frac().mean().item() == pytest.approx(0.5, abs=0.05)


def test_lesson_15s_baseline_is_that_of_the_helpers():
    leave_one_out, _ = definitions("15", "leave_one_out", "mean_of_all")
    R = torch.randn(5, 8, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(leave_one_out(R), R - leave_one_out_mean(R.T).T)


def test_lesson_15s_squashed_density_is_torchs():
    (log_density,) = definitions("15", "log_density")
    action = torch.linspace(-0.99, 0.99, 50)
    torchs = TransformedDistribution(Normal(0.4, 0.7), TanhTransform()).log_prob(action)
    assert torch.allclose(log_density(action, 0.4, 0.7), torchs)
