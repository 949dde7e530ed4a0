"""helpers.gradients and the autograd graphs of helpers.figures."""

import math
from functools import partial

import matplotlib.pyplot as plt
import pytest
import torch
from torch import nn
from torch.distributions import (
    AffineTransform,
    Bernoulli,
    Categorical,
    Distribution,
    Independent,
    LogNormal,
    MixtureSameFamily,
    MultivariateNormal,
    Normal,
    TransformedDistribution,
    Uniform,
)

from helpers.figures import autograd_graph, trace_autograd
from helpers.gradients import (
    assert_grad_reaches,
    gradient_reach,
    leave_one_out_mean,
    pathwise_gradient,
    score_function_gradient,
    score_function_loss,
)
from helpers.vae import VAE, elbo_terms, log_likelihood, reparameterize

ENCODER = ["encoder.0.weight", "encoder.0.bias", "to_mu.weight", "to_mu.bias",
           "to_logvar.weight", "to_logvar.bias"]


def reconstruction(sampler):
    torch.manual_seed(0)
    model, x = VAE(2, hidden=8), (torch.rand(20, 784) > 0.5).float()
    terms = elbo_terms(model, x, sampler)
    return model, terms.reconstruction.mean(), terms


def test_the_trick_lets_the_gradient_through():
    model, term, _ = reconstruction(reparameterize)
    assert set(gradient_reach(model, term).values()) == {"reached"}
    assert_grad_reaches(model, term)


@pytest.mark.parametrize(("sampler", "why"), [
    (torch.normal, "exactly zero"),
    (lambda mu, sigma: Normal(mu, sigma).sample(), "no gradient"),
])
def test_a_cut_is_named_parameter_by_parameter(sampler, why):
    model, term, terms = reconstruction(sampler)
    with pytest.raises(AssertionError, match="misses 6 of 10") as caught:
        assert_grad_reaches(model, term)
    named = [line.strip() for line in str(caught.value).splitlines()[1:]]
    assert named == [f"{name}: {why}" for name in ENCODER]
    assert_grad_reaches(model, term - terms.kl.mean())  # the KL term hides it


def test_nothing_of_the_module_is_changed_and_the_graph_is_kept():
    model, term, _ = reconstruction(reparameterize)
    gradient_reach(model, term)
    assert all(p.grad is None for p in model.parameters())
    term.backward()
    assert all(p.grad is not None for p in model.parameters())


def test_a_term_without_a_graph_reaches_nothing():
    model = nn.Linear(2, 1)
    assert set(gradient_reach(model, torch.tensor(1.0)).values()) == {"none"}


@pytest.mark.parametrize(("module", "term", "error", "names"), [
    ("model", torch.zeros((), requires_grad=True), TypeError, "module"),
    (nn.Linear(1, 1), 3.0, TypeError, "loss_term"),
    (nn.Linear(1, 1), torch.zeros(2, requires_grad=True), ValueError, "loss_term"),
    (nn.ReLU(), torch.zeros((), requires_grad=True), ValueError, "module"),
])
def test_refuses(module, term, error, names):
    with pytest.raises(error, match=names):
        assert_grad_reaches(module, term)


# -- the drawn graph ---------------------------------------------------------------------------


def leaf(value):
    return torch.tensor(value, requires_grad=True)


def test_trace_of_the_trick():
    mu, sigma, epsilon = leaf(1.0), leaf(2.0), torch.tensor(0.5)
    graph = trace_autograd((mu + sigma * epsilon - 3) ** 2,
                           {"mu": mu, "sigma": sigma, "epsilon": epsilon})
    states = {name: graph.nodes[name]["state"] for name in ("mu", "sigma", "epsilon")}
    assert states == {"mu": "reached", "sigma": "reached", "epsilon": "constant"}
    # z = 2, so df/dmu = 2 (2 - 3) = -2, df/dsigma = -2 * 0.5
    assert graph.nodes["mu"]["gradient"].item() == -2.0
    assert graph.nodes["sigma"]["gradient"].item() == -1.0
    steps = [node["label"] for _, node in graph.nodes(data=True) if node["kind"] == "step"]
    assert sorted(steps) == ["Add", "Mul", "Pow", "Sub"]
    (above, _, edge), = graph.in_edges("epsilon", data=True)
    assert graph.nodes[above]["label"] == "Mul"
    assert edge["carries"] == "value"
    assert mu.grad is None


def test_trace_of_the_silent_cut():
    mu, sigma = leaf(1.0), leaf(2.0)
    graph = trace_autograd(torch.normal(mu, sigma) ** 2, {"mu": mu, "sigma": sigma})
    assert [graph.nodes[name]["state"] for name in ("mu", "sigma")] == ["zero", "zero"]
    carried = {(graph.nodes[a]["label"], b if b in ("mu", "sigma") else graph.nodes[b]["label"]):
               edge["carries"] for a, b, edge in graph.edges(data=True)}
    assert carried == {("loss", "Pow"): "gradient", ("Pow", "Normal"): "gradient",
                       ("Normal", "mu"): "zero", ("Normal", "sigma"): "zero"}


def test_trace_of_a_detached_loss():
    mu = leaf(1.0)
    graph = trace_autograd(Normal(mu, 1.0).sample() ** 2, {"mu": mu})
    assert graph.nodes["mu"]["state"] == "none"
    assert graph.in_degree("mu") == 0


def test_a_leaf_used_twice_and_an_unnamed_leaf():
    mu, weights = leaf(1.0), torch.ones(3, requires_grad=True)
    graph = trace_autograd((mu * mu + (weights * mu).sum()), {"mu": mu})
    assert graph.nodes["mu"]["gradient"].item() == 2.0 + 3.0
    assert graph.nodes["unnamed (3,) 1"]["state"] == "reached"


def test_a_second_path_does_not_hide_a_cut():
    """The lesson's own trap: a KL-like term reaches mu, the draw does not."""
    mu, sigma = leaf(1.0), leaf(2.0)
    graph = trace_autograd((torch.normal(mu, sigma) - 3) ** 2 + 0.5 * mu**2, {"mu": mu, "sigma": sigma})
    draw, = (key for key, node in graph.nodes(data=True) if node["label"] == "Normal")
    assert graph.edges[draw, "mu"]["carries"] == "zero"
    assert {edge["carries"] for above, _, edge in graph.in_edges("mu", data=True) if above != draw} == {
        "gradient"}
    assert graph.nodes["mu"]["state"] == "reached"


def test_a_leaf_that_is_the_tensor_and_two_unnamed_leaves():
    mu = leaf(1.0)
    assert trace_autograd(mu, {"mu": mu}).nodes["mu"]["gradient"].item() == 1.0
    a, b = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    unnamed = [key for key in trace_autograd((a * b).sum(), {}) if key.startswith("unnamed")]
    assert len(unnamed) == 2


def test_parallel_branches_do_not_stand_on_each_other():
    a = leaf(1.0)
    ax = autograd_graph((a - 1.5) ** 2 + (a - 3) ** 3, {"a": a})
    places = [text.get_position() for text in ax.texts if text.get_text()]  # arrows have none
    assert len(set(places)) == len(places) == 7
    plt.close("all")


def test_frozen_and_not_finite_parameters_are_told():
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
    model[0].requires_grad_(False)
    with pytest.raises(AssertionError, match="misses 2 of 4"):
        assert_grad_reaches(model, model(torch.ones(3, 2)).sum())
    with pytest.raises(ValueError, match=r"1\.weight is not finite"):
        assert_grad_reaches(model, (model(torch.ones(3, 2)) * float("nan")).sum())


def test_drawing_says_the_state_in_words():
    mu, sigma, epsilon = leaf(1.0), leaf(2.0), torch.tensor(0.5)
    ax = autograd_graph((mu + sigma * epsilon) ** 2, {"mu": mu, "sigma": sigma, "epsilon": epsilon})
    words = [text.get_text() for text in ax.texts]
    assert "mu\ngradient 4.00" in words
    assert "epsilon\nconstant: not asked" in words
    cut = autograd_graph(torch.normal(mu, sigma) ** 2, {"mu": mu, "sigma": sigma})
    words = [text.get_text() for text in cut.texts]
    assert words.count("✂ 0") == 2
    assert "mu\ngradient exactly 0" in words
    none = autograd_graph(torch.tensor(1.0), {"mu": mu})
    assert "mu\nno gradient" in [text.get_text() for text in none.texts]
    plt.close("all")


@pytest.mark.parametrize(("tensor", "names", "message"), [
    (torch.zeros(2), {}, "tensor"),
    (3.0, {}, "tensor"),
    (torch.zeros(()), {"x": 2 * leaf(1.0)}, "'x' must be a leaf"),
    (torch.zeros(()), {"loss": leaf(1.0)}, "none may be 'loss'"),
])
def test_trace_refuses(tensor, names, message):
    with pytest.raises(ValueError, match=message):
        trace_autograd(tensor, names)


# -- the two estimators ------------------------------------------------------------------------


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
    pytest.param(torch.cos, -math.sin(0.5) * math.exp(-1.125), -1.5 * math.cos(0.5) * math.exp(-1.125),
                 id="cosine"),
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
    shifted = score_function_gradient(
        square, lambda loc: TransformedDistribution(Normal(torch.zeros_like(loc), 1.0),
                                                    [AffineTransform(loc, 1.0)]),
        {"loc": torch.tensor(0.7)}, 100_000)
    assert near(shifted["loc"], 1.4)


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
        values = score_function_gradient(lambda z: (z - 3) ** 2, Normal, normal(1.0, 1.0), 200_000,
                                         leave_one_out=on)["loc"]
        error = ((((values - values.mean()) ** 4).mean() - exact**2) / len(values)).sqrt()
        assert abs(values.var() - exact) < 4 * error


def test_a_step_cost_gives_the_pathwise_estimator_nothing():
    values = pathwise_gradient(lambda z: torch.sign(z), Normal, normal(), 1000)
    assert not values["loc"].any()
    torch.manual_seed(6)
    found = score_function_gradient(lambda z: (z > 2).double(), Normal, normal(1.0, 1.0), 100_000)["loc"]
    assert near(found, math.exp(-0.5) / math.sqrt(2 * math.pi))


def square(z):
    return z**2


def scaled_uniform(scale):
    return TransformedDistribution(Uniform(torch.zeros_like(scale), torch.ones_like(scale)),
                                   [AffineTransform(0.0, scale)])


def uniform_mixture(high):
    return MixtureSameFamily(Categorical(torch.ones_like(high)), Uniform(torch.zeros_like(high), high))


class NoDensity(Distribution):
    """A distribution that can be drawn from, and has no log_prob."""

    def __init__(self, loc):
        self.loc = loc
        super().__init__(loc.shape, validate_args=False)

    def sample(self, sample_shape=()):
        return torch.randn_like(self.loc) + self.loc


@pytest.mark.parametrize(("estimate", "cost", "family", "theta", "samples", "error", "says"), [
    (pathwise_gradient, square, Bernoulli, {"probs": torch.tensor(0.5)}, 5, TypeError, "has no rsample"),
    (pathwise_gradient, square, Normal, normal(), 0, ValueError, "samples"),
    (pathwise_gradient, square, Normal, normal(), 2.0, TypeError, "samples"),
    (pathwise_gradient, square, Normal, {"loc": 1.0, "scale": 1.0}, 5, TypeError, "loc must be a float"),
    (pathwise_gradient, square, Normal, {}, 5, ValueError, "parameters"),
    (pathwise_gradient, square, lambda loc, scale: loc, normal(), 5, TypeError, "family"),
    (pathwise_gradient, lambda z: z.mean(), Normal, normal(), 5, ValueError, r"shape \(5,\), not \(\)"),
    (pathwise_gradient, lambda z: z[:, None], Normal, normal(), 5, ValueError, r"not \(5, 1\)"),
    (pathwise_gradient, lambda z: 1.0, Normal, normal(), 5, TypeError, "cost"),
    (pathwise_gradient, lambda z: z.detach(), Normal, normal(), 5, ValueError, "cut off from z"),
    (pathwise_gradient, lambda z: z / 0, Normal, normal(), 5, ValueError, "not finite"),
    (score_function_gradient, lambda z: z / 0, Normal, normal(), 5, ValueError, "not finite"),
    (score_function_gradient, square, Normal, normal(), 0, ValueError, "samples"),
    (score_function_leave_one_out, square, Normal, normal(), 1, ValueError, "least 2"),
    (score_function_gradient, torch.sum, Normal, normal(), 5, ValueError, "cost"),
    (score_function_gradient, square, Uniform, {"low": torch.tensor(0.0), "high": torch.tensor(2.0)}, 5,
     ValueError, "range of Uniform moves"),
    (score_function_gradient, square, lambda high: Uniform(0.0, high), {"high": torch.tensor(2.0)}, 5,
     ValueError, "range of Uniform moves"),
    (score_function_gradient, square, lambda high: Independent(Uniform(0 * high, high), 0),
     {"high": torch.tensor(2.0)}, 5, ValueError, "range of Independent moves"),
    (score_function_gradient, square, scaled_uniform, {"scale": torch.tensor(2.0)}, 5,
     ValueError, "range of TransformedDistribution moves"),
    (score_function_gradient, square, uniform_mixture, {"high": torch.tensor([1.0, 2.0])}, 5,
     ValueError, "range of MixtureSameFamily moves"),
    (pathwise_gradient, lambda z: (z**2).sum(1), Normal,
     {"loc": torch.zeros(2), "scale": torch.tensor(1.0)}, 2, ValueError, "shapes do not fit"),
    (pathwise_gradient, lambda z: (z**2).sum(1), Normal,
     {"loc": torch.zeros(2), "scale": torch.tensor(1.0)}, 5, ValueError, "shapes do not fit"),
    (pathwise_gradient, square, lambda loc: Normal(loc, torch.ones(3)), {"loc": torch.tensor(0.0)}, 3,
     ValueError, "shapes do not fit"),
    (pathwise_gradient, lambda z: torch.ones((), requires_grad=True) * z.detach(), Normal, normal(), 5,
     ValueError, "cut off from z"),
    (score_function_gradient, square, NoDensity, {"loc": torch.tensor(0.0)}, 5, TypeError, "no log_prob"),
])
def test_estimators_refuse(estimate, cost, family, theta, samples, error, says):
    with pytest.raises(error, match=says):
        estimate(cost, family, theta, samples)


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
    groups = torch.stack([gradient_of(model, score_function_loss(model, x.repeat(500, 1), 4,
                                                                 leave_one_out=leave_one_out))
                          for _ in range(60)])
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
    for ours, exact in zip(torch.autograd.grad(frozen, list(model.decoder.parameters())),
                           torch.autograd.grad(direct, list(model.decoder.parameters())), strict=True):
        assert torch.allclose(ours, exact)


@pytest.mark.parametrize(("draws", "leave_one_out", "error"), [
    (0, False, ValueError), (1, True, ValueError), (2.0, True, TypeError), (True, False, TypeError)])
def test_score_function_loss_refuses(draws, leave_one_out, error):
    model, x = small_vae()
    with pytest.raises(error, match="draws"):
        score_function_loss(model, x, draws, leave_one_out=leave_one_out)


def test_score_function_loss_says_when_the_log_variance_ran_away():
    model, x = small_vae()
    with torch.no_grad():
        model.to_logvar.bias.fill_(2000.0)
    with pytest.raises(ValueError, match="log-variance runs away"):
        score_function_loss(model, x)


@pytest.mark.parametrize(("costs", "error"), [
    (torch.tensor([1, 2]), TypeError), ([1.0, 2.0], TypeError), (torch.tensor(1.0), ValueError),
    (torch.ones(1, 3), ValueError)])
def test_leave_one_out_mean_refuses(costs, error):
    with pytest.raises(error, match="costs"):
        leave_one_out_mean(costs)
