"""helpers.figures (the drawn graph is in test_autograd.py, the map in test_map.py)."""

import io
import math

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgba

from helpers import figures


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_tile_puts_each_image_in_its_place():
    images = torch.arange(5).float()[:, None].expand(-1, 16) + 1
    sheet = figures.tile(images, columns=3)
    assert sheet.shape == (10, 16)
    assert [sheet[0, 0], sheet[0, 6], sheet[0, 12], sheet[6, 0], sheet[6, 6]] == [1, 2, 3, 4, 5]
    assert sheet[4:6].sum() == sheet[6:, 12:].sum() == 0


def test_show_digits_shows_the_pixels_dark_on_white():
    digit = torch.linspace(0, 1, 784)
    (image,) = figures.show_digits(digit[None], columns=1).get_images()
    np.testing.assert_allclose(image.get_array(), digit.view(28, 28), atol=1e-6)
    assert image.cmap(1.0)[:3] == (0, 0, 0)
    assert image.get_clim() == (0, 1)


@pytest.mark.parametrize("side", [7, 28])
def test_labels_stand_at_the_middle_of_their_rows_and_columns(side):
    names = ["one", "two", "three"]
    ax = figures.show_digits(torch.ones(6, side**2), columns=2, row_labels=names, column_labels=names[:2])
    rows, columns = figures.tile(torch.ones(6, side**2), 2).nonzero()
    for axis, where, count in ((ax.yaxis, rows, 3), (ax.xaxis, columns, 2)):
        middles = [np.mean(part) for part in np.array_split(np.unique(where), count)]
        assert axis.get_ticklocs() == pytest.approx(middles)
        assert [label.get_text() for label in axis.get_ticklabels()] == names[:count]
    assert ax.get_ylim() == (3 * (side + 2) - 2.5, -0.5)  # the whole sheet, and nothing beside it


def test_latent_plane_draws_each_code_as_its_digit():
    codes, labels = torch.tensor([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]), torch.tensor([7, 7, 2])
    ax = figures.latent_plane(codes, labels)
    drawn = {i: c.get_offsets() for i, c in enumerate(ax.collections) if len(c.get_offsets())}
    assert list(drawn) == [2, 7]
    assert drawn[7].tolist() == [[0.0, 1.0], [2.0, 3.0]]
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_aspect()) == ("$z_1$", "$z_2$", 1.0)


def test_a_triangle_puts_each_one_hot_at_its_corner_and_marks_the_largest_entry():
    ax, high = figures.triangle(torch.cat([torch.eye(3), torch.tensor([[0.2, 0.5, 0.3]])])), math.sqrt(0.75)
    marks = [[(round(x, 6), round(y, 6)) for x, y in line.get_xydata().tolist()] for line in ax.lines]
    assert {points[0] for points in marks} == {(0.0, 0.0), (1.0, 0.0), (0.5, round(high, 6))}
    assert [len(points) for points in marks] == [1, 2, 1]
    assert marks[1][1] == (round(0.5 + 0.3 * 0.5, 6), round(0.3 * high, 6))
    assert len({line.get_color() for line in ax.lines} | {line.get_marker() for line in ax.lines}) == 6
    assert [text.get_text() for text in ax.texts] == ["1", "2", "3"]


def test_a_node_diagram_shows_nodes_dice_and_arrows():
    ax = figures.node_diagram(
        {"a": (0, 0), "b": (1, 0), "c": (0.5, 1)},
        [("a", "c"), ("b", "c")],
        random=["b"],
        back={("a", "c"): "2.0", ("b", "c"): "0"},
    )
    texts = {text.get_text(): text for text in ax.texts if text.get_text()}
    assert set(texts) == {"a", "b", "c", "\u2684", "2.0", "✂ 0"}
    shapes = {name: type(texts[name].get_bbox_patch().get_boxstyle()).__name__ for name in "abc"}
    assert shapes == {"a": "Round", "b": "Circle", "c": "Round"}
    colours = {to_rgba(getattr(figures, name)): name for name in ("INK", "RED", "GREEN")}
    arrows = [text for text in ax.texts if not text.get_text()]
    assert [(a.get_position(), a.xy, colours[a.arrow_patch.get_edgecolor()]) for a in arrows] == [
        ((0, 0), (0.5, 1), "INK"),
        ((0.5, 1), (0, 0), "GREEN"),
        ((1, 0), (0.5, 1), "INK"),
        ((0.5, 1), (1, 0), "RED"),
    ]


def test_highlighted_nodes_of_a_diagram_are_bold_and_boxes_filled():
    places = {"a": (0, 0), "b": (1, 0), "c": (2, 0), "d": (3, 0)}
    ax = figures.node_diagram(places, [("a", "b")], random=["b", "d"], highlight=["a", "b"])
    boxes = {text.get_text(): text.get_bbox_patch() for text in ax.texts if text.get_text() in places}
    assert boxes["a"].get_facecolor() != boxes["c"].get_facecolor()
    assert boxes["b"].get_facecolor() == boxes["d"].get_facecolor()  # a random one keeps its colour
    assert boxes["a"].get_linewidth() == boxes["b"].get_linewidth() > boxes["c"].get_linewidth()


def test_a_png_has_the_size_of_its_figure_whatever_a_matplotlibrc_says():
    with plt.rc_context({"savefig.bbox": "tight"}):
        figures.use_style()
        figure, _ = plt.subplots(figsize=(3, 2))
        assert plt.imread(io.BytesIO(figures.png(figure))).shape == (200, 300, 4)
        assert plt.imread(io.BytesIO(figures.png(figure, 0.5))).shape == (100, 150, 4)
