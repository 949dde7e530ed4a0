"""The comparison of pictures: what must fail and what must pass, on the lessons' own saved figures."""

import contextlib
import io
import os
import pickle
import subprocess
import sys

import matplotlib as mpl
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from IPython.core.pylabtools import print_figure

from tests import pictures
from tests.conftest import ROOT
from tests.test_lessons import LESSONS, code, default_dtype_kept

CELLS = {f"{name[:2]}-{at}": cell for name in LESSONS for at, cell in enumerate(code(name))}
SAVED = {name: pictures.read(png) for name, cell in CELLS.items()
         for png in pictures.of_outputs(cell.outputs)}


def differ(one, other):
    return pictures.compare(one, other).pixels > pictures.LIMIT


def test_all_saved_pictures_are_compared():
    """One for each cell that has any, and all of them PNGs."""
    images = [kind for cell in CELLS.values() for output in cell.outputs for kind in output.get("data", {})
              if kind.startswith("image/")]
    assert set(images) == {"image/png"}
    assert len(images) == len(SAVED) >= 70
    assert sum(pictures.MAY_MOVE in cell.metadata.get("tags", []) for cell in CELLS.values()) == 2


@pytest.mark.parametrize("name", SAVED)
def test_a_blank_turned_or_mirrored_picture_or_other_colours_fail(name):
    saved = SAVED[name]
    assert pictures.compare(saved, saved).pixels == 0
    blank = np.full_like(saved, 255)
    far = pictures.FAR if pictures.MAY_MOVE in CELLS[name].metadata.get("tags", []) else pictures.REACH
    assert pictures.compare(saved, blank, far).pixels > pictures.LIMIT
    assert differ(saved, saved[::-1])
    assert differ(saved, saved.swapaxes(0, 1))
    if name != "08-18":  # an empty sheet to draw on, with its frame, is nearly its own mirror image
        assert differ(saved, saved[:, ::-1])
    if (np.ptp(saved, axis=2) > 60).sum() > 500:
        assert differ(saved, saved[..., ::-1]), "red and blue exchanged"


# Left, upper edge, width and height of two digits in pictures of digits.
DIGITS = {
    "00-3": [(20, 40, 70, 70), (262, 40, 70, 70)],
    "01-28": [(130, 40, 60, 60), (130, 120, 60, 60)],
    "07-17": [(20, 40, 70, 70), (340, 110, 70, 70)],
    "09-28": [(200, 5, 50, 50), (260, 5, 50, 50)],
    "10-53": [(150, 5, 60, 60), (220, 5, 60, 60)],
}


@pytest.mark.parametrize("name", DIGITS)
def test_two_exchanged_digits_fail(name):
    saved = SAVED[name]
    one, other = (np.s_[top : top + height, left : left + width]
                  for left, top, width, height in DIGITS[name])
    exchanged = saved.copy()
    exchanged[one], exchanged[other] = saved[other], saved[one]
    assert differ(saved, exchanged)


def test_another_colour_map_fails():
    saved = SAVED["01-21"]
    assert differ(saved, 255 - saved)
    viridis = (255 * mpl.colormaps["viridis"](saved[..., 0])[..., :3]).astype(np.uint8)
    assert differ(saved, np.where(np.ptp(saved, axis=2, keepdims=True) < 10, viridis, saved))


# -- Figures of the lessons, drawn again by matplotlib with one thing changed ------------------------


@pytest.fixture(scope="module")
def figures():
    """name of a cell -> its figure, pickled; the cells of lessons that need no training, run here."""
    found = {}
    with mpl.rc_context():  # the lessons' style, until the last figure is drawn again
        with default_dtype_kept(), contextlib.redirect_stdout(io.StringIO()):
            for lesson, last in (("02", 18), ("05", 27)):
                space = {}
                name = next(name for name in LESSONS if name.startswith(lesson))
                for at, cell in enumerate(code(name)[: last + 1]):
                    if "exercise-stub" not in cell.metadata.get("tags", []):
                        exec(compile(cell.source, f"{lesson}-{at}", "exec"), space)
                    if plt.get_fignums():
                        found[f"{lesson}-{at}"] = pickle.dumps(plt.gcf())
                    plt.close("all")
        yield found


def drawn(figure):
    try:
        return pictures.read(print_figure(figure, "png"))
    finally:
        plt.close(figure)


def line_missing(figure, axes, line):
    figure.axes[axes].lines[line].remove()


def legend_missing(figure, axes):
    figure.axes[axes].get_legend().remove()


def axes_emptied(figure, axes):
    for artist in [*figure.axes[axes].lines, *figure.axes[axes].patches, *figure.axes[axes].collections]:
        artist.remove()


def other_title(figure, axes, text=""):
    figure.axes[axes].set_title(text, loc="left")


def other_label(figure, axes, text=""):
    figure.axes[axes].set_xlabel(text)


def colours_exchanged(figure, axes, one, other):
    one, other = figure.axes[axes].lines[one], figure.axes[axes].lines[other]
    first, second = one.get_color(), other.get_color()
    one.set_color(second)
    other.set_color(first)


def series_exchanged(figure, axes, one, other):
    one, other = figure.axes[axes].lines[one], figure.axes[axes].lines[other]
    first, second = one.get_data(), other.get_data()
    one.set_data(*second)
    other.set_data(*first)


def panels_exchanged(figure):
    for one, other in zip(figure.axes[0].lines, figure.axes[1].lines, strict=False):
        first, second = one.get_data(), other.get_data()
        one.set_data(*second)
        other.set_data(*first)


def other_bar(figure, axes, bar, times):
    bar = figure.axes[axes].patches[bar]
    if bar.get_width() > bar.get_height():
        bar.set_width(times * bar.get_width())
    else:
        bar.set_height(times * bar.get_height())


CHANGES = [
    ("02-14", line_missing, (0, 1)), ("02-14", line_missing, (0, 2)), ("02-14", legend_missing, (0,)),
    ("02-14", colours_exchanged, (0, 1, 2)), ("02-14", series_exchanged, (0, 1, 2)),
    ("02-14", other_label, (0,)), ("02-14", other_label, (0, "something")), ("02-14", axes_emptied, (0,)),
    ("02-18", line_missing, (0, 0)), ("02-18", line_missing, (0, 1)), ("02-18", legend_missing, (0,)),
    ("02-18", series_exchanged, (0, 0, 1)), ("02-18", colours_exchanged, (0, 0, 1)),
    ("02-18", other_title, (0,)), ("02-18", other_title, (0, "Something else")),
    ("05-11", other_bar, (1, 0, 1.5)), ("05-11", other_bar, (1, 0, 0.5)), ("05-11", axes_emptied, (1,)),
    ("05-11", line_missing, (0, 1)), ("05-18", panels_exchanged, ()), ("05-18", line_missing, (0, 0)),
    ("05-18", line_missing, (1, 1)), ("05-18", colours_exchanged, (1, 0, 1)),
    ("05-24", line_missing, (0, 0)), ("05-27", other_bar, (0, 1, 1.3)), ("05-27", axes_emptied, (0,)),
]


@pytest.mark.parametrize(("name", "change", "given"), CHANGES,
                         ids=[f"{name}-{change.__name__}-{given}" for name, change, given in CHANGES])
def test_a_figure_with_one_thing_changed_fails(figures, name, change, given):
    figure = pickle.loads(figures[name])
    assert not differ(SAVED[name], drawn(pickle.loads(figures[name])))
    change(figure, *given)
    found = pictures.compare(SAVED[name], drawn(figure))
    assert found.pixels > pictures.LIMIT


@pytest.mark.parametrize("name", ["02-14", "02-18", "05-18", "05-24"])
def test_a_figure_with_slightly_different_numbers_passes(figures, name):
    """Coloured lines by turns 0.5 % of the axes higher and lower, as if trainings had ended elsewhere.

    Not the grey ones: they are for what no training moves, and are held to 2 pixels.
    """
    figure = pickle.loads(figures[name])
    for axes in figure.axes:
        low, high = axes.get_ylim()
        linear = axes.get_yscale() == "linear"
        for turn, line in enumerate(axes.lines):
            x, y = map(np.asarray, line.get_data())
            sign = 0 if len(set(mpl.colors.to_rgb(line.get_color()))) == 1 else (-1) ** turn
            line.set_data(x, y + sign * 0.005 * (high - low) if linear else y * (1 + 0.01 * sign))
        axes.set_ylim(low, high)
    assert not differ(SAVED[name], drawn(figure))


# -- In nbval's run of a notebook --------------------------------------------------------------------

DRAW = "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2]{more})\nplt.show()"
LIVE = ("from IPython.display import Image, display\nfrom matplotlib.figure import Figure\nimport io\n"
        "def picture(*y):\n    figure, file = Figure(), io.BytesIO()\n"
        "    figure.subplots().plot(y)\n    figure.savefig(file)\n    return Image(file.getvalue())\n"
        "handle = display(picture(1, 2), display_id=True)\nhandle.update(picture({last}, 1))")


@pytest.mark.parametrize(("saved", "now", "tags", "says"), [
    (DRAW.format(more=""), DRAW.format(more=""), [], None),
    (DRAW.format(more=""), DRAW.format(more=", color='red'"), [], "picture 1 of 1"),
    (DRAW.format(more=""), DRAW.format(more=", color='red'"), ["nbval-ignore-output"], "picture 1 of 1"),
    (DRAW.format(more=""), "plt = None", ["nbval-ignore-output"], "1; when it ran again: 0"),
    (LIVE.format(last=5), LIVE.format(last=5), ["nbval-ignore-output"], None),
    (LIVE.format(last=5), LIVE.format(last=0), ["nbval-ignore-output"], "picture 1 of 1"),
])
def test_a_cell_fails_if_its_picture_is_another(tmp_path, saved, now, tags, says):
    from nbclient import NotebookClient

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(saved, metadata={"tags": tags})])
    NotebookClient(notebook, kernel_name="python3").execute()
    notebook.cells[0].source = now
    nbformat.write(notebook, tmp_path / "one.ipynb")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-c", ROOT / "pyproject.toml", "--rootdir",
         tmp_path, tmp_path / "one.ipynb::Cell 0"], cwd=ROOT, env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True, text=True)
    assert done.returncode == (1 if says else 0), done.stdout
    written = sorted(path.name for path in tmp_path.glob("one-cell-0-picture-1-*/*.png"))
    assert written == (["difference.png", "new.png", "saved.png"] if says == "picture 1 of 1" else [])
    if says:
        assert says in done.stdout
        assert "The pictures of one.ipynb differ" in done.stdout
