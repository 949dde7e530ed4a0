"""Each lesson in a real JupyterLab, in Chromium: run all cells, move every slider."""

import os
from pathlib import Path

import pytest

from tests.browser.jupyterlab import check_lesson, keep_screenshots, opened_in_lab
from tests.conftest import NOTEBOOKS

SCREENSHOTS = os.environ.get("VAE_COURSE_SCREENSHOTS")  # a folder to keep pictures of each lesson in


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_a_lesson_runs_and_each_control_changes_its_picture(lab, browser, path):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    with opened_in_lab(page, lab, path.name):
        check_lesson(page)
        if SCREENSHOTS:
            keep_screenshots(page, Path(SCREENSHOTS), path.stem)
