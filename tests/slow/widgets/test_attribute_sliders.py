"""AttributeSliders: codes moved as far as the sliders say."""

from tests import example_widgets as made
from tests.browser.driving import state
from tests.browser.shown import shows_moved_digits


def test_attributes_have_the_limit_that_was_asked_for_and_meet_0(opened):
    widget = made.attributes(limit=1.7)
    widget.amounts = {"wider": 1.19, "bolder": -0.612}
    page = opened(widget)
    assert shows_moved_digits(page, limit=1.7)
    slider = page.get_by_role("slider", name="wider")
    slider.press("End")
    assert (state(page, "amounts")["wider"], shows_moved_digits(page, limit=1.7)) == (1.7, True)
    for _ in range(50):
        slider.press("ArrowLeft")
    assert (state(page, "amounts")["wider"], shows_moved_digits(page, limit=1.7)) == (0, True)  # not 1e-17
