"""What is too slow for `pytest` alone, one part after the other, each in a process of its own.

    python -m tests.slow                   all parts
    python -m tests.slow faults binder     those whose names begin so

A part is a file `test_NAME.py` of this folder; the first line of its docstring says what it proves. One line
is printed for each. The status is 1 if anything failed, or if a part passed no test.
"""

import argparse
import ast
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from xml.etree import ElementTree

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
ONE_THREAD = {"OMP_NUM_THREADS": "1"}  # with more, processes that share cores wait for each other
PARTS = {path.stem.removeprefix("test_"): path for path in sorted(FOLDER.glob("test_*.py"))}


def counted(report: Path) -> tuple[int, int, int]:
    """How many passed, failed and were skipped."""
    cases = list(ElementTree.parse(report).iter("testcase")) if report.is_file() else []
    failed = sum(case.find("failure") is not None or case.find("error") is not None for case in cases)
    skipped = sum(case.find("skipped") is not None for case in cases)
    return len(cases) - failed - skipped, failed, skipped


def run(name: str, logs: Path) -> bool:
    """Runs one part, prints its line, and says whether all is well."""
    proves, *_ = ast.get_docstring(ast.parse(PARTS[name].read_text(encoding="utf-8"))).splitlines()
    log, report, start = logs / f"{name}.log", logs / f"{name}.xml", time.monotonic()
    with log.open("w") as out:
        command = [sys.executable, "-m", "pytest", str(PARTS[name]), "-n0", f"--junitxml={report}"]
        code = subprocess.run(
            command, cwd=ROOT, env=os.environ | ONE_THREAD, stdout=out, stderr=subprocess.STDOUT
        ).returncode
    passed, failed, skipped = counted(report)
    well = code == 0 and passed > 0
    print(
        f"{name:22}{proves:48}{passed:4} passed{failed:4} failed{skipped:4} skipped"
        f"{time.monotonic() - start:6.0f} s{'' if well else f'  see {log}'}",
        flush=True,
    )
    return well


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.slow", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    given = parser.parse_args()
    for name in given.names:
        if not any(part.startswith(name) for part in PARTS):
            parser.error(f"no part is called {name}; there are {', '.join(PARTS)}")
    picked = [part for part in PARTS if not given.names or part.startswith(tuple(given.names))]
    logs = Path(tempfile.mkdtemp(prefix="slow-"))
    return int(not all([run(part, logs) for part in picked]))


if __name__ == "__main__":
    sys.exit(main())
