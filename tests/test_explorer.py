"""helpers.widgets.Explorer and the plots of helpers.figures."""

import base64
import io

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from IPython.core.formatters import DisplayFormatter

from helpers import figures
from helpers.training import History
from helpers.vae import Terms
from helpers.widgets import Explorer


def bars(a, b):
    fig, ax = plt.subplots(figsize=(3, 2))
    ax.bar([0, 1], [a, b])
    ax.set_ylim(0, 10)
    return fig


def pixels(png: bytes) -> np.ndarray:
    return plt.imread(io.BytesIO(png))


def test_each_slider_changes_what_it_names():
    explorer = Explorer(bars, a=(0.0, 10.0, 5.0), b=(0, 10, 5))
    start = pixels(explorer.picture)
    half = start.shape[1] // 2
    explorer["a"].value = 9.0
    moved = pixels(explorer.picture)
    changed = np.abs(moved - start).sum((0, 2))
    assert changed[:half].sum() > 0
    assert changed[half + 10:].sum() == 0
    explorer["a"].value, explorer["b"].value = 5.0, 1
    changed = np.abs(pixels(explorer.picture) - start).sum((0, 2))
    assert changed[: half].sum() == 0
    assert changed[half:].sum() > 0
    assert explorer.values == {"a": 5.0, "b": 1}


def test_the_picture_keeps_its_size_and_no_figure_stays_open():
    explorer = Explorer(bars, a=(0.0, 10.0, 5.0), b=(0, 10, 5))
    shape = pixels(explorer.picture).shape
    for value in (0.0, 10.0, 3.3):
        explorer["a"].value = value
        assert pixels(explorer.picture).shape == shape
    assert plt.get_fignums() == []


def test_repr_and_mimebundle():
    explorer = Explorer(bars, a=(0.0, 10.0, 5.0), b=(0, 10, 5))
    explorer["b"].value = 7
    assert repr(explorer) == "Explorer(a=5.0, b=7)"
    bundle = explorer._repr_mimebundle_()
    assert bundle["text/plain"] == "Explorer(a=5.0, b=7)"
    assert base64.b64decode(bundle["image/png"]) == explorer.picture
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert DisplayFormatter().format(explorer)[0] == bundle  # which a notebook asks for: no way around it


def test_whole_numbers_give_whole_steps_and_labels_default_to_names():
    explorer = Explorer(bars, a=(0.0, 10.0, 5.0), b=(0, 10, 5))
    assert isinstance(explorer["b"], ipywidgets.IntSlider)
    assert isinstance(explorer["a"], ipywidgets.FloatSlider)
    assert explorer["a"].description == "a"


def test_other_widgets_are_controls_too():
    def draw(kind):
        fig, ax = plt.subplots(figsize=(2, 1))
        ax.set_title(kind)
        return fig

    explorer = Explorer(draw, kind=ipywidgets.ToggleButtons(options=["fresh", "same"]))
    before = explorer.picture
    explorer["kind"].value = "same"
    assert explorer.picture != before


def test_an_error_in_a_redraw_is_said_and_escaped_and_the_picture_stays():
    def draw(a):
        if a > 5:
            raise ValueError("<script>bad</script>")
        return bars(a, 1)

    explorer = Explorer(draw, a=(0.0, 10.0, 1.0))
    before = explorer.picture
    explorer["a"].value = 9.0
    message = explorer.children[-1].value
    assert explorer.picture == before
    assert "&lt;script&gt;" in message
    assert "<script>" not in message
    explorer["a"].value = 2.0
    assert explorer.children[-1].value == ""


def test_a_draw_that_fails_halfway_leaves_no_figure_open():
    def draw(a):
        fig = bars(a, 1)
        if a > 5:
            raise ValueError
        return fig

    Explorer(draw, a=(0.0, 10.0, 1.0))["a"].value = 9.0
    assert plt.get_fignums() == []


@pytest.mark.parametrize(("draw", "controls", "error"), [
    ("bars", dict(a=(0.0, 1.0, 0.5)), TypeError),
    (bars, dict(), ValueError),
    (bars, dict(a=(0.0, 1.0)), ValueError),
    (bars, dict(a=(0.0, 1.0, 2.0)), ValueError),
    (bars, dict(a=3), TypeError),
    (lambda a: None, dict(a=(0.0, 1.0, 0.5)), TypeError),
    (bars, dict(a=(0, 1, None)), TypeError),
    (bars, dict(a=ipywidgets.Image()), TypeError),
])
def test_refuses(draw, controls, error):
    with pytest.raises(error):
        Explorer(draw, **controls)


# -- figures -----------------------------------------------------------------------------------


def test_tile_puts_each_image_in_its_place():
    images = torch.arange(5).float()[:, None].expand(-1, 16) + 1
    sheet = figures.tile(images, columns=3)
    assert sheet.shape == (10, 16)
    assert [sheet[0, 0], sheet[0, 6], sheet[0, 12], sheet[6, 0], sheet[6, 6]] == [1, 2, 3, 4, 5]
    assert sheet[4:6].sum() == 0
    assert sheet[6:, 12:].sum() == 0


@pytest.mark.parametrize(("images", "columns"), [(torch.zeros(784), 1), (torch.zeros(2, 15), 1),
                                                 (torch.zeros(2, 16), 0), ([[0.0]], 1)])
def test_tile_refuses(images, columns):
    with pytest.raises(ValueError, match="images|columns"):
        figures.tile(images, columns)


def test_show_digits_shows_the_pixels_dark_on_white():
    digit = torch.linspace(0, 1, 784)
    image, = figures.show_digits(digit[None], columns=1).get_images()
    np.testing.assert_allclose(image.get_array(), digit.view(28, 28), atol=1e-6)
    assert image.cmap(1.0)[:3] == (0, 0, 0)
    assert image.get_clim() == (0, 1)
    plt.close("all")


def test_latent_plane_draws_each_code_as_its_digit():
    codes, labels = torch.tensor([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]), torch.tensor([7, 7, 2])
    ax = figures.latent_plane(codes, labels)
    drawn = {i: c.get_offsets() for i, c in enumerate(ax.collections) if len(c.get_offsets())}
    assert list(drawn) == [2, 7]
    assert drawn[7].tolist() == [[0.0, 1.0], [2.0, 3.0]]
    with pytest.raises(ValueError, match="codes"):
        figures.latent_plane(codes, labels[:2])
    plt.close("all")


def test_learning_curves_draw_the_history():
    history = History([Terms(-90.0, 10.0), Terms(-80.0, 12.0)], [Terms(-95.0, 11.0), Terms(-85.0, 13.0)])
    left, right = figures.learning_curves(history)
    lines = {line.get_label(): list(line.get_ydata()) for ax in (left, right) for line in ax.lines}
    assert lines == {"training": [100.0, 92.0], "held out": [106.0, 98.0],
                     "-reconstruction": [95.0, 85.0], "KL": [11.0, 13.0]}
    legends = [ax.get_legend() for ax in (left, right)]
    assert all(legends)
    assert [[text.get_text() for text in legend.get_texts()] for legend in legends] == [
        ["training", "held out"], ["-reconstruction", "KL"]]
    plt.close("all")
