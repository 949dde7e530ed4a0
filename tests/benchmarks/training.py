"""`training.fit` beside the customary loop, and beside bare matrix products of the same shapes."""

import statistics
import time

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset

from helpers import training
from helpers.data import Digits
from helpers.vae import VAE
from tests.benchmarks.table import Row

LATENT, HIDDEN, BATCH, TARGET = 20, 400, 128, 105.6  # the PyTorch example's network, and what it reaches
SHIPPED_TARGET, MOST_EPOCHS = 112.0, 40  # of the shipped 10,000: what `fit` passes in 10 epochs


class Pictures(Dataset):
    """Bytes, each image made a picture and then a tensor when it is asked for, as image datasets do."""

    def __init__(self, images: torch.Tensor):
        self.images = (images * 255).round().to(torch.uint8).view(-1, 28, 28).numpy()

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> torch.Tensor:
        picture = Image.fromarray(self.images[index])
        return torch.from_numpy(np.array(picture))[None].contiguous().float().div(255)  # (1, 28, 28)


class Customary(nn.Module):
    """The VAE as introductions write it."""

    def __init__(self):
        super().__init__()
        self.fc1, self.fc21 = nn.Linear(784, HIDDEN), nn.Linear(HIDDEN, LATENT)
        self.fc22, self.fc3 = nn.Linear(HIDDEN, LATENT), nn.Linear(LATENT, HIDDEN)
        self.fc4 = nn.Linear(HIDDEN, 784)

    def forward(self, x):
        h = F.relu(self.fc1(x.view(-1, 784)))
        mu, logvar = self.fc21(h), self.fc22(h)
        std = torch.exp(0.5 * logvar)
        z = mu + torch.randn_like(std) * std
        return torch.sigmoid(self.fc4(F.relu(self.fc3(z)))), mu, logvar


def customary_loss(p, x, mu, logvar):
    pixels = F.binary_cross_entropy(p, x.view(-1, 784), reduction="sum")
    return pixels - 0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())


def customary(digits: Digits, target: float) -> tuple[float, int, float]:
    """Seconds, epochs and the held-out -ELBO of the customary loop, stopped once it is at `target`."""
    torch.manual_seed(0)
    model = Customary()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    batches = DataLoader(Pictures(digits.train), batch_size=BATCH, shuffle=True)
    test = DataLoader(Pictures(digits.test), batch_size=BATCH)
    start = time.perf_counter()
    for epoch in range(1, MOST_EPOCHS + 1):  # noqa: B007
        for x in batches:
            optimizer.zero_grad()
            p, mu, logvar = model(x)
            loss = customary_loss(p, x, mu, logvar)
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            losses = []
            for x in test:
                p, mu, logvar = model(x)
                losses.append(customary_loss(p, x, mu, logvar).item())
        reached = sum(losses) / len(digits.test)
        if reached <= target:
            break
    return time.perf_counter() - start, epoch, reached


def ours(digits: Digits, epochs: int) -> tuple[float, int, float]:
    """The same of `training.fit`, which evaluates after each epoch too."""
    torch.manual_seed(0)
    model = VAE(LATENT, HIDDEN)
    start = time.perf_counter()
    history = training.fit(model, digits.train, digits.test, epochs=epochs, progress=False)
    return time.perf_counter() - start, epochs, -history.test[-1].elbo


def products(images: int) -> float:
    """Seconds for the matrix products alone of one pass over `images`, forwards and backwards."""
    x, h, z = torch.rand(BATCH, 784), torch.rand(BATCH, HIDDEN), torch.rand(BATCH, LATENT)
    shapes = (HIDDEN, 784), (LATENT, HIDDEN), (HIDDEN, LATENT), (784, HIDDEN)
    into = [torch.rand(*shape) for shape in shapes]
    start = time.perf_counter()
    for _ in range(-(-images // BATCH)):
        hidden, mu, _ = x @ into[0].T, h @ into[1].T, h @ into[1].T
        up, out = z @ into[2].T, h @ into[3].T
        out.T @ h, out @ into[3], up.T @ z, up @ into[2]
        mu.T @ h, mu @ into[1], mu.T @ h, mu @ into[1], hidden.T @ x
    return time.perf_counter() - start


def one_epoch(digits: Digits) -> float:
    """Seconds that `fit` takes for one pass over the images, with next to nothing held out."""
    model = VAE(LATENT, HIDDEN)
    start = time.perf_counter()
    training.fit(model, digits.train, digits.test[:10], epochs=1, progress=False)
    return time.perf_counter() - start


def measure(digits: Digits, whole: bool, rounds: int = 1) -> list[Row]:
    """Both loops to the target, in turns; and the share of bare matrix products."""
    torch.optim.Adam([torch.zeros(1, requires_grad=True)])  # its first use imports for 2 s
    target, epochs = (TARGET, 4) if whole else (SHIPPED_TARGET, 10)
    one_epoch(digits._replace(train=digits.train[:1000]))
    customaries, fits = [], []
    for _ in range(rounds):
        fits.append(ours(digits, epochs))
        customaries.append(customary(digits, target))
    slow, quick = (statistics.median(run[0] for run in runs) for runs in (customaries, fits))
    reached = max(run[2] for run in fits)
    name = f"{len(digits.train):,} grey digits to a held-out -ELBO of {target}"
    few = digits._replace(train=digits.train[:10_000])
    shares = [products(len(few.train)) / one_epoch(few) for _ in range(7)]
    rate = len(few.train) / statistics.median(one_epoch(few) for _ in range(5))
    return [
        Row(
            f"{name}: `fit`",
            f"{quick:.1f} s, {epochs} epochs, reached {reached:.1f}",
            f"at most {target}",
            reached <= target,
        ),
        Row(
            f"{name}: the customary loop",
            f"{slow:.1f} s, {customaries[0][1]} epochs, reached {customaries[0][2]:.1f}",
        ),
        Row(
            "`fit` against the customary loop",
            f"{slow / quick:.1f} times faster",
            "8 times" if whole else "",
            slow / quick >= 8 if whole else None,
        ),
        Row("`fit`, images a second", f"{rate:,.0f}"),
        Row(
            "of what bare matrix products of the same shapes reach",
            f"{statistics.median(shares):.0%}",
            "70 %",
            statistics.median(shares) >= 0.7,
        ),
    ]
