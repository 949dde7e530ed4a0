"""Cells again, backwards, with two threads.

Each lesson's cells run twice in a row, then its sections backwards; and a fresh run with two threads.

A learner does not run a lesson from top to bottom once: a cell is run, changed, and run again, and after
the last section one goes back to an earlier one. No cell may fail for that, and what it says has to stay as
it is, but for the cells in CONTINUE.
"""

import copy
import os
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient

from tests.conftest import NOTEBOOKS, ROOT
from tests.rerun_lessons import _joined, problems

# Cells (by lesson, and how their code begins) that say something else the second time, and why.
CONTINUE = {
    ("10", "g, first_mean = gumbel(rows), {}"): "fresh draws; their third decimal differs",
    ("07", "@torch.no_grad()\ndef held_out(model, sampler=reparameterize):"): "goes on with a trained model",
}


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """One model cache for all lessons, filled as Binder fills it."""
    folder = tmp_path_factory.mktemp("cache")
    subprocess.run([sys.executable, "-c", "from helpers.models import warm_cache; warm_cache()"], check=True,
                   env={**os.environ, "VAE_COURSE_CACHE": str(folder)}, stdout=subprocess.DEVNULL)
    return folder


def texts(cell) -> list[tuple[str, str]]:
    return [(output.get("name", output.output_type), output.get("text") or output.data.get("text/plain", ""))
            for output in _joined(copy.deepcopy(cell.outputs)) if output.output_type != "error"]


def sections(cells: list) -> list[list[int]]:
    """The code cells of each section."""
    found = [[]]
    for i, cell in enumerate(cells):
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            found.append([])
        elif cell.cell_type == "code":
            found[-1].append(i)
    return found


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_cells_run_twice_in_a_row_and_sections_backwards(path, cache):
    lesson, models = nbformat.read(path, as_version=4), set(cache.iterdir())
    code = [i for i, cell in enumerate(lesson.cells) if cell.cell_type == "code"]
    # the last section first: each then begins with what all later ones have left behind
    order = [i for i in code for _ in range(2)] + [i for part in sections(lesson.cells)[::-1] for i in part]
    notebook = nbformat.v4.new_notebook(cells=[
        nbformat.v4.new_code_cell(lesson.cells[i].source, metadata=lesson.cells[i].metadata,
                                  id=f"run-{at}-of-{lesson.cells[i].id}") for at, i in enumerate(order)])
    NotebookClient(notebook, timeout=180, kernel_name="python3", allow_errors=True, record_timing=False,
                   resources={"metadata": {"path": str(path.parent)}}).execute(
                       env={**os.environ, "VAE_COURSE_CACHE": str(cache)})
    sources = {cell.id: cell.source for cell in notebook.cells}
    assert [(found, sources[found.split()[0]]) for found in problems(notebook)] == []
    assert set(cache.iterdir()) == models  # no shared model is missing in warm_cache
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


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_with_two_threads_a_lesson_says_what_is_saved(path):
    done = subprocess.run([sys.executable, "-m", "pytest", "-n0", "-q", path.relative_to(ROOT)], cwd=ROOT,
                          env={**os.environ, "VAE_COURSE_THREADS": "2"}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-5000:]
