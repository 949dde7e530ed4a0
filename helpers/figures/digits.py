"""Digits as pictures, side by side, and as marks in a plane."""

import math
from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from torch import Tensor

from helpers._arguments import check_floats, check_integer
from helpers.figures.style import DIGIT_COLORS


def tile(images: Tensor, columns: int) -> np.ndarray:
    """Square images (n, pixels) side by side, `columns` in a row, two white pixels between them."""
    check_floats("images", images, (None, None))
    check_integer("columns", columns, 1)
    count, pixels = images.shape
    side = math.isqrt(pixels)
    if not count or side**2 != pixels:
        raise ValueError(f"images: at least one square image is needed, not the shape {tuple(images.shape)}")
    sheet = np.zeros((-(-count // columns) * (side + 2) - 2, columns * (side + 2) - 2), np.float32)
    for index, image in enumerate(images.detach().cpu().numpy()):
        top, left = (side + 2) * np.array(divmod(index, columns))
        sheet[top : top + side, left : left + side] = image.reshape(side, side)
    return sheet


def show_digits(
    images: Tensor,
    columns: int = 10,
    *,
    title: str = "",
    row_labels: Sequence[str] = (),
    column_labels: Sequence[str] = (),
    smooth: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """A sheet of square images (n, pixels), dark ink on white, its rows and columns named by the labels.

    smooth: between the pixels, for pictures shown large
    """
    sheet = tile(images, columns)
    if ax is None:
        width = 8.0
        _, ax = plt.subplots(figsize=(width, width * sheet.shape[0] / sheet.shape[1] + 0.45))
    between = "bicubic" if smooth else "nearest"
    ax.imshow(sheet, vmin=0, vmax=1, cmap="gray_r", interpolation=between)
    ax.set_title(title)
    side = math.isqrt(images.shape[1])
    for set_ticks, labels in ((ax.set_yticks, row_labels), (ax.set_xticks, column_labels)):
        set_ticks([(side + 2) * index + (side - 1) / 2 for index in range(len(labels))], labels)
    ax.tick_params(length=0, bottom=False, top=True, labelbottom=False, labeltop=True)
    ax.spines[:].set_visible(False)
    return ax


def latent_plane(codes: Tensor, labels: Tensor, *, title: str = "", ax: Axes | None = None) -> Axes:
    """Codes (n, 2) in the plane, each drawn as the digit it belongs to, in that digit's colour."""
    check_floats("codes", codes, (None, 2))
    if labels.shape != codes.shape[:1]:
        raise ValueError(
            f"labels: one for each of the {len(codes)} codes is needed, not the shape {tuple(labels.shape)}"
        )
    if ax is None:
        _, ax = plt.subplots(figsize=(5.2, 5.2))
    points, classes = codes.detach().cpu().numpy(), labels.cpu().numpy()
    for digit in range(10):
        chosen = points[classes == digit]
        ax.scatter(chosen[:, 0], chosen[:, 1], marker=f"${digit}$", s=22, lw=0.3, color=DIGIT_COLORS[digit])
    ax.set(xlabel="$z_1$", ylabel="$z_2$", title=title)
    ax.set_aspect("equal", adjustable="box")
    return ax
