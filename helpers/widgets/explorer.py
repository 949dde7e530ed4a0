"""`Explorer`: sliders that drive one picture."""

import html
import io
import itertools
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets
import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from helpers._arguments import check_function
from helpers.figures import png
from helpers.training import preserves_torch_state
from helpers.widgets._base import WithPicture
from helpers.words import said

Control = widgets.ValueWidget | tuple
CAPTION = 24  # pixels


class Explorer(WithPicture, widgets.VBox):
    """Sliders that drive one picture.

    draw: a pure function, `draw(**values) -> Figure`, called with the value of each control
    controls: for each argument of `draw` a slider, given as (low, high, start), or any widget that
        has a `value`. Whole numbers give whole steps; otherwise a slider has 100 steps.

    The picture is one image element whose bytes are replaced, so nothing flickers and no second
    figure appears. Set a control's `.value` from Python to move it: `explorer["mu"].value = 2`.
    """

    def __init__(self, draw: Callable[..., Figure], /, **controls: Control):
        check_function("draw", draw, "the controls' values")
        self._draw = draw
        self._controls = {name: _control(name, given) for name, given in controls.items()}
        self._picture = widgets.Image(
            format="png", layout=widgets.Layout(max_width="100%", align_self="flex-start")
        )  # its own size: a VBox would stretch it
        self._message = widgets.HTML()
        super().__init__([*self._controls.values(), self._picture, self._message])
        self._picture.value = self._render()  # an error in `draw` is raised here, to whoever wrote it
        for control in self._controls.values():
            control.observe(self._redraw, "value")

    def __getitem__(self, name: str) -> Any:
        """The control of the argument `name`."""
        return self._controls[name]

    @property
    def values(self) -> dict:
        """The value of each control now."""
        return {name: control.value for name, control in self._controls.items()}

    @property
    @preserves_torch_state
    def picture(self) -> bytes:
        """The picture shown now; below it, half as large, both ends or each option of every control. PNG."""
        now = plt.imread(io.BytesIO(self._picture.value))
        others = [
            (f"{name} = {value}", plt.imread(io.BytesIO(self._render(0.5, **{name: value}))))
            for name, value in self._elsewhere()
        ]
        rows = [others[i : i + 2] for i in range(0, len(others), 2)]
        below = [CAPTION + max(len(picture) for _, picture in row) for row in rows]
        height, width = len(now) + sum(below), now.shape[1]
        sheet = Figure(figsize=(width / 100, height / 100), dpi=100, facecolor="white")
        sheet.set_layout_engine("none")
        sheet.figimage(now, 0, sum(below), origin="upper")
        for row, top in zip(rows, itertools.accumulate(below, initial=len(now)), strict=False):
            for left, (caption, picture) in zip((0, width // 2), row, strict=False):
                sheet.text(
                    (left + 8) / width, 1 - (top + CAPTION / 2) / height, caption, fontsize=9, va="center"
                )
                sheet.figimage(picture, left, height - top - CAPTION - len(picture), origin="upper")
        return png(sheet)

    def _elsewhere(self) -> list[tuple[str, object]]:
        """(name, value): both ends or each option of every control, where it is not now."""
        found = []
        for name, control in self._controls.items():
            if control.has_trait("options"):
                ends = control._options_values
            else:
                ends = (control.min, control.max) if control.has_trait("min") else ()
            found += [(name, value) for value in ends if value != control.value]
        return found

    def _render(self, scale: float = 1, **changed) -> bytes:
        before = set(plt.get_fignums())
        try:
            figure = self._draw(**self.values | changed)
            if not isinstance(figure, Figure):
                raise TypeError(f"draw: it must return a Figure, not {type(figure).__name__}")
        finally:  # also the figures of a `draw` that failed halfway
            for number in set(plt.get_fignums()) - before:
                plt.close(number)
        # Only now: a cell that ends meanwhile, in another thread, would draw an open figure at the same time.
        return png(figure, scale)

    def _redraw(self, _change) -> None:
        try:
            self._picture.value = self._render()
            self._message.value = ""
        except Exception as error:  # a callback's traceback would be lost: say it under the picture
            text = html.escape(f"{type(error).__name__}: {error}")
            self._message.value = said(f"The picture could not be drawn for these values. {text}")

    def __repr__(self) -> str:
        """Each value and what it can be set to, so that a saved lesson says it and its test compares it."""
        said = (f"{name}={control.value}{_range(control)}" for name, control in self._controls.items())
        return f"Explorer({', '.join(said)})"


def _control(name: str, given: Control) -> Any:
    control: Any
    if isinstance(given, tuple):
        if len(given) != 3 or not given[0] <= given[2] <= given[1]:
            raise ValueError(f"{name}: (low, high, start) with low <= start <= high is needed, not {given!r}")
        low, high, start = given
        whole = all(isinstance(number, int) for number in given)
        slider = widgets.IntSlider if whole else widgets.FloatSlider
        step = 1 if whole else (high - low) / 100
        control = slider(value=start, min=low, max=high, step=step)
        if step < 0.01:
            control.readout_format = ".3g"
    elif isinstance(given, widgets.Widget) and given.has_trait("value"):
        control = given
    else:
        raise TypeError(
            f"{name}: (low, high, start) or a widget with a value is needed, not {type(given).__name__}"
        )
    control.description = control.description or name
    control.style.description_width = "initial"
    return control


def _range(control: Any) -> str:
    if control.has_trait("options"):
        return " of " + "/".join(str(one[0] if isinstance(one, tuple) else one) for one in control.options)
    return f" of {control.min:g} to {control.max:g}" if control.has_trait("min") else ""
