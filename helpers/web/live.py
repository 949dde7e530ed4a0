"""Inside the kernel of a lesson: a widget that is displayed becomes HTML, and files beside the page."""

import html
import itertools
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ipywidgets
import matplotlib.pyplot as plt
import torch
from matplotlib.figure import Figure

from helpers.widgets import Explorer, Predict
from helpers.widgets._base import BrowserWidget, WithPicture, bare, packed, script
from helpers.words import said, said_by

HERE = Path(__file__).parent
MOST = 150  # pictures of one Explorer


class Page:
    """The widgets of one lesson; their files go to folder/name, their scripts to folder/up/widgets."""

    def __init__(self, folder: str, name: str, up: str = ""):
        self.folder, self.name, self.scripts = Path(folder), name, Path(folder, up, "widgets")
        self.ids = {}  # model_id -> the id on the page: shown twice it is still one widget
        for part in (self.folder / name, self.scripts):
            part.mkdir(exist_ok=True)

    def take_over(self) -> None:
        """From now on a displayed widget is what `html` makes of it."""
        page = self

        def bundle(self, **kwargs) -> dict:
            with torch.random.fork_rng():  # the cells that follow draw what they would have drawn
                return {"text/html": page.html(self), "text/plain": repr(self)}

        WithPicture._repr_mimebundle_ = bundle

    def html(self, widget: BrowserWidget | Explorer) -> str:
        """Where the widget will stand, with its picture until then."""
        name, kind = self.add(widget), type(widget).__name__
        return f'<div class="live" data-widget="{kind}" data-model="{name}">{self.still(widget, name)}</div>'

    def still(self, widget: BrowserWidget | Explorer, name: str) -> str:
        """What stands there until the widget runs."""
        if isinstance(widget, Predict):
            return widget.text()
        figure = widget._draw(**widget.values) if isinstance(widget, Explorer) else widget.figure()
        wide, high = self.save(figure, f"{name}.webp")
        about = html.escape(said(repr(widget)))
        return f'<img src="{name}.webp" alt="{about}" width="{wide}" height="{high}">'

    def add(self, widget: BrowserWidget | Explorer) -> str:
        """Writes the widget's state and script. Returns its id."""
        if widget.model_id in self.ids:
            return self.ids[widget.model_id]
        self.ids[widget.model_id] = name = f"{self.name}/widget{len(self.ids) + 1}"
        if isinstance(widget, Explorer):
            module = script(HERE / "explorer.js")
            state = self.draw_all(widget, name) | {"_words": said_by(module)}
        else:
            state, module = widget._state(), str(widget._esm)
        (self.folder / f"{name}.js").write_text(
            f'course.states["{name}"] = {packed(state)};\n', encoding="utf-8"
        )
        kind = type(widget).__name__
        (self.scripts / f"{kind}.js").write_text(
            f"course.widgets.{kind} = (() => {{\n{bare(module)}return widget.render;\n}})();\n",
            encoding="utf-8",
        )
        return name

    def save(self, figure: Figure, name: str) -> tuple[int, int]:
        """Writes a figure as WebP, which is smaller than PNG, and closes it. Returns its width and height."""
        figure.savefig(self.folder / name, dpi=figure.dpi, pil_kwargs={"lossless": True, "method": 2})
        plt.close(figure)
        return figure.canvas.get_width_height()

    def draw_all(self, explorer: Explorer, name: str) -> dict:
        """Draws an Explorer's pictures, one for each setting. Returns what its script needs to know."""
        controls = grid(explorer)
        for index, values in enumerate(itertools.product(*(one.pop("values") for one in controls))):
            size = self.save(
                explorer._draw(**dict(zip(explorer.values, values, strict=True))), f"{name}-{index}.webp"
            )
        return {
            "controls": controls,
            "at": [one["start"] for one in controls],
            "pictures": name,
            "size": size,
        }


def grid(explorer: Explorer, most: int = MOST) -> list[dict]:
    """What each control can be set to on a page: fewer places of sliders, so that there are `most` settings.

    Each has its `name`, its `values` and their `labels`, the index `start` of the one shown now, how many
    there are in Jupyter, `of`, and whether it is made of `buttons`.
    """
    controls = list(explorer._controls.values())
    sliders = sorted((one for one in controls if not one.has_trait("options")), key=_steps)
    room = most // math.prod(len(one.options) for one in controls if one.has_trait("options"))
    made = {}
    for left, slider in zip(range(len(sliders), 0, -1), sliders, strict=True):
        at = round((slider.value - slider.min) / slider.step)
        whole = [
            round((n - slider.min) / slider.step)
            for n in range(math.ceil(slider.min), math.floor(slider.max) + 1)
        ]
        picked = spread(_steps(slider), max(3, int(room ** (1 / left) + 1e-9)), at, whole)
        room //= len(picked)
        values = [slider.value if i == at else slider.min + i * slider.step for i in picked]
        labels = [format(value, slider.readout_format) for value in values]
        made[slider] = {
            "values": values,
            "labels": labels,
            "start": picked.index(at),
            "of": _steps(slider),
            "buttons": False,
        }
    for control in set(controls) - set(sliders):
        labels, values = map(list, zip(*control._options_full, strict=True))
        made[control] = {
            "values": values,
            "labels": labels,
            "start": control.index,
            "of": len(values),
            "buttons": isinstance(control, ipywidgets.ToggleButtons),
        }
    return [{"name": control.description} | made[control] for control in controls]


def _steps(slider: Any) -> int:
    return round((slider.max - slider.min) / slider.step) + 1


def spread(steps: int, most: int, start: int, marks: Sequence[int] = ()) -> Sequence[int]:
    """At most `most` evenly spaced ones of `steps` steps, both ends and `start` among them.

    Up to a third fewer if `start` then falls into place; if it never does, the nearest one between the ends
    gives way to it. Then one gives way to each of `marks`, if these are fewer: a text names whole numbers.
    """
    if most >= steps:
        return range(steps)
    picked = _even(steps, most, start)
    if len(marks) < len(picked):
        for mark in set(marks) - set(picked):
            nearest = min(picked[1:-1], key=lambda i: abs(i - mark))
            if nearest not in (start, *marks):
                picked[picked.index(nearest)] = mark
    return sorted(picked)


def _even(steps: int, most: int, start: int) -> list[int]:
    tries = [
        [round(i * (steps - 1) / (count - 1)) for i in range(count)]
        for count in range(most, max(2, math.ceil(most * 2 / 3)) - 1, -1)
    ]
    for picked in tries:
        if start in picked:
            return picked
    most_even = tries[0]
    most_even[min(range(1, most - 1), key=lambda i: abs(most_even[i] - start))] = start
    return most_even
