"""Checks of lesson 06."""

import torch

from helpers.exercises._check import Wrong, call, check, new_generator, no_known_mistake, same_shape
from helpers.vae import VAE


@check
def arithmetic(function) -> str:
    generator = new_generator()
    model = VAE(4, hidden=16).requires_grad_(False)
    for weights in model.parameters():
        weights.copy_(0.3 * torch.randn(weights.shape, generator=generator))
    images = 1.0 * (torch.rand(3, 2, 784, generator=generator) < 0.2)
    a, b, c = images
    found = same_shape(call(function, model, *images.clone()), a, "what is returned")
    if not torch.equal(found, same_shape(call(function, model, *images.clone()), a, "what is returned")):
        raise Wrong("two calls give two different pictures: z is drawn, where the mean stands for the image")
    mu_a, mu_b, mu_c = (model.encode(image)[0] for image in images)
    no_known_mistake(
        found,
        (
            (model.decoder(mu_c + mu_b - mu_a), "these are logits, not pixels from 0 to 1"),
            (c + b - a, "you add and subtract pixels. Where does the arithmetic belong?"),
            ((c + b - a).clamp(0, 1), "you add and subtract pixels. Where does the arithmetic belong?"),
            (
                model.decode(model.encode(c + b - a)[0]),
                "you add and subtract pixels, and encode the result. Where does the arithmetic belong?",
            ),
            (
                model.decode(mu_c) + model.decode(mu_b) - model.decode(mu_a),
                "you decode first and add pixels then. Where does the arithmetic belong?",
            ),
            (model.decode(mu_c + mu_a - mu_b), "this goes from b to a: the opposite direction"),
            (model.decode(mu_b - mu_a), "this decodes the step from a to b alone: where is c?"),
            (model.decode(mu_c + mu_b), "what b shares with a is added too: only what differs should be"),
            (model.decode((mu_b + mu_c) / 2), "this is the middle of b and c; nothing in it knows a"),
        ),
        atol=1e-5,
    )
    if not torch.allclose(found, model.decode(mu_c + mu_b - mu_a), atol=1e-5):
        raise Wrong("the pictures are decoded from another z. Where does the step start, and how long is it?")
    return "The step from a to b, taken from c."
