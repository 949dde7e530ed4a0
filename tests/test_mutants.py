"""The table of tests/mutants still fits the project. `python -m tests.mutants` tries the mutants."""

import ast
from types import SimpleNamespace

import pytest
from nbval.plugin import NbCellError

from tests.conftest import NOTEBOOKS, ROOT
from tests.mutants.child import CATCHES, judged
from tests.mutants.mutant import Mutant, source_changed
from tests.mutants.table import MUTANTS


def names(mutant: Mutant) -> str:
    return f"{mutant.file}: {mutant.idea}"


@pytest.mark.parametrize("mutant", MUTANTS, ids=names)
def test_it_applies_once_and_its_code_is_code(mutant):
    before, after = source_changed(mutant)
    assert before != after
    if mutant.path().suffix != ".js":
        ast.parse(after)
    for argument in mutant.arguments():
        if "/" in argument:
            assert (ROOT / argument).is_file()


def has_code(path) -> bool:
    return path.suffix == ".js" or any(
        isinstance(node, ast.FunctionDef) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def test_there_are_many_of_every_kind():
    assert len(MUTANTS) >= 40
    assert len({(mutant.file, mutant.old, mutant.new) for mutant in MUTANTS}) == len(MUTANTS)
    hit = {mutant.path() for mutant in MUTANTS}
    helpers = [*(ROOT / "helpers").rglob("*.py"), *(ROOT / "helpers").rglob("*.js")]
    assert hit == {path for path in helpers if has_code(path)} | set(NOTEBOOKS)


@pytest.mark.parametrize("old", ["not there at all", "e"])
def test_a_text_that_is_not_there_once_is_refused(old):
    with pytest.raises(ValueError, match=r"helpers/vae.py: .* is there \d+ times, not once"):
        source_changed(Mutant("", "helpers/vae.py", old, ""))


def cell_error(message: str, raised: str = "") -> NbCellError:
    traceback = (f"\x1b[31m-----\x1b[0m\n\x1b[31m{raised}\x1b[0m      Traceback (most recent call last)\n"
                 f"1 f()\n{raised}: no")
    return NbCellError(3, message, "f()", traceback if raised else None)


@pytest.mark.parametrize(("error", "how"), [
    (AssertionError("2 is not 1"), "assertion"),
    (cell_error("Cell outputs differ"), "comparison"),
    (cell_error("The pictures of 07_train_a_vae.ipynb differ"), "pictures"),
    (cell_error("Cell execution caused an exception", "AssertionError"), "assertion"),
])
def test_what_counts_as_a_catch(error, how):
    cell = SimpleNamespace(outputs=[{"text": "a\nc\n"}])
    item = SimpleNamespace(test_outputs=[{"text": "a\nb\n"}], cell=cell)
    assert judged(item, error)[0] == how
    assert how in CATCHES
    if how == "comparison":
        assert judged(item, error)[1] == "says 'b', saved is 'c'"


@pytest.mark.parametrize("error", [
    NameError("no name"), ImportError("no module"), SyntaxError("no code"), TimeoutError("too late"),
    cell_error("Cell execution caused an exception", "NameError"),
    cell_error("Cell execution caused an exception", "ValueError"),
    cell_error("Timeout of 120 seconds exceeded executing cell", "KeyboardInterrupt"),
])
def test_what_breaks_in_another_way_is_no_catch(error):
    assert judged(SimpleNamespace(), error)[0] not in CATCHES
