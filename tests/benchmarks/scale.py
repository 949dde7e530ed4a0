"""Time and memory of `fit` against the number of images and of latent dimensions."""

import subprocess
import sys
import time

import numpy as np
import torch

from helpers import training
from helpers.data import Digits
from helpers.vae import VAE
from tests.benchmarks.table import Row
from tests.conftest import ROOT

IMAGES, LATENTS = (1_000, 4_000, 10_000, 25_000, 60_000), (2, 10, 30, 70, 120, 200)
EXPONENT = "1 ± 0.1"


def seconds(images: torch.Tensor, latent: int) -> float:
    model = VAE(latent)
    start = time.perf_counter()
    training.fit(model, images, images[:10], epochs=1, progress=False)
    return time.perf_counter() - start


def exponent(sizes, costs) -> float:
    """p of the law cost = fixed + rate * size^p that fits best, in squares of the relative errors.

    For each p of a grid, fixed and rate are found by weighted least squares; neither may be negative.
    """
    sizes, costs = (np.asarray(values, float) for values in (sizes, costs))

    def misfit(p: float) -> float:
        columns = np.stack([np.ones_like(sizes), (sizes / sizes.max()) ** p], 1) / costs[:, None]
        return nnls(columns, np.ones_like(costs))

    return min(np.arange(0.3, 2.5, 0.01), key=misfit)


def nnls(columns: np.ndarray, target: np.ndarray) -> float:
    """Smallest sum of squares of columns @ x - target over the two x >= 0."""
    tries = [np.linalg.lstsq(columns, target, rcond=None)[0]]
    if (tries[0] < 0).any():  # then the best one has a zero
        tries = [
            np.array([0, target @ columns[:, 1] / (columns[:, 1] @ columns[:, 1])]),
            np.array([target @ columns[:, 0] / (columns[:, 0] @ columns[:, 0]), 0]),
        ]
    return min(float(((columns @ x - target) ** 2).sum()) for x in tries)


MEMORY = """
import os, sys, torch
from helpers import training
from helpers.vae import VAE
from tests.lessons.budget import peak_megabytes
images, latent = int(sys.argv[1]), int(sys.argv[2])
x = torch.zeros(images, 784)
x[:, ::7] = 1
training.fit(VAE(latent), x, x[:10], epochs=1, progress=False)
print(peak_megabytes(os.getpid()))
"""


def megabytes(images: int, latent: int) -> float:
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, str(images), str(latent)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return float(done.stdout.split()[-1])


def measure(digits: Digits, rounds: int = 5) -> list[Row]:
    pool = digits.train.repeat(-(-max(IMAGES) // len(digits.train)), 1)[: max(IMAGES)]
    seconds(pool[:1000], 2)
    by_images = [min(seconds(pool[:n], 20) for _ in range(rounds)) for n in IMAGES]
    turns = [[seconds(pool[:15_000], latent) for latent in LATENTS] for _ in range(rounds)]
    by_latent = [min(one) for one in zip(*turns, strict=True)]
    memory = [megabytes(n, 20) for n in IMAGES]
    memory_latent = [megabytes(1000, latent) for latent in LATENTS]
    rows = []
    for what, sizes, costs, unit in (
        ("seconds against images", IMAGES, by_images, "s"),
        ("seconds against latent dimensions", LATENTS, by_latent, "s"),
        ("memory against images", IMAGES, memory, "MB"),
    ):
        fitted = exponent(sizes, costs)
        listed = ", ".join(
            f"{size:,}: {cost:.2f}" if unit == "s" else f"{size:,}: {cost:.0f}"
            for size, cost in zip(sizes, costs, strict=True)
        )
        rows.append(
            Row(f"{what} ({listed} {unit})", f"exponent {fitted:.2f}", EXPONENT, abs(fitted - 1) <= 0.1)
        )
    spread = max(memory_latent) - min(memory_latent)
    rows.append(Row(f"memory, {LATENTS[0]} to {LATENTS[-1]} latent dimensions", f"{spread:.0f} MB more"))
    return rows
