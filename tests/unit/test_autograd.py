"""helpers.autograd, and the graph that helpers.figures draws of it."""

import matplotlib.pyplot as plt
import pytest
import torch
from torch import nn
from torch.distributions import Normal

from helpers.autograd import assert_grad_reaches, gradient_reach, trace_autograd
from helpers.figures import autograd_graph
from helpers.vae import VAE, elbo_terms, reparameterize

ENCODER = [
    "encoder.0.weight",
    "encoder.0.bias",
    "to_mu.weight",
    "to_mu.bias",
    "to_logvar.weight",
    "to_logvar.bias",
]


def a_vae_and_its_terms(sampler):
    torch.manual_seed(0)
    model, x = VAE(2, hidden=8), (torch.rand(20, 784) > 0.5).float()
    return model, elbo_terms(model, x, sampler)


def test_the_trick_lets_the_gradient_through():
    model, terms = a_vae_and_its_terms(reparameterize)
    assert set(gradient_reach(model, terms.reconstruction.mean()).values()) == {"reached"}
    assert_grad_reaches(model, terms.reconstruction.mean())
    assert all(p.grad is None for p in model.parameters())
    terms.reconstruction.mean().backward()  # the graph is kept


@pytest.mark.parametrize(
    ("sampler", "why"),
    [(torch.normal, "exactly zero"), (lambda mu, sigma: Normal(mu, sigma).sample(), "no gradient")],
)
def test_a_cut_is_named_parameter_by_parameter(sampler, why):
    model, terms = a_vae_and_its_terms(sampler)
    with pytest.raises(AssertionError, match="misses 6 of 10") as caught:
        assert_grad_reaches(model, terms.reconstruction.mean())
    assert str(caught.value).splitlines()[1:] == [f"  {name}: {why}" for name in ENCODER]
    assert_grad_reaches(model, terms.elbo.mean())  # the KL term hides it


def test_frozen_parameters_and_terms_without_a_graph_are_not_reached():
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
    assert set(gradient_reach(model, torch.tensor(1.0)).values()) == {"none"}
    model[0].requires_grad_(False)
    with pytest.raises(AssertionError, match="misses 2 of 4"):
        assert_grad_reaches(model, model(torch.ones(3, 2)).sum())


def leaf(value):
    return torch.tensor(value, requires_grad=True)


def test_trace_of_the_trick():
    mu, sigma, epsilon = leaf(1.0), leaf(2.0), torch.tensor(0.5)
    graph = trace_autograd((mu + sigma * epsilon - 3) ** 2, {"mu": mu, "sigma": sigma, "epsilon": epsilon})
    states = {name: graph.nodes[name]["state"] for name in ("mu", "sigma", "epsilon")}
    assert states == {"mu": "reached", "sigma": "reached", "epsilon": "constant"}
    # z = 2, so df/dmu = 2 (2 - 3) = -2, df/dsigma = -2 * 0.5
    assert graph.nodes["mu"]["gradient"].item() == -2.0
    assert graph.nodes["sigma"]["gradient"].item() == -1.0
    steps = [node["label"] for _, node in graph.nodes(data=True) if node["kind"] == "step"]
    assert sorted(steps) == ["Add", "Mul", "Pow", "Sub"]
    ((above, _, edge),) = graph.in_edges("epsilon", data=True)
    assert (graph.nodes[above]["label"], edge["carries"]) == ("Mul", "value")
    assert mu.grad is None


def test_trace_of_the_silent_cut():
    mu, sigma = leaf(1.0), leaf(2.0)
    graph = trace_autograd(torch.normal(mu, sigma) ** 2, {"mu": mu, "sigma": sigma})
    assert [graph.nodes[name]["state"] for name in ("mu", "sigma")] == ["zero", "zero"]
    carried = {
        (graph.nodes[a]["label"], graph.nodes[b]["label"]): edge["carries"]
        for a, b, edge in graph.edges(data=True)
    }
    assert carried == {
        ("loss", "Pow"): "gradient",
        ("Pow", "Normal"): "gradient",
        ("Normal", "mu"): "zero",
        ("Normal", "sigma"): "zero",
    }


def test_a_second_path_does_not_hide_a_cut():
    """A KL-like term reaches mu, the draw does not."""
    mu, sigma = leaf(1.0), leaf(2.0)
    graph = trace_autograd((torch.normal(mu, sigma) - 3) ** 2 + 0.5 * mu**2, {"mu": mu, "sigma": sigma})
    carried = {
        graph.nodes[above]["label"]: edge["carries"] for above, _, edge in graph.in_edges("mu", data=True)
    }
    assert carried == {"Normal": "zero", "Pow": "gradient"}
    assert graph.nodes["mu"]["state"] == "reached"


def test_trace_of_a_detached_loss_of_a_leaf_used_twice_and_of_a_bare_leaf():
    mu, weights = leaf(1.0), torch.ones(3, requires_grad=True)
    detached = trace_autograd(Normal(mu, 1.0).sample() ** 2, {"mu": mu})
    assert detached.nodes["mu"]["state"] == "none"
    assert detached.in_degree("mu") == 0
    twice = trace_autograd(mu * mu + (weights * mu).sum(), {"mu": mu})
    assert twice.nodes["mu"]["gradient"].item() == 2.0 + 3.0
    assert twice.nodes["unnamed (3,) 1"]["state"] == "reached"
    assert trace_autograd(mu, {"mu": mu}).nodes["mu"]["gradient"].item() == 1.0


def test_trace_names_results_marks_draws_and_keeps_every_gradient():
    mu, sigma = leaf(1.0), leaf(2.0)
    z = torch.normal(mu, sigma)
    graph = trace_autograd((z - 3) ** 2, {"mu": mu, "sigma": sigma, "z": z})
    boxes = {node["name"] or node["label"]: node for _, node in graph.nodes(data=True)}
    assert [name for name, node in boxes.items() if node["die"]] == ["z"]
    assert boxes["z"]["label"] == "Normal"
    assert boxes["z"]["gradient"].item() == pytest.approx(2 * (z.item() - 3))
    assert [graph.nodes[key]["label"] for key in graph.graph["order"]] == ["Pow", "Sub", "Normal"]
    sent = {
        (graph.nodes[a]["label"], graph.nodes[b]["label"]): edge["gradient"].item()
        for a, b, edge in graph.edges(data=True)
    }
    assert sent["Pow", "Sub"] == sent["Sub", "Normal"] == boxes["z"]["gradient"].item()
    assert sent["Normal", "mu"] == 0.0


def test_a_draw_without_a_record_stands_alone_beside_its_die():
    mu = leaf(1.0)
    z = Normal(mu, 1.0).sample()
    graph = trace_autograd((z - 3) ** 2, {"mu": mu, "z": z}, drawn=["z"])
    assert (graph.nodes["z"]["die"], graph.nodes["z"]["state"], graph.degree("z")) == (True, "constant", 0)
    assert not trace_autograd((z - 3) ** 2, {"mu": mu, "z": z}).nodes["z"]["die"]
    behind = 2 * mu
    assert trace_autograd(mu.square(), {"behind": behind}).nodes["behind"]["state"] == "none"


def words(tensor, names, **options):
    ax = autograd_graph(tensor, names, **options)
    plt.close(ax.figure)
    return [text.get_text() for text in ax.texts]


def test_the_drawing_says_the_state_in_words():
    mu, sigma, epsilon = leaf(1.0), leaf(2.0), torch.tensor(0.5)
    trick = words((mu + sigma * epsilon) ** 2, {"mu": mu, "sigma": sigma, "epsilon": epsilon})
    assert {"mu\ngradient 4.00", "sigma\ngradient 2.00", "epsilon\nconstant: not asked"} <= set(trick)
    cut = words(torch.normal(mu, sigma) ** 2, {"mu": mu, "sigma": sigma})
    assert cut.count("✂ 0") == 2
    assert "mu\ngradient exactly 0" in cut
    assert "mu\nno gradient" in words(torch.tensor(1.0), {"mu": mu})
    z = torch.normal(mu, sigma)
    assert {"z = Normal", "⚄"} <= set(words(z**2, {"z": z}))
    z = Normal(mu, sigma).sample()
    assert {"z\njust a number", "⚄"} <= set(words(z**2, {"z": z}, drawn=["z"]))


def test_parallel_branches_do_not_stand_on_each_other():
    a = leaf(1.0)
    ax = autograd_graph((a - 1.5) ** 2 + (a - 3) ** 3, {"a": a})
    places = [text.get_position() for text in ax.texts if text.get_bbox_patch()]  # of the boxes
    plt.close(ax.figure)
    assert len(set(places)) == len(places) == 7
