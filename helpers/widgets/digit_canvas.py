"""`DigitCanvas`: draw a digit and see where the encoder puts it."""

from collections.abc import Callable, Sequence

import matplotlib.pyplot as plt
import numpy as np
import torch
import traitlets
from matplotlib.figure import Figure
from torch import Tensor, nn

from helpers._arguments import check_function, check_images
from helpers.widgets._base import BrowserWidget, as_list, pack_floats, pack_network, script
from helpers.widgets.latent_pad import LatentPad

SIDE, PIXELS = 28, 784
Encode = Callable[[Tensor], tuple[Tensor, Tensor]]


class DigitCanvas(BrowserWidget):
    """A sheet to draw a digit on. The encoder reads it while it is drawn.

    encode: x (1, 784), pixels 0 or 1 -> mu, logvar, each (1, latent), of q(z|x) = N(mu, exp(logvar));
        the `encode` of a `helpers.vae.VAE`, for one
    images: some digits (n, 784) to take instead of drawing, pixels from 0 to 1 (above 0.5 is ink)
    labels: what these digits are, n of them
    pad: a `LatentPad`, linked to the drawing: `pad.drawn` becomes [mu_1, mu_2, sigma_1, sigma_2] and
        `pad.z` [mu_1, mu_2]. The latent space must be a plane. `SideBySide(canvas, pad)` shows both.

    The browser makes a drawing into a digit as MNIST's were made: its longer side is 20 pixels, and its
    centre of mass is near the middle of the image. Its lines get the usual width of MNIST's, whatever the
    size of the drawing.

    `mu` and `sigma` are lists, empty when nothing is drawn. An error in `encode` is in `message`.
    Raises TypeError or ValueError for arguments that do not fit each other.
    """

    _esm = script("digit_canvas")
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
        encode: Encode,
        *,
        images: Tensor | None = None,
        labels: Tensor | Sequence[int] | None = None,
        pad: LatentPad | None = None,
    ):
        check_function("encode", encode, "a digit")
        self._encode, self._pad, self._model = encode, pad, None
        mu, _ = self._read(torch.zeros(1, PIXELS))  # a wrong encoder is told now, to whoever passed it
        if pad is not None and len(mu) != 2:
            raise ValueError(f"pad: a latent space of 2 dimensions is needed, not {len(mu)}")
        examples = b"" if images is None else _ink("images", images)
        super().__init__(_examples=examples, _labels=as_list("labels", labels, len(examples) // PIXELS))
        self.observe(self._answer, "image")

    @classmethod
    def of(cls, model: nn.Module, **options) -> "DigitCanvas":
        """The canvas of a `helpers.vae.VAE`; `to_html` takes the encoder along, and needs one."""
        canvas = cls(model.encode, **options)
        canvas._model = model
        return canvas

    def draw(self, image: Tensor) -> None:
        """Shows `image`, (784,) or (1, 784) with pixels from 0 to 1; above 0.5 is ink."""
        ink = _ink("image", image.reshape(1, -1))
        if ink == self.image:
            self._answer()  # the same digit, but perhaps the model has learned since
        self.image = ink

    def clear(self) -> None:
        """Empties the sheet."""
        self.image = b""

    @property
    def digit(self) -> Tensor | None:
        """The digit drawn, float32 (1, 784) with pixels 0 or 1; None when nothing is drawn."""
        if not self.image:
            return None
        return torch.tensor(list(self.image), dtype=torch.float32)[None]

    @traitlets.validate("image")
    def _check_image(self, proposal: dict) -> bytes:
        value = proposal["value"]
        if len(value) not in (0, PIXELS) or max(value, default=0) > 1:
            raise traitlets.TraitError(
                f"image: {PIXELS} bytes of 0 or 1 are needed, or none, not {len(value)}"
            )
        return value

    def _answer(self, _change: dict | None = None) -> None:
        mu, sigma, message = [], [], ""
        if self.image:
            try:
                mu, sigma = self._read(self.digit)
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
        with torch.no_grad():
            answer = self._encode(x)
        if not isinstance(answer, tuple) or len(answer) != 2:
            raise TypeError(f"encode: it must return mu and logvar, not {type(answer).__name__}")
        mu, logvar = answer
        sigma = torch.exp(logvar / 2)
        pack_floats("mu", mu, (1, None))
        pack_floats("sigma", sigma, mu.shape)
        return mu[0].tolist(), sigma[0].tolist()

    def _state(self) -> dict:
        """With the encoder, which a page without a kernel needs: x -> mu, then logvar."""
        if self._model is None:
            raise ValueError(
                "to_html: `encode` is a Python function; only DigitCanvas.of(model) takes its encoder along"
            )
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
            ax.set_title(f"mu = {_pair(self.mu)}\nsigma = {_pair(self.sigma)}", fontsize=10, loc="left")
        return figure

    def __repr__(self) -> str:
        if not self.image:
            return "DigitCanvas(empty)"
        return f"DigitCanvas(mu={_pair(self.mu)})" if self.mu else "DigitCanvas(drawn, not encoded)"


def _ink(name: str, images: Tensor) -> bytes:
    """1 where a pixel of `images` (n, 784) is above 0.5, else 0."""
    check_images(name, images, pixels=PIXELS)
    return (images > 0.5).byte().cpu().numpy().tobytes()


def _pair(values: list[float]) -> str:
    """(0.53, -1.20): two decimals, at most three numbers."""
    words = [f"{round(value, 2) + 0.0:.2f}" for value in values[:3]]  # + 0.0: no -0.00
    return f"({', '.join([*words, *['…'][: len(values) > 3]])})"
