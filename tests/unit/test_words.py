"""helpers.words: what is said in another language, and that its catalogue has all that the lessons can say.

The lessons 00 to 06 are translated, so the sentences are those of what they use. Errors stay English.
"""

import ast
import json
import re
from collections.abc import Iterator

import pytest

from helpers import words
from helpers.course import PARTS
from helpers.words import language, languages, said, said_by, speak
from tests.conftest import ROOT

HELPERS = ROOT / "helpers"
OTHER_WIDGETS = ("policy_triangle", "race", "stream", "tokens")  # of lessons that are English only
PYTHON = [
    *HELPERS.glob("exercises/_check.py"),
    *HELPERS.glob("exercises/lesson0[0-6].py"),
    *(path for path in HELPERS.glob("widgets/*.py") if path.stem not in OTHER_WIDGETS),
    *(HELPERS / "figures" / name for name in ("graph.py", "diagrams.py", "digits.py")),
    *(HELPERS / name for name in ("autograd.py", "pretrained.py", "training.py", "web/pages.py")),
]
SCRIPTS = [
    *(path for path in HELPERS.glob("widgets/*.js") if path.stem not in OTHER_WIDGETS),
    *HELPERS.glob("widgets/js/*.js"),
    *HELPERS.glob("web/*.js"),
]
TEMPLATES = list(HELPERS.glob("web/course/*.j2"))
SENTENCE = re.compile(r"[A-Za-z]+,? [a-z]{2,}|\{\} [a-z]{3,}")  # two words, or a field and a word
CODE = re.compile(r"<\w|\bvae-|sans-serif|\b(const|export) |^offset points$|^pre, |\$z_|\*\*P")  # not words


@pytest.fixture(autouse=True)
def english_afterwards():
    yield
    speak("en")


@pytest.fixture
def catalogue(tmp_path, monkeypatch):
    """A small one of a language xx."""
    monkeypatch.setattr(words, "HERE", tmp_path)
    entries = {
        "a pixel": "un píxel",
        "{} is off": "{} falla",
        "{} is off {}": "{} falla {}",
        "{} is off by {}": "por {1} falla {0}",
        "by {}": "a {}",
        "English": "X",
    }
    (tmp_path / "xx.json").write_text(json.dumps(entries), encoding="utf-8")


# -- saying ------------------------------------------------------------------------------------


def test_english_is_said_as_it_is():
    assert language() == "en"
    assert said("Right.") == "Right."
    assert said_by('said("play")') == {}


@pytest.mark.parametrize(
    ("english", "other"),
    [
        ("a pixel", "un píxel"),
        ("a pixel is off", "un píxel falla"),  # a field is said, too
        ("z is off by 2", "por 2 falla z"),  # the longer pattern, its fields in another order
        ("by 2", "by 2"),  # too short to be told by its letters
        ("nothing known", "nothing known"),
    ],
)
def test_a_sentence_is_matched_whole_with_its_fields(catalogue, english, other):
    speak("xx")
    assert said(english) == other


def test_a_script_gets_the_words_that_stand_in_it(catalogue):
    speak("xx")
    assert said_by('const a = said("a "\n  + "pixel"), b = said("by {}", "a pix");') == {
        "a pixel": "un píxel",
        "by {}": "a {}",
    }


def test_a_language_without_a_catalogue_is_refused_by_name():
    with pytest.raises(ValueError, match="language: one of en, es is needed, not 'xx'"):
        speak("xx")


# -- the catalogue -----------------------------------------------------------------------------


def text(node: ast.AST) -> str | None:
    """The words of a string expression, {} for what is computed; None for anything else."""
    match node:
        case ast.Constant(value=str(value)):
            return value
        case ast.JoinedStr(values=values):
            return "".join(text(part) or "{}" for part in values)
        case ast.BinOp(left=left, op=ast.Add(), right=right) if text(left) or text(right):
            return (text(left) or "{}") + (text(right) or "{}")
    return None


def strings(node: ast.AST, *, errors: bool, part: bool = False) -> Iterator[str]:
    """All that can be said below `node`: no docstrings; errors that are not of checks only if asked for."""
    match node:
        case ast.Expr(value=ast.Constant()) | ast.keyword(arg="help"):
            return
        case ast.Raise(exc=ast.Call(func=ast.Name(id="Wrong" | "Raised"))):
            pass
        case ast.Raise() if not errors:
            return
        case ast.Call(func=ast.Name(id=name)) if name.startswith(("check_", "pack_")):
            return
    whole = text(node)
    if whole and not part:
        yield whole
    for child in ast.iter_child_nodes(node):
        yield from strings(child, errors=errors, part=whole is not None)


def of_python(*, errors: bool = False) -> set[str]:
    trees = (ast.parse(path.read_text("utf-8")) for path in PYTHON)
    return {string for tree in trees for string in strings(tree, errors=errors)} | {next(iter(PARTS))}


LITERAL = re.compile(r'"(?:[^"\\\n]|\\.)*"|`[^`]*`')
SAID = re.compile(r'\bsaid\((?:"[^"]*"|`[^`]*`|[^()"`]|\((?:[^()]|\([^()]*\))*\))*\)')


def of_scripts() -> tuple[set[str], set[str]]:
    """The strings inside said(...), and those outside."""
    inside, outside = set(), set()
    for path in SCRIPTS:
        source = re.sub(r"(?m)^import[^;]*;|//.*$", "", path.read_text("utf-8"))
        source = re.sub(r'"\s*\+ "', "", source)
        calls = [re.sub(r"\.\w+\([^()]*\)", "", call) for call in SAID.findall(source)]  # .join(", ")
        inside |= {json.loads(one) for call in calls for one in re.findall(r'"[^"]*"', call)}
        outside |= {one[1:-1] for one in LITERAL.findall(SAID.sub("", source))}
    return inside, outside


QUOTED = r"""\"([^"]*)" \| said|'([^']*)' \| said"""


def of_templates() -> set[str]:
    source = "".join(path.read_text("utf-8") for path in TEMPLATES)
    blocks = re.findall(r"{% filter said %}(.*?){% endfilter %}", source, re.S)
    found = {" ".join(re.sub(r"{{.*?}}", "{}", block).split()) for block in blocks}
    return found | {one or other for one, other in re.findall(QUOTED, source)}


@pytest.mark.parametrize("code", [code for code in languages() if code != "en"])
def test_every_sentence_has_a_translation_and_every_translation_its_sentence(code):
    known = json.loads((HELPERS / "words" / f"{code}.json").read_text("utf-8"))
    inside, _ = of_scripts()
    shown = {one for one in of_python() if SENTENCE.search(one) and not CODE.search(one)}
    assert (shown | inside | of_templates()) - known.keys() == set()
    assert known.keys() - of_python(errors=True) - inside - of_templates() - {"English"} == set()


def test_a_script_says_its_sentences_in_the_language_of_its_page():
    _, outside = of_scripts()
    assert [one for one in outside if SENTENCE.search(one) and not CODE.search(one)] == []


@pytest.mark.parametrize("code", [code for code in languages() if code != "en"])
def test_a_translation_has_the_fields_of_its_sentence(code):
    for english, other in json.loads((HELPERS / "words" / f"{code}.json").read_text("utf-8")).items():
        assert len(re.findall(r"{\d?}", other)) == english.count("{}"), english
