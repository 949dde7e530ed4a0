"""helpers.autograd, and the graph that helpers.figures draws of it."""

import matplotlib.pyplot as plt
import pytest
import torch
from torch import nn
from torch.distributions import Normal

from helpers.autograd import gradient_reach, trace_autograd
from helpers.figures import autograd_graph
from helpers.vae import VAE, elbo_terms, reparameterize

ENCODER = [f"{layer}.{part}" for layer in ("encoder.0", "to_mu", "to_logvar") for part in ("weight", "bias")]


def a_vae_and_its_terms(sampler):
    torch.manual_seed(0)
    model, x = VAE(2, hidden=8), (torch.rand(20, 784) > 0.5).float()
    return model, elbo_terms(model, x, sampler)


def test_the_trick_lets_the_gradient_through():
    model, terms = a_vae_and_its_terms(reparameterize)
    assert set(gradient_reach(model, terms.reconstruction.mean()).values()) == {"reached"}
    assert all(p.grad is None for p in model.parameters())
    terms.reconstruction.mean().backward()  # the graph is kept


@pytest.mark.parametrize(
    ("sampler", "why"), [(torch.normal, "zero"), (lambda mu, sigma: Normal(mu, sigma).sample(), "none")]
)
def test_a_cut_is_named_parameter_by_parameter(sampler, why):
    model, terms = a_vae_and_its_terms(sampler)
    reach = gradient_reach(model, terms.reconstruction.mean())
    assert len(reach) == 10
    assert {name: found for name, found in reach.items() if found != "reached"} == dict.fromkeys(ENCODER, why)
    assert len(ENCODER) == 6
    assert set(gradient_reach(model, terms.elbo.mean()).values()) == {"reached"}  # the KL term hides it


def test_frozen_parameters_and_terms_without_a_graph_are_not_reached():
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
    assert set(gradient_reach(model, torch.tensor(1.0)).values()) == {"none"}
    model[0].requires_grad_(False)
    reach = list(gradient_reach(model, model(torch.ones(3, 2)).sum()).values())
    assert reach == ["none", "none", "reached", "reached"]


# -- the graph ---------------------------------------------------------------------------------


@pytest.fixture
def mu():
    return torch.tensor(1.0, requires_grad=True)


@pytest.fixture
def sigma():
    return torch.tensor(2.0, requires_grad=True)


def edges(graph) -> str:
    """Where the gradient goes and what it is; where it is cut; which step reads which constant."""
    label, found = graph.nodes(data="label"), []
    for a, b, edge in graph.edges(data=True):
        way = {"gradient": ">", "zero": "cut", "value": "reads"}[edge["carries"]]
        number = f" {edge['gradient'].item():.3g}" if edge["carries"] == "gradient" else ""
        found.append(f"{label[a]} {way} {label[b]}{number}")
    return ", ".join(found)


def leaves(graph) -> dict[str, tuple[str, float | None]]:
    found = [(key, node) for key, node in graph.nodes(data=True) if node["kind"] == "leaf"]
    return {key: (node["state"], getattr(node["gradient"], "item", lambda: None)()) for key, node in found}


def test_the_graph_of_the_trick(mu, sigma):
    epsilon = torch.tensor(0.5)
    graph = trace_autograd((mu + sigma * epsilon - 3) ** 2, {"mu": mu, "sigma": sigma, "epsilon": epsilon})
    # z = 2, so df/dmu = 2 (2 - 3) = -2, df/dsigma = -2 * 0.5
    assert leaves(graph) == {"mu": ("reached", -2), "sigma": ("reached", -1), "epsilon": ("constant", None)}
    above, below = "loss > Pow 1, Pow > Sub -2, Sub > Add -2", "Mul > sigma -1, Mul reads epsilon"
    assert edges(graph) == f"{above}, Add > mu -2, Add > Mul -2, {below}"
    assert mu.grad is None


def test_the_graph_of_the_silent_cut_names_z_and_its_die(mu, sigma):
    z = torch.normal(mu, sigma)
    graph, slope = trace_autograd((z - 3) ** 2, {"mu": mu, "sigma": sigma, "z": z}), 2 * (z.item() - 3)
    assert leaves(graph) == {"mu": ("zero", 0), "sigma": ("zero", 0)}
    down = f"loss > Pow 1, Pow > Sub {slope:.3g}, Sub > Normal {slope:.3g}"
    assert edges(graph) == f"{down}, Normal cut mu, Normal cut sigma"
    (die,) = (node for _, node in graph.nodes(data=True) if node["die"])
    assert (die["name"], die["label"], die["gradient"].item()) == ("z", "Normal", pytest.approx(slope))
    assert [graph.nodes[key]["label"] for key in graph.graph["order"]] == ["Pow", "Sub", "Normal"]


def test_a_second_path_does_not_hide_a_cut(mu, sigma):
    """A KL-like term reaches mu, the draw does not."""
    graph = trace_autograd((torch.normal(mu, sigma) - 3) ** 2 + 0.5 * mu**2, {"mu": mu, "sigma": sigma})
    assert {"Normal cut mu", "Pow > mu 1"} <= set(edges(graph).split(", "))
    assert leaves(graph)["mu"] == ("reached", 1)


def test_a_draw_without_a_record_stands_alone_beside_its_die(mu):
    z = Normal(mu, 1.0).sample()
    graph = trace_autograd((z - 3) ** 2, {"mu": mu, "z": z}, drawn=["z"])
    assert leaves(graph) == {"mu": ("none", None), "z": ("constant", None)}
    assert edges(graph) == ""
    assert graph.nodes["z"]["die"]
    assert not trace_autograd((z - 3) ** 2, {"mu": mu, "z": z}).nodes["z"]["die"]


def test_leaves_used_twice_unnamed_alone_or_elsewhere(mu):
    weights = torch.ones(3, requires_grad=True)
    graph = trace_autograd(mu * mu + (weights * mu).sum(), {"mu": mu})
    assert graph.nodes["mu"]["gradient"].item() == 2 + 3
    assert graph.nodes["unnamed (3,) 1"]["gradient"].tolist() == [1, 1, 1]
    assert leaves(trace_autograd(mu, {"mu": mu})) == {"mu": ("reached", 1)}
    assert leaves(trace_autograd(mu.square(), {"elsewhere": 2 * mu}))["elsewhere"] == ("none", None)


# -- its drawing -------------------------------------------------------------------------------


def words(tensor, names, **options):
    ax = autograd_graph(tensor, names, **options)
    plt.close(ax.figure)
    return [text.get_text() for text in ax.texts]


def test_the_drawing_says_the_state_in_words(mu, sigma):
    epsilon, z = torch.tensor(0.5), torch.normal(mu, sigma)
    trick = words((mu + sigma * epsilon) ** 2, {"mu": mu, "sigma": sigma, "epsilon": epsilon})
    assert {"mu\ngradient 4.00", "sigma\ngradient 2.00", "epsilon\nconstant: not asked", "4.00"} <= {*trick}
    cut = words(z**2, {"mu": mu, "sigma": sigma, "z": z})
    assert cut.count("✂ 0") == 2
    assert {"z = Normal", "⚄", "mu\ngradient exactly 0"} <= {*cut}
    z = Normal(mu, sigma).sample()
    assert {"z\njust a number", "⚄", "mu\nno gradient"} <= {*words(z**2, {"mu": mu, "z": z}, drawn=["z"])}


def test_a_gradient_that_rounds_to_0_has_no_sign(mu):
    assert {"0.00", "mu\ngradient 0.00"} <= {*words(-0.001 * mu, {"mu": mu})}


def test_parallel_branches_do_not_stand_on_each_other(mu):
    ax = autograd_graph((mu - 1.5) ** 2 + (mu - 3) ** 3, {"mu": mu})
    places = [text.get_position() for text in ax.texts if text.get_bbox_patch()]  # of the boxes
    plt.close(ax.figure)
    assert len(set(places)) == len(places) == 7


# -- mistakes ----------------------------------------------------------------------------------


def freed():
    """A loss whose graph backward() has freed, and its model."""
    model = nn.Linear(1, 1)
    loss = model(torch.ones(1, 1)).square().sum()
    loss.backward()
    return model, loss


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: gradient_reach(nn.Linear(1, 1), torch.zeros(2)), ValueError, r"a single .* \(2,\)"),
        (lambda: gradient_reach(*freed()), ValueError, "compute it again"),
        (lambda: trace_autograd(torch.zeros(2), {}), ValueError, "tensor: a single number"),
        (lambda: trace_autograd(torch.zeros(()), {"k": 1.0}), TypeError, "names: a tensor .* 'k', not float"),
    ],
)
def test_a_learners_mistake_is_named(call, error, says):
    with pytest.raises(error, match=says):
        call()
