"""Checks of lesson 10."""

import math

import torch
from torch import Tensor

from helpers.exercises._check import Wrong, call, check, close, same_shape, seeded


@check
def effective_draws(function) -> str:
    near = torch.randn(5, 4, dtype=torch.float64, generator=seeded())
    near[:, 2] = 0.3  # equal weights
    near[1:, 3] = -1500.0  # the first draw has all the weight
    target = torch.softmax(near, 0).square().sum(0).reciprocal()  # the same for every shift
    total, squares = near.exp().sum(0), (2 * near).exp().sum(0)
    hints = {
        "that is its logarithm; take exp at the end": target.log(),
        "that is upside down: the square of the sum is divided by the sum of the squares": 1 / target,
        "the sum of the weights has to be squared": total / squares,
        "what you divide by is the sum of the weights; it should be the sum of their squares": total,
        "it is 1 whatever the weights are: the sum of the squares is not the square of the sum":
            torch.ones(4, dtype=torch.float64),
        "that is the share of the draws; their number is asked for": target / 5,
    }
    for shift in (0.0, -100.0, -2000.0):
        value = call(function, near + shift)
        where = "the effective number" if shift == 0 else \
            f"with log-weights near {shift:g} the effective number"
        if isinstance(value, Tensor) and value.shape == (5,):
            raise Wrong(f"{where} has the shape (5,), one for each draw; the sums run over the draws, the "
                        "first axis, and (4,) is needed")
        value = same_shape(value, target, where).double()
        if not value.isfinite().all():
            odd = value[~value.isfinite()][0].item()
            raise Wrong(f"{where} is {odd}" + (
                ": exp() gave 0 for all draws, and 0 / 0 is nan" if math.isnan(odd) and shift else ""))
        for hint, wrong in hints.items():
            if shift == 0 and torch.allclose(value, wrong, atol=1e-6):
                raise Wrong(f"{where} of image 0 is {value[0]:.4g}, but should be {target[0]:.4g}: {hint}")
        for image in range(4):
            close(value[image].item(), target[image].item(), f"{where} of image {image}", 1e-4)
    return "It holds near 0, near -100 and near -2000; it is 5 for equal weights, and 1 if one has all."
