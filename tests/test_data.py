"""helpers.data: the shipped digits and the IDX reader."""

import gzip
import struct
import time

import numpy as np
import pytest
import torch

from helpers.data import SHIPPED, Digits, binarize, load_digits, load_mnist


def test_shipped_digits_are_binary_floats_with_labels():
    digits = load_digits()
    assert digits.train.shape == (10_000, 784)
    assert digits.test.shape == (2_000, 784)
    for images, labels in ((digits.train, digits.train_labels), (digits.test, digits.test_labels)):
        assert images.dtype == torch.float32
        assert set(images.unique().tolist()) == {0.0, 1.0}
        assert labels.dtype == torch.int64
        assert labels.unique().tolist() == list(range(10))
        assert len(images) == len(labels)


def test_grey_digits_binarize_to_the_binary_ones():
    grey, binary = load_digits(grey=True), load_digits()
    assert grey.train.max() == 1.0
    assert len(grey.train.unique()) > 200
    assert torch.equal(binarize(grey.train), binary.train)
    assert torch.equal(binarize(grey.test), binary.test)


def test_first_digits_are_those_of_mnist():
    digits = load_digits()
    # MNIST's first training labels, as printed in any description of it
    assert digits.train_labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert digits.test_labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]


def test_loading_takes_under_a_fifth_of_a_second():
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        load_digits()
        seconds.append(time.perf_counter() - start)
    print(f"load_digits: {min(seconds):.3f} s")
    assert min(seconds) < 0.2


@pytest.mark.parametrize(("images", "threshold", "error"), [
    ([0.5], 0.5, TypeError),
    (torch.zeros(3, dtype=torch.long), 0.5, TypeError),
    (torch.zeros(3), 1.5, ValueError),
    (torch.tensor([float("nan")]), 0.5, ValueError),
    (torch.tensor([200.0]), 0.5, ValueError),
])
def test_binarize_refuses(images, threshold, error):
    with pytest.raises(error, match="images|threshold"):
        binarize(images, threshold)


def test_grey_must_be_a_bool():
    with pytest.raises(TypeError, match="grey"):
        load_digits(grey=0.5)


# -- IDX files ---------------------------------------------------------------------------------

NAMES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte",
         "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


def idx(array: np.ndarray, magic: int) -> bytes:
    return struct.pack(f">{1 + array.ndim}I", magic, *array.shape) + array.tobytes()


def write_mnist(folder, *, zipped=False, **replace):
    """Four small IDX files cut from the shipped digits; `replace` gives other bytes for one."""
    with np.load(SHIPPED) as file:
        arrays = (file["train_images"][:30], file["train_labels"][:30],
                  file["test_images"][:20], file["test_labels"][:20])
    for name, array in zip(NAMES, arrays, strict=True):
        content = replace.get(name.split("-idx")[0].replace("-", "_"),
                              idx(array, 2051 if array.ndim == 3 else 2049))
        if content is None:
            continue
        if zipped:
            (folder / f"{name}.gz").write_bytes(gzip.compress(content))
        else:
            (folder / name).write_bytes(content)


@pytest.mark.parametrize("zipped", [False, True])
def test_load_mnist_reads_what_was_written(tmp_path, zipped):
    write_mnist(tmp_path, zipped=zipped)
    mnist, shipped = load_mnist(tmp_path), load_digits()
    assert isinstance(mnist, Digits)
    assert torch.equal(mnist.train, shipped.train[:30])
    assert torch.equal(mnist.test_labels, shipped.test_labels[:20])
    grey = load_mnist(str(tmp_path), grey=True)
    assert torch.equal(grey.test, load_digits(grey=True).test[:20])


GOOD_LABELS = idx(np.arange(30, dtype=np.uint8) % 10, 2049)
BAD_FILES = {
    "missing": (dict(train_images=None), FileNotFoundError, "train-images-idx3-ubyte .*is missing"),
    "empty": (dict(train_images=b""), ValueError, "train-images.*truncated.*16 bytes.*found 0"),
    "header cut": (dict(t10k_labels=b"\0\0\x08\x01"), ValueError, "t10k-labels.*truncated"),
    "labels for images": (dict(train_images=GOOD_LABELS + b"\0" * 8), ValueError,
                          "magic number 2049, which marks labels; expected 2051"),
    "other magic": (dict(train_labels=struct.pack(">II", 7, 30) + b"\0" * 30), ValueError,
                    "train-labels.*magic number 7; expected 2049"),
    "values cut": (dict(train_labels=GOOD_LABELS[:-1]), ValueError,
                   "train-labels.*truncated: expected 30 values.*found 29"),
    "values left over": (dict(train_labels=GOOD_LABELS + b"\0"), ValueError, "bytes left over"),
    "counts differ": (dict(train_labels=idx(np.zeros(29, np.uint8), 2049)), ValueError,
                      "30 images, but .*train-labels.* 29 labels"),
    "other size": (dict(train_images=idx(np.zeros((30, 14, 14), np.uint8), 2051)), ValueError,
                   "14x14 pixels; expected 28x28"),
    "no images": (dict(train_images=struct.pack(">4I", 2051, 0, 28, 28)), ValueError, "claims 0 images"),
    "huge count": (dict(train_images=struct.pack(">4I", 2051, 2**32 - 1, 28, 28)), ValueError,
                   "claims 4294967295 images"),
    "count beyond the file": (dict(train_images=struct.pack(">4I", 2051, 900_000, 28, 28)), ValueError,
                              "truncated: expected 705600000 values after the header, found 0"),
    "label 10": (dict(train_labels=idx(np.full(30, 10, np.uint8), 2049)), ValueError, "label 10"),
}


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("case", BAD_FILES)
def test_load_mnist_names_the_file_and_what_was_expected(tmp_path, case, zipped):
    replace, error, message = BAD_FILES[case]
    write_mnist(tmp_path, zipped=zipped, **replace)
    with pytest.raises(error, match=message):
        load_mnist(tmp_path)


@pytest.mark.parametrize("damage", [lambda b: b[:-20], lambda b: b[:40] + b"\xff\xff\xff" + b[43:],
                                    lambda b: b[:-8] + bytes(8)])
def test_damaged_gzip_is_named(tmp_path, damage):
    write_mnist(tmp_path, zipped=True)
    path = tmp_path / f"{NAMES[0]}.gz"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=r"train-images-idx3-ubyte\.gz is truncated or damaged"):
        load_mnist(tmp_path)


def test_wrong_ending_is_named(tmp_path):
    write_mnist(tmp_path)
    path = tmp_path / NAMES[0]
    path.write_bytes(gzip.compress(path.read_bytes()))
    with pytest.raises(ValueError, match=r"is gzipped; its name should end in \.gz"):
        load_mnist(tmp_path)
    path.rename(tmp_path / "train-images.idx3-ubyte")  # the name some mirrors use
    with pytest.raises(FileNotFoundError, match="the folder has: .*train-images.idx3-ubyte"):
        load_mnist(tmp_path)


def test_missing_folder_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere is not a folder"):
        load_mnist(tmp_path / "nowhere")


def test_whole_mnist_begins_with_the_shipped_digits():
    """On the four original files, where somebody put them beside the project."""
    from tests.conftest import ROOT

    folder = ROOT.parent / "shared" / "data" / "mnist"
    if not folder.is_dir():
        pytest.skip(f"no original MNIST files in {folder.relative_to(ROOT.parent)}")
    mnist, shipped = load_mnist(folder), load_digits()
    assert mnist.train.shape == (60_000, 784)
    assert mnist.test.shape == (10_000, 784)
    assert torch.equal(mnist.train[:10_000], shipped.train)
    assert torch.equal(mnist.test_labels[:2_000], shipped.test_labels)
