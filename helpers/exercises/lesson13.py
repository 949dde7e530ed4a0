"""Checks of lesson 13."""

import math

import torch
from torch import Tensor
from torch.distributions import LogNormal, Normal

from helpers.exercises._check import (
    Wrong,
    call,
    check,
    new_generator,
    no_known_mistake,
    number,
    parts,
    same_shape,
)


@check
def dz_dr(function) -> str:
    for r, first, second in ((0.7, (-2.0, 1.0), (2.0, 1.0)), (0.25, (0.5, 0.4), (-1.0, 1.5))):
        first, second = (Normal(torch.tensor(m), torch.tensor(s)) for m, s in (first, second))
        z, shift, density = _of_mixture(r, first, second)
        target = -shift / density
        value = same_shape(call(function, z.clone(), r, first, second), z, "dz/dr").detach()
        p1, p2 = first.log_prob(z).exp(), second.log_prob(z).exp()
        no_known_mistake(
            value,
            (
                (-target, "the sign is wrong: with more weight on the left, which way do the draws move?"),
                (-shift, "that is the CDF's derivative, times -1. How far does z have to move for that?"),
                (shift, "that is the CDF's derivative with respect to r, not that of a draw"),
                (
                    (p1 - p2) / density,
                    "that is the score, the derivative of log q at a fixed z; here z moves",
                ),
                (
                    -first.cdf(z) / density,
                    "r stands in the CDF twice: the other component's weight changes too",
                ),
                (-shift / p1, "the density is that of one component; z is drawn from both"),
                (-shift / p2, "the density is that of one component; z is drawn from both"),
                (-shift / (p1 + p2), "that density does not add up to 1"),
                (-shift / density.log(), "log_prob gives the logarithm of a density"),
            ),
            rtol=1e-3,
            atol=1e-5,
        )
        if not torch.allclose(value, target, rtol=1e-3, atol=1e-5):
            worst = int((value - target).abs().argmax())
            raise Wrong(
                f"for r = {r:g}, at z = {z[worst]:.3f}, it is {value[worst]:.4g}, off by "
                f"{(value[worst] - target[worst]).abs():.2g} from a finite difference of the draw "
                "with its u held still"
            )
    r, first, second = 0.7, Normal(-2.0, 1.0), Normal(2.0, 1.0)
    left = torch.rand(100_000, generator=new_generator(2)) < r
    draws = torch.where(left, -2.0, 2.0) + torch.randn(100_000, generator=new_generator(1))
    slopes = function(draws, r, first, second).detach()
    p1, p2 = first.log_prob(draws).exp(), second.log_prob(draws).exp()
    by_score = draws * (p1 - p2) / (r * p1 + (1 - r) * p2)
    said = [
        f"{each.mean():.2f} (standard error {each.std() / math.sqrt(len(each)):.3f})"
        for each in (slopes, by_score)
    ]
    return (
        f"Averaged over 100,000 draws of the first mixture, dz/dr is {said[0]}; the score function gives "
        f"{said[1]}. The mean is -2 r + 2 (1 - r), with the derivative -4."
    )


def _of_mixture(r: float, first: Normal, second: Normal) -> tuple[Tensor, Tensor, Tensor]:
    """Some z, the CDF's derivative with respect to r there, and the density."""
    z = torch.tensor([-2.6, -1.1, -0.3, 0.4, 1.2, 2.3])
    density = r * first.log_prob(z).exp() + (1 - r) * second.log_prob(z).exp()
    return z, first.cdf(z) - second.cdf(z), density


@check
def positive_flow(function) -> str:
    epsilon = torch.linspace(-2, 2, 9)
    for mu, sigma in ((0.4, 0.5), (-0.3, 1.5)):
        found = parts(call(function, mu, sigma, epsilon.clone()), 2, "two things are needed: z, and log q(z)")
        z, log_q = (
            same_shape(part, epsilon, name).detach()
            for part, name in zip(found, ("z", "log q(z)"), strict=True)
        )
        y = mu + sigma * epsilon
        if torch.allclose(z, y, atol=1e-4):
            raise Wrong("z is not positive everywhere: that is y, before the exponential")
        if not torch.allclose(z, y.exp(), rtol=1e-4):
            raise Wrong("z is not e^(mu + sigma * epsilon)")
        target, of_y = LogNormal(mu, sigma).log_prob(z), Normal(mu, sigma).log_prob(y)
        no_known_mistake(
            log_q,
            (
                (of_y + y, "where z is stretched, q has to become smaller: which way does this term go?"),
                (of_y, "this is the density of y. Nothing says yet how the exponential stretches it"),
                (of_y - z, "the stretch is dz/dy; what is its logarithm?"),
                (target - math.log(sigma), "log_prob of Normal(mu, sigma) has counted sigma already"),
                (target + math.log(sigma), "the first step stretches too, by sigma"),
                (target.exp(), "that is q(z); its logarithm is asked for"),
            ),
            rtol=1e-4,
            atol=1e-4,
        )
        if not torch.allclose(log_q, target, rtol=1e-4, atol=1e-4):
            at = int((log_q - target).abs().argmax())
            raise Wrong(
                f"with mu = {mu:g} and sigma = {sigma:g}, at z = {z[at]:.3f}, log q(z) is "
                f"{log_q[at]:.3f}, off by {(log_q[at] - target[at]).abs():.2g}"
            )
    fine = torch.linspace(-6, 6, 4001)
    z, log_q = function(0.0, 0.5, fine)
    return f"With mu = 0 and sigma = 0.5 the density adds up to {torch.trapezoid(log_q.exp(), z):.3f}."


@check
def gap_of_part(function) -> str:
    for weights, kept in (
        ([0.7, 0.3], [0]),
        ([0.5, 0.3, 0.19, 0.01], [0, 1, 2]),
        ([0.4, 0.1, 0.2, 0.3], [3, 1]),
    ):
        weights = torch.tensor(weights)
        part = weights[kept]
        value, share = number(call(function, weights.clone(), list(kept)), "the gap"), part.sum().item()
        target = -math.log(share)
        where = f"with the weights {[round(w, 2) for w in weights.tolist()]} and the modes {kept} kept"
        q = part / share
        hints = (
            (math.log(share), "a KL divergence is not negative"),
            (1 - share, "that is the mass that is left out; the gap is in nats"),
            (-part.log().sum().item(), "the gaps of single modes do not add up: who keeps more loses less"),
            ((q * (q / part).log2()).sum().item(), "that is in bits"),
            (-math.log(1 - share), "those are the modes that q leaves out"),
            (-share * math.log(share), "the average is over draws from q, whose weights add up to 1"),
        )
        for wrong, hint in hints:
            if math.isclose(value, wrong, rel_tol=1e-3, abs_tol=1e-6) and not math.isclose(
                wrong, target, rel_tol=1e-3, abs_tol=1e-6
            ):
                raise Wrong(f"{where} it is {value:.4g}: {hint}")
        if not math.isclose(value, target, rel_tol=1e-3, abs_tol=1e-5):
            raise Wrong(f"{where} it is {value:.4g}. Draws from q all have the same log(q / p): which?")
    small, only = (-math.log(w) for w in (0.99, 0.01))
    return (
        f"Leaving out a mode of weight 0.01 costs {small:.3f} nats, wherever it is; keeping only that "
        f"mode costs {only:.1f}. KL(p || q) is infinite in both cases."
    )
