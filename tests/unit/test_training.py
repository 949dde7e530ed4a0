"""helpers.training: the loop and the score."""

import signal

import pytest
import torch
from torch import nn

from helpers.data import load_digits
from helpers.training import TrainingDiverged, evaluate, fit, minimize
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
    model, test = small(), images[-50:]
    before = evaluate(model, images)
    history = fit(model, images, test, epochs=4)
    assert evaluate(model, images).elbo > before.elbo + 100
    assert len(history.train) == len(history.test) == 4
    assert history.finished
    assert history.test[-1] == evaluate(model, test)
    assert f"held-out -ELBO {-history.test[-1].elbo:.1f}" in capsys.readouterr().out


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
    history = fit(model, images, images[:20], epochs=1, batch_size=100, lr=1e-2, progress=False, **weight)

    probe = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(probe, 1e-2, total_steps=4, cycle_momentum=False)
    parameters, seen = list(reference.parameters()), []
    m, v = ([torch.zeros_like(p) for p in parameters] for _ in range(2))
    torch.manual_seed(0)
    for t, batch in enumerate(torch.randperm(400).split(100), start=1):
        terms = elbo_terms(reference, images[batch])
        seen.append(terms)
        gradients = torch.autograd.grad(-(terms.reconstruction - beta * terms.kl).mean(), parameters)
        lr = schedule.get_last_lr()[0]
        with torch.no_grad():
            for i, (p, g) in enumerate(zip(parameters, gradients, strict=True)):
                m[i] = 0.9 * m[i] + 0.1 * g
                v[i] = 0.999 * v[i] + 0.001 * g**2
                p -= lr * (m[i] / (1 - 0.9**t)) / ((v[i] / (1 - 0.999**t)).sqrt() + 1e-8)
        probe.step()
        schedule.step()
    assert torch.allclose(weights(model), weights(reference), atol=1e-5)
    trained = Terms(*map(torch.cat, zip(*seen, strict=True))).mean()
    assert history.train == [pytest.approx(trained, rel=1e-5)]


def test_the_sampler_given_is_used_and_evaluate_sees_every_image():
    images, calls = load_digits().train[:1100], []

    def sampler(mu, sigma):
        calls.append(len(mu))
        return mu

    fit(small(), images, images[:20], sampler=sampler, epochs=1, batch_size=500, progress=False)
    assert calls == [2, 500, 500, 100, 20]  # 2: the door tries it once
    model = small()
    by_hand = elbo_terms(model, images, sampler).mean()
    assert evaluate(model, images, sampler) == pytest.approx(by_hand, rel=1e-5)


def test_evaluate_draws_from_its_seed_and_leaves_no_trace(images):
    model, state = small(), torch.get_rng_state()
    assert evaluate(model, images, seed=1) == evaluate(model, images, seed=1)
    assert evaluate(model, images, seed=1) != evaluate(model, images, seed=2)
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.is_grad_enabled()


def test_after_each_epoch_the_callback_sees_model_and_history(images):
    seen = []
    model = small()
    history = fit(
        model,
        images,
        images[:20],
        epochs=3,
        progress=False,
        after_epoch=lambda model, history: seen.append((weights(model), len(history.test))),
    )
    assert [epochs for _, epochs in seen] == [1, 2, 3]
    assert torch.equal(seen[-1][0], weights(model))
    assert not torch.equal(seen[0][0], seen[1][0])
    assert history.finished


def test_an_interrupt_keeps_what_was_learned(images, capsys):
    model, calls = small(), []
    start = weights(model)

    def sampler(mu, sigma):
        calls.append(1)
        if len(calls) > 13:  # 1 trial, then 4 steps and 1 evaluation per epoch: in the third epoch
            raise KeyboardInterrupt
        return reparameterize(mu, sigma)

    history = fit(model, images, images[:20], sampler=sampler, epochs=9, batch_size=100)
    assert not history.finished
    assert len(history.train) == len(history.test) == 2
    assert not torch.equal(weights(model), start)
    assert "Interrupted after 2 of 9 epochs" in capsys.readouterr().out


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no interval timer on this system")
def test_a_real_interrupt_leaves_no_trace(images):
    def interrupt(signum, frame):
        raise KeyboardInterrupt

    old = signal.signal(signal.SIGPROF, interrupt)
    try:
        for moment in range(5):
            signal.setitimer(signal.ITIMER_PROF, 0.1 + 0.013 * moment)
            history = fit(small(), images, images[:50], epochs=100_000, progress=False)
            assert len(history.train) == len(history.test) < 100_000
            assert torch.is_grad_enabled()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, old)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_loss_that_is_not_finite_stops_with_epoch_and_step(images, bad):
    calls = []

    def sampler(mu, sigma):
        calls.append(1)
        return mu + bad if len(calls) == 9 else mu  # epoch 2: a trial, 4 steps and 1 evaluation came before

    with pytest.raises(TrainingDiverged, match=r"became (nan|inf) at epoch 2, step 3.*step size"):
        fit(small(), images, images[:20], sampler=sampler, epochs=3, batch_size=100, progress=False)


def test_weights_that_end_not_finite_are_told_though_no_step_sees_them(images):
    with pytest.raises(TrainingDiverged, match="at epoch 1, step 1"):  # one step, far too large
        fit(small(), images, images[:20], epochs=1, batch_size=400, lr=1e20, progress=False)


class Batchy(VAE):
    """Its encoder normalises by the batch in training, and drops units."""

    def __init__(self):
        super().__init__(2, hidden=16)
        self.encoder = nn.Sequential(nn.Linear(784, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.3))


@pytest.mark.parametrize("make", [small, Batchy])
def test_the_last_test_score_of_fit_is_that_of_the_model_it_returns(images, make):
    model = make()
    history = fit(model, images, images[:100], epochs=2, progress=False)
    assert evaluate(model, images[:100]) == history.test[-1]


def test_fit_trains_in_training_mode_and_leaves_eval_mode(images):
    model, modes = Batchy(), []
    model.encoder[1].register_forward_hook(lambda layer, *_: modes.append(layer.training))
    fit(model, images, images[:100], epochs=1, batch_size=200, progress=False)
    assert modes == [False, True, True, False]  # at the door, two batches, the test images
    assert not model.training


def test_evaluating_changes_nothing(images):
    model = Batchy().train()
    model.encoder[3].eval()  # as somebody left it
    before = {name: value.clone() for name, value in model.state_dict().items()}
    evaluate(model, images)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert [layer.training for layer in model.encoder] == [True, True, True, False]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_fit_works_in_both_precisions_and_names_a_mix(images, dtype):
    model = small().to(dtype)
    fit(model, images.to(dtype), images[:20].to(dtype), epochs=1, progress=False)
    assert weights(model).dtype == dtype
    other = torch.float64 if dtype == torch.float32 else torch.float32
    with pytest.raises(TypeError, match=f"test: {dtype} is needed, as the model's, not {other}"):
        fit(model, images.to(dtype), images[:20].to(other), epochs=1)
    with pytest.raises(TypeError, match=f"images: {dtype} is needed"):
        evaluate(model, images.to(other))


def test_a_grad_mode_left_off_stops_no_training(images):
    x = torch.tensor([3.0], requires_grad=True)
    with torch.no_grad():
        fit(small(), images, images[:20], epochs=1, progress=False)
        minimize(lambda: (x**2).sum(), [x], steps=5, lr=0.1)
        assert not torch.is_grad_enabled()
    assert x < 3


def test_double_precision_gives_the_same_number_on_every_processor(double_precision):
    """To twelve digits; single precision differs in the eighth."""
    digits = load_digits()
    torch.manual_seed(0)
    history = fit(VAE(20), digits.train[:2000], digits.test, epochs=6, progress=False)
    assert -history.test[-1].elbo == pytest.approx(161.248185897553, abs=1e-9)


def test_minimize_is_adam_with_the_schedule_of_fit():
    x, reference = (torch.tensor([3.0, -2.0], requires_grad=True) for _ in range(2))
    seen = []
    minimize(lambda: (x**2).sum(), [x], steps=100, lr=0.3, after_step=seen.append)
    optimizer = torch.optim.Adam([reference], lr=0.3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.3, total_steps=100, cycle_momentum=False)
    for _ in range(100):
        optimizer.zero_grad()
        (reference**2).sum().backward()
        optimizer.step()
        schedule.step()
    assert torch.allclose(x, reference, atol=1e-5)
    assert x.norm() < 0.5
    assert seen == list(range(100))
