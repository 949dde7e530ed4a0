"""The widgets on pages without a kernel: by mouse, keys and touch; their pixels beside torch's."""

import math
import re
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import nn

from helpers.data import load_digits
from helpers.figures import DIGIT_COLORS
from helpers.vae import VAE
from helpers.widgets import DigitCanvas, JumpAndSlide, Traversals
from helpers.widgets._base import BrowserWidget, pack_network
from tests.browser.driving import (
    GREYS,
    drag,
    fingers,
    limits,
    painted,
    pictures,
    run_script,
    set_state,
    show,
    shows,
    state,
)
from tests.chromium import needed_module
from tests.example_widgets import (
    ALL_WIDGETS,
    LABELS,
    MEANS,
    SIGMAS,
    attributes,
    backprop,
    canvas,
    decode,
    decoder,
    interpolation,
    moved,
    normal,
    pad,
    replay,
    traversals,
    traversed,
    uniform,
    walked,
)

DIGITS = load_digits()


# -- all of them -------------------------------------------------------------------------------


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


@pytest.mark.parametrize("name", ALL_WIDGETS)
def test_keys_stay_in_the_widget_except_the_notebooks_own(opened, name):
    page = opened(ALL_WIDGETS[name]())
    page.evaluate("window.heard = []; document.addEventListener('keydown', (event) => heard.push(event.key))")
    page.locator("canvas[tabindex], input").first.focus()
    for key in ("ArrowRight", "Escape", "Home", "Shift+Enter", "Control+b", "Tab"):
        page.keyboard.press(key)
    assert set(page.evaluate("heard")) - {"Shift", "Control"} == {"Enter", "b", "Tab"}


def test_every_layer_is_computed_as_torch_does(opened):
    page = opened(pad())
    inner = nn.Sequential(nn.Tanh(), nn.Linear(9, 16, bias=False))
    network = nn.Sequential(nn.Linear(2, 30), nn.ReLU(), nn.Linear(30, 9), inner, nn.Sigmoid())
    layers, weights = pack_network(network)
    found = run_script(
        page,
        "latent_pad",
        """given.codes.map((z) => Array.from(
        network(given.layers, new DataView(Uint8Array.from(given.weights).buffer))(z)))""",
        {"layers": layers, "weights": list(weights), "codes": MEANS.tolist()},
    )
    x = torch.linspace(-30, 30, 601)
    curves = run_script(
        page,
        "latent_pad",
        """given.kinds.map(
        (kind) => Array.from(ACTIVATIONS[kind](Float32Array.from(given.x))))""",
        {"kinds": ["relu", "tanh", "softplus", "sigmoid"], "x": x.tolist()},
    )
    with torch.no_grad():
        assert torch.allclose(torch.tensor(found), network(MEANS), rtol=1e-5, atol=1e-7)
    exact = (x.relu(), x.tanh(), nn.functional.softplus(x), x.sigmoid())
    for curve, values in zip(curves, exact, strict=True):
        assert torch.allclose(torch.tensor(curve), values, rtol=1e-6, atol=0)


# -- LatentPad ---------------------------------------------------------------------------------


def on_pad(page, z, extent=4.0):
    """The whole pixel of the page nearest to z, and the z that belongs to it."""
    box = page.get_by_role("application").bounding_box()
    x = round(box["x"] + (z[0] / extent + 1) * box["width"] / 2)
    y = round(box["y"] + (1 - z[1] / extent) * box["height"] / 2)
    return (x, y), [
        ((x - box["x"]) / box["width"] * 2 - 1) * extent,
        (1 - (y - box["y"]) / box["height"] * 2) * extent,
    ]


def is_at(page, z):
    """Whether z, the picture decoded from it, the caption, the ring and both sliders agree."""
    painted(page)
    found = state(page, "z")
    sliders = [limits(page.get_by_label(name)) for name in ("z₁", "z₂")]
    inside = [min(high, max(low, value)) for value, (low, high, *_) in zip(found, sliders, strict=True)]
    box = page.locator(".vae-ring").bounding_box()
    (x, y), _ = on_pad(page, inside, extent=sliders[0][1])
    return (
        found == pytest.approx(z, abs=1e-5)
        and [slider[-1] for slider in sliders] == pytest.approx(inside, abs=0.00501)
        and page.locator("output").all_inner_texts() == [f"{value:.2f}" for value in found]
        and (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) == pytest.approx((x, y), abs=0.6)
        and shows(pictures(page)["the picture decoded from z"], decode(found))
        and page.get_by_text(f"z = ({found[0]:.2f}, {found[1]:.2f}), decoded").is_visible()
    )


def test_the_pad_by_mouse(opened):
    page = opened(pad(extent=3.5))
    places, (*_, z) = zip(*(on_pad(page, z, 3.5) for z in ((0, 0), (1, 1), (3.4, -2.2))), strict=True)
    drag(page, places)
    assert is_at(page, z)
    assert state(page, "picked") is None  # a drag picks nothing
    place, z = on_pad(page, (-1.5, 1.0), 3.5)
    page.mouse.click(*place)
    assert is_at(page, z)
    outside, (_, z2) = on_pad(page, (3.7, 1.0), 3.5)
    page.mouse.move(*outside)  # the button is up
    page.mouse.click(*on_pad(page, (1, 1), 3.5)[0], button="right")
    assert is_at(page, z)
    drag(page, [place, outside])
    assert is_at(page, [3.5, z2])


def test_the_pad_by_keys(opened):
    page = opened(pad(z=(0.0, 0.0)))
    page.keyboard.press("Tab")
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "Shift+ArrowDown", "Shift+ArrowLeft"):
        page.keyboard.press(key)
    assert is_at(page, [0.19, 0.09])
    page.keyboard.press("Enter")  # the second mean is 2.03 away, the first 2.19
    assert (state(page, "picked"), is_at(page, [2.0, 1.0])) == (1, True)
    page.keyboard.press("Escape")
    page.keyboard.press("Home")
    assert (state(page, "picked"), is_at(page, [0.0, 0.0])) == (None, True)


def test_the_pad_by_touch(opened):
    page = opened(pad(), has_touch=True)
    (start, _), (middle, _), (end, z) = (on_pad(page, z) for z in ((0, 0), (-0.5, 1), (-1, 2)))
    fingers(page, "touchStart", start)
    fingers(page, "touchMove", middle)
    fingers(page, "touchMove", end)
    fingers(page, "touchStart", end, on_pad(page, (3, -3))[0])  # a second finger is not listened to
    fingers(page, "touchEnd")
    assert is_at(page, z)


def test_the_sliders_of_the_pad(opened):
    page = opened(pad(extent=3.0, z=(0.5, -1.0)))
    first, second = page.get_by_label("z₁"), page.get_by_label("z₂")
    assert (limits(first), limits(second)) == ((-3, 3, 0.01, 0.5), (-3, 3, 0.01, -1))
    first.press("End")
    second.press("ArrowRight")
    assert is_at(page, [3.0, -0.99])


def test_a_click_picks_an_image_and_the_button_draws_epsilon_again(opened):
    page = opened(pad())
    button = page.get_by_role("button", name="draw ε again")
    empty = page.locator(".vae-half")
    assert [node.is_visible() for node in (*empty.all(), button)] == [False] * 3
    assert page.get_by_text("Click a digit. Click again: the next one there.").is_visible()
    page.mouse.click(*on_pad(page, (2.2, 1.2))[0])  # 14 pixels away; 12 are near enough
    assert state(page, "picked") is None
    page.mouse.click(*on_pad(page, (2.1, 1.1))[0])
    assert (state(page, "picked"), is_at(page, [2.0, 1.0])) == (1, True)
    assert [node.is_visible() for node in (*empty.all(), button)] == [True] * 3
    assert page.get_by_text("a 7, reconstructed with ε = (0.00, 0.00)", exact=True).is_visible()
    assert shows(pictures(page)["the picked image: a 7"], uniform(3, 64)[1])
    assert shows(pictures(page)["a 7, reconstructed"], decode(MEANS[1]))
    button.click()
    epsilon = torch.tensor(state(page, "epsilon"))
    assert epsilon.abs().min() > 0
    assert shows(pictures(page)["a 7, reconstructed"], decode(MEANS[1] + SIGMAS[1] * epsilon))
    assert is_at(page, [2.0, 1.0])


def test_a_second_click_at_the_same_place_picks_the_next_nearest(opened):
    means = torch.tensor([[0.10, 0.0], [0.02, 0.0], [-0.05, 0.0], [1.5, 0.0]])
    page = opened(pad(means=means, sigmas=None, labels=None, images=None))
    place, _ = on_pad(page, (0.0, 0.0))
    picked = []
    for x in (0, 1, 0, 0):  # a pixel beside it is the same place
        page.mouse.click(place[0] + x, place[1])
        picked.append(state(page, "picked"))
    assert picked == [1, 2, 0, 1]
    assert is_at(page, means[1].tolist())
    page.mouse.click(*on_pad(page, (1.5, 0.0))[0])
    assert state(page, "picked") == 3
    page.mouse.click(*place)
    assert state(page, "picked") == 1  # from the nearest again


COUNT = """() => {
    window.seen = {decoded: 0, sent: []};
    const put = CanvasRenderingContext2D.prototype.putImageData;
    CanvasRenderingContext2D.prototype.putImageData = function (...rest) {
        put.apply(this, rest);
        seen.decoded++;
    };
    widget.model.save_changes = () => seen.sent.push([performance.now(), ...widget.model.get('z')]);
}"""
MOVE = """([[x, y], [toX, toY], events]) => {
    for (let i = 1; i <= events; i++) {
        document.querySelector('.vae-plane').dispatchEvent(new PointerEvent('pointermove', {bubbles: true,
            pointerId: 1, isPrimary: true, buttons: 1, clientX: x + i / events * (toX - x),
            clientY: y + i / events * (toY - y)}));
    }
    return window.seen.decoded;
}"""


def test_the_pad_decodes_once_a_frame_and_tells_python_ten_times_a_second(opened):
    page = opened(pad())
    (start, _), (middle, _), (end, z), (last, last_z) = (
        on_pad(page, z) for z in ((0, 0), (-2, 2), (1, -3), (3, 1))
    )
    page.mouse.move(*start)
    page.mouse.down()
    painted(page)
    page.evaluate(COUNT)
    assert page.evaluate(MOVE, [start, end, 50]) == 0
    assert is_at(page, z)
    assert page.evaluate("seen.decoded") == 1
    for _ in range(12):
        page.evaluate(MOVE, [end, middle, 10])
        page.evaluate(MOVE, [middle, end, 10])
        page.wait_for_timeout(20)
    sent = page.evaluate(
        f"""given => {{
        ({MOVE})(given);
        document.querySelector('.vae-plane').dispatchEvent(new PointerEvent('pointerup', {{pointerId: 1}}));
        return [...seen.sent]; }}""",
        [end, last, 10],
    )
    assert len(sent) >= 3
    assert min(later[0] - sooner[0] for sooner, later in pairwise(sent[:-1])) >= 99
    assert sent[-1][1:] == state(page, "z") == pytest.approx(last_z)  # told at once when the button is up


def test_a_move_by_key_reaches_python_though_nothing_follows(opened):
    page = opened(pad(z=(0.0, 0.0)))
    page.evaluate(COUNT)
    page.get_by_role("application").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("() => seen.sent.length && Math.abs(seen.sent.at(-1)[1] - 0.3) < 1e-9")


def test_the_ring_asks_to_be_dragged_until_it_was(opened):
    for start, side in (((-3.9, 0.0), "left"), ((3.9, 0.0), "right")):
        page = opened(pad(z=start))
        words = page.get_by_text("drag me")
        square, box = page.get_by_role("application").bounding_box(), words.bounding_box()
        assert square["x"] <= box["x"] <= square["x"] + square["width"] - box["width"], side
        assert page.locator(".vae-ring").evaluate("node => getComputedStyle(node).cursor") == "grab"
        ring, _ = on_pad(page, start)
        page.mouse.move(*ring)
        page.mouse.down()
        assert page.locator(".vae-ring").evaluate("node => getComputedStyle(node).cursor") == "grabbing"
        assert words.count() == 0
        page.mouse.up()


def test_a_point_beyond_the_square_is_shown_as_it_is(opened):
    page = opened(pad(z=(9.0, -1.0)))
    assert is_at(page, [9.0, -1.0])
    page.get_by_text("z = (9.00, -1.00); beyond the square").wait_for()
    page.get_by_role("application").press("ArrowLeft")
    assert is_at(page, [4.0, -1.0])


@pytest.mark.parametrize(("width", "height"), [(900, 720), (552, 360), (440, 360)])
def test_the_picture_is_beside_the_plane_and_in_view(opened, width, height):
    page = opened(pad(), viewport={"width": width, "height": height})  # 1280 x 720 at 200 %: 640 x 360
    plane = page.get_by_role("application").bounding_box()
    decoded = page.get_by_label("the picture decoded from z").bounding_box()
    assert plane["x"] + plane["width"] < decoded["x"]
    assert decoded["x"] + decoded["width"] <= width
    assert max(box["y"] + box["height"] for box in (plane, decoded)) <= height
    assert (
        plane["width"]
        == pytest.approx(plane["height"], abs=1)
        == pytest.approx(min(400, 0.7 * height, plane["width"]), abs=1)
    )
    assert plane["width"] >= 220


def test_on_a_telephone_the_picture_is_above_the_plane(opened):
    page = opened(pad(), viewport={"width": 320, "height": 640})
    plane = page.get_by_role("application").bounding_box()
    decoded = page.get_by_label("the picture decoded from z").bounding_box()
    assert decoded["y"] + decoded["height"] < plane["y"]
    assert plane["y"] + plane["height"] <= 640


def test_epsilon_is_standard_normal(opened):
    pairs = run_script(opened(pad()), "latent_pad", "Array.from({length: 20000}, normalPair)")
    drawn = torch.tensor(pairs, dtype=torch.float64)
    error = len(drawn) ** -0.5  # 5 standard errors of: mean, variance, correlation, share within 1
    assert drawn.mean(0).abs().max() < 5 * error
    assert (drawn.var(0) - 1).abs().max() < 5 * 2**0.5 * error
    assert drawn.prod(1).mean().abs() < 5 * error
    assert abs((drawn.abs() < 1).double().mean() - math.erf(0.5**0.5)) < 5 * 0.33 * error


def ink(page, node, z, extent, reach=6):
    """The most that a canvas of the pad has drawn near z: its opacity, and how dark it is."""
    painted(page)
    return (
        page.locator(".vae-plane canvas")
        .nth(node)
        .evaluate(
            """(canvas, [z, extent, reach]) => {
        const x = (z[0] / extent + 1) * canvas.width / 2, y = (1 - z[1] / extent) * canvas.height / 2;
        const {data} = canvas.getContext('2d').getImageData(x - reach, y - reach, 2 * reach, 2 * reach);
        const every = (from) => data.filter((_, i) => i % 4 === from);
        return [Math.max(...every(3)), 255 - Math.min(...every(0))]; }""",
            [list(z), extent, reach],
        )
    )


def test_the_plane_shows_the_prior_and_each_mean_in_its_place(opened):
    page = opened(pad(extent=3.5, labels=None, means=torch.tensor([[-2.5, 1.2], [2.5, 1.2], [0.2, -2.9]])))
    for z in ((-2.5, 1.2), (2.5, 1.2), (0.2, -2.9)):
        assert ink(page, 0, z, 3.5)[1] > 120
    for radius in (1, 2, 3):
        place = [radius * math.cos(0.8), radius * math.sin(0.8)]
        assert ink(page, 0, place, 3.5)[1] > 120  # a dotted circle
        assert ink(page, 0, [0.85 * v for v in place], 3.5)[1] < 80
    words = page.get_by_text("Circles: 1, 2, 3 standard deviations of the prior. Grey: its density.")
    assert words.is_visible()
    assert page.locator(".vae-below").all_inner_texts() == ["-3", "-2", "-1", "0", "1", "2", "3", "z₁"]
    assert page.locator(".vae-beside").all_inner_texts() == ["-3", "-2", "-1", "0", "1", "2", "3", "z₂"]
    bare = opened(pad(prior=False, means=None, sigmas=None, labels=None, images=None))
    assert bare.get_by_text("Circles").filter(visible=True).count() == 0
    assert ink(bare, 0, [math.cos(0.8), math.sin(0.8)], 4.0) == [255, 0]


def test_labels_are_drawn_where_they_belong(opened):
    page = opened(pad(means=torch.tensor([[-2.0, 1.0], [2.0, 1.0], [2.0, -1.0]]), prior=False))
    dark = [
        page.locator(".vae-plane canvas").first.evaluate(
            """(canvas, [z1, z2]) => {
        const x = (z1 / 4 + 1) * canvas.width / 2, y = (1 - z2 / 4) * canvas.height / 2;
        return [...canvas.getContext('2d').getImageData(x - 12, y - 12, 24, 24).data];
        }""",
            z,
        )
        for z in ((-2.0, 1.0), (2.0, 1.0), (2.0, -1.0))
    ]
    colours = [tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5)) for colour in pad()._colours]
    for label, data in zip(LABELS.tolist(), dark, strict=True):
        pixels = {tuple(data[i : i + 3]) for i in range(0, len(data), 4)}
        assert [i for i, colour in enumerate(colours) if colour in pixels] == [label]


def test_the_picked_posterior_is_drawn_at_one_and_two_sigma(opened):
    page = opened(pad(labels=None))
    assert ink(page, 1, (-2.0, 0.0), 4.0)[0] == 0
    set_state(page, picked=0, z=[3, 3])
    for axis in (0, 1):
        for times, drawn in ((1, True), (1.5, False), (2, True), (3, False)):
            place = MEANS[0].clone()
            place[axis] += times * SIGMAS[0, axis]
            assert (ink(page, 1, place.tolist(), 4.0, 9)[0] > 0) == drawn, (axis, times)


def test_the_picked_digit_is_shown_above_its_mean(opened):
    page = opened(pad(means=torch.tensor([[-2.0, 0.0], [2.0, 3.6], [0.0, -2.5]])))
    for index, place in enumerate([(-2.0, 0.6), (2.0, 3.0)]):  # the second below, or it would be cut off
        set_state(page, picked=index)
        assert ink(page, 1, place, 4.0)[0] == 255
        set_state(page, picked=None)
        assert ink(page, 1, place, 4.0)[0] == 0


def test_the_posterior_of_a_drawing_is_drawn(opened):
    page = opened(pad())
    set_state(page, drawn=[1.0, 1.0, 0.5, 0.5])
    assert ink(page, 1, (1.0, 1.0), 4.0)[0] > 0
    assert ink(page, 1, (1.5, 1.0), 4.0)[0] > 0
    set_state(page, drawn=[])
    assert ink(page, 1, (1.0, 1.0), 4.0)[0] == 0


def test_the_pad_says_where_one_is(opened):
    page = opened(pad(z=(1.0, -2.0)))
    words = page.locator(".vae-status")
    page.wait_for_function("() => document.querySelector('.vae-status').textContent.includes('nearest')")
    said = "z = (1.00, -2.00); 8 % of random z lie farther out; nearest image: a 1"
    assert said in words.text_content()
    assert words.get_attribute("aria-live") == "polite"
    set_state(page, picked=0)
    page.get_by_text("picked: a 3, reconstructed with ε = (0.00, 0.00)").wait_for()


# -- JumpAndSlide ------------------------------------------------------------------------------

JUMP, SLIDE = "z = torch.normal(μ, σ)", "z = μ + σ ε"


def draws_of(page, name):
    """The z of each dot of a row, from where it stands; followed by those of the two moves before."""
    at = (
        page.get_by_role("group", name=name)
        .locator(".vae-dots g")
        .evaluate_all("""groups =>
        groups.map(g => [...g.children].map(dot => new DOMMatrix(dot.style.transform).e))""")
    )
    before, now = (-2.5 + 11 * (np.array(x, float) - 72) / 408 for x in at)
    return now, *before.reshape(-1, 40)


def slope_of(page, name):
    words = page.get_by_role("group", name=name).locator(".vae-slopes b").text_content()
    return float(words.replace("−", "-"))


def expected_slope(page, k=3.0, h=0.1):
    """Of the mean of f with the epsilon on the page."""
    mu, sigma, epsilon = (state(page, name) for name in ("mu", "sigma", "epsilon"))
    return 2 * (mu - k) + h + 2 * sigma * np.mean(epsilon)


def slides(page, *mus):
    """Whether the dots below are mu + sigma * epsilon, at each of the last moves."""
    noise = state(page, "sigma") * np.array(state(page, "epsilon"))
    found = draws_of(page, SLIDE)[: len(mus)]
    return all(z == pytest.approx(mu + noise, abs=1e-3) for z, mu in zip(found, mus, strict=True))


def test_jump_and_slide_as_it_opens(opened):
    widget = JumpAndSlide(mu=2.5, sigma=0.8, k=2.0)
    page = opened(widget)
    assert state(page, "epsilon") == widget.epsilon
    assert slides(page, 2.5, 2.0, 1.5)
    assert slope_of(page, SLIDE) == pytest.approx(expected_slope(page, k=2.0), abs=0.0051)
    assert [limits(page.get_by_role("slider", name=name)) for name in "μσ"] == [
        (0, 6, 0.1, 2.5),
        (0.1, 1.5, 0.05, 0.8),
    ]
    page.get_by_text("The expectation's slope is 2(μ − k) = 1.00.").wait_for()


def test_dots_above_jump_and_dots_below_slide(opened):
    page = opened(JumpAndSlide())
    mu, sigma = (page.get_by_role("slider", name=name) for name in "μσ")
    above, below = draws_of(page, JUMP)[0], draws_of(page, SLIDE)[0]
    mu.press("ArrowRight")
    assert slides(page, 2.1, 2.0)
    assert draws_of(page, SLIDE)[0] - below == pytest.approx(0.1, abs=1e-3)
    assert (draws_of(page, JUMP)[0] - above).std() > 0.7  # sqrt(2) is expected
    assert draws_of(page, JUMP)[1] == pytest.approx(above)  # where they were
    sigma.press("Home")
    assert (state(page, "sigma"), slides(page, 2.1)) == (0.1, True)
    epsilon = state(page, "epsilon")
    page.get_by_role("button", name="new ε").press("Enter")
    assert state(page, "epsilon") != epsilon
    assert slides(page, 2.1)
    set_state(page, mu=4.5, sigma=1.2)  # as Python does
    assert slides(page, 4.5)
    assert [limits(slider)[-1] for slider in (mu, sigma)] == [4.5, 1.2]


@pytest.mark.parametrize(("wish", "seconds"), [("no-preference", "0.08s"), ("reduce", "0s")])
def test_dots_are_set_down_at_once_for_whoever_wants_less_motion(opened, wish, seconds):
    dots = opened(JumpAndSlide(), reduced_motion=wish).locator(".vae-dots g:last-of-type > :first-child")
    assert dots.evaluate_all("nodes => nodes.map(node => getComputedStyle(node).transitionDuration)") == [
        "0s",
        seconds,
    ]  # what jumps never glides


@pytest.mark.parametrize("by", ["mouse", "touch"])
def test_jump_and_slide_by_mouse_and_touch(opened, by):
    page = opened(JumpAndSlide(), has_touch=True)
    box = page.get_by_role("slider", name="μ").bounding_box()
    y = box["y"] + box["height"] / 2
    if by == "mouse":
        drag(page, [(box["x"] + box["width"] / 3, y), (box["x"] + box["width"] / 2, y), (box["x"] + 1, y)])
    else:
        page.touchscreen.tap(box["x"] + 1, y)
    assert (state(page, "mu"), slides(page, 0.0)) == (0.0, True)


def test_the_slope_below_is_steady_and_the_one_above_is_wild(opened):
    page = opened(JumpAndSlide())
    above, below = [], []
    for _ in range(100):
        for mu in (3.9, 4.0):
            set_state(page, mu=mu)
        above.append(slope_of(page, JUMP))
        below.append(slope_of(page, SLIDE))
    assert below == pytest.approx([expected_slope(page)] * 100, abs=0.0051)
    spread = (2 * 6 / 40) ** 0.5 / 0.1  # Var f is 4 (mu - k)^2 sigma^2 + 2 sigma^4 = 6, a little more at 4.1
    assert np.std(above) == pytest.approx(spread, rel=0.3)
    assert np.mean(above) == pytest.approx(2.1, abs=4 * spread / 10)


def test_the_numbers_of_jump_and_slide(opened):
    widget = JumpAndSlide()
    found = run_script(
        opened(widget),
        "jump_and_slide",
        """({
        slope: (meanLoss(draws(2.1, 0.7, given), 3) - meanLoss(draws(2, 0.7, given), 3)) / 0.1,
        normals: normals(20000)})""",
        widget.epsilon,
    )
    assert found["slope"] == pytest.approx(2 * (2 - 3) + 0.1 + 1.4 * np.mean(widget.epsilon), abs=1e-6)
    normals = np.array(found["normals"])
    assert (normals.mean(), normals.std()) == pytest.approx((0, 1), abs=4 / 20000**0.5)


# -- TrainingReplay ----------------------------------------------------------------------------


def frame_of(widget, epoch):
    """The codes (n, 2) and the pixels (side, side) that were recorded of an epoch."""
    (frame,) = (frame for frame in widget._frames if frame.epoch == epoch)
    return frame.codes.numpy(), frame.sheet


def has_dots(page, widget, codes, opacities=(0.85,) * 10, reach=0):
    """Whether the dot of each digit, in its colour on white, is where its code is, or `reach` pixels away."""
    found = np.array(
        page.locator(".vae-replay canvas").first.evaluate(
            """(canvas, [codes, extent, reach]) =>
        codes.map(([x, y]) => [...canvas.getContext('2d').getImageData(
            8 + (x / extent + 1) * (canvas.width / 2 - 8) - reach,
            8 + (1 - y / extent) * (canvas.height / 2 - 8) - reach, 2 * reach + 1, 2 * reach + 1).data])
        """,
            [codes.tolist(), widget._extent, reach],
        )
    ).reshape(10, -1, 4)[..., :3]
    colours = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in DIGIT_COLORS])
    expected = 255 - np.array(opacities)[:, None] * (255 - colours)
    return np.abs(found - expected[:, None]).max(2).min(1).max() <= 2


def shows_epoch(page, widget, epoch, *, still=True):
    """Whether words, slider, dots and manifold are those of an epoch, once the dots are there."""
    page.wait_for_function("() => document.querySelector('.vae-status').textContent")
    if still:
        page.wait_for_timeout(350)
        painted(page)
    codes, sheet = frame_of(widget, epoch)
    words = f"held-out −ELBO {210 - epoch:.1f} nats per image" if epoch else "before training"
    plane, manifold = page.locator(".vae-replay canvas").all()
    return (
        state(page, "epoch") == epoch
        and plane.get_attribute("aria-label") == f"the means at epoch {epoch}"
        and manifold.get_attribute("aria-label") == f"the manifold at epoch {epoch}"
        and page.locator(".vae-status").text_content() == f"epoch {epoch}: {words}"
        and page.locator("output").text_content() == str(epoch)
        and limits(page.get_by_role("slider", name="epoch"))
        == (0, len(widget._epochs) - 1, 1, widget._epochs.index(epoch))
        and shows(torch.tensor(manifold.evaluate(GREYS)), sheet.flatten() / 255)
        and has_dots(page, widget, codes)
    )


@pytest.mark.parametrize("by", ["keys", "mouse", "touch"])
def test_a_replay_on_its_slider(opened, by):
    widget = replay((0, 1, 2, 5))
    page = opened(widget, has_touch=True, reduced_motion="reduce")
    assert shows_epoch(page, widget, 5)
    slider = page.get_by_role("slider", name="epoch")
    box = slider.bounding_box()
    (left, middle), y = (box["x"] + 2, box["x"] + box["width"] * 2 / 3), box["y"] + box["height"] / 2
    if by == "keys":
        slider.press("Home")
    elif by == "mouse":
        drag(page, [(box["x"] + box["width"] - 8, y), (middle, y), (left, y)])
    else:
        page.touchscreen.tap(left, y)
    assert shows_epoch(page, widget, 0)
    if by == "keys":
        slider.press("ArrowRight")
        slider.press("ArrowRight")
    else:
        page.touchscreen.tap(middle, y) if by == "touch" else page.mouse.click(middle, y)
    assert shows_epoch(page, widget, 2)
    set_state(page, epoch=1)  # as Python does
    assert shows_epoch(page, widget, 1)


def test_a_replay_glides_from_wherever_it_is(opened):
    widget = replay()
    page = opened(widget)
    assert shows_epoch(page, widget, 3)
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))

    def is_between(*shares):
        """Whether each epoch has its share in what is shown."""
        codes, sheets = (
            sum(share * part for share, part in zip(shares, parts, strict=True))
            for parts in zip(*(frame_of(widget, epoch) for epoch in range(4)), strict=True)
        )
        found = page.get_by_label("the manifold at").evaluate(GREYS)
        return (
            abs(torch.tensor(found) - sheets.flatten()).max() <= 24  # a frame is 16 ms of 300
            and has_dots(page, widget, codes, reach=30)
        )

    set_state(page, epoch=0)
    page.clock.run_for(160)
    assert is_between(0.5, 0, 0, 0.5)
    set_state(page, epoch=1)
    page.clock.run_for(160)
    assert is_between(0.25, 0.5, 0, 0.25)
    page.clock.run_for(320)
    assert shows_epoch(page, widget, 1, still=False)


@pytest.mark.parametrize("wish", ["no-preference", "reduce"])
def test_a_replay_plays_to_the_end_and_stops(opened, wish):
    widget = replay()
    page = opened(widget, reduced_motion=wish)
    assert shows_epoch(page, widget, 3)
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    button, status = page.get_by_role("button", name=re.compile("play|pause")), page.locator(".vae-status")
    button.press(" ")  # from the end: once more from the start
    assert (button.text_content(), status.get_attribute("aria-live")) == ("pause", "off")
    for epoch in (0, 1, 2):
        page.clock.run_for(32 if wish == "reduce" else 350)
        assert shows_epoch(page, widget, epoch, still=False)
        page.clock.run_for(568 if wish == "reduce" else 250)
    page.clock.run_for(350)
    assert shows_epoch(page, widget, 3, still=False)
    assert (button.text_content(), status.get_attribute("aria-live")) == ("play", "polite")
    page.clock.run_for(5000)
    assert shows_epoch(page, widget, 3, still=False)


def test_a_replay_pauses_by_its_button_and_by_the_slider(opened):
    widget = replay()
    widget.epoch = 0
    page = opened(widget, has_touch=True)
    assert shows_epoch(page, widget, 0)
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    page.get_by_role("button", name="play").tap()
    page.clock.run_for(350)
    assert shows_epoch(page, widget, 1, still=False)
    page.get_by_role("button", name="pause").tap()
    page.clock.run_for(2000)
    assert shows_epoch(page, widget, 1, still=False)
    page.get_by_role("button", name="play").tap()
    page.clock.run_for(100)
    page.get_by_role("slider", name="epoch").press("Home")
    page.clock.run_for(2000)
    assert shows_epoch(page, widget, 0, still=False)


def test_one_digit_of_a_replay_alone(opened):
    widget = replay()
    page = opened(widget, reduced_motion="reduce")
    assert shows_epoch(page, widget, 3)
    buttons = page.get_by_role("group", name="one digit alone").get_by_role("button")
    assert buttons.all_inner_texts() == [str(digit) for digit in range(10)]
    for digit in (4, 7):
        buttons.nth(digit).press("Enter")
        opacities = [1 if i == digit else 0.12 for i in range(10)]
        assert has_dots(page, widget, frame_of(widget, 3)[0], opacities)
        pressed = [button.get_attribute("aria-pressed") for button in buttons.all()]
        assert pressed == ["true" if i == digit else "false" for i in range(10)]
    buttons.nth(7).click()
    assert shows_epoch(page, widget, 3)


def test_epochs_that_are_recorded_while_the_replay_is_shown(opened):
    page, widget = opened(replay((0, 1, 2)), reduced_motion="reduce"), replay((0, 1, 2, 3))
    assert shows_epoch(page, replay((0, 1, 2)), 2)
    sent = widget.get_state(["_epochs", "_scores", "_codes", "_sheets", "_extent", "epoch"])
    page.evaluate(
        """([numbers, bytes]) => {
        for (const name in bytes) numbers[name] = new DataView(Uint8Array.from(bytes[name]).buffer);
        for (const name in numbers) widget.model.set(name, numbers[name]);
        }""",
        [
            {name: value for name, value in sent.items() if not isinstance(value, bytes)},
            {name: list(value) for name, value in sent.items() if isinstance(value, bytes)},
        ],
    )
    assert shows_epoch(page, widget, 3)


# -- Traversals --------------------------------------------------------------------------------


def rows_of(page):
    return [" ".join(text.split()) for text in page.get_by_role("group").all_inner_texts()]


def is_decoded(page, n=5):
    """Whether each picture of the traversals is what torch decodes for `start` and `value`."""
    return show(page, traversed(state(page, "start"), state(page, "value"), n))


def test_traversals_as_they_open(opened):
    widget = traversals()
    widget.start, widget.value = 2, 1.37  # between two steps of the slider
    page = opened(widget)
    assert is_decoded(page)
    assert (state(page, "start"), state(page, "value")) == (2, 1.37)
    assert rows_of(page) == ["z2 · 2.31 nats", "z4 · 1.00 nats", "z1 · 0.50 nats", "z3 · 0.00 nats"]
    assert page.locator("output").all_inner_texts() == ["2", "1.37"]
    bars = page.locator(".vae-bar").evaluate_all("nodes => nodes.map(node => parseFloat(node.style.width))")
    assert bars == pytest.approx([100, 100 / 2.31, 50 / 2.31, 0], abs=0.01)
    heads = page.locator(".vae-head > div").all_inner_texts()
    assert heads == ["set to", "-3", "-1.5", "0", "1.5", "3", "1.37"]


def test_the_sliders_of_traversals(opened):
    page = opened(traversals())
    value, image = page.get_by_label("value", exact=True), page.get_by_role("slider", name="image")
    assert (limits(value), limits(image)) == ((-3, 3, 0.05, 0), (0, 4, 1, 0))
    for key, number in (("End", 3), ("Home", -3), ("ArrowRight", -2.95)):
        value.press(key)
        assert (state(page, "value"), is_decoded(page)) == (number, True)
    image.press("End")
    image.press("ArrowLeft")
    assert (state(page, "start"), is_decoded(page)) == (3, True)
    set_state(page, value=1.5, start=1)  # as Python does
    assert is_decoded(page)
    assert [limits(slider)[-1] for slider in (value, image)] == [1.5, 1]


@pytest.mark.parametrize("by", ["mouse", "touch"])
def test_the_sliders_of_traversals_and_interpolation_by_mouse_and_touch(opened, by):
    for widget, name, trait in ((traversals(), "value", "value"), (interpolation(), "second", "second")):
        page = opened(widget, has_touch=True)
        slider = page.get_by_role("slider", name=name)
        box, press = slider.bounding_box(), page.mouse.click if by == "mouse" else page.touchscreen.tap
        press(box["x"] + 2, box["y"] + box["height"] / 2)
        assert state(page, trait) == limits(slider)[0]
        assert is_decoded(page) if trait == "value" else is_walked(page)


def test_more_than_ten_rows_scroll_in_a_labelled_region(opened):
    page = opened(Traversals(decoder(12), normal(3, 12), torch.arange(12.0)))
    region = page.get_by_role("region", name="Pictures of 12 latent dimensions")
    assert region.bounding_box()["height"] == 420
    assert region.evaluate("node => node.scrollHeight > node.clientHeight && node.tabIndex === 0")
    assert "image" not in pictures(page)  # none were given
    assert opened(traversals()).get_by_role("region").count() == 0


# -- Interpolation -----------------------------------------------------------------------------


def is_walked(page, codes=None, **options):
    """Whether each picture, length and share of both walks is what Python says, for `first` and `second`."""
    widget = interpolation(codes, **options, first=state(page, "first"), second=state(page, "second"))
    for kind, name in (("line", "straight line"), ("circle", "great circle")):
        said = page.get_by_role("group", name=name).inner_text()
        lengths = [float(length) for length in re.findall(r"\|z\| ([\d.]+)", said)]
        percents = [float(part) for part in re.findall(r"([\d.]+) %", said)]
        assert lengths == pytest.approx(widget.path(kind).norm(dim=1).tolist(), abs=0.051)
        assert percents == pytest.approx((100 * widget.shares(kind)).tolist(), abs=0.51)
    return show(page, walked(widget))


def test_interpolation_as_it_opens(opened):
    codes, options = normal(5, 20), dict(labels=[5, 6, 7, 8, 9], steps=7)
    page = opened(interpolation(codes, **options, first=2, second=4))
    assert is_walked(page, codes, **options)
    assert (state(page, "first"), state(page, "second")) == (2, 4)
    assert page.locator(".vae-picker .vae-caption").all_inner_texts() == ["label 7", "label 9"]


def test_the_sliders_of_interpolation(opened):
    page = opened(interpolation(steps=3))
    first, second = page.get_by_role("slider", name="first"), page.get_by_role("slider", name="second")
    assert (limits(first), limits(second)) == ((0, 4, 1, 0), (0, 4, 1, 1))
    first.press("End")
    first.press("ArrowLeft")
    second.press("ArrowRight")
    assert (state(page, "first"), state(page, "second")) == (3, 2)
    assert is_walked(page, steps=3)
    set_state(page, first=0, second=4)  # as Python does
    assert is_walked(page, steps=3)
    assert [limits(slider)[-1] for slider in (first, second)] == [0, 4]


def test_the_share_in_the_browser_is_that_of_torch(opened):
    page = opened(interpolation())
    for latent in (1, 2, 20, 100):
        widget = interpolation(normal(2, latent))
        radii = torch.linspace(0, latent**0.5 + 9, 60, dtype=torch.float64)
        found = run_script(
            page,
            "interpolation",
            "given.radii.map((radius) => share(given.table, given.farthest, radius))",
            {"table": widget._shares, "farthest": widget._farthest, "radii": radii.tolist()},
        )
        exact = torch.special.gammainc(torch.full_like(radii, latent / 2), radii**2 / 2)
        assert torch.tensor(found) == pytest.approx(exact, abs=1e-4)


@pytest.mark.parametrize(
    ("codes", "framed", "said"),
    [
        ([[2.0, 0.0], [-2.0, 0.1]], [4], "Half way, the straight line is nearer to the centre than "),
        (
            [[0.5, 0.0], [3.0, 0.5]],
            [8, 17],
            "second image, both paths are farther from the centre than 99.0 %",
        ),
        (
            [[0.5, 0.0], [9.0, 0.5]],
            [8, 17],
            "farther from the centre than at least 99.9 % of all prior draws.",
        ),
        (
            [[0.1, 0.0], [1.0, 0.5]],
            [0, 9],
            "At the first image, both paths are nearer to the centre than 99.5 %",
        ),
    ],
)
def test_the_status_line_names_the_most_unlikely_step(opened, codes, framed, said):
    page = opened(interpolation(torch.tensor(codes)))
    assert said in page.locator("[aria-live=polite]").inner_text()
    assert (
        page.locator(".vae-step").evaluate_all(
            "nodes => nodes.flatMap((node, i) => node.classList.contains('vae-framed') ? [i] : [])"
        )
        == framed
    )


# -- AttributeSliders --------------------------------------------------------------------------


def is_moved(page, bolder=0.0, slanted=0.0, wider=0.0, limit=3):
    """Whether amounts, sliders, words and each picture say that the digits are moved so far."""
    given = {"bolder": bolder, "slanted": slanted, "wider": wider}
    painted(page)
    at = [limits(page.get_by_role("slider", name=name)) for name in given]
    return (
        state(page, "amounts") == pytest.approx(given)
        and at == [(-50, 50, 1, round(50 * amount / limit)) for amount in given.values()]
        and page.locator("output").all_inner_texts() == [f"{amount:.2f}" for amount in given.values()]
        and show(page, moved(**given))
    )


def test_attributes_as_they_open(opened):
    widget = attributes(limit=1.7)
    assert is_moved(opened(widget), limit=1.7)
    widget.amounts = {"wider": 1.2, "bolder": -0.6}
    page = opened(widget)
    assert is_moved(page, bolder=-0.6, wider=1.2, limit=1.7)
    slider = page.get_by_role("slider", name="wider")
    slider.press("End")
    assert is_moved(page, bolder=-0.6, wider=1.7, limit=1.7)
    for _ in range(50):
        slider.press("ArrowLeft")
    assert is_moved(page, bolder=-0.6, limit=1.7)
    assert state(page, "amounts")["wider"] == 0  # not 1e-17


def test_attributes_by_keys(opened):
    page = opened(attributes())
    page.keyboard.press("Tab")
    page.keyboard.press("End")
    assert is_moved(page, bolder=3)
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowLeft")
    assert is_moved(page, bolder=3, slanted=-0.06)
    page.keyboard.press("Tab")
    page.keyboard.press("Home")
    assert is_moved(page, bolder=3, slanted=-0.06, wider=-3)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert is_moved(page)
    set_state(page, amounts={"bolder": 0.5, "slanted": 0.0, "wider": 1.5})  # as Python does
    assert is_moved(page, bolder=0.5, wider=1.5)


@pytest.mark.parametrize("by", ["mouse", "touch"])
def test_attributes_by_mouse_and_touch(opened, by):
    page = opened(attributes(), has_touch=True, viewport={"width": 320, "height": 900}, color_scheme="dark")
    for name, to in {"wider": 1.0, "slanted": 0.0}.items():
        box = page.get_by_role("slider", name=name).bounding_box()
        y, end = box["y"] + box["height"] / 2, box["x"] + 1 + to * (box["width"] - 2)
        if by == "mouse":
            drag(page, [(box["x"] + box["width"] / 2, y), (end, y)])
        else:
            page.touchscreen.tap(end, y)
    assert is_moved(page, slanted=-3, wider=3)
    button = page.get_by_role("button", name="reset")
    button.click() if by == "mouse" else button.tap()
    assert is_moved(page)


def test_attributes_are_decoded_once_a_frame(opened):
    page = opened(attributes())
    page.evaluate("""() => {
        window.painted = 0;
        const context = CanvasRenderingContext2D.prototype, paint = context.putImageData;
        context.putImageData = function (...given) { painted++; paint.apply(this, given); };
        for (const bolder of [0.5, 1, 1.5]) widget.model.set("amounts", { bolder, slanted: 0, wider: 0 });
    }""")
    assert is_moved(page, bolder=1.5)
    assert page.evaluate("painted") == 5  # each digit once


# -- DigitCanvas -------------------------------------------------------------------------------

SEVEN = np.array([(0.0, 0.05), (0.35, 0.0), (0.7, 0.03), (0.55, 0.35), (0.4, 0.7), (0.33, 1.0)])
WAVE = np.stack([0.3 + 0.3 * np.sin(np.linspace(0, 7, 15)), np.linspace(0, 1, 15)], 1)


def on_sheet(page, shape, left=70, top=40, size=200):
    box = page.get_by_role("application").bounding_box()
    return [(box["x"] + left + size * x, box["y"] + top + size * y) for x, y in shape]


def digit_of(page):
    """The digit that the page shows, (28, 28), 1 for ink; it is what goes to Python."""
    greys = pictures(page)["the digit that the encoder reads"]
    sent = page.evaluate("Array.from(new Uint8Array(widget.model.get('image').buffer))")
    assert greys.tolist() == [255 * pixel for pixel in sent or 784 * [0]]
    return greys.view(28, 28).numpy() // 255


def ink_on_sheet(page):
    """How many of the 280 x 280 points of the sheet are black."""
    return page.get_by_role("application").evaluate(
        f"canvas => ({GREYS})(canvas).filter(grey => grey > 235).length"
    )


def check_like_mnist(digit):
    rows, columns = np.nonzero(digit)
    assert len(rows) > 40
    centre = np.array([rows.mean(), columns.mean()])
    assert np.abs(centre - 13.95).max() <= 0.6, centre  # half a pixel, and what the threshold adds
    assert 19 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 21


@pytest.mark.parametrize("shape", [SEVEN, WAVE, SEVEN[:, ::-1]], ids=["seven", "wave", "flat"])
def test_the_canvas_by_mouse_wherever_and_however_large_one_draws(opened, shape):
    page = opened(canvas())
    assert page.locator(".vae-status").text_content() == "Draw a digit"
    assert digit_of(page).sum() == 0
    drag(page, on_sheet(page, shape))
    first = digit_of(page)
    check_like_mnist(first)
    assert ink_on_sheet(page) > 3000
    for place in (dict(left=100, top=60, size=110), dict(left=5, top=180, size=70)):
        page.get_by_role("button", name="Clear").click()
        assert (digit_of(page).sum(), ink_on_sheet(page)) == (0, 0)
        drag(page, on_sheet(page, shape, **place))
        assert (first != digit_of(page)).sum() <= 0.15 * first.sum(), place


def test_the_canvas_by_touch_which_does_not_scroll(opened):
    page = opened(canvas(), has_touch=True, viewport={"width": 360, "height": 300})
    page.evaluate("document.body.style.height = '3000px'")
    start, *points = on_sheet(page, WAVE)
    fingers(page, "touchStart", start)
    for point in points:
        fingers(page, "touchMove", point)
    fingers(page, "touchEnd")
    check_like_mnist(digit_of(page))
    assert page.evaluate("scrollY") == 0


def test_the_canvas_by_keys(opened):
    page = opened(canvas())
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowUp")
    assert digit_of(page).sum() == 0  # the pen is up
    page.keyboard.press(" ")
    for _ in range(10):
        page.keyboard.press("ArrowDown")
    digit = digit_of(page)
    rows, columns = np.nonzero(digit)
    assert np.ptp(rows) + 1 == 20
    assert np.ptp(columns) + 1 in (2, 3)  # the pen is 2.4 pixels of the digit, whatever its size
    page.keyboard.press(" ")
    page.keyboard.press("ArrowRight")
    assert (digit_of(page) == digit).all()


def test_the_digit_is_read_while_it_is_drawn(opened):
    page = opened(canvas())
    (x, y), *_ = on_sheet(page, SEVEN)
    page.mouse.move(x, y)
    page.mouse.down()
    page.wait_for_timeout(200)
    page.mouse.move(x + 140, y, steps=4)
    assert digit_of(page).sum() > 20
    page.mouse.up()


def test_a_digit_is_taken_by_keyboard(opened):
    images, labels = DIGITS.test[:10], DIGITS.test_labels[:10]
    page = opened(canvas(images=images, labels=labels))
    buttons = page.get_by_role("group", name="Or take one of these").get_by_role("button")
    assert [button.get_attribute("aria-label") for button in buttons.all()] == [
        f"take the {label}, digit {i + 1} of 10" for i, label in enumerate(labels.tolist())
    ]
    buttons.nth(2).press("Enter")
    assert (digit_of(page) == images[2].view(28, 28).numpy()).all()
    assert ink_on_sheet(page) == 100 * images[2].sum()
    pressed = [button.get_attribute("aria-pressed") for button in buttons.all()]
    assert pressed == ["false", "false", "true"] + ["false"] * 7
    assert shows(torch.tensor(buttons.nth(4).locator("canvas").evaluate(GREYS)), images[4])


def test_the_canvas_shows_what_python_draws_and_says_what_it_answers(opened):
    widget = canvas()
    widget.draw(DIGITS.test[4])
    page = opened(widget)
    status = page.locator(".vae-status")
    assert status.get_attribute("aria-live") == "polite"
    assert (digit_of(page) == DIGITS.test[4].view(28, 28).numpy()).all()
    assert status.text_content() == "the encoder says mu = (0.53, -1.20), sigma = (0.20, 0.31)"
    page.evaluate(
        "digit => widget.model.set('image', new DataView(Uint8Array.from(digit).buffer))",
        DIGITS.test[7].int().tolist(),
    )
    assert (digit_of(page) == DIGITS.test[7].view(28, 28).numpy()).all()
    drag(page, on_sheet(page, SEVEN))  # on top
    set_state(page, mu=[0.5, -2], sigma=[0.2, 0.3], _answers=2)
    assert status.text_content() == "the encoder says mu = (0.50, -2.00), sigma = (0.20, 0.30)"
    set_state(page, mu=[0, 0, 0, 0], sigma=[1, 1, 1, 1], _answers=3)
    assert status.text_content() == "encoded"
    set_state(page, message="RuntimeError: <b>gone</b>", _answers=4)
    assert status.text_content() == "RuntimeError: <b>gone</b>"


def test_a_page_has_its_own_encoder(opened):
    torch.manual_seed(0)
    model = VAE(3, hidden=8)
    page = opened(DigitCanvas.of(model))
    for shape in (SEVEN, WAVE):
        drag(page, on_sheet(page, shape))
        mu, logvar = model.encode(torch.tensor(digit_of(page), dtype=torch.float32).view(1, 784))
        assert state(page, "mu") == pytest.approx(mu[0].tolist(), abs=1e-5)
        assert state(page, "sigma") == pytest.approx(torch.exp(logvar / 2)[0].tolist(), rel=1e-5)
        assert page.get_by_text(f"the encoder says mu = ({mu[0, 0]:.2f}, ").is_visible()
        page.get_by_role("button", name="Clear").click()
        assert (state(page, "mu"), state(page, "sigma")) == ([], [])


def test_a_canvas_whose_kernel_is_gone_says_so(opened, monkeypatch):
    monkeypatch.setattr(DigitCanvas, "_state", BrowserWidget._state)  # as in a notebook: no encoder
    page = opened(canvas())
    drag(page, on_sheet(page, SEVEN))
    page.get_by_text("No answer from the encoder").wait_for(timeout=5000)


@pytest.fixture(scope="module")
def as_digit(browser):
    """asDigit of digit_canvas.js, on ink (side, side) whose pixels are made `times` x `times` large."""
    page = browser.new_page()

    def run(ink, times=1):
        found = run_script(
            page,
            "digit_canvas",
            """(() => {
            const side = given.ink.length * given.times;
            return Array.from(asDigit(Float32Array.from({length: side * side}, (_, i) =>
                given.ink[Math.floor(i / side / given.times)][Math.floor((i % side) / given.times)]), side));
            })()""",
            {"ink": ink.tolist(), "times": times},
        )
        return np.array(found).reshape(28, 28)

    yield run
    page.close()


def test_as_digit_gives_mnists_own_digits_back(as_digit):
    digits = DIGITS.test[:20].int().numpy().reshape(-1, 28, 28)
    assert np.mean([(as_digit(digit, times=10) == digit).mean() for digit in digits]) >= 0.97


def test_as_digit_on_shapes_of_known_answer(as_digit):
    assert as_digit(np.zeros((28, 28)), times=10).sum() == 0
    expected = np.zeros((28, 28))
    expected[4:24, 12:16] = 1
    bar = np.zeros((28, 28))
    for bar[2:22, 20:24] in (1, 0.6):  # a grey pen draws the same
        assert (as_digit(bar, times=10) == expected).all()
    small = np.zeros((90, 90))
    small[50:60, 11:13] = 1  # the same bar, half as large
    assert (as_digit(small) == expected).all()
    wide = np.zeros((90, 90))
    wide[30:38, 0:40] = 1
    assert (as_digit(wide) == expected.T).all()


def test_as_digit_cuts_no_tail_off(as_digit):
    heavy = np.zeros((28, 28))  # a heavy head on a long tail: in the centre, the tail would be cut off
    heavy[2:10, 2:14] = 1
    heavy[10:22, 2:3] = 1
    digit = as_digit(heavy, times=10)
    assert digit.sum() == heavy.sum()
    assert (digit[8:28, 9:21] == heavy[2:22, 2:14]).all()


def test_as_digit_takes_the_mean_over_each_pixel(as_digit):
    ink = np.random.default_rng(0).random((60, 60)) ** 0.5
    ink[0, :] = ink[:, 0] = ink[-1, :] = ink[:, -1] = 1  # the box is all of it: 3 x 3 for each pixel
    expected = ink.reshape(20, 3, 20, 3).mean((1, 3)) > 0.5
    assert 0 < expected.sum() <= 400
    assert (as_digit(ink)[4:24, 4:24] == expected).all()


# -- Backprop ----------------------------------------------------------------------------------


def boxes(page):
    """The words in each box of the graph: its title, and the number that has arrived."""
    return [
        " ".join(filter(None, texts))
        for texts in page.locator(".vae-box").evaluate_all(
            "nodes => nodes.map(node => [...node.querySelectorAll('text')].map(text => text.textContent))"
        )
    ]


def is_at_step(page, run, step):
    """Whether traits, switch, words and numbers all say that the gradient of a run has come so far."""
    given = backprop()._runs[run]
    numbers = {int(i): text for done in given["steps"][: step + 1] for i, text in done["numbers"].items()}
    expected = [f"{node['title']} {numbers.get(i, '')}".strip() for i, node in enumerate(given["nodes"])]
    lit = sum(len(done["edges"]) for done in given["steps"][: step + 1])
    return (
        (state(page, "run"), state(page, "step")) == (run, step)
        and page.get_by_role("radio").nth(run).is_checked()
        and page.locator("[aria-live]").text_content() == given["steps"][step]["words"]
        and boxes(page) == expected
        and page.locator(".vae-arrow.vae-lit").count() == lit
    )


def test_a_gradient_by_buttons_to_the_end_of_each_run(opened):
    page, heights = opened(backprop(), viewport={"width": 320, "height": 900}), set()
    forth = page.get_by_role("button", name="step", exact=True)
    for run, last in enumerate([4, 4, 1]):
        page.get_by_role("radio").nth(run).check()
        for step in range(last + 1):
            assert is_at_step(page, run, step)
            heights.add(page.locator(".vae-widget").bounding_box()["height"])
            forth.click()
        assert is_at_step(page, run, last)
        stopped = page.locator(".vae-stop").all_text_contents()
        assert len(stopped) == [0, 3, 1][run]  # the die and both leaves; the loss
        assert page.locator(".vae-die").count() == [0, 1, 1][run]
    page.get_by_role("button", name="step back").click()
    assert is_at_step(page, 2, 0)
    assert len(heights) == 1


def test_a_gradient_by_keys(opened):
    page = opened(backprop(run=1))
    page.get_by_role("application").focus()
    for key, step in {"ArrowRight": 1, "End": 4, "ArrowLeft": 3, "Home": 0}.items():
        page.keyboard.press(key)
        assert is_at_step(page, 1, step)
    page.get_by_role("radio").nth(1).focus()
    page.keyboard.press("ArrowDown")  # of the switch
    assert is_at_step(page, 2, 0)


def test_a_gradient_plays_pauses_and_begins_again(opened):
    page = opened(backprop())
    page.clock.install()
    page.get_by_role("button", name="backward()").click()
    assert is_at_step(page, 0, 1)
    page.clock.run_for(1050)
    page.get_by_role("application").press(" ")
    page.clock.run_for(5000)
    assert is_at_step(page, 0, 2)
    page.get_by_role("application").press(" ")
    page.clock.run_for(9000)
    assert is_at_step(page, 0, 4)
    page.get_by_role("button", name="backward()").click()
    assert is_at_step(page, 0, 1)


def test_a_gradient_by_touch_and_without_motion(opened):
    page = opened(backprop(), has_touch=True, reduced_motion="reduce")
    page.get_by_text("normal").tap()
    page.get_by_role("button", name="backward()").tap()
    assert is_at_step(page, 1, 4)
