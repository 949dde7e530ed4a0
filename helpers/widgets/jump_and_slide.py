"""`JumpAndSlide`: draws with fresh noise, which jump, and with the same noise, which slide."""

from collections.abc import Callable

import matplotlib.pyplot as plt
import torch
import traitlets
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from helpers.figures import GREY, INK, STYLES
from helpers.widgets._base import HERE, BrowserWidget, script
from helpers.words import said

DRAWS, H = 40, 0.1  # H: also a step of the slider of mu
MU, SIGMA = (0.0, 6.0), (0.1, 1.5)  # the ends of the sliders
EARLIER = (1.0, 0.5)  # how far below mu the two moves begin that are shown at first

TITLES = {
    "torch.normal": "fresh noise at each move: the dots jump",
    "trick": "the same noise at each move: the dots slide",
}


class JumpAndSlide(BrowserWidget):
    """Two ways to draw 40 numbers z from N(mu, sigma^2), moved by the same sliders.

    Above, each move draws again, as torch.normal does, and the dots jump. Below, epsilon stays and
    z = mu + sigma * epsilon slides. Beside each: a finite difference of the mean of f(z) = (z - k)^2 from mu
    to mu + 0.1, of two fresh sets of draws above, with the same epsilon below.

    `mu` (0 to 6), `sigma` (0.1 to 1.5) and `epsilon` move with the page, and may be set.
    """

    _esm = script(HERE / "jump_and_slide.js")
    mu = traitlets.Float(2.0, min=MU[0], max=MU[1]).tag(sync=True)
    sigma = traitlets.Float(1.0, min=SIGMA[0], max=SIGMA[1]).tag(sync=True)
    epsilon = traitlets.List(traitlets.Float(), help="the noise below").tag(sync=True)
    _k = traitlets.Float(3.0).tag(sync=True)
    _h = traitlets.Float(H).tag(sync=True)
    _limits = traitlets.List([*MU, *SIGMA]).tag(sync=True)
    _earlier = traitlets.List(list(EARLIER)).tag(sync=True)

    def __init__(self):
        super().__init__(epsilon=_noise(_seeded(0)).tolist())

    def _slope(self, mu: float, epsilon: Tensor, again: Tensor) -> float:
        """(mean of f at mu + h - mean of f at mu) / h, with the noise of each."""
        here, there = (
            (m + self.sigma * e - self._k).square().mean() for m, e in ((mu, epsilon), (mu + H, again))
        )
        return ((there - here) / H).item()

    def figure(self) -> Figure:
        """Two moves that lead to mu, and the slopes along the whole range."""
        noise, kept = _seeded(1), torch.tensor(self.epsilon, dtype=torch.float64)
        figure, rows = plt.subplots(2, 2, figsize=(7.6, 4.6), width_ratios=(1.7, 1), layout="constrained")
        draws = {"torch.normal": lambda: _noise(noise), "trick": lambda: kept}
        for (dots, slopes), (name, draw) in zip(rows, draws.items(), strict=True):
            self._show_moves(dots, draw, STYLES[name])
            self._show_slopes(slopes, draw, STYLES[name])
            dots.set_title(said(TITLES[name]))
        rows[1][0].set_xlabel("$z$")
        rows[1][1].set_xlabel(said("$\\mu$ (dotted: $2(\\mu - k)$)"))
        return figure

    def _show_moves(self, ax: Axes, draw: Callable[[], Tensor], look: dict) -> None:
        mus = [max(MU[0], self.mu - back) for back in (*EARLIER, 0)]
        moves = torch.stack([mu + self.sigma * draw() for mu in mus])
        ax.plot(moves, [2, 1, 0], color=look["color"], lw=0.6, alpha=0.5)
        for level, z in zip((2, 1, 0), moves, strict=True):
            ax.plot(
                z, [level] * len(z), look["marker"], ms=5, color=look["color"], alpha=0.3 if level else 0.9
            )
        ax.plot(moves[:, -1], [2, 1, 0], look["marker"], ms=6, color=INK, ls="-", lw=1.4)
        ax.axvline(self._k, color=GREY, lw=1, ls=":")
        ax.text(self._k + 0.15, -0.45, "$k$", color=GREY)
        ax.set(xlim=(-2.5, 8.5), ylim=(-0.5, 2.5))
        ax.set_yticks([2, 1, 0], [f"$\\mu$ = {mu:.2f}" for mu in mus])

    def _show_slopes(self, ax: Axes, draw: Callable[[], Tensor], look: dict) -> None:
        grid = torch.arange(MU[0], MU[1] + H / 2, H, dtype=torch.float64)
        found = torch.tensor([self._slope(mu, draw(), draw()) for mu in grid.tolist()]).clamp(-16, 16)
        ax.plot(grid, found, look["marker"], ms=3, color=look["color"], clip_on=False)
        ax.plot(grid, 2 * (grid - self._k), ":", color=INK, lw=1.5)
        ax.set(ylim=(-16, 16), title=said(f"mean of $D$, $h$ = {H}"), yticks=(-10, 0, 10))

    def __repr__(self) -> str:
        return f"JumpAndSlide(mu={self.mu:.2f}, sigma={self.sigma:.2f}, {len(self.epsilon)} draws)"


def _seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def _noise(generator: torch.Generator) -> Tensor:
    return torch.randn(DRAWS, generator=generator, dtype=torch.float64)
