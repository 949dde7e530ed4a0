"""Handwritten digits: load, split, binarize.

`load_digits` reads the 12,000 digits that the course ships, `load_mnist` the four IDX files of the
whole MNIST database. Both give the same thing, a `Digits`.
"""

import gzip
import struct
import zipfile
import zlib
from numbers import Real
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from helpers._arguments import check_path, check_tensor, shown

SIDE = 28
PIXELS = SIDE * SIDE
SHIPPED = Path(__file__).with_name("mnist_12k.npz")

# The IDX format (described with the MNIST database): magic number, then one big-endian uint32
# for each dimension, then the values as unsigned bytes.
IMAGES_MAGIC, LABELS_MAGIC = 2051, 2049
AGAIN = "; get the file again"
MOST_IMAGES = 1_000_000  # a header that claims more is damaged


class Digits(NamedTuple):
    """Images as float32 (n, 784) and their labels as int64 (n,), split into train and test."""

    train: Tensor
    train_labels: Tensor
    test: Tensor
    test_labels: Tensor


def binarize(images: Tensor, threshold: float = 0.5) -> Tensor:
    """1.0 where a pixel is above `threshold`, else 0.0; same shape, float32."""
    check_tensor("images", images, floating=True)
    if isinstance(threshold, bool) or not isinstance(threshold, Real):
        raise TypeError(f"threshold: a number is needed, not {_kind(threshold)}")
    if not 0 <= threshold <= 1:
        raise ValueError(f"threshold: a number from 0 to 1 is needed, not {shown(threshold)}")
    if images.numel() and not (images.min() >= 0 and images.max() <= 1):  # also catches NaN
        raise ValueError("images: values from 0 to 1 are needed")
    return (images > threshold).float()


def load_digits(*, grey: bool = False) -> Digits:
    """The digits that the course ships: 10,000 to train on and 2,000 to test on.

    Pixels are 0 or 1 (a grey value above 0.5 counts as 1), or with `grey=True` from 0 to 1.
    Raises ValueError when the file is damaged.
    """
    names = ("train_images", "train_labels", "test_images", "test_labels")
    try:
        with np.load(SHIPPED, allow_pickle=False) as file:
            arrays = [file[name] for name in names]
    except (EOFError, KeyError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"{SHIPPED} is damaged ({error}); get the course again") from error
    return _digits(*arrays, grey=grey)


def load_mnist(folder: str | Path, *, grey: bool = False) -> Digits:
    """The whole MNIST database: 60,000 digits to train on, 10,000 to test on.

    `folder` holds the four standard IDX files (`train-images-idx3-ubyte`, `train-labels-idx1-ubyte`,
    `t10k-images-idx3-ubyte`, `t10k-labels-idx1-ubyte`), plain or gzipped with the ending `.gz`.

    Raises FileNotFoundError when the folder or one of the files is missing, and ValueError when one
    is truncated, damaged, of the wrong kind, or does not fit its partner. The message names the file.
    """
    folder = check_path("folder", folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is not a folder; expected one with the four MNIST files")
    arrays = []
    for part in ("train", "t10k"):
        images_path = _find(folder, f"{part}-images-idx3-ubyte")
        labels_path = _find(folder, f"{part}-labels-idx1-ubyte")
        images = _read_idx(images_path, IMAGES_MAGIC, dimensions=3)
        labels = _read_idx(labels_path, LABELS_MAGIC, dimensions=1)
        if len(images) != len(labels):
            raise ValueError(f"{images_path} has {len(images)} images, but {labels_path} has "
                             f"{len(labels)} labels; expected as many")
        arrays += [images, labels]
    return _digits(*arrays, grey=grey)


def _digits(train, train_labels, test, test_labels, *, grey: bool) -> Digits:
    if not isinstance(grey, bool):
        raise TypeError(f"grey: True or False is needed, not {_kind(grey)}")

    def as_images(array):
        pixels = torch.from_numpy(array).reshape(-1, PIXELS)
        # uint8 above 127 is a grey value above 0.5, since the grey value is the byte over 255
        return pixels.float().div_(255) if grey else (pixels > 127).float()

    def as_labels(array):
        return torch.from_numpy(array).long()

    return Digits(as_images(train), as_labels(train_labels), as_images(test), as_labels(test_labels))


def _find(folder: Path, name: str) -> Path:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path
    present = ", ".join(sorted(path.name for path in folder.iterdir())[:8]) or "nothing"
    raise FileNotFoundError(f"{folder / name} (or {name}.gz) is missing; the folder has: {present}")


def _read_idx(path: Path, magic: int, dimensions: int) -> np.ndarray:
    """The array in an IDX file of unsigned bytes. Checks everything the header claims."""
    kind = {IMAGES_MAGIC: "images", LABELS_MAGIC: "labels"}
    with path.open("rb") as raw:
        zipped = raw.read(2) == b"\x1f\x8b"
    if zipped != (path.suffix == ".gz"):
        is_, should = ("gzipped", "end in") if zipped else ("not gzipped", "not end in")
        raise ValueError(f"{path} is {is_}; its name should {should} .gz")
    opener = gzip.open if zipped else open
    header_size = 4 + 4 * dimensions
    try:
        with opener(path, "rb") as file:
            header = file.read(header_size)
            if len(header) < header_size:
                raise ValueError(f"{path} is truncated: expected a header of {header_size} bytes, "
                                 f"found {len(header)}{AGAIN}")
            found, *shape = struct.unpack(f">{1 + dimensions}I", header)
            if found != magic:
                holds = f", which marks {kind[found]}" if found in kind else ""
                raise ValueError(f"{path} starts with the magic number {found}{holds}; "
                                 f"expected {magic} ({kind[magic]})")
            if tuple(shape[1:]) != (SIDE, SIDE)[: dimensions - 1]:
                raise ValueError(f"{path} has images of {shape[1]}x{shape[2]} pixels; "
                                 f"expected {SIDE}x{SIDE}")
            if not 0 < shape[0] <= MOST_IMAGES:
                raise ValueError(f"{path} claims {shape[0]} {kind[magic]}; "
                                 f"expected 1 to {MOST_IMAGES:,}")
            size = int(np.prod(shape))
            if not zipped and path.stat().st_size < header_size + size:
                size_found = path.stat().st_size - header_size
                raise ValueError(f"{path} is truncated: expected {size} values after the header, "
                                 f"found {size_found}{AGAIN}")
            values = file.read(size + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(f"{path} is truncated or damaged ({error}); "
                         f"expected a complete gzip file{AGAIN}") from error
    if len(values) != size:
        words = "is truncated" if len(values) < size else "has bytes left over"
        count = len(values) if len(values) < size else f"more than {size}"
        raise ValueError(f"{path} {words}: expected {size} values after the header, found {count}{AGAIN}")
    array = np.frombuffer(values, np.uint8).reshape(shape).copy()
    if magic == LABELS_MAGIC and array.max() > 9:
        raise ValueError(f"{path} has the label {array.max()}; expected digits from 0 to 9")
    return array


def _kind(value: object) -> str:
    return str(value.dtype) if isinstance(value, Tensor) else type(value).__name__
