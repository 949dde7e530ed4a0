"""`Tokens`: a digit as entries of a codebook; exchange one, and the picture changes there."""

import math
from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import torch
import traitlets
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor, nn

from helpers._arguments import check_floats
from helpers.figures import BLUE, GREY, RED, show_digits
from helpers.widgets._base import (
    HERE,
    BrowserWidget,
    as_list,
    checked_index,
    ends,
    frozen,
    pack_floats,
    pack_images,
    pack_network,
    script,
)


class Tokens(BrowserWidget):
    """A digit cut into patches, each coded by one entry of a codebook: choose another, and see it decoded.

    model: `model.encode(images)` gives the encoder's vectors and the tokens, (n, patches) numbers of entries;
        `model.codebook` is (entries, size); `model.decoder` takes the entries of all patches, one after the
        other, (n, patches * size), to logits, (n, pixels). It runs in the browser.
    images, labels: (n, pixels), numbers from 0 to 1, and their n labels
    drawn: (entries, pixels of a patch), numbers from 0 to 1, how each entry is drawn

    Image and patches are square, and the patches stand in rows. Traits, to be read and set: `picked`, the
    number of an image; `patch`, the patch whose entry is chosen; `tokens`, one entry for each patch, which
    become those of each image that is picked.
    Raises TypeError or ValueError for arguments that do not fit each other, TraitError for a wrong trait.
    """

    _esm = script(HERE / "tokens.js")
    picked = traitlets.Int(0).tag(sync=True)
    # No echo: old tokens that come back would undo what was chosen since.
    patch = traitlets.Int(0).tag(sync=True, echo_update=False)
    tokens = traitlets.List(traitlets.Int()).tag(sync=True, echo_update=False)
    _layers = traitlets.List().tag(sync=True)
    _weights = traitlets.Bytes().tag(sync=True)
    _codebook = traitlets.Bytes().tag(sync=True)
    _drawn = traitlets.Bytes().tag(sync=True)
    _own = traitlets.List().tag(sync=True)  # the tokens of each image
    _images = traitlets.Bytes().tag(sync=True)
    _labels = traitlets.List().tag(sync=True)

    def __init__(self, model: Any, images: Tensor, labels: Sequence | Tensor, drawn: Tensor):
        self._decode = frozen(nn.Sequential(model.decoder, nn.Sigmoid()))
        layers, weights = pack_network(self._decode)
        inputs, pixels = ends(layers)
        packed = pack_images("images", images, pixels)
        with torch.no_grad():
            _, own = model.encode(images)
        self._entries, self._x = model.codebook.detach().clone(), images
        entries, size = self._entries.shape
        if own.shape[1] * size != inputs:
            raise ValueError(
                f"model: a decoder of {own.shape[1]} x {size} numbers is needed, not of {inputs}"
            )
        check_floats("drawn", drawn, (entries, pixels // own.shape[1]))
        self._faces = drawn
        super().__init__(
            tokens=own[0].tolist(),
            _layers=layers,
            _weights=weights,
            _codebook=pack_floats("codebook", self._entries, (None, None)),
            _drawn=pack_images("drawn", drawn, drawn.shape[1]),
            _own=own.tolist(),
            _images=packed,
            _labels=as_list("labels", labels, len(images)),
        )

    @traitlets.validate("picked")
    def _check_picked(self, proposal: dict) -> int:
        return checked_index(proposal, len(self._own))

    @traitlets.validate("patch")
    def _check_patch(self, proposal: dict) -> int:
        return checked_index(proposal, len(self._own[0]))

    @traitlets.validate("tokens")
    def _check_tokens(self, proposal: dict) -> list[int]:
        patches, entries, value = len(self._own[0]), len(self._entries), proposal["value"]
        if len(value) != patches or not all(0 <= token < entries for token in value):
            raise traitlets.TraitError(f"tokens: {patches} numbers from 0 to {entries - 1} are needed")
        return value

    @traitlets.observe("picked")
    def _start(self, change: dict) -> None:
        self.tokens = self._own[change["new"]]

    @property
    def exchanged(self) -> list[int]:
        """The patches whose token is not the image's own."""
        own = self._own[self.picked]
        return [i for i, token in enumerate(self.tokens) if token != own[i]]

    @property
    def decoded(self) -> Tensor:
        """What torch decodes from the tokens, (pixels,)."""
        return self._decode(self._entries[self.tokens].flatten())

    def figure(self) -> Figure:
        figure, axes = plt.subplot_mosaic("xtd;aaa", figsize=(8.4, 4.9), height_ratios=(2.6, 1.5))
        show_digits(self._x[self.picked, None], 1, title="$x$", ax=axes["x"])
        side = math.isqrt(len(self.tokens))
        show_digits(self._faces[self.tokens], side, title="its tokens", ax=axes["t"])
        show_digits(self.decoded[None], 1, smooth=True, title="decoded", ax=axes["d"])
        show_digits(self._faces, 16, title="the codebook: one entry for the framed patch", ax=axes["a"])
        patch = math.isqrt(self._faces.shape[1])
        for name, columns, count in (("t", side, len(self.tokens)), ("a", 16, len(self._faces))):
            for i in range(count):
                _frame(axes[name], i, columns, patch, 2, GREY, "-", 0.5)
        for name, gap in (("x", 0), ("t", 2), ("d", 0)):
            _frame(axes[name], self.patch, side, patch, gap, BLUE, "-")
        for i in self.exchanged:
            _frame(axes["t"], i, side, patch, 2, RED, ":")
        _frame(axes["a"], self.tokens[self.patch], 16, patch, 2, BLUE, "-")
        return figure

    def __repr__(self) -> str:
        label, count = self._labels[self.picked], len(self.exchanged)
        return f"Tokens(a {label}, {count} of {len(self.tokens)} exchanged)"


def _frame(
    ax: Axes, index: int, columns: int, side: int, gap: int, colour: str, dash: str, wide: float = 2
) -> None:
    """Around one of the pictures of `side` pixels, in rows of `columns`, with `gap` pixels between them."""
    down, across = divmod(index, columns)
    corner = across * (side + gap) - 0.5, down * (side + gap) - 0.5
    ax.add_patch(Rectangle(corner, side, side, fill=False, color=colour, ls=dash, lw=wide, clip_on=False))
