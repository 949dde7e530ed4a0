"""What all tests share, and the time and memory that each lesson may take.

nbval runs each lesson's cells. `Lessons` below gives every lesson an empty model cache of its own,
measures it while nbval runs it, and adds one test after its last cell: the lesson's budget.
"""

import os
import tempfile
import time
from pathlib import Path

import matplotlib
import pytest
from nbval.plugin import IPyNbCell, IPyNbFile

from tests import pictures
from tests.memory import peak_megabytes
from tests.pages import chromium, trouble

matplotlib.use("agg")  # here, not by a variable, which the lessons' kernels would inherit

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SECONDS, MEGABYTES = 30, 1000  # what one lesson may take, on 2 cores, from an empty cache
TRAINING_SECONDS = {"09": 60}  # and what more the models that a lesson shares with others may take

_measured = {}  # lesson -> (seconds, megabytes)


@pytest.fixture(autouse=True)
def empty_cache(request, tmp_path, monkeypatch):
    """Every test of the helpers has a model cache of its own."""
    if not isinstance(request.node.parent, IPyNbFile):
        monkeypatch.setenv("VAE_COURSE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


# Not for the session: Playwright keeps an event loop running, in which nbval's own could not run.
@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@pytest.fixture
def opened(browser, tmp_path):
    """open(a widget or a file, **options of the page) -> its page, which has no kernel behind it.

    At the end of the test no page may have had an error or asked the network for anything.
    """
    pages = {}  # page -> what went wrong on it

    def open_page(shown, **options):
        page = browser.new_page(**{"viewport": {"width": 900, "height": 900}} | options)
        pages[page] = wrong = trouble(page)
        page.on("request", lambda sent: wrong.append(sent.url) if sent.url.startswith("http") else None)
        path = shown if isinstance(shown, Path) else shown.to_html(tmp_path / "widget.html")
        page.goto(path.as_uri())
        page.wait_for_selector(".vae-widget")
        return page

    yield open_page
    for page in pages:
        page.close()
    assert not any(pages.values()), list(pages.values())


class LessonBudget(pytest.Item):
    """The lesson just run by nbval took at most SECONDS (and its TRAINING_SECONDS) and MEGABYTES."""

    def runtest(self):
        lesson = self.parent
        allowed = SECONDS + TRAINING_SECONDS.get(lesson.path.name[:2], 0)
        seconds, megabytes = lesson.seconds, peak_megabytes(lesson.kernel.km.provisioner.pid)
        for _ in range(2):  # a busy machine is not a slow lesson: the best of three runs counts
            if seconds > allowed:
                seconds = min(seconds, _run_again(Path(lesson.path)))
        _measured[Path(lesson.path).stem] = seconds, megabytes
        assert seconds <= allowed, f"took {seconds:.0f} s from a fresh kernel and an empty cache"
        assert megabytes is None or megabytes <= MEGABYTES, f"its kernel took {megabytes:.0f} MB"

    def reportinfo(self):
        return self.path, None, f"{self.path.name}: budget"

    def repr_failure(self, excinfo, style=None):
        return str(excinfo.value)


def _run_again(path: Path) -> float:
    from tests.rerun_lessons import run

    with tempfile.TemporaryDirectory() as cache:
        start = time.monotonic()
        run(path, cache)
        return time.monotonic() - start


def pytest_configure(config):
    config.pluginmanager.register(Lessons())  # hooks of a conftest.py see its own folder only


class Lessons:
    """Hooks around the cells of the notebooks."""

    def pytest_collection_modifyitems(self, items):
        for lesson in {item.parent: None for item in items if isinstance(item.parent, IPyNbFile)}:
            last = max(i for i, item in enumerate(items) if item.parent is lesson)
            cells = sum(cell.cell_type == "code" for cell in lesson.nb.cells)
            if sum(item.parent is lesson for item in items) == cells:  # not when cells are picked
                items.insert(last + 1, LessonBudget.from_parent(lesson, name="budget"))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item):
        """Before a lesson's kernel starts: an empty cache for it, and the clock at zero."""
        lesson = item.parent
        if isinstance(lesson, IPyNbFile) and not hasattr(lesson, "seconds"):
            lesson.seconds = 0.0
            lesson.empty_cache = tempfile.TemporaryDirectory()
            os.environ["VAE_COURSE_CACHE"] = lesson.empty_cache.name

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item):
        """After nbval, which passes over pictures: those of the cell are the saved ones."""
        if not isinstance(item, IPyNbCell):
            return (yield)
        with pictures.Shown(item.parent) as shown:
            result = yield
        far = pictures.MAY_MOVE in item.cell.metadata.get("tags", [])
        wrong = pictures.complaints(pictures.of_outputs(item.cell.outputs),
                                    pictures.of_outputs(shown.outputs.values()),
                                    f"{item.path.stem}-cell-{item.cell_num}",
                                    pictures.FAR if far else pictures.REACH)
        if wrong:
            item.raise_cell_error(f"The pictures of {item.path.name} differ", "\n".join(wrong))
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item, call):
        if isinstance(item.parent, IPyNbFile) and not isinstance(item, LessonBudget):
            item.parent.seconds += call.duration
        return (yield)

    def pytest_runtest_teardown(self, item, nextitem):
        lesson = item.parent
        if isinstance(lesson, IPyNbFile) and (nextitem is None or nextitem.parent is not lesson):
            lesson.empty_cache.cleanup()


def pytest_terminal_summary(terminalreporter):
    if _measured:
        terminalreporter.section("lessons, from a fresh kernel and an empty cache")
        for lesson, (seconds, megabytes) in sorted(_measured.items()):
            memory = "" if megabytes is None else f"{megabytes:6.0f} MB"
            terminalreporter.line(f"{lesson:40}{seconds:6.1f} s{memory}")
