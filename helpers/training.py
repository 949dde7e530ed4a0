"""The training loop of the course, what it saw, and the score of a model on images."""

import contextlib
import functools
import math
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from tqdm import tqdm

from helpers._arguments import check_function, check_images, check_integer, check_number
from helpers.vae import VAE, Sampler, Terms, elbo_terms, reparameterize
from helpers.words import said


class TrainingDiverged(RuntimeError):
    """The loss became NaN or infinite."""


@dataclass
class History:
    """What a training of `epochs` epochs saw, one entry per epoch; all terms in nats per image.

    train: averages over the epoch, while the weights moved
    test: after the epoch, on images that the model is not trained on
    """

    epochs: int
    train: list[Terms] = field(default_factory=list)
    test: list[Terms] = field(default_factory=list)

    @property
    def finished(self) -> bool:
        """Whether training came to its last epoch."""
        return len(self.test) == self.epochs


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    """torch's global generator seeded inside, and as it was afterwards."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def preserves_torch_state(function: Callable) -> Callable:
    """Makes torch's generator and grad mode what they were before `function`, however it ends.

    For functions that use `no_grad` and `seeded`: an interrupt can come before those restore anything.
    """

    @functools.wraps(function)
    def kept(*args, **options):
        generator, grad = torch.get_rng_state(), torch.is_grad_enabled()
        try:
            return function(*args, **options)
        finally:
            torch.set_rng_state(generator)
            torch.set_grad_enabled(grad)

    return kept


@contextlib.contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """`model` in eval mode and without gradients inside; each module's mode as it was afterwards."""
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for module, training in modes.items():
            module.training = training


@preserves_torch_state
def fit(
    model: VAE,
    train: Tensor,
    test: Tensor,
    *,
    sampler: Sampler = reparameterize,
    epochs: int = 12,
    batch_size: int = 128,
    lr: float = 8e-3,
    beta: float = 1.0,
    seed: int = 0,
    progress: bool = True,
    after_epoch: Callable[[VAE, History], None] | None = None,
) -> History:
    """Maximise the ELBO of `model` on the images `train` (n, pixels) with Adam; score it on `test`.

    sampler: draws z from mu and sigma
    lr: the highest of a one-cycle schedule that rises to it and falls to almost 0
    beta: the weight of the KL term in what is maximised (Higgins et al. 2017, equation 4); 1 is the
        ELBO. The history has the terms without it.
    seed: of the order of the images and of epsilon; torch's global generator is left as it was
    after_epoch: called with the model and the history so far

    An interrupt (the stop button) ends training early: the model keeps what it learned, and the
    history so far is returned. Raises TrainingDiverged when the loss becomes NaN or infinite, and
    ValueError or TypeError for arguments that cannot be used.
    """
    check_integer("epochs", epochs, 1)
    check_integer("batch_size", batch_size, 1)
    check_number("lr", lr, positive=True)
    check_number("beta", beta)
    _check_images_and_sampler(model, {"train": train, "test": test}, sampler)
    if after_epoch is not None:
        check_function("after_epoch", after_epoch, "the model and its history")

    history = History(epochs)
    optimizer, schedule = _one_cycle(model.parameters(), lr, epochs * math.ceil(len(train) / batch_size))
    try:
        model.train()
        with (
            torch.enable_grad(),
            seeded(seed),
            tqdm(
                range(epochs),
                desc=said("training"),
                unit=said("epoch"),
                file=sys.stdout,
                disable=not progress,
                ncols=90,
                mininterval=0,
            ) as bar,
        ):
            for epoch in bar:
                seen = []
                for step, batch in enumerate(torch.randperm(len(train)).split(batch_size)):
                    terms = elbo_terms(model, train[batch], sampler)
                    loss = (beta * terms.kl - terms.reconstruction).mean()  # beta 1: -ELBO
                    _check_finite(loss.item(), epoch, step)
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                    schedule.step()
                    seen.append(Terms(*(term.detach() for term in terms)))
                trained, tested = _mean(seen), _evaluate(model, test, sampler, seed=0)
                _check_finite(-tested.elbo, epoch, step)
                history.train.append(trained)
                history.test.append(tested)
                bar.set_postfix_str(said(f"held-out -ELBO {-tested.elbo:.1f}"))
                if after_epoch:
                    after_epoch(model, history)
    except KeyboardInterrupt:
        del history.train[len(history.test) :]
        done = (
            f"Interrupted after {len(history.test)} of {epochs} epochs; the model keeps what it has learned."
        )
        print(said(done))
    finally:
        model.eval()
    return history


def minimize(
    loss: Callable[[], Tensor],
    parameters: Iterable[Tensor],
    *,
    steps: int,
    lr: float,
    after_step: Callable[[int], None] = lambda step: None,
) -> None:
    """Adam on `loss()`, which is called once per step, with the one-cycle schedule of `fit`.

    For models that are no VAE of `helpers.vae`. `after_step` is called with the number of the step, from 0.
    """
    optimizer, schedule = _one_cycle(parameters, lr, steps)
    for step in range(steps):
        optimizer.zero_grad()
        with torch.enable_grad():
            loss().backward()
        optimizer.step()
        schedule.step()
        after_step(step)


def _one_cycle(
    parameters: Iterable[Tensor], lr: float, steps: int
) -> tuple[torch.optim.Adam, torch.optim.lr_scheduler.OneCycleLR]:
    optimizer = torch.optim.Adam(parameters, lr=lr, fused=True)
    return optimizer, torch.optim.lr_scheduler.OneCycleLR(
        optimizer, lr, total_steps=steps, cycle_momentum=False
    )


def evaluate(model: VAE, images: Tensor, sampler: Sampler = reparameterize, *, seed: int = 0) -> Terms:
    """The two terms of the ELBO averaged over `images` (n, pixels), sampling on, as floats.

    The model is scored in eval mode and left as it was, and so is torch's global generator: the
    draws come from `seed`. The last `test` of a history of `fit` is this, of its model and images.
    """
    _check_images_and_sampler(model, {"images": images}, sampler)
    return _evaluate(model, images, sampler, seed)


@preserves_torch_state
def _evaluate(model: VAE, images: Tensor, sampler: Sampler, seed: int) -> Terms:
    with evaluating(model), seeded(seed):
        return _mean([elbo_terms(model, x, sampler) for x in images.split(200)])


def _mean(parts: list[Terms]) -> Terms:
    return Terms(*(torch.cat(part) for part in zip(*parts, strict=True))).mean()


def _check_finite(loss: float, epoch: int, step: int) -> None:
    if not math.isfinite(loss):
        raise TrainingDiverged(
            f"the loss became {loss} at epoch {epoch + 1}, step {step + 1}. Likely causes: a step "
            "size that is too large, a log-variance that grew until exp() overflowed, or input that "
            "is not finite. Try a smaller lr first."
        )


@preserves_torch_state
def _check_images_and_sampler(model: VAE, images: dict[str, Tensor], sampler: Sampler) -> None:
    """Once, before any batch: whether the images fit the model, and the sampler gives a z for two of them."""
    for name, given in images.items():
        check_images(name, given, model)
    check_function("sampler", sampler, "mu and sigma")
    with evaluating(model), torch.random.fork_rng(devices=[]):
        mu, logvar = model.encode(given[:2])
        z = sampler(mu, torch.exp(0.5 * logvar))
    if not isinstance(z, Tensor) or z.shape != mu.shape:
        found = tuple(z.shape) if isinstance(z, Tensor) else z
        raise TypeError(
            f"sampler: it must return z, a tensor of the shape of mu, {tuple(mu.shape)}, not {found}"
        )
