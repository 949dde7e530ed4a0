"""What all tests of the helpers share."""

from pathlib import Path

import matplotlib
import pytest
import torch

from tests.chromium import chromium, page_errors

torch.set_num_threads(1)  # the processes of pytest share the cores
matplotlib.use("agg")  # here, not by a variable, which the lessons' kernels would inherit

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch):
    """Every test has a model cache of its own."""
    monkeypatch.setenv("VAE_COURSE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def double_precision():
    """torch's default dtype as in a lesson."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


# Not for the session: Playwright keeps an event loop running, in which nbval's own could not run.
@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


# JavaScript: keeps what is written on canvases, and where
WRITTEN = """window.written = [];
const {fillText} = CanvasRenderingContext2D.prototype;
CanvasRenderingContext2D.prototype.fillText = function (text, x, y, ...more) {
    written.push([String(text), x, y]);
    return fillText.call(this, text, x, y, ...more);
};"""


@pytest.fixture
def opened(browser, tmp_path):
    """open(a widget or a file, **options of the page) -> its page, which has no kernel behind it.

    At the end of the test no page may have had an error or asked the network for anything.
    """
    pages = {}  # page -> what went wrong on it

    def open_page(shown, **options):
        page = browser.new_page(**{"viewport": {"width": 900, "height": 900}} | options)
        pages[page] = wrong = page_errors(page)
        page.add_init_script(WRITTEN)
        page.on("request", lambda sent: wrong.append(sent.url) if sent.url.startswith("http") else None)
        path = shown if isinstance(shown, Path) else shown.to_html(tmp_path / "widget.html")
        page.goto(path.as_uri())
        page.wait_for_selector(".vae-widget")
        return page

    yield open_page
    for page in pages:
        page.close()
    assert not any(pages.values()), list(pages.values())
