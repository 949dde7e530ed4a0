"""`Interpolation`: from one code to another, along a line and along a great circle."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import torch
import traitlets
from matplotlib.figure import Figure
from torch import Tensor, nn

from helpers._arguments import check_integer
from helpers.figures import show_digits
from helpers.widgets._base import CodesWidget, Decoder, as_list, parts_of, script

RADII = 512  # in the table of shares that the browser gets
KINDS = {"line": "straight line", "circle": "great circle"}


class Interpolation(CodesWidget):
    """Two walks from the code of one image to that of another, in `steps` pictures each.

    decoder: an nn.Sequential, z (D,) -> the probability of each pixel, (pixels,)
    codes: (n, D), those of n images; images: (n, pixels), numbers from 0 to 1
    labels: n of them, shown beside the images
    first, second: which images, from 0; they move with the sliders, and may be set

    Raises TypeError or ValueError for arguments that do not fit each other, TraitError for a wrong trait.
    """

    _esm = script("interpolation")
    _labels = traitlets.List(traitlets.Unicode()).tag(sync=True)  # empty: none were given
    _steps = traitlets.Int().tag(sync=True)
    _shares = traitlets.List(traitlets.Float()).tag(sync=True)  # at RADII radii from 0 to _farthest
    _farthest = traitlets.Float().tag(sync=True)
    first = traitlets.Int(0).tag(sync=True)
    second = traitlets.Int(1).tag(sync=True)

    def __init__(
        self,
        decoder: nn.Module,
        codes: Tensor,
        images: Tensor,
        labels: Sequence | Tensor | None = None,
        *,
        first: int = 0,
        second: int = 1,
        steps: int = 9,
    ):
        check_integer("steps", steps, 2)
        decoder = Decoder(decoder)
        farthest = decoder.latent**0.5 + 5  # a draw in a million lies beyond
        shares = nearer(torch.linspace(0, farthest, RADII, dtype=torch.float64), decoder.latent)
        super().__init__(
            decoder,
            codes,
            images,
            _steps=steps,
            first=first,
            second=second,
            _labels=[str(label) for label in as_list("labels", labels, len(codes))],
            _shares=shares.tolist(),
            _farthest=farthest,
        )

    @classmethod
    def of(
        cls,
        model: nn.Module,
        images: Tensor,
        labels: Sequence | Tensor | None = None,
        *,
        codes: Tensor | None = None,
        **options,
    ) -> "Interpolation":
        """That of a `helpers.vae.VAE`, between the posterior means of `images` unless `codes` are given."""
        decoder, mu, _ = parts_of(model, images)
        return cls(decoder, mu if codes is None else codes, images, labels, **options)

    _check_index = traitlets.validate("first", "second")(CodesWidget._index)

    def path(self, kind: str) -> Tensor:
        """The codes of one walk, (steps, D); kind: "line" or "circle".

        The line is (1 - t) a + t b. The circle is sin((1 - t) Ω)/sin Ω a + sin(t Ω)/sin Ω b, with Ω the
        angle between a and b (slerp, Shoemake 1985); where sin Ω < 1e-6 it falls back to the line.
        """
        if kind not in KINDS:
            raise ValueError(f'kind: "line" or "circle" is needed, not {kind!r}')
        a, b = self._z[self.first].double(), self._z[self.second].double()  # as numbers in the browser
        t = torch.linspace(0, 1, self._steps, dtype=torch.float64)[:, None]
        omega = torch.arccos((a @ b / (a.norm() * b.norm())).clamp(-1, 1))
        if kind == "circle" and omega.sin() >= 1e-6:  # not so where a or b is 0 and the angle is nan
            z = (torch.sin((1 - t) * omega) * a + torch.sin(t * omega) * b) / torch.sin(omega)
        else:
            z = (1 - t) * a + t * b
        return z.float()

    def shares(self, kind: str) -> Tensor:
        """For each step, the share of draws from N(0, I) that are nearer to the centre, (steps,)."""
        return nearer(self.path(kind).double().norm(dim=1), self._z.shape[1]).float()

    def figure(self) -> Figure:
        ends = torch.cat([self._image(self.first), self._image(self.second)])
        figure = plt.figure(figsize=(9, 3), layout="none")
        names = [
            f"image {index}" + (f"\nlabel {self._labels[index]}" if self._labels else "")
            for index in (self.first, self.second)
        ]
        left = figure.add_axes((0.01, 0.54, 0.16, 0.27), anchor="NW")
        show_digits(ends, 2, column_labels=names, ax=left)
        left.tick_params(labelsize=9)
        for bottom, (kind, name) in zip((0.54, 0.04), KINDS.items(), strict=True):
            ax = figure.add_axes((0.2, bottom, 0.79, 0.27), anchor="NW")
            z = self.path(kind)
            show_digits(
                self._decode(z),
                self._steps,
                ax=ax,
                column_labels=[
                    f"{radius:.1f}\n{_percent(share)}"
                    for radius, share in zip(z.norm(dim=1).tolist(), self.shares(kind).tolist(), strict=True)
                ],
            )
            ax.tick_params(labelsize=min(9, 90 / self._steps))
            ax.set_title(f"{name}: |z|, share of prior draws nearer to the centre", fontsize=10, loc="left")
        return figure

    def __repr__(self) -> str:
        return f"Interpolation(first={self.first}, second={self.second}, {self._steps} steps)"


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
