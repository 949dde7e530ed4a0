"""The trainings of lesson 11, with the lesson's own cells: on more seeds, for longer, at larger steps."""

import contextlib
import io
import statistics

import matplotlib as mpl
import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F
from torch import nn

from helpers.training import minimise
from tests.benchmarks.table import Row
from tests.test_lessons import LESSONS, code

SEEDS = (0, 1, 2, 3)
WAYS = ("Gumbel-softmax 1", "Gumbel-softmax 0.2", "straight-through 0.5", "leave-one-out")
SETTINGS = ((300, 8e-3), (300, 1.6e-2), (300, 3.2e-2), (1200, 8e-3))  # steps, step size
VQ = (("no remedy", False, 0.25), ("restarts", True, 0.25), ("no commitment", True, 0.0))
COMPARISONS = "true = {}", "print(\" ", "model = vqvaes"  # how the cells begin that train in the lesson


def measure() -> list[Row]:
    sources = [cell.source for cell in code(next(name for name in LESSONS if name.startswith("11")))]
    first, second = (next(i for i, source in enumerate(sources) if source.startswith(start))
                     for start in ("model = vqvaes", "check."))
    lesson: dict = {}
    with _quiet():
        for source in sources[:first]:
            if not source.startswith(COMPARISONS):
                exec(source, lesson)
    rows = []
    for steps, step_size in SETTINGS:
        for way in WAYS:
            scores = [lesson["held_out"](lesson["train"](way, steps, seed, step_size), lesson["exact_sample"])
                      for seed in SEEDS]
            rows.append(Row(f"-ELBO, {steps:,} steps, step size {step_size:g}: {way}", _spread(scores)))
    models = {}
    for name, restart, beta in VQ:
        with _quiet():
            for seed in SEEDS:
                models[name, seed] = lesson["train_vqvae"](seed, restart, beta)
            losses, used = zip(*(lesson["describe"](name, models[name, seed]) for seed in SEEDS), strict=True)
        rows.append(Row(f"VQ-VAE, {name}: -log p(x given e)", _spread([loss.item() for loss in losses])))
        rows.append(Row(f"VQ-VAE, {name}: entries in use", ", ".join(str(int(number)) for number in used)))
    sure = _classifier(lesson["digits"])
    rows.append(Row("real digits a classifier is over 90 % sure of", f"{sure(lesson['digits'].test):.2f}"))
    prices, shares = {}, {}
    for seed in SEEDS:
        lesson["vqvaes"] = {"restarts": models["restarts", seed]}
        with _quiet():
            for source in sources[first : second - 1]:
                exec(source, lesson)
        with torch.no_grad():
            codes = {"rebuilt": lesson["test_codes"], "uniform": torch.randint(64, (2000, 8)),
                     "counted": torch.distributions.Categorical(logits=lesson["counted"]).sample((2000,)),
                     "autoregressive": lesson["draw_codes"](2000)}
            for name, chosen in codes.items():
                model = lesson["model"]
                shares.setdefault(name, []).append(sure(torch.sigmoid(model.decoder(model.codebook[chosen]))))
        for name, price in lesson["prices"].items():
            prices.setdefault(name, []).append(price.item())
    rows += [Row(f"price of the code: {name}", _spread(values)) for name, values in prices.items()]
    return rows + [Row(f"decoded codes it is over 90 % sure of: {name}",
                       ", ".join(f"{share:.2f}" for share in values)) for name, values in shares.items()]


def _classifier(digits):
    """The share of images (n, 784) of which a small classifier is over 90 % sure, as a function."""
    torch.manual_seed(0)
    classifier = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))

    def loss():
        batch = torch.randint(10_000, (128,))
        return F.cross_entropy(classifier(digits.train[batch]), digits.train_labels[batch])

    minimise(loss, classifier.parameters(), steps=300, step_size=3e-3)
    return torch.no_grad()(lambda x: (torch.softmax(classifier(x), 1).amax(1) > 0.9).float().mean().item())


def _spread(values: list[float]) -> str:
    return (f"{statistics.mean(values):.1f} ({', '.join(f'{value:.1f}' for value in values)})")


@contextlib.contextmanager
def _quiet():
    """No output, and no figure that stays."""
    with contextlib.redirect_stdout(io.StringIO()), mpl.rc_context({"backend": "Agg"}):
        yield
        plt.close("all")
