"""`Handwriting`: draw a digit, and get all ten in your own hand."""

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F
import traitlets
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor

from helpers._arguments import check_images
from helpers.figures import BLUE, show_digits
from helpers.widgets._base import (
    HERE,
    BrowserWidget,
    as_list,
    checked_index,
    ends,
    frozen,
    pack_network,
    pair,
    script,
)
from helpers.words import said

SIDE, PIXELS, LABELS = 28, 784, 10


class Handwriting(BrowserWidget):
    """A sheet to draw a digit on, and what a conditional VAE writes with its z: the digits 0 to 9.

    net: `net.encoder` takes an image and its one-hot label, (n, 784 + 10), to mu and logvar, (n, 2 D);
        `net.decoder` takes z and a one-hot label, (n, D + 10), to logits, (n, 784). Both run in the browser.
    images, labels: some digits (n, 784) to take instead of drawing, pixels from 0 to 1 (above 0.5 is ink)

    The browser makes a drawing into a digit as MNIST's were made: its longer side is 20 pixels, its centre of
    mass is near the middle, its lines have the usual width. As its label it takes the one with the highest
    log p(x|z, label) - KL at z = mu; another one can be pressed.
    Traits: `image`, 784 bytes of 0 and 1, none when nothing is drawn; `label`; `z`, the mean of q(z|x, label)
    until its sliders are moved.
    Raises TypeError or ValueError for arguments that do not fit each other, TraitError for a wrong trait.
    """

    _esm = script(HERE / "handwriting.js")
    # No echo: an old drawing that comes back would replace the strokes made since.
    image = traitlets.Bytes().tag(sync=True, echo_update=False, from_json=lambda value, _: bytes(value))
    label = traitlets.Int(0).tag(sync=True, echo_update=False)
    z = traitlets.List(traitlets.Float()).tag(sync=True, echo_update=False)
    _encoder = traitlets.List().tag(sync=True)
    _encoder_weights = traitlets.Bytes().tag(sync=True)
    _decoder = traitlets.List().tag(sync=True)
    _decoder_weights = traitlets.Bytes().tag(sync=True)
    _examples = traitlets.Bytes().tag(sync=True)  # 784 bytes for each of `images`
    _labels = traitlets.List().tag(sync=True)

    def __init__(self, net: Any, images: Tensor | None = None, labels: Tensor | Sequence[int] = ()):
        self._encode, self._decode = frozen(net.encoder), frozen(net.decoder)
        examples = b"" if images is None else _ink("images", images)
        encoder, encoder_weights = pack_network(self._encode)
        decoder, decoder_weights = pack_network(self._decode)
        sizes = [*ends(encoder), *ends(decoder)]
        latent = sizes[1] // 2
        if sizes != [PIXELS + LABELS, 2 * latent, latent + LABELS, PIXELS]:
            raise ValueError(
                "net: an encoder of 794 to 2 D and a decoder of D + 10 to 784 numbers are needed, not "
                "{} to {} and {} to {}".format(*sizes)
            )
        super().__init__(
            _encoder=encoder,
            _encoder_weights=encoder_weights,
            _decoder=decoder,
            _decoder_weights=decoder_weights,
            _examples=examples,
            _labels=as_list("labels", labels, len(examples) // PIXELS),
        )

    @traitlets.validate("label")
    def _check_label(self, proposal: dict) -> int:
        return checked_index(proposal, LABELS)

    def take(self, image: Tensor, label: int) -> None:
        """Shows `image`, (784,) or (1, 784) with pixels from 0 to 1; above 0.5 is ink."""
        ink = _ink("image", image.reshape(1, -1))
        with self.hold_sync():
            self.image, self.label = ink, label
            self.z = self.posterior[0].tolist()

    @property
    def digit(self) -> Tensor | None:
        """What is drawn, (784,) numbers 0 or 1; None where nothing is."""
        return next(self._encode.parameters()).new_tensor(list(self.image)) if self.image else None

    @property
    def posterior(self) -> tuple[Tensor, Tensor]:
        """mu and sigma of q(z|x, label), each (D,), of what is drawn."""
        if self.digit is None:
            raise ValueError("nothing is drawn")
        y = F.one_hot(torch.tensor(self.label), LABELS).to(self.digit)
        mu, logvar = self._encode(torch.cat([self.digit, y])).chunk(2)
        return mu, torch.exp(0.5 * logvar)

    @property
    def decoded(self) -> Tensor:
        """The ten digits as torch decodes them from z, (10, 784)."""
        z = next(self._decode.parameters()).new_tensor(self.z).expand(LABELS, -1)
        return torch.sigmoid(self._decode(torch.cat([z, torch.eye(LABELS).to(z)], 1)))

    def figure(self) -> Figure:
        figure, (left, right) = plt.subplots(1, 2, figsize=(9, 2.9), width_ratios=(1, 3))
        if self.digit is None:
            left.text(0.5, 0.5, said("draw a digit here"), ha="center", transform=left.transAxes)
            left.set(xticks=[], yticks=[], aspect="equal")
            right.set_axis_off()
            return figure
        show_digits(self.digit[None], 1, title=said("$x$, a {}", self.label), ax=left)
        title = said(f"ten digits from z = {pair(self.z)}")
        show_digits(self.decoded, 5, smooth=True, title=title, ax=right)
        down, across = divmod(self.label, 5)
        side = SIDE + 2
        corner = side * across - 0.5, side * down - 0.5
        right.add_patch(Rectangle(corner, SIDE, SIDE, fill=False, color=BLUE, lw=1.5, clip_on=False))
        return figure

    def __repr__(self) -> str:
        return f"Handwriting(a {self.label}, z={pair(self.z)})" if self.image else "Handwriting(empty)"


def _ink(name: str, images: Tensor) -> bytes:
    """1 where a pixel of `images` (n, 784) is above 0.5, else 0."""
    check_images(name, images, pixels=PIXELS)
    return (images > 0.5).byte().numpy().tobytes()
