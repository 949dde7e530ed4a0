"""Checks of lesson 06."""

import torch
from torch import Tensor, nn

from helpers.exercises._check import check, compare, new_generator
from helpers.exercises.lesson05 import some_images, without_draws

LATENT = 3


class SmallNet(nn.Module):
    """A conditional VAE as in the lesson, small, with weights that nobody has trained."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(784 + 10, 8), nn.ReLU(), nn.Linear(8, 2 * LATENT))
        self.decoder = nn.Sequential(nn.Linear(LATENT + 10, 8), nn.ReLU(), nn.Linear(8, 784))
        generator = new_generator()
        for weights in self.requires_grad_(False).parameters():
            weights.copy_(0.3 * torch.randn(weights.shape, generator=generator))

    def encode(self, x: Tensor, y: Tensor) -> tuple[Tensor, ...]:
        return self.encoder(torch.cat([x, y], 1)).chunk(2, 1)

    def logits(self, z: Tensor, y: Tensor) -> Tensor:
        return self.decoder(torch.cat([z, y], 1))

    def decode(self, z: Tensor, y: Tensor) -> Tensor:
        return torch.sigmoid(self.logits(z, y))


@check
def decoded(function) -> str:
    net = SmallNet()
    z = torch.randn(4, LATENT, generator=new_generator(1))

    def told(y):  # y(labels): what the decoder hears
        return lambda net, z, labels: net.decode(z, y(labels))

    compare(
        without_draws(function),
        {f"the labels {some}": (net, z, torch.tensor(some)) for some in ([7, 2, 9, 4], [3, 3, 1, 8])},
        told(lambda labels: torch.eye(10)[labels]),
        {
            "these are logits, not pixels from 0 to 1": lambda net, z, labels: net.logits(
                z, torch.eye(10)[labels]
            ),
            "the label comes before z; the decoder reads z first": lambda net, z, labels: torch.sigmoid(
                net.decoder(torch.cat([torch.eye(10)[labels], z], 1))
            ),
            "the decoder hears no label: its ten numbers are 0": told(lambda labels: torch.zeros(4, 10)),
            "all are written with the first label": told(
                lambda labels: torch.eye(10)[labels[:1]].expand(4, 10)
            ),
            "all ten numbers of a label are the digit itself; one of them should be 1, the others 0": told(
                lambda labels: labels[:, None].expand(4, 10).to(z)
            ),
            "the 1 of the label is the digit itself": told(
                lambda labels: labels[:, None] * torch.eye(10)[labels]
            ),
            "the 1 of the label stands one place too early": told(lambda labels: torch.eye(10)[labels - 1]),
        },
        what="a pixel",
    )
    return "Any z, any label."


@check
def swapped(function) -> str:
    net = SmallNet()
    a, b = some_images(2, 2)
    y_a, y_b = torch.eye(10)[[3, 7]], torch.eye(10)[[1, 4]]
    compare(
        without_draws(function),
        {"some images": (net, a, y_a, b, y_b)},
        lambda net, a, y_a, b, y_b: net.decode(net.encode(b, y_b)[0], y_a),
        {
            "these are logits, not pixels from 0 to 1": lambda net, a, y_a, b, y_b: net.logits(
                net.encode(b, y_b)[0], y_a
            ),
            "this is the digit of b in the hand of a": lambda net, a, y_a, b, y_b: net.decode(
                net.encode(a, y_a)[0], y_b
            ),
            "b is encoded with the label of a, which is not its own": lambda net, a, y_a, b, y_b: net.decode(
                net.encode(b, y_a)[0], y_a
            ),
            "this is b rebuilt: its digit, and its hand": lambda net, a, y_a, b, y_b: net.decode(
                net.encode(b, y_b)[0], y_b
            ),
            "this is a rebuilt: its digit, and its hand": lambda net, a, y_a, b, y_b: net.decode(
                net.encode(a, y_a)[0], y_a
            ),
        },
        what="a pixel",
    )
    return "The label of a, the z of b."
