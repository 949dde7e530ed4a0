"""The sheet by mouse, touch and keys, the digit that it becomes, and the ten that it gives."""

import numpy as np
import pytest
import torch
from torch.distributions import Bernoulli, Normal, kl_divergence

from tests import example_widgets as made
from tests.browser.driving import drag, fingers, greys, pictures, shows, state
from tests.browser.shown import DIGITS, shows_handwriting
from tests.example_widgets import double

SEVEN = np.array([(0.0, 0.05), (0.35, 0.0), (0.7, 0.03), (0.55, 0.35), (0.4, 0.7), (0.33, 1.0)])
WAVE = np.stack([0.3 + 0.3 * np.sin(np.linspace(0, 7, 15)), np.linspace(0, 1, 15)], 1)


def on_sheet(page, shape, left=70, top=40, size=200):
    box = page.get_by_role("application").bounding_box()
    return [(box["x"] + left + size * x, box["y"] + top + size * y) for x, y in shape]


def digit_of(page):
    """The digit that the page shows, (28, 28), 1 for ink; it is what goes to Python."""
    seen = pictures(page)["the digit that the encoder reads"]
    sent = page.evaluate("Array.from(new Uint8Array(widget.model.get('image').buffer))")
    assert seen.tolist() == [255 * pixel for pixel in sent or 784 * [0]]
    return seen.view(28, 28).numpy() // 255


def ink_on_sheet(page):
    """How many of the 280 x 280 points of the sheet are black."""
    return (greys(page.get_by_role("application")) > 235).sum()


def check_like_mnist(digit):
    rows, columns = np.nonzero(digit)
    assert len(rows) > 40
    centre = np.array([rows.mean(), columns.mean()])
    assert np.abs(centre - 13.95).max() <= 0.6, centre  # half a pixel, and what the threshold adds
    assert 19 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 21


@pytest.mark.parametrize("shape", [SEVEN, WAVE, SEVEN[:, ::-1]], ids=["seven", "wave", "flat"])
def test_the_sheet_by_mouse_wherever_and_however_large_one_draws(opened, shape):
    page = opened(made.handwriting())
    assert page.locator(".vae-status").text_content() == "Draw a digit."
    drag(page, on_sheet(page, shape))
    first = digit_of(page)
    check_like_mnist(first)
    assert ink_on_sheet(page) > 3000
    for place in (dict(left=100, top=60, size=110), dict(left=5, top=180, size=70)):
        page.get_by_role("button", name="Clear").click()
        assert (digit_of(page).sum(), ink_on_sheet(page)) == (0, 0)
        drag(page, on_sheet(page, shape, **place))
        assert (first != digit_of(page)).sum() <= 0.15 * first.sum(), place


def test_the_sheet_by_touch_which_does_not_scroll_and_is_read_meanwhile(opened):
    page = opened(made.handwriting(), has_touch=True, viewport={"width": 360, "height": 300})
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


def test_the_sheet_by_keys(opened):
    page = opened(made.handwriting())
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
    page = opened(made.handwriting(images=images, labels=labels))
    buttons = page.get_by_role("group", name="Or take one of these").get_by_role("button")
    names = [button.get_attribute("aria-label") for button in buttons.all()]
    assert names == [f"take this {label}" for label in labels.tolist()]
    buttons.nth(2).press("Enter")
    assert (digit_of(page) == images[2].view(28, 28).numpy()).all()
    assert ink_on_sheet(page) == 100 * images[2].sum()
    pressed = [button.get_attribute("aria-pressed") for button in buttons.all()]
    assert pressed == ["false", "false", "true"] + ["false"] * 7
    assert shows(greys(buttons.nth(4).locator("canvas")), images[4])


def test_the_sheet_shows_what_python_puts_there(opened):
    widget = made.handwriting()
    widget.take(DIGITS.test[4], 6)
    page = opened(widget)
    assert page.locator(".vae-status").get_attribute("aria-live") == "polite"
    assert (digit_of(page) == DIGITS.test[4].view(28, 28).numpy()).all()
    assert ink_on_sheet(page) == 100 * DIGITS.test[4].sum()
    assert shows_handwriting(page)


def test_a_drawing_is_taken_for_the_label_that_explains_it_best(opened):
    page = opened(made.handwriting())
    labels = torch.eye(10).double()
    for shape in (SEVEN, WAVE):
        drag(page, on_sheet(page, shape))
        x = double(digit_of(page)).view(784)
        scores = []
        for label in range(10):
            mu, sigma = made.written(x, label)
            p = Bernoulli(logits=made.Writer().decoder(torch.cat([mu, labels[label]])))
            kl = kl_divergence(Normal(mu, sigma), Normal(torch.zeros_like(mu), torch.ones_like(mu))).sum()
            scores.append((p.log_prob(x).sum() - kl).item())
        best = int(np.argmax(scores))
        assert state(page, "label") == best
        assert state(page, "z") == pytest.approx(made.written(x, best)[0].tolist(), abs=1e-5)
        assert shows_handwriting(page)
        page.get_by_role("button", name="Clear").click()
        assert (state(page, "z"), shows_handwriting(page)) == ([], True)


@pytest.mark.parametrize("button", ["right", "middle"])
def test_only_the_primary_button_draws(opened, button):
    page = opened(made.handwriting())
    start, *_, end = on_sheet(page, SEVEN)
    page.mouse.move(*start)
    page.mouse.down(button=button)
    page.mouse.move(*end, steps=5)
    page.mouse.up(button=button)
    assert ink_on_sheet(page) == 0


def test_points_between_two_events_are_drawn(opened):
    """A fast pointer sends its points together, as coalesced events."""
    page = opened(made.handwriting())
    page.get_by_role("application").evaluate("""node => {
        const box = node.getBoundingClientRect();
        const at = ([x, y], type, more = {}) => new PointerEvent(type, { pointerId: 7, button: 0, buttons: 1,
            clientX: box.left + x, clientY: box.top + y, bubbles: true, ...more });
        node.setPointerCapture = () => {};
        node.dispatchEvent(at([40, 40], 'pointerdown'));
        const between = [[120, 240], [200, 40]].map((point) => at(point, 'pointermove'));
        node.dispatchEvent(at([200, 40], 'pointermove', { coalescedEvents: between }));
        node.dispatchEvent(at([200, 40], 'pointerup'));
    }""")
    rows, columns = np.nonzero(digit_of(page))
    assert np.ptp(rows) > 12  # down to the second point and up again, not straight across
    assert np.ptp(columns) > 10
