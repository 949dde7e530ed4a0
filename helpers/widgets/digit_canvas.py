"""`DigitCanvas`: draw a digit and see where the encoder puts it."""

from collections.abc import Callable, Sequence

import matplotlib.pyplot as plt
import numpy as np
import torch
import traitlets
from matplotlib.figure import Figure
from torch import Tensor


from helpers.widgets._base import BrowserWidget, pack_floats, pack_images, script

Encode = Callable[[Tensor], tuple[Tensor, Tensor]]
SIDE, PIXELS = 28, 784
MOST_IMAGES = 20  # each of them is a button


class DigitCanvas(BrowserWidget):
    """A sheet to draw a digit on. The encoder reads it while it is drawn.

    encode: x (1, 784), pixels 0 or 1 -> mu, logvar, each (1, latent), of q(z|x) = N(mu, exp(logvar));
        the `encode` of a `helpers.vae.VAE`, for one
    images: up to 20 digits (n, 784) to take instead of drawing, pixels from 0 to 1 (above 0.5 is ink)
    labels: what these digits are, (n,)
    pad: an object with `z` and `drawn`, linked to the drawing: `pad.drawn` becomes
        [mu_1, mu_2, sigma_1, sigma_2] and `pad.z` [mu_1, mu_2]. The latent space must be a plane.

    The browser makes a drawing into a digit as MNIST's were made: its longer side is 20 pixels, and its
    centre of mass is near the middle of the image. Its lines get the usual width of MNIST's, whatever the
    size of the drawing.

    `mu` and `sigma` are lists, empty when nothing is drawn. An error in `encode` or of `pad` is in `message`.
    """

    _esm = script("digit_canvas")
    # No echo: an old drawing that comes back would replace the strokes made since.
    image = traitlets.Bytes(help="784 octets, 0 or 1; none when nothing is drawn").tag(
        sync=True, echo_update=False, from_json=lambda value, _: bytes(value))
    mu = traitlets.List(traitlets.Float()).tag(sync=True)
    sigma = traitlets.List(traitlets.Float()).tag(sync=True)
    message = traitlets.Unicode().tag(sync=True)
    _answers = traitlets.Int().tag(sync=True)  # drawings answered: two of them may have the same mu
    _examples = traitlets.Bytes().tag(sync=True)  # 784 octets for each of `images`
    _labels = traitlets.List(traitlets.Int()).tag(sync=True)

    def __init__(self, encode: Encode, *, images: Tensor | None = None,
                 labels: Tensor | Sequence[int] | None = None, pad: object | None = None):
        if not callable(encode):
            raise TypeError(f"encode: a function is needed, not {type(encode).__name__}")
        self._encode, self._pad = encode, pad
        if pad is not None:
            self._check_pad()
        examples = b"" if images is None else _octets("images", images)
        super().__init__(_examples=examples, _labels=_labels(labels, len(examples) // PIXELS))
        self.observe(self._answer, "image")

    def draw(self, image: Tensor) -> None:
        """Shows `image`, (784,) or (1, 784) with pixels from 0 to 1; above 0.5 is ink.

        Raises TypeError or ValueError for anything else.
        """
        octets = _octets("image", image[None] if isinstance(image, Tensor) and image.ndim == 1 else image)
        if len(octets) != PIXELS:
            raise ValueError(f"image: one digit is needed, not {len(octets) // PIXELS}")
        if octets == self.image:
            self._answer()  # the same digit, but perhaps the model has learned since
        self.image = octets

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
            raise traitlets.TraitError(f"image: {PIXELS} octets of 0 or 1 are needed, or none, "
                                       f"not {len(value)} up to {max(value, default=0)}")
        return value

    def _check_pad(self) -> None:
        for name in ("z", "drawn"):
            if not hasattr(self._pad, name):
                raise TypeError(f"pad: an object with z and drawn is needed, not {type(self._pad).__name__}")
        latent = len(self._read(torch.zeros(1, PIXELS))[0])
        if latent != 2:
            raise ValueError(f"pad: a latent space of 2 dimensions is needed, not {latent}")

    def _answer(self, _change: dict | None = None) -> None:
        mu, sigma, message = [], [], ""
        if self.image:
            try:
                mu, sigma = self._read(self.digit)
            except Exception as error:  # a callback's traceback would be lost: say it under the sheet
                message = f"{type(error).__name__}: {error}"
        try:
            self._move_pad(mu, sigma)  # also after an error: the pad must not show the old drawing
        except Exception as error:
            message = message or f"{type(error).__name__}: {error}"
        with self.hold_sync():  # one message to the browser
            self.mu, self.sigma, self.message = mu, sigma, message
            self._answers += 1

    def _read(self, x: Tensor) -> tuple[list[float], list[float]]:
        with torch.no_grad():
            answer = self._encode(x)
            if not isinstance(answer, tuple | list) or len(answer) != 2:
                raise TypeError(f"encode: it must return mu and logvar, not {type(answer).__name__}")
            mu, logvar = answer
            pack_floats("logvar", logvar, (1, None))
            sigma = torch.exp(logvar / 2)
        pack_floats("mu", mu, (1, None))
        pack_floats("sigma", sigma, (1, mu.shape[1]))
        return mu[0].tolist(), sigma[0].tolist()

    def _move_pad(self, mu: list[float], sigma: list[float]) -> None:
        if self._pad is None:
            return
        self._pad.drawn = [*mu, *sigma]
        if mu:
            self._pad.z = list(mu)

    def _draw(self) -> Figure:
        figure, ax = plt.subplots(figsize=(2.8, 3.2), facecolor="white", layout="none")
        figure.subplots_adjust(left=0.04, right=0.96, bottom=0.035, top=0.84)  # a square
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(True)
        paper = np.zeros(PIXELS) if self.digit is None else self.digit.numpy()
        ax.imshow(paper.reshape(SIDE, SIDE), cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
        if self.digit is None:
            ax.text(0.5, 0.5, "draw a digit here", ha="center", va="center", transform=ax.transAxes,
                    color="#595959")
        elif self.mu:
            ax.set_title(f"mu = {_pair(self.mu)}\nsigma = {_pair(self.sigma)}", fontsize=10, loc="left")
        return figure

    def __repr__(self) -> str:
        if not self.image:
            return "DigitCanvas(empty)"
        return f"DigitCanvas(mu={_pair(self.mu)})" if self.mu else "DigitCanvas(drawn, not encoded)"


def _octets(name: str, images: Tensor) -> bytes:
    """1 where a pixel of `images` (n, 784) is above 0.5, else 0."""
    pack_floats(name, images, (None, PIXELS))
    if not 1 <= len(images) <= MOST_IMAGES:
        raise ValueError(f"{name}: 1 to {MOST_IMAGES} digits are needed, not {len(images)}")
    pack_images(name, images, (None, PIXELS))  # refuses what is not from 0 to 1
    return (images.detach().cpu() > 0.5).numpy().astype(np.uint8).tobytes()


def _labels(labels: Tensor | Sequence[int] | None, count: int) -> list[int]:
    if labels is None:
        return []
    try:
        found = np.asarray(labels)
    except (TypeError, ValueError) as error:
        raise TypeError(f"labels: whole numbers are needed, not {type(labels).__name__}") from error
    if found.shape != (count,):
        raise ValueError(f"labels: one for each of the {count} images is needed, not {found.shape}")
    if count and found.dtype.kind not in "iu":
        raise TypeError(f"labels: whole numbers are needed, not {found.dtype}")
    return found.tolist()


def _pair(values: list[float]) -> str:
    """(0.53, -1.20): two decimals, at most three numbers."""
    shown = [f"{round(value, 2) + 0.0:.2f}" for value in values[:3]]  # + 0.0: no -0.00
    return f"({', '.join([*shown, *['…'][: len(values) > 3]])})"
