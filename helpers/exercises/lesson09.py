"""Checks of lesson 09."""

import math

import torch

from helpers.exercises._check import Wrong, call, check, close, number, same_shape, seeded


@check
def count_active(function) -> str:
    means = torch.randn(400, 6, generator=seeded())
    # standard deviations of the six units; the last two say the same for every image, or nearly so
    means = means / means.std(0) * torch.tensor([1.0, 0.5, 0.2, 0.05, 0.0, 0.0])
    means += torch.tensor([0.0, 1.0, -2.0, 0.0, 3.0, -1.0])
    for units, target in ((means, 3), (means[:, 2:], 1), (means[:, 4:], 0)):
        answer = number(call(function, units.clone()), "the number of active units")
        if answer == target:
            continue
        where = f"for {units.shape[1]} units, {target} of them active, you count {answer:g}"
        if answer == (units.std(0) > 0.01).sum():
            raise Wrong(f"{where}: the variance is compared with 0.01, not the standard deviation")
        if answer == (units.square().mean(0) > 0.01).sum():
            raise Wrong(f"{where}: a unit that says 3 for every image is far from 0, and not active")
        if answer == (units.var(1) > 0.01).sum():
            raise Wrong(f"{where}: that is the variance over units; it is taken over images")
        raise Wrong(where)
    return "It counts 3, 1 and 0 in three encoders."


@check
def free_bits_cost(function) -> str:
    kl = torch.tensor([[0.0, 1.0, 0.05], [0.4, 2.0, 0.05]])  # means 0.2, 1.5, 0.05
    for floor, target in ((0.1, 0.2 + 1.5 + 0.1), (0.0, 1.75), (2.0, 6.0)):
        value = number(call(function, kl.clone(), floor), "the cost")
        slips = ((kl.clamp(min=floor).mean(0).sum().item(), "the mean over images comes before the maximum"),
                 (max(kl.mean(0).sum().item(), floor), "each dimension has a floor of its own"))
        for slip, hint in slips:
            if abs(value - target) > 1e-5 and abs(value - slip) < 1e-5:
                raise Wrong(f"with a floor of {floor:g} the cost is {value:.4g}, but should be {target:.4g}: "
                            f"{hint}")
        close(value, target, f"with a floor of {floor:g} the cost", 1e-5)
    leaf = kl.clone().requires_grad_()
    cost = call(function, leaf, 0.1)
    close(number(cost, "the cost"), 1.8, "with a KL that has gradients the cost", 1e-5)
    gradient = None
    if isinstance(cost, torch.Tensor) and cost.requires_grad:
        gradient, = torch.autograd.grad(cost, leaf, allow_unused=True)
    if gradient is None:
        raise Wrong("the cost is cut off from the KL: nothing can be trained with it")
    if not bool((gradient[:, 2] == 0).all()):  # nan neither
        raise Wrong("a dimension below its floor should have no gradient, but has one")
    for dimension in range(2):  # the mean of two images
        close(gradient[0, dimension].item(), 0.5, "the gradient of a dimension above its floor", 1e-5)
    return "Right values at three floors, and no gradient below the floor."


@check
def bound_from(function) -> str:
    near = torch.randn(5, 3, dtype=torch.float64, generator=seeded())
    for shift in (0.0, -100.0, -2000.0):
        log_weight = near + shift
        target = torch.logsumexp(log_weight, 0) - math.log(5)
        value = same_shape(call(function, log_weight.clone()), target, "the bound").double()
        where = "the bound" if shift == 0 else f"with log-weights near {shift:g} the bound"
        if torch.allclose(value, log_weight.mean(0)):
            raise Wrong(f"{where} is the average of the logs, which is the ELBO; the log of the average "
                        "is asked for")
        if torch.allclose(value, target + math.log(5)):
            raise Wrong(f"{where} is too large by log 5 = {math.log(5):.3f}, the log of the number of draws")
        if not value.isfinite().all():
            odd = value[~value.isfinite()][0].item()
            raise Wrong(f"{where} is {odd}" + (": exp() gave 0 there" if odd == -math.inf else ""))
        for image in range(3):
            close(value[image].item(), target[image].item(), f"{where} of image {image}", 1e-4)
    return "It holds near 0, near -100 and near -2000."
