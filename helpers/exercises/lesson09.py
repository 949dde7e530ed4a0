"""Checks of lesson 09."""

import torch
from torch import Tensor

from helpers.exercises._check import Wrong, call, check, close, number


@check
def kl_factor(function) -> str:
    for s, mse in ((0.5, 0.04), (0.1, 0.09), (1.0, 0.05), (0.3, 0.09)):
        target = s**2 / mse
        value = number(call(function, s, mse), "the factor")
        where = f"for s = {s:g} and a mean squared error of {mse:g} the factor"
        hints = {
            "that compares standard deviations; the KL weighs in proportion to the variance": s / mse**0.5,
            "that is upside down: a larger s lets the squared error weigh less, and the KL more": mse / s**2,
            "that is the factor if s is 1; this model has an s of its own": 1 / mse,
            "that is in comparison with s = 1, not with the best s": s**2,
            "your factor grows with the error; but the larger the error, the larger is the best s, which "
            "the model is compared with": s**2 * mse,
        }
        if not abs(value - target) <= 1e-4 * target:
            for hint, wrong in hints.items():
                if abs(value - wrong) <= 1e-4 * wrong:
                    raise Wrong(f"{where} is {value:.4g}, but should be {target:.4g}: {hint}")
        close(value, target, where, 1e-4 * target)
    return "It holds for an s that is too large, for one that is too small, and for the best."


@check
def free_bits_cost(function) -> str:
    kl = torch.tensor([[0.0, 1.0, 0.25, 0.05, 0.1, 0.1],  # means 0.2, 1.5, 0.6, 0.05, 0.1, 0.2
                       [0.4, 2.0, 0.95, 0.05, 0.1, 0.3]])
    for size, floor in ((2, 0.5), (3, 0.5), (1, 0.15), (6, 4.0), (2, 0.0), (2, 2.0)):
        groups = kl.view(2, -1, size)
        each = groups.sum(-1)  # (image, group)
        target = each.mean(0).clamp(min=floor).sum().item()
        value = number(call(function, kl.clone(), floor, size), "the cost")
        hints = {
            "the mean over images comes before the maximum": each.clamp(min=floor).mean(0).sum(),
            "the floor is that of a group, not of each dimension": kl.mean(0).clamp(min=floor).sum(),
            "each group has a floor of its own, not only the total": each.sum(1).mean().clamp(min=floor),
            "a group is made of neighbours: dimensions 0 and 1, then 2 and 3, and so on when the size is 2":
                kl.view(2, size, -1).sum(1).mean(0).clamp(min=floor).sum(),
            "the size is the number of dimensions in a group, not the number of groups":
                kl.view(2, size, -1).sum(-1).mean(0).clamp(min=floor).sum(),
            "the KL of a group is the sum over its dimensions, not their mean":
                groups.mean(-1).mean(0).clamp(min=floor).sum(),
        }
        where = f"with groups of {size} and a floor of {floor:g} the cost"
        if not abs(value - target) <= 1e-5:
            for hint, wrong in hints.items():
                if abs(value - wrong.item()) <= 1e-5:
                    raise Wrong(f"{where} is {value:.4g}, but should be {target:.4g}: {hint}")
        close(value, target, where, 1e-5)
    leaf = kl.clone().requires_grad_()
    cost = call(function, leaf, 0.5, 2)
    close(number(cost, "the cost"), 2.85, "with a KL that has gradients the cost", 1e-5)
    gradient = None
    if isinstance(cost, Tensor) and cost.requires_grad:
        gradient, = torch.autograd.grad(cost, leaf, allow_unused=True)
    if gradient is None:
        raise Wrong("the cost is cut off from the KL: nothing can be trained with it")
    if not bool((gradient[:, 4:] == 0).all()):  # nan neither
        raise Wrong("the dimensions of a group below its floor should have no gradient, but have one")
    for entry in gradient[:, :4].flatten():  # the mean of two images
        close(entry.item(), 0.5, "the gradient of a dimension in a group above its floor", 1e-5)
    return "Right values for groups of four sizes, and no gradient below the floor."
