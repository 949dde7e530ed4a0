"""Checks of lesson 08."""

import torch
from torch import Tensor
from torch.distributions import Normal

from helpers.exercises._check import Wrong, check, compare


def step(z: Tensor) -> Tensor:
    """10 left of 0, else 0; autograd may differentiate it, to 0."""
    return 5 * (1 - torch.sign(z))


def slopes(f, mu, sigma, epsilon) -> Tensor:
    z = (mu + sigma * epsilon).requires_grad_()
    return torch.autograd.grad(f(z).sum(), z)[0]


@check
def gradient_in_mu(function) -> str:
    noise = torch.randn(7, generator=torch.Generator().manual_seed(0))
    inputs = {
        "f = cos": (torch.cos, 0.5, 2.0, noise),
        "f(z) = z^2": (torch.square, -1.0, 0.5, noise.flip(0)),
        "a step": (step, 0.3, 1.5, noise),
        "f(z) = z^2 and one draw": (torch.square, 2.0, 3.0, noise[:1]),
    }

    def costs(f, mu, sigma, epsilon):
        return f(mu + sigma * epsilon)

    def log_q(sigma, epsilon):
        return Normal(0.0, sigma).log_prob(sigma * epsilon)

    compare(
        function,
        inputs,
        lambda f, mu, sigma, e: (costs(f, mu, sigma, e) * e / sigma).mean(),
        {
            "this is the colleague's: z moves with mu, so f is differentiated, and log q sees nothing move": (
                lambda f, mu, sigma, e: (slopes(f, mu, sigma, e) * log_q(sigma, e)).mean()
            ),
            "it is always 0: log q sees mu and z move together": lambda f, mu, sigma, e: torch.tensor(0.0),
            "this is the pathwise estimate: f is differentiated": lambda f, mu, sigma, e: slopes(
                f, mu, sigma, e
            ).mean(),
            "this is the sum over the draws": lambda f, mu, sigma, e: (
                costs(f, mu, sigma, e) * e / sigma
            ).sum(),
            "the sign is wrong: f is a cost, and this the gradient of a reward": lambda f, mu, sigma, e: (
                -(costs(f, mu, sigma, e) * e / sigma).mean()
            ),
            "the score is (z - mu) / sigma^2, and this has sigma for its square": lambda f, mu, sigma, e: (
                costs(f, mu, sigma, e) * e
            ).mean(),
            "the score is (z - mu) / sigma^2, and this lacks sigma^2": lambda f, mu, sigma, e: (
                costs(f, mu, sigma, e) * e * sigma
            ).mean(),
            "the mean of all costs is subtracted: it contains each draw's own": lambda f, mu, sigma, e: (
                (costs(f, mu, sigma, e) - costs(f, mu, sigma, e).mean()) * e / sigma
            ).mean(),
        },
        what="the estimate",
    )
    return "It needs no slope: one of the costs was a step."


@check
def coin_score(function) -> str:
    p, z = torch.tensor([0.2, 0.2, 0.9, 0.5, 0.7]), torch.tensor([1.0, 0.0, 1.0, 0.0, 0.0])
    inputs = {"five coins": (p, z), "the other sides": (p, 1 - z), "one coin": (p[:1], z[:1])}
    compare(
        function,
        inputs,
        lambda p, z: z / p - (1 - z) / (1 - p),
        {
            "look at the sign for z = 0": lambda p, z: z / p + (1 - z) / (1 - p),
            "the score of z = 0 is not 0": lambda p, z: z / p,
            "this is log q itself; the score is its derivative": lambda p, z: (
                z * p.log() + (1 - z) * (1 - p).log()
            ),
            "this is the derivative of q, not of log q": lambda p, z: 2 * z - 1,
            "this is the derivative with respect to the logit, not to p": lambda p, z: z - p,
            "all coins got the mean of the scores": lambda p, z: (
                (z / p - (1 - z) / (1 - p)).mean().expand_as(p)
            ),
        },
        what="the score",
    )
    mean = p * function(p, torch.ones(5)) + (1 - p) * function(p, torch.zeros(5))
    if mean.abs().max() > 1e-9:
        raise Wrong("the mean of the scores is not 0")
    return "Its mean over both sides is 0 for every p."
