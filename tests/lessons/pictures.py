"""Are two pictures the same? Pixel for pixel, but for what rounding does to the edge of a shape.

Lessons compute in double precision, so a point of a figure is in the same place on every processor, to ten
digits. Where it falls on the border between two shades, a pixel may take the other one. So a pixel counts as
other if a channel differs by more than STEP of 255 levels, and at most LIMIT pixels of a picture may.
"""

import base64
import io
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

STEP, LIMIT = 4, 8


def read(png: bytes) -> np.ndarray:
    """A picture, (height, width, 4)."""
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))


def other_pixels(saved: np.ndarray, new: np.ndarray) -> np.ndarray:
    """Which pixels differ, (height, width): all of them where the sizes do."""
    if saved.shape != new.shape:
        return np.ones(saved.shape[:2], bool)
    return (np.abs(saved.astype(int) - new) > STEP).any(2)


def of_outputs(outputs) -> list[bytes]:
    """The PNGs among a cell's outputs; a widget keeps what it showed as one of them."""
    found = (output["data"].get("image/png") for output in outputs if "data" in output)
    return [base64.b64decode(png) for png in found if png]


def complaints(saved: list[bytes], new: list[bytes], name: str) -> list[str]:
    """What differs between the pictures of a cell. Those that do are written to a temporary folder."""
    if len(saved) != len(new):
        return [f"pictures saved with the cell: {len(saved)}; when it ran again: {len(new)}"]
    found = []
    for number, pngs in enumerate(zip(saved, new, strict=True), 1):
        other = other_pixels(*map(read, pngs))
        if other.sum() > LIMIT:
            folder = Path(tempfile.mkdtemp(prefix=f"{name}-picture-{number}-"))
            marked = Image.fromarray(~other).convert("L")
            for file, png in (("saved", pngs[0]), ("new", pngs[1])):
                (folder / f"{file}.png").write_bytes(png)
            marked.save(folder / "other.png")
            found.append(
                f"picture {number} of {len(saved)}: {other.sum()} pixels differ, and {LIMIT} may. "
                f"Look at saved.png, new.png and other.png in {folder}"
            )
    return found


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
