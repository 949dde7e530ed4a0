"""The comparison of pictures: what must fail and what must pass, on small figures drawn here."""

import io
import re

import numpy as np
import pytest
from matplotlib.figure import Figure

from tests import pictures
from tests.conftest import NOTEBOOKS

X = np.linspace(0, 6, 60)


def drawn(change=lambda figure, curves, bars: None):
    """Two panels in the lessons' way, curves and bars, with `change` made to them."""
    figure, file = Figure(figsize=(7, 3)), io.BytesIO()
    curves, bars = figure.subplots(1, 2)
    curves.plot(X, np.sin(X), color="#0072b2", lw=2, label="pathwise")
    curves.plot(X, np.cos(X), color="#d55e00", lw=2, label="score function")
    curves.axhline(0, color="0.2", lw=2)
    curves.legend(loc="upper right")
    curves.set(xlabel="steps", ylabel="error in nats", ylim=(-1.2, 1.8))
    curves.set_title("Two estimators", loc="left")
    bars.bar(range(4), [4, 1, 3, 2], color="#0072b2")
    for x, digit in enumerate("3751"):
        bars.text(x, 4.3, digit, fontsize=36, ha="center")
    bars.set_ylim(0, 7)
    change(figure, curves, bars)
    figure.savefig(file)
    return pictures.read(file.getvalue())


@pytest.fixture(scope="module")
def saved():
    return drawn()


def differ(one, other, reach=pictures.REACH):
    return pictures.compare(one, other, reach).pixels > pictures.LIMIT


def line_missing(figure, curves, bars):
    curves.lines[0].remove()


def grey_line_missing(figure, curves, bars):
    curves.lines[2].remove()


def legend_missing(figure, curves, bars):
    curves.get_legend().remove()


def title_missing(figure, curves, bars):
    curves.set_title("", loc="left")


def label_missing(figure, curves, bars):
    curves.set_ylabel("")


def colours_exchanged(figure, curves, bars):
    curves.lines[0].set_color("#d55e00")
    curves.lines[1].set_color("#0072b2")


def other_data(figure, curves, bars):
    curves.lines[0].set_ydata(np.sin(X + 1))


def bars_exchanged(figure, curves, bars):
    bars.patches[0].set_height(1)
    bars.patches[1].set_height(4)


def bar_half_as_high(figure, curves, bars):
    bars.patches[2].set_height(1.5)


def digits_exchanged(figure, curves, bars):
    bars.texts[0].set_text("7")
    bars.texts[1].set_text("3")


def panel_emptied(figure, curves, bars):
    bars.clear()


def figure_emptied(figure, curves, bars):
    figure.clear()


@pytest.mark.parametrize(
    "change",
    [
        line_missing,
        grey_line_missing,
        legend_missing,
        title_missing,
        label_missing,
        colours_exchanged,
        other_data,
        bars_exchanged,
        bar_half_as_high,
        digits_exchanged,
        panel_emptied,
        figure_emptied,
    ],
    ids=lambda change: change.__name__,
)
def test_a_figure_with_one_thing_changed_fails(saved, change):
    assert differ(saved, drawn(change))


@pytest.mark.parametrize("change", [line_missing, panel_emptied], ids=lambda change: change.__name__)
def test_where_the_training_decides_the_place_a_missing_thing_fails(saved, change):
    assert differ(saved, drawn(change), pictures.FAR)


def moved(figure, curves, bars):
    """As if trainings had ended a little elsewhere: by 0.5 % of the axes; the bars by 1 %."""
    for line, by in zip(curves.lines[:2], (0.015, -0.015), strict=True):
        line.set_ydata(line.get_ydata() + by)
    for bar in bars.patches:
        bar.set_height(1.01 * bar.get_height())


def test_a_figure_with_slightly_different_numbers_passes(saved):
    assert pictures.compare(saved, drawn()).pixels == 0
    assert not differ(saved, drawn(moved))


def test_a_turned_or_mirrored_picture_and_other_colours_fail(saved):
    for other in (saved[::-1], saved[:, ::-1], saved.swapaxes(0, 1), saved[..., ::-1], 255 - saved):
        assert differ(saved, other)


def test_white_paper_around_does_not_count(saved):
    assert pictures.compare(saved, np.pad(saved, ((0, 9), (0, 9), (0, 0)), constant_values=255)).pixels == 0


def test_it_says_where_and_how_much():
    one = np.full((100, 100, 3), 255, np.uint8)
    other = one.copy()
    other[60:70, 10:20] = 0
    difference = pictures.compare(one, other)
    assert (difference.lost.sum(), difference.added.sum(), difference.pixels) == (0, 100, 100)
    assert "0 pixels of the saved picture have no such ink near them" in str(difference)


def test_every_saved_picture_is_one_that_is_compared():
    for path in NOTEBOOKS:
        assert set(re.findall(r'"(image/[^"]+)": ', path.read_text(encoding="utf-8"))) <= {"image/png"}
