"""Checks of lesson 11."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from helpers.exercises._check import Wrong, call, check, new_generator, no_known_mistake, number, same_shape

FAR_APART = torch.tensor([0.0, -100.0, -2000.0, -1000.0], dtype=torch.float64)  # of the images of one batch


@check
def effective_draws(function) -> str:
    near = torch.randn(5, 4, dtype=torch.float64, generator=new_generator())
    near[:, 2] = 0.3  # equal weights
    near[1:, 3] = -1500.0  # the first draw has all the weight
    target = torch.softmax(near, 0).square().sum(0).reciprocal()  # the same for every shift
    total, squares = near.exp().sum(0), (2 * near).exp().sum(0)
    mistakes = (
        (target.log(), "that is its logarithm; take exp at the end"),
        (1 / target, "that is upside down: the square of the sum is divided by the sum of the squares"),
        (total / squares, "the sum of the weights has to be squared"),
        (total, "what you divide by is the sum of the weights; it should be the sum of their squares"),
        (
            torch.ones(4, dtype=torch.float64),
            "it is 1 whatever the weights are: the sum of the squares is not the square of the sum",
        ),
        (torch.full((4,), 5.0, dtype=torch.float64), "it is k whatever the weights are"),
        (target / 5, "that is the share of the draws; their number is asked for"),
    )
    for shift, where in (
        (0.0, "near 0"),
        (-100.0, "near -100"),
        (-2000.0, "near -2000"),
        (FAR_APART, "of four images at 0, -100, -2000 and -1000"),
    ):
        value = call(function, near + shift)
        if isinstance(value, Tensor) and value.shape == (5,):
            raise Wrong(
                "the effective number has the shape (5,), one for each draw; the sums run over the "
                "draws, the first axis, and (4,) is needed"
            )
        value = _finite(same_shape(value, target, "the effective number"), where, shift is FAR_APART)
        if where == "near 0":
            no_known_mistake(value, mistakes, rtol=1e-5, atol=1e-6)
        for image in range(4):
            if not abs(value[image] / target[image] - 1) < 5e-3:  # near -2000, float32 has 4 decimals
                raise Wrong(
                    f"with log-weights {where} the effective number of image {image} is "
                    f"{value[image]:.4g}, and off by {value[image] / target[image] - 1:.1%}"
                )
    return (
        "It holds for log-weights near 0, -100 and -2000, and for all of them in one batch. It is 5 for "
        "equal weights, and 1 if one has all."
    )


def _finite(value: Tensor, where: str, together: bool) -> Tensor:
    value = value.detach().double()
    odd = value[~value.isfinite()].tolist()
    if odd:
        raise Wrong(
            f"with log-weights {where} the result is {odd[0]}: exp() gave 0 for all draws of an "
            "image" + (". Was one maximum subtracted from all images?" if together else "")
        )
    return value


@check
def bound_of_parts(function) -> str:
    together, sizes = 2 * torch.randn(9, 4, dtype=torch.float64, generator=new_generator()), (2, 1, 6)
    k, parts = 9, together.split(sizes)
    target = torch.logsumexp(together, 0) - math.log(k)
    bounds = torch.stack([torch.logsumexp(part, 0) - math.log(len(part)) for part in parts])
    weighted = (torch.tensor(sizes)[:, None] * bounds).sum(0) / k
    mistakes = (
        (
            bounds.mean(0),
            "that is the mean of the bounds of the parts, as the colleague has it: each has "
            "only its own draws inside the logarithm",
        ),
        (weighted, "the bounds of the parts have their share of the draws, but this is still a mean of logs"),
        (
            torch.logsumexp(bounds, 0) - math.log(3),
            "every part counts the same in your average, however many draws it holds",
        ),
        (
            target + math.log(k),
            "that is the log of the sum of the weights; it grows with k without end. The "
            "log of their average is asked for",
        ),
        (
            target + math.log(k) - math.log(3),
            "the sum of the weights is divided by the number of parts, not by the number of draws",
        ),
        (together.mean(0), "that is the average of the log-weights: the ELBO"),
        (bounds.max(0).values, "that is the best of the parts"),
        (-target, "that is minus the bound"),
    )
    for shift, where in (
        (0.0, "near 0"),
        (-100.0, "near -100"),
        (-2000.0, "near -2000"),
        (FAR_APART, "of four images at 0, -100, -2000 and -1000"),
    ):
        value = call(function, [part + shift for part in parts])
        value = _finite(same_shape(value, target, "the bound"), where, shift is FAR_APART)
        if where == "near 0":
            no_known_mistake(value, mistakes, rtol=1e-5, atol=1e-5)
        off = (value - target - shift).abs().max().item()
        if not off < 2e-3:  # in float32 a number near -2000 is known to 1e-4
            raise Wrong(f"with log-weights {where} the bound is off by up to {off:.2g} nats")
    return "The log of the average of all draws, however they are split."


@check
def best_width(function) -> str:
    found = []
    for rho in (0.0, 0.3, -0.7, 0.95):
        variance = _variance(rho)
        width = number(call(function, variance), "the width")
        best = math.sqrt(2 / (3 - math.sqrt(1 + 8 * rho**2)))
        where = f"for a posterior with the correlation {rho:g}"
        if rho and abs(width - 1) < 5e-3:
            raise Wrong(f"{where} you return 1, the width with the largest ELBO")
        if rho and abs(width - best**2) < 5e-3:
            raise Wrong(f"{where} this is the square of the best width")
        if abs(width - variance(best)) < 5e-3:
            raise Wrong(f"{where} this is the smallest variance; the width that has it is asked for")
        if not math.isfinite(variance(width)):
            raise Wrong(f"{where} a q of width {width:.3g} has weights of infinite variance")
        if not abs(width - best) < 0.015:
            raise Wrong(
                f"{where} a q of width {width:.4g} has the variance {variance(width):.4g}, and there "
                "are widths with less"
            )
        found.append(f"{best:.2f} for the correlation {rho:g}")
    return f"Best widths: {', '.join(found)}."


def _variance(rho: float) -> Callable[[float], float]:
    """Of w / p(x) as in section 3, as a function of the width of q; rho: the posterior's correlation."""

    def variance(width: float) -> float:
        if not width > 0:
            return math.inf
        of_q = float(width) ** -2
        both = (2 - of_q) ** 2 - 4 * rho**2
        if 2 - of_q <= 2 * abs(rho):
            return math.inf
        return (1 - rho**2) / (of_q * math.sqrt(both)) - 1

    return variance
