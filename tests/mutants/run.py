"""Runs tests in a scratch copy of the project, with one mutant in it or none."""

import json
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue
from typing import NamedTuple

from tests.mutants.child import CATCHES
from tests.mutants.mutant import ROOT, Mutant, apply, problem

LIMIT = 400  # seconds of one run


class Result(NamedTuple):
    """What came of one run: the first test that failed, how, what it said; the seconds it took."""

    test: str
    how: str
    says: str
    seconds: float

    @property
    def caught(self) -> bool:
        return self.how in CATCHES

    @property
    def passed(self) -> bool:
        return self.how == "passed"


def copy_project(to: Path) -> None:
    """The files that git tracks, as they are now."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    for name in names:
        if name and (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)


def run(arguments: tuple[str, ...], copy: Path) -> Result:
    """pytest in the copy, up to its first failure."""
    report = copy.with_name(f"{copy.name}.json")
    report.unlink(missing_ok=True)
    env = {
        **os.environ,
        "PYTHONPATH": str(copy),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
        "VAE_COURSE_NEEDS_BROWSER": "1",
    }  # no test may skip for want of one
    start = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.mutants.child", str(report), *arguments],
        cwd=copy,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        said, _ = process.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return Result("", "timeout", f"after {LIMIT} s", time.monotonic() - start)
    seconds = time.monotonic() - start
    if not report.is_file():
        return Result("", "pytest did not come to an end", said[-300:], seconds)
    found = json.loads(report.read_text(encoding="utf-8"))
    if not Path(found["helpers"]).is_relative_to(copy):
        raise RuntimeError(f"the tests ran with {found['helpers']}, not with the copy")
    if found["first"]:
        return Result(**found["first"], seconds=seconds)
    how = "passed" if found["code"] == 0 else f"pytest ended with {found['code']}"
    return Result("", how, "" if found["code"] == 0 else said[-300:], seconds)


def run_with(mutant: Mutant, copy: Path) -> Result:
    if why_not := problem(mutant):
        return Result("", "does not apply", why_not, 0.0)
    path = mutant.path(copy)
    before = path.read_bytes()
    try:
        apply(mutant, copy)
        return run(mutant.arguments(), copy)
    finally:
        path.write_bytes(before)


def in_copies(work, items: list, folder: Path, workers: int):
    """The result of work(item, copy) for each item, in order, in `workers` copies at a time."""
    copies = Queue()
    for number in range(workers):
        copy = folder / f"copy {number}"
        if not copy.exists():
            copy_project(copy)
        copies.put(copy)

    def one(item):
        copy = copies.get()
        try:
            return work(item, copy)
        finally:
            copies.put(copy)

    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(one, items)
