"""`PolicyTriangle`: a policy over three answers, and the gradients that three estimators make of a group."""

import math
from collections.abc import Sequence

import matplotlib.pyplot as plt
import torch
import traitlets
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from helpers._arguments import check_floats
from helpers.figures import GREY, INK, STYLES
from helpers.widgets._base import HERE, BrowserWidget, as_list, fixed, script

ESTIMATORS = {"REINFORCE": "score function", "RLOO": "leave-one-out", "GRPO": "GRPO"}  # and their looks
GROUP, MOST_BONUS, LEAST = (2, 16), 2.0, 0.02  # sizes of a group; points for all; the least probability
STEP = 0.085  # from dot to dot
TOP = math.sqrt(1.5)  # the height of a triangle whose corners are one-hot vectors: its sides are sqrt(2)
CORNERS = torch.tensor([[-math.sqrt(0.5), TOP], [math.sqrt(0.5), TOP], [0, 0]], dtype=torch.float64)


class PolicyTriangle(BrowserWidget):
    """Three answers, a policy as a point in the triangle of their probabilities, and a group of draws.

    answers, rewards: three words, and what each answer earns, (3,)
    policy: (3,), the probabilities at first; n: how many answers are drawn; seed: of the first group

    An arrow is a gradient of the expected reward in the three logits. Its entries sum to 0, so it lies in
    the plane of the triangle, and it is drawn there at its length: the score of an answer is the arrow from
    the policy to that answer's corner. Black: the exact gradient. In colour: what REINFORCE, RLOO and GRPO
    make of the group; around it, each group that could have been drawn, as large as it is probable.
    Traits, to be read and set: `policy`; `n` (2 to 16); `bonus`, added to all rewards; `uniforms`, 16
    numbers from 0 to 1, of which the first n are looked up in the policy. Raises TypeError or ValueError
    for arguments that do not fit each other, TraitError for a wrong trait.
    """

    _esm = script(HERE / "policy_triangle.js")
    policy = traitlets.List(traitlets.Float()).tag(sync=True, echo_update=False)
    n = traitlets.Int(8, min=GROUP[0], max=GROUP[1]).tag(sync=True)
    bonus = traitlets.Float(0.0, min=0.0, max=MOST_BONUS).tag(sync=True)
    uniforms = traitlets.List(traitlets.Float(), help="the draws").tag(sync=True)
    _answers = traitlets.List(traitlets.Unicode()).tag(sync=True)
    _rewards = traitlets.List(traitlets.Float()).tag(sync=True)
    _limits = traitlets.List([*GROUP, MOST_BONUS, LEAST]).tag(sync=True)
    _colours = traitlets.List([STYLES[look]["color"] for look in ESTIMATORS.values()]).tag(sync=True)

    def __init__(
        self, answers: Sequence[str], rewards: Tensor, policy: Tensor, *, n: int = 8, seed: int = 0, **traits
    ):
        check_floats("rewards", rewards, (3,))
        check_floats("policy", policy, (3,))
        generator = torch.Generator().manual_seed(seed)
        super().__init__(
            policy=policy.tolist(),
            n=n,
            uniforms=torch.rand(GROUP[1], generator=generator, dtype=torch.float64).tolist(),
            _answers=as_list("answers", answers, 3),
            _rewards=rewards.tolist(),
            **traits,
        )

    @traitlets.validate("policy")
    def _check_policy(self, proposal: dict) -> list[float]:
        p = proposal["value"]
        if len(p) != 3 or min(p) < 0 or abs(sum(p) - 1) > 1e-6:
            raise traitlets.TraitError(f"policy: three probabilities with the sum 1 are needed, not {p}")
        return p

    @traitlets.validate("uniforms")
    def _check_uniforms(self, proposal: dict) -> list[float]:
        given = proposal["value"]
        if len(given) != GROUP[1] or not all(0 <= u <= 1 for u in given):
            raise traitlets.TraitError(f"uniforms: {GROUP[1]} numbers from 0 to 1 are needed")
        return given

    @property
    def group(self) -> list[int]:
        """How often each answer has been drawn."""
        ends = torch.tensor(self.policy[:2], dtype=torch.float64).cumsum(0)
        drawn = torch.bucketize(torch.tensor(self.uniforms[: self.n], dtype=torch.float64), ends, right=True)
        return torch.bincount(drawn, minlength=3).tolist()

    @property
    def exact(self) -> Tensor:
        """The gradient of the expected reward in the logits, (3,)."""
        p = torch.tensor(self.policy, dtype=torch.float64)
        rewards = torch.tensor(self._rewards, dtype=torch.float64)
        return p * (rewards - p @ rewards)

    def estimate(self, name: str, counts: Sequence[int]) -> Tensor:
        """What an estimator makes of a group in which answer i stands counts[i] times, (3,)."""
        drawn = torch.repeat_interleave(torch.arange(3), torch.tensor(counts))
        rewards = torch.tensor(self._rewards, dtype=torch.float64)[drawn] + self.bonus
        spread = rewards.std().item()
        advantages = {
            "REINFORCE": rewards,
            "RLOO": rewards - (rewards.sum() - rewards) / (self.n - 1),
            "GRPO": (rewards - rewards.mean()) / spread if spread > 1e-6 else 0 * rewards,
        }[name]
        scores = torch.eye(3, dtype=torch.float64)[drawn] - torch.tensor(self.policy, dtype=torch.float64)
        return (advantages[:, None] * scores).mean(0)

    def every_group(self, name: str) -> tuple[Tensor, Tensor]:
        """The probability of each group, (groups,), and what an estimator makes of it, (groups, 3)."""
        counts = [(a, b, self.n - a - b) for a in range(self.n + 1) for b in range(self.n + 1 - a)]
        ways = [math.factorial(self.n) / math.prod(map(math.factorial, c)) for c in counts]
        once = [math.prod(p**k for p, k in zip(self.policy, c, strict=True)) for c in counts]
        chances = [w * chance for w, chance in zip(ways, once, strict=True)]
        return torch.tensor(chances).double(), torch.stack([self.estimate(name, c) for c in counts])

    def figure(self) -> Figure:
        figure, axes = plt.subplots(1, 3, figsize=(9.4, 4.1))
        for ax, (name, look) in zip(axes, ESTIMATORS.items(), strict=True):
            self._draw(ax, name, STYLES[look]["color"])
        return figure

    def _draw(self, ax: Axes, name: str, colour: str) -> None:
        p = torch.tensor(self.policy, dtype=torch.float64) @ CORNERS
        ax.fill(*CORNERS.T, fc="none", ec=GREY, lw=1)
        for i, (side, out, towards) in enumerate((("left", 1, 1), ("right", 1, -1), ("center", -1, 0))):
            x, y = CORNERS[i].tolist()
            words = f"{self._answers[i]}: {self._rewards[i] + self.bonus:g}"
            ax.text(x, y + 0.13 * out, words, ha=side, va="bottom" if i < 2 else "top", fontsize=10)
            k = torch.arange(self.group[i])
            dots = x + STEP * (towards * k if towards else k - (len(k) - 1) / 2)
            ax.plot(dots, torch.full((len(k),), y + 0.07 * out), "o", ms=4.5, color=INK)
        chances, estimates = self.every_group(name)
        mine, average = self.estimate(name, self.group), chances @ estimates
        ax.scatter(*(p + estimates @ CORNERS).T, s=1000 * chances, color=colour, alpha=0.4, lw=0)
        for end, look in (
            (mine, {"color": colour, "lw": 4, "mutation_scale": 18}),
            (self.exact, {"color": INK, "lw": 1.8, "mutation_scale": 12}),
        ):
            arrow = {"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0} | look
            x, y = (p + end @ CORNERS).tolist()
            ax.annotate("", (x, y), (p[0].item(), p[1].item()), arrowprops=arrow)
        ax.plot(*(p + average @ CORNERS), "o", ms=12, mfc="none", mec=INK, mew=1.5)
        ax.plot(*p, "o", ms=8, mfc="white", mec=INK, mew=2, zorder=5)
        ax.text(0, -0.3, self.lengths(name), fontsize=9, ha="center", va="top")
        ax.set(title=name, xlim=(-0.87, 0.87), ylim=(-0.55, 1.5), aspect="equal")
        ax.axis("off")

    def lengths(self, name: str) -> str:
        """Of this group's arrow, and of the average one; and the noise, a standard deviation."""
        chances, estimates = self.every_group(name)
        average = chances @ estimates
        noise = (chances @ (estimates - average).square().sum(1)).sqrt()
        mine = self.estimate(name, self.group).norm()
        return (
            f"exact {self.exact.norm():.2f}, this group {mine:.2f}\n"
            f"average {average.norm():.2f}, noise {noise:.2f}"
        )

    def __repr__(self) -> str:
        p = ", ".join(fixed(value) for value in self.policy)
        return f"PolicyTriangle(policy=({p}), n={self.n}, bonus={self.bonus:g}, group={self.group})"
