"""Small widgets for the tests: random decoders, images and codes, the same each time."""

import torch
from torch import nn
from torch.distributions import Normal

from helpers.vae import VAE, History, Terms
from helpers.widgets import (
    AttributeSliders,
    Backprop,
    DigitCanvas,
    Interpolation,
    JumpAndSlide,
    LatentPad,
    TrainingReplay,
    Traversals,
)

MEANS = torch.tensor([[-2.0, 0.0], [2.0, 1.0], [0.0, -2.5]])
SIGMAS = torch.tensor([[0.3, 0.6], [0.05, 0.1], [0.5, 0.2]])
LABELS = torch.tensor([3, 7, 1])
KL = torch.tensor([0.5, 2.31, 0.0, 1.0])


def normal(*shape, seed=1):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def uniform(*shape, seed=2):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


def decoder(latent=2, pixels=64) -> nn.Sequential:
    """With weights large enough that each dimension changes the picture."""
    network = nn.Sequential(nn.Linear(latent, 16), nn.ReLU(), nn.Linear(16, pixels), nn.Sigmoid())
    for seed, weights in enumerate(network.parameters()):
        weights.data = 0.7 * normal(*weights.shape, seed=seed)
    return network


def reader() -> VAE:
    """Its encoder has a known answer: mu is (0.53, -1.2) plus the first two pixels, sigma (0.20, 0.31)."""
    model = VAE(2, hidden=2)
    for weights in model.parameters():
        weights.data.zero_()
    model.encoder[0].weight.data[:, :2] = model.to_mu.weight.data[:] = torch.eye(2)
    model.to_mu.bias.data = torch.tensor([0.53, -1.20])
    model.to_logvar.bias.data = 2 * torch.tensor([0.20, 0.31]).log()
    return model


encode = reader().encode


def pad(**options) -> LatentPad:
    given = dict(means=MEANS, sigmas=SIGMAS, labels=LABELS, images=uniform(3, 64))
    return LatentPad(decoder(), **given | options)


def traversals(n=5) -> Traversals:
    return Traversals(decoder(4), normal(n, 4), KL, images=uniform(n, 64))


def interpolation(codes=None, **options) -> Interpolation:
    codes = normal(5, 4) if codes is None else codes
    return Interpolation(decoder(codes.shape[1]), codes, uniform(len(codes), 64), **options)


DIRECTIONS = dict(zip(("bolder", "slanted", "wider"), normal(3, 4, seed=3), strict=True))


def attributes(directions=DIRECTIONS, **options) -> AttributeSliders:
    return AttributeSliders(decoder(4), normal(5, 4), uniform(5, 64), directions, **options)


def canvas(**options) -> DigitCanvas:
    return DigitCanvas.of(reader(), **options)


def runs() -> dict:
    """One where the gradient gets through, one cut by a zero, one without a path; z is never k = 3."""
    mu, sigma = (torch.tensor(value, requires_grad=True) for value in (0.25, 2.0))
    torch.manual_seed(0)
    made = {
        "2 * mu": ({"mu": mu}, 2 * mu),
        "normal": ({"mu": mu, "sigma": sigma}, torch.normal(mu, sigma)),
        "sample": ({"mu": mu, "sigma": sigma}, Normal(mu, sigma).sample()),
    }
    return {line: ((z - 3.0) ** 2, parameters, z) for line, (parameters, z) in made.items()}


def backprop(**options) -> Backprop:
    return Backprop(runs(), {"Pow": "2 (z − k)"}, **options)


def model_after(epoch: int) -> VAE:
    """With weights of each epoch's own, that keep the codes of ten images apart until epoch 5."""
    model = VAE(2, hidden=8)
    for seed, weights in enumerate(model.parameters()):
        weights.data = 0.25 * normal(*weights.shape, seed=94 * epoch + seed)
    return model


def history_after(epoch: int) -> History | None:
    test = [Terms(-(200.0 - k), 10.0) for k in range(1, epoch + 1)]
    return History(12, test, test) if epoch else None


def replay(epochs=(0, 1, 2, 3)) -> TrainingReplay:
    made = TrainingReplay(uniform(10, 784), torch.arange(10))
    for epoch in epochs:
        made.record(model_after(epoch), history_after(epoch))
    return made


ALL_WIDGETS = {
    "LatentPad": lambda: pad(z=(0.5, -1.0)),
    "Traversals": traversals,
    "Interpolation": lambda: interpolation(labels=torch.arange(5)),
    "DigitCanvas": lambda: canvas(images=uniform(10, 784), labels=torch.arange(10)),
    "Backprop": backprop,
    "JumpAndSlide": JumpAndSlide,
    "AttributeSliders": attributes,
    "TrainingReplay": replay,
}


# -- what torch decodes for them: the pixels of each picture, by its label -------------------------


def decode(z, latent=2):
    with torch.no_grad():
        return decoder(latent)(torch.as_tensor(z, dtype=torch.float32))


def traversed(start: int, value: float, n=5) -> dict[str, torch.Tensor]:
    code = normal(n, 4)[start]
    z = code.repeat(4, 6, 1)
    for i in range(4):
        z[i, :, i] = torch.tensor([-3, -1.5, 0, 1.5, 3, value])
    names = ["-3", "-1.5", "0", "1.5", "3", "the value of the slider"]
    pictures = {
        f"z{i + 1} set to {name}": decode(z[i, k], 4) for i in range(4) for k, name in enumerate(names)
    }
    return pictures | {"image": uniform(n, 64)[start], "decoded code": decode(code, 4)}


def walked(widget: Interpolation) -> dict[str, torch.Tensor]:
    images = uniform(len(widget._z), 64)
    pictures = {"first image": images[widget.first], "second image": images[widget.second]}
    for kind, name in (("line", "straight line"), ("circle", "great circle")):
        z = widget.path(kind)
        pictures |= {f"{name}, picture {k + 1}": pixels for k, pixels in enumerate(decode(z, z.shape[1]))}
    return pictures


def moved(**amounts: float) -> dict[str, torch.Tensor]:
    z = normal(5, 4) + sum(amount * DIRECTIONS[name] for name, amount in amounts.items())
    pictures = {f"image {i + 1}": image for i, image in enumerate(uniform(5, 64))}
    return pictures | {f"image {i + 1}, moved": pixels for i, pixels in enumerate(decode(z, 4))}
