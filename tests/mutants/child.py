"""Runs pytest and writes what failed first, and how, as JSON:

    python -m tests.mutants.child REPORT ARGUMENTS...
"""

import json
import re
import sys
from itertools import zip_longest
from pathlib import Path

import pytest

import helpers

CATCHES = ("assertion", "comparison", "pictures")  # of all kinds of failure


class FirstFailure:
    """A plugin that keeps the first failure as {test, how, says}. `how` is

    "assertion": an assertion of a test or of a lesson's cell failed, or `pytest.raises` saw no error
    "comparison": a cell says something else than what is saved with it
    "pictures": a figure is not the saved one
    or else, in words, where it failed and the error: a failure that says nothing about the idea
    """

    def __init__(self):
        self.found = None

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items):
        items[:] = [item for item in items if item.name != "budget"]  # seconds and memory catch no idea

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item, call):
        report = yield
        if report.failed and self.found is None:
            how, says = judged(item, call.excinfo.value)
            self.found = {"test": item.nodeid, "how": how if call.when == "call" else f"{call.when}: {how}",
                          "says": first_line(says)}
        return report

    def pytest_collectreport(self, report):
        if report.failed and self.found is None:
            self.found = {"test": report.nodeid, "how": "collection",
                          "says": first_line(str(report.longrepr))}


def judged(item: pytest.Item, error: BaseException) -> tuple[str, str]:
    if type(error).__name__ == "NbCellError":
        inside = re.sub(r"\x1b\[[0-9;]*m", "", error.inner_traceback or "").strip()
        if str(error) == "Cell outputs differ":
            return "comparison", difference(item) or inside
        if re.fullmatch("The pictures of .* differ", str(error)):  # tests/pictures.py
            return "pictures", inside
        raised = re.findall(r"^(\w+) +Traceback \(most recent call last\)", inside, re.M)
        words = f"{error}: {inside.splitlines()[-1:]}"
        return "assertion" if raised[-1:] == ["AssertionError"] else str(error), words
    if isinstance(error, AssertionError | pytest.fail.Exception):
        return "assertion", str(error)
    return type(error).__name__, str(error)


def difference(item: pytest.Item) -> str:
    """The first line that a cell says otherwise than it is saved."""
    lines = [[line for output in outputs for line in output.get("text", "").splitlines()]
             for outputs in (item.test_outputs, item.cell.outputs)]
    return next((f"says {found!r}, saved is {saved!r}" for found, saved in zip_longest(*lines)
                 if found != saved), "")


def first_line(text: str) -> str:
    return next((line.strip()[:300] for line in text.splitlines() if line.strip()), "")


def main(report: str, arguments: list[str]) -> int:
    first = FirstFailure()
    code = int(pytest.main(["-x", "-q", *arguments], plugins=[first]))
    Path(report).write_text(json.dumps({"helpers": helpers.__file__, "code": code, "first": first.found}),
                            encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
