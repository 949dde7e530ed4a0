"""How the browser tests drive a widget and what they read of it."""

import base64

import torch
from torch import Tensor

# JavaScript: bytes as a string, which a browser hands over far sooner than as many numbers
PACKED = "bytes => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))"
# JavaScript: the greys of a canvas, 0 for white paper and 255 for black ink
GREYS = f"""canvas => {{
  const {{data}} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return ({PACKED})(Uint8Array.from({{length: data.length / 4}}, (_, i) => 255 - data[4 * i]));
}}"""


def unpacked(text: str) -> Tensor:
    """The bytes that PACKED has made a string of, as integers."""
    return torch.frombuffer(bytearray(base64.b64decode(text)), dtype=torch.uint8).int()


def greys(canvas) -> Tensor:
    """The greys of a canvas, row by row."""
    return unpacked(canvas.evaluate(GREYS))


def all_greys(canvases) -> list[Tensor]:
    """The greys of each of some canvases."""
    return [unpacked(text) for text in canvases.evaluate_all(f"nodes => nodes.map({GREYS})")]


def painted(page):
    """Waits until the page has painted what was asked of it until now."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")


def pictures(page) -> dict[str, Tensor]:
    """The greys of each picture on a page, by its label."""
    painted(page)
    found = page.evaluate(f"""() => [...document.querySelectorAll('canvas[role=img]:not([aria-hidden])')]
        .map(node => [node.getAttribute('aria-label'), ({GREYS})(node)])""")
    assert len(dict(found)) == len(found), "two pictures have the same label"
    return {label: unpacked(text) for label, text in found}


def shows(seen, pixels) -> bool:
    """Whether a picture shows pixels from 0 to 1, each within one of 255 greys."""
    return abs(seen - 255 * pixels).max() <= 1


def show(page, expected: dict[str, Tensor]) -> bool:
    """Whether the pictures on a page are those expected, by their labels."""
    found = pictures(page)
    return found.keys() == expected.keys() and all(shows(found[label], expected[label]) for label in found)


def state(page, trait):
    """What a widget on an exported page holds in a trait."""
    return page.evaluate("trait => widget.model.get(trait)", trait)


def set_state(page, **traits):
    """Sets traits, as Python would."""
    for name, value in traits.items():
        page.evaluate("([name, value]) => widget.model.set(name, value)", [name, value])


def limits(slider) -> tuple[float, ...]:
    """(min, max, step, value) of a range input."""
    return tuple(slider.evaluate("node => [node.min, node.max, node.step, node.value].map(Number)"))


def fingers(page, kind, *points):
    """Sends a touch event: "touchStart", "touchMove" or "touchEnd", and where the fingers are."""
    if not hasattr(page, "touch"):
        page.touch = page.context.new_cdp_session(page)
    at = [{"x": x, "y": y, "id": finger} for finger, (x, y) in enumerate(points)]
    page.touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})


def drag(page, points):
    """Drags the mouse along some points of the page."""
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point)
    page.mouse.up()
