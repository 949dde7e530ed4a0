"""What all checks share."""

import functools
import math
from collections.abc import Callable, Iterable

import numpy as np
import torch
from torch import Tensor


class Wrong(Exception):
    """The answer is wrong; the message says what is wrong, and how far off it is."""


def check(judge: Callable[..., str]) -> Callable[..., None]:
    """Makes a check of `judge(answer, ...)`, which raises `Wrong`, or returns what to say when right.

    An answer of None (or `...`), or a function that returns it, is "Not yet".
    """

    @functools.wraps(judge)
    def run(answer, *more) -> None:
        try:
            if unsolved(answer):
                raise NotYet
            with torch.enable_grad():  # whatever mode an earlier cell has left
                message = judge(answer, *more)
        except NotYet:
            print("Not yet. Fill in the cell above, run it, and run this one again.")
        except Wrong as wrong:
            print(f"Not right yet: {wrong}")
        except Exception as error:  # the learner's code: whatever it raises is an answer
            print(f"Not right yet: your code raised {type(error).__name__}: {error}")
        else:
            print(f"Right. {message}")

    return run


class NotYet(Exception):
    """The exercise is untouched."""


def unsolved(answer: object) -> bool:
    return answer is None or answer is ...


def call(function: Callable, *args, **kwargs):
    """What the learner's function returns; an untouched stub is "Not yet"."""
    if not callable(function):
        raise Wrong(f"a function is needed, not {type(function).__name__}")
    result = function(*args, **kwargs)
    if unsolved(result):
        raise NotYet
    return result


def number(value: object, what: str) -> float:
    """`value` as a float, from a number, or a tensor or array with one entry."""
    if (isinstance(value, Tensor) and value.numel() == 1) or (
        isinstance(value, np.ndarray | np.generic) and value.size == 1
    ):
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int | float):
        kind = (
            f"a tensor of shape {tuple(value.shape)}" if isinstance(value, Tensor) else type(value).__name__
        )
        raise Wrong(f"{what} should be one number, but is {kind}")
    try:
        value = float(value)
    except OverflowError:  # a whole number of more than 308 digits
        raise Wrong(f"{what} is far too large") from None
    if not math.isfinite(value):
        raise Wrong(f"{what} is {value}")
    return value


def same_shape(value: object, like: Tensor, what: str) -> Tensor:
    """`value`, a tensor or an array, in the shape of `like`, and in its precision if that is of floats.

    Axes of size 1 more or less do not matter.
    """
    if isinstance(value, np.ndarray):
        value = torch.as_tensor(value)
    if not isinstance(value, Tensor):
        raise Wrong(f"{what} should be a tensor, but is {type(value).__name__}")
    if value.squeeze().shape == like.squeeze().shape:
        value = value.reshape(like.shape)
        return value.to(like.dtype) if like.is_floating_point() else value
    raise Wrong(f"{what} has the shape {tuple(value.shape)}; {tuple(like.shape)} is needed")


def parts(value: object, count: int, words: str) -> tuple:
    """The `count` parts of a tuple, list, tensor or array; `words` say what is wrong with any other."""
    if (
        not isinstance(value, tuple | list | Tensor | np.ndarray)
        or getattr(value, "ndim", 1) == 0
        or len(value) != count
    ):
        raise Wrong(words)
    if any(unsolved(part) for part in value):
        raise NotYet
    return tuple(value)


def no_known_mistake(
    found: Tensor, mistakes: Iterable[tuple[Tensor, str]], *, rtol: float = 1e-5, atol: float = 1e-8
) -> None:
    """Raises `Wrong` in the words of the first of (values, words) whose values `torch.allclose` finds."""
    for values, words in mistakes:
        if torch.allclose(found, values, rtol=rtol, atol=atol):
            raise Wrong(words)


def close(value: float, target: float, what: str, tolerance: float) -> None:
    """`tolerance` is the largest difference that counts as right, in the unit of `value`."""
    if not abs(value - target) <= tolerance:
        raise Wrong(f"{what} is {value:.4g}, but should be {target:.4g}: off by {abs(value - target):.2g}")


def close_mean(values: Tensor, target: float, what: str, errors: float = 5) -> None:
    """The mean of draws, within `errors` standard errors of `target`."""
    standard_error = values.std().item() / math.sqrt(values.numel())
    mean = values.mean().item()
    off = abs(mean - target) / standard_error if standard_error else math.inf
    if not (off <= errors or mean == target):
        raise Wrong(
            f"{what} is {mean:.3f}, but should be {target:.3f}: {off:.0f} standard errors away"
            if math.isfinite(off)
            else f"{what} is always {mean:.3f}; nothing in it is random"
        )


def new_generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)
