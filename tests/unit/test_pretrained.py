"""helpers.pretrained: the cache of the models that lessons share."""

import io
import os
import pickle

import numpy as np
import pytest
import torch

from helpers import data, pretrained, vae
from helpers.data import load_digits
from helpers.pretrained import trained_vae
from helpers.training import History, fit
from helpers.vae import VAE


def weights(model):
    return torch.cat([p.detach().flatten() for p in model.parameters()])


@pytest.fixture
def quick(monkeypatch):
    """trained_vae on few images with a small network, and a list of its trainings."""
    digits, trainings = load_digits(), []
    few = digits._replace(train=digits.train[:200], test=digits.test[:50])

    def counted(model, *args, **kwargs):
        trainings.append(kwargs)
        return fit(model, *(images.to(next(model.parameters()).dtype) for images in args), **kwargs)

    monkeypatch.setattr(pretrained, "load_digits", lambda: few)
    monkeypatch.setattr(pretrained, "fit", counted)
    return lambda **kwargs: trained_vae(
        2, **{"hidden": 8, "epochs": 1, "progress": False} | kwargs
    ), trainings


def test_a_model_is_what_fit_makes_of_the_digits(quick):
    train, _ = quick
    model, history = train(epochs=2, seed=3)
    digits = load_digits()
    torch.manual_seed(3)
    by_hand = VAE(2, hidden=8)
    assert history == fit(by_hand, digits.train[:200], digits.test[:50], epochs=2, seed=3, progress=False)
    assert torch.equal(weights(model), weights(by_hand))


def test_a_model_is_trained_once_and_then_read(quick, empty_cache, capsys):
    train, trainings = quick
    state = torch.get_rng_state()
    first, history = train()
    assert "Training the 2-dimensional model once" in capsys.readouterr().out
    again, history_again = train()
    assert capsys.readouterr().out == ""
    assert torch.equal(weights(first), weights(again))
    assert history == history_again
    assert not again.training
    assert torch.equal(torch.get_rng_state(), state)
    train(seed=1)
    train(epochs=2)
    assert len(trainings) == len(list(empty_cache.iterdir())) == 3


def test_a_cached_model_knows_its_dtype(quick, request):
    train, trainings = quick
    train()
    request.getfixturevalue("double_precision")
    model, _ = train()
    assert weights(train()[0]).equal(weights(model))
    assert weights(model).dtype == torch.float64
    assert len(trainings) == 2


def flip(content: bytes, at: float) -> bytes:
    index = int(at * len(content))
    return content[:index] + bytes([content[index] ^ 0x40]) + content[index + 1 :]


def rewritten(content: bytes, **changes) -> bytes:
    """A whole archive, as ours but for some of its arrays; None takes one out."""
    arrays = dict(np.load(io.BytesIO(content))) | changes
    file = io.BytesIO()
    np.savez(file, **{name: array for name, array in arrays.items() if array is not None})
    return file.getvalue()


BIAS = "decoder.2.bias"
OTHER_FILES = {
    "a byte": lambda old: flip(old, 0.5),
    "empty": lambda old: b"",
    "half of it": lambda old: old[: len(old) // 2],
    "an older edition's": lambda old: os.urandom(32) + old,
    "a pickle": lambda old: pickle.dumps({"weights": 1}),
    "an array of objects": lambda old: rewritten(old, history=np.array([{}], dtype=object)),
    "another version of the course": lambda old: rewritten(old, made_from="latent 2"),
    "no version": lambda old: rewritten(old, made_from=None),
    "a weight missing": lambda old: rewritten(old, **{BIAS: None}),
    "a weight more": lambda old: rewritten(old, more=np.zeros(3)),
    "another shape": lambda old: rewritten(old, **{BIAS: np.zeros(783, np.float32)}),
    "another precision": lambda old: rewritten(old, **{BIAS: np.zeros(784)}),
    "another kind": lambda old: rewritten(old, **{BIAS: np.array(["a"] * 784)}),
    "no history": lambda old: rewritten(old, history=None),
    "a short history": lambda old: rewritten(old, history=np.zeros((2, 0, 2))),
}


@pytest.mark.parametrize("other", OTHER_FILES.values(), ids=OTHER_FILES)
def test_a_file_with_other_content_is_said_and_replaced(quick, empty_cache, capsys, other):
    train, trainings = quick
    first, _ = train()
    (path,) = empty_cache.iterdir()
    ours = path.read_bytes()
    path.write_bytes(other(ours))
    capsys.readouterr()
    again, _ = train()
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 1
    assert said[0].startswith(f"The cached model {path.name} cannot be used (")
    assert torch.equal(weights(first), weights(again))
    train()
    assert len(trainings) == 2


def test_a_folder_in_the_place_of_a_file_is_said_and_replaced(quick, empty_cache, capsys):
    train, _ = quick
    train()
    (path,) = empty_cache.iterdir()
    path.unlink()
    (path / "inside").mkdir(parents=True)
    train()
    assert "cannot be used" in capsys.readouterr().out
    assert path.is_file()


@pytest.mark.parametrize("module", [vae, data, pretrained.training])
def test_an_entry_of_other_code_is_replaced(quick, monkeypatch, capsys, module):
    train, trainings = quick
    train()
    source = pretrained.inspect.getsource
    monkeypatch.setattr(
        pretrained.inspect, "getsource", lambda of: source(of) + ("#" if of is module else "")
    )
    train()
    assert "another version of the course" in capsys.readouterr().out
    assert len(trainings) == 2


def test_an_entry_of_other_digits_is_replaced(quick, monkeypatch, tmp_path, capsys):
    train, trainings = quick
    train()
    other = tmp_path / "digits.npz"
    other.write_bytes(data.SHIPPED.read_bytes() + b"0")
    monkeypatch.setattr(data, "SHIPPED", other)
    train()
    assert "another version of the course" in capsys.readouterr().out
    assert len(trainings) == 2


def test_a_cache_that_cannot_be_written_is_said(quick, empty_cache, capsys):
    train, _ = quick
    empty_cache.write_text("a file stands where the folder should be")
    train()
    assert "could not be cached" in capsys.readouterr().out


def test_a_failing_write_leaves_nothing_behind(quick, empty_cache, monkeypatch, capsys):
    def no_space(*paths):
        raise OSError(28, "No space left on device")

    train, _ = quick
    monkeypatch.setattr(os, "replace", no_space)
    train()
    assert "could not be cached (No space left on device)" in capsys.readouterr().out
    assert list(empty_cache.iterdir()) == []


def test_a_half_trained_model_is_not_shared(quick, empty_cache, monkeypatch):
    train, _ = quick
    monkeypatch.setattr(pretrained, "fit", lambda *args, **kwargs: History(epochs=9))
    _, history = train()
    assert not history.finished
    assert not empty_cache.exists()
