"""Oldest and newest packages, other Pythons.

Each combination gets an environment of its own, from wheels only, in which the tests of the helpers and then
the lessons are run: some 15 minutes and up to several gigabytes each. The oldest packages are the bounds of
pyproject.toml. By default these with Python 3.10, and the newest with the Python that runs this; others with

    VAE_COURSE_VERSIONS="3.12:pinned 3.13:newest" pytest -n0 tests/slow/test_versions.py
"""

import os
import re
import shutil
import subprocess
import sys

import pytest

from tests.conftest import ROOT

RUNNING = ".".join(map(str, sys.version_info[:2]))
WANTED = os.environ.get("VAE_COURSE_VERSIONS") or f"3.10:oldest {RUNNING}:newest"
TOOLS = ["pytest", "pytest-xdist", "nbval", "nbclient"]  # their newest that fit


def bounds() -> list[tuple[str, str]]:
    """What pyproject.toml asks for: (package, its oldest version)."""
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    asked = re.search(r"^dependencies = \[\n(.*?)^\]", project, re.M | re.S)[1]
    return [tuple(re.fullmatch(r'    "([\w-]+)>=([0-9.]+)",', line).groups()) for line in asked.splitlines()]


ASKED = {
    "oldest": [f"{name}=={version}" for name, version in bounds()] + ["-e", "."],
    "pinned": ["-r", "requirements.txt"],
    "newest": [name for name, _ in bounds()] + ["-e", "."],
}


def run(command: list, **env: str) -> None:
    done = subprocess.run(
        list(map(str, command)),
        cwd=ROOT,
        env={**os.environ, **env},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    print(done.stdout[-20_000:])
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.fixture(scope="module")
def environment(request, tmp_path_factory):
    version, packages = request.param.split(":")
    python = shutil.which(f"python{version}")
    if not python or subprocess.run([python, "--version"], capture_output=True).returncode:
        pytest.skip(f"no Python {version} on this machine")
    folder = tmp_path_factory.mktemp(version)
    run([python, "-m", "venv", "--upgrade-deps", folder])
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    run([python, "-m", "pip", "install", "-q", "--only-binary=:all:", *ASKED[packages], *TOOLS])
    yield python
    shutil.rmtree(folder)


@pytest.mark.parametrize("environment", WANTED.split(), indirect=True)
@pytest.mark.parametrize("part", ["tests", "notebooks"])
def test_helpers_and_lessons(environment, part):
    """Without what looks at the project's files, the browser, the web edition (built with the pinned packages
    only), and without pictures: each matplotlib has its layout."""
    run(
        [
            environment,
            "-m",
            "pytest",
            "-q",
            part,
            "--ignore=tests/browser",
            "--ignore=tests/test_house.py",
            "--ignore=tests/unit/test_web.py",
            "--nbval-cell-timeout=600",
            "--any-pictures",
        ],
        VAE_COURSE_NEEDS_BROWSER="",
    )
