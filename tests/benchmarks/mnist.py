"""The whole MNIST database, from its four IDX files."""

import gzip
from pathlib import Path

import numpy as np
import torch

from helpers.data import Digits


def read_idx(path: Path) -> torch.Tensor:
    """The unsigned bytes of an IDX file, plain or with `.gz`; after the magic number stands their shape."""
    zipped = path.with_name(f"{path.name}.gz")
    content = gzip.decompress(zipped.read_bytes()) if zipped.is_file() else path.read_bytes()
    dimensions = content[3]
    shape = np.frombuffer(content, ">u4", dimensions, 4)
    return torch.from_numpy(np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape).copy())


def load_mnist(folder: Path) -> Digits:
    """60,000 grey digits to train on and 10,000 to test on."""
    train, test = (read_idx(folder / f"{part}-images-idx3-ubyte") for part in ("train", "t10k"))
    train_labels, test_labels = (read_idx(folder / f"{part}-labels-idx1-ubyte") for part in ("train", "t10k"))
    return Digits(
        train.flatten(1).float() / 255, train_labels.long(), test.flatten(1).float() / 255, test_labels.long()
    )
