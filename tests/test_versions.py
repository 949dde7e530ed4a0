"""What tests/versions.py asks pip for, and how it reads what pytest found. (It is itself run by hand.)"""

import re
import subprocess
import sys

from packaging.requirements import Requirement

from tests.conftest import ROOT
from tests.versions import counts, requirements


def test_the_oldest_are_the_bounds_of_pyproject_and_the_newest_are_free():
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    declared = re.search(r"^dependencies = \[\n(.*?)^\]", project, re.M | re.S)[1].splitlines()
    oldest, newest = (requirements(packages) for packages in ("oldest", "newest"))
    assert oldest[-2:] == newest[-2:] == ["-e", "."]
    assert [f'    "{exact.replace("==", ">=")}",' for exact in oldest[:-2]] == declared
    assert newest[:-2] == [Requirement(exact).name for exact in oldest[:-2]]


def test_a_report_of_pytest_is_counted(tmp_path):
    (tmp_path / "test_it.py").write_text(
        "import pytest\ndef test_good(): pass\ndef test_bad(): assert 0\n"
        "@pytest.mark.skip\ndef test_left_out(): pass\n"
        "@pytest.fixture\ndef broken(): assert 0\ndef test_not_reached(broken): pass\n")
    subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--junitxml=report.xml"],
                   cwd=tmp_path, capture_output=True)
    assert counts(tmp_path / "report.xml") == (1, 1, ["test_it::test_bad", "test_it::test_not_reached"])
