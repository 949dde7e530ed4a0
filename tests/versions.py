"""The tests with the oldest packages that pyproject.toml admits, the pinned and the newest, on each Python.

    python -m tests.versions                             all: hours, and several gigabytes per environment
    python -m tests.versions 3.10:oldest 3.13:newest     some of them
    python -m tests.versions --folder FOLDER 3.12:newest with its logs and its environment kept there

Each gets an environment of its own, from wheels only, in which the tests of the helpers and then nbval of
the lessons are run. Left out are the browser (not a matter of Python packages) and what looks at the
project's files alone: test_house.py and test_binder.py. That requirements.txt can be installed is seen here.
"""

import argparse
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from tests.conftest import ROOT

PYTHONS = ("3.10", "3.11", "3.12", "3.13")
PACKAGES = ("oldest", "pinned", "newest")
TOOLS = ["pytest", "nbval", "nbclient", "hypothesis", "packaging"]  # their newest that fit
PARTS = {
    "helpers": ["tests", "--ignore=tests/browser", "--ignore=tests/test_house.py",
                "--ignore=tests/test_binder.py"],
    "lessons": ["notebooks", "--nbval-cell-timeout=600"]}
TOLD = ("torch", "numpy", "matplotlib", "ipython", "ipywidgets")


class Counts(NamedTuple):
    """What pytest wrote into its report: how many, and the names of those that failed."""

    passed: int
    skipped: int
    failed: list[str]

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.skipped} skipped, {len(self.failed)} failed"


def requirements(packages: str) -> list[str]:
    """What pip is asked for, besides TOOLS."""
    if packages == "pinned":
        return ["-r", "requirements.txt"]
    bounds = re.findall(r'^    "([a-z]+)>=([0-9.]+)",$', (ROOT / "pyproject.toml").read_text(), re.M)
    return [f"{name}=={bound}" if packages == "oldest" else name for name, bound in bounds] + ["-e", "."]


def install(version: str, packages: str, folder: Path) -> str:
    """Makes the environment `folder`; why it is impossible, or ''."""
    python = shutil.which(f"python{version}")
    if not python or subprocess.run([python, "--version"], capture_output=True).returncode:
        return f"no python{version} on this machine"
    subprocess.run([python, "-m", "venv", "--upgrade-deps", folder], check=True, stdout=subprocess.DEVNULL)
    done = subprocess.run([interpreter(folder), "-m", "pip", "install", "-q", "--only-binary=:all:",
                           *requirements(packages), *TOOLS], cwd=ROOT, capture_output=True, text=True)
    if done.returncode == 0:
        return ""
    errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR: ")]
    return re.sub(r" \(from versions.*?\)", "", (errors or done.stderr.splitlines())[-1])


def interpreter(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def installed(folder: Path) -> str:
    code = f"from importlib.metadata import version as v; print(*(n + ' ' + v(n) for n in {TOLD}), sep=', ')"
    return subprocess.run([interpreter(folder), "-c", code], capture_output=True, text=True,
                          check=True).stdout.strip()


def counts(report: Path) -> Counts:
    cases = list(ElementTree.parse(report).iter("testcase"))
    names = {kind: [f"{case.get('classname')}::{case.get('name')}" for case in cases
                    if any(case.find(tag) is not None for tag in tags)]
             for kind, tags in {"skipped": ["skipped"], "failed": ["failure", "error"]}.items()}
    return Counts(len(cases) - sum(map(len, names.values())), len(names["skipped"]), names["failed"])


def test(folder: Path, part: str) -> Counts:
    """One of PARTS in the environment `folder`, without models of others; pytest's words go to a log."""
    log = folder.with_name(f"{folder.name}-{part}.log")
    report = log.with_suffix(".xml")
    report.unlink(missing_ok=True)
    with log.open("w") as out, tempfile.TemporaryDirectory() as cache:
        subprocess.run([interpreter(folder), "-m", "pytest", "-q", f"--junitxml={report}", *PARTS[part]],
                       cwd=ROOT, env={**os.environ, "VAE_COURSE_CACHE": cache}, stdout=out,
                       stderr=subprocess.STDOUT)
    return counts(report)


def main() -> None:
    every = [f"{version}:{packages}" for version in PYTHONS for packages in PACKAGES]
    parser = argparse.ArgumentParser(prog="python -m tests.versions", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("which", nargs="*", metavar="PYTHON:PACKAGES", help=f"of {', '.join(every)}")
    parser.add_argument("--folder", type=Path, help="where environments and logs stay, and are used again")
    given = parser.parse_args()
    if unknown := sorted(set(given.which) - set(every)):
        parser.error(f"not among the choices: {', '.join(unknown)}")
    folder = (given.folder or Path(tempfile.mkdtemp(prefix="versions-"))).resolve()
    print(f"logs in {folder}", flush=True)
    rows, failed = [], []
    for name in given.which or every:
        environment = folder / name.replace(":", "-")
        why_not = "" if (environment / "ready").exists() else install(*name.split(":"), environment)
        if why_not:
            rows.append(f"| {name} | not installed: {why_not} | | |")
        else:
            (environment / "ready").touch()
            found = {part: test(environment, part) for part in PARTS}
            rows.append(f"| {name} | {installed(environment)} | {found['helpers']} | {found['lessons']} |")
            failed += [f"{name}: {case}" for counted in found.values() for case in counted.failed]
        print(rows[-1], flush=True)  # at once, so that nothing is lost
        if not given.folder:
            shutil.rmtree(environment, ignore_errors=True)
    print("\n| Python, packages | versions | helpers: tests | lessons: cells |\n|---|---|---|---|",
          *rows, "", *failed, sep="\n")


if __name__ == "__main__":
    main()
