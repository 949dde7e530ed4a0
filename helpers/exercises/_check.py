"""What all checks share."""

import functools
import math
import traceback
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from helpers.words import said


class Wrong(Exception):
    """The answer is wrong; the message says what is wrong, and how far off it is."""


class NotYet(Exception):
    """The exercise is untouched."""


class Raised(Exception):
    """The learner's code raised; the message says what, and in which line."""


def check(judge: Callable[..., str]) -> Callable[..., None]:
    """Makes a check of `judge(answer, ...)`, which raises `Wrong`, or returns what to say when right.

    An answer that is no answer yet, or a function that returns one, is "Not yet".
    """

    @functools.wraps(judge)
    def run(answer, *more) -> None:
        try:
            if unsolved(answer):
                raise NotYet
            with torch.enable_grad():  # whatever mode an earlier cell has left
                message = judge(answer, *more)
        except NotYet:
            print(said("Not yet. Fill in the cell above, run it, and run this one again."))
        except (Wrong, Raised) as wrong:
            print(said("Not right yet:"), said(str(wrong)))
        except Exception as error:  # ours, so not told as the learner's
            broke = f"{type(error).__name__}: {error}"
            print(said(f"This check broke ({broke}). That may not be your answer's fault."))
        else:
            print(said("Right."), said(message))

    return run


def unsolved(answer: object) -> bool:
    return answer is None or answer is ... or (isinstance(answer, str) and answer.strip() in ("", "..."))


def call(function: Callable, *args, **kwargs):
    """What the learner's function returns; an untouched stub is "Not yet"."""
    if not callable(function):
        raise Wrong(f"a function is needed, not {type(function).__name__}")
    try:
        result = function(*args, **kwargs)
    except (Wrong, NotYet, Raised):  # of something that the check has handed in
        raise
    except Exception as error:
        raise Raised(_told(function, error)) from None
    if unsolved(result):
        raise NotYet
    return result


def _told(function: Callable, error: Exception) -> str:
    """What the learner's code raised, and where."""
    what = f"{type(error).__name__}: {error}"
    file = getattr(getattr(function, "__code__", None), "co_filename", None)
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename == file:
            if frame.line:
                return f"your code raised {what} (at `{frame.line}`)"
            return f"your code raised {what} (in line {frame.lineno} of its cell)"
    return f"your code raised {what}"


class Draws(TorchFunctionMode):
    """What torch draws inside of `with Draws() as draws`.

    numbers: all that was drawn, in order and flat, normal draws made standard: (draw - mean) / deviation
    calls: the name of each call that drew
    """

    NORMAL = ("randn", "randn_like", "normal", "normal_")
    OTHERS = (
        *("rand", "rand_like", "randint", "randint_like", "bernoulli", "multinomial", "poisson", "uniform_"),
        *("random_", "bernoulli_", "exponential_", "log_normal_", "cauchy_", "geometric_"),
    )

    def __init__(self):
        super().__init__()
        self.parts: list[Tensor] = []
        self.calls: list[str] = []

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        result = func(*args, **kwargs)
        name = getattr(func, "__name__", "")
        if name in (*self.NORMAL, *self.OTHERS):
            given = dict(zip(("mean", "std"), args[name == "normal_" :], strict=False)) | kwargs
            mean, std = (given.get("mean", 0.0), given.get("std", 1.0)) if "normal" in name else (0.0, 1.0)
            self.parts.append(((result - mean) / std).detach().flatten())
            self.calls.append(name)
        return result

    @property
    def numbers(self) -> Tensor:
        return torch.cat(self.parts) if self.parts else torch.zeros(0)

    def noise(self, shape: tuple[int, ...], words: str) -> Tensor:
        """The draws in `shape`. Wrong unless there are as many, all normal; `words` says of what."""
        other = next((name for name in self.calls if name not in self.NORMAL), None)
        if other:
            raise Wrong(f"your noise comes from `{other.strip('_')}`; draw it from N(0, 1)")
        drawn, needed = self.numbers, math.prod(shape)
        if not len(drawn):
            raise Wrong("nothing in it is random: torch has drawn no number")
        if len(drawn) != needed:
            raise Wrong(f"{len(drawn):,} random numbers were drawn, and {needed:,} are needed: {words}")
        return drawn.reshape(shape)


def compare(
    function: Callable,
    inputs: dict[str, tuple],
    right: Callable[..., Tensor],
    mistakes: dict[str, Callable[..., Tensor]],
    *,
    what: str = "what you return",
    rtol: float = 1e-6,
) -> None:
    """Raises Wrong unless `function` agrees with `right` for all inputs (by their words: arguments).

    mistakes: by its sentence each known mistake, which is told only where it fits all inputs; any other
        answer is told how far off it is, and for which input
    """
    found, wanted = {}, {}
    for words, args in inputs.items():
        own = (arg.clone() if isinstance(arg, Tensor) else arg for arg in args)  # to write into
        given = call(function, *own)
        wanted[words] = right(*args)  # after it: the noise that was intercepted is known now
        found[words] = same_shape(given, wanted[words], what).detach()

    def fit(values: dict[str, Tensor]) -> list[str]:
        return [w for w in found if not torch.allclose(found[w], values[w], rtol=rtol, atol=rtol)]

    off = fit(wanted)
    if not off:
        return
    for sentence, mistake in mistakes.items():
        if not fit({words: mistake(*args) for words, args in inputs.items()}):
            raise Wrong(sentence)
    gap = (found[off[0]] - wanted[off[0]]).abs().max().item()
    raise Wrong(f"{what} is off by {gap:.2g} for {off[0]}" if math.isfinite(gap) else f"{what} is not finite")


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
        raise Wrong(f"{what} is not finite")
    return value


def same_shape(value: object, like: Tensor, what: str) -> Tensor:
    """`value`, a tensor, an array, a number or a list of numbers, in the shape and precision of `like`.

    Axes of size 1 more or less do not matter.
    """
    if not isinstance(value, Tensor):
        try:
            value = torch.as_tensor(value)
        except (TypeError, ValueError, RuntimeError):
            raise Wrong(f"{what} should be a tensor, but is {type(value).__name__}") from None
    if value.squeeze().shape == like.squeeze().shape:
        value = value.reshape(like.shape)
        return value.to(like) if like.is_floating_point() else value
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


def new_generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)
