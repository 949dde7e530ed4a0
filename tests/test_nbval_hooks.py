"""The hooks of the project's conftest.py, in pytest's run of a notebook: numbers, pictures and the budget."""

import base64
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from conftest import LessonBudget
from tests import budget
from tests.conftest import ROOT

TABLE = "loss  {:7.2f} nats\nshare {:7.0f} %"
SET_UP = """
import io
from IPython.display import Image, display
from matplotlib.figure import Figure

def png(*y, color="blue"):
    figure, file = Figure(figsize=(3, 2)), io.BytesIO()
    figure.subplots().plot(y, color=color)
    figure.savefig(file)
    return file.getvalue()
"""
space = {}
exec(SET_UP, space)


def printed(text):
    return [new_output("stream", name="stdout", text=text + "\n")]


def result(text):
    return [new_output("execute_result", data={"text/plain": text}, execution_count=1)]


def pictured(*y):
    return [
        new_output(
            "display_data",
            data={
                "image/png": base64.b64encode(space["png"](*y)).decode(),
                "text/plain": "<IPython.core.display.Image object>",
            },
        )
    ]


FIVE, NEAR, IGNORED = "numbers-within-5-percent", "numbers-within-0.01", "nbval-ignore-output"
UPDATED = "handle = display(Image(png(1, 2)), display_id=True)\nhandle.update(Image(png({}, 1)))"
# code, saved outputs, tags, what the failure says
CELLS = [
    (SET_UP, [], [], None),
    (f"print({TABLE.format(99, 50)!r})", printed(TABLE.format(101, 51)), [FIVE], None),
    (f"print({TABLE.format(99, 50)!r})", printed(TABLE.format(99, 51)), [], "Cell outputs differ"),
    (
        f"print({TABLE.format(99, 50)!r})",
        printed(TABLE.format(90, 60)),
        [FIVE, NEAR],
        [
            "stdout, line 1, 'loss    90.00 nats': 90.00 is saved, 99.00 is new; the tolerance is 5 % or 0.01",
            "stdout, line 2, 'share      60 %': 60 is saved, 50 is new; the tolerance is 5 % or 0.01",
        ],
    ),
    ("{'kl': 1.01, 'gap': -1e-3}", result("{'kl': 1.0, 'gap': 0.001}"), [FIVE, NEAR], None),
    ("{'kl': 1.01, 'gap': -1e-3}", result("{'kl': 1.0, 'gap': 0.001}"), [FIVE], "text/plain, line 1"),
    ("print(1)\n2", printed("3") + result("3"), [NEAR], ["stdout, line 1", "text/plain, line 1"]),
    ("print(1)", printed("1") + result("2"), [FIVE], "Missing output fields"),
    ("pass", printed("1"), [FIVE], "Missing output fields"),
    ("print(1)", printed("1"), ["numbers-within-many"], "the tag 'numbers-within-many' cannot be used"),
    ("display(Image(png(1, 3, 2)))", pictured(1, 3, 2), [], None),
    ("display(Image(png(1, 3, 2, color='red')))", pictured(1, 3, 2), [IGNORED], "picture 1 of 1"),
    ("pass", pictured(1, 3, 2), [IGNORED], "saved with the cell: 1; when it ran again: 0"),
    (UPDATED.format(5), pictured(5, 1), [IGNORED], None),
    (UPDATED.format(0), pictured(5, 1), [IGNORED], "picture 1 of 1"),
]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A notebook of CELLS, tested: {test: what its failure says}, what pytest printed, its folder."""
    folder = tmp_path_factory.mktemp("run")
    cells = [
        new_code_cell(code, outputs=saved, metadata={"tags": tags}, execution_count=1)
        for code, saved, tags, _ in CELLS
    ]
    nbformat.write(new_notebook(cells=cells), folder / "some.ipynb")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-n1",
            "-p",
            "conftest",
            "-c",
            ROOT / "pyproject.toml",
            "--rootdir",
            folder,
            f"--junitxml={folder / 'report.xml'}",
            "--color=no",
            folder / "some.ipynb",
        ],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
    )
    report = ElementTree.parse(folder / "report.xml")
    says = {test.get("name"): "".join(test.itertext()) for test in report.iter("testcase")}
    return says, done.stdout, folder


@pytest.mark.parametrize("at", range(len(CELLS)))
def test_a_cell_passes_or_says_what_differs(run, at):
    says, expected = run[0][f"Cell {at}"], CELLS[at][-1]
    if expected is None:
        assert not says
    for words in [expected] if isinstance(expected, str) else expected or []:
        assert words in says


def test_pictures_that_differ_are_kept_to_be_looked_at(run):
    assert {path.name.rsplit("-", 1)[0] for path in run[2].glob("some-*")} == {
        "some-cell-11-picture-1",
        "some-cell-14-picture-1",
    }
    for name in ("saved", "new", "difference"):
        assert len(list(run[2].glob(f"*/{name}.png"))) == 2


def test_the_budget_is_one_more_test_and_a_line_at_the_end(run):
    assert run[0]["budget"].strip() == ""
    assert "\nsome   " in run[1].split("lessons, from a fresh kernel and an empty cache")[1]


@pytest.mark.parametrize(
    ("lesson", "seconds", "megabytes", "share"),
    [
        ("03_some", 30, 500, 1),
        ("03_some", 75, 500, 2.5),
        ("03_some", 3, 2500, 2.5),
        ("03_some", 3, None, 0.1),
        ("13_some", 60, 500, 1),
    ],
)
def test_the_budget_is_of_time_and_memory(lesson, seconds, megabytes, share):
    assert budget.used(lesson, seconds, megabytes) == share
    assert ("over its budget" in budget.line(lesson, seconds, megabytes)) == (share > 1)


def test_a_lesson_fails_at_three_times_its_budget():
    lesson = SimpleNamespace(
        seconds=89.0, kernel=SimpleNamespace(km=SimpleNamespace(provisioner=SimpleNamespace(pid=os.getpid())))
    )
    item = SimpleNamespace(path=Path("03_some.ipynb"), parent=lesson, user_properties=[])
    LessonBudget.runtest(item)
    lesson.seconds = 91.0
    with pytest.raises(AssertionError, match="more than 3 times its budget: 03_some +91.0 s"):
        LessonBudget.runtest(item)
