"""Run lessons from a fresh kernel and save them clean.

    python -m tests.lessons.rerun                 all lessons
    python -m tests.lessons.rerun 03 es/07        those whose names begin so

A lesson that raises, or that writes to stderr, is reported and left unsaved.
"""

import os
import re
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
FOLDED = {
    "jupyter": {"source_hidden": True}
}  # as JupyterLab and Notebook keep it; the web edition reads the tag
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def run(path: Path, cache: str) -> nbformat.NotebookNode:
    """The lesson at `path`, run in its folder by a fresh kernel whose model cache is `cache`."""
    notebook = nbformat.read(path, as_version=4)
    env = {**os.environ, "VAE_COURSE_CACHE": cache}
    NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        record_timing=False,
        allow_errors=True,
        resources={"metadata": {"path": str(path.parent)}},
    ).execute(env=env)
    return clean(notebook)


def clean(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Keep what a reader needs: sources, tags, outputs; drop widget state and machine details."""
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    notebook.nbformat, notebook.nbformat_minor = 4, 5  # which has ids; Colab saves an older one
    for index, cell in enumerate(notebook.cells):
        cell.id = f"cell-{index:02}"
        tags = cell.metadata.get("tags", [])
        of = {"english": cell.metadata.english} if "english" in cell.metadata else {}
        cell.metadata = ({"tags": tags} if tags else {}) | (FOLDED if "hide-input" in tags else {}) | of
        if cell.cell_type == "code":
            cell.outputs = joined(cell.outputs)
    return notebook


def joined(outputs: list) -> list:
    kept = []
    for output in outputs:
        if output.output_type == "stream":
            if kept and kept[-1].get("name") == output.name:
                kept[-1].text += output.text
                continue
        elif output.output_type in ("display_data", "execute_result"):
            output.metadata = {}
            if output.data.keys() & {"image/png", "text/markdown"}:  # what is shown without a kernel
                output.data.pop(WIDGET_VIEW, None)
        kept.append(output)
    for output in kept:
        if output.output_type == "stream":  # a progress bar overwrites its line: keep the last state
            unfinished = "\r" in output.text and not output.text.endswith("\n")
            output.text = "" if unfinished else re.sub(r"[^\n]*\r(?!\n)", "", output.text)
    return [output for output in kept if output.get("text") != ""]


def problems(notebook: nbformat.NotebookNode) -> list[str]:
    """What keeps this run from being saved."""
    found = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                found.append(f"{cell.id} raised {output.ename}: {output.evalue}")
            elif output.get("name") == "stderr":
                found.append(f"{cell.id} wrote to stderr: {output.text[:300]}")
    return found


def main(prefixes: list[str]) -> int:
    lessons = sorted([*NOTEBOOKS.glob("*.ipynb"), *NOTEBOOKS.glob("[a-z]*/*.ipynb")])
    names = {path.relative_to(NOTEBOOKS).as_posix(): path for path in lessons}
    paths = {name: path for name, path in names.items() if name.startswith(tuple(prefixes or [""]))}
    if not paths:
        print(f"no lesson in {NOTEBOOKS.name}/ begins with {' or '.join(prefixes)}")
        return 2
    failed = False
    for name, path in paths.items():
        start = time.monotonic()
        with tempfile.TemporaryDirectory() as cache:  # the outputs are those of a first run
            notebook = run(path, cache)
        found = problems(notebook)
        if found:
            failed = True
            print(f"{name}: not saved\n  " + "\n  ".join(found))
        else:
            nbformat.write(notebook, path)
            print(f"{name}: saved after {time.monotonic() - start:.0f} s")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
