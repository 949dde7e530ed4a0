"""One wrong idea, and how it gets into a copy of the project."""

import ast
from pathlib import Path
from typing import NamedTuple

import nbformat

ROOT = Path(__file__).parents[2]


class Mutant(NamedTuple):
    """`old` becomes `new` in `file`; the tests that `run` names should notice.

    file: a path in the project, or the number of a lesson, of which one code cell is changed
    run: arguments of pytest; none for a lesson that nbval runs
    """

    idea: str
    file: str
    old: str
    new: str
    run: str = ""

    def path(self, root: Path = ROOT) -> Path:
        if not self.file.isdecimal():
            return root / self.file
        return next((root / "notebooks").glob(f"{self.file}_*.ipynb"), root / self.file)

    def arguments(self) -> tuple[str, ...]:
        return tuple(self.run.split()) or (self.path().relative_to(ROOT).as_posix(),)


def source_changed(mutant: Mutant, root: Path = ROOT) -> tuple[str, str]:
    """What is changed (a file, or the source of a cell) as it is, and as it becomes.

    Raises ValueError unless `old` is there exactly once, and what it becomes can be parsed.
    """
    path = mutant.path(root)
    if not path.is_file():
        raise ValueError(f"there is no {path.relative_to(root)}")
    if path.suffix == ".ipynb":
        parts = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    else:
        parts = [path.read_text(encoding="utf-8")]
    times = sum(part.count(mutant.old) for part in parts)
    if times != 1:
        raise ValueError(f"{mutant.old!r} is there {times} times, not once")
    (before,) = (part for part in parts if mutant.old in part)
    after = before.replace(mutant.old, mutant.new)
    if path.suffix in (".py", ".ipynb"):
        ast.parse(after)  # a SyntaxError says nothing about the idea
    return before, after


def problem(mutant: Mutant) -> str:
    """Why the mutant cannot be tried, or ''."""
    gone = [name for name in mutant.arguments() if "/" in name and not (ROOT / name.split("::")[0]).exists()]
    try:
        source_changed(mutant)
    except (ValueError, SyntaxError) as error:
        return str(error)
    return f"there is no {gone[0]}" if gone else ""


def apply(mutant: Mutant, root: Path) -> None:
    """Change the file below `root`. A lesson keeps its saved outputs: they are what it is held against."""
    path, (before, after) = mutant.path(root), source_changed(mutant, root)
    if path.suffix != ".ipynb":
        path.write_text(after, encoding="utf-8")
        return
    notebook = nbformat.read(path, as_version=4)
    (cell,) = (cell for cell in notebook.cells if cell.cell_type == "code" and cell.source == before)
    cell.source = after
    nbformat.write(notebook, path)
