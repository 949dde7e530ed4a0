"""The palette of the course, its look, and figures as PNG.

Colours are those of Okabe & Ito, told apart by people who are colour blind and in greyscale; shape or
label always says the same as the colour.
"""

import io

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, GREY, INK = "#CC79A7", "#56B4E9", "#767676", "#222222"
# One look for each way to draw z, and for the estimators made of them, in every lesson. Green is a gradient
# that arrives, red one that is exactly 0, grey one that has no path: as in the drawn graphs below.
STYLES = {
    "trick": {"color": GREEN, "linestyle": "-", "marker": "o"},  # mu + sigma * randn, rsample, pathwise
    "torch.normal": {"color": RED, "linestyle": "--", "marker": "s"},
    "sample": {"color": GREY, "linestyle": ":", "marker": "D"},  # Normal(mu, sigma).sample()
    "rand": {"color": ORANGE, "linestyle": "-.", "marker": "^"},  # mu + sigma * rand
    "score function": {"color": BLUE, "linestyle": (0, (5, 1, 1, 1)), "marker": "v"},
    "leave-one-out": {"color": PURPLE, "linestyle": "--", "marker": "^"},
    "GRPO": {"color": "#8A6A00", "linestyle": ":", "marker": "P"},
    "Gumbel-softmax": {"color": "#6B3E1E", "linestyle": "-", "marker": "P"},
    "straight-through": {"color": SKY, "linestyle": "--", "marker": "X"},
}
DIGIT_COLORS = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#B0007F",
    "#8A6A00",
    "#117A8B",
    "#5B3A9E",
    "#A61C1C",
    "#3B6B1D",
    "#1B2A80",
)  # one for each digit, each dark enough to be read on white
OTHER_COLORS = DIGIT_COLORS[4:7]  # three things that are neither digits nor samplers


def use_style() -> None:
    """The look of the course, whatever a matplotlibrc says: white paper, no frame on top and right."""
    plt.style.use("default")
    mpl.rcParams.update(
        {
            "figure.facecolor": "white",
            "savefig.facecolor": "white",
            "figure.dpi": 100,
            "figure.figsize": (6.4, 3.4),
            "figure.constrained_layout.use": True,
            "font.size": 11,
            "axes.titlesize": 12,
            "axes.titlelocation": "left",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": False,
            "axes.prop_cycle": f"cycler(color={[BLUE, RED, GREEN, ORANGE, PURPLE, SKY]})",
            "legend.frameon": False,
            "lines.linewidth": 2,
            "image.cmap": "gray_r",
        }
    )


def png(figure: Figure, scale: float = 1) -> bytes:
    """The figure as PNG. Its size in pixels depends on the figure's size alone, not on what it shows."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=scale * figure.dpi)
    return buffer.getvalue()
