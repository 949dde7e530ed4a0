"""Cells again, and backwards.

Each lesson's cells run twice in a row, then its sections backwards.

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

from tests.conftest import NOTEBOOKS
from tests.lessons.rerun import joined, problems
from tests.tolerances import Tolerance, complaints, of_tags

# Cells (by lesson, and how their code begins) that say something else the second time, and why.
CONTINUE: dict[tuple[str, str], str] = {}


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """One model cache for all lessons, filled as Binder fills it."""
    folder = tmp_path_factory.mktemp("cache")
    subprocess.run(
        [sys.executable, "-c", "from helpers.pretrained import warm_cache; warm_cache()"],
        check=True,
        env={**os.environ, "VAE_COURSE_CACHE": str(folder)},
        stdout=subprocess.DEVNULL,
    )
    return folder


def says(cell) -> str:
    return "\n".join(
        output.get("text") or output.data.get("text/plain", "")
        for output in joined(copy.deepcopy(cell.outputs))
        if output.output_type != "error"
    )


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
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell(
                lesson.cells[i].source,
                metadata=lesson.cells[i].metadata,
                id=f"run-{at}-of-{lesson.cells[i].id}",
            )
            for at, i in enumerate(order)
        ]
    )
    NotebookClient(
        notebook,
        timeout=180,
        kernel_name="python3",
        allow_errors=True,
        record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
    ).execute(env={**os.environ, "VAE_COURSE_CACHE": str(cache)})
    sources = {cell.id: cell.source for cell in notebook.cells}
    assert [(found, sources[found.split()[0]]) for found in problems(notebook)] == []
    assert set(cache.iterdir()) == models  # no shared model is missing in warm_cache
    first, differ = {}, {}
    for i, cell in zip(order, notebook.cells, strict=True):
        tags = cell.metadata.get("tags", [])
        wrong = complaints(first.setdefault(i, says(cell)), says(cell), of_tags(tags) or Tolerance())
        if wrong and "nbval-ignore-output" not in tags:
            differ[i] = "\n".join([cell.source, *wrong])
    listed = {
        i
        for i in code
        for name, start in CONTINUE
        if path.name.startswith(name) and lesson.cells[i].source.startswith(start)
    }
    assert len(listed) == sum(path.name.startswith(name) for name, _ in CONTINUE), "a cell was renamed"
    assert [wrong for i, wrong in differ.items() if i not in listed] == []
