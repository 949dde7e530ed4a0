"""Every widget in Firefox and in WebKitGTK.

    apt-get install firefox-esr webkit2gtk-driver xvfb xauth

Each is exported, opened from its file, and moved by mouse and keys: its traits follow, and the screen shows
what its pictures hold. (What they hold is read in Chromium, by tests/browser.)
"""

import base64
import contextlib
import io
import math

import numpy as np
import pytest
from PIL import Image

from tests.browser.driving import GREYS, painted, pictures, state, unpacked
from tests.example_widgets import ALL_WIDGETS, CODES, uniform, written
from tests.slow.engines import Firefox, WebKit

# Stands first on each page, and keeps what goes wrong on it.
WATCH = """<script>
window.wrong = [];
addEventListener("error", (event) => wrong.push(event.message));
addEventListener("unhandledrejection", (event) => wrong.push(String(event.reason)));
console.error = (...words) => wrong.push(words.join(" "));
</script>"""

# JavaScript: waits until a widget has said what it shows; the replay first unpacks it
SAID = """() => new Promise(done => {
    const says = '.vae-status:not(.vae-predict + *)'; // an answer comes after the choice
    const wait = () => document.querySelector(says)?.textContent === '' ? setTimeout(wait, 20) : done();
    wait();
})"""


@pytest.fixture(params=[Firefox, WebKit])
def page(request, tmp_path_factory):
    """A browser of its own for each test: should one crash, no other test fails."""
    engine = request.param(tmp_path_factory.mktemp("browser"))
    try:
        engine.connect()
        yield engine
    finally:
        engine.end()


@contextlib.contextmanager
def opened(page, name, folder):
    """A widget is on the page, which shows it before it is moved and after; nothing goes wrong."""
    path = ALL_WIDGETS[name]().to_html(folder / "widget.html")
    path.write_text(path.read_text(encoding="utf-8").replace("<head>", f"<head>{WATCH}"), encoding="utf-8")
    page.open(path)
    page.evaluate(SAID)
    check_screen(page)
    page.press("Tab")
    assert page.evaluate("() => document.activeElement.matches('[tabindex], button, input')")
    yield
    check_screen(page)
    assert page.evaluate("() => wrong") == []
    assert page.evaluate("() => performance.getEntriesByType('resource').map(entry => entry.name)") == []


def check_screen(page):
    """On the screen each picture has the greys that its canvas holds; other drawings are not empty."""
    page.evaluate("() => new Promise(done => setTimeout(done, 150))")  # the rows of Traversals come last
    painted(page)
    png = io.BytesIO(base64.b64decode(page.screenshot()))
    screen = 255 - np.array(Image.open(png).convert("L")).astype(int)
    drawings = page.evaluate(f"""() => [...document.querySelectorAll('canvas, svg')]
        .filter(node => node.checkVisibility({{visibilityProperty: true}}))
        .map(node => {{
            const {{x, y, width, height}} = node.getBoundingClientRect();
            const enlarged = 1.5 * node.width <= width && // else a pixel's middle is hard to hit
                     getComputedStyle(node).imageRendering === 'pixelated';
            return [x + node.clientLeft, y + node.clientTop, width - 2 * node.clientLeft,
                height - 2 * node.clientTop, enlarged ? ({GREYS})(node) : null];
        }}).filter(([x, y, width, height]) => y + height < innerHeight)""")
    assert drawings or page.evaluate("() => Boolean(document.querySelector('.vae-predict'))")
    for x, y, width, height, text in drawings:
        if text:
            greys = unpacked(text).numpy()
            middles = np.arange(0.5, math.isqrt(len(greys))) / math.isqrt(len(greys))
            seen = screen[np.ix_((y + height * middles).astype(int), (x + width * middles).astype(int))]
            assert np.abs(seen.flatten() - greys).max() <= 1
        else:
            seen = screen[round(y) : round(y + height), round(x) : round(x + width)]
            assert seen.min() < seen.max()


# -- what is done to it ----------------------------------------------------------------------------

MIDDLE, LEFT, RIGHT = (0.5, 0.5), (0, 0.5), (1, 0.5)
# A control; what the mouse or the keys do there; the traits afterwards.
STEPS = {
    "LatentPad": [
        ("latent space", "Home", {"z": [0, 0]}),
        ("latent space", [MIDDLE, (0.6, 0.4), (0.925, 0.775)], {"z": [3.4, -2.2]}),
        ("latent space", "ArrowLeft ArrowUp ArrowUp", {"z": [3.3, -2.0]}),
        ("latent space", [(0.75, 0.375)], {"z": [2, 1], "picked": 1}),
        ("z₁", [MIDDLE, RIGHT], {"z": [4, 1]}),
        ("z₂", "ArrowLeft", {"z": [4, 0.99]}),
    ],
    "NewDigits": [
        ("width", "End", {"width": 3, "picked": 0}),
        ("take this 7", [MIDDLE], {"width": 3, "picked": 1}),
        ("roll again", [MIDDLE], {"width": 3, "picked": 1}),
    ],
    "Predict": [("nothing", "Space", {"choice": 2}), ("nothing", "ArrowUp", {"choice": 1})],
    "Traversals": [
        ("z2", [MIDDLE, RIGHT], {"picked": 0}),
        ("take this 8", [MIDDLE], {"picked": 3, "z": CODES[3].tolist()}),
    ],
    "AttributeSliders": [
        ("bolder", "End", {"amounts": {"bolder": 3, "slanted": 0, "wider": 0}}),
        ("slanted", [MIDDLE, LEFT], {"amounts": {"bolder": 3, "slanted": -3, "wider": 0}}),
        ("wider", "ArrowRight", {"amounts": {"bolder": 3, "slanted": -3, "wider": 0.06}}),
        ("reset", "Enter", {"amounts": {"bolder": 0, "slanted": 0, "wider": 0}}),
    ],
    "Backprop": [
        ("2 * mu", "ArrowDown", {"run": 1, "step": 0}),
        ("step", [MIDDLE], {"run": 1, "step": 1}),
        ("The graph of", "End ArrowLeft", {"run": 1, "step": 3}),
        ("sample", [MIDDLE], {"run": 2, "step": 0}),
    ],
    "JumpAndSlide": [
        ("μ", "ArrowRight", {"mu": 2.1, "sigma": 1}),
        ("μ", [MIDDLE, RIGHT], {"mu": 6, "sigma": 1}),
        ("σ", "Home", {"mu": 6, "sigma": 0.1}),
    ],
    "Race": [
        ("draws", [MIDDLE, RIGHT], {"draws": 50}),
        ("baseline", [MIDDLE], {"draws": 50, "baseline": True}),
        ("step", [MIDDLE], {"cost": "step", "baseline": True}),
    ],
    "Tokens": [
        ("patch 0", "ArrowRight", {"patch": 1, "tokens": [0, 1, 2, 3]}),
        ("codebook entry 4", [MIDDLE], {"patch": 1, "tokens": [0, 4, 2, 3]}),
        ("take this 7", [MIDDLE], {"picked": 1, "patch": 1, "tokens": [4, 4, 0, 1]}),
    ],
    "Stream": [("t", "End ArrowLeft", {"frame": 9}), ("t", [(0.98, 0.5), LEFT], {"frame": 0})],
    "PolicyTriangle": [
        ("points for all", "End", {"bonus": 2, "n": 8}),
        ("draws, n", [MIDDLE, LEFT], {"bonus": 2, "n": 2}),
        ("new draws", [MIDDLE], {"bonus": 2, "n": 2}),
    ],
    "TrainingReplay": [
        ("epoch", [(0.98, 0.5), LEFT], {"epoch": 0}),
        ("epoch", "ArrowRight ArrowRight", {"epoch": 2}),
        ("play", [MIDDLE], {"epoch": 3}),
    ],
}  # to the end


@pytest.mark.parametrize("name", sorted(ALL_WIDGETS.keys() - {"Handwriting"}))
def test_a_widget(page, name, tmp_path):
    with opened(page, name, tmp_path):
        for control, done, traits in STEPS[name]:
            if isinstance(done, str):
                page.focus(control)
                page.press(*done.split())
            else:
                page.drag(control, *done)
            for trait, value in traits.items():
                assert state(page, trait) == pytest.approx(value, abs=1e-6), control


def ink(page):
    """Rows and columns of the digit's ink on the page, which the encoder has read."""
    greys = pictures(page)["the digit that the encoder reads"]
    image = page.evaluate("() => [...new Uint8Array(widget.model.get('image').buffer)]")
    assert greys.tolist() == [255 * pixel for pixel in image or 784 * [0]]
    if image:
        mu, _ = written(image, state(page, "label"))
        assert state(page, "z") == pytest.approx(mu.tolist(), abs=1e-5)
    return greys.view(28, 28).nonzero().T.numpy()


def test_the_canvas(page, tmp_path):
    with opened(page, "Handwriting", tmp_path):
        page.drag("sheet", (0.3, 0.2), (0.7, 0.2), (0.5, 0.5), (0.4, 0.9))
        rows, columns = ink(page)
        assert (np.ptp(rows), 8 < np.ptp(columns) < 19) == (19, True)
        page.drag("Clear", MIDDLE)
        assert ink(page).size == 0
        page.focus("sheet")
        page.press(" ", *10 * ["ArrowDown"])
        rows, columns = ink(page)
        assert (np.ptp(rows), np.ptp(columns) <= 2) == (19, True)  # a line from top to bottom
        page.focus("take this 2")
        page.press("Enter")
        assert (ink(page) == np.nonzero(uniform(10, 784)[2].view(28, 28).numpy() > 0.5)).all()
