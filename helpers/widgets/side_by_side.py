"""`SideBySide`: a canvas and its pad in one output."""

import io

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np

from helpers.widgets._base import BrowserWidget, WithPicture


class SideBySide(WithPicture, widgets.HBox):
    """Two widgets beside each other, the second under the first where there is no room.

    left, right: for one, a `DigitCanvas` and the `LatentPad` that it is linked to
    """

    def __init__(self, left: BrowserWidget, right: BrowserWidget):
        left.layout.flex, right.layout.flex = "1 1 300px", "2 1 480px"
        super().__init__([left, right], layout=widgets.Layout(flex_flow="row wrap"))

    @property
    def picture(self) -> bytes:
        """Both pictures, as one PNG."""
        pictures = [plt.imread(io.BytesIO(child.picture)) for child in self.children]
        high = max(len(picture) for picture in pictures)
        sheet = [
            np.pad(picture, ((0, high - len(picture)), (0, 0), (0, 0)), constant_values=1)
            for picture in pictures
        ]
        buffer = io.BytesIO()
        plt.imsave(buffer, np.concatenate(sheet, axis=1), format="png")
        return buffer.getvalue()

    def __repr__(self) -> str:
        return f"SideBySide({', '.join(map(repr, self.children))})"
