"""Checks of lesson 07."""

import math

import torch

from helpers.exercises._check import Wrong, call, check, close, number, same_shape, seeded


@check
def gradient_in_mu(function) -> str:
    # name, cost, exact gradient: E[cos(mu + sigma e)] = cos(mu) exp(-sigma^2/2), and P(z > 0) has the
    # derivative N(0; mu, sigma^2)
    costs = (
        ("z^2", torch.square, lambda mu, sigma: 2 * mu),
        ("cos(z)", torch.cos, lambda mu, sigma: -math.sin(mu) * math.exp(-(sigma**2) / 2)),
        ("1 if z > 0", lambda z: (z > 0).to(z.dtype),
         lambda mu, sigma: math.exp(-((mu / sigma) ** 2) / 2) / sigma / math.sqrt(2 * math.pi)),
    )
    for name, f, gradient in costs:
        for mu, sigma in ((0.5, 1.0), (1.0, 0.5)):
            found = _estimates(function, f, mu, sigma, 500)
            error = found.std().item() / math.sqrt(len(found))
            target = gradient(mu, sigma)
            if not error > 0:
                raise Wrong("four hundred calls give the same number: nothing in it is random")
            off = abs(found.mean().item() - target) / error
            if not off <= 5:
                raise Wrong(f"for f(z) = {name}, mu = {mu:g}, sigma = {sigma:g} the average estimate is "
                            f"{found.mean():.3f}, but should be {target:.3f}: {off:.0f} standard errors away")
    for n in (2, 500):
        # z^2 at mu = 0, sigma = 1: one estimate is e^3, with the variance 15; any baseline between
        # 0 and 6 makes it smaller
        spread = _estimates(function, torch.square, 0.0, 1.0, n).std().item()
        if spread > 2 * math.sqrt(15 / n):
            raise Wrong(f"unbiased, but with n = {n} the estimates of z^2 at mu = 0, sigma = 1 have the "
                        f"standard deviation {spread:.2g}; {math.sqrt(15 / n):.2g} is expected. Is it an "
                        "average of n draws?")
    return "Unbiased for three costs, one of them a step."


def _estimates(function, f, mu: float, sigma: float, n: int) -> torch.Tensor:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return torch.tensor([number(call(function, f, mu, sigma, n), "the estimate") for _ in range(400)])


@check
def leave_one_out_gradient(function) -> str:
    generator = seeded()
    for n in (2, 3, 8):
        costs, scores = torch.randn(2, n, dtype=torch.float64, generator=generator)
        costs = costs + 3  # a mean that a baseline has to take away
        value = number(call(function, costs.clone(), scores.clone()), "the estimate")
        # the estimate is the sample covariance of costs and scores
        target = torch.cov(torch.stack([costs, scores]))[0, 1].item()
        for wrong, why in ((target * (n - 1) / n, f"you are at {n - 1}/{n} of the right value: does a "
                            "draw's baseline contain its own cost?"),
                           (target * n, f"you are at {n} times the right value: sum or mean?"),
                           (-target, "the sign is wrong: the baseline is subtracted from the cost"),
                           ((costs * scores).mean().item(), "there is no baseline in it yet")):
            if abs(value - wrong) < 1e-5:
                raise Wrong(f"with {n} draws {why}")
        close(value, target, f"with {n} draws the estimate", 1e-5)
    return "It is the sample covariance of cost and score."


@check
def coin_score(function) -> str:
    z = torch.tensor([0.0, 1.0, 1.0, 0.0])
    for p in (0.2, 0.5, 0.9):
        value = same_shape(call(function, p, z.clone()), z, "what you return")
        if torch.allclose(value, z / p + (1 - z) / (1 - p), atol=1e-4):
            raise Wrong("look at the sign for z = 0: what is the derivative of log(1 - p)?")
        for at in range(4):
            chance = torch.tensor(p, dtype=torch.float64, requires_grad=True)
            log_q = torch.log(chance if z[at] == 1 else 1 - chance)
            target, = torch.autograd.grad(log_q, chance)
            close(value[at].item(), target.item(), f"for p = {p:g} the score of z = {z[at]:g}", 1e-4)
    return "It equals the derivative of log q."
