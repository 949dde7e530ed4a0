"""Each lesson's cells run twice in a row, and a half of them again; and with one thread. Some minutes:

    pytest tests/slow

A learner does not run a lesson from top to bottom once: a cell is run, changed, and run again. No cell may
fail for that, and what it says has to stay as it is, but for the cells in CONTINUE.
"""

import copy
import os
import tempfile

import nbformat
import pytest
from nbclient import NotebookClient

from tests.conftest import NOTEBOOKS
from tests.rerun_lessons import _joined, problems, run

# Cells (by lesson, and how their code begins) that say something else the second time, and why.
CONTINUE = {
    ("03", "def within_4_standard_errors(share, exact):"): "fresh draws; their third decimal differs",
    ("03", "mus = torch.full((n,), 2.0, requires_grad=True)"): "fresh draws; their standard error differs",
    ("03", "def staircase(p):"): "the draws come from a cell before, which drew again",
    ("07", "@torch.no_grad()\ndef held_out(model, sampler=reparameterize):"): "goes on with a trained model",
}


@pytest.fixture(scope="module")
def cache():
    """One model cache for all lessons: that of a learner who has run lesson 00."""
    with tempfile.TemporaryDirectory() as folder:
        yield folder


def texts(cell) -> list[tuple[str, str]]:
    return [(output.get("name", output.output_type), output.get("text") or output.data.get("text/plain", ""))
            for output in _joined(copy.deepcopy(cell.outputs)) if output.output_type != "error"]


def half_way(cells: list) -> int:
    """Where the first section begins whose code lies in the second half."""
    code = [i for i, cell in enumerate(cells) if cell.cell_type == "code"]
    heads = [i for i, cell in enumerate(cells)
             if cell.cell_type == "markdown" and cell.source.startswith("## ")]
    return max(i for i in heads if i <= code[len(code) // 2])


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_cells_run_twice_in_a_row_and_a_half_again(path, cache):
    lesson = nbformat.read(path, as_version=4)
    code = [i for i, cell in enumerate(lesson.cells) if cell.cell_type == "code"]
    order = [i for i in code for _ in range(2)] + [i for i in code if i > half_way(lesson.cells)]
    notebook = nbformat.v4.new_notebook(cells=[copy.deepcopy(lesson.cells[i]) for i in order])
    for at, cell in enumerate(notebook.cells):
        cell.id, cell.outputs = f"{at}-{cell.id}", []
    NotebookClient(notebook, timeout=180, kernel_name="python3", allow_errors=True, record_timing=False,
                   resources={"metadata": {"path": str(path.parent)}}).execute(
                       env={**os.environ, "VAE_COURSE_CACHE": cache})
    assert problems(notebook) == []
    first, differ = {}, set()
    for i, cell in zip(order, notebook.cells, strict=True):
        if "nbval-ignore-output" not in cell.metadata.get("tags", []) and texts(cell) != first.setdefault(
                i, texts(cell)):
            differ.add(i)
    listed = {i for i in code for lesson_, start in CONTINUE
              if path.name.startswith(lesson_) and lesson.cells[i].source.startswith(start)}
    assert len(listed) == sum(path.name.startswith(lesson_) for lesson_, _ in CONTINUE), "a cell was renamed"
    told = "\n\n".join(f"{first[i]}\n{lesson.cells[i].source}" for i in sorted(differ - listed))
    assert differ <= listed, f"say something else when they are run again:\n{told}"


@pytest.mark.parametrize("threads", ["1", "2"])
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_fresh_run_says_what_is_saved_with_one_thread_and_with_two(path, threads, cache, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", threads)
    with tempfile.TemporaryDirectory() as empty:
        again = run(path, empty)
    assert problems(again) == []
    for saved, cell in zip(nbformat.read(path, as_version=4).cells, again.cells, strict=True):
        if cell.cell_type == "code" and "nbval-ignore-output" not in cell.metadata.get("tags", []):
            assert texts(cell) == texts(saved), cell.source
