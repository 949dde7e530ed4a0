"""The widgets on pages without a kernel: by mouse, keys and touch; their pixels beside torch's."""

import math
import re
from itertools import pairwise

import numpy as np
import pytest
import torch

from helpers.data import load_digits
from helpers.figures import DIGIT_COLORS
from helpers.vae import VAE
from helpers.widgets import DigitCanvas, JumpAndSlide
from helpers.widgets._base import BrowserWidget
from tests import example_widgets as made
from tests.browser import driving
from tests.browser.driving import GREYS, drag, fingers, painted, pictures, set_state, show, shows, state
from tests.chromium import needed_module
from tests.example_widgets import ALL_WIDGETS, CODES, LABELS, MEANS, SIGMAS, decode, double

DIGITS = load_digits()
COLOURS = [tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5)) for colour in DIGIT_COLORS]


def stands(page, *names):
    """Where sliders stand."""
    return [driving.limits(page.get_by_role("slider", name=name, exact=True))[-1] for name in names]


# -- what each widget shows: whether its sliders, words and pictures are those of its traits -------


def on_pad(page, z):
    """The whole pixel of the page nearest to z, and the z that belongs to it."""
    box = page.get_by_role("application").bounding_box()
    x = round(box["x"] + (z[0] / 4 + 1) * box["width"] / 2)
    y = round(box["y"] + (1 - z[1] / 4) * box["height"] / 2)
    return (x, y), [((x - box["x"]) / box["width"] * 2 - 1) * 4, (1 - (y - box["y"]) / box["height"] * 2) * 4]


def shows_z(page):
    painted(page)
    z, box = state(page, "z"), page.locator(".vae-ring").bounding_box()
    inside = [min(4, max(-4, value)) for value in z]
    ring = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    return (
        stands(page, "z₁", "z₂") == pytest.approx(inside, abs=0.00501)
        and page.locator("output").all_inner_texts() == [f"{value:.2f}" for value in z]
        and ring == pytest.approx(on_pad(page, inside)[0], abs=0.6)
        and shows(pictures(page)["the picture decoded from z"], decode(z))
        and page.get_by_text(f"z = ({z[0]:.2f}, {z[1]:.2f}), decoded").is_visible()
    )


def shows_traversals(page):
    painted(page)
    start, value = state(page, "start"), state(page, "value")
    return (
        stands(page, "image", "value") == pytest.approx([start, value], abs=0.0251)
        and page.locator("output").all_inner_texts() == [str(start), f"{value:.2f}"]
        and show(page, made.traversed(start, value))
    )


def shows_walks(page, codes=CODES):
    painted(page)
    widget = made.interpolation(codes, first=state(page, "first"), second=state(page, "second"))
    for kind, name in (("line", "straight line"), ("circle", "great circle")):
        said = page.get_by_role("group", name=name).inner_text()
        lengths = [float(length) for length in re.findall(r"\|z\| ([\d.]+)", said)]
        percents = [float(part) for part in re.findall(r"([\d.]+) %", said)]
        assert lengths == pytest.approx(widget.path(kind).norm(dim=1).tolist(), abs=0.051)
        assert percents == pytest.approx((100 * widget.shares(kind)).tolist(), abs=0.51)
    at = [widget.first, widget.second]
    labels = page.locator(".vae-picker .vae-caption").all_inner_texts()
    return (
        stands(page, "first", "second") == at
        and labels == [f"label {5 + i}" for i in at]
        and show(page, made.walked(widget))
    )


def shows_moved_digits(page, limit=3):
    painted(page)
    amounts = state(page, "amounts")
    return (
        stands(page, *amounts) == [round(50 * amount / limit) for amount in amounts.values()]
        and page.locator("output").all_inner_texts() == [f"{amount:.2f}" for amount in amounts.values()]
        and show(page, made.moved(**amounts))
    )


JUMP, SLIDE = "z = torch.normal(μ, σ)", "z = μ + σ ε"


def draws_of(page, name):
    """The z of each dot of a row, from where it stands; followed by those of the two moves before."""
    dots = page.get_by_role("group", name=name).locator(".vae-dots g")
    look = "groups => groups.map(g => [...g.children].map(dot => new DOMMatrix(dot.style.transform).e))"
    before, now = (-2.5 + 11 * (np.array(x, float) - 72) / 408 for x in dots.evaluate_all(look))
    return now, *before.reshape(-1, 40)


def shows_sliding_dots(page, *earlier):
    """earlier: mu at the moves before"""
    painted(page)
    mu, sigma, epsilon = state(page, "mu"), state(page, "sigma"), np.array(state(page, "epsilon"))
    words = page.get_by_role("group", name=SLIDE).locator(".vae-slopes b").text_content()
    slope = 2 * (mu - 3) + 0.1 + 2 * sigma * epsilon.mean()  # of the mean of f
    moves = zip(draws_of(page, SLIDE), (mu, *earlier), strict=False)
    return (
        stands(page, "μ", "σ") == pytest.approx([mu, sigma])
        and float(words.replace("−", "-")) == pytest.approx(slope, abs=0.0051)
        and all(z == pytest.approx(m + sigma * epsilon, abs=1e-3) for z, m in moves)
    )


def frame_of(widget, epoch):
    """The codes (n, 2) and the pixels (side, side) that were recorded of an epoch."""
    (frame,) = (frame for frame in widget._frames if frame.epoch == epoch)
    return frame.codes.numpy(), frame.sheet


def has_dots(page, widget, codes, opacities=(0.85,) * 10, reach=0):
    """Whether the dot of each digit, in its colour on white, is where its code is, or `reach` pixels away."""
    look = """(canvas, [codes, extent, reach]) => codes.map(([x, y]) =>
        [...canvas.getContext('2d').getImageData(
            8 + (x / extent + 1) * (canvas.width / 2 - 8) - reach,
            8 + (1 - y / extent) * (canvas.height / 2 - 8) - reach, 2 * reach + 1, 2 * reach + 1).data])"""
    plane = page.locator(".vae-replay canvas").first
    found = np.array(plane.evaluate(look, [codes.tolist(), widget._extent, reach])).reshape(10, -1, 4)
    expected = 255 - np.array(opacities)[:, None] * (255 - np.array(COLOURS))
    return np.abs(found[..., :3] - expected[:, None]).max(2).min(1).max() <= 2


def shows_epoch(page, widget=None, *, wait=350):
    """wait: ms, until the dots are there"""
    page.wait_for_function("() => document.querySelector('.vae-status').textContent")
    page.wait_for_timeout(wait) if wait else None
    widget, epoch = widget or made.replay(), state(page, "epoch")
    codes, sheet = frame_of(widget, epoch)
    words = f"held-out −ELBO {210 - epoch:.1f} nats per image" if epoch else "before training"
    manifold = page.get_by_label(f"the manifold at epoch {epoch}")
    return (
        stands(page, "epoch") == [widget._epochs.index(epoch)]
        and page.locator("output").text_content() == str(epoch)
        and page.locator(".vae-status").text_content() == f"epoch {epoch}: {words}"
        and page.get_by_label(f"the means at epoch {epoch}").count() == 1
        and shows(torch.tensor(manifold.evaluate(GREYS)), sheet.flatten() / 255)
        and has_dots(page, widget, codes)
    )


def shows_gradient(page):
    run = made.backprop()._runs[state(page, "run")]
    done = run["steps"][: state(page, "step") + 1]
    numbers = {int(i): text for one in done for i, text in one["numbers"].items()}
    look = "nodes => nodes.map(node => [...node.querySelectorAll('text')].map(text => text.textContent))"
    boxes = [texts[:2] for texts in page.locator(".vae-box").evaluate_all(look)]
    factors = page.locator(".vae-arrow text").all_text_contents()
    return (
        page.get_by_role("radio").nth(state(page, "run")).is_checked()
        and page.locator("[aria-live]").text_content() == done[-1]["words"]
        and boxes == [[node["title"], numbers.get(i, "")] for i, node in enumerate(run["nodes"])]
        and [words.removesuffix(" ✂\ufe0e") for words in factors] == [edge["factor"] for edge in run["edges"]]
        and page.locator(".vae-arrow.vae-lit").count() == sum(len(one["edges"]) for one in done)
    )


SHOWS = {
    "LatentPad": shows_z,
    "Traversals": shows_traversals,
    "Interpolation": shows_walks,
    "AttributeSliders": shows_moved_digits,
    "JumpAndSlide": shows_sliding_dots,
    "TrainingReplay": shows_epoch,
    "Backprop": shows_gradient,
}

# -- all of them -------------------------------------------------------------------------------

KEYS = {  # a control, the keys pressed there, the traits afterwards; at last traits that Python sets
    "LatentPad": [
        ("latent space", "ArrowRight ArrowRight ArrowUp", {"z": [0.7, -0.9]}),
        ("latent space", "Shift+ArrowDown Shift+ArrowLeft", {"z": [0.69, -0.91]}),
        ("latent space", "Enter", {"z": [0, -2.5], "picked": 2}),
        ("latent space", "Escape Home", {"z": [0, 0], "picked": None}),
        ("z₁", "End", {"z": [4, 0]}),
        ("z₂", "ArrowLeft", {"z": [4, -0.01]}),
        {"z": [-1.5, 2.5]},
    ],
    "Traversals": [
        ("value", "End", {"value": 3}),
        ("value", "Home ArrowRight", {"value": -2.95}),
        ("image", "End ArrowLeft", {"start": 3}),
        {"value": 1.37, "start": 1},  # between two steps of the slider
    ],
    "Interpolation": [
        ("first", "End ArrowLeft", {"first": 3, "second": 1}),
        ("second", "ArrowRight", {"first": 3, "second": 2}),
        {"first": 0, "second": 4},
    ],
    "AttributeSliders": [
        ("bolder", "End", {"amounts": {"bolder": 3, "slanted": 0, "wider": 0}}),
        ("slanted", "ArrowLeft", {"amounts": {"bolder": 3, "slanted": -0.06, "wider": 0}}),
        ("wider", "Home", {"amounts": {"bolder": 3, "slanted": -0.06, "wider": -3}}),
        ("reset", "Enter", {"amounts": {"bolder": 0, "slanted": 0, "wider": 0}}),
        {"amounts": {"bolder": 0.48, "slanted": 0.0, "wider": 1.5}},
    ],
    "JumpAndSlide": [
        ("μ", "ArrowRight", {"mu": 2.1}),
        ("σ", "Home ArrowRight", {"mu": 2.1, "sigma": 0.15}),
        {"mu": 4.5, "sigma": 1.2},
    ],
    "TrainingReplay": [
        ("epoch", "Home", {"epoch": 0}),
        ("epoch", "ArrowRight ArrowRight", {"epoch": 2}),
        {"epoch": 1},
    ],
    "Backprop": [
        ("The graph of", "ArrowRight", {"run": 0, "step": 1}),
        ("The graph of", "End ArrowLeft", {"step": 3}),
        ("2 * mu", "ArrowDown", {"run": 1, "step": 0}),
        {"run": 2, "step": 1},
    ],
}


@pytest.mark.parametrize("name", KEYS)
def test_each_key_moves_what_it_names_and_so_does_python(opened, name):
    page = opened(ALL_WIDGETS[name]())
    assert SHOWS[name](page)
    *presses, set_by_python = KEYS[name]
    for control, keys, traits in presses:
        found = [
            page.get_by_role(role, name=control) for role in ("slider", "radio", "application", "button")
        ]
        place = next(one for one in found if one.count())
        for key in keys.split():
            place.press(key)
        for trait, value in traits.items():
            assert state(page, trait) == pytest.approx(value), (control, keys)
        painted(page)
        assert SHOWS[name](page), (control, keys)
    set_state(page, **set_by_python)
    painted(page)
    assert SHOWS[name](page)


@pytest.mark.parametrize("name", ALL_WIDGETS)
def test_keys_stay_in_the_widget_except_the_notebooks_own(opened, name):
    page = opened(ALL_WIDGETS[name]())
    page.evaluate("window.heard = []; document.addEventListener('keydown', (event) => heard.push(event.key))")
    page.locator("canvas[tabindex], input").first.focus()
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


# -- LatentPad ---------------------------------------------------------------------------------


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


def test_the_posterior_of_a_drawing_is_marked(opened):
    page = opened(made.pad())
    for drawn, marked in (([1.0, 1.0, 0.5, 0.5], True), ([], False)):
        set_state(page, drawn=drawn)
        assert [is_marked(page, place) for place in ((1.0, 1.0), (1.5, 1.0))] == [marked, marked]


def test_the_pad_says_where_one_is_and_a_point_beyond_is_shown_at_the_edge(opened):
    page = opened(made.pad(z=(1.0, -2.0)))
    assert page.locator(".vae-status").get_attribute("aria-live") == "polite"
    page.get_by_text("z = (1.00, -2.00); 8 % of random z lie farther out; nearest image: a 1").wait_for()
    set_state(page, picked=0)
    page.get_by_text("picked: a 3, reconstructed with ε = (0.00, 0.00)").wait_for()
    set_state(page, z=[9, -1])
    page.get_by_text("z = (9.00, -1.00); beyond the square").wait_for()
    assert shows_z(page)


# -- JumpAndSlide ------------------------------------------------------------------------------


def test_dots_above_jump_and_dots_below_slide(opened):
    page = opened(JumpAndSlide())
    page.get_by_text("The expectation's slope is 2(μ − k) = −2.00.").wait_for()
    assert shows_sliding_dots(page, 1.5, 1.0)
    above, below = draws_of(page, JUMP)[0], draws_of(page, SLIDE)[0]
    page.get_by_role("slider", name="μ").press("ArrowRight")
    assert shows_sliding_dots(page, 2.0)
    assert draws_of(page, SLIDE)[0] - below == pytest.approx(0.1, abs=1e-3)
    assert (draws_of(page, JUMP)[0] - above).std() > 0.7  # sqrt(2) is expected
    assert draws_of(page, JUMP)[1] == pytest.approx(above)  # where they were
    epsilon = state(page, "epsilon")
    page.get_by_role("button", name="new ε").press("Enter")
    assert state(page, "epsilon") != epsilon
    assert shows_sliding_dots(page)


@pytest.mark.parametrize(("wish", "seconds"), [("no-preference", "0.08s"), ("reduce", "0s")])
def test_dots_are_set_down_at_once_for_whoever_wants_less_motion(opened, wish, seconds):
    dots = opened(JumpAndSlide(), reduced_motion=wish).locator(".vae-dots g:last-of-type > :first-child")
    found = dots.evaluate_all("nodes => nodes.map(node => getComputedStyle(node).transitionDuration)")
    assert found == ["0s", seconds]  # what jumps never glides


# -- TrainingReplay ----------------------------------------------------------------------------


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


# -- Traversals, Interpolation, AttributeSliders -----------------------------------------------


def test_rows_of_traversals_have_names_and_bars(opened):
    page = opened(made.traversals())
    rows = [" ".join(text.split()) for text in page.get_by_role("group").all_inner_texts()]
    assert rows == ["z2 · 2.31 nats", "z4 · 1.00 nats", "z1 · 0.50 nats", "z3 · 0.00 nats"]
    bars = page.locator(".vae-bar").evaluate_all("nodes => nodes.map(node => parseFloat(node.style.width))")
    assert bars == pytest.approx([100, 100 / 2.31, 50 / 2.31, 0], abs=0.01)


def test_more_than_ten_rows_scroll_in_a_labelled_region(opened):
    page = opened(made.traversals(made.normal(3, 12), torch.arange(12.0)))
    region = page.get_by_role("region", name="Pictures of 12 latent dimensions")
    assert region.bounding_box()["height"] == 420
    assert region.evaluate("node => node.scrollHeight > node.clientHeight && node.tabIndex === 0")
    assert opened(made.traversals()).get_by_role("region").count() == 0


@pytest.mark.parametrize("latent", [2, 20, 100])
def test_walks_and_shares_are_those_of_torch_in_any_dimension(opened, latent):
    codes = made.normal(5, latent)
    page = opened(made.interpolation(codes))
    assert shows_walks(page, codes)


@pytest.mark.parametrize(
    ("codes", "framed", "said"),
    [
        ([[2.0, 0.0], [-2.0, 0.1]], [4], "Half way, the straight line is nearer to the centre than "),
        ([[0.5, 0.0], [3.0, 0.5]], [8, 17], "both paths are farther from the centre than 99.0 %"),
        ([[0.5, 0.0], [9.0, 0.5]], [8, 17], "farther from the centre than at least 99.9 % of all prior"),
        ([[0.1, 0.0], [1.0, 0.5]], [0, 9], "both paths are nearer to the centre than 99.5 %"),
    ],
)
def test_the_status_line_names_the_most_unlikely_step(opened, codes, framed, said):
    page = opened(made.interpolation(codes))
    assert said in page.locator("[aria-live=polite]").inner_text()
    classes = page.locator(".vae-step").evaluate_all("nodes => nodes.map(node => node.className)")
    assert [i for i, names in enumerate(classes) if "vae-framed" in names] == framed


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
    return np.sum(np.array(page.get_by_role("application").evaluate(GREYS)) > 235)


def check_like_mnist(digit):
    rows, columns = np.nonzero(digit)
    assert len(rows) > 40
    centre = np.array([rows.mean(), columns.mean()])
    assert np.abs(centre - 13.95).max() <= 0.6, centre  # half a pixel, and what the threshold adds
    assert 19 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 21


@pytest.mark.parametrize("shape", [SEVEN, WAVE, SEVEN[:, ::-1]], ids=["seven", "wave", "flat"])
def test_the_canvas_by_mouse_wherever_and_however_large_one_draws(opened, shape):
    page = opened(made.canvas())
    assert page.locator(".vae-status").text_content() == "Draw a digit"
    drag(page, on_sheet(page, shape))
    first = digit_of(page)
    check_like_mnist(first)
    assert ink_on_sheet(page) > 3000
    for place in (dict(left=100, top=60, size=110), dict(left=5, top=180, size=70)):
        page.get_by_role("button", name="Clear").click()
        assert (digit_of(page).sum(), ink_on_sheet(page)) == (0, 0)
        drag(page, on_sheet(page, shape, **place))
        assert (first != digit_of(page)).sum() <= 0.15 * first.sum(), place


def test_the_canvas_by_touch_which_does_not_scroll_and_is_read_meanwhile(opened):
    page = opened(made.canvas(), has_touch=True, viewport={"width": 360, "height": 300})
    page.evaluate("document.body.style.height = '3000px'")
    start, *points, last = on_sheet(page, WAVE)
    fingers(page, "touchStart", start)
    for point in points:
        fingers(page, "touchMove", point)
    page.wait_for_timeout(200)
    fingers(page, "touchMove", last)
    assert digit_of(page).sum() > 40
    fingers(page, "touchEnd")
    check_like_mnist(digit_of(page))
    assert page.evaluate("scrollY") == 0


def test_the_canvas_by_keys(opened):
    page = opened(made.canvas())
    sheet = page.get_by_role("application")
    sheet.press("ArrowUp")
    assert digit_of(page).sum() == 0  # the pen is up
    for key in [" ", *10 * ["ArrowDown"]]:
        sheet.press(key)
    digit = digit_of(page)
    rows, columns = np.nonzero(digit)
    assert np.ptp(rows) + 1 == 20
    assert np.ptp(columns) + 1 in (2, 3)  # the pen is 2.4 pixels of the digit, whatever its size
    for key in (" ", "ArrowRight"):
        sheet.press(key)
    assert (digit_of(page) == digit).all()


def test_a_digit_is_taken_by_keyboard(opened):
    images, labels = DIGITS.test[:10], DIGITS.test_labels[:10]
    page = opened(made.canvas(images=images, labels=labels))
    buttons = page.get_by_role("group", name="Or take one of these").get_by_role("button")
    names = [button.get_attribute("aria-label") for button in buttons.all()]
    assert names == [f"take the {label}, digit {i + 1} of 10" for i, label in enumerate(labels.tolist())]
    buttons.nth(2).press("Enter")
    assert (digit_of(page) == images[2].view(28, 28).numpy()).all()
    assert ink_on_sheet(page) == 100 * images[2].sum()
    pressed = [button.get_attribute("aria-pressed") for button in buttons.all()]
    assert pressed == ["false", "false", "true"] + ["false"] * 7
    assert shows(torch.tensor(buttons.nth(4).locator("canvas").evaluate(GREYS)), images[4])


def test_the_canvas_shows_what_python_draws_and_says_what_it_answers(opened):
    widget = made.canvas()
    widget.draw(DIGITS.test[4])
    page = opened(widget)
    status = page.locator(".vae-status")
    assert status.get_attribute("aria-live") == "polite"
    assert (digit_of(page) == DIGITS.test[4].view(28, 28).numpy()).all()
    assert status.text_content() == "the encoder says mu = (0.53, -1.20), sigma = (0.20, 0.31)"
    for answer, words in (
        (
            dict(mu=[-0.001, -2], sigma=[0.2, 0.3]),
            "the encoder says mu = (0.00, -2.00), sigma = (0.20, 0.30)",
        ),
        (dict(mu=[0, 0, 0, 0], sigma=[1, 1, 1, 1]), "encoded"),
        (dict(message="RuntimeError: <b>gone</b>"), "RuntimeError: <b>gone</b>"),
    ):
        set_state(page, **answer, _answers=state(page, "_answers") + 1)
        assert status.text_content() == words


def test_a_page_has_its_own_encoder(opened):
    torch.manual_seed(0)
    model = VAE(3, hidden=8).double()
    page = opened(DigitCanvas(model))
    for shape in (SEVEN, WAVE):
        drag(page, on_sheet(page, shape))
        mu, logvar = model.encode(double(digit_of(page)).view(1, 784))
        assert state(page, "mu") == pytest.approx(mu[0].tolist(), abs=1e-5)
        assert state(page, "sigma") == pytest.approx(torch.exp(logvar / 2)[0].tolist(), rel=1e-5)
        assert page.get_by_text(f"the encoder says mu = ({mu[0, 0]:.2f}, ").is_visible()
        page.get_by_role("button", name="Clear").click()
        assert (state(page, "mu"), state(page, "sigma")) == ([], [])


def test_a_canvas_whose_kernel_is_gone_says_so(opened, monkeypatch):
    monkeypatch.setattr(DigitCanvas, "_state", BrowserWidget._state)  # as in a notebook: no encoder
    page = opened(made.canvas())
    drag(page, on_sheet(page, SEVEN))
    page.get_by_text("No answer from the encoder").wait_for(timeout=5000)


# -- Backprop ----------------------------------------------------------------------------------


def test_a_gradient_by_buttons_to_the_end_of_each_run(opened):
    page, heights = opened(made.backprop(), viewport={"width": 320, "height": 900}), set()
    forth = page.get_by_role("button", name="step", exact=True)
    for run_, (last, stops, dice) in enumerate([(4, 0, 0), (4, 3, 1), (1, 1, 1)]):
        page.get_by_role("radio").nth(run_).check()
        for step in [*range(last + 1), last]:
            assert (state(page, "run"), state(page, "step"), shows_gradient(page)) == (run_, step, True)
            heights.add(page.locator(".vae-widget").bounding_box()["height"])
            forth.click()
        assert page.locator(".vae-stop").count() == stops  # the die and both leaves; the loss
        assert page.locator(".vae-die").count() == dice
    page.get_by_role("button", name="step back").click()
    assert (state(page, "step"), shows_gradient(page), len(heights)) == (0, True, 1)


def test_a_gradient_plays_pauses_and_begins_again(opened):
    page = opened(made.backprop())
    play, space = (
        lambda: page.get_by_role("button", name="backward()").click(),
        lambda: page.get_by_role("application").press(" "),
    )
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    for act, wait, step in ((play, 0, 1), (None, 1050, 2), (space, 5000, 2), (space, 9000, 4), (play, 0, 1)):
        if act:
            act()
        page.clock.run_for(wait)
        assert (state(page, "step"), shows_gradient(page)) == (step, True)


def test_a_gradient_by_touch_and_without_motion(opened):
    page = opened(made.backprop(), has_touch=True, reduced_motion="reduce")
    page.get_by_text("normal").tap()
    page.get_by_role("button", name="backward()").tap()
    assert (state(page, "run"), state(page, "step"), shows_gradient(page)) == (1, 4, True)
