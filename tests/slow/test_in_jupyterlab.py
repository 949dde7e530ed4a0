"""Every lesson and widget in a real JupyterLab.

pytest tests/slow/test_in_jupyterlab.py
"""

import os
import time
from pathlib import Path

import pytest

from tests.browser.driving import GREYS
from tests.chromium import needed_module
from tests.conftest import NOTEBOOKS
from tests.slow.jupyterlab import (
    ask,
    check_lesson,
    keep_screenshots,
    opened_in_lab,
    outputs,
    wait_for,
    write_notebook,
)

SCREENSHOTS = os.environ.get("VAE_COURSE_SCREENSHOTS")  # a folder to keep pictures of each lesson in
PADS = [
    "from tests.example_widgets import pad\nother = pad(z=(1.0, 1.0))\npad = pad(z=(0.0, 0.0))\npad",
    "other",
]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_a_lesson_runs_and_each_control_changes_its_picture(lab, browser, path):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    with opened_in_lab(page, lab, path.name):
        check_lesson(page)
        if SCREENSHOTS:
            keep_screenshots(page, Path(SCREENSHOTS), path.stem)


@pytest.fixture
def page(lab, browser):
    """A notebook with two pads on display."""
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: page.sent.append(frame)))
    with opened_in_lab(page, lab, "pads.ipynb", PADS):
        page.wait_for_selector(".vae-widget >> nth=1")
        yield page
        assert all(output["output_type"] != "error" for output in outputs(page))


def plane(page):
    return page.get_by_role("application").first


def at(page, z):
    """Where on the page the point z of the first pad is."""
    box = plane(page).bounding_box()
    return box["x"] + (z[0] / 4 + 1) * box["width"] / 2, box["y"] + (1 - z[1] / 4) * box["height"] / 2


def test_keys_do_not_reach_jupyterlab(page):
    plane(page).press("ArrowDown")
    plane(page).press("Enter")
    wait_for(page, "print(pad.picked)", "0")
    assert page.evaluate("() => window.jupyterapp.shell.currentWidget.content.activeCellIndex") == 0


def test_a_lost_release_does_not_go_on_dragging(page):
    page.mouse.move(*at(page, (0.5, 0.5)))
    page.mouse.down()
    plane(page).evaluate("""node => node.dispatchEvent(new PointerEvent('pointermove',
        {pointerId: 1, buttons: 0, clientX: 500, clientY: 500, bubbles: true}))""")
    page.mouse.move(*at(page, (2.0, 2.0)))
    page.mouse.up()
    wait_for(page, "print([round(v, 1) for v in pad.z])", "[0.5, 0.5]")


def test_re_running_and_closing_leave_nothing(page):
    assert page.locator(".vae-widget").count() == 2
    page.evaluate("document.querySelectorAll('.vae-widget').forEach(node => node.dataset.old = 'yes')")
    run_cell = """index => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = index;
        return window.jupyterapp.commands.execute('notebook:run-cell'); }"""
    for index in (0, 1):
        page.evaluate(run_cell, index)
        page.wait_for_function(
            "most => document.querySelectorAll('[data-old]').length <= most", arg=1 - index
        )
    page.wait_for_function("document.querySelectorAll('.vae-widget').length === 2")
    ask(page, "other.close()")
    page.wait_for_function("document.querySelectorAll('.vae-widget').length === 1")


def test_a_busy_kernel_is_not_flooded(page):
    page.mouse.move(*at(page, (0.0, 0.0)))
    page.mouse.down()
    page.evaluate("""() => { window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel
        .requestExecute({code: 'import time; time.sleep(10)'}); }""")
    page.wait_for_timeout(300)
    page.sent.clear()
    (x, y), start = at(page, (0.0, -1.0)), time.monotonic()
    for step in range(100):
        page.mouse.move(x + step, y)
    assert time.monotonic() - start < 9  # the kernel has been busy all the time
    sent = sum(b"comm_msg" in (frame if isinstance(frame, bytes) else frame.encode()) for frame in page.sent)
    assert 1 <= sent <= 2, f"{sent} messages went to a kernel that answered none"
    page.mouse.up()
    goal = f"{99 / plane(page).bounding_box()['width'] * 8:.1f} -1"
    wait_for(page, "print(f'{pad.z[0]:.1f} {pad.z[1]:.0f}')", goal)  # the last one does arrive


def test_notebook_7_shows_the_pad(lab, browser):
    """Notebook 7 is JupyterLab's front end around one notebook."""
    needed_module("notebook")
    write_notebook(lab.folder / "one_pad.ipynb", PADS[:1])
    with browser.new_page(viewport={"width": 1200, "height": 900}) as page:
        page.goto(f"{lab.server}/notebooks/one_pad.ipynb?token={lab.token}")
        page.wait_for_selector(".jp-InputArea")
        page.wait_for_timeout(2000)
        page.locator(".jp-InputArea-editor").first.click()
        page.keyboard.press("Shift+Enter")
        plane(page).wait_for(timeout=60_000)
        decoded = page.get_by_label("the picture decoded from z")
        before = decoded.evaluate(GREYS)
        page.mouse.click(*at(page, (1.5, 1.5)))
        page.wait_for_timeout(100)
        assert decoded.evaluate(GREYS) != before
        plane(page).press("Home")
        page.wait_for_timeout(100)  # it paints with the next frame
        assert decoded.evaluate(GREYS) == before
