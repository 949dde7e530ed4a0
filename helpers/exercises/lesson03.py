"""Checks of lesson 03."""

import torch

from helpers.exercises._check import Draws, Wrong, call, check, compare, new_generator, same_shape


@check
def draw(function) -> str:
    generator = new_generator()

    def inputs(words: str, mu: float, sigma: float) -> dict:
        epsilon = torch.randn(4, generator=generator)
        return {words: (torch.full((4,), mu), torch.full((4,), sigma), epsilon)}

    sign = 1

    def answer(mu, sigma, epsilon):
        nonlocal sign
        with Draws() as draws:
            z = call(function, mu.requires_grad_(), sigma.requires_grad_(), epsilon)
        if draws.calls:
            raise Wrong(f"your line rolls a die of its own, by `{draws.calls[0]}`; epsilon is the roll")
        z = same_shape(z, epsilon, "z")
        if torch.allclose(z, mu - sigma * epsilon):
            sign = -1  # -epsilon has the same distribution
        reach(z, mu, sigma, epsilon)
        return z

    compare(
        answer,
        inputs("mu = 2, sigma = 0.5", 2.0, 0.5) | inputs("mu = -1, sigma = 3", -1.0, 3.0),
        lambda mu, sigma, epsilon: mu + sign * sigma * epsilon,
        {
            "z is mu, whatever was rolled: nothing in it is random": lambda mu, sigma, epsilon: mu,
            "z is the roll itself: its mean is 0 and its standard deviation 1": lambda mu, sigma, epsilon: (
                epsilon
            ),
            "the standard deviation of z is 1, whatever sigma is": lambda mu, sigma, epsilon: mu + epsilon,
            "the mean of z is 0, whatever mu is": lambda mu, sigma, epsilon: sigma * epsilon,
            "the mean of z is sigma, and its standard deviation mu": lambda mu, sigma, epsilon: (
                sigma + mu * epsilon
            ),
            "the standard deviation of z is sigma squared": lambda mu, sigma, epsilon: (
                mu + sigma**2 * epsilon
            ),
            "the standard deviation of z is the root of sigma": lambda mu, sigma, epsilon: (
                mu + sigma.sqrt() * epsilon
            ),
            "sigma moves the mean of z; it should change its standard deviation": lambda mu, sigma, epsilon: (
                mu + sigma + epsilon
            ),
            "the mean of z is mu times sigma": lambda mu, sigma, epsilon: (mu + epsilon) * sigma,
            "the same roll is used for all entries of z": lambda mu, sigma, epsilon: mu + sigma * epsilon[0],
        },
        what="z",
    )
    return (
        "z is a draw from N(mu, sigma^2), and the gradient arrives at mu and at sigma. The scissors are gone."
    )


def reach(z, mu, sigma, epsilon) -> None:
    """Wrong where the values of z are right, and a path of the gradient is cut."""
    if not (torch.allclose(z, mu + sigma * epsilon) or torch.allclose(z, mu - sigma * epsilon)):
        return
    found = torch.autograd.grad(z.sum(), [mu, sigma], allow_unused=True) if z.requires_grad else [None, None]
    for name, gradient in zip(("mu", "sigma"), found, strict=True):
        if gradient is None:
            raise Wrong(f"z has the right values, but the path to {name} is cut")


@check
def train(function) -> str:
    noise = {}

    def answer(k, steps, lr):
        with Draws() as draws:
            mu = same_shape(call(function, k, steps, lr), k, "what train returns")
        drawn, needed = len(draws.numbers), steps * len(k)
        if not drawn:
            raise Wrong("nothing in your training is random: torch has drawn no number")
        if drawn == len(k):
            raise Wrong("epsilon is rolled once, and each mu makes up for that one roll")
        if drawn in (1, steps):
            raise Wrong("all targets share one roll; each needs its own")
        if drawn != needed:
            raise Wrong(
                f"in {steps} steps with {len(k)} targets {drawn} numbers were rolled, and {needed} are "
                "needed: a fresh one for each target in each step"
            )
        noise[steps] = draws.noise((steps, len(k)), "")
        if len(noise[steps].unique(dim=0)) < steps:
            raise Wrong("the same roll comes back in later steps: is the generator seeded again?")
        return mu

    def path(k, steps, lr, rolls, per=1):
        mu = torch.zeros_like(k)
        for epsilon in rolls:
            mu = mu - lr * 2 * (mu + epsilon - k) / per
        return mu

    n = 7
    inputs = {f"{steps} steps": (torch.linspace(1, 4, n), steps, lr) for steps, lr in ((12, 0.02), (18, 0.1))}

    compare(
        answer,
        inputs,
        lambda k, steps, lr: path(k, steps, lr, noise[steps]),
        {
            "mu is still 0: no gradient arrives": lambda k, steps, lr: torch.zeros_like(k),
            "epsilon is rolled, but the loss does not see it": lambda k, steps, lr: path(
                k, steps, lr, [0] * steps
            ),
            "the loss is the mean over the targets; each mu should follow its own": lambda k, steps, lr: path(
                k, steps, lr, noise[steps], per=n
            ),
        },
        what="mu",
    )
    return "A fresh roll for each target in each step, and each mu follows its own gradient."
