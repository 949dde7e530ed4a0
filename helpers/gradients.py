"""Which parameters a gradient reaches, as lesson 02 develops it."""

from typing import Literal

import torch
from torch import Tensor, nn

Reach = Literal["reached", "zero", "none"]


def gradient_reach(module: nn.Module, loss_term: Tensor) -> dict[str, Reach]:
    """What the gradient of the scalar `loss_term` does at each parameter of `module`.

    "reached": some entry is not zero; "zero": every entry is exactly 0.0;
    "none": autograd knows no path from the term to the parameter, or the parameter is frozen.
    The graph is kept and no `.grad` is changed. Raises TypeError or ValueError for other input.
    """
    if not isinstance(module, nn.Module):
        raise TypeError(f"module: an nn.Module is needed, not {type(module).__name__}")
    if not isinstance(loss_term, Tensor):
        raise TypeError(f"loss_term: a tensor is needed, not {type(loss_term).__name__}")
    if loss_term.numel() != 1:
        raise ValueError("loss_term: a single number is needed (a mean or a sum), "
                         f"not the shape {tuple(loss_term.shape)}")
    parameters = dict(module.named_parameters())
    if not parameters:
        raise ValueError("module: it has no parameters")
    asked = {name: p for name, p in parameters.items() if p.requires_grad}  # the others are frozen
    gradients = {}
    if asked and loss_term.requires_grad:
        found = torch.autograd.grad(loss_term, list(asked.values()), torch.ones_like(loss_term),
                                    retain_graph=True, allow_unused=True)
        gradients = dict(zip(asked, found, strict=True))
    reach = {}
    for name in parameters:
        gradient = gradients.get(name)
        if gradient is not None and not bool(torch.isfinite(gradient).all()):
            raise ValueError(f"loss_term: its gradient at {name} is not finite")
        reach[name] = ("none" if gradient is None else
                       "reached" if bool((gradient != 0).any()) else "zero")
    return reach


def assert_grad_reaches(module: nn.Module, loss_term: Tensor) -> None:
    """Raise AssertionError unless the gradient of `loss_term` reaches every parameter of `module`.

    The message names the parameters that get no gradient, or one that is exactly zero.
    Give it one term of a loss at a time: in a sum, one term's gradient hides another's cut.
    """
    reach = gradient_reach(module, loss_term)
    missed = [name for name, found in reach.items() if found != "reached"]
    if missed:
        why = {"zero": "exactly zero", "none": "no gradient"}
        lines = [f"  {name}: {why[reach[name]]}" for name in missed]
        raise AssertionError(
            f"the gradient misses {len(missed)} of {len(reach)} parameters:\n" + "\n".join(lines))
