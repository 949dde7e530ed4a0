"""Translated lessons are in step with the English ones, cell by cell: so only tests/slow runs them.

`python -m tests.lessons.step es/03` brings one back into step.
"""

import ast
import copy
import io
import re
import tokenize
from collections import Counter
from pathlib import Path

import nbformat
import pytest

from helpers.course import PARTS
from helpers.words import languages
from tests.conftest import ROOT
from tests.lessons.pictures import of_outputs
from tests.lessons.rerun import clean, problems
from tests.lessons.step import fingerprint, proposed
from tests.lessons.test_form import ENGLISH, LESSONS, anchors_in

TRANSLATED = {
    f"{code}/{path.stem}": nbformat.read(path, as_version=4)
    for code in languages()
    for path in sorted((ROOT / "notebooks" / code).glob("*.ipynb"))
}
every_lesson = pytest.mark.parametrize("name", TRANSLATED)
SET_UP = {"from helpers.words import speak", "speak('')"}  # what a translated lesson says besides


def pairs(name, kind=None):
    """(English, translated) cells of a lesson."""
    cells = zip(LESSONS[Path(name).name].cells, TRANSLATED[name].cells, strict=True)
    return [both for both in cells if kind in (None, both[0].cell_type)]


def test_the_first_part_is_there_in_spanish_and_a_glossary():
    found = {path.name for path in (ROOT / "notebooks" / "es").iterdir() if not path.name.startswith(".")}
    assert found == {f"{name}.ipynb" for name in PARTS["The trick"]} | {"README.md"}


@every_lesson
def test_each_cell_is_of_todays_english_one(name):
    today = [fingerprint(cell) for cell in LESSONS[Path(name).name].cells]
    assert [cell.metadata.get("english") for cell in TRANSLATED[name].cells] == today
    for english, cell in pairs(name):
        assert cell.metadata.get("tags") == english.metadata.get("tags"), cell.id  # so none is to-translate


@every_lesson
def test_it_is_saved_from_a_fresh_kernel_and_clean(name):
    lesson = TRANSLATED[name]
    assert problems(lesson) == []
    assert clean(nbformat.from_dict(lesson)) == lesson, "run python -m tests.lessons.rerun"
    counts = [cell.execution_count for cell in lesson.cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))
    text = "".join(str({**cell, "outputs": []}) for cell in lesson.cells)
    assert not re.search(r"/(home|root|tmp|Users|usr|opt|work)/", text)


def test_step_keeps_what_is_in_step_and_marks_what_is_new():
    english, spanish = copy.deepcopy(LESSONS["00_start_here"]), TRANSLATED["es/00_start_here"]
    assert proposed(english, spanish) == spanish
    english.cells[3].source += " More."
    for before, cell in zip(spanish.cells, proposed(english, spanish).cells, strict=True):
        new = before is spanish.cells[3]
        assert ("to-translate" in cell.metadata.get("tags", [])) == new
        assert cell.source.endswith(" More.") if new else cell == before


# -- code --------------------------------------------------------------------------------------


class Blank(ast.NodeTransformer):
    """Empties strings, but for the formats of fields, whose order in a sentence is free."""

    def visit_Constant(self, node):
        return ast.Constant("") if isinstance(node.value, str) else node

    def visit_JoinedStr(self, node):
        fields = [part for part in node.values if isinstance(part, ast.FormattedValue)]
        for field in fields:
            field.value = self.visit(field.value)
        return ast.JoinedStr(sorted(fields, key=ast.dump))


def tree(source):
    """Each statement with its strings emptied."""
    return [ast.unparse(Blank().visit(statement)) for statement in ast.parse(source).body]


@every_lesson
def test_code_is_the_same_but_for_words(name):
    for i, (english, cell) in enumerate(pairs(name, "code")):
        statements = [one for one in tree(cell.source) if i or one not in SET_UP]
        assert statements == tree(english.source), cell.id
        assert i or len(tree(cell.source)) == len(statements) + 2


def blocks(text):
    """The Python in fences."""
    return re.findall(r"```python\n(.*?)```", text, re.S)


# -- text --------------------------------------------------------------------------------------

FENCE = re.compile(r"```.*?```", re.S)
LINK = re.compile(r"\]\(([^)]+)\)")
FORMULA = re.compile(r"\$\$.*?\$\$|\$[^$\n]+\$", re.S)
TEXT = re.compile(r"\\text\{([^}]*)\}")  # words in formulas
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
THOUSANDS = re.compile(r"(?<=\d)[,\u00a0](?=\d{3}\b)")


def marks(text):
    """What a translation keeps: formulas, code, links, headings, folds, numbers."""
    bare = FENCE.sub("", text)
    code = re.findall(r"`[^`]+`|<code>.*?</code>", bare)
    bare = re.sub(r"`[^`]+`", "", bare)
    prose = THOUSANDS.sub("", LINK.sub("", FORMULA.sub("", bare)))
    return {
        "formulas": Counter(TEXT.sub("", formula) for formula in FORMULA.findall(bare)),
        "code": Counter(code),
        "headings": re.findall(r"^#+(?= )", bare, re.M),
        "folds": re.findall(r"</?details>|</?summary>", bare),
        "rows": [line.count("|") for line in bare.splitlines() if line.startswith("|")],
        "numbers": Counter(NUMBER.findall(prose)),
        "fences": [tree(block) for block in blocks(text)],
    }


@every_lesson
def test_text_keeps_formulas_code_headings_and_numbers(name):
    for english, cell in pairs(name, "markdown"):
        for what, found in marks(cell.source).items():
            assert found == marks(english.source)[what], (cell.id, what)


def anchors(name):
    return anchors_in(
        "\n".join(cell.source for cell in TRANSLATED[name].cells if cell.cell_type == "markdown")
    )


@every_lesson
def test_links_lead_to_the_translated_lesson_or_else_to_the_same_place(name):
    for english, cell in pairs(name, "markdown"):
        links = (LINK.findall(re.sub(r"`[^`]*`", "", one.source)) for one in (english, cell))
        for old, new in zip(*links, strict=True):
            file, _, anchor = new.partition("#")
            there = f"{Path(name).parent}/{Path(old.partition('#')[0]).stem}"
            if there in TRANSLATED:
                assert file == old.partition("#")[0]
                assert not anchor or anchor in anchors(there), new
            else:
                assert new == (old if "://" in old else f"../{old}")


# -- what is shown -----------------------------------------------------------------------------


def texts(cell):
    return [
        output.get("text") or output.data.get("text/markdown") or output.data.get("text/plain", "")
        for output in cell.outputs
        if output.output_type != "error"
    ]


@every_lesson
def test_outputs_have_the_same_numbers_and_pictures(name):
    for english, cell in pairs(name, "code"):
        assert len(of_outputs(cell.outputs)) == len(of_outputs(english.outputs)), cell.id
        if "nbval-ignore-output" not in cell.metadata.get("tags", []):
            numbers = [NUMBER.findall(" ".join(texts(one))) for one in (english, cell)]
            assert numbers[0] == numbers[1], cell.id


def words(cell):
    """What a reader reads of a cell: no code, no titles of papers."""
    if cell.cell_type == "markdown":
        text = cell.source.split("## Referencias")[0]
        yield re.sub(r"`[^`]+`|\*[^*\n]+\*|\[[^]]*\]\([^)]*\)", "", FORMULA.sub("", FENCE.sub("", text)))
        yield from TEXT.findall(text)
        for block in blocks(cell.source):
            yield from comments(block)
    else:
        yield from comments(re.sub(r'\bname="[^"]*"', "name", cell.source))
        yield from (
            line for text in texts(cell) for line in text.splitlines() if not re.search("Error: |^<Fig", line)
        )


def comments(source):
    """And strings, by Python's own reading."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in (tokenize.COMMENT, tokenize.STRING):
            yield token.string


@every_lesson
def test_no_english_is_left(name):
    left = [
        (cell.id, text[max(0, found.start() - 40) : found.end() + 40])
        for cell in TRANSLATED[name].cells
        for text in words(cell)
        for found in [ENGLISH.search(text)]
        if found
    ]
    assert left == []
