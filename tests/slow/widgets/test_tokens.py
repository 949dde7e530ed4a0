"""Tokens by mouse and touch: pick a patch, exchange its entry, and go back."""

import pytest

from tests import example_widgets as made
from tests.browser.driving import pictures, shows, state
from tests.browser.shown import shows_tokens


def places(page, name):
    """The middle of each of the buttons of a grid."""
    boxes = [
        one.bounding_box() for one in page.get_by_role("radiogroup", name=name).get_by_role("radio").all()
    ]
    return [(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in boxes]


def test_an_exchange_by_mouse_and_the_way_back(opened):
    page = opened(made.tokens())
    page.mouse.click(*places(page, "the patches")[2])
    page.mouse.click(*places(page, "the codebook")[4])
    assert (state(page, "patch"), state(page, "tokens")) == (2, [0, 1, 4, 3])
    assert shows_tokens(page)
    assert shows(pictures(page)["decoded"], made.spelled([0, 1, 4, 3]))
    page.get_by_role("button", name="back to the image").click()
    assert (state(page, "patch"), state(page, "tokens")) == (2, [0, 1, 2, 3])
    assert shows_tokens(page)
    assert page.get_by_role("button", name="back to the image").is_disabled()


def test_an_exchange_by_touch(opened):
    page = opened(made.tokens(), has_touch=True, viewport={"width": 306, "height": 900})
    page.touchscreen.tap(*places(page, "the patches")[3])
    page.touchscreen.tap(*places(page, "the codebook")[0])
    assert (state(page, "patch"), state(page, "tokens")) == (3, [0, 1, 2, 0])
    assert shows_tokens(page)


@pytest.mark.parametrize("name", ["the image", "decoded"])
@pytest.mark.parametrize(("x", "y", "patch"), [(0.4, 0.1, 0), (0.9, 0.4, 1), (0.1, 0.6, 2), (0.6, 0.9, 3)])
def test_a_patch_is_picked_on_both_pictures(opened, name, x, y, patch):
    page = opened(made.tokens(patch=3 - patch))
    box = page.get_by_label(name, exact=True).bounding_box()
    page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
    assert state(page, "patch") == patch
    assert shows_tokens(page)


def test_one_exchange_keeps_another_and_a_new_image_forgets_both(opened):
    page = opened(made.tokens(tokens=[1, 1, 2, 3], patch=1))
    page.mouse.click(*places(page, "the codebook")[3])
    assert state(page, "tokens") == [1, 3, 2, 3]
    page.get_by_role("button", name="take this 1").click()
    assert state(page, "tokens") == made.Tokenizer.OWN[2].tolist()
    assert shows_tokens(page)


def test_keys_that_mean_something_else_move_nothing(opened):
    page = opened(made.tokens())
    for key in ("a", "Control+ArrowRight", "PageDown"):
        page.get_by_role("radio", name="patch 0").press(key)
    assert (state(page, "patch"), state(page, "tokens")) == (0, [0, 1, 2, 3])


def test_the_codebook_is_left_above_and_below_by_its_own_rows(opened):
    page = opened(made.tokens(), viewport={"width": 150, "height": 900})
    rows = sorted({round(y) for _, y in places(page, "the codebook")})
    assert len(rows) == 2
    across = sum(round(y) == rows[0] for _, y in places(page, "the codebook"))
    page.get_by_role("radio", name="codebook entry 0").press("ArrowDown")
    assert state(page, "tokens") == [across, 1, 2, 3]
