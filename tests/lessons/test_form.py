"""The lessons' form, and their exercises. (nbval runs and compares their cells.)"""

import base64
import contextlib
import functools
import importlib
import io
import re
from pathlib import Path

import nbformat
import pytest
import torch

import helpers.widgets
from helpers.course import LESSONS as NAMES
from helpers.course import PARTS
from helpers.words import said, speak
from tests.conftest import NOTEBOOKS, ROOT
from tests.lessons.rerun import clean, problems

LESSONS = {path.stem: nbformat.read(path, as_version=4) for path in NOTEBOOKS}
pytestmark = pytest.mark.usefixtures("double_precision")
every_lesson = pytest.mark.parametrize("name", LESSONS)


ENGLISH = re.compile(r"\b(the|of|and|is|are|with|this|that|you|your|from|its|in|an|at|for|to)\b", re.I)


def code(name, tag=None):
    return [
        cell
        for cell in LESSONS[name].cells
        if cell.cell_type == "code" and (tag is None or tag in cell.metadata.get("tags", []))
    ]


def prose(name):
    return "\n\n".join(c.source for c in LESSONS[name].cells if c.cell_type == "markdown")


WIDGETS = tuple(f"{name}(" for name in helpers.widgets.__all__ if name != "Predict")  # how reprs begin


def is_widget(cell):
    return any(
        o.output_type == "execute_result" and o.data.get("text/plain", "").startswith(WIDGETS)
        for o in cell.outputs
    )


def test_the_lessons_of_the_course_and_the_guide_are_there():
    assert list(LESSONS) == NAMES
    assert [name[:2] for name in NAMES] == [f"{n:02}" for n in range(16)]
    found = {path.name for path in (ROOT / "notebooks").iterdir() if not path.name.startswith(".")}
    assert found == {f"{name}.ipynb" for name in NAMES} | {"README.md", "es"}


@every_lesson
def test_a_number_is_printed_not_true(name):
    printed = [line for cell in code(name) for o in cell.outputs for line in o.get("text", "").splitlines()]
    assert [line for line in printed if re.search(r"\bTrue\W*$", line)] == []


@every_lesson
def test_saved_from_a_fresh_kernel_and_clean(name):
    lesson = LESSONS[name]
    nbformat.validate(lesson)
    assert [cell.execution_count for cell in code(name)] == list(range(1, len(code(name)) + 1))
    assert problems(lesson) == []
    again = clean(nbformat.from_dict(lesson))
    assert again == lesson, "run python -m tests.lessons.rerun"
    assert lesson.metadata.kernelspec.name == "python3"
    assert "widgets" not in lesson.metadata
    assert all(set(cell.metadata) <= {"tags", "jupyter"} for cell in lesson.cells)


@every_lesson
def test_no_machine_path_and_no_great_size(name):
    path = ROOT / "notebooks" / f"{name}.ipynb"
    text = re.sub(r'"image/png": "[^"]*"', "", path.read_text(encoding="utf-8"))
    assert not re.search(r"/(home|root|tmp|Users|usr|opt|work)/|[A-Z]:\\\\", text)
    assert path.stat().st_size < 1_500_000


def words(name):
    """Of what is not folded."""
    return len(re.sub(r"<details>.*?</details>", "", prose(name), flags=re.S).split())


def visible(name):
    """The code that is read: no set-up, no folded cells, no exercises, no widgets."""
    return [
        cell for cell in code(name)[1:] if not tags(cell) - {"nbval-ignore-output"} and not is_widget(cell)
    ]


def tags(cell):
    return set(cell.metadata.get("tags", []))


@every_lesson
def test_the_measure_of_a_lesson(name):
    lengths = [len(cell.source.splitlines()) for cell in visible(name)]
    assert words(name) <= 950
    assert len(lengths) <= 10
    assert sorted(lengths)[len(lengths) // 2] <= 5
    assert max(lengths) <= 15
    assert len(exercises(name)) <= 2
    assert sum(map(is_widget, code(name))) <= 2


@every_lesson
def test_code_that_only_draws_is_folded(name):
    for cell in code(name)[1:]:
        draws = bool(re.search(r"\b(plt|figures)\.|^Predict\(", cell.source, re.M))
        assert draws == ("hide-input" in tags(cell)), cell.source


@every_lesson
def test_a_fold_is_short(name):
    for fold in re.findall(r"<summary>(?!It )(.*?)</details>", prose(name), re.S):
        assert len(fold.split()) <= 120, fold


@every_lesson
def test_every_figure_is_followed_by_its_sentence(name):
    for cell in code(name):
        kinds = ["figure" if "image/png" in o.get("data", {}) else o.output_type for o in cell.outputs]
        if (
            "figure" in kinds
            and not is_widget(cell)
            and "nbval-ignore-output" not in cell.metadata.get("tags", [])
        ):
            assert kinds[-1] == "stream", cell.source
            assert kinds.count("figure") == 1, cell.source


@every_lesson
def test_every_widget_is_saved_as_a_picture(name):
    widgets = [cell for cell in code(name) if is_widget(cell)]
    assert widgets
    for cell in widgets:
        (output,) = cell.outputs
        assert base64.b64decode(output.data["image/png"]).startswith(b"\x89PNG")
        assert list(output.data) == ["image/png", "text/plain"]


@every_lesson
def test_the_parts_of_a_lesson(name):
    cells = LESSONS[name].cells
    opening = cells[0].source
    assert re.match(rf"# {name[:2]} · ", opening)
    assert re.search(r"^\*\*.*\?\*\*$", opening, re.M), "the question, in one bold sentence"
    assert 2 <= len(re.findall(r"^- ", opening, re.M)) <= 3, "things you will be able to do"
    assert re.search(r"You need: .*About \d+ minutes\.", opening, re.S)
    assert "figures.use_style()" in code(name)[0].source
    assert code(name)[0] in cells[1:3]
    headings = re.findall(r"^## (.*)$", prose(name), re.M)
    assert headings[-3:] == ["Exercises", "Summary", "References"]
    assert [h for h in headings if h[0].isdigit()] == headings[:-3]
    assert [int(h.split(".")[0]) for h in headings[:-3]] == list(range(1, len(headings) - 2))
    assert cells[-1].source.split("\n\n")[-1].startswith("**Next:**")
    assert any(cell.source.startswith("Predict(") or "\nPredict(" in cell.source for cell in code(name))


@every_lesson
def test_links_resolve(name):
    links = re.findall(r"\]\(([^)]+)\)", re.sub(r"`[^`]*`", "", prose(name)))
    for link in links:
        if not link.startswith("https://"):
            file, _, anchor = link.partition("#")
            assert (ROOT / "notebooks" / file).is_file(), link
            assert not anchor or anchor in anchors(Path(file).stem), link


def anchors(name):
    return anchors_in(prose(name))


def anchors_in(text):
    """Of the headings of a lesson, as JupyterLab and nbconvert make them: their words, with - for spaces."""
    return {
        re.sub(r"[*`$]", "", heading).strip().replace(" ", "-")
        for heading in re.findall(r"^#+ (.*)$", text, re.M)
    }


def test_the_four_lines_of_lesson_00_are_those_of_lesson_04():
    first, last = (
        [cell.source for cell in code(name) if cell.source.startswith("samplers = ")]
        for name in ("00_start_here", "04_train_a_vae")
    )
    assert first == last
    assert len(first) == 1


# -- Exercises ---------------------------------------------------------------------------------


def exercises(name):
    """(stub, check, text below it) of each exercise of a lesson."""
    cells = LESSONS[name].cells
    return [
        (cells[i].source, cells[i + 1].source, cells[i + 2].source)
        for i, cell in enumerate(cells)
        if "exercise-stub" in cell.metadata.get("tags", [])
    ]


def solution(text):
    """The code of the folded solution that comes first in `text`."""
    folded = text.split("<summary>Solution</summary>")[1].split("</details>")[0]
    return re.search(r"```python\n(.*?)```", folded, re.S)[1]


@functools.cache
def set_up(name):
    """What the first cell of a lesson defines."""
    space = {}
    exec(code(name)[0].source, space)
    return space


def run(name, *sources):
    """What the last of the sources prints, after the lesson's set-up cell; nothing is drawn."""
    sources = [re.sub(r"\n+Backprop\(.*", "", source) for source in sources]
    space, printed = dict(set_up(name)), io.StringIO()
    torch.manual_seed(1)  # not that of the checks: an answer's noise must not be theirs
    for given in re.findall(r", (\w+)", sources[-1]):  # what the lesson hands to the check
        for cell in code(name):
            if cell.source.startswith(f"{given} = ") and not tags(cell):
                exec(cell.source, space)
    for source in sources[:-1]:
        exec(source, space)
    with contextlib.redirect_stdout(printed):
        exec(sources[-1], space)
    return printed.getvalue()


ALL = [(name, i) for name in LESSONS for i in range(len(exercises(name)))]


@every_lesson
def test_each_exercise_has_hint_and_solution(name):
    assert exercises(name)
    for _, check, below in exercises(name):
        assert re.fullmatch(r"check\.\w+\(\w+(, \w+)?\)", check)
        first = below.split("### Exercise")[0]
        assert first.count("<summary>Hint</summary>") == first.count("<summary>Solution</summary>") == 1
        assert first.count("<details>") == first.count("</details>") == 2


@pytest.mark.parametrize(("name", "index"), ALL)
def test_an_untouched_stub_is_not_yet_and_its_solution_is_right(name, index):
    stub, check, below = exercises(name)[index]
    assert run(name, stub, check).startswith("Not yet.")
    assert run(name, solution(below), check).startswith("Right.")


def answers(kind):
    """(lesson, exercise, answer, ...) of all lessons, from tests/answers."""
    return [
        (name, *given)
        for name in LESSONS
        for given in getattr(importlib.import_module(f"tests.lessons.answers.lesson{name[:2]}"), kind)
    ]


@pytest.mark.parametrize(("name", "index", "answer", "says"), answers("WRONG"))
def test_a_wrong_answer_fails_with_a_helpful_message(monkeypatch, name, index, answer, says):
    if name.startswith("04") and not re.search("the loss is right|the loop|each step", says):
        monkeypatch.setattr("helpers.exercises.lesson04.EPOCHS", 1)  # wrong however long it is trained
    stub, check, _ = exercises(name)[index]
    message = run(name, stub, answer, check)
    assert message.startswith("Not right yet:")
    assert says in message
    if name in PARTS["The trick"]:
        speak("es")
        spanish = said(message.removeprefix("Not right yet: ").rstrip())
        speak("en")
        assert not ENGLISH.search(re.sub(r"`[^`]*`|'[^']*'|\w+Error: .*(?= \()", "", spanish)), spanish


@pytest.mark.parametrize(("name", "index", "answer"), answers("RIGHT"))
def test_a_right_answer_written_differently_is_right(name, index, answer):
    stub, check, _ = exercises(name)[index]
    assert run(name, stub, answer, check).startswith("Right.")


FUNCTIONS = [(name, i) for name, i in ALL if exercises(name)[i][0].startswith("def ")]


@pytest.mark.parametrize(("name", "index"), FUNCTIONS)
def test_an_answer_that_raises_is_told_and_does_not_stop_the_lesson(name, index):
    stub, check, _ = exercises(name)[index]
    broken = re.sub(r"(?m)^(\s*)\.\.\.$", r"\1raise RuntimeError('oops')", stub)
    assert "your code raised RuntimeError: oops" in run(name, broken, check)


# -- What a lesson takes, and what it prints -----------------------------------------------------


def minutes(name):
    """A minute takes 70 words; code that is read 1.5, an exercise 9 or 5, a widget 3. To the nearest 5."""
    practice = sum(5 if len(stub.splitlines()) == 1 else 9 for stub, _, _ in exercises(name))
    practice += 16 * prose(name).count(": a blank page")
    widgets = sum(map(is_widget, code(name)))
    return 5 * round((words(name) / 70 + 1.5 * len(visible(name)) + practice + 3 * widgets) / 5)


@every_lesson
def test_lesson_start_and_readme_say_how_long_it_takes(name):
    assert minutes(name) <= (55 if "a blank page" in prose(name) else 50)
    assert f"About {minutes(name)} minutes." in LESSONS[name].cells[0].source.replace("\n", " ")
    readme = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    (row,) = (line for line in readme if f"(notebooks/{name}.ipynb)" in line)
    assert f"| {minutes(name)} |" in row
    title = LESSONS[name].cells[0].source.splitlines()[0].removeprefix("# ")
    (row,) = (line for line in prose("00_start_here").splitlines() if line.startswith("|") and title in line)
    assert row.endswith(f"| {minutes(name)} |")
    assert name == "00_start_here" or f"[{title}]({name}.ipynb)" in row


# -- Numbers in sentences ------------------------------------------------------------------------

FORMULA = re.compile(r"\$\$.*?\$\$|\$[^$]+\$", re.S)
NUMBER = re.compile(r"(?<!section\s)(?<!sections\s)(?<!figure\s)(?<!BY-SA\s)(?<![\w.])\d+\.\d+(?![\w]|\.\d)")


@every_lesson
def test_a_decimal_number_in_a_sentence_stands_in_an_output_or_in_the_code(name):
    """Or in a formula beside it."""
    shown = "\n".join(
        cell.source
        + "".join(o.get("text", "") + o.get("data", {}).get("text/plain", "") for o in cell.outputs)
        for cell in code(name)
    )
    known, strange = set(NUMBER.findall(shown)), []
    for cell in LESSONS[name].cells:
        if cell.cell_type == "markdown":
            text = re.sub(r"```.*?```|`[^`]*`|\]\([^)]*\)", "", cell.source, flags=re.S)
            beside = set(NUMBER.findall(" ".join(FORMULA.findall(text))))
            strange += set(NUMBER.findall(FORMULA.sub("", text))) - known - beside
    assert strange == []
