"""How a training went."""

import math
import time
from collections.abc import Callable
from typing import cast

import matplotlib.pyplot as plt
from IPython import get_ipython
from IPython.display import DisplayHandle, Image
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.figures.style import INK, OTHER_COLORS, png
from helpers.training import History
from helpers.vae import VAE


def learning_curves(history: History) -> tuple[Axes, Axes]:
    """Left: -ELBO in training and held out. Right: the two terms, held out. Nats per image."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), layout="none")
    # placed by hand: finding a layout takes as long as drawing the curves
    figure.subplots_adjust(left=0.08, right=0.98, bottom=0.17, top=0.9, wspace=0.2)
    epochs = range(1, len(history.test) + 1)
    left.plot(
        epochs,
        [-t.elbo for t in history.train[: len(epochs)]],
        "o--",
        ms=4,
        color=OTHER_COLORS[0],
        label="training",
    )
    left.plot(epochs, [-t.elbo for t in history.test], "s-", ms=4, color=INK, label="held out")
    left.set(title="Lower is better", ylabel="-ELBO (nats per image)")
    right.plot(
        epochs,
        [-t.reconstruction for t in history.test],
        "^-",
        ms=4,
        color=OTHER_COLORS[1],
        label="-reconstruction",
    )
    right.plot(epochs, [t.kl for t in history.test], "v-", ms=4, color=OTHER_COLORS[2], label="KL")
    right.set(title="Its two terms, held out", ylabel="nats per image", ylim=(0, None))
    for ax in (left, right):
        ax.set_xlabel("epoch")
        ax.locator_params(axis="x", integer=True)
        ax.legend()
    return left, right


def live_curves() -> Callable[[VAE, History], None]:
    """For `fit(after_epoch=...)`: learning curves, each drawn in place of the one before, in a notebook.

    Their place is taken at once, above the progress bar: a picture that came later would cut the bar in
    two. Before the last epoch, a drawing is skipped where drawing would take over a tenth of the time.
    """
    if get_ipython() is None:
        return lambda model, history: None
    place = DisplayHandle()
    place.display({"text/plain": ""}, raw=True)
    drawn_at, took = -math.inf, 0.0

    def show(model: VAE, history: History) -> None:
        nonlocal drawn_at, took
        start = time.monotonic()
        if history.finished or start - drawn_at >= 10 * took:
            figure = cast(Figure, learning_curves(history)[0].figure)
            try:
                place.update(Image(png(figure)))
            finally:
                plt.close(figure)
            drawn_at = time.monotonic()
            took = drawn_at - start

    return show
