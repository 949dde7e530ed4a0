"""PolicyTriangle: the point by mouse and touch; arrows, clouds and words (shown.py) follow it."""

import pytest

from tests import example_widgets as made
from tests.browser.driving import drag, fingers, painted, set_state, state
from tests.browser.shown import shows_policy


def on_paper(page, *places, panel=1):
    """Points of the page: places on a triangle's paper, which is 240 wide."""
    box = page.locator(".vae-panel svg").nth(panel).bounding_box()
    return [(box["x"] + x * box["width"] / 240, box["y"] + y * box["width"] / 240) for x, y in places]


HERE = (120 + 138 * 0.5**0.5 * 0.1, 42 + 138 * 1.5**0.5 * 0.5)  # the policy (0.2, 0.3, 0.5)
THERE = (120, 42 + 138 * 1.5**0.5 * 0.2)  # (0.4, 0.4, 0.2)


@pytest.mark.parametrize("width", [900, 306])
def test_the_point_goes_where_the_mouse_drags_it(opened, width):
    page = opened(made.policy_triangle(), viewport={"width": width, "height": 1400})
    drag(page, on_paper(page, HERE, (60, 60), THERE))
    assert state(page, "policy") == pytest.approx([0.4, 0.4, 0.2], abs=0.01)
    assert shows_policy(page)
    page.mouse.move(*on_paper(page, HERE)[0])  # no button is down
    assert state(page, "policy") == pytest.approx([0.4, 0.4, 0.2], abs=0.01)


def test_the_point_by_touch_and_the_page_scrolls_beside_it(opened):
    page = opened(made.policy_triangle(), has_touch=True, viewport={"width": 360, "height": 900})
    page.evaluate("document.body.style.height = '3000px'")
    start, middle, end = on_paper(page, HERE, (130, 100), THERE, panel=0)
    fingers(page, "touchStart", start)
    fingers(page, "touchMove", middle)
    fingers(page, "touchMove", end)
    fingers(page, "touchEnd")
    assert state(page, "policy") == pytest.approx([0.4, 0.4, 0.2], abs=0.01)
    assert page.evaluate("scrollY") == 0


def test_no_answer_is_ever_impossible(opened):
    page = opened(made.policy_triangle())
    drag(page, on_paper(page, HERE, (239, 20)))
    assert min(state(page, "policy")) > 0.015
    assert sum(state(page, "policy")) == pytest.approx(1)
    assert shows_policy(page)


def test_new_draws_are_others_and_the_policy_draws_them(opened):
    page = opened(made.policy_triangle(n=16))
    before = state(page, "uniforms")
    page.get_by_role("button", name="new draws").click()
    assert not set(before) & set(state(page, "uniforms"))
    set_state(page, policy=[0.02, 0.02, 0.96], uniforms=[0.5] * 16)
    painted(page)
    page.get_by_text("Drawn: 0 × yes, 0 × of course, 16 × no.").wait_for()


def test_a_point_for_all_moves_the_arrow_of_reinforce_alone(opened):
    page = opened(made.policy_triangle())
    tips = """() => [...document.querySelectorAll('.vae-panel')].map(
        panel => panel.querySelector('g > path').getAttribute('d'))"""
    before = page.evaluate(tips)
    set_state(page, bonus=1.0)
    painted(page)
    changed = [one != other for one, other in zip(before, page.evaluate(tips), strict=True)]
    assert changed == [True, False, False]


def test_the_right_mouse_button_moves_nothing(opened):
    page = opened(made.policy_triangle())
    start, end = on_paper(page, HERE, THERE)
    page.mouse.move(*start)
    page.mouse.down(button="right")
    page.mouse.move(*end)
    page.mouse.up(button="right")
    assert state(page, "policy") == [0.2, 0.3, 0.5]
