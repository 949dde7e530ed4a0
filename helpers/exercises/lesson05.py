"""Checks of lesson 05."""

import math

import torch

from helpers.exercises._check import Wrong, call, check, close, number, same_shape, seeded


@check
def great_circle(function) -> str:
    generator = seeded()
    a, b = torch.randn(2, 6, generator=generator)
    path = same_shape(call(function, a.clone(), b.clone(), 5), torch.empty(5, 6), "the walk")
    for at, end, name in ((0, a, "start at a"), (4, b, "end at b")):
        close((path[at] - end).norm().item(), 0.0, f"the walk should {name}; its distance to it", 1e-4)
    for degrees, other in ((90, 3.0), (50, 3.0), (130, 3.0), (70, 2.0)):
        angle = math.radians(degrees)
        u, v = torch.linalg.qr(torch.randn(6, 2, generator=generator))[0].T
        a, b = 3 * u, other * (math.cos(angle) * u + math.sin(angle) * v)
        path = same_shape(call(function, a.clone(), b.clone(), 7), torch.empty(7, 6), "the walk")
        for at, z in enumerate(path):
            t = at / 6
            exact = (math.sin((1 - t) * angle) * a + math.sin(t * angle) * b) / math.sin(angle)
            off = (z - exact).norm().item()
            if not off <= 2e-3:
                line = (z - a - t * (b - a)).norm() < 1e-3
                raise Wrong(f"with {degrees} degrees between a and b, point {at + 1} of 7 is {off:.2g} away "
                            "from its place, and has the length "
                            f"{z.norm():.2f}" + ("; that is the straight line" if line else ""))
    return "It equals the formula for four pairs."


@check
def share_of_area(function) -> str:
    logvar = torch.tensor([[0.0, 0.0], [-2.0, -4.0], [-6.0, 1.0]])
    value = same_shape(call(function, logvar.clone()), torch.empty(3), "the share")
    for at, exact in enumerate((1.0, math.exp(-3), math.exp(-2.5))):
        if at and abs(value[at].item() - exact**2) < 1e-6:
            raise Wrong(f"for logvar = {logvar[at].tolist()} you multiply variances: {value[at]:.3g}; "
                        "the half-axes of the ellipse are standard deviations")
        close(value[at].item(), exact, f"for logvar = {logvar[at].tolist()} the share", 1e-6)
    return "The share of the area is the product of the standard deviations."


@check
def radius(answer) -> str:
    value = number(answer, "the radius")
    if abs(value - 0.6745) < 1e-3:
        raise Wrong("that is the radius in one dimension; two are asked for")
    if abs(value - 2 * math.log(2)) < 1e-3:
        raise Wrong("that is its square")
    inside = 1 - math.exp(-(value**2) / 2) if value > 0 else 0.0
    if abs(inside - 0.5) > 3e-3:
        raise Wrong(f"within a radius of {value:.4g} lies the share {inside:.3f} of the prior")
    return "Half of the prior lies within 1.18, farther out than one standard deviation."
