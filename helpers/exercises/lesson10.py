"""Checks of lesson 10."""

from collections.abc import Callable

import torch
from torch import Tensor

from helpers.exercises._check import Wrong, call, check, compare, new_generator, number
from helpers.vae import VAE, log_likelihood


def small_vae(pixels: int) -> VAE:
    """Four latent dimensions, weights that nobody has trained."""
    generator = new_generator()
    model = VAE(4, hidden=8, pixels=pixels).requires_grad_(False)
    for weights in model.parameters():
        weights.copy_(0.6 * torch.randn(weights.shape, generator=generator))
    return model


@check
def costs(function) -> str:
    def batch(images: int, pixels: int) -> tuple[VAE, Tensor, Tensor]:
        generator = new_generator(images)
        x = (torch.rand(images, pixels, generator=generator) < 0.3).to(torch.get_default_dtype())
        return small_vae(pixels), x, torch.randn(images, 4, generator=generator)

    def each(other: Callable[[Tensor, int], Tensor], mean=Tensor.mean, own_z=lambda model, x, z: z):
        """The cost of each dimension, where `other(z, j)` is decoded in the place of z."""

        def costs(model, x, z):
            z = own_z(model, x, z)
            own = log_likelihood(model.decoder(z), x)
            return torch.stack(
                [mean(own - log_likelihood(model.decoder(other(z, j)), x)) for j in range(z.shape[1])]
            )

        return costs

    def mixed(other: Callable[[Tensor], Tensor], columns: Callable[[int], Tensor]):
        return lambda z, j: torch.where(columns(j), other(z), z)

    at, before = torch.arange(4), lambda z: z.roll(1, 0)
    one = mixed(before, lambda j: at == j)
    right = each(one)
    compare(
        function,
        {"five images": batch(5, 16), "three images": batch(3, 9)},
        right,
        {
            "this is minus the cost": lambda *args: -right(*args),
            "this is a sum over the images, not their mean": each(one, mean=Tensor.sum),
            "this is the cost of the first image alone": each(one, mean=lambda cost: cost[0]),
            "this is per pixel; log p(x|z) is a sum over pixels": lambda model, x, z: (
                right(model, x, z) / x.shape[1]
            ),
            "dimension j comes from the image after, not before": each(
                mixed(lambda z: z.roll(-1, 0), lambda j: at == j)
            ),
            "dimension j is set to 0; it should come from the image before": each(
                mixed(torch.zeros_like, lambda j: at == j)
            ),
            "dimension j stays, and all others come from the image before": each(
                mixed(before, lambda j: at != j)
            ),
            "all dimensions come from the image before, at once": each(mixed(before, lambda j: at >= 0)),
            "the dimensions before j are still the other image's: begin each time with a fresh copy of z": (
                each(mixed(before, lambda j: at <= j))
            ),
            "dimension j comes from its neighbour in z, not from another image": each(
                mixed(lambda z: z.roll(1, 1), lambda j: at == j)
            ),
            "this is decoded from mu; z is given": each(one, own_z=lambda model, x, z: model.encode(x)[0]),
        },
        what="a cost",
    )
    return "Each dimension, by what it alone is worth."


def with_gradient(function: Callable) -> Callable:
    """The cost and its gradient in kl, in one tensor."""

    def run(kl, floor, size):
        leaf = kl.clone().requires_grad_()
        cost = call(function, leaf, floor, size)
        value = number(cost, "the cost")
        if not (isinstance(cost, Tensor) and cost.requires_grad):
            raise Wrong("the cost is cut off from the KL: nothing can be trained with it")
        (gradient,) = torch.autograd.grad(cost, leaf, allow_unused=True, materialize_grads=True)
        return torch.cat([torch.tensor([value]), gradient.flatten()])

    return run


@check
def grouped(function) -> str:
    kl = torch.tensor(
        [
            [0.0, 1.0, 0.25, 0.05, 0.1, 0.12],  # means 0.2, 1.5, 0.6, 0.05, 0.1, 0.21
            [0.4, 2.0, 0.95, 0.05, 0.1, 0.3],
        ]
    )

    def groups(kl, size):  # (image, group, dimension within it)
        return kl.view(len(kl), -1, size)

    def right(kl, floor, size):
        return groups(kl, size).sum(-1).mean(0).clamp(min=floor).sum()

    mistakes = {
        "the maximum comes before the mean over images": lambda kl, floor, size: (
            groups(kl, size).sum(-1).clamp(min=floor).mean(0).sum()
        ),
        "the floor is that of a group, not of each dimension": lambda kl, floor, size: (
            kl.mean(0).clamp(min=floor).sum()
        ),
        "a group is made of neighbours: for the size 2 the first two dimensions": lambda kl, floor, size: (
            kl.view(len(kl), size, -1).sum(1).mean(0).clamp(min=floor).sum()
        ),
        "the size is the number of dimensions in a group, not the number of groups": lambda kl, floor, size: (
            kl.view(len(kl), size, -1).sum(-1).mean(0).clamp(min=floor).sum()
        ),
        "the KL of a group is the sum over its dimensions, not their mean": lambda kl, floor, size: (
            groups(kl, size).mean(-1).mean(0).clamp(min=floor).sum()
        ),
        "the KL of a group is summed over the images, not averaged": lambda kl, floor, size: (
            groups(kl, size).sum(-1).sum(0).clamp(min=floor).sum()
        ),
        "the groups are averaged; their costs add up": lambda kl, floor, size: (
            groups(kl, size).sum(-1).mean(0).clamp(min=floor).mean()
        ),
        "the first image alone counts": lambda kl, floor, size: (
            groups(kl, size).sum(-1)[0].clamp(min=floor).sum()
        ),
        "each group has a floor of its own; here one costs less than that": lambda kl, floor, size: kl.sum(
            1
        ).mean(),
        "the floor is the least that a group costs; here it is the most": lambda kl, floor, size: (
            groups(kl, size).sum(-1).mean(0).clamp(max=floor).sum()
        ),
        "the cost is right, but not its gradient: a group below its floor should have none": (
            lambda kl, floor, size: (
                right(kl, floor, size).detach() + kl.mean(0).sum() - kl.mean(0).sum().detach()
            )
        ),
    }
    sizes = ((2, 0.5), (3, 0.5), (1, 0.15), (6, 2.0), (2, 1.0))
    compare(
        with_gradient(function),
        {f"groups of {size} and a floor of {floor:g}": (kl, floor, size) for size, floor in sizes},
        with_gradient(right),
        {words: with_gradient(mistake) for words, mistake in mistakes.items()},
        what="the cost, or its gradient,",
    )
    return "Right for groups of four sizes, and no gradient below the floor."
