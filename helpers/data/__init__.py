"""Handwritten digits: the 12,000 of MNIST that the course ships."""

import zipfile
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

SHIPPED = Path(__file__).with_name("mnist_12k.npz")


class Digits(NamedTuple):
    """Images (n, 784) in torch's default dtype and their labels as int64 (n,), split into train and test."""

    train: Tensor
    train_labels: Tensor
    test: Tensor
    test_labels: Tensor


def load_digits(*, grey: bool = False) -> Digits:
    """The digits that the course ships: 10,000 to train on and 2,000 to test on.

    Pixels are 0 or 1 (a grey value above 0.5 counts as 1), or with `grey=True` from 0 to 1.
    Raises ValueError when their file is missing or damaged.
    """
    try:
        with np.load(SHIPPED, allow_pickle=False) as file:
            arrays = [
                torch.from_numpy(file[f"{part}_{what}"])
                for part in ("train", "test")
                for what in ("images", "labels")
            ]
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"{SHIPPED} is missing or damaged ({error}); get the course again") from error
    return Digits(*(array.long() if array.ndim == 1 else _as_images(array, grey) for array in arrays))


def strokes(images: Tensor) -> Tensor:
    """Ink, slant and width of images (n, 784), (n, 3).

    ink: the sum of the pixels
    slant: pixels to the right per pixel upwards, of the straight line fitted to the ink by least squares
    width: the standard deviation of the ink across the page, in pixels
    """
    axis = torch.arange(28).to(images)
    page = images.unflatten(1, (28, 28)) / images.sum(1)[:, None, None]  # the share of each pixel
    down = axis - (page.sum(2) @ axis)[:, None]  # from the middle of the ink
    across = axis - (page.sum(1) @ axis)[:, None]
    lean = -torch.einsum("nij,ni,nj->n", page, down, across)
    height, width = (page.sum(2) * down**2).sum(1), (page.sum(1) * across**2).sum(1)
    return torch.stack([images.sum(1), lean / height, width.sqrt()], 1)


def _as_images(array: Tensor, grey: bool) -> Tensor:
    pixels = array.reshape(len(array), -1)
    # uint8 above 127 is a grey value above 0.5, since the grey value is the byte over 255
    return (pixels / 255 if grey else pixels > 127).to(torch.get_default_dtype())
