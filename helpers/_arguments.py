"""Guards for the doors that a learner calls: each names the argument and says what is accepted."""

import math
from collections.abc import Callable
from numbers import Integral, Real

import torch
from torch import Tensor, nn


def check_integer(name: str, value: int, least: int = 0) -> None:
    """TypeError unless `value` is a whole number; ValueError where it is below `least`."""
    if not isinstance(value, Integral):
        raise TypeError(f"{name}: a whole number is needed, not {value!r}")
    if value < least:
        raise ValueError(f"{name}: at least {least} needed, not {value}")


def check_number(name: str, value: float, *, positive: bool = False) -> None:
    """TypeError or ValueError unless `value` is a finite number of at least 0; `positive`: above 0."""
    if not isinstance(value, Real):
        raise TypeError(f"{name}: a number is needed, not {value!r}")
    if not math.isfinite(value) or value < 0 or (positive and value == 0):
        raise ValueError(
            f"{name}: a {'positive ' if positive else ''}number"
            f"{'' if positive else ' of at least 0'} is needed, not {value}"
        )


def check_function(name: str, value: Callable, of: str) -> None:
    if not callable(value):
        raise TypeError(f"{name}: a function of {of} is needed, not {value!r}")


def check_floats(name: str, value: Tensor, shape: tuple[int | None, ...]) -> None:
    """TypeError or ValueError unless `value` is a tensor of finite floats of `shape` (None: any)."""
    if not isinstance(value, Tensor) or not value.is_floating_point():
        kind = value.dtype if isinstance(value, Tensor) else type(value).__name__
        raise TypeError(f"{name}: a float tensor is needed, not {kind}")
    if value.ndim != len(shape) or any(
        size not in (None, found) for size, found in zip(shape, value.shape, strict=True)
    ):
        wanted = ", ".join("n" if size is None else str(size) for size in shape)
        raise ValueError(f"{name}: the shape ({wanted}) is needed, not {tuple(value.shape)}")
    ends = torch.aminmax(value) if value.numel() else ()  # nan shows in both; no copy of the whole
    if not all(torch.isfinite(end) for end in ends):
        raise ValueError(f"{name}: finite numbers are needed, and some are nan or infinite")


def check_images(
    name: str, images: Tensor, model: nn.Module | None = None, pixels: int | None = None
) -> None:
    """TypeError or ValueError unless `images` are floats from 0 to 1, (n, pixels), with n >= 1.

    model: the one that reads them; their dtype has to be its own, and their pixels those it says it has
    """
    pixels = getattr(model, "pixels", pixels)
    check_floats(name, images, (None, pixels))
    weight = None if model is None else next(model.parameters(), None)
    if weight is not None and weight.dtype != images.dtype:
        raise TypeError(f"{name}: {weight.dtype} is needed, as the model's, not {images.dtype}")
    if not len(images):
        raise ValueError(f"{name}: at least one image is needed")
    low, high = torch.aminmax(images)
    if low < 0 or high > 1:
        raise ValueError(f"{name}: pixels from 0 to 1 are needed, not from {low:g} to {high:g}")
