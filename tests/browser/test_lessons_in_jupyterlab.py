"""Each lesson in a real JupyterLab, in Chromium: run all cells, move every slider."""

import os
from pathlib import Path

import pytest

from tests.browser.jupyterlab import PICTURES, opened_in_lab, outputs
from tests.conftest import NOTEBOOKS

SCREENSHOTS = os.environ.get("VAE_COURSE_SCREENSHOTS")  # a folder to keep pictures of each lesson in


def move_explorers(page):
    """Moves each control of each Explorer; its picture changes, its height does not. How many there are."""
    pictures = page.locator(".jupyter-widgets.widget-image")
    controls = page.locator(".noUi-handle, .widget-toggle-buttons button:not(.mod-active)")
    assert controls.count() >= 2 * pictures.count()
    heights = [pictures.nth(i).bounding_box()["height"] for i in range(pictures.count())]
    for index in range(controls.count()):
        box = controls.nth(index).locator("xpath=ancestor::*[contains(@class, 'widget-vbox')][1]")
        picture = box.locator("img").element_handle()
        before = picture.get_attribute("src")
        control = controls.nth(index)
        control.scroll_into_view_if_needed()
        if control.evaluate("node => node.tagName") == "BUTTON":
            control.click()
        else:
            control.focus()
            at_the_end = control.get_attribute("aria-valuenow") == control.get_attribute("aria-valuemax")
            for _ in range(5):
                control.press("ArrowLeft" if at_the_end else "ArrowRight")
        page.wait_for_function("([node, before]) => node.src !== before", arg=[picture, before],
                               timeout=30_000)
    assert [pictures.nth(i).bounding_box()["height"] for i in range(pictures.count())] == heights
    return pictures.count()


def move_browser_widgets(page):
    """Moves each slider of each widget that runs in the browser; likewise."""
    widgets = page.locator(".vae-widget")
    heights = [widgets.nth(i).bounding_box()["height"] for i in range(widgets.count())]
    for index in range(widgets.count()):
        widget = widgets.nth(index)
        widget.scroll_into_view_if_needed()
        sliders = widget.locator("input[type=range]")
        for i in range(sliders.count()):
            shown, input_ = widget.evaluate(PICTURES), sliders.nth(i)
            at_the_end = input_.evaluate("node => Number(node.value) >= Number(node.max)")
            input_.focus()
            for _ in range(5):
                input_.press("ArrowLeft" if at_the_end else "ArrowRight")
            assert widget.evaluate(PICTURES) != shown, f"slider {i + 1} of widget {index + 1} changes nothing"
    assert [widgets.nth(i).bounding_box()["height"] for i in range(widgets.count())] == heights
    return widgets.count()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_a_lesson_runs_and_each_control_changes_its_picture(lab, browser, path):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    with opened_in_lab(page, lab, path.name):
        for output in outputs(page):
            assert output["output_type"] != "error", output
            assert output.get("name") != "stderr", output
        text = " ".join(page.locator(".jp-OutputArea-output").all_inner_texts())
        assert "Error displaying widget" not in text
        assert "Loading widget" not in text

        explored = move_explorers(page)
        played = move_browser_widgets(page)
        assert explored + played >= 1
        assert "The picture could not be drawn" not in page.locator(".jp-NotebookPanel").inner_text()
        if SCREENSHOTS:
            keep_screenshots(page, Path(SCREENSHOTS), path.stem)


def keep_screenshots(page, folder, name):
    folder.mkdir(parents=True, exist_ok=True)
    page.evaluate("() => window.jupyterapp.commands.execute('application:toggle-left-area')")
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
        page.wait_for_timeout(1500)
        scroller = page.locator(".jp-WindowedPanel-outer").first
        height = scroller.evaluate("node => node.scrollHeight")
        for index, top in enumerate(range(0, height, 750)):
            scroller.evaluate("(node, top) => node.scrollTo(0, top)", top)
            page.wait_for_timeout(250)
            page.screenshot(path=folder / f"{name[:2]}-{theme.split()[1].lower()}-{index:02}.png")
