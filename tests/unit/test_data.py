"""helpers.data: the shipped digits."""

import os

import numpy as np
import pytest
import torch

from helpers import data
from helpers.data import load_digits, strokes


@pytest.fixture(params=[torch.float32, torch.float64])
def dtype(request):
    torch.set_default_dtype(request.param)
    yield request.param
    torch.set_default_dtype(torch.float32)


def test_shipped_digits_are_binary_floats_with_labels(dtype):
    digits = load_digits()
    assert (digits.train.shape, digits.test.shape) == ((10_000, 784), (2_000, 784))
    for images, labels in ((digits.train, digits.train_labels), (digits.test, digits.test_labels)):
        assert (images.dtype, labels.dtype) == (dtype, torch.int64)
        assert set(images.unique().tolist()) == {0.0, 1.0}
        assert labels.unique().tolist() == list(range(10))
        assert len(images) == len(labels)


def test_binary_pixels_are_grey_ones_above_a_half(dtype):
    grey, binary = load_digits(grey=True), load_digits()
    assert torch.equal((255 * grey.train).unique(), torch.arange(256, dtype=dtype))
    assert torch.equal(grey.train > 0.5, binary.train == 1)


def test_first_digits_are_those_of_mnist():
    digits = load_digits()
    # MNIST's first labels, as printed in any description of it; and how much ink its first digit has
    assert digits.train_labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert digits.test_labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    assert 255 * load_digits(grey=True).train[0].mean() == pytest.approx(27_525 / 784)


class Trap:
    """Makes a folder when it is unpickled."""

    def __init__(self, folder):
        self.folder = str(folder)

    def __reduce__(self):
        return os.mkdir, (self.folder,)


def with_code_in_it(path):
    trap = np.array([Trap(path.parent / "trapped")], dtype=object)
    names = ("train_images", "train_labels", "test_images", "test_labels")
    np.savez(path, **dict.fromkeys(names, trap))


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(data.SHIPPED.read_bytes()[:1000]),
        with_code_in_it,
    ],
    ids=["empty", "cut off", "code"],
)
def test_a_damaged_file_is_named_and_no_code_in_it_is_run(tmp_path, monkeypatch, damage):
    damage(tmp_path / "digits.npz")
    monkeypatch.setattr(data, "SHIPPED", tmp_path / "digits.npz")
    with pytest.raises(ValueError, match=r"digits\.npz is missing or damaged .*get the course again"):
        load_digits()
    assert not (tmp_path / "trapped").exists()


def test_the_strokes_of_a_slanted_line_and_of_a_bar():
    line, bar = torch.zeros(2, 28, 28).double()
    for row in range(20):
        line[4 + row, 20 - row // 2] = 1  # one to the right for two upwards
    bar[10:12, 5:23] = 0.5
    ink, slant, width = strokes(torch.stack([line, bar]).flatten(1)).T
    rise, right = -np.arange(20.0), -(np.arange(20) // 2)
    assert ink.tolist() == [20, 18]
    assert slant.tolist() == pytest.approx([np.polyfit(rise, right, 1)[0], 0])
    assert width.tolist() == pytest.approx([np.std(right), np.std(np.arange(18))])
