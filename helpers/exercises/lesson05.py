"""Checks of lesson 05."""

import torch
from torch import Tensor

from helpers.exercises._check import Draws, Wrong, call, check, compare, new_generator
from helpers.vae import VAE


def small_vae() -> VAE:
    """Four latent dimensions, weights that nobody has trained."""
    generator = new_generator()
    model = VAE(4, hidden=16).requires_grad_(False)
    for weights in model.parameters():
        weights.copy_(0.3 * torch.randn(weights.shape, generator=generator))
    return model


def some_images(*shape: int) -> Tensor:
    return 1.0 * (torch.rand(*shape, 784, generator=new_generator(1)) < 0.2)


def without_draws(function):
    """The learner's function, which may draw nothing."""

    def run(*args):
        with Draws() as draws:
            found = call(function, *args)
        if draws.calls:
            raise Wrong("z is drawn; the mean stands for the image here")
        return found

    return run


@check
def rebuilt(function) -> str:
    model, cost = small_vae(), torch.tensor([0.5, 2.0, 0.1, 1.0])
    inputs = {f"keep = {keep}": (model, some_images(3), cost, keep) for keep in (1, 3, 4)}

    def with_dimensions(choose):
        def decoded(model, x, cost, keep):
            mu, _ = model.encode(x)
            z, kept = torch.zeros_like(mu), choose(cost, keep)
            z[:, kept] = mu[:, kept]
            return model.decode(z)

        return decoded

    def by_each_image(model, x, cost, keep):
        mu, _ = model.encode(x)
        smallest = mu.abs().argsort(1)[:, : 4 - keep]
        return model.decode(mu.scatter(1, smallest, 0.0))

    def logits(model, x, cost, keep):
        pixels = with_dimensions(lambda cost, keep: cost.argsort(descending=True)[:keep])(
            model, x, cost, keep
        )
        return torch.logit(pixels)

    compare(
        without_draws(function),
        inputs,
        with_dimensions(lambda cost, keep: cost.argsort(descending=True)[:keep]),
        {
            "all dimensions are kept": lambda model, x, cost, keep: model.decode(model.encode(x)[0]),
            "you keep the dimensions with the lowest cost": with_dimensions(
                lambda cost, keep: cost.argsort()[:keep]
            ),
            "the dimensions that should be kept are set to 0": with_dimensions(
                lambda cost, keep: cost.argsort(descending=True)[keep:]
            ),
            "you keep the first dimensions, whatever they cost": with_dimensions(
                lambda cost, keep: torch.arange(keep)
            ),
            "you choose the dimensions anew for each image, by its mean": by_each_image,
            "these are logits, not pixels from 0 to 1": logits,
        },
        what="a pixel",
    )
    return "The dearest dimensions, and 0 for the rest."


@check
def arithmetic(function) -> str:
    model = small_vae()
    of = "Where does the arithmetic belong?"

    def codes(step):
        return lambda model, a, b, c: model.decode(step(*(model.encode(image)[0] for image in (a, b, c))))

    compare(
        without_draws(lambda a, b, c: function(model, a, b, c)) if callable(function) else function,
        {"some images": tuple(some_images(3, 2))},
        lambda *images: codes(lambda a, b, c: c + b - a)(model, *images),
        {
            sentence: lambda *images, wrong=wrong: wrong(model, *images)
            for sentence, wrong in {
                "these are logits, not pixels from 0 to 1": lambda model, a, b, c: model.decoder(
                    model.encode(c)[0] + model.encode(b)[0] - model.encode(a)[0]
                ),
                f"you add and subtract pixels. {of}": lambda model, a, b, c: c + b - a,
                f"you add and subtract pixels, and cut them to 0 and 1. {of}": lambda model, a, b, c: (
                    c + b - a
                ).clamp(0, 1),
                f"you add and subtract pixels, and encode the result. {of}": lambda model, a, b, c: (
                    model.decode(model.encode(c + b - a)[0])
                ),
                f"you decode first and add pixels then. {of}": lambda model, a, b, c: (
                    model.decode(model.encode(c)[0])
                    + model.decode(model.encode(b)[0])
                    - model.decode(model.encode(a)[0])
                ),
                "this goes from b to a: the opposite direction": codes(lambda a, b, c: c + a - b),
                "this decodes the step from a to b alone: where is c?": codes(lambda a, b, c: b - a),
                "what b shares with a is added too: only what differs should be": codes(
                    lambda a, b, c: c + b
                ),
                "all rows take the average step; each has its own": codes(
                    lambda a, b, c: c + (b - a).mean(0)
                ),
                "this is the middle of b and c; nothing in it knows a": codes(lambda a, b, c: (b + c) / 2),
            }.items()
        },
        what="a pixel",
    )
    return "The step from a to b, taken from c."
