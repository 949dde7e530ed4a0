"""`Traversals`: what does each latent dimension do?"""

import matplotlib.pyplot as plt
import torch
import traitlets
from matplotlib.figure import Figure
from torch import Tensor

from helpers._arguments import check_floats
from helpers.figures import show_digits
from helpers.vae import VAE
from helpers.widgets._base import HERE, CodesWidget, encoded, fixed, script

VALUES = (-3.0, -1.5, 0.0, 1.5, 3.0)  # of the pictures that stand still
ROWS_DRAWN = 10  # in the picture without a kernel


class Traversals(CodesWidget):
    """One row of pictures for each latent dimension, the one with the largest KL divergence first.

    model: a `helpers.vae.VAE`; images: (n, pixels), numbers from 0 to 1, whose posterior means are the codes
    kl: (D,), the KL divergence of each dimension in nats

    A picture decodes the start code with one dimension set to -3, -1.5, 0, 1.5, 3 or to `value`.
    `value` (-3 to 3) and `start` (which code, from 0) move with the sliders, and may be set.
    Raises TypeError or ValueError for arguments that do not fit each other, TraitError for a wrong trait.
    """

    _esm = script(HERE / "traversals.js")
    _kl = traitlets.List(traitlets.Float()).tag(sync=True)
    _order = traitlets.List(traitlets.Int()).tag(sync=True)  # the dimensions, from 0
    _values = traitlets.List(list(VALUES)).tag(sync=True)
    value = traitlets.Float(0.0, min=VALUES[0], max=VALUES[-1]).tag(sync=True)
    start = traitlets.Int(0).tag(sync=True)

    def __init__(self, model: VAE, images: Tensor, kl: Tensor):
        mu, _ = encoded(model, images)
        check_floats("kl", kl, mu.shape[1:])
        # To a millionth of a nat, so that dimensions which say nothing keep their order on every machine.
        order = kl.round(decimals=6).argsort(descending=True, stable=True)
        super().__init__(model, images, mu, _kl=kl.tolist(), _order=order.tolist())

    _check_start = traitlets.validate("start")(CodesWidget._index)

    @property
    def order(self) -> list[int]:
        """The dimensions, from 1, the one with the largest KL divergence first."""
        return [i + 1 for i in self._order]

    def _row(self, dimension: int) -> Tensor:
        """The codes of one row, (6, D)."""
        z = self._z[self.start].repeat(len(VALUES) + 1, 1)
        z[:, dimension - 1] = z.new_tensor([*VALUES, self.value])
        return z

    def figure(self) -> Figure:
        drawn = self.order[:ROWS_DRAWN]
        height = 0.62 * len(drawn) + 0.77  # inches
        figure = plt.figure(figsize=(7.6, max(height, 1.9)), layout="none")
        bottom, top = 0.22 / figure.get_figheight(), 1 - 0.55 / figure.get_figheight()
        start = figure.add_axes((0.01, bottom, 0.24, top - bottom), anchor="NW")
        here = slice(self.start, self.start + 1)
        pair = torch.cat([self._x[here], self._decode(self._z[here])])
        show_digits(pair, 2, column_labels=["image", "decoded"], ax=start)
        part = f"\n\nThe {len(drawn)} of {len(self._kl)} dimensions\nwith the largest KL"
        start.set_xlabel(f"image {self.start}{part if len(drawn) < len(self._kl) else ''}")
        rows = figure.add_axes((0.45, bottom, 0.54, top - bottom), anchor="NW")
        show_digits(
            self._decode(torch.cat([self._row(i) for i in drawn])),
            len(VALUES) + 1,
            ax=rows,
            row_labels=[f"$z_{{{i}}}$ · {fixed(self._kl[i - 1])} nats" for i in drawn],
            column_labels=[*(f"{value:g}" for value in VALUES), f"value\n{fixed(self.value)}"],
        )
        return figure

    def __repr__(self) -> str:
        return f"Traversals({len(self._kl)} dimensions, start={self.start}, value={fixed(self.value)})"
