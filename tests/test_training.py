"""helpers.training: the loop, checkpoints, and the cache of shared models."""

import os
import time

import pytest
import torch

from helpers import training
from helpers.data import load_digits
from helpers.training import (
    CheckpointError,
    History,
    TrainingDiverged,
    evaluate,
    fit,
    load_checkpoint,
    save_checkpoint,
    trained_vae,
)
from helpers.vae import VAE, Terms, elbo_terms, reparameterize


@pytest.fixture(scope="module")
def images():
    return load_digits().train[:400]


def small(seed=0):
    torch.manual_seed(seed)
    return VAE(2, hidden=16)


def weights(model):
    return torch.cat([p.detach().flatten() for p in model.parameters()])


def test_fit_maximises_the_elbo_and_tells_its_history(images, capsys):
    model, held_out = small(), images[-50:]
    before = evaluate(model, images)
    history = fit(model, images, held_out, epochs=4)
    assert evaluate(model, images).elbo > before.elbo + 100
    assert len(history.train) == len(history.held_out) == 4
    assert not history.interrupted
    assert history.held_out[-1].elbo > history.held_out[0].elbo
    last = history.held_out[-1]
    assert last.elbo == pytest.approx(last.reconstruction - last.kl)
    assert last == evaluate(model, held_out)
    assert f"held-out -ELBO {-last.elbo:.1f}" in capsys.readouterr().out


def test_same_seed_same_weights_and_the_global_generator_is_left_alone(images):
    models = [small() for _ in range(3)]
    torch.manual_seed(99)
    state = torch.get_rng_state()
    for model, seed in zip(models, (5, 5, 6), strict=True):
        fit(model, images, images[:20], epochs=2, seed=seed, progress=False)
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.equal(weights(models[0]), weights(models[1]))
    assert not torch.equal(weights(models[0]), weights(models[2]))


@pytest.mark.parametrize("beta", [1, 3.5, 0])
def test_fit_is_adam_on_the_weighted_elbo_step_by_step(images, beta):
    """One epoch beside Adam as published (Kingma & Ba 2015, algorithm 1), written out."""
    model, reference = small(), small()
    weight = {"beta": beta} if beta != 1 else {}  # without one it is the ELBO
    fit(model, images, images[:20], epochs=1, batch_size=100, step_size=1e-2, progress=False, **weight)

    probe = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(probe, 1e-2, total_steps=4, cycle_momentum=False)
    parameters = list(reference.parameters())
    m, v = ([torch.zeros_like(p) for p in parameters] for _ in range(2))
    torch.manual_seed(0)
    for t, batch in enumerate(torch.randperm(400).split(100), start=1):
        terms = elbo_terms(reference, images[batch])
        loss = -(terms.reconstruction - beta * terms.kl).mean()
        gradients = torch.autograd.grad(loss, parameters)
        step_size = schedule.get_last_lr()[0]
        with torch.no_grad():
            for i, (p, g) in enumerate(zip(parameters, gradients, strict=True)):
                m[i] = 0.9 * m[i] + 0.1 * g
                v[i] = 0.999 * v[i] + 0.001 * g**2
                p -= step_size * (m[i] / (1 - 0.9**t)) / ((v[i] / (1 - 0.999**t)).sqrt() + 1e-8)
        probe.step()
        schedule.step()
    assert torch.allclose(weights(model), weights(reference), atol=1e-5)


def test_the_sampler_given_is_used(images):
    calls = []

    def sampler(mu, sigma):
        calls.append(mu.shape)
        return mu

    fit(small(), images, images[:20], sampler=sampler, epochs=1, batch_size=100, progress=False)
    assert calls == [(100, 2)] * 4 + [(20, 2)]


def test_evaluate_draws_from_its_seed(images):
    model = small()
    assert evaluate(model, images, seed=1) == evaluate(model, images, seed=1)
    assert evaluate(model, images, seed=1) != evaluate(model, images, seed=2)


def interrupt_after(calls):
    count = 0

    def sampler(mu, sigma):
        nonlocal count
        count += 1
        if count > calls:
            raise KeyboardInterrupt
        return reparameterize(mu, sigma)

    return sampler


def test_an_interrupt_keeps_what_was_learned(images, capsys):
    model = small()
    start = weights(model).clone()
    # 4 steps and 1 evaluation an epoch: the interrupt comes in the third epoch
    history = fit(model, images, images[:20], sampler=interrupt_after(12), epochs=9, batch_size=100)
    assert history.interrupted
    assert len(history.held_out) == 2
    assert not torch.equal(weights(model), start)
    assert "Interrupted after 2 of 9 epochs" in capsys.readouterr().out


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_loss_that_is_not_finite_stops_with_epoch_and_step(images, bad):
    calls = 0

    def sampler(mu, sigma):
        nonlocal calls
        calls += 1
        return mu + bad if calls == 8 else mu  # epoch 2: 4 steps and 1 evaluation came before

    with pytest.raises(TrainingDiverged, match=r"became (nan|inf) at epoch 2, step 3.*step size"):
        fit(small(), images, images[:20], sampler=sampler, epochs=3, batch_size=100, progress=False)


X = torch.zeros(10, 784)


@pytest.mark.parametrize(("arguments", "error", "named"), [
    (dict(images=X.long()), TypeError, "images"),
    (dict(images=[1.0]), TypeError, "images"),
    (dict(images=X[0]), ValueError, "images"),
    (dict(images=X[:0]), ValueError, "images"),
    (dict(images=X - 1), ValueError, "images"),
    (dict(images=X * float("nan")), ValueError, "images"),
    (dict(held_out=X + 2), ValueError, "held_out"),
    (dict(epochs=0), ValueError, "epochs"),
    (dict(epochs=1.5), TypeError, "epochs"),
    (dict(batch_size=-3), ValueError, "batch_size"),
    (dict(step_size=0.0), ValueError, "step_size"),
    (dict(step_size=float("nan")), ValueError, "step_size"),
    (dict(step_size=True), TypeError, "step_size"),
    (dict(beta=-1), ValueError, "beta"),
    (dict(beta=1e30), ValueError, "beta"),
    (dict(beta=float("nan")), ValueError, "beta"),
    (dict(beta="4"), TypeError, "beta"),
    (dict(seed=1.5), TypeError, "seed"),
    (dict(sampler=None), TypeError, "sampler"),
    (dict(held_out=X[:, :700]), ValueError, "held_out"),
    (dict(checkpoint="no/such/folder/m.pt"), ValueError, "checkpoint"),
])
def test_fit_refuses(arguments, error, named):
    arguments = {"images": X, "held_out": X, "progress": False} | arguments
    with pytest.raises(error, match=f"^{named}:"):
        fit(small(), **arguments)


# -- Checkpoints -------------------------------------------------------------------------------

HISTORY = History([Terms(-100.0, 9.0)], [Terms(-101.0, 8.5)], True)


def test_checkpoint_round_trip(tmp_path):
    model, path = small(), tmp_path / "model.pt"
    save_checkpoint(path, model, HISTORY, {"latent": 2})
    state, history, config = load_checkpoint(path)
    other = small(seed=1)
    other.load_state_dict(state)
    assert torch.equal(weights(other), weights(model))
    assert history == HISTORY
    assert config == {"latent": 2}
    assert [p.name for p in tmp_path.iterdir()] == ["model.pt"]


def test_fit_writes_a_checkpoint_after_each_epoch(images, tmp_path):
    model = small()
    history = fit(model, images, images[:20], epochs=2, progress=False, checkpoint=tmp_path / "m.pt")
    state, saved, _ = load_checkpoint(tmp_path / "m.pt")
    assert saved == history
    assert all(torch.equal(state[name], value) for name, value in model.state_dict().items())


def flip(content: bytes, at: float) -> bytes:
    index = int(at * len(content))
    return content[:index] + bytes([content[index] ^ 0x40]) + content[index + 1:]


@pytest.mark.parametrize("damage", [
    lambda b: b"", lambda b: b[: len(b) // 2], lambda b: b"not a checkpoint at all",
    lambda b: flip(b, 0.3), lambda b: flip(b, 0.5), lambda b: flip(b, 0.6),
])
def test_an_unreadable_checkpoint_is_named_and_left_as_it_is(tmp_path, damage):
    path = tmp_path / "model.pt"
    save_checkpoint(path, small(), HISTORY)
    broken = damage(path.read_bytes())
    path.write_bytes(broken)
    with pytest.raises(CheckpointError, match=r"model\.pt cannot be read as a checkpoint"):
        load_checkpoint(path)
    assert path.read_bytes() == broken


def test_code_in_a_checkpoint_is_not_run(tmp_path):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "trapped"),)

    torch.save({"weights": Trap()}, tmp_path / "evil.pt")
    with pytest.raises(CheckpointError):
        load_checkpoint(tmp_path / "evil.pt")
    assert not (tmp_path / "trapped").exists()


def test_a_foreign_file_is_named_without_advice_to_run_it(tmp_path):
    torch.save({"weights": object}, tmp_path / "odd.pt")
    with pytest.raises(CheckpointError, match="something other than weights") as caught:
        load_checkpoint(tmp_path / "odd.pt")
    assert "weights_only" not in str(caught.value)
    torch.save(small().state_dict(), tmp_path / "plain.pt")
    with pytest.raises(CheckpointError, match="not written by save_checkpoint"):
        load_checkpoint(tmp_path / "plain.pt")


def test_weights_that_end_not_finite_do_not_overwrite_a_checkpoint(images, tmp_path):
    path = tmp_path / "m.pt"
    save_checkpoint(path, small(), HISTORY)
    before = path.read_bytes()
    with pytest.raises(TrainingDiverged):  # one step, far too large: only the evaluation can see it
        fit(small(), images, images[:20], epochs=1, batch_size=400, step_size=1e20, progress=False,
            checkpoint=path)
    assert path.read_bytes() == before


def test_interrupts_at_any_moment_leave_no_trace(images, tmp_path):
    """A real KeyboardInterrupt, by signal, at 25 moments of a training that writes checkpoints.

    The moments are counted in seconds of this process alone, however busy the machine is.
    """
    import signal

    if not hasattr(signal, "setitimer"):
        pytest.skip("no interval timer on this system")

    def interrupt(signum, frame):
        raise KeyboardInterrupt

    old = signal.signal(signal.SIGPROF, interrupt)
    try:
        for moment in range(25):
            model = small()
            signal.setitimer(signal.ITIMER_PROF, 0.05 + 0.007 * moment)
            history = fit(model, images, images[:50], epochs=100_000, checkpoint=tmp_path / "m.pt",
                          progress=False)
            assert history.interrupted
            assert len(history.train) == len(history.held_out)
            assert torch.is_grad_enabled()
            assert [p.name for p in tmp_path.iterdir() if p.suffix == ".part"] == []
            if len(history.held_out) > 1:  # the first epoch may end before its checkpoint is written
                assert (tmp_path / "m.pt").is_file()
                load_checkpoint(tmp_path / "m.pt")
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, old)


def test_a_missing_checkpoint_and_a_missing_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no checkpoint at .*none\.pt"):
        load_checkpoint(tmp_path / "none.pt")
    with pytest.raises(FileNotFoundError):
        save_checkpoint(tmp_path / "no" / "m.pt", small())


def test_a_failing_write_leaves_the_old_checkpoint(tmp_path, monkeypatch):
    path = tmp_path / "model.pt"
    save_checkpoint(path, small(), HISTORY)
    before = path.read_bytes()

    def no_space(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(training.os, "fsync", no_space)
    with pytest.raises(OSError, match="No space left"):
        save_checkpoint(path, small(seed=1))
    assert [p.name for p in tmp_path.iterdir()] == ["model.pt"]
    assert path.read_bytes() == before


# -- The cache of shared models ----------------------------------------------------------------


@pytest.fixture
def quick(monkeypatch, images):
    """trained_vae on few images with a small network; counts the trainings."""
    digits = load_digits()
    few = digits._replace(train=digits.train[:200], test=digits.test[:50])
    monkeypatch.setattr(training, "load_digits", lambda: few)
    trainings = []
    monkeypatch.setattr(training, "_code_fingerprint", lambda: "code of today")

    def counted(*args, **kwargs):
        trainings.append(kwargs)
        return fit(*args, **kwargs)

    monkeypatch.setattr(training, "fit", counted)

    def train(**kwargs):
        return trained_vae(2, **({"hidden": 8, "epochs": 1, "progress": False} | kwargs))

    return train, trainings


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
    weighted, _ = train(beta=4)
    assert "Training the 2-dimensional model, beta = 4, once" in capsys.readouterr().out
    assert trainings[-1]["beta"] == 4
    assert not torch.equal(weights(first), weights(weighted))
    train(beta=4.0)
    assert len(trainings) == 4
    assert len(list(empty_cache.glob("*.pt"))) == 4


@pytest.mark.parametrize("damage", [lambda b: b[:100], lambda b: flip(b, 0.5), lambda b: b""])
def test_a_damaged_entry_is_noticed_said_and_rebuilt(quick, empty_cache, capsys, damage):
    train, trainings = quick
    first, _ = train()
    path, = empty_cache.glob("*.pt")
    path.write_bytes(damage(path.read_bytes()))
    capsys.readouterr()
    again, _ = train()
    assert "is damaged; training it again" in capsys.readouterr().out
    assert torch.equal(weights(first), weights(again))
    train()
    assert len(trainings) == 2


def test_a_stale_entry_is_noticed_said_and_rebuilt(quick, monkeypatch, capsys):
    train, trainings = quick
    train()
    monkeypatch.setattr(training, "_code_fingerprint", lambda: "code of tomorrow")
    capsys.readouterr()
    train()
    assert "comes from another version of the course" in capsys.readouterr().out
    train()
    assert len(trainings) == 2


def test_another_copy_of_the_digits_makes_an_entry_stale(tmp_path, monkeypatch):
    today = training._code_fingerprint()
    other = tmp_path / "digits.npz"
    other.write_bytes(training.data.SHIPPED.read_bytes() + b"0")
    monkeypatch.setattr(training.data, "SHIPPED", other)
    assert training._code_fingerprint() != today


def test_a_cache_that_cannot_be_written_is_said(quick, empty_cache, capsys):
    train, _ = quick
    empty_cache.write_text("a file stands where the folder should be")
    train()
    assert "could not be cached" in capsys.readouterr().out


def test_a_half_trained_model_is_not_shared(quick, empty_cache, monkeypatch):
    train, _ = quick

    def interrupted(*args, **kwargs):
        return History(interrupted=True)

    monkeypatch.setattr(training, "fit", interrupted)
    _, history = train()
    assert history.interrupted
    assert not empty_cache.exists()


def test_the_fingerprint_changes_with_the_code(monkeypatch):
    today = training._code_fingerprint()
    assert today == training._code_fingerprint()
    monkeypatch.setattr(training, "evaluate", training.save_checkpoint)
    assert training._code_fingerprint() != today


def test_live_curves_are_one_picture_that_is_replaced_above_the_bar(images, monkeypatch, capsys):
    import IPython.display

    shown, updates = [], []

    class Handle:
        update = staticmethod(updates.append)

    def display(place, *, raw, display_id):
        assert raw
        assert display_id is True
        assert "training" not in capsys.readouterr().out  # the bar comes later, below
        shown.append(place)
        return Handle

    monkeypatch.setattr(training, "_in_ipython", lambda: True)
    monkeypatch.setattr(IPython.display, "display", display)
    fit(small(), images, images[:20], epochs=3, live=True)
    assert "training" in capsys.readouterr().out
    assert len(shown) == 1
    assert 1 <= len(updates) <= 3  # the last epoch is always drawn
    assert updates[-1].data.startswith(b"\x89PNG")


def test_live_curves_outside_a_notebook_print_nothing(images, capsys):
    history = fit(small(), images, images[:20], epochs=1, progress=False, live=True)
    assert len(history.held_out) == 1
    assert capsys.readouterr().out == ""


# -- The numbers that the course promises ------------------------------------------------------


@pytest.mark.parametrize(("latent", "limit"), [(20, 97.0), (2, 157.0)])
def test_held_out_elbo_and_training_time(latent, limit):
    """Held-out -ELBO, sampling on, 2,000 test images; best time of at most three runs."""
    digits = load_digits()
    seconds = []
    while not seconds or (min(seconds) > 15 and len(seconds) < 3):
        torch.manual_seed(0)
        model = VAE(latent)
        start = time.monotonic()
        fit(model, digits.train, digits.test, progress=False)
        seconds.append(time.monotonic() - start)
    loss = -evaluate(model, digits.test, seed=1).elbo
    print(f"{latent} latent dimensions: -ELBO {loss:.2f} nats per image, {min(seconds):.1f} s")
    assert loss <= limit
    assert min(seconds) <= 15
