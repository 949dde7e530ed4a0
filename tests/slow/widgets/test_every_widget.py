"""All widgets on pages without a kernel: keys that are not theirs, accessibility, telephones."""

import pytest

from tests.chromium import needed_module
from tests.example_widgets import ALL_WIDGETS


@pytest.mark.parametrize("name", ALL_WIDGETS)
def test_keys_stay_in_the_widget_except_the_notebooks_own(opened, name):
    page = opened(ALL_WIDGETS[name]())
    page.evaluate("window.heard = []; document.addEventListener('keydown', (event) => heard.push(event.key))")
    page.locator("canvas[tabindex], input, [role=radio]").first.focus()
    for key in ("ArrowRight", "Escape", "Home", "Shift+Enter", "Control+b", "Tab"):
        page.keyboard.press(key)
    assert set(page.evaluate("heard")) - {"Shift", "Control"} == {"Enter", "b", "Tab"}


@pytest.mark.parametrize("name", ALL_WIDGETS)
def test_a_page_is_accessible_in_both_themes_and_fits_a_telephone(opened, name):
    axe = needed_module("axe_playwright_python.sync_playwright").Axe()
    page = opened(ALL_WIDGETS[name]())
    for theme in ("light", "dark"):
        if theme == "dark":
            page.add_style_tag(content=":root { --jp-ui-font-color0: #fff; } body { background: #111; }")
        found = axe.run(page, context=".vae-widget").response
        assert len(found["passes"]) > 5
        assert [v for v in found["violations"] if v["impact"] in ("serious", "critical")] == []
    for width in (900, 320, 306):  # the last leaves 274, as JupyterLab does on a telephone of 390
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator(".vae-widget").evaluate("node => node.scrollWidth - node.clientWidth") == 0
