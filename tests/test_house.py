"""The project around the lessons: README, list of lessons, requirements, layout, workflows, Binder."""

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from helpers.course import LESSONS, PARTS
from helpers.web import pages
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def requirements(path: Path) -> list[str]:
    lines = (line.split("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line]


def tracked() -> list[str]:
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("not a git checkout")
    return subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()


def test_nothing_else_at_the_top():
    top = {name.split("/")[0] for name in tracked()}
    files = "README.md requirements.txt pyproject.toml LICENSE CITATION.cff CHANGELOG.md conftest.py"
    folders = "notebooks helpers tests binder"
    assert {name for name in top if not name.startswith(".")} == {*files.split(), *folders.split()}


def test_one_version():
    version = re.search(r'^version = "(.*)"', PROJECT, re.M)[1]
    assert re.search(r"^version: (.*)", (ROOT / "CITATION.cff").read_text(), re.M)[1] == version
    assert re.search(r"^## (\S+?),? ", (ROOT / "CHANGELOG.md").read_text(), re.M)[1] == version


def lesson(name: str) -> nbformat.NotebookNode:
    return nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)


def test_readme_lists_the_lessons_as_they_call_themselves():
    rows = []
    for part, names in PARTS.items():
        rows.append(f"| **{part}** | | |")
        for about in (pages.about(name, lesson(name)) for name in names):
            link = f"[{about['title']}](notebooks/{about['name']}.ipynb)"
            rows.append(f"| {link} | {about['question']} | {about['minutes']} |")
    table = re.search(r"^\|---\|---\|---\|\n((?:\|.*\n)+)", README, re.M)[1]
    assert table.splitlines() == rows


def test_lesson_00_lists_the_parts_and_the_other_lessons():
    text = "\n".join(cell.source for cell in lesson(LESSONS[0]).cells)
    listed = re.findall(r"^\| (?:\*(\w.*)\*|\[.*\]\((\w+)\.ipynb\)) \|", text, re.M)
    course = [row for part, names in PARTS.items() for row in [(part, ""), *(("", name) for name in names)]]
    assert listed == [row for row in course if row[1] != LESSONS[0]]


def test_the_guide_names_sections_that_exist():
    guide = (ROOT / "notebooks" / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"\b(\d\d),\s+sections? (\d+)(?: and (\d+))?", guide)
    assert len(named) > 10
    for number, *sections in named:
        (name,) = (name for name in LESSONS if name.startswith(number))
        text = "\n".join(cell.source for cell in lesson(name).cells)
        for section in filter(None, sections):
            assert re.search(rf"^## {section}\. ", text, re.M), (number, section)


def test_requirements_are_pinned_commented_and_installed():
    path = ROOT / "requirements.txt"
    lines = requirements(path)
    assert lines[-1] == "-e ."
    assert all("# " in line for line in path.read_text().splitlines() if line)
    for requirement in map(Requirement, lines[:-1]):
        assert re.fullmatch(r"==[0-9.]+", str(requirement.specifier))
        if requirement.marker is None or requirement.marker.evaluate():
            assert importlib.metadata.version(requirement.name) in requirement.specifier


def test_every_import_of_the_helpers_is_a_dependency():
    imports = {"all": set(), "web": set()}  # all of them, and what only the web edition needs
    for path in (ROOT / "helpers").rglob("*.py"):
        found = set(re.findall(r"^\s*(?:import|from) (\w+)", path.read_text(encoding="utf-8"), re.M))
        imports["web" if "web" in path.parts else "all"] |= {
            {"PIL": "pillow", "math_core": "math-core"}.get(name, name.lower())
            for name in found - sys.stdlib_module_names - {"helpers"}
        }
    for name, declared in (("all", "dependencies"), ("web", "web")):
        lines = re.search(rf"^{declared} = \[.*\n((?:    .*\n)*)\]", PROJECT, re.M)[1].splitlines()
        bounds = [re.fullmatch(r'    "([\w-]+)>=[0-9.]+",', line)[1] for line in lines]  # lower bounds only
        assert imports[name] - (imports["all"] if name == "web" else set()) == set(bounds)


def test_the_wheel_brings_all_that_the_helpers_need(tmp_path):
    """What `pip install git+...` gives in Colab, where no checkout stands beside it."""
    source = tmp_path / "source"
    shutil.copytree(ROOT / "helpers", source / "helpers", ignore=shutil.ignore_patterns("__pycache__"))
    (source / "tests").mkdir()
    (source / "tests" / "__init__.py").touch()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    build = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, tmp_path], cwd=source, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as zipped:
        names = {name for name in zipped.namelist() if ".dist-info/" not in name}
        zipped.extractall(tmp_path / "installed")
    assert names == {
        path.relative_to(source).as_posix() for path in (source / "helpers").rglob("*") if path.is_file()
    }
    assert {Path(name).suffix for name in names} >= {".py", ".js", ".css", ".npz"}
    code = "from helpers import data; print(data.__file__, len(data.load_digits().train))"
    env = {**os.environ, "PYTHONPATH": str(tmp_path / "installed")}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=env, check=True, capture_output=True, text=True
    )
    assert done.stdout.split() == [str(tmp_path / "installed" / "helpers" / "data" / "__init__.py"), "10000"]


def test_binder_installs_what_the_course_needs():
    lines = requirements(ROOT / "binder" / "requirements.txt")
    pinned = re.search(r"^torch==[0-9.]+", (ROOT / "requirements.txt").read_text(), re.M)[0]
    assert f"{pinned}+cpu" in lines
    assert lines[-1] == "-r ../requirements.txt"
    (notebook,) = (line for line in lines if line.startswith("notebook=="))
    assert notebook in requirements(ROOT / "tests" / "requirements.txt")  # tried there with our jupyterlab
    python = (ROOT / "binder" / "runtime.txt").read_text().strip().removeprefix("python-")
    assert python in SpecifierSet(re.search(r'^requires-python = "(.*)"', PROJECT, re.M)[1])


def test_what_binder_runs_after_the_install_can_run():
    script = ROOT / "binder" / "postBuild"
    assert os.access(script, os.X_OK)
    (code,) = re.findall(r'^python -c "(.*)"$', script.read_text(), re.M)
    function = re.fullmatch(r"(from helpers\.\w+ import (\w+)); \2\(\)", code)
    space = {}
    exec(function[1], space)
    assert callable(space[function[2]])


def test_readme_is_short():
    assert len([word for word in README.split() if re.search(r"\w", word)]) <= 600  # no bars


@pytest.mark.parametrize(
    "name", ["README.md", "notebooks/README.md", "notebooks/es/README.md", ".github/CONTRIBUTING.md"]
)
def test_links_of_a_guide_resolve(name):
    path = ROOT / name
    for link in re.findall(r"\]\(([^)]+)\)", path.read_text(encoding="utf-8")):
        assert link.startswith("https://") or (path.parent / link).exists(), link


def test_what_readme_commands_name_is_there():
    named = re.findall(r"\b(?:notebooks|tests|binder|helpers)[/\\][\w*./\\-]+", README)
    assert len(named) > 10
    for name in named:
        assert list(ROOT.glob(name.replace("\\", "/").rstrip("./"))), name
    for module in re.findall(r"python -m (tests\.\w+)", README):
        assert (ROOT / module.replace(".", "/") / "__main__.py").is_file(), module


@pytest.mark.skipif(sys.platform == "win32", reason=".ci/run is for Debian and Ubuntu")
def test_ci_runs_what_readme_and_contributing_say():
    marked = re.search(r"<!-- test command -->\n```bash\n(.*)\n```", README)[1]
    assert marked.startswith("python3 -m venv .venv && ")
    assert marked.endswith(".venv/bin/pytest")
    run = (ROOT / ".ci" / "run").read_text()
    extract = re.search(r"command=\$\((sed .*)\)\n", run)[1]
    found = subprocess.run(["bash", "-c", extract], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == marked
    lint = re.findall(r"^\.venv/bin/.*\n", run, re.M)
    assert "```bash\n" + "".join(lint) + "```" in (ROOT / ".github" / "CONTRIBUTING.md").read_text()


def test_the_workflows_are_workflows():
    """By GitHub's schema for them; they cannot run here."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "check_jsonschema",
            "--builtin-schema",
            "vendor.github-workflows",
            *(ROOT / ".github" / "workflows").glob("*.yml"),
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_actions_are_pinned_to_commits():
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        for used in re.findall(r"\buses: *(.*)", path.read_text()):
            assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+", used), used


def test_no_machine_path_in_the_project():
    for name in tracked():
        path = ROOT / name
        if path.suffix in {".npz", ".png", ".woff", ".ipynb"} or not path.is_file():  # see test_form.py
            continue
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"/(root|work)/[a-z]", text.replace("__file__", "")), name
