"""Runs pytest and writes what failed first, and how, as JSON:

python -m tests.mutants.child REPORT ARGUMENTS...
"""

import json
import re
import sys
from pathlib import Path

import pytest
from nbval.plugin import NbCellError

import helpers

CATCHES = ("assertion", "comparison")  # of all kinds of failure


class FirstFailure:
    """A plugin that keeps the first failure as {test, how, says}. `how` is

    "assertion": an assertion of a test or of a lesson's cell failed, or `pytest.raises` saw no error
    "comparison": what a cell says, or a figure, is not what is saved with it
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
            how, says = judged(call.excinfo.value)
            self.found = {
                "test": item.nodeid,
                "how": how if call.when == "call" else f"{call.when}: {how}",
                "says": in_short(says),
            }
        return report

    def pytest_collectreport(self, report):
        if report.failed and self.found is None:
            self.found = {"test": report.nodeid, "how": "collection", "says": in_short(str(report.longrepr))}


def judged(error: BaseException) -> tuple[str, str]:
    """How a test failed, and what it says."""
    if isinstance(error, AssertionError | pytest.fail.Exception):
        return "assertion", str(error)
    if not isinstance(error, NbCellError):
        return type(error).__name__, str(error)
    inside = re.sub(r"\x1b\[[0-9;]*m", "", error.inner_traceback or "")
    if str(error).endswith("differ"):  # outputs, numbers, pictures
        return "comparison", inside
    raised = re.findall(r"^(\w+) +Traceback \(most recent call last\)", inside, re.M)
    return "assertion" if raised[-1:] == ["AssertionError"] else str(error), inside.strip().split("\n")[-1]


def in_short(text: str) -> str:
    return " ".join(text.split())[:300]


def main(report: str, arguments: list[str]) -> int:
    first = FirstFailure()
    code = int(pytest.main(["-x", "-q", "-n0", *arguments], plugins=[first]))
    Path(report).write_text(
        json.dumps({"helpers": helpers.__file__, "code": code, "first": first.found}), encoding="utf-8"
    )
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
