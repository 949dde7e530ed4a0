"""Cells again, and backwards.

Each lesson's cells run twice in a row, then its sections backwards.

A learner does not run a lesson from top to bottom once: a cell is run, changed, and run again, and after
the last section one goes back to an earlier one. No cell may fail for that, and what it says and shows has
to stay as it is.
"""

import copy
import os
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient

from tests.conftest import NOTEBOOKS
from tests.lessons import pictures
from tests.lessons.rerun import joined, problems


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
    outputs = joined(copy.deepcopy(cell.outputs))
    return "\n".join(o.get("text") or o.get("data", {}).get("text/plain", "") for o in outputs)


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
        timeout=600,
        kernel_name="python3",
        allow_errors=True,
        record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
    ).execute(env={**os.environ, "VAE_COURSE_CACHE": str(cache)})
    sources = {cell.id: cell.source for cell in notebook.cells}
    assert [(found, sources[found.split()[0]]) for found in problems(notebook)] == []
    assert set(cache.iterdir()) == models  # no shared model is missing in warm_cache
    differ = []
    for i, cell in zip(order, notebook.cells, strict=True):
        saved, ignored = lesson.cells[i], "nbval-ignore-output" in lesson.cells[i].metadata.get("tags", [])
        if not ignored and says(cell) != says(saved):
            differ.append(f"{cell.id}: {says(saved)}\n--- became ---\n{says(cell)}\n{cell.source}")
        differ += pictures.complaints(
            pictures.of_outputs(saved.outputs), pictures.of_outputs(cell.outputs), f"{path.stem}-{cell.id}"
        )
    assert "\n".join(differ) == ""
