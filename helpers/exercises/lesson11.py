"""Checks of lesson 11."""

import math

import torch
from torch import Tensor

from helpers.exercises._check import Wrong, call, check, compare, new_generator

FAR_APART = torch.tensor([0.0, -100.0, -2000.0, -1000.0])  # of the images of one batch


def some_weights(k: int, seed: int) -> Tensor:
    """Log-weights near 0 of k draws for each of four images."""
    return 2 * torch.randn(k, 4, generator=new_generator(seed))


def finite(function):
    """The learner's function, whose results may not be nan or inf."""

    def run(*args):
        found = call(function, *args)
        if isinstance(found, Tensor) and not found.isfinite().all():
            raise Wrong("the result is not finite: exp() gave 0 for all draws of an image")
        return found

    return run


def effective(log_w: Tensor) -> Tensor:
    return torch.softmax(log_w, 0).square().sum(0).reciprocal()  # the same for every shift


@check
def effective_draws(function) -> str:
    equal, single = some_weights(5, 0), some_weights(7, 1)
    equal[:, 2], single[1:, 3] = 0.3, -1500.0
    what = "the effective number"
    compare(
        function,
        {"equal weights of an image": (equal,), "one weight that has all": (single,)},
        effective,
        {
            "that is its logarithm; take exp at the end": lambda w: effective(w).log(),
            "that is upside down": lambda w: 1 / effective(w),
            "the sum of the weights has to be squared": lambda w: w.exp().sum(0) / (2 * w).exp().sum(0),
            "below the line stands the sum of the squares, not the sum of the weights": lambda w: w.exp().sum(
                0
            ),
            "it is 1 whatever the weights are: the sum of the squares is not the square of the sum": (
                lambda w: torch.ones(4)
            ),
            "it is k whatever the weights are": lambda w: torch.full((4,), 1.0 * len(w)),
            "that is the share of the draws; their number is asked for": lambda w: effective(w) / len(w),
        },
        what=what,
    )
    far = {f"log-weights near {shift}": (equal + shift,) for shift in (-100, -2000)}
    far["images at 0, -100, -2000 and -1000"] = (equal + FAR_APART,)
    compare(finite(function), far, effective, {}, what=what)
    return "It is k for equal weights, and 1 where one draw has all."


def bound(parts: list[Tensor]) -> Tensor:
    return torch.logsumexp(torch.cat(parts), 0) - math.log(sum(map(len, parts)))


@check
def bound_of_parts(function) -> str:
    def own(parts):  # to write into
        return call(function, [part.clone() for part in parts])

    def each(parts):
        return torch.stack([torch.logsumexp(part, 0) - math.log(len(part)) for part in parts])

    def by_size(parts):
        sizes = torch.tensor([[1.0 * len(part)] for part in parts])
        return (sizes * each(parts)).sum(0) / sizes.sum()

    together = some_weights(9, 0)
    inputs = {
        "parts of 2, 1 and 6 draws": (list(together.split((2, 1, 6))),),
        "parts of 4 and 3 draws": (list(some_weights(7, 1).split(4)),),
    }
    compare(
        own,
        inputs,
        bound,
        {
            "each part still has a logarithm of its own: this is the colleague's": lambda p: each(p).mean(0),
            "the parts have their share of the draws, but this is still a mean of logarithms": by_size,
            "every part counts the same, however many draws it holds": lambda p: (
                torch.logsumexp(each(p), 0) - math.log(len(p))
            ),
            "that is the log of the sum of the weights; the log of their average is asked for": lambda p: (
                torch.logsumexp(torch.cat(p), 0)
            ),
            "the sum is divided by the number of parts, not by that of draws": lambda p: (
                torch.logsumexp(torch.cat(p), 0) - math.log(len(p))
            ),
            "that is the average of the log-weights: the ELBO": lambda p: torch.cat(p).mean(0),
            "that is the best of the parts": lambda p: each(p).max(0).values,
            "that is minus the bound": lambda p: -bound(p),
        },
        what="the bound",
    )
    far = {f"log-weights near {shift}": (list((together + shift).split(4)),) for shift in (-100, -2000)}
    far["images at 0, -100, -2000 and -1000"] = (list((together + FAR_APART).split(4)),)
    compare(finite(own), far, bound, {}, what="the bound")
    return "One logarithm of one average, however the draws come."
