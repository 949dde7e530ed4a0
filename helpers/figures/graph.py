"""The drawn autograd graph."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Text
from torch import Tensor

from helpers.autograd import trace_autograd
from helpers.figures.diagrams import DIE, arrow
from helpers.figures.style import BLUE, GREEN, GREY, INK, RED
from helpers.words import said

if TYPE_CHECKING:
    import networkx as nx

_BOXES = {  # look of a leaf by its state: (words, edge colour, fill, box style, line style)
    "reached": ("", GREEN, "#DDF3EA", "round,pad=0.4", "-"),
    "zero": ("gradient exactly 0", RED, "#FBE3D6", "sawtooth,pad=0.4", "-"),
    "none": ("no gradient", GREY, "#EEEEEE", "square,pad=0.4", "--"),
    "constant": ("constant: not asked", INK, "white", "round4,pad=0.4", ":"),
}
_LINES = {  # of an arrow by what it carries
    "gradient": {"color": GREEN, "ls": "-", "lw": 2},
    "zero": {"color": RED, "ls": (0, (4, 3)), "lw": 2},
    "value": {"color": INK, "ls": (0, (1, 2)), "lw": 2},
}


def autograd_graph(
    tensor: Tensor,
    names: dict[str, Tensor],
    *,
    drawn: Sequence[str] = (),
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draws the real graph of `trace_autograd`: the loss on top, the leaves below.

    Arrows show the path of the gradient, with its number. A leaf that it reaches is a round box with its
    gradient; one that gets exactly zero is a torn box behind a cut arrow; one without a path is a dashed
    box. A die stands beside each random draw: a step that is one, and a constant whose name is in `drawn`.
    """
    return draw_trace(trace_autograd(tensor, names, drawn), title=title, ax=ax)


def draw_trace(graph: "nx.DiGraph", *, title: str = "", ax: Axes | None = None) -> Axes:
    """Draws a graph of `helpers.autograd.trace_autograd`, as `autograd_graph` does."""
    places = graph_places(graph)
    if ax is None:
        _, ax = plt.subplots(figsize=(6.4, 5))
    boxes = {key: _draw_box(ax, node, places[key]) for key, node in graph.nodes(data=True)}
    for above, below, edge in graph.edges(data=True):
        _draw_arrow(ax, boxes[above], boxes[below], edge)
    xs, ys = zip(*places.values(), strict=True)
    ax.set(xlim=(min(xs) - 0.75, max(xs) + 0.75), ylim=(min(ys) - 0.5, max(ys) + 0.4), title=title)
    ax.axis("off")
    return ax


def _draw_box(ax: Axes, node: dict, place: tuple[float, float]) -> Text:
    """A node's words in a box, and a die beside it if it is a random draw."""
    words, edge, fill, shape, line = _look(node)
    look = {"boxstyle": shape, "ec": edge, "fc": fill, "lw": 1.6, "ls": line}
    box = ax.text(*place, words, zorder=2, fontsize=10, ha="center", va="center", color=INK, bbox=look)
    if node["die"]:
        half = box.get_window_extent().width / 2 * 72 / ax.figure.dpi
        beside = (-half - 17, 0)
        die = ax.annotate(DIE, place, beside, textcoords="offset points", ha="center", va="center")
        die.set(fontsize=24, color=INK)
    return box


def _look(node: dict) -> tuple[str, ...]:
    """Words, edge colour, fill, box style and line style of a node."""
    if node["kind"] == "loss":
        return said("loss"), INK, "white", "round,pad=0.3", "-"
    if node["kind"] == "step":
        words = f"{node['name']} = {node['label']}" if node["name"] else node["label"]
        return words, RED if node["die"] else BLUE, "white", "round,pad=0.3", "-"
    words, *look = _BOXES[node["state"]]
    if node["state"] == "reached":
        gradient = node["gradient"]
        known = _number(gradient) if gradient.numel() == 1 else f"of shape {tuple(gradient.shape)}"
        words = f"gradient {known}"
    if node["die"]:
        words = "not written yet" if node["value"].isnan() else "just a number"
    return f"{said(node['label'])}\n{said(words)}", *look


def _draw_arrow(ax: Axes, above: Text, below: Text, edge: dict) -> None:
    """From box to box; beside it the gradient, if it is a number, or scissors where it is cut off."""
    if edge["carries"] == "value":  # a constant is read: its number goes up, and nothing comes back
        arrow(ax, below, above, 0.0, _LINES["value"])
        return
    arrow(ax, above, below, 0.0, _LINES[edge["carries"]])
    if edge["carries"] == "zero":
        words, color, size = "✂ 0", RED, 15
    elif edge["gradient"].numel() == 1:
        words, color, size = _number(edge["gradient"]), INK, 10
    else:
        return
    (x1, y1), (x2, y2) = above.get_position(), below.get_position()
    lean = np.sign(round(x2 - x1, 1))  # to the left -1, to the right 1
    ax.annotate(
        words,
        ((x1 + x2) / 2, (y1 + y2) / 2),
        (2 * lean or 5, 0),
        textcoords="offset points",
        ha="right" if lean < 0 else "left",
        va="bottom" if lean else "center",
        color=color,
        fontsize=size,
    )


def _number(gradient: Tensor) -> str:
    return f"{round(gradient.item(), 2) + 0.0:.2f}"  # no -0.00


def graph_places(graph: "nx.DiGraph") -> dict[str, tuple[float, float]]:
    """Where to draw each node: steps by their longest path from the loss, leaves all at the bottom.

    Where there are no steps, a draw stands between the loss and the leaves: it is z.
    """
    import networkx as nx

    depth = {}
    for key in nx.topological_sort(graph):
        depth[key] = 1 + max((depth[above] for above in graph.predecessors(key)), default=-1)
    alone = [key for key, node in graph.nodes(data=True) if node["die"] and not graph.edges][-1:]
    leaves = [key for key, node in graph.nodes(data=True) if node["kind"] == "leaf" and key not in alone]
    bottom = max((d for key, d in depth.items() if key not in leaves), default=0) + 1 + len(alone)
    across = {key: 1.6 * i for i, key in enumerate(leaves)}
    for key in reversed(list(nx.topological_sort(graph))):
        below = [across[k] for k in graph.successors(key)]
        if key in leaves:
            continue
        depth[key] += key in alone
        place = float(np.mean(below or list(across.values()) or [0]))
        while any(abs(across[k] - place) < 0.7 and depth[k] == depth[key] for k in across if k not in leaves):
            place += 0.8  # two branches of the same shape stand side by side
        across[key] = place
    return {key: (across[key], -float(bottom if key in leaves else depth[key])) for key in graph}
