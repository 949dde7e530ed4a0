"""Checks of lesson 05."""

import math

import numpy as np
import torch
from torch import Tensor

from helpers.exercises._check import Wrong, call, check, no_known_mistake, number, parts, same_shape


@check
def share_of_area(function) -> str:
    logvar = torch.tensor([[0.0, 0.0], [-2.0, -4.0], [-6.0, 1.0]])
    value = same_shape(call(function, logvar.clone()), torch.empty(3), "the share")
    sigma = torch.exp(0.5 * logvar)
    no_known_mistake(
        value,
        (
            (sigma.prod(1) ** 2, "you multiply variances; the half-axes are standard deviations"),
            (math.pi * sigma.prod(1), "both areas have a factor pi: what is left of it in their ratio?"),
            (sigma.sum(1), "you add the half-axes; an area is no sum"),
            (sigma.mean(1), "you average the half-axes; an area is no average"),
            (1 / sigma.prod(1), "that is the circle's area as a multiple of the ellipse's"),
        ),
        rtol=1e-4,
    )
    for at in range(3):
        if not math.isclose(value[at].item(), sigma[at].prod().item(), rel_tol=1e-4):
            raise Wrong(
                f"for logvar = {logvar[at].tolist()} the share is {value[at]:.3g}, and it is not. "
                "What are the half-axes there?"
            )
    return "The share of the area is the product of the standard deviations."


@check
def shell(answer) -> str:
    pair = answer.squeeze() if isinstance(answer, Tensor | np.ndarray) else answer
    inner, outer = parts(pair, 2, "two numbers are needed: the inner and the outer distance")
    inner, outer = number(inner, "the inner distance"), number(outer, "the outer distance")
    if inner < 0:
        raise Wrong(f"a distance is not negative; {inner:.3g} looks like one coordinate of z, not its length")
    if inner > outer:
        raise Wrong("the inner distance comes first")
    if is_shell(inner, outer, 2):
        raise Wrong("that is the shell in two dimensions; we ask about 20")
    if is_shell(math.sqrt(inner), math.sqrt(outer), 20):
        raise Wrong("those are squares of the distances")
    near, far = nearer(inner, 20), 1 - nearer(outer, 20)
    if not is_shell(inner, outer, 20):
        raise Wrong(
            f"{near:.1%} of the draws are nearer than {inner:.3g}, and {far:.1%} are farther than {outer:.3g}"
        )
    return (
        "Nobody lives at the centre: within 1 of it, where the density is highest, lie about "
        f"{nearer(1.0, 20) * 1e10:.0f} in ten billion draws."
    )


def nearer(radius: float, dimensions: int) -> float:
    """The share of N(0, I) within `radius`: |z|^2 is chi-squared."""
    return torch.special.gammainc(*torch.tensor([dimensions / 2, radius**2 / 2], dtype=torch.float64)).item()


def is_shell(inner: float, outer: float, dimensions: int) -> bool:
    """Whether about 1 % of N(0, I) are nearer, and about 1 % farther."""
    shares = nearer(inner, dimensions), 1 - nearer(outer, dimensions)
    return all(abs(share - 0.01) < 0.003 for share in shares)
