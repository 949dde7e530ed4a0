"""helpers.data: the shipped digits."""

import time

import pytest
import torch

from helpers import data
from helpers.data import load_digits


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


def test_binary_pixels_are_grey_ones_above_a_half():
    grey, binary = load_digits(grey=True), load_digits()
    assert torch.equal((255 * grey.train).unique(), torch.arange(256.0))
    assert torch.equal((grey.train > 0.5).float(), binary.train)
    assert torch.equal((grey.test > 0.5).float(), binary.test)


def test_first_digits_are_those_of_mnist():
    digits = load_digits()
    # MNIST's first labels, as printed in any description of it; and how much ink its first digit has
    assert digits.train_labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert digits.test_labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    assert 255 * load_digits(grey=True).train[0].mean() == pytest.approx(27_525 / 784)


def test_loading_takes_under_a_fifth_of_a_second():
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        load_digits()
        seconds.append(time.perf_counter() - start)
    print(f"load_digits: {min(seconds):.3f} s")
    assert min(seconds) < 0.2


@pytest.mark.parametrize("damage", [lambda b: b"", lambda b: b[:1000], lambda b: b[:500_000] + b[500_001:]])
def test_a_damaged_file_is_named(tmp_path, monkeypatch, damage):
    broken = tmp_path / "digits.npz"
    broken.write_bytes(damage(data.SHIPPED.read_bytes()))
    monkeypatch.setattr(data, "SHIPPED", broken)
    with pytest.raises(ValueError, match=r"digits\.npz is missing or damaged .*get the course again"):
        load_digits()
