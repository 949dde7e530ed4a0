"""helpers.checkpoints, and the cache of the models that lessons share."""

import os

import pytest
import torch
from helpers.checkpoints import CheckpointError, load_checkpoint, save_checkpoint

from helpers import checkpoints, data, models
from helpers.data import load_digits
from helpers.pretrained import trained_vae
from helpers.training import fit
from helpers.vae import VAE, History, Terms

HISTORY = History(3, [Terms(-100.0, 9.0)], [Terms(-101.0, 8.5)])


def small(seed=0):
    torch.manual_seed(seed)
    return VAE(2, hidden=16)


def weights(model):
    return torch.cat([p.detach().flatten() for p in model.parameters()])


def flip(content: bytes, at: float) -> bytes:
    index = int(at * len(content))
    return content[:index] + bytes([content[index] ^ 0x40]) + content[index + 1 :]


def test_checkpoint_round_trip(tmp_path):
    model, path = small(), tmp_path / "model.pt"
    save_checkpoint(path, model, HISTORY, {"latent": 2})
    state, history, config = load_checkpoint(path)
    other = small(seed=1)
    other.load_state_dict(state)
    assert torch.equal(weights(other), weights(model))
    assert (history, config) == (HISTORY, {"latent": 2})
    assert [p.name for p in tmp_path.iterdir()] == ["model.pt"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda b: flip(b, 0.5),
        lambda b: flip(b, 0.001),
        lambda b: flip(b, 0.99),
        lambda b: b"",
        lambda b: b[: len(b) // 2],
        lambda b: b[32:],
    ],
)
def test_a_damaged_checkpoint_is_named_and_left_as_it_is(tmp_path, damage):
    path = tmp_path / "model.pt"
    save_checkpoint(path, small(), HISTORY, {})
    broken = damage(path.read_bytes())
    path.write_bytes(broken)
    with pytest.raises(CheckpointError, match=r"model\.pt is damaged"):
        load_checkpoint(path)
    assert path.read_bytes() == broken


def test_code_in_a_checkpoint_is_not_run(tmp_path):
    class Trap(torch.nn.Module):
        def state_dict(self):
            return self

        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "trapped"),)

    save_checkpoint(tmp_path / "evil.pt", Trap(), HISTORY, {})
    with pytest.raises(Exception, match="weights_only|Weights only"):
        load_checkpoint(tmp_path / "evil.pt")
    assert not (tmp_path / "trapped").exists()


def test_a_failing_write_leaves_the_old_checkpoint(tmp_path, monkeypatch):
    path = tmp_path / "model.pt"
    save_checkpoint(path, small(), HISTORY, {})
    before = path.read_bytes()

    def no_space(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(OSError, match="No space left"):
        save_checkpoint(path, small(seed=1), HISTORY, {})
    assert [p.name for p in tmp_path.iterdir()] == ["model.pt"]
    assert path.read_bytes() == before


# -- The cache of shared models ----------------------------------------------------------------


@pytest.fixture
def quick(monkeypatch):
    """trained_vae on few images with a small network, and a list of its trainings."""
    digits, trainings = load_digits(), []
    few = digits._replace(train=digits.train[:200], test=digits.test[:50])
    monkeypatch.setattr(models, "load_digits", lambda: few)

    def counted(*args, **kwargs):
        trainings.append((args, kwargs))
        return fit(*args, **kwargs)

    monkeypatch.setattr(models, "fit", counted)

    def train(**kwargs):
        return trained_vae(2, **({"hidden": 8, "epochs": 1, "progress": False} | kwargs))

    return train, trainings


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
    first, history = train()
    assert "Training the 2-dimensional model once" in capsys.readouterr().out
    again, history_again = train()
    assert capsys.readouterr().out == ""
    assert len(trainings) == 1
    assert torch.equal(weights(first), weights(again))
    assert history == history_again
    train(seed=1)
    train(epochs=2)
    assert len(trainings) == len(list(empty_cache.glob("*.pt"))) == 3


def test_a_damaged_entry_is_noticed_said_and_rebuilt(quick, empty_cache, capsys):
    train, trainings = quick
    first, _ = train()
    (path,) = empty_cache.glob("*.pt")
    path.write_bytes(flip(path.read_bytes(), 0.5))
    again, _ = train()
    assert "is damaged; training it again" in capsys.readouterr().out
    assert torch.equal(weights(first), weights(again))
    train()
    assert len(trainings) == 2


@pytest.mark.parametrize("changed", ["code", "digits"])
def test_an_entry_of_other_code_or_digits_is_noticed_said_and_rebuilt(
    quick, monkeypatch, tmp_path, capsys, changed
):
    train, trainings = quick
    train()
    if changed == "code":
        monkeypatch.setattr(models, "training", checkpoints)
    else:
        other = tmp_path / "digits.npz"
        other.write_bytes(data.SHIPPED.read_bytes() + b"0")
        monkeypatch.setattr(data, "SHIPPED", other)
    train()
    assert "comes from another version of the course" in capsys.readouterr().out
    train()
    assert len(trainings) == 2


def test_a_cache_that_cannot_be_written_is_said(quick, empty_cache, capsys):
    train, _ = quick
    empty_cache.write_text("a file stands where the folder should be")
    train()
    assert "could not be cached" in capsys.readouterr().out


def test_a_half_trained_model_is_not_shared(quick, empty_cache, monkeypatch):
    train, _ = quick
    monkeypatch.setattr(models, "fit", lambda *args, **kwargs: History(epochs=9))
    _, history = train()
    assert not history.finished
    assert not empty_cache.exists()


def test_warming_the_cache_trains_every_model_that_lessons_ask_for(monkeypatch):
    asked = []
    monkeypatch.setattr(models, "trained_vae", lambda *args, **kwargs: asked.append((args, kwargs)))
    models.warm_cache()
    assert ((2,), {}) in asked
    assert ((20,), {"epochs": 6}) in asked


def test_a_new_model_does_not_touch_the_global_generator(quick):
    train, _ = quick
    torch.manual_seed(5)
    state = torch.get_rng_state()
    train()
    train()
    assert torch.equal(torch.get_rng_state(), state)
