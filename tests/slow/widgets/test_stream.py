"""Stream: points where they should be, forth and back, and into what is drawn."""

import re

import pytest

from tests import example_widgets as made
from tests.browser.driving import drag, painted, set_state, state
from tests.browser.shown import has_points, shows_stream
from tests.example_widgets import WAYS


def play(page):
    return page.get_by_role("button", name=re.compile("^(play|pause)$"))


@pytest.fixture
def stopped(opened):
    """open(widget, **options) -> a page whose clock runs when it is told to."""

    def open_page(widget, **options):
        page = opened(widget, has_touch=True, **options)
        painted(page)
        page.clock.install()
        page.clock.pause_at(page.evaluate("Date.now() + 1000"))
        return page

    return open_page


def test_it_plays_into_the_digit_and_back_into_noise(stopped):
    page = stopped(made.stream())
    for end, middle in ((10, 5), (0, 5)):
        play(page).tap()
        assert play(page).text_content() == "pause"
        page.clock.run_for(2050)
        assert has_points(page, WAYS[0], middle)
        page.clock.run_for(2100)
        assert (play(page).text_content(), state(page, "frame")) == ("play", end)
        assert has_points(page, WAYS[0], end)


def test_it_pauses_where_it_is_and_goes_on_from_there(stopped):
    page = stopped(made.stream())
    play(page).tap()
    page.clock.run_for(1250)
    play(page).tap()
    page.clock.run_for(3000)
    assert (play(page).text_content(), state(page, "frame")) == ("play", 3)
    assert has_points(page, WAYS[0], 3)
    play(page).tap()
    page.clock.run_for(1250)
    page.get_by_role("slider", name="t").press("Home")
    page.clock.run_for(3000)
    assert (play(page).text_content(), state(page, "frame")) == ("play", 0)


def test_whoever_wants_less_motion_gets_the_end_at_once(stopped):
    page = stopped(made.stream(), reduced_motion="reduce")
    play(page).tap()
    page.clock.run_for(50)
    assert (play(page).text_content(), state(page, "frame")) == ("play", 10)
    assert has_points(page, WAYS[0], 10)


def test_another_image_begins_with_its_noise_and_plays(stopped):
    page = stopped(made.stream(frame=7))
    page.get_by_role("button", name="image 3").tap()
    page.clock.run_for(20)
    assert state(page, "picked") == 2
    assert has_points(page, WAYS[2], 0)
    page.clock.run_for(4200)
    assert has_points(page, WAYS[2], 10)


def test_a_page_without_a_kernel_has_no_sheet_and_says_where_it_is(opened):
    page = opened(made.stream())
    assert page.get_by_role("application").count() == 0
    assert page.get_by_text("In the notebook there is a sheet here").is_visible()
    assert page.get_by_role("button", name="train on my drawing").count() == 0


def draw_a_line(page):
    box = page.get_by_role("application").bounding_box()
    at = [(box["x"] + x, box["y"] + y) for x, y in ((60, 60), (120, 100), (200, 200))]
    drag(page, at)


def test_a_drawing_goes_to_python_which_trains_and_its_points_come_back(stopped):
    page = stopped(made.stream(kernel=True))
    train, bar = page.get_by_role("button", name="train on my drawing"), page.locator("progress")
    assert (train.is_disabled(), bar.is_visible()) == (True, False)
    draw_a_line(page)
    page.clock.run_for(50)
    train.click()
    page.clock.run_for(50)
    sent = bytes(page.evaluate("[...new Uint8Array(widget.model.get('drawing').buffer)]"))
    assert (len(sent), state(page, "training")) == (784, True)
    assert 30 < sum(sent) < 200
    assert (train.is_disabled(), bar.is_visible(), bar.get_attribute("value")) == (True, True, None)
    set_state(page, progress=0.4)
    page.clock.run_for(50)
    assert bar.get_attribute("value") == "0.4"

    widget = made.stream(drawing=sent)  # what Python does
    widget.training = True
    packed = list(widget._own)
    page.evaluate("bytes => widget.model.set('_own', new DataView(Uint8Array.from(bytes).buffer))", packed)
    set_state(page, frame=0, picked=-1, training=False)
    page.clock.run_for(20)
    assert (state(page, "picked"), bar.is_visible(), train.is_disabled()) == (-1, False, False)
    assert has_points(page, widget.path, 0)
    page.clock.run_for(4200)
    assert shows_stream(page, widget)
    page.get_by_role("button", name="image 2").click()
    page.clock.run_for(4200)
    page.get_by_role("button", name="my drawing again").click()
    page.clock.run_for(4200)
    assert shows_stream(page, widget)


def test_trouble_in_training_is_said(opened):
    page = opened(made.stream(kernel=True))
    set_state(page, training=True)
    painted(page)
    assert "waits until the kernel is free" in page.locator(".vae-status").text_content()
    set_state(page, trouble="ValueError: nothing is drawn", training=False)
    painted(page)
    assert page.locator(".vae-status").text_content() == "Not trained. ValueError: nothing is drawn"
    assert shows_stream(page)


def test_clear_empties_the_sheet_and_the_drawing(opened):
    page = opened(made.stream(kernel=True))
    draw_a_line(page)
    painted(page)
    assert page.get_by_role("button", name="train on my drawing").is_enabled()
    page.get_by_role("button", name="Clear").click()
    painted(page)
    assert page.evaluate("widget.model.get('drawing').byteLength") == 0
    assert page.get_by_role("button", name="train on my drawing").is_disabled()
