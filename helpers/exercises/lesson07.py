"""Checks of lesson 07."""

import math

import torch
from torch.distributions import Categorical, MixtureSameFamily, Normal

from helpers.exercises._check import Wrong, check, compare, number


@check
def beta(answer) -> str:
    value = number(answer, "beta")
    hints = {
        1 / 96: "that is the weight of the pixels beside the KL; the question is the other one",
        32.0: "a colour image has more than one number per pixel",
        4096.0: "a colour image has more than one number per pixel, and the KL is a mean too",
        12288.0: "the KL is a mean too",
        1 / 128: "the pixels are a mean too",
        1.0: "the two means are over different numbers of terms",
    }
    for wrong, hint in hints.items():
        if abs(value / wrong - 1) < 1e-3:
            raise Wrong(f"beta is {value:.4g}: {hint}")
    if not abs(value - 96) < 0.05:
        raise Wrong(
            f"beta is {value:.4g}: it should be what stands before the sum of the KL terms once "
            "the pixels are summed"
        )
    return "The KL term of that loss weighs 96 times what the ELBO gives it."


def posterior(log_joint, area):
    return log_joint - torch.logsumexp(log_joint, 0) - math.log(area)


@check
def gap_on_grid(function) -> str:
    z = torch.linspace(-8, 8, 401)
    area = (z[1] - z[0]).item()
    humps = MixtureSameFamily(Categorical(torch.tensor([0.3, 0.7])), Normal(torch.tensor([-1.0, 1.5]), 0.5))
    inputs = {
        "a posterior with one hump": (Normal(1.0, 0.6).log_prob(z) - 3, Normal(0.5, 0.8).log_prob(z), area),
        "a posterior with two humps": (humps.log_prob(z) - 90, Normal(1.0, 1.0).log_prob(z), area),
        "the posterior itself as q": (Normal(0.0, 1.0).log_prob(z) + 2, Normal(0.0, 1.0).log_prob(z), area),
    }
    compare(
        function,
        inputs,
        lambda joint, q, area: (q.exp() * (q - posterior(joint, area))).sum() * area,
        {
            "this is minus the ELBO: where is log p(x)?": lambda joint, q, area: (
                (q.exp() * (q - joint)).sum() * area
            ),
            "this is the ELBO": lambda joint, q, area: (q.exp() * (joint - q)).sum() * area,
            "this is minus the gap": lambda joint, q, area: (
                (q.exp() * (posterior(joint, area) - q)).sum() * area
            ),
            "this is the KL from the posterior to q, an average under the posterior": lambda joint, q, area: (
                (posterior(joint, area).exp() * (posterior(joint, area) - q)).sum() * area
            ),
            "the average under q lacks the area of a cell": lambda joint, q, area: (
                q.exp() * (q - posterior(joint, area))
            ).sum(),
            "log p(x) lacks the area of a cell": lambda joint, q, area: (
                (q.exp() * (q - posterior(joint, 1.0))).sum() * area
            ),
            "both sums lack the area of a cell": lambda joint, q, area: (
                q.exp() * (q - posterior(joint, 1.0))
            ).sum(),
            "every cell counts alike; the average is under q": lambda joint, q, area: (
                q - posterior(joint, area)
            ).mean(),
        },
        what="the gap",
    )
    return "The posterior came from Bayes' rule."
