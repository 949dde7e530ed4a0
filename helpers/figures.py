"""Plots. Each takes what is already computed and `ax=None`, and returns the axes it drew on.

Nothing here trains or samples. Colours are those of Okabe & Ito, told apart by people who are colour
blind and in greyscale; shape or label always says the same as the colour.
"""

import io
import math
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from IPython import get_ipython
from IPython.display import Image, display
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from torch import Tensor

from helpers._arguments import check_floats, check_integer
from helpers.autograd import trace_autograd
from helpers.vae import VAE, History

if TYPE_CHECKING:
    import networkx as nx

BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, GREY, INK = "#CC79A7", "#56B4E9", "#767676", "#222222"
# One look for each way to draw z, and for the estimators made of them, in every lesson. Green is a gradient
# that arrives, red one that is exactly 0, grey one that has no path: as in the drawn graphs below.
LOOK = {
    "trick": {"color": GREEN, "linestyle": "-", "marker": "o"},  # mu + sigma * randn, rsample, pathwise
    "torch.normal": {"color": RED, "linestyle": "--", "marker": "s"},
    "sample": {"color": GREY, "linestyle": ":", "marker": "D"},  # Normal(mu, sigma).sample()
    "rand": {"color": ORANGE, "linestyle": "-.", "marker": "^"},  # mu + sigma * rand
    "score function": {"color": BLUE, "linestyle": (0, (5, 1, 1, 1)), "marker": "v"},
    "leave-one-out": {"color": PURPLE, "linestyle": "--", "marker": "^"},
    "Gumbel-softmax": {"color": "#6B3E1E", "linestyle": "-", "marker": "P"},
    "straight-through": {"color": SKY, "linestyle": "--", "marker": "X"},
}
_DIE = "\u2684"  # a glyph of DejaVu Sans, matplotlib's own font
TEN = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#B0007F",
    "#8A6A00",
    "#117A8B",
    "#5B3A9E",
    "#A61C1C",
    "#3B6B1D",
    "#1B2A80",
)  # one for each digit, each dark enough to be read on white
THREE = TEN[4:7]  # three things that are neither digits nor samplers


def use_style() -> None:
    """The look of the course: white paper (in a dark theme too), no frame on top and right."""
    mpl.rcParams.update(
        {
            "figure.facecolor": "white",
            "savefig.facecolor": "white",
            "figure.dpi": 100,
            "figure.figsize": (6.4, 3.4),
            "figure.constrained_layout.use": True,
            "font.size": 11,
            "axes.titlesize": 12,
            "axes.titlelocation": "left",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": False,
            "axes.prop_cycle": mpl.cycler(color=[BLUE, RED, GREEN, ORANGE, PURPLE, SKY]),
            "legend.frameon": False,
            "lines.linewidth": 2,
            "image.cmap": "gray_r",
        }
    )


def png(figure: Figure) -> bytes:
    """The figure as PNG. Its size in pixels depends on the figure's size alone, not on what it shows."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=figure.dpi)
    return buffer.getvalue()


def tile(images: Tensor, columns: int) -> np.ndarray:
    """Square images (n, pixels) side by side, `columns` in a row, two white pixels between them."""
    check_floats("images", images, (None, None))
    check_integer("columns", columns, 1)
    count, pixels = images.shape
    side = math.isqrt(pixels)
    if not count or side**2 != pixels:
        raise ValueError(f"images: at least one square image is needed, not the shape {tuple(images.shape)}")
    sheet = np.zeros((-(-count // columns) * (side + 2) - 2, columns * (side + 2) - 2), np.float32)
    for index, image in enumerate(images.detach().cpu().numpy()):
        top, left = (side + 2) * np.array(divmod(index, columns))
        sheet[top : top + side, left : left + side] = image.reshape(side, side)
    return sheet


def show_digits(
    images: Tensor,
    columns: int = 10,
    *,
    title: str = "",
    row_labels: Sequence[str] = (),
    column_labels: Sequence[str] = (),
    ax: Axes | None = None,
) -> Axes:
    """A sheet of square images (n, pixels), dark ink on white, its rows and columns named by the labels."""
    sheet = tile(images, columns)
    if ax is None:
        width = 8.0
        _, ax = plt.subplots(figsize=(width, width * sheet.shape[0] / sheet.shape[1] + 0.45))
    ax.imshow(sheet, vmin=0, vmax=1, cmap="gray_r", interpolation="nearest")
    ax.set_title(title)
    side = math.isqrt(images.shape[1])
    for set_ticks, labels in ((ax.set_yticks, row_labels), (ax.set_xticks, column_labels)):
        set_ticks([(side + 2) * index + (side - 1) / 2 for index in range(len(labels))], labels)
    ax.tick_params(length=0, bottom=False, top=True, labelbottom=False, labeltop=True)
    ax.spines[:].set_visible(False)
    return ax


def latent_plane(codes: Tensor, labels: Tensor, *, title: str = "", ax: Axes | None = None) -> Axes:
    """Codes (n, 2) in the plane, each drawn as the digit it belongs to, in that digit's colour."""
    check_floats("codes", codes, (None, 2))
    if labels.shape != codes.shape[:1]:
        raise ValueError(
            f"labels: one for each of the {len(codes)} codes is needed, not the shape {tuple(labels.shape)}"
        )
    if ax is None:
        _, ax = plt.subplots(figsize=(5.2, 5.2))
    points, classes = codes.detach().cpu().numpy(), labels.cpu().numpy()
    for digit in range(10):
        chosen = points[classes == digit]
        ax.scatter(chosen[:, 0], chosen[:, 1], marker=f"${digit}$", s=22, lw=0.3, color=TEN[digit])
    ax.set(xlabel="$z_1$", ylabel="$z_2$", title=title)
    ax.set_aspect("equal", adjustable="box")
    return ax


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
    for i, (mark, colour) in enumerate(zip("os^", THREE, strict=True)):
        ax.plot(*places[largest == i].T, mark, ms=4, color=colour, alpha=0.5, mew=0)
        ax.text(*(1.12 * corners[i] - 0.12 * corners.mean(0)), i + 1, ha="center", va="center")
    ax.set(title=title, xlim=(-0.12, 1.12), ylim=(-0.12, 1.0), aspect="equal")
    ax.axis("off")
    return ax


def learning_curves(history: History, axes: Sequence[Axes] | None = None) -> Sequence[Axes]:
    """Left: -ELBO in training and held out. Right: the two terms, held out. Nats per image."""
    if axes is None:  # placed by hand: finding a layout takes as long as drawing the curves
        figure, axes = plt.subplots(1, 2, figsize=(9, 3.2), layout="none")
        figure.subplots_adjust(left=0.08, right=0.98, bottom=0.17, top=0.9, wspace=0.2)
    epochs = range(1, len(history.held_out) + 1)
    left, right = axes
    left.plot(
        epochs, [-t.elbo for t in history.train[: len(epochs)]], "o--", ms=4, color=THREE[0], label="training"
    )
    left.plot(epochs, [-t.elbo for t in history.held_out], "s-", ms=4, color=INK, label="held out")
    left.set(title="Lower is better", ylabel="-ELBO (nats per image)")
    right.plot(
        epochs,
        [-t.reconstruction for t in history.held_out],
        "^-",
        ms=4,
        color=THREE[1],
        label="-reconstruction",
    )
    right.plot(epochs, [t.kl for t in history.held_out], "v-", ms=4, color=THREE[2], label="KL")
    right.set(title="Its two terms, held out", ylabel="nats per image", ylim=(0, None))
    for ax in axes:
        ax.set_xlabel("epoch")
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.legend()
    return axes


def live_curves() -> Callable[[VAE, History], None]:
    """For `fit(after_epoch=...)`: learning curves, each drawn in place of the one before, in a notebook.

    Their place is taken at once, above the progress bar: a picture that came later would cut the bar in
    two. Before the last epoch, a drawing is skipped where drawing would take over a tenth of the time.
    """
    if get_ipython() is None:
        return lambda model, history: None
    place = display({"text/plain": ""}, raw=True, display_id=True)
    drawn_at, took = -math.inf, 0.0

    def show(model: VAE, history: History) -> None:
        nonlocal drawn_at, took
        start = time.monotonic()
        if history.finished or start - drawn_at >= 10 * took:
            figure = learning_curves(history)[0].figure
            try:
                place.update(Image(png(figure)))
            finally:
                plt.close(figure)
            drawn_at = time.monotonic()
            took = drawn_at - start

    return show


# -- Node diagrams -----------------------------------------------------------------------------


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
        look = {"lw": 3.2 if words in highlight else 1.6}
        if words in highlight and words not in random:
            look["fc"] = "#CDE4F4"
        nodes[words] = ax.text(
            *place, words, ha="center", va="center", fontsize=12, color=INK, zorder=2, bbox=box | look
        )
        if words in random:
            ax.annotate(
                _DIE,
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
        _arrow(ax, nodes[source], nodes[target], 0.0, {"color": INK, "lw": 1.3})
        if (source, target) in back:
            words = back[source, target]
            colour, style = (RED, (0, (4, 3))) if words == "0" else (GREEN, "-")
            start, end = np.array(places[target]), np.array(places[source])
            middle, (dx, dy) = (start + end) / 2, end - start
            side = -1 if np.dot((dy, -dx), centre - middle) > 0 else 1  # it bends away from the others
            _arrow(ax, nodes[target], nodes[source], 0.3 * side, {"color": colour, "ls": style, "lw": 2})
            out = side * np.array((dy, -dx))  # from the middle outwards; the arc is at 0.15 of it
            ax.annotate(
                "✂ 0" if words == "0" else words,
                middle + 0.15 * out,
                6 * out / np.hypot(*out),
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


def _arrow(ax: Axes, start: Text, end: Text, bend: float, look: dict) -> None:
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


# -- The autograd graph ------------------------------------------------------------------------

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
                _DIE,
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
        _arrow(ax, *ends, 0.0, {"color": colour, "ls": style, "lw": 2})
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
