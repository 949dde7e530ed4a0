"""`DigitCanvas`: draw a digit and see where the encoder puts it."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import torch
import traitlets
from matplotlib.figure import Figure
from torch import Tensor, nn

from helpers._arguments import check_floats, check_images
from helpers.vae import VAE
from helpers.widgets._base import HERE, BrowserWidget, as_list, encoded, pack_network, pair, script
from helpers.widgets.latent_pad import LatentPad

SIDE, PIXELS = 28, 784


class DigitCanvas(BrowserWidget):
    """A sheet to draw a digit on. The encoder reads it while it is drawn.

    model: a `helpers.vae.VAE`, whose encoder reads the drawing; a page without a kernel takes it along
    images: some digits (n, 784) to take instead of drawing, pixels from 0 to 1 (above 0.5 is ink)
    labels: what these digits are, n of them
    pad: a `LatentPad`, linked to the drawing: `pad.drawn` becomes [mu_1, mu_2, sigma_1, sigma_2] and
        `pad.z` [mu_1, mu_2]. The latent space must be a plane. `SideBySide(canvas, pad)` shows both.

    The browser makes a drawing into a digit as MNIST's were made: its longer side is 20 pixels, and its
    centre of mass is near the middle of the image. Its lines get the usual width of MNIST's, whatever the
    size of the drawing.

    `mu` and `sigma` are lists, empty when nothing is drawn. An error of the encoder is in `message`.
    Raises TypeError or ValueError for arguments that do not fit each other.
    """

    _esm = script(HERE / "digit_canvas.js")
    # No echo: an old drawing that comes back would replace the strokes made since.
    image = traitlets.Bytes(help="784 bytes, 0 or 1; none when nothing is drawn").tag(
        sync=True, echo_update=False, from_json=lambda value, _: bytes(value)
    )
    mu = traitlets.List(traitlets.Float()).tag(sync=True)
    sigma = traitlets.List(traitlets.Float()).tag(sync=True)
    message = traitlets.Unicode().tag(sync=True)
    _answers = traitlets.Int().tag(sync=True)  # drawings answered: two of them may have the same mu
    _examples = traitlets.Bytes().tag(sync=True)  # 784 bytes for each of `images`
    _labels = traitlets.List().tag(sync=True)

    def __init__(
        self,
        model: VAE,
        *,
        images: Tensor | None = None,
        labels: Tensor | Sequence[int] = (),
        pad: LatentPad | None = None,
    ):
        self._model, self._pad = model, pad
        self._blank = torch.zeros(1, PIXELS, dtype=next(model.parameters()).dtype)
        mu, _ = encoded(model, self._blank)
        if pad is not None and mu.shape[1] != 2:
            raise ValueError(f"pad: a latent space of 2 dimensions is needed, not {mu.shape[1]}")
        examples = b"" if images is None else _ink("images", images)
        super().__init__(_examples=examples, _labels=as_list("labels", labels, len(examples) // PIXELS))
        self.observe(self._answer, "image")

    def draw(self, image: Tensor) -> None:
        """Shows `image`, (784,) or (1, 784) with pixels from 0 to 1; above 0.5 is ink."""
        ink = _ink("image", image.reshape(1, -1))
        if ink == self.image:
            self._answer()  # the same digit, but perhaps the model has learned since
        self.image = ink

    @property
    def digit(self) -> Tensor | None:
        """The digit drawn, (1, 784) with pixels 0 or 1; None when nothing is drawn."""
        return self._blank.new_tensor(list(self.image))[None] if self.image else None

    def _answer(self, _change: dict | None = None) -> None:
        mu, sigma, message, x = [], [], "", self.digit
        if x is not None:
            try:
                mu, sigma = self._read(x)
            except Exception as error:  # a callback's traceback would be lost: say it under the sheet
                message = f"{type(error).__name__}: {error}"
        if self._pad is not None:  # also after an error: the pad must not show the old drawing
            self._pad.drawn = [*mu, *sigma]
            if mu:
                self._pad.z = mu
        with self.hold_sync():  # one message to the browser
            self.mu, self.sigma, self.message = mu, sigma, message
            self._answers += 1

    def _read(self, x: Tensor) -> tuple[list[float], list[float]]:
        mu, logvar = encoded(self._model, x)
        sigma = torch.exp(0.5 * logvar)
        check_floats("mu", mu, (1, None))
        check_floats("sigma", sigma, mu.shape)
        return mu[0].tolist(), sigma[0].tolist()

    def _state(self) -> dict:
        """With the encoder, which a page without a kernel needs: x -> mu, then logvar."""
        mu, logvar = self._model.to_mu, self._model.to_logvar
        last = nn.Linear(mu.in_features, 2 * mu.out_features)
        last.weight.data = torch.cat([mu.weight, logvar.weight]).detach()
        last.bias.data = torch.cat([mu.bias, logvar.bias]).detach()
        layers, weights = pack_network(nn.Sequential(self._model.encoder, last))
        return super()._state() | {"_layers": layers, "_weights": weights}

    def figure(self) -> Figure:
        figure, ax = plt.subplots(figsize=(2.8, 3.35), facecolor="white", layout="none")
        figure.subplots_adjust(left=0.04, right=0.96, bottom=0.075, top=0.845)  # a square
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(True)
        paper = np.zeros(PIXELS) if self.digit is None else self.digit.numpy()
        ax.imshow(paper.reshape(SIDE, SIDE), cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
        if self.digit is None:
            ax.text(
                0.5,
                0.5,
                "draw a digit here",
                ha="center",
                va="center",
                transform=ax.transAxes,
                color="#595959",
            )
        elif self.mu:
            ax.set_title(f"mu = {pair(self.mu)}\nsigma = {pair(self.sigma)}", fontsize=10, loc="left")
        return figure

    def __repr__(self) -> str:
        if not self.image:
            return "DigitCanvas(empty)"
        return f"DigitCanvas(mu={pair(self.mu)})" if self.mu else "DigitCanvas(drawn, not encoded)"


def _ink(name: str, images: Tensor) -> bytes:
    """1 where a pixel of `images` (n, 784) is above 0.5, else 0."""
    check_images(name, images, pixels=PIXELS)
    return (images > 0.5).byte().numpy().tobytes()
