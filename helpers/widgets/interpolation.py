"""`Interpolation`: from one code to another, along a line and along a great circle."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import torch
import traitlets
from matplotlib.figure import Figure
from torch import Tensor

from helpers.figures import show_digits
from helpers.vae import VAE
from helpers.widgets._base import HERE, CodesWidget, as_list, encoded, script

STEPS = 9  # of each walk
RADII = 512  # in the table of shares that the browser gets
KINDS = {"line": "straight line", "circle": "great circle"}


class Interpolation(CodesWidget):
    """Two walks from the code of one image to that of another, in 9 pictures each.

    model: a `helpers.vae.VAE`; images: (n, pixels), numbers from 0 to 1; labels: n, shown beside the images
    codes: (n, D), to walk between them and not between the posterior means of the images
    first, second: which images, from 0; they move with the sliders, and may be set

    Raises TypeError or ValueError for arguments that do not fit each other, TraitError for a wrong trait.
    """

    _esm = script(HERE / "interpolation.js")
    _labels = traitlets.List(traitlets.Unicode()).tag(sync=True)
    _steps = traitlets.Int(STEPS).tag(sync=True)
    _shares = traitlets.List(traitlets.Float()).tag(sync=True)  # at RADII radii from 0 to _farthest
    _farthest = traitlets.Float().tag(sync=True)
    first = traitlets.Int(0).tag(sync=True)
    second = traitlets.Int(1).tag(sync=True)

    def __init__(
        self,
        model: VAE,
        images: Tensor,
        labels: Sequence | Tensor,
        *,
        codes: Tensor | None = None,
        first: int = 0,
        second: int = 1,
    ):
        mu, _ = encoded(model, images)
        latent = mu.shape[1]
        farthest = latent**0.5 + 5  # a draw in a million lies beyond
        super().__init__(
            model,
            images,
            mu if codes is None else codes,
            first=first,
            second=second,
            _labels=[str(label) for label in as_list("labels", labels, len(images))],
            _shares=nearer(torch.linspace(0, farthest, RADII, dtype=torch.float64), latent).tolist(),
            _farthest=farthest,
        )

    _check_index = traitlets.validate("first", "second")(CodesWidget._index)

    def path(self, kind: str) -> Tensor:
        """The codes of one walk, (9, D); kind: "line" or "circle".

        The line is (1 - t) a + t b. The circle is sin((1 - t) Ω)/sin Ω a + sin(t Ω)/sin Ω b, with Ω the
        angle between a and b (slerp, Shoemake 1985); where sin Ω < 1e-6 it falls back to the line.
        """
        a, b = self._z[[self.first, self.second]]
        t = torch.linspace(0, 1, STEPS, dtype=a.dtype)[:, None]
        omega = torch.arccos((a @ b / (a.norm() * b.norm())).clamp(-1, 1))
        if kind == "circle" and omega.sin() >= 1e-6:  # not so where a or b is 0 and the angle is nan
            return (torch.sin((1 - t) * omega) * a + torch.sin(t * omega) * b) / torch.sin(omega)
        return (1 - t) * a + t * b

    def shares(self, kind: str) -> Tensor:
        """For each step, the share of draws from N(0, I) that are nearer to the centre, (9,)."""
        return nearer(self.path(kind).norm(dim=1), self._z.shape[1])

    def figure(self) -> Figure:
        figure = plt.figure(figsize=(9, 3), layout="none")
        ends = [self.first, self.second]
        names = [f"image {index}\nlabel {self._labels[index]}" for index in ends]
        left = figure.add_axes((0.01, 0.54, 0.16, 0.27), anchor="NW")
        show_digits(self._x[ends], 2, column_labels=names, ax=left)
        left.tick_params(labelsize=9)
        for bottom, (kind, name) in zip((0.54, 0.04), KINDS.items(), strict=True):
            ax = figure.add_axes((0.2, bottom, 0.79, 0.27), anchor="NW")
            z = self.path(kind)
            show_digits(
                self._decode(z),
                STEPS,
                ax=ax,
                column_labels=[
                    f"{radius:.1f}\n{_percent(share)}"
                    for radius, share in zip(z.norm(dim=1).tolist(), self.shares(kind).tolist(), strict=True)
                ],
            )
            ax.tick_params(labelsize=9)
            ax.set_title(f"{name}: |z|, share of prior draws nearer to the centre", fontsize=10, loc="left")
        return figure

    def __repr__(self) -> str:
        return f"Interpolation(first={self.first}, second={self.second}, {STEPS} steps)"


def nearer(radius: Tensor, latent: int) -> Tensor:
    """The share of draws z ~ N(0, I) in `latent` dimensions with |z| < radius.

    |z|² is chi-squared with D = `latent` degrees of freedom: P(D/2, |z|²/2), P the regularized lower
    incomplete gamma function.
    """
    return torch.special.gammainc(torch.full_like(radius, latent / 2), radius**2 / 2)


def _percent(share: float) -> str:
    """The same words as in interpolation.js: never 0 % or 100 %, which no step is."""
    percent = 100 * share
    if percent < 0.1 or percent > 99.9:
        return "< 0.1 %" if percent < 0.1 else "> 99.9 %"
    return f"{percent:.{1 if percent < 1 or percent > 99 else 0}f} %"
