"""What a gradient reaches: to be asserted, and to be drawn (`figures.autograd_graph`).

"reached": some entry of the gradient is not zero; "zero": every entry is exactly 0.0;
"none": autograd has no path there, or the tensor requires no gradient.
"""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    import networkx as nx

Reach = Literal["reached", "zero", "none"]
DRAWS = ("Normal", "Bernoulli", "Binomial", "Poisson")  # autograd's names of draws that it keeps a record of


def gradient_reach(module: nn.Module, loss_term: Tensor) -> dict[str, Reach]:
    """What the gradient of the scalar `loss_term` does at each parameter of `module`.

    The graph is kept and no `.grad` is changed. Raises TypeError or ValueError for other input, and
    ValueError for a gradient that is not finite.
    """
    if not isinstance(module, nn.Module):
        raise TypeError(f"module: an nn.Module is needed, not {type(module).__name__}")
    _check_scalar("loss_term", loss_term)
    parameters = dict(module.named_parameters())
    reach = {}
    for name, gradient in zip(parameters, _gradients(loss_term, parameters.values()), strict=True):
        if gradient is not None and not bool(torch.isfinite(gradient).all()):
            raise ValueError(f"loss_term: its gradient at {name} is not finite")
        reach[name] = _reach(gradient)
    return reach


def assert_grad_reaches(module: nn.Module, loss_term: Tensor) -> None:
    """Raise AssertionError unless the gradient of `loss_term` reaches every parameter of `module`.

    The message names the parameters that get no gradient, or one that is exactly zero.
    Give it one term of a loss at a time: in a sum, one term's gradient hides another's cut.
    """
    reach = gradient_reach(module, loss_term)
    words = {"zero": "exactly zero", "none": "no gradient"}
    missed = [f"  {name}: {words[found]}" for name, found in reach.items() if found != "reached"]
    if missed:
        raise AssertionError(
            f"the gradient misses {len(missed)} of {len(reach)} parameters:\n" + "\n".join(missed)
        )


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
    leaves = {name: given for name, given in names.items() if given.is_leaf}
    named, keys = {id(leaf): name for name, leaf in leaves.items()}, {}

    def key_of(leaf: Tensor) -> str:
        number = 1 + sum(key.startswith("unnamed") for key in leaves)
        key = named.setdefault(id(leaf), f"unnamed {tuple(leaf.shape)} {number}")
        leaves[key] = leaf
        return key

    if tensor.requires_grad and tensor.is_leaf:
        key_of(tensor)
    queue = [] if tensor.grad_fn is None else [tensor.grad_fn]
    while queue:
        node = queue.pop(0)
        if node not in keys:  # AccumulateGrad, which has a variable, is the entrance to a leaf
            keys[node] = key_of(node.variable) if hasattr(node, "variable") else f"step {id(node)}"
            queue += [below for below, _ in node.next_functions if below is not None]
    steps = {node: key for node, key in keys.items() if not hasattr(node, "variable")}
    results = {steps[given.grad_fn]: name for name, given in names.items() if given.grad_fn in steps}
    leaves |= {name: given for name, given in names.items() if name not in results.values()}

    arrived, sent_to = {}, {}  # the gradient at each step, in the order they ran; what each edge carried

    def watch(node, sent, received) -> None:
        arrived[keys[node]] = next((gradient for gradient in received if gradient is not None), None)
        for gradient, (below, _) in zip(sent, node.next_functions, strict=True):
            if gradient is not None and below is not None:
                edge = keys[node], keys[below]
                sent_to[edge] = sent_to.get(edge, 0) + gradient

    hooks = [node.register_hook(lambda *seen, node=node: watch(node, *seen)) for node in steps]
    try:
        arrived |= zip(leaves, _gradients(tensor, leaves.values()), strict=True)
    finally:
        for hook in hooks:
            hook.remove()

    graph = nx.DiGraph(order=[key for key in arrived if key not in leaves])
    start = torch.ones_like(tensor) if tensor.requires_grad else None
    graph.add_node("loss", label="loss", kind="loss", name="loss", value=tensor, gradient=start, die=False)
    for node, key in steps.items():
        label, name = re.sub(r"Backward\d+$", "", node.name()), results.get(key, "")
        graph.add_node(
            key,
            label=label,
            kind="step",
            name=name,
            value=names.get(name),
            gradient=arrived.get(key),
            die=label in DRAWS,
        )
    for key, leaf in leaves.items():
        state = _reach(arrived[key]) if leaf.requires_grad else "constant"
        graph.add_node(
            key,
            label=key,
            kind="leaf",
            name=key,
            value=leaf,
            gradient=arrived[key],
            state=state,
            die=key in drawn and state == "constant",
        )
    if tensor.requires_grad:
        first = named[id(tensor)] if tensor.is_leaf else keys[tensor.grad_fn]
        graph.add_edge("loss", first, carries="gradient", gradient=start)
    for node, key in steps.items():
        for below in (keys[below] for below, _ in node.next_functions if below is not None):
            gradient = sent_to.get((key, below))
            graph.add_edge(
                key, below, gradient=gradient, carries="gradient" if _reach(gradient) == "reached" else "zero"
            )
        for name, leaf in leaves.items():
            if not leaf.requires_grad and _reads(node, leaf):
                graph.add_edge(key, name, carries="value", gradient=None)
    return graph


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


def _reads(node, leaf: Tensor) -> bool:
    """Whether a step of the graph keeps `leaf` to compute its derivative with."""
    saved = [getattr(node, name) for name in dir(node) if name.startswith("_saved_")]
    return any(
        isinstance(t, Tensor) and t.data_ptr() == leaf.data_ptr() and t.shape == leaf.shape for t in saved
    )
