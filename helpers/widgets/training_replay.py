"""`TrainingReplay`: how a two-dimensional latent space came to be, epoch by epoch."""

import math
import zlib
from collections.abc import Sequence
from typing import NamedTuple

import matplotlib.pyplot as plt
import torch
import traitlets
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor

from helpers import figures
from helpers._arguments import check_images
from helpers.training import History, evaluating, preserves_torch_state
from helpers.vae import VAE
from helpers.widgets._base import HERE, BrowserWidget, as_list, encoded, pack_floats, script
from helpers.words import said

ACROSS = 11  # pictures in a row of the manifold
LEAST = 3.5  # the plane goes at least so far from 0


class Frame(NamedTuple):
    """What is kept of one epoch."""

    epoch: int
    codes: Tensor  # (n, 2)
    sheet: Tensor  # (side, side), bytes: 255 for black
    score: float | None  # held-out -ELBO, in nats per image


def grid(dtype: torch.dtype) -> Tensor:
    """z even in the prior's probability, (121, 2): z1 to the right, z2 upwards, the top row first."""
    values = torch.special.ndtri((torch.arange(ACROSS, dtype=dtype) + 0.5) / ACROSS)
    return torch.stack([values.repeat(ACROSS), values.flip(0).repeat_interleave(ACROSS)], 1)


class TrainingReplay(BrowserWidget):
    """The posterior means of the same images, and the manifold, after each epoch of a training.

        replay = TrainingReplay(images, labels)
        replay.record(model)                           # before training: epoch 0
        fit(model, ..., after_epoch=replay.record)     # then one frame per epoch
        replay                                         # a slider over the epochs, and a button that plays

    images: (n, 784), numbers from 0 to 1, best of the held-out ones; labels: n digits, for the colours
    epoch: the trait of the epoch that is shown; it moves with the slider, and may be set

    The manifold is 11 x 11 pictures decoded from z that are even in the prior's probability. The picture
    for a page without a kernel shows three epochs: the first, an early one and the last.
    """

    _esm = script(HERE / "training_replay.js")
    # No echo: an old epoch that comes back would replace the one played since.
    epoch = traitlets.Int(0).tag(sync=True, echo_update=False)
    _epochs = traitlets.List(traitlets.Int()).tag(sync=True)
    _codes = traitlets.Bytes().tag(sync=True)  # of all epochs, one after the other
    _sheets = traitlets.Bytes().tag(sync=True)  # the same, deflated
    _scores = traitlets.List(traitlets.Float(allow_none=True)).tag(sync=True)
    _side = traitlets.Int(28 * ACROSS).tag(sync=True)
    _reach = traitlets.Float(grid(torch.float64).max().item()).tag(sync=True)  # of the manifold
    _extent = traitlets.Float(LEAST).tag(sync=True)
    _labels = traitlets.List(traitlets.Int()).tag(sync=True)
    _colours = traitlets.List(list(figures.DIGIT_COLORS)).tag(sync=True)

    def __init__(self, images: Tensor, labels: Tensor | Sequence[int]):
        check_images("images", images, pixels=784)
        self._images = images
        self._frames: list[Frame] = []
        super().__init__(_labels=as_list("labels", labels, len(images)))

    @preserves_torch_state
    def record(self, model: VAE, history: History | None = None) -> None:
        """Keep what `model` makes of the images and of the grid: epoch 0 without a history of training.

        An epoch that was recorded before is replaced, and what came after it goes: so a training that is
        started again is recorded from its start. Raises ValueError unless z has two dimensions.
        """
        epoch = len(history.test) if history else 0
        score = -float(history.test[-1].elbo) if history else None
        mu, _ = encoded(model, self._images)
        if mu.shape[1] != 2:
            raise ValueError(f"model: a model with 2 latent dimensions is needed, not with {mu.shape[1]}")
        with evaluating(model):
            sheet = _sheet(torch.sigmoid(model.decoder(grid(mu.dtype))))
        kept = [frame for frame in self._frames if frame.epoch < epoch]
        self._frames = [*kept, Frame(epoch, mu, sheet, score)]
        farthest = max(frame.codes.abs().quantile(0.99).item() for frame in self._frames)
        with self.hold_sync():  # one message
            self._epochs = [frame.epoch for frame in self._frames]
            self._scores = [frame.score for frame in self._frames]
            self._codes = pack_floats(
                "model: its codes", torch.cat([frame.codes for frame in self._frames]), (None, 2)
            )
            self._sheets = zlib.compress(b"".join(frame.sheet.numpy().tobytes() for frame in self._frames))
            self._extent = max(LEAST, math.ceil(2 * farthest) / 2)
            self.epoch = epoch

    @traitlets.validate("epoch")
    def _check_epoch(self, proposal: dict) -> int:
        if proposal["value"] not in self._epochs:
            raise traitlets.TraitError(f"epoch: one of {self._epochs} is needed, not {proposal['value']}")
        return proposal["value"]

    @property
    def _recorded(self) -> list[Frame]:
        if not self._frames:
            raise ValueError(
                "nothing is recorded yet: call replay.record(model) before training, and train "
                "with fit(model, ..., after_epoch=replay.record)"
            )
        return self._frames

    def _state(self) -> dict:
        return super()._state() if self._recorded else {}

    def figure(self) -> Figure:
        """The first epoch, an early one and the last; fewer where fewer are recorded."""
        last = len(self._recorded) - 1
        moments = [self._frames[i] for i in sorted({0, -(-last // 6), last})]
        figure, axes = plt.subplots(2, len(moments), figsize=(3 * len(moments), 6.3), squeeze=False)
        labels = torch.tensor(self._labels)
        for frame, plane, manifold in zip(moments, *axes, strict=True):
            figures.latent_plane(frame.codes, labels, ax=plane)
            plane.set(xlim=(-self._extent, self._extent), ylim=(-self._extent, self._extent))
            square = (-self._reach, -self._reach), 2 * self._reach, 2 * self._reach
            plane.add_patch(Rectangle(*square, fill=False, color=figures.GREY))  # of the manifold
            plane.set_title(said(_words(frame)), fontsize=10)
            manifold.imshow(frame.sheet.numpy(), vmin=0, vmax=255, cmap="gray_r")
            manifold.axis("off")
        return figure

    def __repr__(self) -> str:
        if not self._epochs:
            return "TrainingReplay(nothing recorded)"
        first, last = self._epochs[0], self._epochs[-1]
        return f"TrainingReplay({len(self._epochs)} epochs of {first}..{last}, epoch={self.epoch})"


def _sheet(decoded: Tensor) -> Tensor:
    """The pictures (121, pixels) side by side, without a gap, as bytes."""
    side = math.isqrt(decoded.shape[1])
    sheet = decoded.view(ACROSS, ACROSS, side, side).transpose(1, 2).reshape(ACROSS * side, ACROSS * side)
    return (255 * sheet).round().byte()


def _words(frame: Frame) -> str:
    if frame.score is None:
        return f"epoch {frame.epoch}: before training"
    return f"epoch {frame.epoch}: held-out -ELBO {frame.score:.1f}"
