"""Checks of lesson 04."""

import torch
from torch.distributions import Normal, kl_divergence

from helpers.exercises._check import Wrong, call, check, close, number, same_shape, seeded


@check
def factor(answer) -> str:
    value = number(answer, "the factor")
    if abs(value - 1 / 784) < 1e-6:
        raise Wrong("that is the weight of the cross-entropy beside the KL; the question is how much "
                    "too heavy the KL is")
    close(value, 784, "the factor", 0.5)
    return "Such a loss asks for the prior 784 times as hard: the latent code collapses."


@check
def kl_to_prior(function) -> str:
    generator = seeded()
    mu = torch.randn(4, 3, generator=generator, dtype=torch.float64)
    logvar = torch.randn(4, 3, generator=generator, dtype=torch.float64)
    q = Normal(mu, torch.exp(0.5 * logvar))
    for m in (torch.zeros(3, dtype=torch.float64), torch.tensor([2.0, -1.0, 0.5]).double()):
        target = kl_divergence(q, Normal(m, torch.ones_like(m))).sum(-1)
        value = same_shape(call(function, mu.clone(), logvar.clone(), m.clone()), target, "the KL")
        for image in range(4):
            close(value[image].item(), target[image].item(),
                  f"with m = {m.tolist()} the KL of image {image}", 1e-6)
    return "It equals torch.distributions for four images and two priors."


@check
def noise_of(function) -> str:
    cases = {
        "mu + sigma * randn": (lambda mu, sigma: mu + sigma * torch.randn_like(mu), 0.0, 1.0),
        "mu + sigma * rand": (lambda mu, sigma: mu + sigma * torch.rand_like(mu), 0.5, 12**-0.5),
        "mu + 2 * sigma * randn": (lambda mu, sigma: mu + 2 * sigma * torch.randn_like(mu), 0.0, 2.0),
    }
    for name, (sampler, mean, std) in cases.items():
        result = call(function, sampler)
        if not hasattr(result, "__len__") or len(result) != 2:
            raise Wrong("return two numbers: the mean and the standard deviation")
        # 100,000 draws of a standard deviation up to 2: 0.03 is more than 4 standard errors
        close(number(result[0], "the mean"), mean, f"for {name} the mean of the noise", 0.03)
        close(number(result[1], "the standard deviation"), std,
              f"for {name} the standard deviation of the noise", 0.03)
    return "It tells N(0, 1) from noise between 0 and 1, and from noise that is too wide."
