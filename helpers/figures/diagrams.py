"""What is computed from what; and points of a triangle."""

import math
from collections.abc import Collection, Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Text
from torch import Tensor

from helpers._arguments import check_floats
from helpers.figures.style import BLUE, GREEN, INK, OTHER_COLORS, RED

DIE = "\u2684"  # a glyph of DejaVu Sans, matplotlib's own font


def node_diagram(
    places: dict[str, tuple[float, float]],
    arrows: Collection[tuple[str, str]],
    *,
    random: Collection[str] = (),
    back: Mapping[tuple[str, str], str] | None = None,
    highlight: Collection[str] = (),
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """What is computed from what. Boxes: deterministic nodes. Circles with a die: random ones.

    places: the words of each node, and where it stands, in steps of about 1
    arrows: (from, to), of two nodes
    back: for some arrows the gradient that comes back along it, in words; "0" where it is cut off
    highlight: the nodes with a bold edge; boxes are filled, too
    """
    back = back or {}
    if ax is None:
        _, ax = plt.subplots(figsize=(5, 4))
    nodes = {}
    for words, place in places.items():
        box = (
            {"fc": "#FFF6DC", "ec": INK, "boxstyle": "circle,pad=0.45"}
            if words in random
            else {"fc": "white", "ec": BLUE, "boxstyle": "round,pad=0.5"}
        )
        look = {"lw": 3.2} if words in highlight else {"lw": 1.6}
        if words in highlight and words not in random:
            look |= {"fc": "#CDE4F4"}
        nodes[words] = ax.text(
            *place, words, ha="center", va="center", fontsize=12, color=INK, zorder=2, bbox=box | look
        )
        if words in random:
            ax.annotate(
                DIE,
                (1, 1),
                (8, 8),
                xycoords=nodes[words],
                textcoords="offset points",
                fontsize=19,
                color=INK,
                zorder=4,
                ha="center",
                va="center",
            )
    centre = np.mean([places[words] for words in set().union(*back) or places], axis=0)
    for source, target in arrows:
        arrow(ax, nodes[source], nodes[target], 0.0, {"color": INK, "lw": 1.3})
        if (source, target) in back:
            words = back[source, target]
            colour, style = (RED, (0, (4, 3))) if words == "0" else (GREEN, "-")
            start, end = np.array(places[target]), np.array(places[source])
            middle, (dx, dy) = (start + end) / 2, end - start
            side = -1 if np.dot((dy, -dx), centre - middle) > 0 else 1  # it bends away from the others
            arrow(ax, nodes[target], nodes[source], 0.3 * side, {"color": colour, "ls": style, "lw": 2})
            out = side * np.array((dy, -dx))  # from the middle outwards; the arc is at 0.15 of it
            ax.annotate(
                "✂ 0" if words == "0" else words,
                tuple(middle + 0.15 * out),
                tuple(6 * out / np.hypot(*out)),
                textcoords="offset points",
                color=colour,
                fontsize=13,
                zorder=4,
                va="center",
                ha="right" if out[0] < 0 else "left",
            )
    xs, ys = zip(*places.values(), strict=True)
    ax.set(xlim=(min(xs) - 0.6, max(xs) + 0.6), ylim=(min(ys) - 0.45, max(ys) + 0.45), title=title)
    ax.set_aspect("equal")
    ax.axis("off")
    return ax


def arrow(ax: Axes, start: Text, end: Text, bend: float, look: dict) -> None:
    """From the edge of one node to the edge of another; drawn after both, whose edges are known then."""
    ax.annotate(
        "",
        end.get_position(),
        start.get_position(),
        zorder=3,
        arrowprops={
            "arrowstyle": "-|>",
            "mutation_scale": 14,
            "connectionstyle": f"arc3,rad={bend}",
            "shrinkA": 3,
            "shrinkB": 3,
            "patchA": start.get_bbox_patch(),
            "patchB": end.get_bbox_patch(),
        }
        | look,
    )


def triangle(z: Tensor, *, title: str = "", ax: Axes | None = None) -> Axes:
    """Points z (n, 3), not negative and with the sum 1, in a triangle whose corners are the one-hot vectors.

    Mark and colour say which entry is the largest.
    """
    check_floats("z", z, (None, 3))
    if ax is None:
        _, ax = plt.subplots(figsize=(3.4, 3.2))
    corners = np.array([[0, 0], [1, 0], [0.5, math.sqrt(0.75)]])
    ax.fill(*corners.T, fc="none", ec=INK, lw=1)
    largest, places = z.argmax(1).numpy(), z.detach().numpy() @ corners
    for i, (mark, colour) in enumerate(zip("os^", OTHER_COLORS, strict=True)):
        ax.plot(*places[largest == i].T, mark, ms=4, color=colour, alpha=0.5, mew=0)
        x, y = 1.12 * corners[i] - 0.12 * corners.mean(0)
        ax.text(x, y, str(i + 1), ha="center", va="center")
    ax.set(title=title, xlim=(-0.12, 1.12), ylim=(-0.12, 1.0), aspect="equal")
    ax.axis("off")
    return ax
