"""`Backprop`: a gradient on its way through the graph that autograd recorded, one step at a time."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import torch
import traitlets
from matplotlib.figure import Figure
from torch import Tensor

from helpers.autograd import trace_autograd
from helpers.figures.graph import draw_trace, graph_places
from helpers.widgets._base import HERE, BrowserWidget, script
from helpers.words import said

if TYPE_CHECKING:
    import networkx as nx

Run = tuple[Tensor, dict[str, Tensor], Tensor]


class Backprop(BrowserWidget):
    """Press *backward*: the gradient runs from a loss down the real graph, with autograd's own numbers.

    runs: for each choice of the switch its words, and (loss, parameters, z): a single number, the single
        numbers by name that it is to be differentiated with respect to, and the result in the middle. Or one
        function that makes z of mu, sigma and epsilon; the loss is (z - 3)^2, and its last step is shown
    derivatives: by autograd's name of a step, the formula of its derivative, to stand beside the number
    run, step: which run, from 0, and how far its gradient has come; they move with the widget

    The picture for a page without a kernel shows the last step of the run.
    """

    _esm = script(HERE / "backprop.js")
    _runs = traitlets.List().tag(sync=True)
    run = traitlets.Int(0).tag(sync=True)
    step = traitlets.Int(0).tag(sync=True)

    def __init__(
        self,
        runs: dict[str, Run] | Callable[..., Tensor],
        derivatives: dict[str, str] | None = None,
        run: int = 0,
    ):
        own = callable(runs)
        if callable(runs):
            runs, derivatives = {said("your line"): _run_of(runs)}, {"Pow": "2 (z − k)"}
        self._graphs = {
            line: trace_autograd(loss, {**parameters, "z": z}, drawn=["z", "epsilon"])
            for line, (loss, parameters, z) in runs.items()
        }
        packed = [_packed(line, graph, derivatives or {}) for line, graph in self._graphs.items()]
        super().__init__(_runs=packed, run=run, step=len(packed[0]["steps"]) - 1 if own else 0)

    @traitlets.default("_words")
    def _words_of_the_script(self) -> dict[str, str]:
        """Those in boxes, too: the script tells by them what it lights."""
        boxes = {words for run in self._runs for step in run["steps"] for words in step["numbers"].values()}
        translated = {words: said(words) for words in boxes}
        return super()._words_of_the_script() | {a: b for a, b in translated.items() if a != b}

    def figure(self) -> Figure:
        line, graph = list(self._graphs.items())[self.run]
        figure, ax = plt.subplots(figsize=(6.4, 5))
        draw_trace(graph, title=line, ax=ax)
        return figure

    def __repr__(self) -> str:
        run = self._runs[self.run]
        last = len(run["steps"]) - 1
        return f"Backprop({run['line']!r}, step {min(self.step, last)} of {last})"


def _run_of(function: Callable[..., Tensor]) -> Run:
    """What `function` makes of mu = 2, sigma = 0.5 and an epsilon."""
    mu, sigma = (torch.tensor(value, requires_grad=True) for value in (2.0, 0.5))
    epsilon = torch.tensor(0.8)
    z = function(mu, sigma, epsilon)
    if not isinstance(z, Tensor):
        z = torch.tensor(float("nan"))  # nothing yet
    parameters = {"mu": mu, "sigma": sigma, "epsilon": epsilon}
    return (z - 3.0) ** 2, {name: one for name, one in parameters.items() if one is not z}, z


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
    steps = [{"words": said("The graph that autograd recorded. Press backward."), "edges": [], "numbers": {}}]
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
            words.append(said("{} to {}", f"{product}{_number(gradient)}", graph.nodes[below]["label"]))
        steps.append(
            {
                "words": said(_words(graph.nodes[key], arrived[key], words, cut=not any(sent.values()))),
                "edges": [edges.index((key, below)) for below in sent],
                "numbers": {keys.index(below): f"gradient {_number(arrived[below])}" for below in sent},
            }
        )
    if not edges:
        steps[1:] = [
            {"words": said(_error(graph)), "edges": [], "numbers": {keys.index("loss"): "RuntimeError"}}
        ]
    unreached = [keys.index(key) for key, state in graph.nodes(data="state") if state == "none"]
    steps[-1]["numbers"] |= dict.fromkeys(unreached, "no gradient")
    return steps, factors


def _words(node: dict, arrived: float, sends: list[str], *, cut: bool) -> str:
    if node["kind"] == "loss":
        return "backward() starts at the loss, with d loss / d loss = 1."
    name = f"{node['label']} (the draw)" if node["die"] else node["label"]
    words = f"The gradient {_number(arrived)} arrives at {name}. It sends {said(' and ').join(sends)}."
    return f"{said(words)} {said('The gradient stops at the die.')}" if node["die"] and cut else words


def _error(graph: "nx.DiGraph") -> str:
    """What PyTorch says to backward() on a loss that no step leads to."""
    if graph.nodes["loss"]["value"].isnan():
        return "There is no z yet. Write your line, and run the cell again."
    try:
        graph.nodes["loss"]["value"].backward()
    except RuntimeError as error:
        return f"RuntimeError: {error}. Autograd recorded nothing: z is just a number."
    raise AssertionError("a loss with a graph has edges")


def _title(node: dict) -> str:
    if not node["name"]:
        return node["label"]
    words = f"{said(node['name'])} = {_number(node['value'].item())}"
    return f"{node['label']}: {words}" if node["kind"] == "step" else words


def _number(value: float) -> str:
    """Three digits; 0 is exactly 0."""
    return f"{value:.3g}".replace("-", "−").replace("nan", "?") if value else "0"
