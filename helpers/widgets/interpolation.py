"""`Interpolation`: from one code to another, along a line and along a great circle."""

from collections.abc import Iterable

import matplotlib.pyplot as plt
import torch
import traitlets
from matplotlib.figure import Figure
from torch import Tensor, nn

from helpers._arguments import check_integer
from helpers.widgets._base import Decoder, pack_floats, script
from helpers.widgets.traversals import CodesWidget, sheet

MOST_STEPS = 100  # pictures side by side
KINDS = {"line": "straight line", "circle": "great circle"}


class Interpolation(CodesWidget):
    """Two walks from the code of one image to that of another, in `steps` pictures each.

    decoder: an nn.Sequential, z (D,) -> the probability of each pixel, (pixels,)
    codes: (n, D), the posterior means of n images; images: (n, pixels), numbers from 0 to 1
    labels: n of them, shown beside the images
    first, second: which images, from 0; they move with the sliders, and may be set

    Raises ValueError or TypeError for arguments that do not fit each other.
    """

    _esm = script("interpolation")
    _labels = traitlets.List(traitlets.Unicode()).tag(sync=True)  # empty: none were given
    _steps = traitlets.Int().tag(sync=True)
    first = traitlets.Int(0).tag(sync=True)
    second = traitlets.Int(1).tag(sync=True)

    def __init__(self, decoder: nn.Module, codes: Tensor, images: Tensor, labels=None, *,
                 first: int = 0, second: int = 1, steps: int = 9):
        check_integer("steps", steps, 2)
        pack_floats("codes", codes, (None, None))
        if images is None:
            raise TypeError("images: a tensor is needed, not None")
        count = len(codes)
        labels = [] if labels is None else _words(labels, count)
        for name, index in (("first", first), ("second", second)):
            check_integer(name, index)
            if count >= 2 and not 0 <= index < count:
                raise ValueError(f"{name}: 0 to {count - 1} is needed, not {index}")
        super().__init__(Decoder(decoder), codes, images, least=2, _labels=labels, _steps=steps, first=first,
                         second=second)

    _check_index = traitlets.validate("first", "second")(CodesWidget._index)

    def path(self, kind: str) -> Tensor:
        """The codes of one walk, (steps, D); kind: "line" or "circle".

        The line is (1 - t) a + t b. The circle is sin((1 - t) Ω)/sin Ω a + sin(t Ω)/sin Ω b, with Ω the
        angle between a and b (slerp, Shoemake 1985); where sin Ω < 1e-6 it falls back to the line.
        Raises ValueError for another kind.
        """
        if not isinstance(kind, str) or kind not in KINDS:
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
        """For each step, the share of draws from N(0, I) that are nearer to the centre, (steps,).

        |z|² of such a draw is chi-squared with D degrees of freedom: P(D/2, |z|²/2), P the regularized
        lower incomplete gamma function.
        """
        squared = self.path(kind).double().square().sum(1)
        return torch.special.gammainc(torch.full_like(squared, self._z.shape[1] / 2), squared / 2).float()

    def _draw(self) -> Figure:
        ends = torch.cat([self._image(self.first), self._image(self.second)])
        figure = plt.figure(figsize=(9, 3), layout="none")
        names = [f"image {index}" + (f"\nlabel {self._labels[index]}" if self._labels else "")
                 for index in (self.first, self.second)]
        left = figure.add_axes((0.01, 0.54, 0.16, 0.27), anchor="NW")
        sheet(left, ends, 2, columns=names)
        left.tick_params(labelsize=9)
        for bottom, (kind, name) in zip((0.54, 0.04), KINDS.items(), strict=True):
            ax = figure.add_axes((0.2, bottom, 0.79, 0.27), anchor="NW")
            z = self.path(kind)
            sheet(ax, self._decode(z), self._steps, columns=[
                f"{radius:.1f}\n{_percent(share)}"
                for radius, share in zip(z.norm(dim=1).tolist(), self.shares(kind).tolist(), strict=True)])
            ax.tick_params(labelsize=min(9, 90 / self._steps))
            ax.set_title(f"{name}: |z|, share of prior draws nearer to the centre", fontsize=10, loc="left")
        return figure

    def __repr__(self) -> str:
        return f"Interpolation(first={self.first}, second={self.second}, {self._steps} steps)"


def _words(labels, count: int) -> list[str]:
    labels = labels.tolist() if isinstance(labels, Tensor) and labels.ndim else labels
    if isinstance(labels, str | bytes | dict | set | Tensor) or not isinstance(labels, Iterable):
        raise TypeError(f"labels: a list is needed, not {type(labels).__name__}")
    labels = list(labels)
    if len(labels) != count:
        raise ValueError(f"labels: {count} are needed, one for each code, not {len(labels)}")
    return [str(label) for label in labels]


def _percent(share: float) -> str:
    """The same words as in interpolation.js: never 0 % or 100 %, which no step is."""
    percent = 100 * share
    if percent < 0.1 or percent > 99.9:
        return "< 0.1 %" if percent < 0.1 else "> 99.9 %"
    return f"{percent:.{1 if percent < 1 or percent > 99 else 0}f} %"
