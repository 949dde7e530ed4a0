"""What pytest does with the lessons beyond nbval, which compares their texts to the letter.

Lessons run away from the configuration of whoever runs them, and share a model cache that begins empty.
Their pictures are compared (tests/lessons/pictures.py), and at their end time and memory
(tests/lessons/budget.py).
"""

import os
import tempfile
from pathlib import Path

import matplotlib
import pytest
from nbval.plugin import IPyNbCell, IPyNbFile

from tests.lessons import budget, pictures

# What takes longest comes first, so that no process is left with it at the end. Then all others as they come.
FIRST = ("tests/browser/", "notebooks/")
MOST_PROCESSES = 4  # each with a kernel or a browser: up to 1 GB


def pytest_xdist_auto_num_workers(config):
    """One process for one file: others would only be started."""
    files = [argument.split("::")[0] for argument in config.args]
    return 0 if len(files) == 1 and Path(files[0]).is_file() else min(os.cpu_count() or 1, MOST_PROCESSES)


def pytest_addoption(parser):
    parser.addoption(
        "--any-pictures",
        action="store_true",
        help="do not compare the lessons' pictures: another matplotlib has another layout",
    )


def pytest_configure(config):
    """Before any process is started: they inherit the folders, which are empty."""
    if hasattr(config, "workerinput"):
        return
    empty = tempfile.TemporaryDirectory()
    config.add_cleanup(empty.cleanup)
    for name in ("VAE_COURSE_CACHE", "IPYTHONDIR", "JUPYTER_DATA_DIR", "JUPYTER_PATH"):
        os.environ[name] = empty.name
    os.environ["MATPLOTLIBRC"] = matplotlib.get_data_path()  # where matplotlib's own defaults are


def pytest_collection_modifyitems(items):
    for lesson in {item.parent: None for item in items if isinstance(item.parent, IPyNbFile)}:
        last = max(i for i, item in enumerate(items) if item.parent is lesson)
        cells = sum(cell.cell_type == "code" for cell in lesson.nb.cells)
        if sum(item.parent is lesson for item in items) == cells:  # not when cells are picked
            items.insert(last + 1, LessonBudget.from_parent(lesson, name="budget"))
    items.sort(key=lambda item: [not item.nodeid.startswith(place) for place in FIRST])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """After nbval, which passes over pictures."""
    if not isinstance(item, IPyNbCell) or item.config.getoption("any_pictures"):
        return (yield)
    with pictures.Shown(item.parent) as shown:
        result = yield
    saved, new = pictures.of_outputs(item.cell.outputs), pictures.of_outputs(shown.outputs.values())
    wrong = pictures.complaints(saved, new, f"{item.path.stem}-cell-{item.cell_num}")
    if wrong:
        item.raise_cell_error(f"The pictures of {item.path.name} differ", "\n".join(wrong))
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    if isinstance(item.parent, IPyNbFile) and not isinstance(item, LessonBudget):
        item.parent.seconds = getattr(item.parent, "seconds", 0.0) + call.duration
    return (yield)


class LessonBudget(pytest.Item):
    """What the lesson just run by nbval took: told at the end, and far over its budget a failure."""

    def runtest(self):
        pid = self.parent.kernel.km.provisioner.pid
        seconds = budget.cpu_seconds(pid) or self.parent.seconds
        took = (self.path.stem, seconds, budget.peak_megabytes(pid))
        self.user_properties.append(("budget", took))  # travels to the process that prints the table
        far_over = budget.used(*took) > budget.FAILS
        assert not far_over, f"more than {budget.FAILS} times its budget: {budget.line(*took)}"

    def reportinfo(self):
        return self.path, None, f"{self.path.name}: budget"

    def repr_failure(self, excinfo, style=None):
        return str(excinfo.value)


def pytest_terminal_summary(terminalreporter):
    lessons = {
        budget.line(*value)
        for reports in terminalreporter.stats.values()
        for report in reports
        for name, value in getattr(report, "user_properties", [])
        if name == "budget"
    }
    if lessons:
        terminalreporter.section("lessons, each from a fresh kernel")
        for line in sorted(lessons):
            terminalreporter.line(line)
