"""Keeps a translated lesson in step with the English one.

    python -m tests.lessons.step es/03            proposes the lesson; then translate, and rerun es/03

Walks the English lesson: a translated cell whose English is as it was stays, with its outputs; where none is,
the English cell stands, tagged `to-translate`. As `english` each has in its metadata the fingerprint of the
English cell as it is today.
"""

import copy
import hashlib
import sys

import nbformat

from tests.lessons.rerun import NOTEBOOKS, clean


def fingerprint(cell: nbformat.NotebookNode) -> str:
    """Of an English cell's source."""
    return hashlib.sha256(cell.source.encode()).hexdigest()[:8]


def proposed(english: nbformat.NotebookNode, translated: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The translated lesson in step with the English one."""
    known = {cell.metadata.get("english"): cell for cell in translated.cells}
    lesson = copy.deepcopy(english)
    for i, cell in enumerate(lesson.cells):
        if found := known.get(fingerprint(cell)):
            lesson.cells[i] = copy.deepcopy(found)
        else:
            cell.metadata.tags = [*cell.metadata.get("tags", []), "to-translate"]
            cell.metadata.english = fingerprint(cell)
    return clean(lesson)


def main(name: str) -> None:
    folder, _, number = name.partition("/")
    (path,) = NOTEBOOKS.glob(f"{number}*.ipynb")
    there = NOTEBOOKS / folder / path.name
    there.parent.mkdir(exist_ok=True)
    old = nbformat.read(there, as_version=4) if there.is_file() else nbformat.v4.new_notebook()
    lesson = proposed(nbformat.read(path, as_version=4), old)
    nbformat.write(lesson, there)
    new = [cell.id for cell in lesson.cells if "to-translate" in cell.metadata.get("tags", [])]
    print(f"{name}: to translate: {', '.join(new) or 'nothing'}")


if __name__ == "__main__":
    main(sys.argv[1])
