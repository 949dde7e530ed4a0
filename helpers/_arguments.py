"""Checks of arguments that modules share: a TypeError or ValueError that names the argument."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor


def check_tensor(name: str, value: Tensor, *, floating: bool = False) -> None:
    """TypeError unless `value` is a dense tensor of real numbers. It looks at none of them: cheap."""
    needed = "a float tensor" if floating else "a tensor"
    if not isinstance(value, Tensor):
        raise TypeError(f"{name}: {needed} is needed, not {type(value).__name__}")
    if (floating and not value.is_floating_point()) or value.is_complex() or value.is_quantized:
        raise TypeError(f"{name}: {needed} of real numbers is needed, not {value.dtype}")
    if value.layout != torch.strided:
        raise TypeError(f"{name}: a dense tensor is needed, not {value.layout}; .to_dense() makes one")
    if value.is_meta:
        raise TypeError(f"{name}: a tensor with numbers in it is needed, not one on the device meta")


def check_path(name: str, path: str | os.PathLike) -> Path:
    """`path` as a Path; TypeError or ValueError for what is none."""
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"{name}: a path is needed, not {type(path).__name__}")
    path = Path(path)
    if "\0" in str(path):
        raise ValueError(f"{name}: a path without the character 0 is needed, not {str(path)!r}")
    return path


def check_file(name: str, path: str | os.PathLike) -> Path:
    """`path` as a Path; FileNotFoundError or ValueError where no file can be written there."""
    path = Path(path)
    if path.is_dir():
        raise ValueError(f"{name}: a file is needed, not the folder {path}")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"{name}: there is no folder {path.parent}")
    return path


def check_images(name: str, images: Tensor, pixels: int | None = None) -> None:
    """TypeError or ValueError unless `images` are float32, (n, pixels), n >= 1, from 0 to 1."""
    if not isinstance(images, Tensor) or images.dtype != torch.float32:
        kind = images.dtype if isinstance(images, Tensor) else type(images).__name__
        raise TypeError(f"{name}: a float32 tensor is needed, not {kind}")
    if images.ndim != 2 or not len(images) or pixels not in (None, images.shape[1]):
        raise ValueError(f"{name}: the shape (n, {pixels or 'pixels'}) is needed, not {tuple(images.shape)}")
    if not (images.min() >= 0 and images.max() <= 1):  # `not (a <= b)` also catches NaN
        raise ValueError(f"{name}: pixels must be numbers from 0 to 1")


def check_flag(name: str, value: bool) -> None:
    if not isinstance(value, bool):
        raise TypeError(f"{name}: True or False is needed, not {type(value).__name__}")


def check_integer(name: str, value: int, least: int | None = None, most: int | None = None) -> None:
    """TypeError unless `value` is a whole number; ValueError where it is below `least` or above `most`."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name}: a whole number is needed, not {shown(value)}")
    if least is not None and value < least:
        raise ValueError(f"{name}: at least {least} needed, not {shown(value)}")
    if most is not None and value > most:
        raise ValueError(f"{name}: at most {most:,} needed, not {shown(value)}")


check_whole = check_integer


def check_number(name: str, value: float, most: float = sys.float_info.max, *,
                 positive: bool = False) -> None:
    """TypeError or ValueError unless `value` is a number from 0 to `most`; `positive`: 0 neither."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name}: a number is needed, not {shown(value)}")
    if not value >= 0 or (positive and value == 0):  # `not` also catches NaN
        needed = "a positive number" if positive else "a number of at least 0"
        raise ValueError(f"{name}: {needed} is needed, not {shown(value)}")
    if value > most:
        raise ValueError(f"{name}: at most {most:g} needed, not {shown(value)}")


def check_callable(name: str, value: Callable, what: str) -> None:
    if not callable(value):
        raise TypeError(f"{name}: a function of {what} is needed, not {shown(value)}")


def check_model(name: str, model: object) -> None:
    """TypeError unless `model` has what a VAE has: `encode`, and a `decoder`."""
    if isinstance(model, type) or not (callable(getattr(model, "encode", None))
                                       and callable(getattr(model, "decoder", None))):
        raise TypeError(f"{name}: a VAE is needed (a module with encode and decoder), "
                        f"not {type(model).__name__}")


def shown(value: object) -> str:
    """`value` for a message: short, and Python refuses to write whole numbers of thousands of digits."""
    if isinstance(value, int) and abs(value) >= 10**20:
        return "a number of more than 20 digits"
    return f"{value!r:.60}"
