"""The project around the lessons: README, requirements, layout, lint, Binder."""

import importlib.metadata
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def requirements(path: Path) -> list[str]:
    lines = (line.split("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line]


def tracked() -> list[str]:
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("not a git checkout")
    return subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                          capture_output=True, text=True, check=True).stdout.splitlines()


def test_nothing_else_at_the_top():
    top = {name.split("/")[0] for name in tracked()}
    assert {name for name in top if not name.startswith(".")} == {
        "README.md", "requirements.txt", "pyproject.toml", "LICENSE", "notebooks", "helpers", "tests",
        "binder", "conftest.py"}


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
    found = set()
    for path in (ROOT / "helpers").rglob("*.py"):
        code = path.read_text(encoding="utf-8")
        found |= set(re.findall(r"^\s*(?:import|from) ([a-zA-Z0-9_]+)", code, re.M))
    third_party = {name for name in found if name not in sys.stdlib_module_names} - {"helpers"}
    declared = re.findall(r'^    "([a-z]+)>=', (ROOT / "pyproject.toml").read_text(), re.M)
    assert third_party == {name if name != "ipython" else "IPython" for name in declared}
    assert not re.search(r'^    "[a-z]+[=<~]', (ROOT / "pyproject.toml").read_text(), re.M)


def test_a_wheel_of_the_helpers_brings_digits_and_javascript(tmp_path):
    """What `pip install git+...` gives in Colab: package data included, no checkout beside it."""
    from setuptools import find_packages

    packages = find_packages(str(ROOT), include=["helpers*"])
    assert {"helpers", "helpers.data", "helpers.widgets", "helpers.exercises"} <= set(packages)
    assert '"helpers.data" = ["*.npz", "README.md"]' in (ROOT / "pyproject.toml").read_text()
    assert (ROOT / "helpers" / "data" / "mnist_12k.npz").stat().st_size < 2_100_000


def test_readme_links_resolve():
    for link in re.findall(r"\]\(([^)]+)\)", README):
        assert link.startswith("https://") or (ROOT / link).exists(), link


def test_readme_commands_are_whole():
    blocks = re.findall(r"```(?:bash|bat)\n(.*?)```", README, re.S)
    start = next(block for block in blocks if "jupyter lab" in block)
    assert start.startswith("python3 -m venv .venv && ")
    assert "00_start_here.ipynb" in start
    assert (ROOT / "tests" / "rerun_lessons.py").is_file()
    marked = re.search(r"<!-- test command -->\n```bash\n(.*)\n```", README)[1]
    assert marked.startswith("python3 -m venv .venv && ")
    assert marked.endswith(".venv/bin/pytest")


def test_ci_runs_the_command_of_the_readme():
    script = (ROOT / ".ci" / "run").read_text()
    extract = re.search(r"command=\$\((sed .*)\)\n", script)[1]
    if sys.platform == "win32":
        pytest.skip(".ci/run is for Debian and Ubuntu")
    found = subprocess.run(["bash", "-c", extract], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == re.search(r"<!-- test command -->\n```bash\n(.*)\n```", README)[1]
    subprocess.run(["bash", "-n", ".ci/run"], cwd=ROOT, check=True)


def test_no_machine_path_in_the_project():
    for name in tracked():
        path = ROOT / name
        if path.suffix in {".npz", ".png", ".ipynb"} or not path.is_file():  # lessons: test_lessons.py
            continue
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"/(root|work)/[a-z]", text.replace("__file__", "")), name


def test_ruff_finds_nothing():
    done = subprocess.run([sys.executable, "-m", "ruff", "check", "--no-cache", "."], cwd=ROOT,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
