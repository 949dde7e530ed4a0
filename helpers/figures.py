"""Plots. Each takes what is already computed and `ax=None`, and returns the axes it drew on.

Nothing here trains or samples. Colours are those of Okabe & Ito, told apart by people who are colour
blind and in greyscale; shape or label always says the same as the colour.
"""

import io
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from helpers._arguments import check_tensor, check_whole

if TYPE_CHECKING:
    import networkx as nx

    from helpers.training import History

BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, GREY, INK = "#CC79A7", "#56B4E9", "#767676", "#222222"
TEN = ("#0072B2", "#D55E00", "#009E73", "#B0007F", "#8A6A00", "#117A8B", "#5B3A9E", "#A61C1C",
       "#3B6B1D", "#1B2A80")  # one for each digit, each dark enough to be read on white


def use_style() -> None:
    """The look of the course: white paper (in a dark theme too), no frame on top and right."""
    mpl.rcParams.update({
        "figure.facecolor": "white", "savefig.facecolor": "white", "figure.dpi": 100,
        "figure.figsize": (6.4, 3.4), "figure.constrained_layout.use": True,
        "font.size": 11, "axes.titlesize": 12, "axes.titlelocation": "left",
        "axes.spines.top": False, "axes.spines.right": False, "axes.grid": False,
        "axes.prop_cycle": mpl.cycler(color=[BLUE, RED, GREEN, ORANGE, PURPLE, SKY]),
        "legend.frameon": False, "lines.linewidth": 2, "image.cmap": "gray_r",
    })


def png(figure: Figure) -> bytes:
    """The figure as PNG. Its size in pixels depends on the figure's size alone, not on what it shows."""
    if not isinstance(figure, Figure):
        raise TypeError(f"figure: a matplotlib Figure is needed, not {type(figure).__name__}")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=figure.dpi)
    return buffer.getvalue()


def tile(images: Tensor, columns: int) -> np.ndarray:
    """Images (n, 784) side by side, `columns` in a row, two white pixels between them: (rows, cols)."""
    if not isinstance(images, Tensor) or images.ndim != 2:
        raise ValueError("images: a tensor of the shape (n, pixels) is needed")
    check_tensor("images", images)
    if not images.numel():
        raise ValueError(f"images: at least one is needed, not the shape {tuple(images.shape)}")
    side = round(images.shape[1] ** 0.5)
    if side * side != images.shape[1]:
        raise ValueError(f"images: square images are needed, not {images.shape[1]} pixels")
    if not bool(torch.isfinite(images).all()):  # it would be drawn as white paper
        raise ValueError("images: their pixels are not all finite numbers")
    check_whole("columns", columns, 1, 1000)
    rows = -(-len(images) // columns)
    sheet = np.zeros((rows * (side + 2) - 2, columns * (side + 2) - 2), np.float32)
    for index, image in enumerate(images.detach().cpu().numpy()):
        top, left = (side + 2) * np.array(divmod(index, columns))
        sheet[top : top + side, left : left + side] = image.reshape(side, side)
    return sheet


def show_digits(images: Tensor, columns: int = 10, *, title: str = "",
                row_labels: Sequence[str] = (), ax: Axes | None = None) -> Axes:
    """A sheet of digits (n, 784), dark ink on white, each row named if `row_labels` are given."""
    sheet = tile(images, columns)
    _check_ax(ax)
    rows = -(-len(images) // columns)
    if isinstance(row_labels, str | bytes) or not isinstance(row_labels, Sequence):
        raise TypeError(f"row_labels: a list of texts is needed, not {type(row_labels).__name__}")
    if len(row_labels) > rows:
        raise ValueError(f"row_labels: at most {rows}, one for each row, are needed, not {len(row_labels)}")
    if ax is None:
        width = 8.0
        _, ax = plt.subplots(figsize=(width, width * sheet.shape[0] / sheet.shape[1] + 0.45))
    ax.imshow(sheet, vmin=0, vmax=1, cmap="gray_r", interpolation="nearest")
    ax.set_title(title)
    ax.set_xticks([])
    ax.set_yticks([30 * row + 13 for row in range(len(row_labels))], row_labels)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax


def latent_plane(codes: Tensor, labels: Tensor, *, title: str = "", ax: Axes | None = None) -> Axes:
    """Codes (n, 2) in the plane, each drawn as the digit it belongs to, in that digit's colour."""
    check_tensor("codes", codes)
    check_tensor("labels", labels)
    if codes.ndim != 2 or codes.shape[1] != 2 or labels.shape != codes.shape[:1]:
        raise ValueError(f"codes: (n, 2) and n labels are needed, not {tuple(codes.shape)} "
                         f"and {tuple(labels.shape)}")
    # what follows would leave points out of the picture
    if not bool(torch.isfinite(codes).all()):
        raise ValueError("codes: their numbers are not all finite")
    if labels.is_floating_point() or bool(((labels < 0) | (labels > 9)).any()):
        raise ValueError("labels: whole numbers from 0 to 9 are needed")
    _check_ax(ax)
    if ax is None:
        _, ax = plt.subplots(figsize=(5.2, 5.2))
    points, classes = codes.detach().cpu().numpy(), labels.cpu().numpy()
    for digit in range(10):
        chosen = points[classes == digit]
        ax.scatter(chosen[:, 0], chosen[:, 1], marker=f"${digit}$", s=22, lw=0.3, color=TEN[digit])
    ax.set(xlabel="$z_1$", ylabel="$z_2$", title=title)
    ax.set_aspect("equal", adjustable="box")
    return ax


def learning_curves(history: "History", axes: Sequence[Axes] | None = None) -> Sequence[Axes]:
    """Left: -ELBO in training and held out. Right: the two terms, held out. Nats per image."""
    if not (hasattr(history, "train") and hasattr(history, "held_out")):
        raise TypeError(f"history: the History of a training is needed, not {type(history).__name__}")
    if axes is not None and not (isinstance(axes, Sequence | np.ndarray) and len(axes) == 2
                                 and all(isinstance(ax, Axes) for ax in axes)):
        raise TypeError("axes: two matplotlib Axes are needed")
    if axes is None:  # placed by hand: finding a layout takes as long as drawing the curves
        figure, axes = plt.subplots(1, 2, figsize=(9, 3.2), layout="none")
        figure.subplots_adjust(left=0.08, right=0.98, bottom=0.17, top=0.9, wspace=0.2)
    epochs = range(1, len(history.held_out) + 1)
    left, right = axes
    left.plot(epochs, [-t.elbo for t in history.train[: len(epochs)]], "o--", ms=4, color=ORANGE,
              label="training")
    left.plot(epochs, [-t.elbo for t in history.held_out], "s-", ms=4, color=BLUE, label="held out")
    left.set(title="Lower is better", ylabel="-ELBO (nats per image)")
    right.plot(epochs, [-t.reconstruction for t in history.held_out], "^-", ms=4, color=GREEN,
               label="-reconstruction")
    right.plot(epochs, [t.kl for t in history.held_out], "v-", ms=4, color=RED, label="KL")
    right.set(title="Its two terms, held out", ylabel="nats per image", ylim=(0, None))
    for ax in axes:
        ax.set_xlabel("epoch")
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.legend()
    return axes


def _check_ax(ax: Axes | None) -> None:
    if ax is not None and not isinstance(ax, Axes):
        raise TypeError(f"ax: matplotlib Axes are needed, or None, not {type(ax).__name__}")


# -- The autograd graph ------------------------------------------------------------------------

_BOX = {  # look of a node by its state: (words, edge colour, fill, box style, line style)
    "reached": ("{}", GREEN, "#DDF3EA", "round,pad=0.4", "-"),
    "zero": ("gradient exactly 0", RED, "#FBE3D6", "sawtooth,pad=0.4", "-"),
    "none": ("no gradient", GREY, "#EEEEEE", "square,pad=0.4", "--"),
    "constant": ("constant: not asked", INK, "white", "round4,pad=0.4", ":"),
}


def trace_autograd(tensor: Tensor, names: dict[str, Tensor]) -> "nx.DiGraph":
    """The graph that autograd recorded for the scalar `tensor`, and what its gradient does there.

    Walks `grad_fn` and sends one gradient through it (no `.grad` is changed, the graph is kept).
    Every node has `label`, `kind` ("loss", "step" or "leaf") and, if a leaf, `state`:
    "reached", "zero", "none" (autograd has no path to it) or "constant" (it requires no gradient);
    `gradient` is the tensor that arrived, or None. An edge runs the way the gradient does; its
    `carries` is "gradient", "zero" or "value" (a constant that the step reads).
    """
    import networkx as nx

    if not isinstance(tensor, Tensor) or tensor.numel() != 1:
        raise ValueError("tensor: a scalar tensor is needed, the end of the graph")
    check_tensor("tensor", tensor)
    if not isinstance(names, Mapping):
        raise TypeError(f"names: a dictionary of leaf tensors is needed, not {type(names).__name__}")
    for name, leaf in names.items():
        if not isinstance(name, str):
            raise TypeError(f"names: each name must be a text, not {name!r}")
        if not isinstance(leaf, Tensor) or not leaf.is_leaf:
            raise ValueError(f"names: {name!r} must be a leaf tensor, one that no operation made")
        check_tensor(f"names: {name!r}", leaf)
    if "loss" in names or len({id(leaf) for leaf in names.values()}) < len(names):
        raise ValueError("names: each tensor needs one name of its own, and none may be 'loss'")
    graph = nx.DiGraph()
    graph.add_node("loss", label="loss", kind="loss")
    named = {id(leaf): name for name, leaf in names.items()}
    leaves, steps, keys = {}, {}, {}

    def key_of(node) -> str:  # where a node of autograd stands in our graph
        if not hasattr(node, "variable"):
            steps[f"step {id(node)}"] = node
            return f"step {id(node)}"
        leaf = node.variable  # AccumulateGrad: the entrance to a leaf
        name = named.setdefault(id(leaf), f"unnamed {tuple(leaf.shape)} {len(named) - len(names) + 1}")
        leaves[name] = leaf
        return name

    queue = [tensor.grad_fn] if tensor.grad_fn is not None else []
    while queue:
        node = queue.pop(0)
        if node in keys:
            continue
        keys[node] = key_of(node)
        queue += [below for below, _ in node.next_functions if below is not None]
    if tensor.grad_fn is not None:
        graph.add_edge("loss", keys[tensor.grad_fn], carries="gradient")
    elif tensor.requires_grad:  # the tensor is itself a leaf
        leaves[named.setdefault(id(tensor), "unnamed")] = tensor
        graph.add_edge("loss", named[id(tensor)], carries="gradient")
    for node, key in keys.items():
        graph.add_edges_from((key, keys[below]) for below, _ in node.next_functions if below is not None)

    for key, node in steps.items():
        graph.add_node(key, label=re.sub(r"Backward\d+$", "", node.name()), kind="step")
        for name, leaf in names.items():
            if not leaf.requires_grad and _reads(node, leaf):
                graph.add_edge(key, name, carries="value")
    alive = set()  # the edges that carry something other than zero: what each step sends to each input

    def watch(sent, _received, node) -> None:
        for gradient, (below, _) in zip(sent, node.next_functions, strict=True):
            if gradient is not None and bool((gradient != 0).any()):
                alive.add((keys[node], keys[below]))

    hooks = [node.register_hook(lambda sent, received, node=node: watch(sent, received, node))
             for node in steps.values()]
    try:
        gradients = dict.fromkeys(names)
        if leaves:
            found = torch.autograd.grad(tensor, list(leaves.values()), torch.ones_like(tensor),
                                        retain_graph=True, allow_unused=True)
            gradients |= dict(zip(leaves, found, strict=True))
    except RuntimeError as error:
        raise _no_way_back(error) from error
    finally:
        for hook in hooks:
            hook.remove()

    for name, gradient in gradients.items():
        leaf = names.get(name, leaves.get(name))
        state = ("constant" if not leaf.requires_grad else "none" if gradient is None
                 else "reached" if bool((gradient != 0).any()) else "zero")
        graph.add_node(name, label=name, kind="leaf", state=state, gradient=gradient)
    for above, below, edge in graph.edges(data=True):
        edge.setdefault("carries", "gradient" if (above, below) in alive else "zero")
    return graph


def _reads(node, leaf: Tensor) -> bool:
    """Whether a step of the graph keeps `leaf` to compute its derivative with."""
    try:
        saved = [getattr(node, name) for name in dir(node) if name.startswith("_saved_")]
    except RuntimeError as error:
        raise _no_way_back(error) from error
    return any(isinstance(t, Tensor) and t.data_ptr() == leaf.data_ptr() and t.shape == leaf.shape
               for t in saved)


def _no_way_back(error: RuntimeError) -> ValueError:
    """Of a graph that backward() has freed, or a value changed in place."""
    return ValueError("tensor: autograd cannot go back through it; compute it again "
                      f"({str(error).split('.')[0]})")


def autograd_graph(tensor: Tensor, names: dict[str, Tensor], *, title: str = "",
                   ax: Axes | None = None) -> Axes:
    """Draws the real graph of `trace_autograd`: the loss on top, the leaves below.

    Arrows show the way of the gradient. A leaf that it reaches is a round box with its gradient; one
    that gets exactly zero is a torn box behind a cut arrow; one without a path is a dashed box.
    """
    _check_ax(ax)
    graph = trace_autograd(tensor, names)
    places = _places(graph)
    if ax is None:
        _, ax = plt.subplots(figsize=(6.4, 5))
    leaves = {key for key, node in graph.nodes(data=True) if node["kind"] == "leaf"}
    for above, below, edge in graph.edges(data=True):
        colour, style = {"gradient": (GREEN, "-"), "zero": (RED, (0, (4, 3))),
                         "value": (INK, (0, (1, 2)))}[edge["carries"]]
        ends = (places[below], places[above])
        if edge["carries"] == "value":
            ends = ends[::-1]  # a constant is read: its number goes up, and nothing comes back
        ax.annotate("", *ends, zorder=1, arrowprops={
            "arrowstyle": "-|>", "color": colour, "ls": style, "lw": 2, "shrinkA": 13,
            "shrinkB": 23 if below in leaves and edge["carries"] != "value" else 17})
        if edge["carries"] == "zero":
            middle = (np.array(ends[0]) + np.array(ends[1])) / 2
            ax.text(*middle, "✂ 0", color=RED, fontsize=15, ha="center", va="center", zorder=3,
                    bbox={"fc": "white", "ec": "none", "pad": 1})
    for key, node in graph.nodes(data=True):
        words, edge, fill, box, style = _node_look(node)
        ax.text(*places[key], words, ha="center", va="center", zorder=2, fontsize=10, color=INK,
                bbox={"boxstyle": box, "ec": edge, "fc": fill, "lw": 1.6, "ls": style})
    xs, ys = zip(*places.values(), strict=True)
    ax.set(xlim=(min(xs) - 0.75, max(xs) + 0.75), ylim=(min(ys) - 0.5, max(ys) + 0.4), title=title)
    ax.axis("off")
    return ax


def _node_look(node: dict) -> tuple:
    if node["kind"] != "leaf":
        return node["label"], INK if node["kind"] == "loss" else BLUE, "white", "round,pad=0.3", "-"
    words, *look = _BOX[node["state"]]
    gradient = node["gradient"]
    if node["state"] == "reached":
        value = f"{gradient.item():.2f}" if gradient.numel() == 1 else f"of shape {tuple(gradient.shape)}"
        words = words.format(f"gradient {value}")
    return f"{node['label']}\n{words}", *look


def _places(graph: "nx.DiGraph") -> dict[str, tuple[float, float]]:
    """Where to draw each node: steps by their longest way from the loss, leaves all at the bottom."""
    import networkx as nx

    depth = {}
    for key in nx.topological_sort(graph):
        depth[key] = 1 + max((depth[above] for above in graph.predecessors(key)), default=-1)
    leaves = [key for key, node in graph.nodes(data=True) if node["kind"] == "leaf"]
    bottom = max(1, max((d for key, d in depth.items() if key not in leaves), default=0) + 1)
    across = {key: 1.6 * i for i, key in enumerate(leaves)}
    for key in reversed(list(nx.topological_sort(graph))):
        below = [across[k] for k in graph.successors(key)]
        if key in leaves:
            continue
        place = float(np.mean(below or list(across.values()) or [0]))
        while any(abs(across[k] - place) < 0.7 and depth[k] == depth[key]
                  for k in across if k not in leaves):
            place += 0.8  # two branches of the same shape stand side by side
        across[key] = place
    return {key: (across[key], -float(bottom if key in leaves else depth[key])) for key in graph}
