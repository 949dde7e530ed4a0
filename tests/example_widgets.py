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
    return widgets.Traversals(Coded(codes, 0.4), uniform(len(codes), 64), range(5, 5 + len(codes)), kl)


DIRECTIONS = dict(zip(("bolder", "slanted", "wider"), normal(3, 4, seed=3), strict=True))


def attributes(directions=DIRECTIONS, codes=CODES, **options) -> widgets.AttributeSliders:
    return widgets.AttributeSliders(Coded(codes), uniform(len(codes), 64), directions, **options)


class Writer(nn.Module):
    """A conditional VAE with weights of its own, which nobody has trained."""

    def __init__(self, latent=3):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(794, 8), nn.ReLU(), nn.Linear(8, 2 * latent)).double()
        self.decoder = nn.Sequential(nn.Linear(latent + 10, 8), nn.ReLU(), nn.Linear(8, 784)).double()
        for seed, weights in enumerate(self.parameters()):
            weights.data = 0.3 * normal(*weights.shape, seed=seed)


def handwriting(**options) -> widgets.Handwriting:
    return widgets.Handwriting(Writer(), **options)


def written(image, label: int) -> tuple[Tensor, Tensor]:
    """mu and sigma of the Writer's q(z|x, label), (3,) each."""
    mu, logvar = Writer().encoder(torch.cat([double(image), torch.eye(10).double()[label]])).detach().chunk(2)
    return mu, torch.exp(0.5 * logvar)


def ten(z) -> dict[str, Tensor]:
    """What the Writer makes of one z, by label."""
    z = torch.cat([double(z).expand(10, -1), torch.eye(10).double()], 1)
    pixels = torch.sigmoid(Writer().decoder(z)).detach()
    return {f"a {label} in this hand": pixels[label] for label in range(10)}


class Tokenizer(nn.Module):
    """Three images of 8 x 8 pixels as four tokens each, of five entries; nobody has trained it."""

    OWN = torch.tensor([[0, 1, 2, 3], [4, 4, 0, 1], [2, 3, 0, 0]])

    def __init__(self, width=3):
        super().__init__()
        self.codebook = nn.Parameter(normal(5, width, seed=4))
        self.decoder = nn.Sequential(nn.Linear(12, 16), nn.ReLU(), nn.Linear(16, 64)).double()
        for seed, weights in enumerate(self.decoder.parameters()):
            weights.data = 0.7 * normal(*weights.shape, seed=seed)

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        own = self.OWN.repeat(len(x), 1)[: len(x)]
        return self.codebook[own], own


DRAWN = uniform(5, 16, seed=5)  # how the five entries are drawn


def tokens(model=None, images=None, labels=LABELS, drawn=DRAWN, **traits) -> widgets.Tokens:
    images = uniform(3, 64) if images is None else images
    made = widgets.Tokens(model or Tokenizer(), images, labels, drawn)
    for name, value in traits.items():
        setattr(made, name, value)
    return made


@torch.no_grad()
def spelled(tokens) -> Tensor:
    """What the Tokenizer decodes from four tokens, (64,)."""
    model = Tokenizer()
    return torch.sigmoid(model.decoder(torch.cat([model.codebook[token] for token in tokens])))


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


def policy_triangle(**options) -> widgets.PolicyTriangle:
    return widgets.PolicyTriangle(
        ["yes", "of course", "no"], double([1.0, 0.5, 0.0]), double([0.2, 0.3, 0.5]), **options
    )


def predict(**options) -> widgets.Predict:
    answers = {"$x$ is **1**": "No: it is `2`.", "$x$ is **2**": "Right, it is $2$.", "nothing": "No."}
    return widgets.Predict("What is $x^2$ < 5?", answers, "$x$ is **2**", **options)


def replay(epochs=(0, 1, 2, 3)) -> widgets.TrainingReplay:
    made = widgets.TrainingReplay(uniform(10, 784), range(10))
    for epoch in epochs:
        made.record(model_after(epoch), history_after(epoch))
    return made


INK = (uniform(3, 784) > 0.8).double()  # a few images
# Of each 30 points in 11 frames, from a cloud as wide as the plane to one place each.
WAYS = torch.stack(
    [
        14 + (1 - t) * 5 * normal(3, 30, 2, seed=6) + t * 12 * (uniform(3, 30, 2, seed=7) - 0.5)
        for t in torch.linspace(0, 1, 11).double()
    ],
    1,
)


def to_corner(image: Tensor, after_step) -> Tensor:
    """Makes, in 20 steps, a way that leads into as many pixels from the left as the image has ink."""
    for step in range(20):
        after_step(step)
    return WAYS[0] * torch.linspace(1, 0, 11).double()[:, None, None] + image.sum() / 100


def stream(make=to_corner, kernel=False, **traits) -> widgets.Stream:
    made = widgets.Stream(make, INK, WAYS, steps=20)
    if kernel:  # its page then has the sheet, as in a notebook
        made._state = lambda: type(made)._state(made) | {"_kernel": True}
    for name, value in traits.items():
        setattr(made, name, value)
    return made


ALL_WIDGETS = {
    "LatentPad": lambda: pad(z=(0.5, -1.0)),
    "NewDigits": new_digits,
    "Traversals": traversals,
    "Handwriting": lambda: handwriting(images=uniform(10, 784), labels=range(10)),
    "Backprop": backprop,
    "JumpAndSlide": widgets.JumpAndSlide,
    "AttributeSliders": attributes,
    "Race": widgets.Race,
    "Tokens": tokens,
    "TrainingReplay": replay,
    "PolicyTriangle": policy_triangle,
    "Predict": predict,
    "Stream": lambda: stream(frame=10),
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


def traversed(picked: int, z, codes=CODES) -> dict[str, Tensor]:
    pictures = {"image": uniform(len(codes), 64)[picked], "decoded from z": decode(z)}
    for i in range(codes.shape[1]):
        row = double(z).repeat(7, 1)
        row[:, i] = torch.arange(-3.0, 4.0)
        pictures |= {
            f"z{i + 1} set to {value}": pixels
            for value, pixels in zip(range(-3, 4), decode(row), strict=True)
        }
    return pictures


def moved(**amounts: float) -> dict[str, Tensor]:
    z = CODES + sum(amount * DIRECTIONS[name] for name, amount in amounts.items())
    pictures = {f"image {i + 1}": image for i, image in enumerate(IMAGES)}
    return pictures | {f"image {i + 1}, moved": pixels for i, pixels in enumerate(decode(z))}


def raced(state: dict) -> list[tuple[float, float, float, float]]:
    """Of either point of a Race: mean cost, mean of an estimate, its noise, and the estimate itself."""
    epsilon, found = double(state["epsilon"])[: state["draws"]], []
    grid = torch.linspace(-8, 8, 160_001, dtype=torch.float64)
    weight = torch.softmax(-(grid**2) / 2, 0)
    for i, mu in enumerate(state["mus"][-1]):
        if state["cost"] == "parabola":
            f, slope = (lambda z: (z - 3) ** 2), (lambda z: 2 * (z - 3))
        else:
            f, slope = (lambda z: 10.0 * (z < 0).double()), torch.zeros_like
        cost = weight @ f(mu + grid)
        b = cost if state["baseline"] else 0.0
        of = [lambda e, m=mu, s=slope: s(m + e), lambda e, m=mu, f=f, b=b: (f(m + e) - b) * e][i]
        mean = weight @ of(grid)
        noise = (weight @ (of(grid) - mean) ** 2).sqrt() / state["draws"] ** 0.5
        found.append((cost.item(), mean.item(), noise.item(), of(epsilon).mean().item()))
    return found
