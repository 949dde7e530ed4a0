"""helpers.gradients and the autograd graphs of helpers.figures."""

import matplotlib.pyplot as plt
import pytest
import torch
from torch import nn
from torch.distributions import Normal

from helpers.figures import autograd_graph, trace_autograd
from helpers.gradients import assert_grad_reaches, gradient_reach
from helpers.vae import VAE, elbo_terms, reparameterize

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
