"""`Race`: a pathwise and a score-function estimate go down one cost, with the same draws."""

import math

import matplotlib.pyplot as plt
import numpy as np
import torch
import traitlets
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from helpers.figures import GREY, INK, STYLES
from helpers.widgets._base import HERE, BrowserWidget, script

START, K, HEIGHT, LR, STEPS, MOST = -1.0, 3.0, 10.0, 0.05, 60, 50
LOOKS = {"pathwise": STYLES["trick"], "score function": STYLES["score function"]}


def cost_of(cost: str, z: Tensor) -> Tensor:
    """f(z): (z - 3)^2, or a step from 10 down to 0 where z passes 0."""
    return (z - K) ** 2 if cost == "parabola" else HEIGHT * (z < 0).to(z)


def mean_cost(cost: str, mu: float) -> float:
    """E[f(z)] for z ~ N(mu, 1)."""
    if cost == "parabola":
        return (mu - K) ** 2 + 1
    return HEIGHT * 0.5 * math.erfc(mu / math.sqrt(2))


def estimates(cost: str, mu: float, epsilon: Tensor, b: float) -> tuple[Tensor, Tensor]:
    """d/dmu E[f(mu + epsilon)] as each draw has it: f'(z), and (f(z) - b) epsilon."""
    z = mu + epsilon
    slope = 2 * (z - K) if cost == "parabola" else torch.zeros_like(z)
    return slope, (cost_of(cost, z) - b) * epsilon


class Race(BrowserWidget):
    """Two points go down the mean cost E[f(mu + epsilon)], from -1, in steps of 0.05 times an estimate.

    `cost` ("parabola" or "step"), `draws` (1 to 50 a step) and `baseline` (whether E[f] is subtracted
    for the score function) may be changed on the way. `mus` has the pairs (pathwise, score function) so far,
    `epsilon` the noise of the next step. All move with the page, and may be set.
    """

    _esm = script(HERE / "race.js")
    cost = traitlets.Enum(["parabola", "step"], "parabola").tag(sync=True)
    draws = traitlets.Int(1, min=1, max=MOST).tag(sync=True)
    baseline = traitlets.Bool(False).tag(sync=True)
    mus = traitlets.List(
        traitlets.List(traitlets.Float(), minlen=2, maxlen=2), [[START, START]], minlen=1
    ).tag(sync=True)
    epsilon = traitlets.List(traitlets.Float(), minlen=MOST, maxlen=MOST).tag(sync=True)
    _constants = traitlets.Dict(
        {"k": K, "height": HEIGHT, "lr": LR, "start": START, "steps": STEPS, "most": MOST}
    ).tag(sync=True)

    def __init__(self, **traits):
        noise = torch.randn(MOST, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
        super().__init__(**({"epsilon": noise.tolist()} | traits))

    def step(self, pair: list[float], epsilon: Tensor) -> list[float]:
        """Where a step with this noise leads from (pathwise, score function)."""
        baselines = (mean_cost(self.cost, mu) if self.baseline else 0.0 for mu in pair)
        return [
            mu - LR * estimates(self.cost, mu, epsilon[: self.draws], b)[i].mean().item()
            for i, (mu, b) in enumerate(zip(pair, baselines, strict=True))
        ]

    def run(self, generator: torch.Generator) -> list[list[float]]:
        """A race from the start, with this generator's noise."""
        mus = [[START, START]]
        for _ in range(STEPS):
            noise = torch.randn(MOST, generator=generator, dtype=torch.float64)
            mus.append(self.step(mus[-1], noise))
        return mus

    def figure(self) -> Figure:
        """The race so far, before others that might have been; before its first step, one of those."""
        generator = torch.Generator().manual_seed(1)
        others = [self.run(generator) for _ in range(20)]
        mus = self.mus if len(self.mus) > 1 else others[0]
        figure, (curve, trace) = plt.subplots(
            2, 1, figsize=(7, 5.6), sharex=True, height_ratios=(1, 1.1), layout="constrained"
        )
        self._show_curve(curve, mus)
        for i, (name, look) in enumerate(LOOKS.items()):
            colour, line = look["color"], look["linestyle"]
            trace.plot(np.array(others)[:, :, i].T, range(STEPS + 1), color=colour, lw=0.7, alpha=0.3)
            trace.plot(np.array(mus)[:, i], range(len(mus)), color=colour, ls=line, label=name)
            trace.plot(mus[-1][i], len(mus) - 1, look["marker"], color=colour, ms=7, mec="white")
        trace.set(xlabel="$\\mu$", ylabel="step", ylim=(STEPS + 2, -1), xlim=(-4, 6))
        trace.legend(loc="lower left")
        return figure

    def _show_curve(self, ax: Axes, mus: list[list[float]]) -> None:
        grid = torch.linspace(-4, 6, 501, dtype=torch.float64)
        ax.plot(grid, cost_of(self.cost, grid), ":", color=GREY, lw=1.5, label="cost $f$")
        ax.plot(grid, [mean_cost(self.cost, mu) for mu in grid.tolist()], color=INK, label="its mean $E[f]$")
        ax.plot(START, mean_cost(self.cost, START), "o", mfc="none", color=INK, ms=10)
        for mu, look in zip(mus[-1], LOOKS.values(), strict=True):
            ax.plot(
                mu,
                mean_cost(self.cost, mu),
                look["marker"],
                color=look["color"],
                ms=9,
                mec="white",
                clip_on=False,
            )
        baseline = "mean cost as baseline" if self.baseline else "no baseline"
        ax.set(
            title=f"{self.cost}, {self.draws} draw{'s' * (self.draws > 1)} a step, {baseline}",
            ylim=(0, 26 if self.cost == "parabola" else 12),
            ylabel="cost",
        )
        ax.legend(loc="upper right")

    def __repr__(self) -> str:
        words = f"{self.cost}, draws={self.draws}, baseline={self.baseline}, {len(self.mus) - 1} steps"
        return f"Race({words})"
