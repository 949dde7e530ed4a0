"""The drawn autograd graph."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from torch import Tensor

from helpers.autograd import trace_autograd
from helpers.figures.diagrams import DIE, arrow
from helpers.figures.style import BLUE, GREEN, GREY, INK, RED

if TYPE_CHECKING:
    import networkx as nx

_BOX = {  # look of a node by its state: (words, edge colour, fill, box style, line style)
    "reached": ("{}", GREEN, "#DDF3EA", "round,pad=0.4", "-"),
    "zero": ("gradient exactly 0", RED, "#FBE3D6", "sawtooth,pad=0.4", "-"),
    "none": ("no gradient", GREY, "#EEEEEE", "square,pad=0.4", "--"),
    "constant": ("constant: not asked", INK, "white", "round4,pad=0.4", ":"),
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
    nodes = {}
    for key, node in graph.nodes(data=True):
        words, edge, fill, box, style = _node_look(node)
        nodes[key] = ax.text(
            *places[key],
            words,
            ha="center",
            va="center",
            zorder=2,
            fontsize=10,
            color=INK,
            bbox={"boxstyle": box, "ec": edge, "fc": fill, "lw": 1.6, "ls": style},
        )
        if node["die"]:
            half = nodes[key].get_window_extent().width / 2 * 72 / ax.figure.dpi
            ax.annotate(
                DIE,
                places[key],
                (-half - 17, 0),
                textcoords="offset points",
                fontsize=24,
                color=INK,
                ha="center",
                va="center",
            )
    for above, below, edge in graph.edges(data=True):
        colour, style = {"gradient": (GREEN, "-"), "zero": (RED, (0, (4, 3))), "value": (INK, (0, (1, 2)))}[
            edge["carries"]
        ]
        ends = [nodes[above], nodes[below]]
        if edge["carries"] == "value":
            ends.reverse()  # a constant is read: its number goes up, and nothing comes back
        arrow(ax, *ends, 0.0, {"color": colour, "ls": style, "lw": 2})
        middle = (np.array(places[above]) + np.array(places[below])) / 2
        lean = np.sign(round(places[below][0] - places[above][0], 1))  # to the left -1, to the right 1
        beside = {
            "textcoords": "offset points",
            "ha": "right" if lean < 0 else "left",
            "va": "bottom" if lean else "center",
        }
        if edge["carries"] == "zero":
            ax.annotate("✂ 0", middle, (2 * lean or 5, 0), color=RED, fontsize=15, **beside)
        elif edge["carries"] == "gradient" and edge["gradient"].numel() == 1:
            ax.annotate(
                f"{edge['gradient'].item():.2f}", middle, (2 * lean or 5, 0), color=INK, fontsize=10, **beside
            )
    xs, ys = zip(*places.values(), strict=True)
    ax.set(xlim=(min(xs) - 0.75, max(xs) + 0.75), ylim=(min(ys) - 0.5, max(ys) + 0.4), title=title)
    ax.axis("off")
    return ax


def _node_look(node: dict) -> tuple:
    if node["kind"] == "loss":
        return "loss", INK, "white", "round,pad=0.3", "-"
    if node["kind"] == "step":
        words = f"{node['name']} = {node['label']}" if node["name"] else node["label"]
        return words, RED if node["die"] else BLUE, "white", "round,pad=0.3", "-"
    words, *look = _BOX[node["state"]]
    gradient = node["gradient"]
    if node["die"]:
        words = "just a number"
    elif node["state"] == "reached":
        value = f"{gradient.item():.2f}" if gradient.numel() == 1 else f"of shape {tuple(gradient.shape)}"
        words = words.format(f"gradient {value}")
    return f"{node['label']}\n{words}", *look


def graph_places(graph: "nx.DiGraph") -> dict[str, tuple[float, float]]:
    """Where to draw each node: steps by their longest path from the loss, leaves all at the bottom.

    A draw that no step reads stands between the loss and the leaves.
    """
    import networkx as nx

    depth = {}
    for key in nx.topological_sort(graph):
        depth[key] = 1 + max((depth[above] for above in graph.predecessors(key)), default=-1)
    alone = [key for key, node in graph.nodes(data=True) if node["die"] and not graph.degree(key)]
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
