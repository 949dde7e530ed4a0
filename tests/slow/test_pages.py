"""Widgets on exported pages, and taken away.

pytest tests/slow/test_pages.py
"""

import re
import shutil
import subprocess
import sys
import tarfile

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook

from helpers.course import LESSONS
from helpers.figures.map import ENDS, QUESTIONS
from tests.browser.driving import pictures, shows, state
from tests.chromium import needs
from tests.conftest import ROOT
from tests.example_widgets import ALL_WIDGETS, pad


def npm_file(folder, package, inside):
    """A file of a package of the npm registry."""
    needs(shutil.which("npm"), "no npm: apt-get install npm")
    packed = subprocess.run(
        ["npm", "pack", "--silent", package], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.split()[-1]
    with tarfile.open(folder / packed) as archive:
        return archive.extractfile(f"package/{inside}").read()


def test_an_exported_page_keeps_decoding(browser, tmp_path):
    """`jupyter nbconvert --to html` of a notebook with its widget state; its requests answered from npm."""
    notebook = new_notebook(cells=[new_code_cell("from tests.example_widgets import pad\npad(z=(0.0, 0.0))")])
    NotebookClient(notebook, timeout=120, kernel_name="python3", store_widget_state=True).execute()
    nbformat.write(notebook, tmp_path / "page.ipynb")
    subprocess.run(
        [sys.executable, "-m", "nbconvert", "--to", "html", "page.ipynb"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    answers = {
        "embed-amd.js": npm_file(tmp_path, "@jupyter-widgets/html-manager@1", "dist/embed-amd.js"),
        "anywidget": npm_file(tmp_path, "anywidget@0.11", "dist/index.js"),
        "require": npm_file(tmp_path, "requirejs@2", "require.js"),
    }

    def answer(route):
        content = next((body for part, body in answers.items() if part in route.request.url), None)
        if content is None:
            return route.abort()
        return route.fulfill(
            body=content, content_type="text/javascript", headers={"Access-Control-Allow-Origin": "*"}
        )

    with browser.new_page(viewport={"width": 1000, "height": 900}) as page:
        page.route(re.compile("^https?://"), answer)
        page.goto((tmp_path / "page.html").as_uri())
        plane = page.get_by_role("application")
        plane.wait_for(timeout=30_000)
        for _ in range(4):
            plane.press("ArrowUp")
        widget = pad(z=(0.0, 0.4))
        assert shows(pictures(page)["the picture decoded from z"], widget.decoded)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """The lessons as pages, with links between them."""
    folder = tmp_path_factory.mktemp("pages")
    for name in LESSONS:
        page, _ = HTMLExporter().from_filename(ROOT / "notebooks" / f"{name}.ipynb")
        page = re.sub(r'(href="[0-9]{2}_\w+)\.ipynb', r"\1.html", page)
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    return folder


@pytest.mark.parametrize("box", (QUESTIONS | ENDS).values(), ids=QUESTIONS | ENDS)
def test_a_click_on_a_box_of_the_map_goes_to_its_section(browser, exported, box):
    with browser.new_page(viewport={"width": 1200, "height": 900}) as page:
        page.route(re.compile("^https?://"), lambda route: route.abort())
        page.goto((exported / f"{LESSONS[13]}.html").as_uri())
        link = page.locator(f'a[href="{box.link.replace(".ipynb", ".html")}"]').filter(has_text=box.words)
        assert link.evaluate("a => a.scrollHeight <= a.clientHeight"), "the words are higher than the box"
        link.click()
        heading = page.get_by_role("heading", name=box.heading)
        heading.wait_for()
        assert -1 < heading.bounding_box()["y"] < 900, "on the page, but not in sight"  # to a pixel
        assert page.url.split("#")[0].endswith(f"/{LESSONS[int(box.lesson)]}.html")


@pytest.mark.parametrize("name", ALL_WIDGETS)
def test_a_widget_that_is_taken_away_listens_to_nothing(opened, name):
    widget = ALL_WIDGETS[name]()
    page, traits = opened(widget), [trait for trait in widget.keys if not trait.startswith("_")]
    count = "Object.values(widget.listeners).reduce((sum, calls) => sum + calls.size, 0)"
    assert page.evaluate(count) > 0
    node = page.locator("canvas[tabindex], input, [role=radio]").first.element_handle()
    node.press("ArrowUp")  # a sentence for screen readers may be on its way
    before = [state(page, trait) for trait in traits]
    page.evaluate("widget.cleanUp()")
    assert page.evaluate(count) == 0
    assert page.locator(".vae-widget").count() == 0
    node.evaluate("""node => {
        node.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowLeft', bubbles: true}));
        node.value = 1; node.dispatchEvent(new Event('input', {bubbles: true})); }""")
    page.wait_for_timeout(500)
    assert [state(page, trait) for trait in traits] == before
