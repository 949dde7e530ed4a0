"""Checks of lesson 08."""

import math

import torch

from helpers.exercises._check import (
    Wrong,
    call,
    check,
    close,
    close_mean,
    no_known_mistake,
    number,
    parts,
    same_shape,
)
from helpers.training import seeded


@check
def gradient_in_mu(function) -> str:
    n, places = 500, ((0.5, 1.0), (1.0, 0.5))
    for mu, sigma in places:
        values, _ = _estimates(function, lambda z: 0 * z + 1, mu, sigma, n)
        off = values.mean().abs().item() / max(values.std().item() / math.sqrt(len(values)), 1e-6)
        if off > 5:
            raise Wrong(
                f"for a cost that is always 1 the average estimate is {values.mean():.2f}. It should "
                "be 0, as the mean of the score is. Are the draws from the same distribution as the "
                "density?"
            )
    # name, cost, exact gradient: E[cos(mu + sigma e)] = cos(mu) exp(-sigma^2/2), and P(z > 0) has the
    # derivative N(0; mu, sigma^2). The step is one that autograd differentiates, to 0.
    costs = (
        ("z^2", torch.square, lambda mu, sigma: 2 * mu),
        ("cos(z)", torch.cos, lambda mu, sigma: -math.sin(mu) * math.exp(-(sigma**2) / 2)),
        (
            "1 if z > 0, else 0,",
            lambda z: (1 + torch.sign(z)) / 2,
            lambda mu, sigma: math.exp(-((mu / sigma) ** 2) / 2) / sigma / math.sqrt(2 * math.pi),
        ),
    )
    for name, f, gradient in costs:
        for mu, sigma in places:
            values, followed = _estimates(function, f, mu, sigma, n)
            _judge(
                f"for f(z) = {name} mu = {mu:g}, sigma = {sigma:g}", values, gradient(mu, sigma), n, followed
            )
    values, followed = _estimates(function, torch.cos, 1.0, 0.5, 2)
    _judge("for f(z) = cos(z) and n = 2", values, -math.sin(1) * math.exp(-0.125), 2, followed)
    for n in (2, 500):
        # z^2 at mu = 0, sigma = 1: one estimate is e^3, with the variance 15; any baseline between
        # 0 and 6 makes it smaller
        spread, expected = _estimates(function, torch.square, 0.0, 1.0, n)[0].std().item(), math.sqrt(15 / n)
        if spread > 2 * expected:
            raise Wrong(
                f"unbiased, but with n = {n} the estimates of z^2 at mu = 0, sigma = 1 have the "
                f"standard deviation {spread:.2g}; {expected:.2g} is expected. Is it an "
                "average of n draws?"
            )
    return "Unbiased for three costs, one of them a step."


def _judge(where: str, values: torch.Tensor, target: float, n: int, followed: bool) -> None:
    """Raises `Wrong` if the mean of the estimates is not `target`; `followed`: autograd followed z into f."""
    error, mean = values.std().item() / math.sqrt(len(values)), values.mean().item()
    if (values == 0).all():
        raise Wrong(
            f"{where} every estimate is 0. "
            + ("A step has no slope: did you differentiate f? Or: " if followed else "")
            + "can log q see mu move, or does z move with it?"
        )
    if values.max() == values.min():
        raise Wrong(f"{where} 400 calls give the same number: nothing in it is random")
    if abs(mean - target) <= 5 * error:
        return
    for wrong, why in (
        (-target, "The sign is wrong: f is a cost, and this the gradient of a reward"),
        (
            (1 - 1 / n) * target,
            "It is 1 - 1/n of the gradient. Does the baseline of a draw contain the draw's own cost?",
        ),
        (n * target, "It grows with n: is it the sum of the draws, or their average?"),
    ):
        if abs(mean - wrong) <= 5 * error:
            raise Wrong(f"{where} the average estimate is {mean:.2f}. {why}")
    raise Wrong(
        f"{where} the average estimate is {mean:.3f}, but should be {target:.3f}: "
        f"{abs(mean - target) / error:.0f} standard errors away"
        + (". Did you differentiate f? To this estimator f(z) is a constant" if followed else "")
    )


def _estimates(function, f, mu: float, sigma: float, n: int) -> tuple[torch.Tensor, bool]:
    """400 estimates, and whether f was called with a z that autograd follows."""
    followed, asked = [], 0

    def cost(z):
        nonlocal asked
        followed.append(isinstance(z, torch.Tensor) and z.requires_grad)
        asked += z.numel() if isinstance(z, torch.Tensor) else 1
        return f(z)

    with seeded(0):
        found = [number(call(function, cost, mu, sigma, n), "the estimate") for _ in range(400)]
    if asked >= 400 * 2 * n:  # a cost or two more may make a baseline
        raise Wrong(
            f"for n = {n} draws f is asked for {asked / 400:g} costs. The score function needs the cost "
            "of each draw once, and no other: a difference of costs is another estimator"
        )
    return torch.tensor(found, dtype=torch.float64), any(followed)


@check
def coin_score(function) -> str:
    z = torch.tensor([0.0, 1.0, 1.0, 0.0])
    for p in (0.2, 0.5, 0.9):
        value = same_shape(call(function, p, z.clone()), z, "what you return")
        no_known_mistake(
            value,
            (
                (
                    z / p + (1 - z) / (1 - p),
                    "look at the sign for z = 0: when p grows, does a 0 get more probable?",
                ),
                (
                    z * math.log(p) + (1 - z) * math.log(1 - p),
                    "this is log q itself. How does it change with p?",
                ),
                (2 * z - 1, "this is the derivative of q, not of log q"),
                (
                    z - p,
                    "its mean is 0, as that of a score is, but it is not the derivative with respect to p",
                ),
            ),
            atol=1e-4,
        )
        for at in range(4):
            chance = torch.tensor(p, dtype=torch.float64, requires_grad=True)
            log_q = torch.log(chance if z[at] == 1 else 1 - chance)
            (target,) = torch.autograd.grad(log_q, chance)
            close(value[at].item(), target.item(), f"for p = {p:g} the score of z = {z[at]:g}", 1e-4)
    return "It equals the derivative of log q."


@check
def both(function) -> str:
    n, told = 100_000, []
    for w in (0.5, 1.0, 2.0, 10.0):
        with seeded(0):
            found = call(function, w, n)
        found = parts(found, 2, "two things are needed, the pathwise and the score-function estimates")
        path, score = (
            same_shape(values, torch.empty(n), f"the {name} estimates").detach().double()
            for name, values in zip(("pathwise", "score-function"), found, strict=True)
        )
        target = -w * math.sin(w) * math.exp(-(w**2) / 2)  # E[cos(w z)] = cos(w mu) exp(-w^2/2)
        # E[sin^2 w z] = (1 - fade)/2, and E[e^2 cos^2 w z] = (1 + (1 - 4 w^2) fade)/2
        fade = math.cos(2 * w) * math.exp(-2 * w**2)
        exact = [w**2 * (1 - fade) / 2 - target**2, (1 + (1 - 4 * w**2) * fade) / 2 - target**2]
        if all(
            abs(values.var().item() / other - 1) < 0.05 < abs(other / mine - 1)
            for values, mine, other in zip((path, score), exact, exact[::-1], strict=True)
        ):
            raise Wrong("the two are exchanged: the pathwise estimates come first")
        for name, values, variance in (("pathwise", path, exact[0]), ("score-function", score, exact[1])):
            close_mean(values, target, f"for w = {w:g} the average {name} estimate")
            if abs(values.var().item() / variance - 1) > 0.1:
                raise Wrong(
                    f"for w = {w:g} the {name} estimates have the right mean, but the variance "
                    f"{values.var():.3g}, where one draw has {variance:.3g}. Is each made of one "
                    "draw from N(1, 1), with no baseline?"
                )
        told.append(f"w = {w:g}: {path.var():.2f} and {score.var():.2f}")
    return (
        "Variances, pathwise and score function: "
        + "; ".join(told)
        + ". The values stay between -1 and 1. What do the slopes do?"
    )
