"""helpers.widgets.Explorer."""

import base64
import io

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from IPython.core.formatters import DisplayFormatter

from helpers.figures import png
from helpers.widgets import Explorer
from tests.example_widgets import bars, explorer


def pixels(png: bytes) -> np.ndarray:
    return plt.imread(io.BytesIO(png))


def shown(widget) -> np.ndarray:
    """The picture above the ones of the ends."""
    return pixels(widget._picture.value)


def test_a_slider_has_the_ends_the_start_and_the_steps_that_were_asked_for():
    a, b = explorer()["a"], explorer()["b"]
    assert (type(a), type(b)) == (ipywidgets.FloatSlider, ipywidgets.IntSlider)
    assert (a.min, a.max, a.value, a.step, a.description) == (0.0, 10.0, 5.0, 0.1, "a")
    assert (b.min, b.max, b.value, b.step, b.description) == (-2, 10, 5, 1, "b")


def test_each_slider_changes_what_it_names():
    widget = explorer()
    start = shown(widget)
    half = start.shape[1] // 2
    widget["a"].value = 9.0
    changed = np.abs(shown(widget) - start).sum((0, 2))
    assert changed[:half].sum() > 0 == changed[half + 10 :].sum()
    widget["a"].value, widget["b"].value = 5.0, 1
    changed = np.abs(shown(widget) - start).sum((0, 2))
    assert changed[half:].sum() > 0 == changed[:half].sum()
    assert widget.values == {"a": 5.0, "b": 1}
    assert plt.get_fignums() == []


def test_a_console_gets_the_repr_and_a_page_without_a_kernel_the_picture():
    widget = explorer()
    widget["b"].value = 7
    bundle = widget._repr_mimebundle_()
    assert bundle["text/plain"] == repr(widget) == "Explorer(a=5.0 of 0 to 10, b=7 of -2 to 10)"
    assert base64.b64decode(bundle["image/png"]) == widget.picture
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert DisplayFormatter().format(widget)[0] == bundle  # which a notebook asks for: no way around it


def test_the_picture_shows_now_and_below_it_both_ends_and_each_option():
    kinds = ipywidgets.ToggleButtons(options=["full", "empty"])
    widget = Explorer(bars, a=(0.0, 10.0, 5.0), b=(-2, 10, 10), kind=kinds)
    sheet, values = pixels(widget.picture), widget.values
    height, width = shown(widget).shape[:2]
    assert np.array_equal(sheet[:height], shown(widget))
    below = sheet[height:]
    for change in ({"a": 0.0}, {"a": 10.0}, {"b": -2}, {"kind": "empty"}):
        other = pixels(png(bars(**values | change), scale=0.5))
        plt.close()
        places = [(top, left) for top in range(len(below) - len(other) + 1) for left in (0, width // 2)]
        windows = (below[top : top + len(other), left : left + width // 2] for top, left in places)
        assert any(np.array_equal(window, other) for window in windows), change
    assert widget.values == values
    assert plt.get_fignums() == []


def test_the_picture_leaves_torch_as_it_was():
    def draw(a):
        torch.set_grad_enabled(False)
        return bars(*torch.rand(1).tolist())

    with torch.enable_grad():
        widget = Explorer(draw, a=(0.0, 10.0, 5.0))
    state = torch.manual_seed(3).get_state()
    with torch.enable_grad():
        assert widget.picture
        assert torch.is_grad_enabled()
    assert torch.equal(torch.get_rng_state(), state)


def test_no_figure_is_open_while_one_is_drawn(monkeypatch):
    """A cell that ends meanwhile, in another thread, draws all open figures."""
    widget, drawn = explorer(), []
    monkeypatch.setattr("helpers.widgets.explorer.png", lambda *_: drawn.append(plt.get_fignums()) or b"")
    widget["a"].value = 7.0
    assert drawn == [[]]


def test_an_error_in_a_redraw_is_said_the_picture_stays_and_no_figure_is_left_open():
    widget = explorer()
    before = widget._picture.value
    widget["a"].value = 9.5
    assert "ValueError: &lt;b&gt;nine and a half" in widget.children[-1].value
    assert widget._picture.value == before
    assert plt.get_fignums() == []
    widget["a"].value = 2.0
    assert widget.children[-1].value == ""


@pytest.mark.parametrize(
    ("draw", "control", "error", "says"),
    [
        (None, (0.0, 1.0, 0.5), TypeError, "draw: a function of .* is needed, not None"),
        (lambda a: None, (0.0, 1.0, 0.5), TypeError, "draw: it must return a Figure, not NoneType"),
        (bars, (0.0, 1.0), ValueError, "a: .* needed, not \\(0.0, 1.0\\)"),
        (bars, (0.0, 1.0, 2.0), ValueError, "a: .* low <= start <= high"),
        (bars, 3, TypeError, "a: .* or a widget with a value is needed, not int"),
    ],
)
def test_a_learners_mistake_is_named(draw, control, error, says):
    with pytest.raises(error, match=says):
        Explorer(draw, a=control)
