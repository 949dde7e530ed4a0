"""Checks of lesson 15."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.distributions import Normal, TransformedDistribution
from torch.distributions.transforms import AffineTransform, TanhTransform

from helpers.exercises._check import Wrong, call, check, compare, new_generator


def gradient_of(loss_of: Callable) -> Callable[..., Tensor]:
    """The gradient that the loss sends back to log_p."""

    def gradient(log_p: Tensor, R: Tensor) -> Tensor:
        loss = call(loss_of, log_p.requires_grad_(), R)
        if not isinstance(loss, Tensor) or loss.numel() != 1:
            kind = f"the shape {tuple(loss.shape)}" if isinstance(loss, Tensor) else type(loss).__name__
            raise Wrong(f"one number is needed, a tensor that log_p has gone into, not {kind}")
        (found,) = torch.autograd.grad(loss, log_p, allow_unused=True) if loss.requires_grad else (None,)
        if found is None:
            raise Wrong("no gradient comes back to log_p")
        return found

    return gradient


def others(R: Tensor) -> Tensor:
    return (R.sum(1, keepdim=True) - R) / (R.shape[1] - 1)


@check
def rloo_loss(function) -> str:
    generator = new_generator()

    def prompts(rewards: list[list[float]]) -> tuple[Tensor, Tensor]:
        R = torch.tensor(rewards, dtype=torch.float64)
        return torch.rand(R.shape, generator=generator, dtype=torch.float64).log(), R

    def with_advantage(advantage: Callable[[Tensor], Tensor]) -> Callable[..., Tensor]:
        return lambda log_p, R: -advantage(R) / R.numel()

    compare(
        gradient_of(function),
        {
            "two prompts of four answers": prompts([[1, 0, 0, 0], [1, 1, 0.5, 1]]),
            "three prompts of three answers": prompts([[3, 2, 5], [0, 0, 1], [-1, 0, -4]]),
        },
        with_advantage(lambda R: R - others(R)),
        {
            "a step down this loss makes good answers less probable": with_advantage(lambda R: others(R) - R),
            "without a baseline this is REINFORCE": with_advantage(lambda R: R),
            "an answer's own reward is in its baseline; RLOO leaves it out": with_advantage(
                lambda R: R - R.mean(1, keepdim=True)
            ),
            "this divides by the group's standard deviation: that is GRPO": with_advantage(
                lambda R: (R - R.mean(1, keepdim=True)) / R.std(1, keepdim=True)
            ),
            "the baseline mixes the prompts; each group has its own": with_advantage(
                lambda R: R - (R.sum() - R) / (R.numel() - 1)
            ),
            "the baseline is the mean of all prompts; each group has its own": with_advantage(
                lambda R: R - R.mean()
            ),
            "the others are taken from other prompts: that is the other axis": with_advantage(
                lambda R: R - (R.sum(0) - R) / (len(R) - 1)
            ),
            "this is a sum over all answers of all prompts, not an average": lambda log_p, R: others(R) - R,
            "the average over the answers of a group is missing": lambda log_p, R: (others(R) - R) / len(R),
            "the average over the prompts is missing": lambda log_p, R: (others(R) - R) / R.shape[1],
            "the sum of the others is divided by n; how many others are there?": with_advantage(
                lambda R: R - others(R) * (R.shape[1] - 1) / R.shape[1]
            ),
        },
        what="the gradient that comes back to log_p",
    )
    return "Each answer is measured against the others of its own group."


@check
def squashed_log_density(function) -> str:
    shares = torch.tensor([-0.95, -0.5, -0.1, 0.0, 0.3, 0.8, 0.99], dtype=torch.float64)
    generator = new_generator()

    def motors(seven: bool) -> tuple[Tensor, ...]:
        """Seven actions, of seven motors or of one."""
        mu, spread, wide = torch.rand(3, 7 if seven else 1, generator=generator, dtype=torch.float64)
        mu, sigma, limit = (part.expand(7).clone() for part in (2 * mu - 1, 0.4 + spread, 0.5 + 3 * wide))
        return limit * shares, mu, sigma, limit

    def log_normal(action, mu, sigma, limit):  # of u
        return Normal(mu, sigma).log_prob(torch.atanh(action / limit))

    def log_slope(action, limit):  # of tanh
        return torch.log1p(-((action / limit) ** 2))

    def built(formula: Callable[..., Tensor]) -> Callable[..., Tensor]:
        """formula: of log N(u), the logarithm of the slope of tanh, and limit."""
        return lambda action, mu, sigma, limit: formula(
            log_normal(action, mu, sigma, limit), log_slope(action, limit), limit
        )

    def log_density(action, mu, sigma, limit):
        transforms = [TanhTransform(), AffineTransform(0.0, limit)]
        return TransformedDistribution(Normal(mu, sigma), transforms).log_prob(action)

    compare(
        function,
        {"seven motors": motors(True), "one motor": motors(False)},
        log_density,
        {
            "this is the log-density of u; by what do tanh and limit stretch or squeeze it?": built(
                lambda normal, slope, limit: normal
            ),
            "where tanh squeezes, is the density higher or lower?": built(
                lambda normal, slope, limit: normal + slope - limit.log()
            ),
            "tanh is corrected for, the stretch by limit is not": built(
                lambda normal, slope, limit: normal - slope
            ),
            "the stretch by limit is corrected for, tanh is not": built(
                lambda normal, slope, limit: normal - limit.log()
            ),
            "does a wider range make the density higher?": built(
                lambda normal, slope, limit: normal - slope + limit.log()
            ),
            "the density is divided by limit: what happens to its logarithm?": built(
                lambda normal, slope, limit: normal - slope - limit
            ),
            "this is the density; its logarithm is needed": lambda *given: log_density(*given).exp(),
            "sigma is taken for a variance": lambda action, mu, sigma, limit: log_density(
                action, mu, sigma.sqrt(), limit
            ),
            "sigma is squared; Normal takes a standard deviation": lambda action, mu, sigma, limit: (
                log_density(action, mu, sigma**2, limit)
            ),
        },
        what="the log-density",
    )
    return "It is torch's own, motor by motor."
