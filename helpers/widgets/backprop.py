"""`Backprop`: a gradient on its way through the graph that autograd recorded, one step at a time."""

from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import traitlets
from matplotlib.figure import Figure
from torch import Tensor

from helpers.autograd import trace_autograd
from helpers.figures.graph import draw_trace, graph_places
from helpers.widgets._base import HERE, BrowserWidget, script

if TYPE_CHECKING:
    import networkx as nx

Run = tuple[Tensor, dict[str, Tensor], Tensor]


class Backprop(BrowserWidget):
    """Press *backward*: the gradient runs from a loss down the real graph, with autograd's own numbers.

    runs: for each choice of the switch its words, and (loss, parameters, z): a single number, the single
        numbers by name that it is to be differentiated with respect to, and the result in the middle
    derivatives: by autograd's name of a step, the formula of its derivative, to stand beside the number
    run, step: which run, from 0, and how far its gradient has come; they move with the widget

    The picture for a page without a kernel shows the last step of the run.
    """

    _esm = script(HERE / "backprop.js")
    _runs = traitlets.List().tag(sync=True)
    run = traitlets.Int(0).tag(sync=True)
    step = traitlets.Int(0).tag(sync=True)

    def __init__(self, runs: dict[str, Run], derivatives: dict[str, str], run: int = 0):
        self._graphs = {
            line: trace_autograd(loss, {**parameters, "z": z}, drawn=["z"])
            for line, (loss, parameters, z) in runs.items()
        }
        super().__init__(
            _runs=[_packed(line, graph, derivatives) for line, graph in self._graphs.items()], run=run
        )

    def figure(self) -> Figure:
        line, graph = list(self._graphs.items())[self.run]
        figure, ax = plt.subplots(figsize=(6.4, 5))
        draw_trace(graph, title=line, ax=ax)
        return figure

    def __repr__(self) -> str:
        run = self._runs[self.run]
        last = len(run["steps"]) - 1
        return f"Backprop({run['line']!r}, step {min(self.step, last)} of {last})"


def _packed(line: str, graph: "nx.DiGraph", derivatives: dict[str, str]) -> dict:
    """A run for the browser: boxes and arrows in their places, and what each step of the gradient adds."""
    places, keys = graph_places(graph), list(graph)
    steps, factors = _steps(graph, derivatives)
    return {
        "line": line,
        "steps": steps,
        "nodes": [
            {
                "x": places[key][0],
                "y": -places[key][1],
                "title": _title(node),
                "die": node["die"],
                "state": node.get("state", node["kind"]),
            }
            for key, node in graph.nodes(data=True)
        ],
        "edges": [
            {
                "from": keys.index(above),
                "to": keys.index(below),
                "carries": edge["carries"],
                "factor": factors.get((above, below), ""),
            }
            for above, below, edge in graph.edges(data=True)
        ],
    }


def _steps(graph: "nx.DiGraph", derivatives: dict[str, str]) -> tuple[list[dict], dict[tuple[str, str], str]]:
    """What each step of the gradient says, lights and writes into boxes; and the factor beside each arrow."""
    keys, edges = list(graph), list(graph.edges)
    arrived = dict.fromkeys(keys, 0.0) | {"loss": 1.0}
    steps = [{"words": "The graph that autograd recorded. Press backward.", "edges": [], "numbers": {}}]
    factors = {}
    for key in ["loss", *graph.graph["order"]]:
        sent = {below: g.item() for _, below, g in graph.out_edges(key, data="gradient") if g is not None}
        words = []
        for below, gradient in sent.items():
            arrived[below] += gradient
            factor = _number(gradient / arrived[key]) if arrived[key] else ""
            formula = derivatives.get(graph.nodes[key]["label"])
            if key != "loss":
                factors[key, below] = f"{formula} = {factor}" if formula else factor and f"× {factor}"
            product = f"{_number(arrived[key])} × {formula or factor} = " if factor else ""
            words.append(f"{product}{_number(gradient)} to {graph.nodes[below]['label']}")
        steps.append(
            {
                "words": _words(graph.nodes[key], arrived[key], words, cut=not any(sent.values())),
                "edges": [edges.index((key, below)) for below in sent],
                "numbers": {keys.index(below): f"gradient {_number(arrived[below])}" for below in sent},
            }
        )
    if not edges:
        steps[1:] = [{"words": _error(graph), "edges": [], "numbers": {keys.index("loss"): "RuntimeError"}}]
    unreached = [keys.index(key) for key, state in graph.nodes(data="state") if state == "none"]
    steps[-1]["numbers"] |= dict.fromkeys(unreached, "no gradient")
    return steps, factors


def _words(node: dict, arrived: float, sends: list[str], *, cut: bool) -> str:
    if node["kind"] == "loss":
        return "backward() starts at the loss, with d loss / d loss = 1."
    name = f"{node['label']} (the draw)" if node["die"] else node["label"]
    words = f"The gradient {_number(arrived)} arrives at {name}. It sends {' and '.join(sends)}."
    return f"{words} The gradient stops at the die." if node["die"] and cut else words


def _error(graph: "nx.DiGraph") -> str:
    """What PyTorch says to backward() on a loss that no step leads to."""
    try:
        graph.nodes["loss"]["value"].backward()
    except RuntimeError as error:
        return f"RuntimeError: {error}. Autograd recorded nothing: z is just a number."
    raise AssertionError("a loss with a graph has edges")


def _title(node: dict) -> str:
    if not node["name"]:
        return node["label"]
    words = f"{node['name']} = {_number(node['value'].item())}"
    return f"{node['label']}: {words}" if node["kind"] == "step" else words


def _number(value: float) -> str:
    """Three digits; 0 is exactly 0."""
    return f"{value:.3g}".replace("-", "−") if value else "0"
