"""Checks of lesson 06."""

import torch
from torch.distributions import Normal, kl_divergence

from helpers.exercises._check import Wrong, call, check, close, number, same_shape, seeded


@check
def kl_term(function) -> str:
    generator = seeded()
    mu, logvar = torch.randn(2, 4, 3, dtype=torch.float64, generator=generator)
    target = kl_divergence(Normal(mu, torch.exp(0.5 * logvar)), Normal(0.0, 1.0)).sum(-1)
    value = same_shape(call(function, mu.clone(), logvar.clone()), target, "the KL term").double()
    if torch.allclose(value, -target, atol=1e-5):
        raise Wrong(f"the KL of image 0 is {value[0]:.4g}; a KL divergence is never negative")
    if torch.allclose(value, target / 3, atol=1e-5):
        raise Wrong("the KL of image 0 is a third of what it should be: 3 latent dimensions are "
                    "summed, not averaged")
    for image in range(4):
        close(value[image].item(), target[image].item(), f"the KL of image {image}", 1e-5)
    return "It equals torch.distributions for four images."


@check
def beta(answer) -> str:
    value = number(answer, "beta")
    hints = {1 / 96: "that is the weight of the pixels beside the KL; the question is the other one",
             32.0: "a colour image has three numbers for each pixel",
             4096.0: "a colour image has three numbers for each pixel, and the KL is a mean too",
             12288.0: "the KL is a mean too",
             1 / 128: "the pixels are a mean too"}
    for wrong, hint in hints.items():
        if abs(value / wrong - 1) < 1e-3:
            raise Wrong(f"beta is {value:.4g}: {hint}")
    if not abs(value - 96) < 0.05:
        raise Wrong(f"beta is {value:.4g}: it should be what stands before the sum of the KL terms once "
                    "the pixels are summed")
    return "The KL term of that loss weighs 96 times what the ELBO gives it."


@check
def best_q(function) -> str:
    # where both derivatives of the weighted objective are 0, at four places; beta = 1 is the posterior
    for x, w, s, beta in ((2.0, 1.5, 0.8, 1.0), (2.0, 1.5, 0.8, 4.0), (-1.0, 0.3, 2.0, 0.5),
                          (0.7, 0.0, 0.5, 2.0)):
        result = call(function, x, w, s, beta)
        if not isinstance(result, tuple | list) or len(result) != 2:
            raise Wrong("return two numbers: m and t")
        m, t = (number(part, name) for part, name in zip(result, "mt", strict=True))
        where = f"for x = {x:g}, w = {w:g}, s = {s:g}, beta = {beta:g} the best"
        best_m, variance = w * x / (w**2 + beta * s**2), beta * s**2 / (w**2 + beta * s**2)
        close(m, best_m, f"{where} m", 1e-5)
        if abs(t - variance) < 1e-5 < abs(variance - 1):
            raise Wrong(f"{where} t: you return the variance; the standard deviation is asked for")
        close(t, variance**0.5, f"{where} t", 1e-5)
    return "It is the maximum in four models, and the posterior where beta is 1."
