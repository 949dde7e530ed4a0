"""The pad by mouse, touch and keys; its marks where its numbers are."""

import math
from itertools import pairwise

import numpy as np
import pytest

from tests import example_widgets as made
from tests.browser.driving import drag, fingers, painted, pictures, set_state, shows, state
from tests.browser.shown import COLOURS, on_pad, shows_z
from tests.example_widgets import LABELS, MEANS, SIGMAS, decode, double


def test_the_pad_by_mouse(opened):
    page = opened(made.pad())
    invitation = page.get_by_text("drag me")
    assert invitation.is_visible()
    places, (*_, z) = zip(*(on_pad(page, z) for z in ((0, 0), (1, 1), (3.9, -2.2))), strict=True)
    drag(page, places)
    assert (state(page, "z"), shows_z(page)) == (pytest.approx(z), True)
    assert (state(page, "picked"), invitation.count()) == (None, 0)  # a drag picks nothing
    place, z = on_pad(page, (-1.5, 1.0))
    page.mouse.click(*place)
    outside, (_, z2) = on_pad(page, (4.2, 1.0))
    page.mouse.move(*outside)  # the button is up
    page.mouse.click(*on_pad(page, (1, 1))[0], button="right")
    assert (state(page, "z"), shows_z(page)) == (pytest.approx(z), True)
    drag(page, [place, outside])
    assert (state(page, "z"), shows_z(page)) == (pytest.approx([4, z2]), True)


def test_the_pad_by_touch(opened):
    page = opened(made.pad(), has_touch=True)
    (start, _), (middle, _), (end, z) = (on_pad(page, z) for z in ((0, 0), (-0.5, 1), (-1, 2)))
    fingers(page, "touchStart", start)
    fingers(page, "touchMove", middle)
    fingers(page, "touchMove", end)
    fingers(page, "touchStart", end, on_pad(page, (3, -3))[0])  # a second finger is not listened to
    fingers(page, "touchEnd")
    assert (state(page, "z"), shows_z(page)) == (pytest.approx(z), True)


def test_a_drag_tells_python_ten_times_a_second_and_where_it_ends(opened):
    page = opened(made.pad())
    page.evaluate("""() => {
        window.sent = [];
        widget.model.save_changes = () => sent.push([performance.now(), ...widget.model.get('z')]);
    }""")
    (start, _), (end, z) = (on_pad(page, z) for z in ((-3, 2), (3, 1)))
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=150)
    page.mouse.up()
    *during, (_, *last) = page.evaluate("sent")
    assert len(during) >= 2
    assert min(later[0] - sooner[0] for sooner, later in pairwise(during)) >= 99
    assert last == pytest.approx(z)  # told at once when the button is up
    for _ in range(3):
        page.get_by_role("application").press("ArrowLeft")
    page.wait_for_function("z => Math.abs(sent.at(-1)[1] - z) < 1e-9", arg=z[0] - 0.3)  # in the end


def test_a_click_picks_an_image_and_the_button_draws_epsilon_again(opened):
    page = opened(made.pad())
    button, words = page.get_by_role("button", name="draw ε again"), page.locator(".vae-two-lines")
    parts = [*page.locator(".vae-half").all(), button]
    assert [node.is_visible() for node in parts] == [False] * 3
    assert words.text_content() == "Click a digit. Click again: the next one there."
    page.mouse.click(*on_pad(page, (2.2, 1.2))[0])  # 14 pixels away; 12 are near enough
    assert state(page, "picked") is None
    page.mouse.click(*on_pad(page, (2.1, 1.1))[0])
    assert (state(page, "picked"), state(page, "z"), shows_z(page)) == (1, [2, 1], True)
    assert [node.is_visible() for node in parts] == [True] * 3
    assert words.text_content() == "a 7, reconstructed with\nε = (0.00, 0.00)"
    assert shows(pictures(page)["the picked image: a 7"], made.uniform(3, 64)[1])
    assert shows(pictures(page)["a 7, reconstructed"], decode(MEANS[1]))
    button.click()
    epsilon = double(state(page, "epsilon"))
    assert epsilon.abs().min() > 0
    assert shows(pictures(page)["a 7, reconstructed"], decode(MEANS[1] + SIGMAS[1] * epsilon))


def test_a_second_click_at_the_same_place_picks_the_next_nearest(opened):
    means, picked = [[0.10, 0.0], [0.02, 0.0], [-0.05, 0.0], [1.5, 0.0]], []
    page = opened(made.pad(means=means, sigmas=0.1, labels=range(4)))
    (x, y), far = on_pad(page, (0.0, 0.0))[0], on_pad(page, (1.5, 0.0))[0]
    for place in ((x, y), (x + 1, y), (x, y), (x, y), far, (x, y)):  # a pixel beside it is the same place
        page.mouse.click(*place)
        picked.append(state(page, "picked"))
    assert picked == [1, 2, 0, 1, 3, 1]  # after another place from the nearest again


@pytest.mark.parametrize(("width", "height"), [(900, 720), (552, 360), (440, 360), (320, 640)])
def test_the_picture_is_in_view_beside_the_plane_or_on_a_telephone_above_it(opened, width, height):
    page = opened(made.pad(), viewport={"width": width, "height": height})  # 1280 x 720 at 200 %: 640 x 360
    names = "latent space", "the picture decoded from z"
    plane, decoded = boxes = [page.get_by_label(name).bounding_box() for name in names]
    beside, above = plane["x"] + plane["width"] < decoded["x"], decoded["y"] + decoded["height"] < plane["y"]
    assert (beside, above) == (width > height, width < height)
    assert max(box["x"] + box["width"] for box in boxes) <= width
    assert max(box["y"] + box["height"] for box in boxes) <= height
    assert plane["width"] == pytest.approx(plane["height"], abs=1)
    assert plane["width"] >= 220


def around(page, node, z, reach=6):
    """Red, green, blue and opacity of each pixel around z, of a canvas of the pad: (n, 4)."""
    look = """(canvas, [[z1, z2], reach]) => {
        const x = (z1 / 4 + 1) * canvas.width / 2, y = (1 - z2 / 4) * canvas.height / 2;
        return [...canvas.getContext('2d').getImageData(x - reach, y - reach, 2 * reach, 2 * reach).data];
    }"""
    painted(page)
    found = page.locator(".vae-plane canvas").nth(node).evaluate(look, [list(z), reach])
    return np.array(found).reshape(-1, 4)


def is_marked(page, z, reach=6):
    """Whether something is drawn near z above the plane."""
    painted(page)
    return around(page, 1, z, reach)[:, 3].any()


def test_the_plane_shows_the_prior_and_each_label_in_its_place(opened):
    means = [[-2.5, 1.0], [2.5, 1.2], [0.2, -3.5]]
    page = opened(made.pad(means=means))
    for z, label in zip(means, LABELS.tolist(), strict=True):
        pixels = set(map(tuple, around(page, 0, z, 12)[:, :3].tolist()))
        assert [i for i, colour in enumerate(COLOURS) if colour in pixels] == [label]
    for radius in (1, 2, 3):
        place = np.array([radius * math.cos(0.8), radius * math.sin(0.8)])
        assert around(page, 0, place)[:, 0].min() < 135  # a dotted circle
        assert around(page, 0, 0.85 * place)[:, 0].min() > 175
    for axis, name in (("below", "z₁"), ("beside", "z₂")):
        names = page.locator(f".vae-{axis}").all_inner_texts()
        assert names == [*map(str, range(-3, 4)), name]
    page.get_by_text("Circles: 1, 2, 3 standard deviations of the prior. Grey: its density.").wait_for()


def test_what_is_picked_is_marked_at_one_and_two_sigma_and_its_digit_above(opened):
    page = opened(made.pad(means=[[-2.0, 0.0], [2.0, 3.6], [0.0, -2.5]], sigmas=SIGMAS[0]))
    set_state(page, z=[3, -3], picked=0)
    for times, marked in ((1, True), (1.5, False), (2, True), (3, False)):
        assert is_marked(page, (-2 - times * 0.3, 0), 9) == marked, times
        assert is_marked(page, (-2, -times * 0.6), 9) == marked, times
    for index, place in ((0, (-2.0, 0.6)), (1, (2.0, 3.0))):  # the second below, or it would be cut off
        set_state(page, picked=index)
        assert is_marked(page, place)
        set_state(page, picked=None)
        assert not is_marked(page, place)


def test_the_pad_says_where_one_is_and_a_point_beyond_is_shown_at_the_edge(opened):
    page = opened(made.pad(z=(1.0, -2.0)))
    assert page.locator(".vae-status").get_attribute("aria-live") == "polite"
    words = "z = (1.00, -2.00); 8 % of random z lie farther out; nearest image: a 1"
    painted(page)
    assert words in page.locator(".vae-status").text_content()
    set_state(page, picked=0)
    page.get_by_text("picked: a 3, reconstructed with ε = (0.00, 0.00)").wait_for()
    set_state(page, z=[9, -1])
    page.get_by_text("z = (9.00, -1.00); beyond the square").wait_for()
    assert shows_z(page)


def test_the_axes_numbers_stand_at_their_places(opened):
    page = opened(made.pad())
    look = "nodes => nodes.map(node => [node.textContent, node.style.left, node.style.top])"
    names = page.locator(".vae-axes span").evaluate_all(look)
    found = [(words, *(float(part.removesuffix("%")) for part in place)) for words, *place in names]
    below = {words: left for words, left, top in found if top == 100}
    beside = {words: top for words, left, top in found if left == 0}
    ticks = range(-3, 4)
    assert below == {str(z): pytest.approx(100 * (z + 4) / 8) for z in ticks} | {"z₁": 100}
    assert beside == {str(z): pytest.approx(100 * (4 - z) / 8) for z in ticks} | {"z₂": 0}


@pytest.mark.parametrize("width", [274, 900])
def test_the_pad_is_where_the_pointer_is_at_any_width(opened, width):
    page = opened(made.pad(), viewport={"width": width, "height": 900})
    place, z = on_pad(page, (2.5, -1.5))
    page.mouse.click(*place)
    assert state(page, "z") == pytest.approx(z)
    assert shows_z(page)


@pytest.mark.parametrize(("pixels", "picked"), [(8, 0), (14, None)])
def test_a_finger_that_trembles_taps_and_one_that_moves_drags(opened, pixels, picked):
    page = opened(made.pad(z=(3.0, 3.0)), has_touch=True)
    (x, y), _ = on_pad(page, MEANS[0].tolist())
    fingers(page, "touchStart", (x, y))
    fingers(page, "touchMove", (x + pixels, y))
    fingers(page, "touchEnd")
    assert state(page, "picked") == picked
