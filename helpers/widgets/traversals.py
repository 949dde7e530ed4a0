"""`Traversals`: what does each latent dimension do?"""

import math
from collections.abc import Sequence

import matplotlib.pyplot as plt
import torch
import traitlets
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from helpers._arguments import check_floats
from helpers.figures import BLUE, INK, show_digits
from helpers.vae import VAE
from helpers.widgets._base import HERE, CodesWidget, as_list, encoded, fixed, pack_floats, script
from helpers.words import said

VALUES = (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0)  # of the pictures in a row
REACH = 3.5  # a row is from -REACH to REACH


class Traversals(CodesWidget):
    """One row of pictures for each latent dimension, the one with the largest KL divergence first.

    model: a `helpers.vae.VAE`; images, labels: (n, pixels), numbers from 0 to 1, and their n labels
    kl: (D,), the KL divergence of each dimension in nats

    A row decodes z with one dimension set to -3, -2, ..., 3. Under it stand mu ± sigma of the picked image,
    and the slider of that dimension. Traits, to be read and set: `picked`, the number of an image, and `z`,
    (D,), which becomes the mu of each image that is picked.
    Raises TypeError or ValueError for arguments that do not fit each other, TraitError for a wrong trait.
    """

    _esm = script(HERE / "traversals.js")
    # No echo: an old z that comes back would undo what was dragged since.
    z = traitlets.List(traitlets.Float()).tag(sync=True, echo_update=False)
    picked = traitlets.Int(0).tag(sync=True)
    _kl = traitlets.List(traitlets.Float()).tag(sync=True)
    _order = traitlets.List(traitlets.Int()).tag(sync=True)  # the dimensions, from 0
    _values = traitlets.List(list(VALUES)).tag(sync=True)
    _reach = traitlets.Float(REACH).tag(sync=True)
    _sigmas = traitlets.Bytes().tag(sync=True)
    _labels = traitlets.List().tag(sync=True)

    def __init__(self, model: VAE, images: Tensor, labels: Sequence | Tensor, kl: Tensor):
        mu, logvar = encoded(model, images)
        check_floats("kl", kl, mu.shape[1:])
        # To a millionth of a nat, so that dimensions which say nothing keep their order on every machine.
        order = kl.round(decimals=6).argsort(descending=True, stable=True)
        self._sigma = torch.exp(0.5 * logvar)
        super().__init__(
            model,
            images,
            mu,
            z=mu[0].tolist(),
            _kl=kl.tolist(),
            _order=order.tolist(),
            _sigmas=pack_floats("sigmas", self._sigma, mu.shape),
            _labels=as_list("labels", labels, len(images)),
        )

    _check_picked = traitlets.validate("picked")(CodesWidget._index)

    @traitlets.validate("z")
    def _check_z(self, proposal: dict) -> list[float]:
        latent = self._z.shape[1]
        if len(proposal["value"]) != latent:
            raise traitlets.TraitError(f"z: {latent} numbers are needed, not {len(proposal['value'])}")
        return proposal["value"]

    @traitlets.observe("picked")
    def _start(self, change: dict) -> None:
        self.z = self._z[change["new"]].tolist()

    @property
    def order(self) -> list[int]:
        """The dimensions, from 1, the one with the largest KL divergence first."""
        return [i + 1 for i in self._order]

    @property
    def decoded(self) -> Tensor:
        """What torch decodes from z, (pixels,)."""
        return self._decode(self._z.new_tensor(self.z))

    def row(self, dimension: int) -> Tensor:
        """The pictures of one row, (7, pixels); dimension: from 1."""
        z = self._z.new_tensor(self.z).repeat(len(VALUES), 1)
        z[:, dimension - 1] = z.new_tensor(VALUES)
        return self._decode(z)

    def figure(self) -> Figure:
        columns = 1 + (len(self.order) > 10)
        high = -(-len(self.order) // columns)  # rows in a column
        figure, axes = plt.subplots(
            1, 1 + columns, figsize=(1.2 + 4.2 * columns, 0.6 + 0.46 * high), width_ratios=[1, *[4] * columns]
        )
        pair = torch.stack([self._x[self.picked], self.decoded])
        show_digits(pair, 1, row_labels=["$x$", said("decoded")], ax=axes[0])
        axes[0].set_anchor("NW")
        for column, ax in enumerate(axes[1:]):
            self._draw_rows(self.order[column * high : (column + 1) * high], ax)
        return figure

    def _draw_rows(self, dimensions: list[int], ax: Axes) -> None:
        show_digits(
            torch.cat([self.row(i) for i in dimensions]),
            len(VALUES),
            row_labels=[f"$z_{{{i}}}$ · {fixed(self._kl[i - 1])} nats" for i in dimensions],
            column_labels=[f"{value:g}" for value in VALUES],
            ax=ax,
        )
        ax.set_anchor("N")
        side = math.isqrt(self._x.shape[1])

        def place(value: float) -> float:
            return (side + 2) * (min(max(value, -REACH), REACH) - VALUES[0]) + (side - 1) / 2

        for row, i in enumerate(dimensions):
            down = (row + 1) * (side + 2) - 1.5
            mu, sigma = self._z[self.picked, i - 1].item(), self._sigma[self.picked, i - 1].item()
            ax.plot(
                [place(mu - sigma), place(mu + sigma)], 2 * [down], color=BLUE, lw=2.5, solid_capstyle="butt"
            )
            ax.plot(place(self.z[i - 1]), down, "o", color=INK, ms=4.5)
        ax.set_ylim(down + 3, None)

    def __repr__(self) -> str:
        return f"Traversals({len(self._kl)} dimensions, picked={self.picked})"
