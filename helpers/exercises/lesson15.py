"""Checks of lesson 15."""

import math

import torch
from torch.distributions import Normal, TransformedDistribution
from torch.distributions.transforms import AffineTransform, TanhTransform

from helpers.exercises._check import Wrong, call, check, no_known_mistake, same_shape


@check
def squashed_log_density(function) -> str:
    for mu, sigma, limit in ((0.0, 1.0, 2.0), (0.5, 0.6, 0.5), (-0.4, 1.3, 3.0)):
        action = limit * torch.linspace(-0.95, 0.95, 39)
        found = call(function, action.clone(), mu, sigma, limit)
        found = same_shape(found, action, "what you return")
        u = torch.atanh(action / limit)
        normal, slope = Normal(mu, sigma).log_prob(u), torch.log1p(-((action / limit) ** 2))
        no_known_mistake(
            found,
            (
                (
                    normal,
                    "this is the log-density of u. Over the actions it does not integrate to 1: by what do "
                    "tanh and limit stretch or squeeze?",
                ),
                (normal + slope - math.log(limit), "where tanh squeezes, is the density higher or lower?"),
                (normal - slope, "tanh is corrected for, the stretch by limit is not"),
                (normal - slope + math.log(limit), "does a wider range make the density higher?"),
                (normal - slope - limit, "the density is divided by limit: what happens to its logarithm?"),
                ((normal - slope - math.log(limit)).exp(), "this is the density. Its logarithm is needed"),
            ),
            atol=1e-3,
        )
        exact = TransformedDistribution(
            Normal(mu, sigma), [TanhTransform(), AffineTransform(0.0, limit)]
        ).log_prob(action)
        off = (found - exact).abs()
        if not off.max() < 1e-2:
            at = off.argmax()
            raise Wrong(
                f"for mu = {mu:g}, sigma = {sigma:g}, limit = {limit:g} the log-density at "
                f"{action[at]:.2f} is {found[at]:.3f}, and should be {exact[at]:.3f}"
            )
    return "It equals torch's own for three limits."
