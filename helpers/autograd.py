"""What a gradient reaches: to be asserted, and to be drawn (`figures.autograd_graph`).

"reached": some entry of the gradient is not zero; "zero": every entry is exactly 0.0;
"none": autograd has no path there, or the tensor requires no gradient.
"""

import functools
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor, nn
from torch.autograd.graph import Node, get_gradient_edge

if TYPE_CHECKING:
    import networkx as nx

Reach = Literal["reached", "zero", "none"]
DRAWS = ("Normal", "Bernoulli", "Binomial", "Poisson")  # autograd's names of draws that it keeps a record of


def gradient_reach(module: nn.Module, loss_term: Tensor) -> dict[str, Reach]:
    """What the gradient of the scalar `loss_term` does at each parameter of `module`.

    The graph is kept and no `.grad` is changed. Raises TypeError or ValueError for other input.
    """
    _check_scalar("loss_term", loss_term)
    parameters = dict(module.named_parameters())
    gradients = _gradients(loss_term, parameters.values())
    return {name: _reach(gradient) for name, gradient in zip(parameters, gradients, strict=True)}


def trace_autograd(tensor: Tensor, names: dict[str, Tensor], drawn: Iterable[str] = ()) -> "nx.DiGraph":
    """The graph that autograd recorded for the scalar `tensor`, and what its gradient does there.

    Walks `grad_fn` and sends one gradient through it (no `.grad` is changed, the graph is kept).
    Every node has `label`, `kind` ("loss", "step" or "leaf"), `name` and `value` (of the tensor in `names`,
    else "" and None), `gradient` (what arrived there, or None) and `die`: whether it is a random draw.
    A leaf has `state` too: what reaches it, or "constant" where it requires no gradient.
    An edge runs with the gradient; its `gradient` is what the step sent, its `carries` "gradient", "zero" or
    "value" (a constant that the step reads). `graph.graph["order"]` has the steps as autograd ran them.

    names: leaves, and results of steps; a leaf that is not among them is called "unnamed"
    drawn: those of the names that are constants out of a random draw, of which autograd keeps no record
    """
    import networkx as nx

    _check_scalar("tensor", tensor)
    for name, given in names.items():
        if not isinstance(given, Tensor):
            raise TypeError(f"names: a tensor is needed as {name!r}, not {type(given).__name__}")
    nodes = _recorded_nodes(tensor)
    steps = [node for node in nodes if _leaf_at(node) is None]
    results = {given.grad_fn: name for name, given in names.items() if given.grad_fn in steps}
    leaves = _leaves(nodes, {name: given for name, given in names.items() if name not in results.values()})
    keys = _keys(nodes, leaves)
    arrived, sent = _send_gradient(tensor, keys, leaves)

    graph = nx.DiGraph(order=[key for key in arrived if key not in leaves])
    start = torch.ones_like(tensor) if tensor.requires_grad else None
    graph.add_node("loss", label="loss", kind="loss", name="loss", value=tensor, gradient=start, die=False)
    for step in steps:
        label, name, key = re.sub(r"Backward\d+$", "", step.name()), results.get(step, ""), keys[step]
        about = {"kind": "step", "name": name, "value": names.get(name), "gradient": arrived.get(key)}
        graph.add_node(key, label=label, die=label in DRAWS, **about)
    for key, leaf in leaves.items():
        state = _reach(arrived[key]) if leaf.requires_grad else "constant"
        about = {"kind": "leaf", "name": key, "value": leaf, "gradient": arrived[key], "state": state}
        graph.add_node(key, label=key, die=state == "constant" and key in drawn, **about)
    if nodes:
        graph.add_edge("loss", keys[nodes[0]], carries="gradient", gradient=start)
    for step in steps:
        for key in (keys[below] for below in _below(step)):
            gradient = sent.get((keys[step], key))
            carries = "gradient" if _reach(gradient) == "reached" else "zero"
            graph.add_edge(keys[step], key, carries=carries, gradient=gradient)
        for key in (key for key, leaf in leaves.items() if _reads(step, leaf)):
            graph.add_edge(keys[step], key, carries="value", gradient=None)
    return graph


# -- autograd's nodes: steps, and the entrances to leaves --------------------------------------


def _recorded_nodes(tensor: Tensor) -> list[Node]:
    """The nodes behind `tensor`, its own first, breadth first."""
    nodes, queue = [], [get_gradient_edge(tensor).node] if tensor.requires_grad else []
    while queue:
        node = queue.pop(0)
        if node not in nodes:
            nodes.append(node)
            queue += _below(node)
    return nodes


def _below(node: Node) -> list[Node]:
    """Where a node sends gradients."""
    return [below for below, _ in node.next_functions if below is not None]


def _leaf_at(node: Node) -> Tensor | None:
    """The leaf that AccumulateGrad has as its variable; None for a step."""
    return getattr(node, "variable", None)


def _leaves(nodes: list[Node], named: dict[str, Tensor]) -> dict[str, Tensor]:
    """The named leaves, and those that the nodes lead to and nobody named."""
    leaves, unnamed = dict(named), 0
    for leaf in map(_leaf_at, nodes):
        if leaf is not None and not any(leaf is known for known in leaves.values()):
            unnamed += 1
            leaves[f"unnamed {tuple(leaf.shape)} {unnamed}"] = leaf
    return leaves


def _keys(nodes: list[Node], leaves: dict[str, Tensor]) -> dict[Node, str]:
    """What each node is called in the graph: an entrance as its leaf, a step by its number."""
    names = {id(leaf): name for name, leaf in leaves.items()}
    return {node: names.get(id(_leaf_at(node)), f"step {number}") for number, node in enumerate(nodes)}


def _reads(step: Node, leaf: Tensor) -> bool:
    """Whether a step keeps the constant `leaf` to compute its derivative with."""
    saved = [getattr(step, name) for name in dir(step) if name.startswith("_saved_")]
    return not leaf.requires_grad and any(
        isinstance(t, Tensor) and t.data_ptr() == leaf.data_ptr() and t.shape == leaf.shape for t in saved
    )


# -- its gradients -----------------------------------------------------------------------------


def _send_gradient(
    tensor: Tensor, keys: dict[Node, str], leaves: dict[str, Tensor]
) -> tuple[dict[str, Tensor | None], dict[tuple[str, str], Tensor]]:
    """What arrives at each step, in the order they run, and at each leaf; and what goes along each edge."""
    arrived, sent = {}, {}

    def watch(step: Node, gradients: Sequence[Tensor | None], received: Sequence[Tensor | None]) -> None:
        arrived[keys[step]] = next((gradient for gradient in received if gradient is not None), None)
        for gradient, (below, _) in zip(gradients, step.next_functions, strict=True):
            if gradient is not None and below is not None:
                edge = keys[step], keys[below]
                sent[edge] = sent.get(edge, 0) + gradient

    hooks = [node.register_hook(functools.partial(watch, node)) for node in keys if _leaf_at(node) is None]
    try:
        arrived |= zip(leaves, _gradients(tensor, leaves.values()), strict=True)
    finally:
        for hook in hooks:
            hook.remove()
    return arrived, sent


def _check_scalar(name: str, tensor: Tensor) -> None:
    if not isinstance(tensor, Tensor):
        raise TypeError(f"{name}: a tensor is needed, not {type(tensor).__name__}")
    if tensor.numel() != 1:
        raise ValueError(
            f"{name}: a single number is needed (a mean or a sum), not the shape {tuple(tensor.shape)}"
        )


def _gradients(scalar: Tensor, tensors) -> list[Tensor | None]:
    """The gradient of `scalar` at each tensor; None where there is no path. The graph is kept."""
    tensors = list(tensors)
    asked = [tensor for tensor in tensors if tensor.requires_grad]
    if not asked or not scalar.requires_grad:
        return [None] * len(tensors)
    try:
        found = iter(
            torch.autograd.grad(scalar, asked, torch.ones_like(scalar), retain_graph=True, allow_unused=True)
        )
    except RuntimeError as error:  # a graph that backward() has freed, or a value changed in place
        raise ValueError(
            f"autograd cannot go back through this tensor; compute it again ({str(error).split('.')[0]})"
        ) from error
    return [next(found) if tensor.requires_grad else None for tensor in tensors]


def _reach(gradient: Tensor | None) -> Reach:
    if gradient is None:
        return "none"
    return "reached" if bool((gradient != 0).any()) else "zero"
