"""The check of lesson 04."""

import copy
import functools
import itertools
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from helpers.data import load_digits
from helpers.exercises._check import Draws, Wrong, call, check, number, parts, same_shape
from helpers.training import seeded
from helpers.vae import VAE, elbo_terms, kl_divergence, log_likelihood
from helpers.words import said

Model = Any  # the learner's nn.Module, with encode and decode
IMAGES, EPOCHS, BATCH = 2000, 6, 64
SLACK = 25.0  # nats: other sizes, step sizes and orders of the images end so far from the reference


@check
def my_vae(function) -> str:
    digits = load_digits()
    images, unseen = digits.train[:IMAGES], digits.test[:500]
    with seeded(0):
        model, loss = parts(
            call(function, images.clone(), EPOCHS), 2, "return two things: the model, and the loss"
        )
        if not isinstance(model, nn.Module):
            raise Wrong(f"the first of the two should be an nn.Module, not {type(model).__name__}")
        _check_loss(model, loss, [unseen[:BATCH], unseen[-BATCH:], images[:BATCH]])
        _check_gradient(model, loss, unseen[:BATCH])
        reached, reference = _minus_elbo(model, unseen), _reference(EPOCHS)
        if not reached < reference + SLACK:
            first, others = _minus_elbo(model, images[:128]), _minus_elbo(model, images[1000:])
            words = (
                f"On the first 128 images it is {first:.0f}, on others {others:.0f}: does each step see "
                "other images?"
                if others - first > 60
                else "Does the loop make this loss small, in all its epochs, and with steps large enough?"
            )
            raise Wrong(
                f"the loss is right, but after {EPOCHS} epochs your -ELBO of unseen digits is "
                f"{reached:.0f} nats, where a plain loop has {reference:.0f}. {words}"
            )
    return f"The loss is minus the ELBO, and {EPOCHS} epochs bring it to {reached:.0f} nats on unseen digits."


def _check_loss(model: Model, loss: Callable, batches: list[Tensor]) -> None:
    """Wrong unless the loss is -ELBO, for the noise that it draws, times a positive number.

    A loss is fitted, over the batches, by `a * reconstruction + b * KL`: where that is exact, a and b say
    what is wrong with it. Where it is not, the same is tried with terms that have a known mistake.
    """
    seen = []
    for x in batches:
        with Draws() as draws:
            value = call(loss, copy.deepcopy(model), x.clone())
        if not (isinstance(value, Tensor) and value.requires_grad):
            raise Wrong("no gradient leads from your loss back to the model")
        value = number(value, "the loss")
        with torch.no_grad():
            mu, logvar = _codes(model, x)
        numbers, needed = draws.numbers, mu.numel()
        if not len(numbers):
            raise Wrong("nothing in your loss is random: no z is drawn")
        for count, words in (
            (mu.shape[1], "images"),
            (len(x), "numbers of z"),
            (1, "images and numbers of z"),
        ):
            if len(numbers) == count:
                raise Wrong(
                    f"all {words} share their noise: {count} random numbers, where {needed} are needed"
                )
        if len(numbers) % needed:
            raise Wrong(f"your loss draws {len(numbers)} random numbers for {needed} numbers of z")
        noise = draws.noise((len(numbers) // needed, *mu.shape), "")
        seen.append((value, x, mu, logvar, noise))
    values = torch.tensor([value for value, *_ in seen])
    for ways in itertools.product(WIDTHS, KLS, PIXELS):
        terms = torch.tensor([_terms(model, *given, *(way for _, way in ways)) for _, *given in seen])
        fitted = torch.linalg.lstsq(terms, values[:, None]).solution[:, 0]
        if torch.allclose(terms @ fitted, values, rtol=1e-7):
            weights = _weights(fitted[0].item(), fitted[1].item(), seen[0][2].shape[1])
            wrong = [words for words in (*(words for words, _ in ways), weights) if words]
            if wrong:
                raise Wrong("; ".join(map(said, wrong)))
            return
    raise Wrong(
        "your loss is no sum of reconstruction and KL, whatever their weights: "
        f"of the first batch it is {values[0]:.4g}. Check the formula of each"
    )


def _check_gradient(model: Model, loss: Callable, x: Tensor) -> None:
    """Wrong where autograd's slope along one direction is not that of the loss, with the same noise."""

    def value() -> Tensor:
        with seeded(2):
            return call(loss, model, x.clone())

    weights = dict(model.named_parameters())
    found = torch.autograd.grad(value(), list(weights.values()), allow_unused=True)
    gradients = dict(zip(weights, found, strict=True))
    ways = [torch.randn_like(weight) for weight in weights.values()]
    slope = sum((g * way).sum().item() for g, way in zip(found, ways, strict=True) if g is not None)
    ends = []
    with torch.no_grad():
        for step in (1e-7, -2e-7, 1e-7):  # to one side, to the other, and back
            for weight, way in zip(weights.values(), ways, strict=True):
                weight += step * way
            ends.append(value().item())
    measured = (ends[0] - ends[1]) / 2e-7
    if abs(slope - measured) > 1e-3 * abs(measured):
        missed = [name for name, g in gradients.items() if g is None or not g.any()]
        raise Wrong(
            "the values of your loss are right, but its gradient is not their slope: a path is cut"
            + (f". None arrives at {', '.join(missed)}" if missed else "")
        )


# Ways to compute sigma, the KL and the reconstruction, and what is wrong with each; the right one first.
WIDTHS = [
    ("", lambda logvar: torch.exp(0.5 * logvar)),
    ("z is mu + sigma^2 times epsilon: exp(logvar) is the variance", torch.exp),
]
KLS = [
    ("", lambda mu, logvar, noise: kl_divergence(mu, logvar).mean()),
    # one draw of it, log q(z) - log p(z): noisier, and right on average
    (
        "",
        lambda mu, logvar, noise: (
            0.5 * ((mu + torch.exp(0.5 * logvar) * noise) ** 2 - noise**2 - logvar).sum(-1).mean()
        ),
    ),
    (
        "the KL takes logvar for the logarithm of sigma",
        lambda mu, logvar, noise: 0.5 * (mu**2 + torch.exp(2 * logvar) - 1 - 2 * logvar).sum(-1).mean(),
    ),
    ("the KL has no mu^2", lambda mu, logvar, noise: 0.5 * (logvar.exp() - 1 - logvar).sum(-1).mean()),
    ("the KL has no sigma^2", lambda mu, logvar, noise: 0.5 * (mu**2 - 1 - logvar).sum(-1).mean()),
]
PIXELS = [
    ("", lambda p, x: -F.binary_cross_entropy(p, x, reduction="none").sum(-1).mean()),
    ("the probabilities are squeezed by a second sigmoid", lambda p, x: log_likelihood(p, x).mean()),
    (
        "the reconstruction is a squared error, not the logarithm of a probability",
        lambda p, x: -(p - x).square().sum(-1).mean(),
    ),
]


def _terms(model, x, mu, logvar, noise, width, kl, likelihood) -> list[float]:
    """Reconstruction and KL, averaged over images and draws: in the way of the functions given."""
    with torch.no_grad():
        z = (mu + width(logvar) * noise).flatten(0, 1)
        p = model.decode(z).to(x)
        terms = likelihood(p, x.repeat(len(noise), 1)), kl(mu, logvar, noise)
    return [term.item() for term in terms]


def _weights(reconstruction: float, kl: float, latent: int) -> str:
    """What is wrong with the weights of the two terms; "" for -ELBO, or a multiple of it."""
    ratio = -kl / reconstruction if reconstruction else float("inf")
    if reconstruction > 0:
        return "a larger reconstruction makes your loss larger. What should become small?"
    if ratio < 0:
        return "a larger KL makes your loss smaller. Which sign has it in minus the ELBO?"
    if abs(ratio - 1) < 1e-6:
        return ""
    causes = {784 / latent: "pixels and numbers of z", 784.0: "the pixels", 1 / latent: "the numbers of z"}
    mean = next((words for wrong, words in causes.items() if abs(ratio / wrong - 1) < 1e-6), "")
    return f"beside the reconstruction, your KL weighs {ratio:.4g}, and not 1" + (
        f". Did you average over {mean}, where the sum is needed?" if mean else ""
    )


def _codes(model: Model, x: Tensor) -> tuple[Tensor, Tensor]:
    """mu and logvar of `x`, once it is clear that encode and decode give what they should."""
    for name in ("encode", "decode"):
        if not callable(getattr(model, name, None)):
            raise Wrong(f"the model needs a method {name}")
    mu, logvar = parts(call(model.encode, x), 2, "encode should return two tensors: mu and logvar")
    logvar = same_shape(logvar, mu, "logvar")
    p = same_shape(call(model.decode, mu), x, "what decode gives")
    if not (p.isfinite().all() and p.min() >= 0 and p.max() <= 1):
        raise Wrong(f"decode gives numbers from {p.min():.2g} to {p.max():.2g}. Those are no probabilities")
    return mu, logvar


@torch.no_grad()
def _minus_elbo(model: Model, x: Tensor) -> float:
    """With one z each, nats per image."""
    mu, logvar = _codes(model, x)
    with seeded(1):
        noise = torch.randn_like(mu)[None]
    reconstruction, kl = _terms(model, x, mu, logvar, noise, WIDTHS[0][1], KLS[0][1], PIXELS[0][1])
    return kl - reconstruction


@functools.cache
def _reference(epochs: int) -> float:
    """What a plain loop reaches: Adam 2e-3, batches of 128."""
    digits = load_digits()
    with seeded(0):  # whatever the learner's code has drawn
        images, model = digits.train[:IMAGES], VAE(20)
        optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
        for _ in range(epochs):
            for batch in torch.randperm(IMAGES).split(128):
                optimizer.zero_grad()
                (-elbo_terms(model, images[batch]).elbo).mean().backward()
                optimizer.step()
    return _minus_elbo(model, digits.test[:500])
