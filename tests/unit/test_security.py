"""What a learner writes is shown, not run. (Files with code in them: test_data.py, test_pretrained.py.)"""

import IPython.display
import pytest

from helpers.exercises import lesson01
from helpers.widgets import AttributeSliders, Handwriting, Traversals
from tests.example_widgets import CODES, IMAGES, KL, Coded, Writer, uniform

ATTACK = '</script><script>window.hacked = 1</script><img src=x onerror="window.hacked = 1">'


def fails(*_):
    raise ValueError(ATTACK)


def test_the_text_of_an_error_in_a_check_goes_out_as_text(capsys, monkeypatch):
    monkeypatch.setattr(IPython.display, "display", lambda *a, **k: pytest.fail("not as text"))
    lesson01.generate(fails)
    assert ATTACK in capsys.readouterr().out


@pytest.fixture
def pages(tmp_path):
    """Widgets whose labels and names are hostile, as pages."""
    hostile = [ATTACK, f'"{ATTACK}', "\u2028" + ATTACK, "", ""]
    widgets = [
        Handwriting(Writer(), uniform(5, 784), hostile),
        Traversals(Coded(CODES), IMAGES, hostile, KL),
        AttributeSliders(Coded(CODES), IMAGES, {ATTACK: CODES[0], f'"{ATTACK}': CODES[1]}),
    ]
    return [widget.to_html(tmp_path / f"{i}.html") for i, widget in enumerate(widgets)]


def test_a_page_keeps_hostile_text_out_of_its_html(pages):
    for path in pages:
        page = path.read_text(encoding="utf-8")
        assert page.count("<script") == page.count("</script>") == 1
        assert "<img" not in page


def test_a_browser_shows_hostile_text_and_does_not_run_it(opened, pages):
    """And asks for nothing, not even by <img>: `opened` sees to that."""
    for page in map(opened, pages):
        assert page.evaluate("window.hacked") is None
        assert page.locator("img, script").count() == 1  # its own script
        assert "window.hacked = 1" in page.locator("main").evaluate(
            "node => node.innerText + [...node.querySelectorAll('[title]')].map(({title}) => title)"
        )
