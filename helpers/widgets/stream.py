"""`Stream`: a cloud of noise streams into a digit, forth and back, and into one that is drawn."""

import math
from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
import torch
import traitlets
from matplotlib.axes import Axes
from matplotlib.colors import hsv_to_rgb
from matplotlib.figure import Figure
from torch import Tensor

from helpers._arguments import check_floats, check_function, check_images
from helpers.widgets._base import HERE, BrowserWidget, checked_index, pack_images, script

SIDE, PIXELS = 28, 784
UNIT = 256  # a position is sent in whole parts of a pixel
EDGE = 2  # pixels of the plane around the digit: noise is wider
MOMENTS = 0.0, 0.5, 0.8, 1.0  # of the way, in the picture
TOLD = 50  # times that progress is told in a training


class Stream(BrowserWidget):
    """Points on their way from noise into the ink of a digit, on a slider and a button; and a sheet.

        Stream(make, images, paths, steps=600)

    images: (k, 784), pixels from 0 to 1
    paths: (k, frames, n, 2), for each image where its points are in each frame, the first is the noise, the
        last the ink; in pixels, x to the right and y upwards from the digit's lower left corner
    make: make(image, after_step) -> (frames, n, 2), called for an image (784,) that is drawn, when its button
        is pressed; it calls after_step(0), after_step(1), ... after each of its `steps` steps of training

    Traits, to be read and set: `picked`, the number of an image, or -1 for what was drawn; `frame`, from 0.
    Of use to the browser: `drawing`, 784 bytes of 0 and 1, or none; `training`, which starts `make`.
    Raises TypeError or ValueError for arguments that do not fit each other, TraitError for a wrong trait.
    """

    _esm = script(HERE / "stream.js")
    picked = traitlets.Int(0).tag(sync=True)
    frame = traitlets.Int(0).tag(sync=True, echo_update=False)
    # No echo: an old drawing that comes back would replace the strokes made since.
    drawing = traitlets.Bytes().tag(sync=True, echo_update=False, from_json=lambda value, _: bytes(value))
    training = traitlets.Bool(False).tag(sync=True)
    progress = traitlets.Float(0.0).tag(sync=True)  # of the training, from 0 to 1
    trouble = traitlets.Unicode().tag(sync=True)  # why the last training gave nothing
    _kernel = traitlets.Bool(True).tag(sync=True)  # whether there is one to train
    _images = traitlets.Bytes().tag(sync=True)
    _paths = traitlets.Bytes().tag(sync=True)  # int16, of all images
    _own = traitlets.Bytes().tag(sync=True)  # the same, of what was drawn
    _points = traitlets.Int().tag(sync=True)
    _frames = traitlets.Int().tag(sync=True)
    _unit = traitlets.Int(UNIT).tag(sync=True)
    _edge = traitlets.Int(EDGE).tag(sync=True)

    def __init__(self, make: Callable, images: Tensor, paths: Tensor, *, steps: int):
        check_function("make", make, "an image and what to call after each step")
        check_images("images", images, pixels=PIXELS)
        check_floats("paths", paths, (len(images), None, None, 2))
        self._make, self._steps = make, steps
        self._known, self._drawn = paths.detach(), None
        super().__init__(
            _images=pack_images("images", images, PIXELS),
            _paths=_packed(paths),
            _frames=paths.shape[1],
            _points=paths.shape[2],
        )

    @traitlets.validate("picked")
    def _check_picked(self, proposal: dict) -> int:
        if proposal["value"] == -1 and self._drawn is not None:
            return -1
        return checked_index(proposal, len(self._known))

    @traitlets.validate("frame")
    def _check_frame(self, proposal: dict) -> int:
        return checked_index(proposal, self._frames)

    @traitlets.observe("training")
    def _train(self, change: dict) -> None:
        if not change["new"]:
            return
        every = max(1, self._steps // TOLD)

        def after_step(step: int) -> None:
            if (step + 1) % every == 0:
                self.progress = min(1.0, (step + 1) / self._steps)

        self.trouble, self.progress = "", 0.0
        try:
            if not any(self.drawing):
                raise ValueError("nothing is drawn")
            image = self._known.new_tensor(list(self.drawing))
            with torch.random.fork_rng(devices=[]), torch.enable_grad():
                path = self._make(image, after_step)
            check_floats("path", path, self._known.shape[1:])
            self._drawn = path.detach()
            self._own = _packed(path)
            self.frame, self.picked = 0, -1
        except Exception as error:  # of the learner's code: the kernel's log is no place to read it
            self.trouble = f"{type(error).__name__}: {error}"
        except KeyboardInterrupt:
            self.trouble = "stopped"
        finally:
            self.training = False

    @property
    def path(self) -> Tensor:
        """Where the points are in each frame, (frames, n, 2)."""
        if self.picked == -1 and self._drawn is not None:
            return self._drawn
        return self._known[self.picked]

    def _state(self) -> dict:
        return super()._state() | {"_kernel": False}

    def figure(self) -> Figure:
        """Four moments, the last of them the one that is shown, or the end."""
        figure, axes = plt.subplots(1, 4, figsize=(9.4, 2.75))
        last = self.frame or self._frames - 1
        for part, ax in zip(MOMENTS, axes, strict=True):
            frame = round(last * part)
            draw_points(self.path, frame, ax)
            ax.set_title(f"t = {1 - frame / (self._frames - 1):.2f}", fontsize=10)
        return figure

    def __repr__(self) -> str:
        which = "a drawing" if self.picked == -1 else f"image {self.picked + 1} of {len(self._known)}"
        return f"Stream({self._points} points into {which}, frame {self.frame} of {self._frames - 1})"


def hues(path: Tensor) -> Tensor:
    """Of each point, from 0 to 1, by its direction from the middle in the noise, (n,)."""
    x, y = ((path[0] - path[0].mean(0)) / path[0].std(0)).T
    return torch.atan2(y, x) / (2 * math.pi) % 1


def draw_points(path: Tensor, frame: int, ax: Axes) -> None:
    """The points of a path (frames, n, 2) in one frame, each in the colour of where it came from."""
    hue = hues(path)
    colours = hsv_to_rgb(torch.stack([hue, 0.85 + 0 * hue, 0.8 + 0 * hue], 1).numpy())
    ax.scatter(*path[frame].T, s=5, c=colours, lw=0)
    limits = -EDGE, SIDE + EDGE
    ax.set(xlim=limits, ylim=limits, aspect="equal", xticks=[], yticks=[])
    ax.spines[:].set_visible(True)
    ax.spines[:].set_color("0.6")


def _packed(path: Tensor) -> bytes:
    """Whole parts of a pixel as int16; what is far off the plane stays at the ends of their range."""
    ends = np.iinfo("<i2")
    return (UNIT * path.detach()).round().clamp(ends.min, ends.max).numpy().astype("<i2").tobytes()
