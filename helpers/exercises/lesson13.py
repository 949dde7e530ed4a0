"""Checks of lesson 13."""

import math

import torch
from torch import Tensor
from torch.distributions import LogNormal, Normal

from helpers.exercises._check import call, check, compare, new_generator, parts, same_shape


def joined(function, like, words: str):
    """The learner's function, whose two results, in the shapes of `like(*args)`, become the columns of one.

    words: what the two are
    """

    def run(*args):
        first, second = parts(call(function, *args), 2, f"two things are needed: {words}")
        shapes, names = like(*args), words.split(", and ")
        return columns(
            *(
                same_shape(part, one, name)
                for part, one, name in zip((first, second), shapes, names, strict=True)
            )
        )

    return run


def columns(*some: Tensor) -> Tensor:
    return torch.cat([one.reshape(len(one), -1) for one in some], 1)


@check
def positive(function) -> str:
    epsilon = torch.linspace(-2, 2, 9)
    inputs = {
        f"mu = {mu:g}, sigma = {sigma:g}": (mu, sigma, epsilon + mu)
        for mu, sigma in ((0.4, 0.5), (-0.3, 1.5))
    }

    def with_log_q(log_q):  # log_q(y, mu, sigma)
        def both(mu, sigma, epsilon):
            y = mu + sigma * epsilon
            return columns(y.exp(), log_q(y, mu, sigma))

        return both

    def of_y(y, mu, sigma):
        return Normal(mu, sigma).log_prob(y)

    compare(
        joined(function, lambda mu, sigma, epsilon: (epsilon, epsilon), "z, and log q(z)"),
        inputs,
        with_log_q(lambda y, mu, sigma: LogNormal(mu, sigma).log_prob(y.exp())),
        {
            "where z is stretched, q has to become smaller: which way does this term go?": with_log_q(
                lambda y, mu, sigma: of_y(y, mu, sigma) + y
            ),
            "this is the density of y; nothing says yet how the exponential stretches it": with_log_q(of_y),
            "the stretch is dz/dy; what is its logarithm?": with_log_q(
                lambda y, mu, sigma: of_y(y, mu, sigma) - y.exp()
            ),
            "log_prob of Normal(mu, sigma) has counted sigma already": with_log_q(
                lambda y, mu, sigma: of_y(y, mu, sigma) - y - math.log(sigma)
            ),
            "the first step stretches too, by sigma": with_log_q(
                lambda y, mu, sigma: of_y(y, mu, sigma) - y + math.log(sigma)
            ),
            "this is q(z); its logarithm is asked for": with_log_q(
                lambda y, mu, sigma: (of_y(y, mu, sigma) - y).exp()
            ),
            "z is not positive everywhere: this is y, before the exponential": (
                lambda mu, sigma, epsilon: columns(
                    mu + sigma * epsilon, of_y(mu + sigma * epsilon, mu, sigma)
                )
            ),
            "all rows get the log q(z) of the first": with_log_q(
                lambda y, mu, sigma: (of_y(y, mu, sigma) - y)[:1].expand(len(y))
            ),
        },
    )
    z, log_q = function(0.0, 0.5, torch.linspace(-6, 6, 4001))
    return f"With mu = 0 and sigma = 0.5 the density adds up to {torch.trapezoid(log_q.exp(), z).item():.3f}."


@check
def coupling(function) -> str:
    inputs = {
        words: (torch.randn(7, 2, generator=new_generator(seed)), s, t)
        for seed, (words, s, t) in enumerate(
            [
                ("s = sin, t(y1) = -y1^2", torch.sin, lambda y: -(y**2)),
                ("s(y1) = y1 / 2 - 1, t = cos", lambda y: y / 2 - 1, torch.cos),
            ]
        )
    }

    def with_det(log_det):  # log_det(first, second, s, t)
        def both(y, s, t):
            first, second = y.unbind(1)
            z = torch.stack([first, second * s(first).exp() + t(first)], 1)
            return columns(z, log_det(first, second, s, t))

        return both

    def other(z):  # z(first, second, s, t), the log-determinant being right
        def both(y, s, t):
            first, second = y.unbind(1)
            return columns(torch.stack(z(first, second, s, t), 1), s(first))

        return both

    compare(
        joined(function, lambda y, s, t: (y, y[:, 0]), "z, and log |det J|"),
        inputs,
        with_det(lambda first, second, s, t: s(first)),
        {
            "this is the determinant; its logarithm is asked for": with_det(
                lambda first, second, s, t: s(first).exp()
            ),
            "the logarithm of the determinant has the wrong sign": with_det(
                lambda first, second, s, t: -s(first)
            ),
            "a log-determinant of 0 says that no area changes": with_det(
                lambda first, second, s, t: torch.zeros_like(first)
            ),
            "a shift changes no area": with_det(lambda first, second, s, t: s(first) + t(first)),
            "the stretch is e^s; this takes s itself for it": with_det(
                lambda first, second, s, t: s(first).abs().log()
            ),
            "each row has its own determinant; all rows get the mean of the logarithms": with_det(
                lambda first, second, s, t: s(first).mean().expand(len(first))
            ),
            "each row has its own determinant; all rows get the sum of the logarithms": with_det(
                lambda first, second, s, t: s(first).sum().expand(len(first))
            ),
            "z2 is stretched first, and shifted then": other(
                lambda first, second, s, t: [first, (second + t(first)) * s(first).exp()]
            ),
            "z2 is multiplied by s, not by e^s": other(
                lambda first, second, s, t: [first, second * s(first) + t(first)]
            ),
            "s and t read y1; here they read y2": lambda y, s, t: columns(
                torch.stack([y[:, 0], y[:, 1] * s(y[:, 1]).exp() + t(y[:, 1])], 1), s(y[:, 1])
            ),
            "y2 should change, and y1 stay; here it is the other way round": lambda y, s, t: columns(
                torch.stack([y[:, 0] * s(y[:, 1]).exp() + t(y[:, 1]), y[:, 1]], 1), s(y[:, 1])
            ),
        },
    )
    first, second = torch.tensor([2.0]), torch.tensor([1.0])
    z, _ = function(torch.stack([first, second], 1), torch.sin, torch.cos)
    back = (z[0, 1] - first.cos()) * (-first.sin()).exp()
    return (
        f"And (z2 - t(z1)) e^-s(z1) undoes it: (2, 1) becomes (2, {z[0, 1]:.2f}) with s = sin and t = cos, "
        f"and comes back as (2, {back.item():.2f})."
    )
