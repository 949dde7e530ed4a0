"""Nothing that a file holds or a learner writes is run; nothing is fetched but from package registries."""

import ast
import os
import pickle
import re
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
import torch
from torch import nn

from helpers import data
from helpers.exercises import lesson01
from helpers.vae import VAE
from helpers.widgets import AttributeSliders, DigitCanvas, Explorer, Interpolation, LatentPad, Traversals
from tests.conftest import NOTEBOOKS, ROOT

HELPERS = sorted((ROOT / "helpers").rglob("*.py"))
SCRIPTS = sorted((ROOT / "helpers").rglob("*.js"))
ATTACK = '</script><script>window.hacked = 1</script><img src=x onerror="window.hacked = 1">'


def lesson_code(path: Path) -> str:
    cells = nbformat.read(path, as_version=4).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "code")


CODE = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in HELPERS}
CODE |= {path.relative_to(ROOT).as_posix(): lesson_code(path) for path in NOTEBOOKS}
every_code = pytest.mark.parametrize("name", CODE)


def calls(code: str) -> list[tuple[str, dict[str, object]]]:
    """(name, keywords) of each call: ("torch.load", {"weights_only": True})"""
    return [
        (ast.unparse(node.func), {k.arg: getattr(k.value, "value", None) for k in node.keywords})
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Call)
    ]


def imported(code: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


# -- What a file holds is not run --------------------------------------------------------------


@every_code
def test_no_code_is_made_of_data(name):
    for called, keywords in calls(CODE[name]):
        last = called.split(".")[-1]
        assert called not in ("eval", "exec", "compile", "__import__", "os.system", "os.popen"), called
        assert called.split(".")[0] not in ("subprocess", "pickle", "marshal", "shelve", "joblib"), called
        if last == "load":
            wanted = {"torch.load": ("weights_only", True), "np.load": ("allow_pickle", False)}
            assert called in wanted, called
            keyword, value = wanted[called]
            assert keywords.get(keyword) is value, called
        assert last not in ("loads", "unsafe_load", "hub") or called == "json.loads", called
        assert not called.startswith("torch.hub"), called


class Trap:
    """Makes a folder when it is unpickled."""

    def __init__(self, folder):
        self.folder = str(folder)

    def __reduce__(self):
        return os.mkdir, (self.folder,)


def test_digits_with_code_in_them_are_refused(tmp_path, monkeypatch):
    """The same for checkpoints: test_models.py."""
    trap = np.array([Trap(tmp_path / "trapped")], dtype=object)
    names = ("train_images", "train_labels", "test_images", "test_labels")
    np.savez(tmp_path / "evil.npz", **dict.fromkeys(names, trap))
    (tmp_path / "evil.pickle").write_bytes(pickle.dumps(Trap(tmp_path / "trapped")))
    for evil in ("evil.npz", "evil.pickle"):
        monkeypatch.setattr(data, "SHIPPED", tmp_path / evil)
        with pytest.raises(ValueError, match="is missing or damaged"):
            data.load_digits()
    assert not (tmp_path / "trapped").exists()


# -- Nothing is fetched ------------------------------------------------------------------------


@every_code
def test_helpers_and_lessons_do_not_open_connections(name):
    forbidden = {
        "urllib",
        "http",
        "requests",
        "httpx",
        "aiohttp",
        "ftplib",
        "socket",
        "ssl",
        "subprocess",
        "gdown",
        "wget",
        "torchvision",
        "huggingface_hub",
        "datasets",
        "kagglehub",
        "webbrowser",
    }
    assert not {module.split(".")[0] for module in imported(CODE[name])} & forbidden
    assert not re.search(r"^\s*[!%]", CODE[name], re.M)  # nor by a shell
    assert not re.search(r"download\s*=\s*True|hf_hub|load_state_dict_from_url", CODE[name])


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_make_no_html_of_text_and_fetch_nothing(path):
    script = path.read_text(encoding="utf-8")
    script = script.replace('"http://www.w3.org/2000/svg"', "")  # the name of SVG, which nobody fetches
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser"
        r"|createContextualFragment|\beval\(|new Function|srcdoc|setAttribute\(\s*[\"']on",
        script,
    )
    assert not re.search(
        r"\bfetch\(|XMLHttpRequest|WebSocket|sendBeacon|EventSource|import\(|importScripts"
        r"|https?://(?!www\.w3\.org/2000/svg\")|^\s*import\b",
        script,
        re.M,
    )  # SVG's name


def shell_lines(path: Path) -> list[str]:
    return [
        line.split(" #")[0].strip()
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.startswith("#")
    ]


@pytest.mark.parametrize("name", ["binder/postBuild", ".ci/run"])
def test_build_scripts_fetch_from_package_registries_only(name):
    text = "\n".join(shell_lines(ROOT / name))
    assert not re.search(
        r"\b(curl|wget|git clone|git\+|npx|conda|scp|rsync|ftp|nc|ssh)\b|https?://|/dev/tcp"
        r"|\| *(ba)?sh\b",
        text,
    )
    for command in re.findall(r"\b(?:apt-get|pip) [^\n;&|]*", text):
        assert re.match(r"apt-get (update|install)|pip install", command), command


def test_packages_come_from_the_index_or_from_this_folder():
    lines = [
        line.split("#")[0].strip()
        for name in ("requirements.txt", "tests/requirements.txt", "binder/requirements.txt")
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines()
    ]
    for line in filter(None, lines):
        assert re.match(r"[A-Za-z0-9_.-]+==[\w.+]+( *;.*)?$", line) or line in (
            "-e .",
            "-r ../requirements.txt",
            "--extra-index-url https://download.pytorch.org/whl/cpu",
        ), line
    command = re.search(r"<!-- test command -->\n```bash\n(.*)\n```", (ROOT / "README.md").read_text())[1]
    assert not re.search(r"https?://|curl|wget", command)


# -- What a learner writes is shown, not run ---------------------------------------------------


def bars(a):
    if a > 0.5:
        raise ValueError(ATTACK)
    figure, ax = plt.subplots(figsize=(1, 1))
    ax.bar([0], [a])
    return figure


def test_the_text_of_an_error_in_explorer_is_escaped():
    explorer = Explorer(bars, a=(0.0, 1.0, 0.5))
    explorer["a"].value = 1.0
    message = explorer.children[-1].value
    assert "&lt;/script&gt;&lt;script&gt;window.hacked" in message
    assert "<" not in message


def test_the_text_of_an_error_in_a_check_goes_out_as_text(capsys, monkeypatch):
    import IPython.display

    monkeypatch.setattr(IPython.display, "display", lambda *a, **k: pytest.fail("not as text"))

    def generate(decoder, n, latent):
        raise ValueError(ATTACK)

    lesson01.generate(generate)
    assert ATTACK in capsys.readouterr().out
    for path in (ROOT / "helpers" / "exercises").glob("*.py"):
        assert "display" not in path.read_text(encoding="utf-8"), path


def decoder():
    return nn.Sequential(nn.Linear(2, 16), nn.Sigmoid())


def hostile(x):
    if x.any():
        raise ValueError(ATTACK)
    return torch.zeros(1, 2), torch.zeros(1, 2)


def widgets_with_hostile_text():
    codes, images = torch.randn(3, 2, generator=torch.Generator().manual_seed(0)), torch.zeros(3, 16)
    model = VAE(2, hidden=2)
    model.encode = hostile
    canvas = DigitCanvas.of(model)
    canvas.draw(torch.ones(784))
    assert ATTACK in canvas.message
    yield canvas
    yield Interpolation(decoder(), codes, images, labels=[ATTACK, f'"{ATTACK}', "\u2028" + ATTACK])
    yield LatentPad(decoder(), means=codes)
    yield Traversals(decoder(), codes, torch.ones(2), images=images)
    yield AttributeSliders(decoder(), codes, images, {ATTACK: codes[0], f'"{ATTACK}': codes[1]})


def test_a_page_keeps_hostile_text_out_of_its_html(tmp_path):
    for index, widget in enumerate(widgets_with_hostile_text()):
        page = widget.to_html(tmp_path / f"{index}.html", title=ATTACK).read_text(encoding="utf-8")
        assert page.count("<script") == page.count("</script>") == 1
        assert "<img" not in page
        assert "&lt;img src=x" in page  # the title


def test_a_browser_shows_hostile_text_and_does_not_run_it(opened, tmp_path):
    """And asks for nothing, not even by <img>: `opened` sees to that."""
    pages = [
        opened(widget.to_html(tmp_path / f"{index}.html", title=ATTACK))
        for index, widget in enumerate(widgets_with_hostile_text())
    ]
    for page in pages:
        assert page.evaluate("window.hacked") is None
        assert page.locator("img, script").count() == 1  # its own script
        assert page.title() == ATTACK
    assert "window.hacked = 1" in pages[0].inner_text("body")  # the error under the sheet
    assert "window.hacked = 1" in pages[1].inner_text("body")  # the labels
