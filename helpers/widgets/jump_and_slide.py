"""`JumpAndSlide`: the same draws by torch.normal, which jump, and by the trick, which slide."""

import matplotlib.pyplot as plt
import torch
import traitlets
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from helpers.figures import GREY, INK, STYLES
from helpers.widgets._base import BrowserWidget, Numbers, script

DRAWS, H = 40, 0.1  # H: also a step of the slider of mu
MU, SIGMA = (0.0, 6.0), (0.1, 1.5)  # the ends of the sliders
EARLIER = (1.0, 0.5)  # how far below mu the two moves begin that are shown at first


class JumpAndSlide(BrowserWidget):
    """Two ways to draw 40 numbers z from N(mu, sigma^2), moved by the same sliders.

    Above, each move draws again, as torch.normal does, and the dots jump. Below, epsilon stays and
    z = mu + sigma * epsilon slides. Beside each: a finite difference of the mean of f(z) = (z - k)^2 from mu
    to mu + 0.1, of two fresh sets of draws above, with the same epsilon below.

    `mu` (0 to 6), `sigma` (0.1 to 1.5) and `epsilon` move with the page, and may be set.
    """

    _esm = script("svg", "jump_and_slide")
    mu = traitlets.Float(2.0, min=MU[0], max=MU[1]).tag(sync=True)
    sigma = traitlets.Float(1.0, min=SIGMA[0], max=SIGMA[1]).tag(sync=True)
    epsilon = Numbers(help="the noise below").tag(sync=True)
    _k = traitlets.Float().tag(sync=True)
    _h = traitlets.Float(H).tag(sync=True)
    _limits = traitlets.List([*MU, *SIGMA]).tag(sync=True)
    _earlier = traitlets.List(list(EARLIER)).tag(sync=True)

    def __init__(self, *, mu: float = 2.0, sigma: float = 1.0, k: float = 3.0):
        super().__init__(mu=mu, sigma=sigma, epsilon=_noise(_seeded()), _k=k)

    def _slope(self, mu: float, epsilon: Tensor, again: Tensor) -> float:
        """(mean of f at mu + h - mean of f at mu) / h, with the noise of each."""
        here, there = (
            (m + self.sigma * e - self._k).square().mean() for m, e in ((mu, epsilon), (mu + H, again))
        )
        return ((there - here) / H).item()

    def figure(self) -> Figure:
        """Two moves that lead to mu, and the slopes along the whole range."""
        noise, kept = _seeded(1), torch.tensor(self.epsilon)
        figure, rows = plt.subplots(2, 2, figsize=(7.6, 4.6), width_ratios=(1.7, 1), layout="constrained")
        for (dots, slopes), name, words in zip(
            rows,
            ("torch.normal", "trick"),
            (
                "$z$ = torch.normal($\\mu$, $\\sigma$): the dots jump",
                "$z = \\mu + \\sigma\\,\\epsilon$, the same $\\epsilon$: the dots slide",
            ),
            strict=True,
        ):
            fresh = name == "torch.normal"
            mus = [max(MU[0], self.mu - back) for back in (*EARLIER, 0)]
            moves = torch.stack([mu + self.sigma * (_noise(noise) if fresh else kept) for mu in mus])
            self._show_moves(dots, moves, mus, STYLES[name])
            dots.set_title(words)
            grid = torch.arange(MU[0], MU[1] + H / 2, H)
            found = [
                self._slope(mu, *([_noise(noise), _noise(noise)] if fresh else [kept, kept]))
                for mu in grid.tolist()
            ]
            slopes.plot(
                grid,
                torch.tensor(found).clamp(-16, 16),
                STYLES[name]["marker"],
                ms=3,
                color=STYLES[name]["color"],
                clip_on=False,
            )
            slopes.plot(grid, 2 * (grid - self._k), ":", color=INK, lw=1.5)
            slopes.set(ylim=(-16, 16), title=f"finite difference, $h$ = {H}", yticks=(-10, 0, 10))
        for ax in rows[1]:
            ax.set_xlabel("$z$" if ax is rows[1][0] else "$\\mu$ (dotted: $2(\\mu - k)$)")
        return figure

    def _show_moves(self, ax: Axes, moves: Tensor, mus: list[float], look: dict) -> None:
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

    def __repr__(self) -> str:
        return f"JumpAndSlide(mu={self.mu:.2f}, sigma={self.sigma:.2f}, {len(self.epsilon)} draws)"


def _seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def _noise(generator: torch.Generator) -> Tensor:
    return torch.randn(DRAWS, generator=generator)
