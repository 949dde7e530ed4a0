"""Checks of lesson 04."""

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from helpers.autograd import gradient_reach
from helpers.data import load_digits
from helpers.exercises._check import Wrong, call, check, close, number, parts, same_shape
from helpers.training import seeded
from helpers.vae import kl_divergence, log_likelihood

Model = Any  # the learner's nn.Module; once `_codes` has looked, with encode and decode
IMAGES, EPOCHS, CALLS = 2000, 8, 5
REACHED = 195.0  # nats: right answers of many kinds reach 140 to 185 in so many steps, the average digit 204


@check
def my_vae(function) -> str:
    digits = load_digits()
    model, terms = parts(
        call(function, digits.train[:IMAGES].clone(), EPOCHS),
        2,
        "return two things: the model, and the function that gives the two terms",
    )
    if not isinstance(model, nn.Module):
        raise Wrong(f"the first thing returned should be the model, an nn.Module, not {type(model).__name__}")
    x = digits.test[:500]
    with torch.no_grad():
        mu, logvar = _codes(model, x)
    _check_reach(model, *_two_terms(terms(model, x.clone()), x))
    with torch.no_grad(), seeded(0):
        calls = [_two_terms(terms(model, x.clone()), x) for _ in range(CALLS)]
        reconstruction, kl = (torch.stack(term) for term in zip(*calls, strict=True))  # each (CALLS, 500)
        _check_kl(kl[0], mu, logvar)
        _check_reconstruction(reconstruction, model, x, mu, logvar)
        reached = _minus_elbo(model, digits.test)
    if not reached < REACHED:
        words = (
            "z says nothing about x. How heavy is the KL in what the loop minimises?"
            if kl.mean() < 1 and reached < 250
            else "Does the loop take steps, enough of them and large enough, and does each follow the "
            "gradient of its own batch only?"
        )
        raise Wrong(
            f"model and terms are right, but after {EPOCHS} epochs with {IMAGES:,} images the "
            f"held-out -ELBO is {reached:.0f} nats, with a KL of {kl.mean():.1f}; the average digit "
            f"alone costs about 204. {words}"
        )
    return (
        f"The reconstruction reaches all {len(list(model.parameters()))} parameters, and {EPOCHS} epochs "
        f"with {IMAGES:,} images bring the held-out -ELBO to {reached:.0f} nats."
    )


def _codes(model: Model, x: Tensor) -> tuple[Tensor, Tensor]:
    """mu and logvar of `x`, once it is clear that encode and decode give what they should."""
    for name in ("encode", "decode"):
        if not callable(getattr(model, name, None)):
            raise Wrong(f"the model needs a method {name}")
    mu, logvar = parts(model.encode(x), 2, "encode should return two tensors: mu and logvar")
    logvar = same_shape(logvar, mu, "logvar")
    kl = kl_divergence(mu, logvar).mean()
    if not kl < 1000:
        raise Wrong(
            f"after training, the KL is {kl:.1g} nats per image: the loop drives it up. "
            "Which sign has it in what is minimised?"
        )
    p = same_shape(model.decode(mu), x, "what decode gives")
    if p.min() < 0 or p.max() > 1:
        raise Wrong(f"decode gives numbers from {p.min():.1f} to {p.max():.1f}. Those are no probabilities")
    if p.min() > 0.49:
        raise Wrong(
            f"decode gives no pixel a probability below {p.min():.2f}: it squeezes numbers that have "
            "been squeezed between 0 and 1 already"
        )
    return mu, logvar


def _check_reach(model: nn.Module, reconstruction: Tensor, kl: Tensor) -> None:
    reach, reach_of_kl = (gradient_reach(model, term.mean()) for term in (reconstruction, kl))
    missed = [name for name, found in reach.items() if found != "reached"]
    if any(reach_of_kl[name] == "zero" for name in missed):
        raise Wrong(
            f"neither term has a gradient at {', '.join(missed)} any more: the steps have led to "
            "where the network is flat. Does each follow the gradient of its own batch only?"
        )
    if missed:
        raise Wrong(
            f"the gradient of the reconstruction alone misses {', '.join(missed)}: "
            "its path is cut before it comes there"
        )


def _two_terms(result: object, x: Tensor) -> tuple[Tensor, Tensor]:
    reconstruction, kl = parts(result, 2, "the function should return two terms: reconstruction and KL")
    return same_shape(reconstruction, x[:, 0], "the reconstruction"), same_shape(kl, x[:, 0], "the KL")


def _check_kl(kl: Tensor, mu: Tensor, logvar: Tensor) -> None:
    def is_close(other: Tensor) -> bool:
        return torch.allclose(kl, other, rtol=1e-3, atol=1e-3)

    right = kl_divergence(mu, logvar)
    if is_close(right):
        return
    for wrong, words in (
        (-right, "it has the wrong sign: a KL divergence is never negative"),
        (right / mu.shape[1], "it is a mean over the latent dimensions, where the ELBO has a sum"),
        (2 * right, "it is twice as large as it should be"),
        (kl_divergence(mu, 2 * logvar), "in it, sigma is exp(logvar). What is logvar the logarithm of?"),
        (
            0.5 * (mu**2 + (2 * logvar).exp() - 1 - logvar).sum(1),
            "in it, sigma is exp(logvar). What is logvar the logarithm of?",
        ),
        (
            0.5 * (mu**2 + (logvar / 2).exp() - 1 - logvar).sum(1),
            "in it, sigma stands where sigma squared belongs",
        ),
    ):
        if is_close(wrong):
            raise Wrong(f"the KL is {kl.mean():.1f} nats per image: {words}")
    raise Wrong(
        f"the KL is {kl.mean():.1f} nats per image; for these mu and logvar it should be {right.mean():.1f}"
    )


def _check_reconstruction(found: Tensor, model: Model, x: Tensor, mu: Tensor, logvar: Tensor) -> None:
    def over(draw) -> Tensor:
        return torch.stack([_log_likelihood(model, draw(), x) for _ in range(CALLS)])

    sigma, variance = torch.exp(0.5 * logvar), logvar.exp()
    right = over(lambda: mu + sigma * torch.randn_like(mu))
    if torch.equal(found[0], found[1]):
        raise Wrong("two calls give the same reconstruction: epsilon is one and the same roll in every step")
    squeezed = torch.stack(
        [
            -F.binary_cross_entropy_with_logits(
                model.decode(mu + sigma * torch.randn_like(mu)), x, reduction="none"
            ).sum(1)
            for _ in range(CALLS)
        ]
    )
    ways = {
        "": right,
        "that is a mean over the pixels, where the ELBO has a sum": right / x.shape[1],
        "it has the wrong sign: the logarithm of a probability is never positive": -right,
        "the probabilities are squeezed between 0 and 1 a second time": squeezed,
        "its noise has the size of exp(logvar). What is logvar the logarithm of?": over(
            lambda: mu + variance * torch.randn_like(mu)
        ),
        "the mean of its noise is not 0": over(lambda: mu + sigma * torch.rand_like(mu)),
    }
    error = math.sqrt((found - right).var().item() / found.numel())
    if abs((found - right).mean()) > 5 * error + 0.01:  # probabilities are rounded where they are near 0 or 1
        words = min(ways, key=lambda way: abs(ways[way].mean() - found.mean()).item())
        raise Wrong(
            f"the reconstruction is {found.mean():.1f} nats per image; with z from N(mu, sigma^2) "
            f"and the probabilities of decode it is {right.mean():.1f}" + (words and f": {words}")
        )


def _minus_elbo(model: Model, x: Tensor) -> float:
    mu, logvar = model.encode(x)
    z = mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)
    return (kl_divergence(mu, logvar) - _log_likelihood(model, z, x)).mean().item()


def _log_likelihood(model: Model, z: Tensor, x: Tensor) -> Tensor:
    """log p(x|z), (n,), of a model that is known by its probabilities only."""
    return log_likelihood(torch.logit(model.decode(z), eps=1e-6), x)


@check
def factor(answer) -> str:
    value = number(answer, "the factor")
    for wrong, words in (
        (
            1 / 784,
            "that is the weight of the cross-entropy beside the KL; the question is how much "
            "too heavy the KL is",
        ),
        (28, "an image is 28 pixels wide; over how many pixels is the mean taken?"),
        (784 * 128, "both terms are averaged over the images of a batch: that cancels"),
        (128, "both terms are averaged over the images of a batch: that cancels"),
        (
            1,
            "then the two losses would be the same, up to a constant factor. "
            "Are both terms sums over what belongs to one image?",
        ),
    ):
        if math.isclose(value, wrong, rel_tol=1e-3):
            raise Wrong(words)
    if not math.isclose(value, 784, rel_tol=1e-3):
        raise Wrong(
            f"it is not {value:.4g}. Over how many numbers is the first mean, and over how many of "
            "them has the ELBO a sum?"
        )
    return "Such a loss asks for the prior 784 times as hard: z says nothing about x any more."


@check
def noise_of(function) -> str:
    found = {}
    for name, sampler, mean, deviation in (
        ("mu + sigma * randn", lambda mu, sigma: mu + sigma * torch.randn_like(mu), 0.0, 1.0),
        ("torch.normal(mu, sigma)", torch.normal, 0.0, 1.0),
        ("mu + sigma * rand", lambda mu, sigma: mu + sigma * torch.rand_like(mu), 0.5, 12**-0.5),
        ("mu + sigma**2 * randn", lambda mu, sigma: mu + sigma**2 * torch.randn_like(mu), 0.0, None),
        ("mu + 2 * sigma * randn", lambda mu, sigma: mu + 2 * sigma * torch.randn_like(mu), 0.0, 2.0),
        (
            "mu + sigma * exponential",
            lambda mu, sigma: mu + sigma * torch.empty_like(mu).exponential_(),
            1.0,
            1.0,
        ),
    ):
        result = parts(call(function, sampler), 2, "return two numbers: the mean and the standard deviation")
        found[name] = number(result[0], "the mean"), number(result[1], "the standard deviation")
        if deviation is None:
            if abs(found[name][1] - 1) < 0.1:
                raise Wrong(f"{name} passes for N(0, 1). With which sigma does it look right?")
            continue
        # 100,000 draws of a standard deviation up to 2: 0.03 is more than 4 standard errors
        if abs(found[name][1] - deviation**2) < 0.03 < abs(found[name][1] - deviation):
            raise Wrong(f"for {name} the second number is {found[name][1]:.2f}: that is the variance")
        close(found[name][0], mean, f"for {name} the mean of the noise", 0.03)
        close(found[name][1], deviation, f"for {name} the standard deviation of the noise", 0.03)
    words = ", ".join(
        f"{name} {mean:.2f} and {deviation:.2f}" for name, (mean, deviation) in list(found.items())[:3]
    )
    return (
        f"Mean and standard deviation: {words}. So torch.normal passes, though the reconstruction "
        "teaches its encoder nothing: its noise is right, and its path is cut."
    )
