"""helpers.web: the web edition of a course of two small lessons, and what an Explorer becomes in it."""

import base64
import itertools
import json
import math
import re
import shutil
from pathlib import Path

import ipywidgets
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from matplotlib.figure import Figure
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from helpers.course import LESSONS
from helpers.figures import png
from helpers.web import pages
from helpers.web.__main__ import build, main
from helpers.web.live import grid, spread
from helpers.widgets import Explorer

FIRST, NEXT = LESSONS[:2]
SAVED = new_output(
    "execute_result",
    {"text/plain": "Explorer", "image/png": base64.b64encode(png(Figure(figsize=(2, 1)))).decode()},
    execution_count=1,
)
LINK = f'<a href="{FIRST}.ipynb#1.-There">first</a>'
MAP = new_output("display_data", {"text/html": LINK})
TEXT = f"""\
## 1. There

$\\frac{{a}}{{b}}$ and `$HOME`; [next]({NEXT}.ipynb#2.-Here), [papers](../README.md).

$$\\begin{{aligned}} x &= 1 \\\\ &< 2 \\end{{aligned}}$$

| $q$ | b |
|---|---|
| 1 | 2 |

<details><summary>Hint</summary>

A *hint*.

</details>"""
SHADES = """\
import ipywidgets, torch
import matplotlib.pyplot as plt
from helpers.widgets import Explorer
torch.manual_seed(0)

def shades(a, b, c):
    fig = plt.figure(figsize=(3, 1), dpi=20, layout="none")
    torch.rand(5)                                   # a draw that the next cell must not notice
    for i, shade in enumerate((a / 10, b, "xyz".index(c) / 2)):
        fig.patches.append(plt.Rectangle((i / 3, 0), 1 / 3, 1, color=str(shade), transform=fig.transFigure))
    return fig

Explorer(shades, a=(0, 10, 3), b=(0.0, 1.0, 0.5),
         c=ipywidgets.ToggleButtons(options=list("xyz"), value="y"))"""
SPANISH = "from helpers.widgets import NewDigits\nfrom helpers.vae import VAE\n"
SPANISH += "from helpers.words import speak\nspeak('es')\nNewDigits(VAE(2))"
CHECK = "torch.manual_seed(0)\ntorch.rand(5)  # at the first drawing\nassert drawn == torch.rand(1)\ndrawn"


def lesson(number, *cells):
    """A notebook; strings become Markdown cells."""
    first = f"# {number:02} · Lesson {number}\n\n**What is {number}?**\n\nAbout 5 minutes."
    return new_notebook(
        cells=[new_markdown_cell(cell) if isinstance(cell, str) else cell for cell in (first, *cells)]
    )


def code(source, *outputs):
    return new_code_cell(source, outputs=list(outputs))


def said(words):
    return code(f"print({words!r})", new_output("stream", text=f"{words}\n"))


@pytest.fixture(scope="module")
def notebooks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebooks")
    show_map = f"from IPython.display import HTML, display\ndisplay(HTML({LINK!r}))\n1"
    predict = ["**Predict first.** What will it say?", code("x = 1"), said("the answer"), said("more")]
    number = new_output("execute_result", {"text/plain": "tensor([0.5])"}, execution_count=1)
    figure = {"text/plain": "<Figure size 1x1>", "image/png": SAVED.data["image/png"]}
    not_run = code("1 / 0  # after the last that is more than a figure", new_output("display_data", figure))
    cells = [code(SHADES, SAVED), code("drawn = torch.rand(1)"), code(CHECK, number), not_run]
    first = lesson(0, TEXT, *cells)
    nbformat.write(first, folder / f"{FIRST}.ipynb")
    figure = "from IPython.display import Image, display\ndrawn_here = 1\ndisplay(Image(PNG, format='png'))\n"
    drawing = code(
        figure.replace("PNG", repr(png(Figure(figsize=(1, 1), dpi=20))))
        + "print('two lines,\\nand what they say')",
        new_output("display_data", SAVED.data),
        new_output("stream", text="two lines,\nand what they say\n"),
    )
    drawing.metadata.tags = ["hide-input"]
    cells = ["## 2. Here", code(show_map, MAP, SAVED), *predict, drawing]
    nbformat.write(lesson(1, *cells), folder / f"{NEXT}.ipynb")
    (folder / "es").mkdir()
    spanish = lesson(0, f"## 1. Ahí\n\n[sigue](../{NEXT}.ipynb#2.-Here)", code(SPANISH, SAVED))
    nbformat.write(spanish, folder / "es" / f"{FIRST}.ipynb")
    return folder


@pytest.fixture(scope="module")
def edition(notebooks, tmp_path_factory):
    folder = tmp_path_factory.mktemp("edition") / "web"
    build(folder, notebooks)
    return folder


# -- the pages ---------------------------------------------------------------------------------


def test_a_page_has_mathematics_links_and_folds(edition):
    page = (edition / f"{FIRST}.html").read_text("utf-8")
    assert page.count("<math") == 3
    assert "<mfrac><mi>a</mi><mi>b</mi></mfrac>" in page
    assert "<mtable" in page
    assert "<code>$HOME</code>" in page
    assert page.count("$") == 1
    assert f'<a href="{NEXT}.html#2.-Here">next</a>, papers.' in page
    next_page = (edition / f"{NEXT}.html").read_text("utf-8")
    assert 'id="2.-Here"' in next_page
    assert f'<a href="{FIRST}.html#1.-There">first</a>' in next_page
    assert re.search(r"<details><summary>Hint</summary>\s*<p>A <em>hint</em>.</p>\s*</details>", page)


def test_a_page_in_another_language_leads_to_the_english_ones_and_back(edition):
    page = (edition / "es" / f"{FIRST}.html").read_text("utf-8")
    assert '<html lang="es">' in page
    assert f'<a href="../{FIRST}.html" hreflang="en" lang="en">English</a>' in page
    assert f'<a href="../{NEXT}.html#2.-Here">sigue</a>' in page
    assert "Todas las lecciones" in page
    assert 'alt="NewDigits(10 muestras de la distribución a priori)"' in page
    assert '"ten more": "diez más"' in json.dumps(state_of(edition / "es", 1)["_words"], ensure_ascii=False)
    english = (edition / f"{FIRST}.html").read_text("utf-8")
    assert f'<a href="es/{FIRST}.html" hreflang="es" lang="es">Español</a>' in english
    assert "hreflang" not in (edition / f"{NEXT}.html").read_text("utf-8")
    assert "1.-Ah\\u00ed" in (edition / "es" / "search.js").read_text("utf-8")
    assert "Todas" not in english


def test_what_comes_out_after_a_prediction_is_folded_and_nothing_else(edition):
    page = (edition / f"{NEXT}.html").read_text("utf-8")
    assert page.count('<details class="answer">') == 1
    folded = page.split('<details class="answer">')[1].split("</details>")[0]
    assert "the answer" in folded
    assert "more" not in folded


def test_the_code_of_a_drawing_is_folded(edition):
    page = (edition / f"{NEXT}.html").read_text("utf-8")
    (folded,) = re.findall(r'<details class="drawing">(.*?)</details>', page, re.S)
    assert "Show the code of this figure" in folded
    assert "drawn_here" in folded


def test_a_picture_is_described_by_the_sentence_under_it(edition):
    page = (edition / f"{NEXT}.html").read_text("utf-8")
    assert 'alt="two lines, and what they say"' in page
    assert 'loading="lazy"' not in page  # or it would be missing in print


def test_sections_can_be_searched_by_their_words():
    found = pages.sections("00_start", lesson(0, TEXT, "### Deeper\n\n**bold** words"))
    assert [title for _, title, _ in found] == ["00 · Lesson 0", "1. There", "Deeper"]
    assert found[1][0] == "00_start.html#1.-There"
    assert found[2] == ("00_start.html#Deeper", "Deeper", "bold words")
    assert "hint" not in found[1][2]


def test_with_a_repository_other_files_are_linked_there():
    exporter = pages.exporter("anna/course")
    assert exporter.markdown("[papers](../README.md)") == (
        '<p><a href="https://github.com/anna/course/blob/HEAD/notebooks/../README.md">papers</a></p>\n'
    )


def test_what_is_no_mathematics_stops_the_build():
    with pytest.raises(Exception, match="nosuchcommand"):
        pages.exporter().markdown("$\\nosuchcommand$")


def test_no_line_begins_with_the_comma_after_a_formula():
    found = pages.exporter().markdown("Let $x$, then ($y$) and $z$ be")
    kept = re.findall(r'<span class="whole">(\(?)<math.*?</math>([,)]+)</span>', found, re.S)
    assert kept == [("", ","), ("(", ")")]


def test_the_map_names_each_lesson_its_question_and_its_minutes(edition):
    index = (edition / "index.html").read_text("utf-8")
    for name, words in ((FIRST, "What is 0?"), (NEXT, "What is 1?")):
        assert f'href="{name}.html"' in index
        assert words in index
        assert (edition / name / "map.webp").stat().st_size > 0
    assert index.count("5 minutes") == 2


def test_all_that_a_page_asks_for_is_in_the_folder(edition):
    for page in edition.rglob("*.html"):
        for asked in re.findall(r'(?:src|href)="([^"#]+)', page.read_text("utf-8")):
            assert (page.parent / asked).is_file(), (page.name, asked)


# -- an Explorer -------------------------------------------------------------------------------


def state_of(folder, number):
    """Of a widget of the first lesson."""
    written = (folder / FIRST / f"widget{number}.js").read_text("utf-8")
    return json.loads(re.fullmatch(rf'course.states\["{FIRST}/widget{number}"\] = (.*);\n', written)[1])


def test_each_setting_has_its_own_picture_and_a_control_moves_what_it_names_alone(edition):
    state = state_of(edition, 1)
    assert [one["name"] for one in state["controls"]] == ["a", "b", "c"]
    labels = [one["labels"] for one in state["controls"]]
    assert labels[2] == ["x", "y", "z"]
    assert [one[at] for one, at in zip(labels, state["at"], strict=True)] == ["3", "0.50", "y"]
    settings = list(itertools.product(*labels))
    assert 100 < len(settings) <= 150
    for index in range(0, len(settings), 7):
        picture = plt.imread(edition / f"{state['pictures']}-{index}.webp")
        a, b, c = settings[index]
        shades = [float(a) / 10, float(b), "xyz".index(c) / 2]
        assert np.abs(picture[10, 10::20, 0] / 255 - shades).max() < 0.01


@pytest.mark.parametrize(
    ("controls", "counts"),
    [
        (dict(n=(0, 9, 3)), [10]),  # all of them
        (dict(h=(-3.0, 0.0, -1.0)), [101]),
        (dict(h=(-3.0, 0.0, -1.0), n=(1, 5, 2)), [28, 5]),  # not 30: with 28 the start is one of them
        (dict(h=(-0.4, 1.6, 0.5)), [101]),
        (dict(mode=ipywidgets.ToggleButtons(options=list("abc")), h=(0.0, 1.0, 0.0)), [3, 50]),
        (dict(dial=ipywidgets.SelectionSlider(options=[1, 2, 50], value=50), h=(0.0, 1.0, 0.5)), [3, 49]),
    ],
)
def test_sliders_have_as_many_positions_as_there_is_room_for_and_options_all(controls, counts):
    explorer = Explorer(lambda **_: plt.figure(figsize=(1, 1)), **controls)
    made = grid(explorer)
    assert [len(one["values"]) for one in made] == [len(one["labels"]) for one in made] == counts
    assert [one["values"][one["start"]] for one in made] == list(explorer.values.values())


@pytest.mark.parametrize(("steps", "most"), [(101, 150), (101, 12), (50, 7), (101, 5), (11, 3)])
def test_positions_have_the_ends_and_the_start_and_are_nearly_even(steps, most):
    for start in range(steps):
        picked = list(spread(steps, most, start))
        assert {0, start, steps - 1} <= set(picked)
        assert picked == sorted(set(picked))
        assert min(steps, math.ceil(most * 2 / 3)) <= len(picked) <= most


def test_whole_numbers_are_among_the_positions_where_there_is_room():
    assert spread(101, 5, 45, marks=[20, 70]) == [0, 20, 45, 70, 100]  # 20 for 25, 70 for 75
    assert spread(101, 5, 25, marks=[20, 70]) == [0, 25, 50, 70, 100]  # the start stays
    assert spread(101, 5, 45, marks=range(0, 101, 10)) == spread(101, 5, 45)


# -- all or nothing ----------------------------------------------------------------------------


def content(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_edition_is_replaced(edition, tmp_path, monkeypatch):
    folder = tmp_path / "web"
    shutil.copytree(edition, folder)
    (folder / "left_over.txt").touch()
    monkeypatch.setattr(
        "helpers.web.__main__.write", lambda new, *_: shutil.copytree(edition, new, dirs_exist_ok=True)
    )
    build(folder)
    assert content(folder) == content(edition)
    assert list(tmp_path.iterdir()) == [folder]


def test_a_lesson_that_fails_leaves_the_folder_as_it_was(edition, tmp_path):
    folder, bad = tmp_path / "web", tmp_path / "bad"
    shutil.copytree(edition, folder)
    bad.mkdir()
    nbformat.write(lesson(0, code("1 / 0", SAVED)), bad / "00_bad.ipynb")
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        build(folder, bad)
    assert content(folder) == content(edition)
    assert sorted(tmp_path.iterdir()) == [bad, folder]


def test_outputs_that_are_not_of_their_code_are_told(tmp_path):
    nbformat.write(lesson(0, code("a = 1", SAVED)), tmp_path / "00_old.ipynb")
    with pytest.raises(RuntimeError, match="00_old, .*the saved outputs are not those of its code"):
        build(tmp_path / "web", tmp_path)
    assert not (tmp_path / "web").exists()


def test_a_folder_with_something_else_is_refused(tmp_path, capsys, monkeypatch):
    (tmp_path / "index.html").write_text("mine")
    monkeypatch.setattr("sys.argv", ["helpers.web", str(tmp_path)])
    with pytest.raises(SystemExit):
        main()
    assert "holds something that is no web edition" in capsys.readouterr().err
    assert content(tmp_path) == {Path("index.html"): b"mine"}
