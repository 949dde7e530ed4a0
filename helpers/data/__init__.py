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


def _as_images(array: Tensor, grey: bool) -> Tensor:
    pixels = array.reshape(len(array), -1)
    # uint8 above 127 is a grey value above 0.5, since the grey value is the byte over 255
    return (pixels / 255 if grey else pixels > 127).to(torch.get_default_dtype())
