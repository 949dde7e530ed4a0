"""Checks of lesson 01."""

import torch

from helpers.exercises._check import Draws, Wrong, call, check, compare, same_shape

N, LATENT = 50, 3


@check
def generate(function) -> str:
    seen = []

    def decoder(z):
        z = torch.as_tensor(z)
        seen.append(z.reshape(-1, z.shape[-1]))
        return z.sum(-1, keepdim=True).expand(*z.shape[:-1], 784)

    with Draws() as draws:
        pictures = call(function, decoder, N, LATENT)
    if not seen:
        raise Wrong("the decoder was never called, so what you return is not decoded")
    if any(z.shape[1] != LATENT for z in seen):
        raise Wrong(f"each z has latent = {LATENT} numbers, and one that was decoded had {seen[0].shape[1]}")
    z = torch.cat(seen)  # a loop may decode one z after the other
    noise = draws.noise((N, LATENT), f"n = {N} z of latent = {LATENT} numbers")
    compare(lambda: z, {"the draws": ()}, lambda: noise, {}, what="the z that you decoded, beside N(0, 1),")
    decoded = z.sum(1, keepdim=True).expand(-1, 784)
    compare(lambda: pictures, {"some pictures": ()}, lambda: decoded, {}, what="what the decoder made of z")
    return f"{N * LATENT} numbers from N(0, 1), decoded."


@check
def draw_z(function) -> str:
    inputs = {
        "logvar below 0": (torch.tensor([[3.0, -5.0], [0.5, 2.0]]), torch.full((2, 2), -2.0)),
        "logvar above 0": (torch.zeros(3, 2), torch.tensor([[1.0, 0.4], [2.0, 0.1], [0.7, 1.5]])),
    }
    noise = {}

    def drawn(mu, logvar):
        with Draws() as draws:
            z = same_shape(call(function, mu, logvar), mu, "what you return")
        rolled = draws.noise(mu.shape, "one for each number of each z")
        mirrored = torch.allclose(z, mu - torch.exp(0.5 * logvar) * rolled)  # the same distribution
        noise[mu.shape] = -rolled if mirrored else rolled
        return z

    compare(
        drawn,
        inputs,
        lambda mu, logvar: mu + torch.exp(0.5 * logvar) * noise[mu.shape],
        {
            "the noise is multiplied by exp(logvar), the variance": lambda mu, logvar: (
                mu + logvar.exp() * noise[mu.shape]
            ),
            "the noise is multiplied by logvar, a logarithm": lambda mu, logvar: (
                mu + logvar * noise[mu.shape]
            ),
            "the noise is not multiplied by sigma": lambda mu, logvar: mu + noise[mu.shape],
        },
        what="z",
    )
    return "Each z is a draw of its own from the cloud of its image."
