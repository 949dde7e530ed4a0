"""What each widget shows on its page: whether sliders, words and pictures are those of its traits."""

import base64
import colorsys
import io

import numpy as np
import pytest
import torch
from PIL import Image

from helpers.data import load_digits
from helpers.figures import DIGIT_COLORS
from helpers.widgets.stream import hues
from tests import example_widgets as made
from tests.browser import driving
from tests.browser.driving import GREYS, painted, pictures, show, shows, state
from tests.example_widgets import CODES, decode

DIGITS = load_digits()
COLOURS = [tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5)) for colour in DIGIT_COLORS]


def stands(page, *names):
    """Where sliders stand."""
    return [driving.limits(page.get_by_role("slider", name=name, exact=True))[-1] for name in names]


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


def shows_new_digits(page):
    painted(page)
    width, picked, epsilon = (state(page, trait) for trait in ("width", "picked", "epsilon"))
    pressed = "buttons => buttons.map(button => button.ariaPressed)"
    shelf = page.locator(".vae-shelf button").evaluate_all(pressed)
    words = f"Ten draws around this {made.LABELS[picked]}, {width:.1f} σ wide, decoded."
    return (
        stands(page, "width") == pytest.approx([width], abs=0.0501)
        and page.locator("output").all_inner_texts() == [f"{width:.1f} σ"]
        and shelf == [str(i == picked).lower() for i in range(3)]
        and page.locator(".vae-status").text_content() == words
        and show(page, made.rolled(width, picked, epsilon))
    )


def own_bars(page):
    """Left and right end of each bar of mu ± sigma, in percent of its rail."""
    look = "nodes => nodes.map(({style}) => [parseFloat(style.left), parseFloat(style.width)])"
    return np.array(page.locator(".vae-own").evaluate_all(look)).cumsum(1)


def bars(mu, sigma):
    """Where they should be: a rail goes from -3.5 to 3.5."""
    ends = torch.stack([mu - sigma, mu + sigma], 1).clamp(-3.5, 3.5)
    return pytest.approx((100 * (ends + 3.5) / 7).numpy(), abs=1e-3)


def shows_traversals(page):
    page.wait_for_timeout(120)  # until the rows are decoded
    painted(page)
    picked, z = state(page, "picked"), state(page, "z")
    order = [1, 3, 0, 2]
    pressed = page.locator(".vae-shelf button").evaluate_all("nodes => nodes.map(node => node.ariaPressed)")
    return (
        stands(page, *(f"z{i + 1}" for i in range(4))) == pytest.approx(np.clip(z, -3.5, 3.5), abs=0.0251)
        and pressed == [str(i == picked).lower() for i in range(5)]
        and own_bars(page) == bars(CODES[picked][order], torch.full((4,), 0.4))
        and show(page, made.traversed(picked, z))
    )


def shows_handwriting(page):
    painted(page)
    image = page.evaluate("() => [...new Uint8Array(widget.model.get('image').buffer)]")
    label, z = state(page, "label"), state(page, "z") or [0, 0, 0]
    mu, sigma = made.written(image, label) if image else (torch.zeros(3), torch.ones(3))
    said = f"Taken for a {label}. Is it another one? Press that one." if image else "Draw a digit."
    pressed = page.locator(".vae-ten button").evaluate_all("nodes => nodes.map(node => node.ariaPressed)")
    read = {"the digit that the encoder reads": torch.tensor(image or 784 * [0])}
    return (
        stands(page, "z1", "z2", "z3") == pytest.approx(np.clip(z, -3.5, 3.5), abs=0.0251)
        and page.locator(".vae-status").text_content() == said
        and pressed == [str(bool(image) and i == label).lower() for i in range(10)]
        and own_bars(page) == bars(mu, sigma)
        and show(page, made.ten(z) | read)
    )


def shows_moved_digits(page, limit=3):
    painted(page)
    amounts = state(page, "amounts")
    return (
        stands(page, *amounts) == [round(50 * amount / limit) for amount in amounts.values()]
        and page.locator("output").all_inner_texts() == [f"{amount:.2f}" for amount in amounts.values()]
        and show(page, made.moved(**amounts))
    )


JUMP, SLIDE = "fresh noise", "the same noise"


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


STREAM = "canvas.vae-cloud"
DOT, WIDE = 3.4, 720  # of the canvas of a stream


def stream_pixels(page):
    """(720, 720, 3)"""
    packed = page.locator(STREAM).evaluate("canvas => canvas.toDataURL().split(',')[1]")
    return np.array(Image.open(io.BytesIO(base64.b64decode(packed))).convert("RGB")).astype(float)


def has_points(page, path, frame):
    """Whether the canvas has a dot for each point of a path (frames, n, 2), in its colour, and no more."""
    x, y = path[frame].numpy().T
    across, down = (x + 2) / 32 * WIDE, (30 - y) / 32 * WIDE
    pixels = stream_pixels(page)
    rows, columns = np.mgrid[:WIDE, :WIDE] + 0.5
    squares = [(rows - d) ** 2 + (columns - a) ** 2 for d, a in zip(down, across, strict=True)]
    near = np.sqrt(np.min(squares, 0))
    ink = pixels.min(2) < 250
    inside = (across > 0) & (across < WIDE - 1) & (down > 0) & (down < WIDE - 1)
    found = pixels[down[inside].astype(int), across[inside].astype(int)] / 255
    bins = (np.floor(hues(path).numpy()[inside] * 36) + 0.5) / 36
    colours = np.array([colorsys.hls_to_rgb(hue, 0.46, 0.74) for hue in bins])
    alone = np.array([np.sort(np.hypot(down - d, across - a))[1] for d, a in zip(down, across, strict=True)])
    same = np.abs(found - colours).max(1) < 0.02
    return (
        inside.sum() > 10
        and ink[near < DOT - 1].all()
        and not ink[near > DOT + 1.5].any()
        and same[alone[inside] > 2 * DOT].all()  # not under another one
    )


def shows_stream(page, widget=None):
    """With a `widget` on a page whose clock stands still."""
    if widget is None:
        painted(page)
    frame, picked = state(page, "frame"), state(page, "picked")
    path = (widget or made.stream())._known[picked] if picked >= 0 else widget.path
    pressed = page.locator(".vae-shelf button").evaluate_all("nodes => nodes.map(node => node.ariaPressed)")
    level = f"{1 - frame / 10:.2f}"
    return (
        stands(page, "t") == [frame]
        and page.locator("output").all_inner_texts() == [level]
        and page.locator(STREAM).get_attribute("aria-label") == f"30 points at t = {level}"
        and pressed == [str(i == picked).lower() for i in range(3)]
        and has_points(page, path, frame)
    )


SHOWS = {
    "LatentPad": shows_z,
    "NewDigits": shows_new_digits,
    "Traversals": shows_traversals,
    "Handwriting": shows_handwriting,
    "AttributeSliders": shows_moved_digits,
    "JumpAndSlide": shows_sliding_dots,
    "TrainingReplay": shows_epoch,
    "Backprop": shows_gradient,
    "Stream": shows_stream,
}
