"""Small widgets for the tests: models with known codes, random decoders and images, the same each time."""

import matplotlib.pyplot as plt
import torch
from torch import Tensor, nn
from torch.distributions import Normal

from helpers import widgets
from helpers.training import History
from helpers.vae import VAE, Terms


def double(values) -> Tensor:
    return torch.as_tensor(values, dtype=torch.float64)


def normal(*shape, seed=1) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def uniform(*shape, seed=2) -> Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


MEANS = double([[-2.0, 0.0], [2.0, 1.0], [0.0, -2.5]])
SIGMAS = double([[0.3, 0.6], [0.05, 0.1], [0.5, 0.2]])
LABELS = torch.tensor([3, 7, 1])
KL = double([0.5, 2.31, 0.0, 1.0])
CODES, IMAGES = normal(5, 4), uniform(5, 64)


class Coded(nn.Module):
    """Gives its images the codes it was made with; its weights are large, so that each dimension is seen."""

    def __init__(self, mu: Tensor, sigma: Tensor | float = 1.0, pixels: int = 64):
        super().__init__()
        self.mu, self.sigma = mu, sigma
        layers = nn.Linear(mu.shape[1], 16), nn.ReLU(), nn.Linear(16, pixels)
        self.decoder = nn.Sequential(*layers).to(mu.dtype)
        for seed, weights in enumerate(self.decoder.parameters()):
            weights.data = 0.7 * normal(*weights.shape, seed=seed).to(mu.dtype)

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.mu, 2 * (self.sigma * torch.ones_like(self.mu)).log()


def reader() -> VAE:
    """Its encoder has a known answer: mu is (0.53, -1.2) plus the first two pixels, sigma (0.20, 0.31)."""
    model = VAE(2, hidden=2).double()
    for weights in model.parameters():
        weights.data.zero_()
    model.encoder[0].weight.data[:, :2] = model.to_mu.weight.data[:] = torch.eye(2)
    model.to_mu.bias.data = double([0.53, -1.20])
    model.to_logvar.bias.data = 2 * double([0.20, 0.31]).log()
    return model


def encode(x: Tensor) -> tuple[Tensor, Tensor]:
    return reader().encode(x.double())


def pad(z=None, means=MEANS, sigmas=SIGMAS, labels=LABELS) -> widgets.LatentPad:
    made = widgets.LatentPad(Coded(double(means), sigmas), uniform(len(means), 64), labels)
    made.z = made.z if z is None else z
    return made


def new_digits(prior=False, **traits) -> widgets.NewDigits:
    if prior:
        model = Coded(double(MEANS))
        model.pixels, model.latent = 64, 2
        return widgets.NewDigits(model, **traits)
    return widgets.NewDigits(Coded(double(MEANS), SIGMAS), uniform(len(MEANS), 64), LABELS, **traits)


def traversals(codes=CODES, kl=KL) -> widgets.Traversals:
    return widgets.Traversals(Coded(codes), uniform(len(codes), 64), kl=kl)


def interpolation(codes=CODES, given=None, **options) -> widgets.Interpolation:
    model, n = Coded(double(codes)), len(codes)
    return widgets.Interpolation(model, uniform(n, 64), range(5, 5 + n), codes=given, **options)


DIRECTIONS = dict(zip(("bolder", "slanted", "wider"), normal(3, 4, seed=3), strict=True))


def attributes(directions=DIRECTIONS, codes=CODES, **options) -> widgets.AttributeSliders:
    return widgets.AttributeSliders(Coded(codes), uniform(len(codes), 64), directions, **options)


def canvas(**options) -> widgets.DigitCanvas:
    return widgets.DigitCanvas(reader(), **options)


def runs() -> dict:
    """One where the gradient gets through, one cut by a zero, one without a path; z is never k = 3."""
    mu, sigma = (double(value).requires_grad_() for value in (0.25, 2.0))
    torch.manual_seed(0)
    made = {
        "2 * mu": ({"mu": mu}, 2 * mu),
        "normal": ({"mu": mu, "sigma": sigma}, torch.normal(mu, sigma)),
        "sample": ({"mu": mu, "sigma": sigma}, Normal(mu, sigma).sample()),
    }
    return {line: ((z - 3.0) ** 2, parameters, z) for line, (parameters, z) in made.items()}


def backprop(**options) -> widgets.Backprop:
    return widgets.Backprop(runs(), {"Pow": "2 (z − k)"}, **options)


def model_after(epoch: int) -> VAE:
    """With weights of each epoch's own, that keep the codes of ten images apart until epoch 5."""
    model = VAE(2, hidden=8).double()
    for seed, weights in enumerate(model.parameters()):
        weights.data = 0.25 * normal(*weights.shape, seed=94 * epoch + seed)
    return model


def history_after(epoch: int) -> History | None:
    test = [Terms(-(200.0 - k), 10.0) for k in range(1, epoch + 1)]
    return History(12, test, test) if epoch else None


def bars(a, b=1, kind="full"):
    figure, ax = plt.subplots(figsize=(3, 2))
    ax.bar([0, 1], [a, b], fill=kind == "full")
    ax.set_ylim(0, 10)
    if a == 9.5:
        raise ValueError("<b>nine and a half</b>")
    return figure


def explorer() -> widgets.Explorer:
    return widgets.Explorer(bars, a=(0.0, 10.0, 5.0), b=(-2, 10, 5))


def predict(**options) -> widgets.Predict:
    answers = {"$x$ is **1**": "No: it is `2`.", "$x$ is **2**": "Right, it is $2$.", "nothing": "No."}
    return widgets.Predict("What is $x^2$ < 5?", answers, "$x$ is **2**", **options)


def replay(epochs=(0, 1, 2, 3)) -> widgets.TrainingReplay:
    made = widgets.TrainingReplay(uniform(10, 784), range(10))
    for epoch in epochs:
        made.record(model_after(epoch), history_after(epoch))
    return made


ALL_WIDGETS = {
    "LatentPad": lambda: pad(z=(0.5, -1.0)),
    "NewDigits": new_digits,
    "Traversals": traversals,
    "Interpolation": interpolation,
    "DigitCanvas": lambda: canvas(images=uniform(10, 784), labels=range(10)),
    "Backprop": backprop,
    "JumpAndSlide": widgets.JumpAndSlide,
    "AttributeSliders": attributes,
    "TrainingReplay": replay,
    "Predict": predict,
}


# -- what torch decodes for them: the pixels of each picture, by its label -------------------------


@torch.no_grad()
def decode(z) -> Tensor:
    z = double(z)
    return torch.sigmoid(Coded(z.reshape(-1, z.shape[-1])).decoder(z))


def rolled(width: float, picked: int, epsilon) -> dict[str, Tensor]:
    z = MEANS[picked] + width * SIGMAS[picked] * double(epsilon).reshape(10, 2)
    new = {f"new digit {i + 1}": pixels for i, pixels in enumerate(decode(z))}
    return new | {"the picked image": uniform(len(MEANS), 64)[picked]}


def traversed(start: int, value: float, codes=CODES) -> dict[str, Tensor]:
    names = ["-3", "-1.5", "0", "1.5", "3", "the value of the slider"]
    pictures = {"image": uniform(len(codes), 64)[start], "decoded code": decode(codes[start])}
    for i in range(codes.shape[1]):
        z = codes[start].repeat(6, 1)
        z[:, i] = double([-3, -1.5, 0, 1.5, 3, value])
        pictures |= {f"z{i + 1} set to {name}": pixels for name, pixels in zip(names, decode(z), strict=True)}
    return pictures


def walked(widget: widgets.Interpolation) -> dict[str, Tensor]:
    images = uniform(len(widget._z), 64)
    pictures = {"first image": images[widget.first], "second image": images[widget.second]}
    for kind, name in (("line", "straight line"), ("circle", "great circle")):
        pictures |= {f"{name}, picture {k + 1}": x for k, x in enumerate(decode(widget.path(kind)))}
    return pictures


def moved(**amounts: float) -> dict[str, Tensor]:
    z = CODES + sum(amount * DIRECTIONS[name] for name, amount in amounts.items())
    pictures = {f"image {i + 1}": image for i, image in enumerate(IMAGES)}
    return pictures | {f"image {i + 1}, moved": pixels for i, pixels in enumerate(decode(z))}
