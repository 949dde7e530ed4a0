"""Are two pictures the same figure? Pixels are compared as ink.

A model trained on another processor ends a little elsewhere, because floating-point sums depend on their
order. So a curve, a bar or a point may move a little; text, axes and decoded digits may hardly move. Each
picture is separated into the inks of a printer, black and three colours. All ink of one picture must have as
much of the same ink near it in the other: black within 2 pixels, colours within 12 (REACH). What has none is
lost (it is in the saved picture only) or added (in the new one only). A few pixels of it are allowed, where a
point or a number changed: at most LIMIT in any square of SQUARE x SQUARE pixels. A line 2 pixels wide that is
missing leaves about 100 there, a legend or a digit in another's place more.

Measured with torch and MKL held to SSE (the saved pictures come from a processor with AVX-512): the farthest
picture has 48. test_pictures.py says what has to be farther than LIMIT. Not seen: what is smaller than LIMIT
(a changed number, or other words as long, in small print), faint grey lines, and a narrow bar missing in a
row of such bars.

Pictures of a cell with the tag MAY_MOVE, where the training decides where things are, are compared within
24 pixels. There are two: the single draws of a decoder in 09, and the ELBOs of short trainings in 11.
"""

import base64
import io
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

REACH, FAR = (2, 12), (24, 24)  # pixels, of black and of colours
LESS = (64, 32)  # of 255: how much less of an ink still counts as the same
SQUARE, LIMIT = 48, 72  # pixels
MAY_MOVE = "picture-may-move"


class Difference(NamedTuple):
    """Where ink is lost and added, and the square with the most of it."""

    lost: np.ndarray
    added: np.ndarray
    pixels: int
    left: int
    top: int

    def __str__(self) -> str:
        square = np.s_[self.top : self.top + SQUARE, self.left : self.left + SQUARE]
        return (
            f"in the square of {SQUARE} x {SQUARE} pixels whose upper left corner is at x = {self.left}, "
            f"y = {self.top}, {self.lost[square].sum()} pixels of the saved picture have no such ink "
            f"near them in the new one, and {self.added[square].sum()} the other way round; "
            f"at most {LIMIT} may"
        )


def read(png: bytes) -> np.ndarray:
    """A picture (height, width, 3), on white paper."""
    picture = Image.open(io.BytesIO(png)).convert("RGBA")
    return np.asarray(Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB"))


def compare(saved: np.ndarray, new: np.ndarray, reach: tuple[int, int] = REACH) -> Difference:
    """How two pictures (height, width, 3) differ. White paper at the right and below does not count."""
    size = np.maximum(np.maximum(saved.shape, new.shape)[:2], SQUARE)
    one, other = _inks(_on_paper(saved, size)), _inks(_on_paper(new, size))
    lost, added = _only_in_first(one, other, reach), _only_in_first(other, one, reach)
    sums = np.pad(lost.astype(int) + added, ((1, 0), (1, 0))).cumsum(0).cumsum(1)
    rows = sums[SQUARE:] - sums[:-SQUARE]
    squares = rows[:, SQUARE:] - rows[:, :-SQUARE]
    top, left = np.unravel_index(squares.argmax(), squares.shape)
    return Difference(lost, added, int(squares.max()), int(left), int(top))


def _on_paper(picture: np.ndarray, size: np.ndarray) -> np.ndarray:
    height, width = size - picture.shape[:2]
    return np.pad(picture, ((0, height), (0, width), (0, 0)), constant_values=255)


def _inks(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Black (height, width, 1), not the dark part of a colour; cyan, magenta, yellow (height, width, 3)."""
    lightest = picture.max(2, keepdims=True)
    colours = lightest - picture
    black, much = 255 - lightest, np.minimum(colours.max(2, keepdims=True), 127)
    return black - np.minimum(black, 2 * much), colours


def _only_in_first(one: tuple, other: tuple, reach: tuple[int, int]) -> np.ndarray:
    found = False
    for ink, there, within, less in zip(one, other, reach, LESS, strict=True):
        found |= (ink - np.minimum(ink, _most_within(there, within)) > less).any(2)
    return found


def _most_within(ink: np.ndarray, reach: int) -> np.ndarray:
    """At each pixel the most ink in the square that goes `reach` pixels to each side of it."""
    for _ in range(2):  # up and down; then, with the axes exchanged, left and right
        ink, covered = np.pad(ink, ((reach, reach), (0, 0), (0, 0))), 1
        while covered < 2 * reach + 1:
            step = min(covered, 2 * reach + 1 - covered)
            ink, covered = np.maximum(ink[:-step], ink[step:]), covered + step
        ink = ink.swapaxes(0, 1)
    return ink


# -- A lesson's pictures -----------------------------------------------------------------------


def of_outputs(outputs: list) -> list[bytes]:
    """The PNGs among a cell's outputs; a widget keeps what it showed as one of them."""
    return [
        base64.b64decode(output["data"]["image/png"])
        for output in outputs
        if "image/png" in output.get("data", {})
    ]


def complaints(saved: list[bytes], new: list[bytes], name: str, reach: tuple[int, int] = REACH) -> list[str]:
    """What differs between the pictures of a cell. Those that do are written to a temporary folder."""
    if len(saved) != len(new):
        return [f"pictures saved with the cell: {len(saved)}; when it ran again: {len(new)}"]
    found = []
    for number, (one, other) in enumerate(zip(saved, new, strict=True), 1):
        difference = compare(read(one), read(other), reach)
        if difference.pixels > LIMIT:
            folder = Path(tempfile.mkdtemp(prefix=f"{name}-picture-{number}-"))
            for file, png in (("saved", one), ("new", other), ("difference", _drawn(difference))):
                (folder / f"{file}.png").write_bytes(png)
            found.append(
                f"picture {number} of {len(saved)}: {difference}. Look at saved.png, new.png and "
                f"difference.png (red is lost, blue is added) in {folder}"
            )
    return found


def _drawn(difference: Difference) -> bytes:
    picture = np.full((*difference.lost.shape, 3), 255, np.uint8)
    picture[difference.added] = 0, 114, 178
    picture[difference.lost] = 213, 94, 0
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "png")
    return buffer.getvalue()


class Shown:
    """Listens to what a lesson's kernel displays, with the pictures that replace others.

    nbval keeps the first state of a display that is updated; a notebook is saved with the last.
    """

    def __init__(self, lesson):
        self.lesson, self.outputs = lesson, {}

    def __enter__(self):
        receive = self.lesson.get_kernel_message

        def get_kernel_message(*args, **kwargs):
            message = receive(*args, **kwargs)
            content, updates = message["content"], message["msg_type"] == "update_display_data"
            if message["msg_type"] in ("display_data", "execute_result") or updates:
                name = content.get("transient", {}).get("display_id", len(self.outputs))
                if not updates or name in self.outputs:
                    self.outputs[name] = content
            return message

        self.lesson.get_kernel_message = get_kernel_message
        return self

    def __exit__(self, *_):
        del self.lesson.get_kernel_message  # the class's own is back
