"""Checks of lesson 14."""

import math

import torch
from torch import Tensor

from helpers.exercises._check import check, compare, new_generator

LEVELS = {
    "rows that differ in t": torch.tensor([0.1, 0.9, 0.4, 0.7, 0.25, 0.6]),
    "the ends, t = 0 and t = 1": torch.tensor([0.0, 1.0, 0.0, 1.0, 1.0, 0.0]),
    "one row": torch.tensor([0.3]),
}


def circle(t: Tensor) -> tuple[Tensor, Tensor]:
    return torch.cos(math.pi / 2 * t), torch.sin(math.pi / 2 * t)


def batches(count: int) -> dict[str, tuple[Tensor, ...]]:
    """By its words each batch: `count` tensors (n, 3) and t (n, 1)."""
    generator = new_generator()
    made = {}
    for words, levels in LEVELS.items():
        t = levels[:, None].to(torch.get_default_dtype())
        made[words] = (*torch.randn(count, len(t), 3, generator=generator), t)
    return made


@check
def data_of(function) -> str:
    def of(combine, level=lambda t: t, schedule=circle):
        return lambda z_t, v, t: combine(z_t, v, *schedule(level(t)))

    def right(z_t, v, a, s):
        return a * z_t - s * v

    compare(
        function,
        batches(2),
        of(right),
        {
            "this is epsilon, the noise it has in mind": of(lambda z_t, v, a, s: s * z_t + a * v),
            "the sign of v is wrong: put z_t and v into it, and multiply out": of(
                lambda z_t, v, a, s: a * z_t + s * v
            ),
            "a and s are exchanged": of(lambda z_t, v, a, s: s * z_t - a * v),
            "all rows get the noise level of the first": of(right, lambda t: t[:1]),
            "all rows get the mean noise level": of(right, lambda t: t.mean()),
            "the angle is pi / 2 times t": of(right, schedule=lambda t: (torch.cos(t), torch.sin(t))),
            "these are the factors 1 - t and t; this lesson's are a cosine and a sine": of(
                right, schedule=lambda t: (1 - t, t)
            ),
            "this is z_t itself": lambda z_t, v, t: z_t,
        },
        what="x_hat",
    )
    return "Both equations, each row with its own t."


def net(z_t: Tensor, t: Tensor) -> Tensor:
    """A denoiser that nobody has trained; it reads z_t and t."""
    if z_t.ndim != 2 or t.shape != (len(z_t), 1):
        raise ValueError(
            f"denoiser: z_t (n, size) and t (n, 1) are needed, not {tuple(z_t.shape)} and {tuple(t.shape)}"
        )
    return torch.sin(2 * z_t + 1) + t * z_t.flip(1) - t**2


@check
def straight_loss(function) -> str:
    def of(target, mix=lambda x, e, t: (1 - t) * x + t * e, level=lambda t: t, over=torch.mean):
        def loss(denoiser, x, epsilon, t):
            z_t = mix(x, epsilon, level(t))
            return over((denoiser(z_t, t) - target(x, epsilon, t)).square())

        return loss

    def velocity(x, epsilon, t):
        return epsilon - x

    def on_circle(x, epsilon, t):
        a, s = circle(t)
        return a * x + s * epsilon

    def its_velocity(x, epsilon, t):
        a, s = circle(t)
        return a * epsilon - s * x

    def told(level):
        """The denoiser is told another t than the row's."""
        return lambda denoiser, x, epsilon, t: of(velocity)(
            lambda z_t, t: denoiser(z_t, level(t).expand_as(t)), x, epsilon, t
        )

    compare(
        function,
        {words: (net, *given) for words, given in batches(2).items()},
        of(velocity),
        {
            "the target is the velocity of section 1, on the circle": of(its_velocity),
            "this is section 1's loss": of(its_velocity, on_circle),
            "z_t is that of section 1, on the circle": of(velocity, on_circle),
            "the target is the velocity the other way, from epsilon to x": of(lambda x, e, t: x - e),
            "the target is epsilon; at which velocity does z_t move?": of(lambda x, e, t: e),
            "the target is x; at which velocity does z_t move?": of(lambda x, e, t: x),
            "the noise runs the wrong way: at t = 0, z_t is x": of(
                velocity, lambda x, e, t: t * x + (1 - t) * e
            ),
            "the noise of all rows is mixed in at the level of the first": of(
                velocity, level=lambda t: t[:1]
            ),
            "the noise of all rows is mixed in at the mean level": of(velocity, level=lambda t: t.mean()),
            "the denoiser is told the first row's t for all": told(lambda t: t[:1]),
            "the denoiser is told the mean t for all": told(lambda t: t.mean()),
            "this is the sum; the mean is wanted": of(velocity, over=torch.sum),
            "this is the sum over each row's numbers, averaged over rows": of(
                velocity, over=lambda square: square.sum(1).mean()
            ),
        },
        what="the loss",
    )
    return "A straight way has one velocity."
