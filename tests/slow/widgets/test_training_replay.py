"""TrainingReplay: dots where the codes are, from epoch to epoch."""

import re

import pytest

from tests import example_widgets as made
from tests.browser.driving import painted, set_state, state
from tests.browser.shown import frame_of, has_dots, shows_epoch


@pytest.fixture
def stopped(opened):
    """open(widget, epoch, **options) -> a page that shows the epoch; its clock runs when it is told to."""

    def open_page(widget, epoch, **options):
        widget.epoch = epoch
        page = opened(widget, has_touch=True, **options)
        assert shows_epoch(page, widget)
        page.clock.install()
        page.clock.pause_at(page.evaluate("Date.now() + 1000"))
        return page

    return open_page


def test_a_replay_glides_from_wherever_it_is(stopped):
    widget = made.replay()
    page, codes = stopped(widget, 3), [frame_of(widget, epoch)[0] for epoch in range(4)]
    set_state(page, epoch=0)
    page.clock.run_for(176)  # of 300 ms, from the next frame on
    half_way = (codes[3] + codes[0]) / 2
    assert has_dots(page, widget, half_way, reach=30)  # a frame is 16 ms
    set_state(page, epoch=1)
    page.clock.run_for(176)
    assert has_dots(page, widget, (half_way + codes[1]) / 2, reach=30)


@pytest.mark.parametrize(("wish", "glides"), [("no-preference", 350), ("reduce", 32)])
def test_a_replay_plays_to_the_end_and_stops(stopped, wish, glides):
    widget = made.replay((0, 1, 2, 5))
    page = stopped(widget, 5, reduced_motion=wish)
    button, status = page.get_by_role("button", name=re.compile("play|pause")), page.locator(".vae-status")
    button.press(" ")  # from the end: once more from the start
    assert (button.text_content(), status.get_attribute("aria-live")) == ("pause", "off")
    for epoch in (0, 1, 2, 5):
        page.clock.run_for(glides)
        assert (state(page, "epoch"), shows_epoch(page, widget, wait=0)) == (epoch, True)
        page.clock.run_for(600 - glides)
    assert (button.text_content(), status.get_attribute("aria-live")) == ("play", "polite")


def test_a_replay_pauses_by_its_button_and_by_the_slider(stopped):
    page = stopped(made.replay(), 0)
    for name in ("play", "pause"):
        page.get_by_role("button", name=name).tap()
        page.clock.run_for(350)
    page.clock.run_for(2000)
    assert (state(page, "epoch"), shows_epoch(page, wait=0)) == (1, True)
    page.get_by_role("button", name="play").tap()
    page.clock.run_for(100)
    page.get_by_role("slider", name="epoch").press("Home")
    page.clock.run_for(2000)
    assert (state(page, "epoch"), shows_epoch(page, wait=0)) == (0, True)


def test_one_digit_of_a_replay_alone(opened):
    widget = made.replay()
    page = opened(widget, reduced_motion="reduce")
    assert shows_epoch(page)
    buttons = page.get_by_role("group", name="one digit alone").get_by_role("button")
    assert buttons.all_inner_texts() == [str(digit) for digit in range(10)]
    for digit in (4, 7):
        buttons.nth(digit).press("Enter")
        assert has_dots(page, widget, frame_of(widget, 3)[0], [1 if i == digit else 0.12 for i in range(10)])
        pressed = [button.get_attribute("aria-pressed") for button in buttons.all()]
        assert [i for i, value in enumerate(pressed) if value == "true"] == [digit]
    buttons.nth(7).click()
    assert shows_epoch(page)


def test_the_numbers_on_the_axes_stand_where_their_z_is(opened):
    widget = made.replay()
    page = opened(widget)
    painted(page)
    size = page.locator(".vae-replay canvas").first.evaluate("canvas => canvas.width")
    last = {}  # each number once an axis: all are drawn again in each frame
    for text, x, y in page.evaluate("written"):
        last["across" if y == size - 12 else "up", int(text)] = x if y == size - 12 else y
    most = int(widget._extent - 0.6)
    assert {number for _, number in last} == set(range(-most, most + 1))
    for (axis, number), place in last.items():
        sign = 1 if axis == "across" else -1  # z grows to the right, and upwards
        z = sign * ((place - (10 if axis == "up" else 0) - 8) / (size / 2 - 8) - 1) * widget._extent
        assert z == pytest.approx(number, abs=1e-3), (axis, number)
