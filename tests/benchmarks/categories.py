"""The trainings of lesson 12, with the lesson's own cells: on more seeds, for longer, at larger steps."""

import contextlib
import io
import statistics
from itertools import product

import matplotlib as mpl
import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F
from torch import nn

from helpers.training import minimize
from tests.benchmarks.table import Row
from tests.lessons.test_form import LESSONS, code

SEEDS = (0, 1, 2, 3)
WAYS = ("Gumbel-softmax 1", "Gumbel-softmax 0.2", "straight-through 0.5", "leave-one-out")
SETTINGS = ((300, 8e-3), (300, 1.6e-2), (300, 3.2e-2), (1200, 8e-3))  # steps, step size
VQ = (("no remedy", False, 0.25), ("restarts", True, 0.25), ("no commitment", True, 0.0))
COMPARISON = "true = {}"  # how the cell begins that compares in the lesson; its trainings are run below


def measure() -> list[Row]:
    sources = [cell.source for cell in code(next(name for name in LESSONS if name.startswith("11")))]
    first, second = (
        next(i for i, source in enumerate(sources) if source.startswith(start))
        for start in ("model = vqvaes", "check.")
    )
    lesson: dict = {}
    with _quiet():
        for source in sources[:first]:
            if not source.startswith(COMPARISON):
                exec(source, lesson)
    rows = [
        Row(
            f"raised cost, along the exact gradient, seed {seed}: {', '.join(lesson['ways'])}",
            _along_the_raised(lesson, seed),
        )
        for seed in range(8)
    ]
    for steps, lr in SETTINGS:
        for way in WAYS:
            scores = [
                lesson["test"](lesson["train"](way, steps, seed, lr), lesson["exact_sample"])
                for seed in SEEDS
            ]
            rows.append(Row(f"-ELBO, {steps:,} steps, step size {lr:g}: {way}", _spread(scores)))
    for way in WAYS[:2]:
        scores = [_with_a_decoder_for_one_hots(lesson, way, seed) for seed in SEEDS]
        rows.append(Row(f"-ELBO, decoder trained on for 300 steps with one-hots: {way}", _spread(scores)))
    models = {}
    for name, restart, beta in VQ:
        with _quiet():
            for seed in SEEDS:
                models[name, seed] = lesson["train_vqvae"](seed, restart, beta)
            losses, used = zip(*(lesson["describe"](name, models[name, seed]) for seed in SEEDS), strict=True)
        rows.append(Row(f"VQ-VAE, {name}: -log p(x given e)", _spread([loss.item() for loss in losses])))
        rows.append(Row(f"VQ-VAE, {name}: entries in use", ", ".join(str(int(number)) for number in used)))
    rows.append(_a_small_codebook(lesson))
    sure = _classifier(lesson["digits"])
    rows.append(Row("real digits a classifier is over 90 % sure of", f"{sure(lesson['digits'].test):.2f}"))
    prices, scores, shares = {}, {}, {}
    for vq, seed in product(("restarts", "no remedy"), SEEDS):
        lesson["vqvaes"] = {"restarts": models[vq, seed]}  # the lesson's cells take the model from there
        with _quiet():
            for source in sources[first : second - 1]:
                exec(source, lesson)
        for prior, price in lesson["prices"].items():
            prices.setdefault((vq, prior), []).append(price.item())
            scores.setdefault((vq, prior), []).append((price - lesson["reconstruction"]).item())
        if vq == "restarts":
            for name, share in _shares(lesson, sure).items():
                shares.setdefault(name, []).append(share)
    rows += [
        Row(f"VQ-VAE, {vq}: price of the code, {prior}", _spread(values))
        for (vq, prior), values in prices.items()
    ]
    rows += [Row(f"VQ-VAE, {vq}: -ELBO, {prior}", _spread(values)) for (vq, prior), values in scores.items()]
    return rows + [
        Row(f"decoded codes it is over 90 % sure of: {name}", ", ".join(f"{share:.2f}" for share in values))
        for name, values in shares.items()
    ]


def _along_the_raised(lesson: dict, seed: int) -> str:
    """Section 5's third column, for another theta and a."""
    torch.manual_seed(seed)
    lesson["theta"], lesson["a"] = torch.randn(3, 4), torch.randn(3, 4)
    exact = lesson["exact_gradient"](lesson["raised"])
    found = []
    for estimates in lesson["ways"].values():
        torch.manual_seed(4)
        mean = estimates(lesson["raised"], 30_000).mean(0)
        found.append(f"{(mean * exact).sum() / exact.square().sum():.2f}")
    return ", ".join(found)


def _with_a_decoder_for_one_hots(lesson: dict, way: str, seed: int) -> float:
    """-ELBO of a model whose decoder alone is trained on, with one-hots, after the training of the lesson."""
    model = lesson["train"](way, 300, seed)

    def loss():
        x = lesson["digits"].train[torch.randint(10_000, (64,))]
        return -lesson["through_objective"](model, x, lesson["exact_sample"]).mean()

    torch.manual_seed(seed)
    minimize(loss, model.decoder.parameters(), steps=300, lr=8e-3)
    return lesson["test"](model, lesson["exact_sample"])


def _a_small_codebook(lesson: dict) -> Row:
    """No remedy, but a codebook that starts as near 0 as the vectors: few entries die. Is that enough?"""
    usual = lesson["VQVAE"]

    class Small(usual):
        def __init__(self):
            super().__init__()
            self.codebook.data *= 0.05

    lesson["VQVAE"] = Small
    with _quiet():
        found = [lesson["describe"]("", lesson["train_vqvae"](seed, False, 0.25)) for seed in SEEDS]
    lesson["VQVAE"] = usual
    return Row(
        "VQ-VAE, no remedy, the codebook's start times 0.05: -log p(x given e) and entries in use",
        ", ".join(f"{loss:.1f} and {used}" for loss, used in found),
    )


@torch.no_grad()
def _shares(lesson: dict, sure) -> dict[str, float]:
    codes = {
        "rebuilt": lesson["test_codes"],
        "uniform": torch.randint(64, (2000, 8)),
        "counted": torch.distributions.Categorical(logits=lesson["counted"]).sample((2000,)),
        "autoregressive": lesson["draw_codes"](2000),
    }
    model = lesson["model"]
    return {name: sure(torch.sigmoid(model.decoder(model.codebook[code]))) for name, code in codes.items()}


def _classifier(digits):
    """The share of images (n, 784) of which a small classifier is over 90 % sure, as a function."""
    torch.manual_seed(0)
    classifier = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))

    def loss():
        batch = torch.randint(10_000, (128,))
        return F.cross_entropy(classifier(digits.train[batch]), digits.train_labels[batch])

    minimize(loss, classifier.parameters(), steps=300, lr=3e-3)
    return torch.no_grad()(lambda x: (torch.softmax(classifier(x), 1).amax(1) > 0.9).float().mean().item())


def _spread(values: list[float]) -> str:
    return f"{statistics.mean(values):.1f} ({', '.join(f'{value:.1f}' for value in values)})"


@contextlib.contextmanager
def _quiet():
    """No output, and no figure that stays."""
    with contextlib.redirect_stdout(io.StringIO()), mpl.rc_context({"backend": "Agg"}):
        yield
        plt.close("all")
