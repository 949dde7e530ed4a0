"""helpers.gradients: the two estimators, and the VAE under the score function."""

import math
from functools import partial

import pytest
import torch
from torch.distributions import Bernoulli, LogNormal, MultivariateNormal, Normal

from helpers.autograd import assert_grad_reaches
from helpers.gradients import (
    leave_one_out_mean,
    pathwise_gradient,
    score_function_gradient,
    score_function_loss,
)
from helpers.vae import VAE, elbo_terms, log_likelihood


def normal(mu=0.5, sigma=1.5):
    return {"loc": torch.tensor(mu, dtype=torch.float64), "scale": torch.tensor(sigma, dtype=torch.float64)}


def near(values, exact):
    """Within 4 standard errors, entry by entry."""
    error = values.std(0) / len(values) ** 0.5
    return bool(((values.mean(0) - exact).abs() <= 4 * error + 1e-12).all())


# cost, d/dmu and d/dsigma of its expectation at mu = 0.5, sigma = 1.5
COSTS = [
    pytest.param(lambda z: 0 * z + 2.0, 0.0, 0.0, id="constant"),
    pytest.param(lambda z: 3 * z, 3.0, 0.0, id="linear"),
    pytest.param(lambda z: (z - 3) ** 2, -5.0, 3.0, id="quadratic"),
    pytest.param(
        torch.cos, -math.sin(0.5) * math.exp(-1.125), -1.5 * math.cos(0.5) * math.exp(-1.125), id="cosine"
    ),
]
score_function_leave_one_out = partial(score_function_gradient, leave_one_out=True)
ESTIMATORS = [pathwise_gradient, score_function_gradient, score_function_leave_one_out]


@pytest.mark.parametrize("estimate", ESTIMATORS, ids=["pathwise", "score function", "leave one out"])
@pytest.mark.parametrize(("cost", "d_mu", "d_sigma"), COSTS)
def test_estimators_are_unbiased(estimate, cost, d_mu, d_sigma):
    torch.manual_seed(1)
    found = estimate(cost, Normal, normal(), 100_000)
    assert found["loc"].shape == found["scale"].shape == (100_000,)
    assert near(found["loc"], d_mu)
    assert near(found["scale"], d_sigma)


def test_each_estimate_is_its_formula_in_double_precision():
    mu, sigma, n = 0.5, 1.5, 1000
    torch.manual_seed(0)
    epsilon = torch.randn(n, dtype=torch.float64)
    z = mu + sigma * epsilon
    cost, slope, others = (z - 3) ** 2, 2 * (z - 3), ((z - 3) ** 2).sum() - (z - 3) ** 2
    scores = epsilon / sigma, (epsilon**2 - 1) / sigma
    exact = {
        pathwise_gradient: (slope, slope * epsilon),
        score_function_gradient: [cost * score for score in scores],
        score_function_leave_one_out: [(cost - others / (n - 1)) * score for score in scores],
    }
    for estimate, (d_mu, d_sigma) in exact.items():
        torch.manual_seed(0)
        found = estimate(lambda z: (z - 3) ** 2, Normal, normal(mu, sigma), n)
        assert torch.allclose(found["loc"], d_mu, rtol=1e-9)
        assert torch.allclose(found["scale"], d_sigma, rtol=1e-9)


@pytest.mark.parametrize(("k", "pathwise", "score"), [(-3, 4, 495), (0, 4, 30), (1, 4, 15), (3, 4, 87)])
def test_variances_are_the_exact_ones(k, pathwise, score):
    torch.manual_seed(2)
    for estimate, exact in ((pathwise_gradient, pathwise), (score_function_gradient, score)):
        values = estimate(lambda z: (z - k) ** 2, Normal, normal(1.0, 1.0), 200_000)["loc"]
        fourth = ((values - values.mean()) ** 4).mean()
        error = ((fourth - exact**2) / len(values)).sqrt()
        assert abs(values.var() - exact) < 4 * error


@pytest.mark.parametrize("estimate", ESTIMATORS)
def test_vectors_keep_their_shape(estimate):
    torch.manual_seed(3)
    theta = {"loc": torch.tensor([0.0, 1.0, 2.0]), "scale": torch.tensor([1.0, 0.5, 2.0])}
    found = estimate(lambda z: (z**2).sum(1), Normal, theta, 50_000)
    assert found["loc"].shape == (50_000, 3)
    assert near(found["loc"], 2 * theta["loc"])
    assert near(found["scale"], 2 * theta["scale"])


def test_a_multivariate_family_and_a_coin():
    torch.manual_seed(4)
    L = torch.tensor([[1.0, 0.0], [0.5, 1.0]])
    theta = {"loc": torch.tensor([1.0, -1.0])}

    def family(loc):
        return MultivariateNormal(loc, scale_tril=L)

    for estimate in ESTIMATORS:
        assert near(estimate(lambda z: z.square().sum(1), family, theta, 50_000)["loc"], 2 * theta["loc"])
    coin = {"probs": torch.tensor(0.3)}
    found = score_function_gradient(lambda z: 5 * z + 1, Bernoulli, coin, 50_000)
    assert near(found["probs"], 5.0)  # f(1) - f(0)


def test_ranges_that_stay_are_not_refused():
    torch.manual_seed(7)
    theta = {"loc": torch.tensor(0.3), "scale": torch.tensor(0.5)}
    exact = math.exp(0.3 + 0.125)  # the mean of a log-normal, and its derivative by loc
    for leave_one_out in (False, True):
        found = score_function_gradient(lambda z: z, LogNormal, theta, 100_000, leave_one_out=leave_one_out)
        assert near(found["loc"], exact)


@pytest.mark.parametrize("cost", [lambda z: z > 1, lambda z: (z > 1).long()])
def test_costs_may_be_whole_numbers_or_booleans_for_the_score_function(cost):
    torch.manual_seed(8)
    for leave_one_out in (False, True):
        found = score_function_gradient(cost, Normal, normal(1.0, 1.0), 100_000, leave_one_out=leave_one_out)
        assert near(found["loc"], 1 / math.sqrt(2 * math.pi))


def test_leave_one_out_is_less_noisy_and_is_the_mean_of_the_others():
    torch.manual_seed(5)
    costs = torch.randn(6, 2)
    others = torch.stack([torch.cat([costs[:i], costs[i + 1 :]]).mean(0) for i in range(6)])
    assert torch.allclose(leave_one_out_mean(costs), others, atol=1e-6)
    for on, exact in ((False, 87.0), (True, 42.0)):  # k = 3, mu = sigma = 1; 42: with the exact mean
        values = score_function_gradient(
            lambda z: (z - 3) ** 2, Normal, normal(1.0, 1.0), 200_000, leave_one_out=on
        )["loc"]
        error = ((((values - values.mean()) ** 4).mean() - exact**2) / len(values)).sqrt()
        assert abs(values.var() - exact) < 4 * error


def test_a_step_cost_gives_the_pathwise_estimator_nothing():
    values = pathwise_gradient(lambda z: torch.sign(z), Normal, normal(), 1000)
    assert not values["loc"].any()
    torch.manual_seed(6)
    found = score_function_gradient(lambda z: (z > 2).double(), Normal, normal(1.0, 1.0), 100_000)["loc"]
    assert near(found, math.exp(-0.5) / math.sqrt(2 * math.pi))


# -- the VAE under the score function ----------------------------------------------------------


def small_vae():
    torch.manual_seed(0)
    return VAE(2, hidden=4, pixels=6).double(), (torch.rand(3, 6) > 0.5).double()


def gradient_of(model, loss):
    return torch.cat([g.flatten() for g in torch.autograd.grad(loss, list(model.parameters()))])


@pytest.mark.parametrize("leave_one_out", [False, True])
def test_score_function_loss_has_the_gradient_of_the_elbo(leave_one_out):
    model, x = small_vae()
    torch.manual_seed(1)
    many = x.repeat(20_000, 1)  # the average over copies of x: many draws in one go
    pathwise = gradient_of(model, -elbo_terms(model, many).elbo.mean())
    groups = torch.stack(
        [
            gradient_of(model, score_function_loss(model, x.repeat(500, 1), 4, leave_one_out=leave_one_out))
            for _ in range(60)
        ]
    )
    error = groups.std(0) / 60**0.5
    off = (groups.mean(0) - pathwise).abs() / (error + 1e-3)
    assert off.max() < 5
    assert pathwise.abs().max() > 0.05  # there is something to compare


def test_score_function_loss_gives_the_decoder_its_direct_gradient():
    model, x = small_vae()
    loss = score_function_loss(model, x)
    assert loss.ndim == 0
    assert_grad_reaches(model, loss)
    torch.manual_seed(2)
    frozen = score_function_loss(model, x, 2, leave_one_out=False)
    torch.manual_seed(2)
    with torch.no_grad():
        mu, logvar = model.encode(x)
        z = Normal(mu, torch.exp(0.5 * logvar)).sample((2,))
    direct = -log_likelihood(model.decoder(z), x.expand(2, -1, -1)).mean()
    for ours, exact in zip(
        torch.autograd.grad(frozen, list(model.decoder.parameters())),
        torch.autograd.grad(direct, list(model.decoder.parameters())),
        strict=True,
    ):
        assert torch.allclose(ours, exact)
