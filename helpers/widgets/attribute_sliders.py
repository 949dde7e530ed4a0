"""`AttributeSliders`: move digits along directions of latent space, one slider for each direction."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import torch
import traitlets
from matplotlib.figure import Figure
from torch import Tensor

from helpers._arguments import check_number
from helpers.figures import show_digits
from helpers.vae import VAE
from helpers.widgets._base import HERE, CodesWidget, encoded, fixed, pack_floats, script
from helpers.words import said

MOST_DIRECTIONS, MOST_IMAGES = 4, 16


class AttributeSliders(CodesWidget):
    """A row of images, and below it what the decoder makes of their codes when sliders move them.

    model: a `helpers.vae.VAE`; images: (n, pixels), numbers from 0 to 1, 1 to 16 of them
    directions: the name of each attribute and its direction in latent space, (D,); 1 to 4 of them
    limit: the sliders go from -limit to limit

    Each picture decodes z = mu(x) + the sum of amount * direction. `amounts`, {name: amount}, moves with the
    sliders, and may be set; names left out are at 0.
    Raises TypeError or ValueError for arguments that do not fit each other, TraitError for a wrong trait.
    """

    _esm = script(HERE / "attribute_sliders.js")
    # No echo: old amounts that come back would replace those dragged to since.
    amounts = traitlets.Dict().tag(sync=True, echo_update=False)
    _names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    _directions = traitlets.Bytes().tag(sync=True)
    _limit = traitlets.Float().tag(sync=True)

    def __init__(self, model: VAE, images: Tensor, directions: Mapping[str, Tensor], *, limit: float = 3.0):
        if not 1 <= len(directions) <= MOST_DIRECTIONS:
            raise ValueError(f"directions: 1 to {MOST_DIRECTIONS} are needed, not {len(directions)}")
        if len(images) > MOST_IMAGES:
            raise ValueError(f"images: at most {MOST_IMAGES}, each is a column; not {len(images)}")
        check_number("limit", limit, positive=True)
        mu, _ = encoded(model, images)
        packed = [
            pack_floats(f"directions[{name!r}]", direction, mu.shape[1:])
            for name, direction in directions.items()
        ]
        self._vectors = torch.stack([direction.detach() for direction in directions.values()]).to(mu.dtype)
        super().__init__(
            model, images, mu, amounts={}, _names=list(directions), _directions=b"".join(packed), _limit=limit
        )

    @traitlets.validate("amounts")
    def _check_amounts(self, proposal: dict) -> dict[str, float]:
        given = proposal["value"]
        for name, amount in given.items():
            if name not in self._names:
                raise traitlets.TraitError(
                    f"amounts: one of {', '.join(self._names)} is needed, not {name!r}"
                )
            if not -self._limit <= amount <= self._limit:  # so nor is nan
                raise traitlets.TraitError(
                    f"amounts: {name!r} from -{self._limit:g} to {self._limit:g} is needed, not {amount}"
                )
        return {name: float(given.get(name, 0)) for name in self._names}

    @property
    def decoded(self) -> Tensor:
        """The moved digits as torch decodes them, (n, pixels)."""
        return self._moved(self.amounts)

    def _moved(self, amounts: Mapping[str, float]) -> Tensor:
        a = self._z.new_tensor([amounts.get(name, 0.0) for name in self._names])
        return self._decode(self._z + a @ self._vectors)

    def figure(self) -> Figure:
        """The images, decoded as the sliders stand, and with each attribute alone at both ends."""
        ends = {
            f"{name} {amount:+g}": {name: amount}
            for name in self._names
            for amount in (-self._limit, self._limit)
        }
        rows = [self._x, self.decoded, *(self._moved(amounts) for amounts in ends.values())]
        figure, ax = plt.subplots(figsize=(1.4 + 0.62 * max(len(self._x), 6), 0.6 + 0.62 * len(rows)))
        figure.set_layout_engine("constrained", rect=(0, 0.03, 1, 0.97))  # room for a line below
        show_digits(torch.cat(rows), len(self._x), row_labels=[said("image"), said("decoded"), *ends], ax=ax)
        figure.suptitle(said(f"decoded: {self._said()}"), x=0.01, ha="left", fontsize=10, wrap=True)
        return figure

    def _said(self) -> str:
        return ", ".join(f"{name}={fixed(amount, 1)}" for name, amount in self.amounts.items())

    def __repr__(self) -> str:
        return f"AttributeSliders({len(self._z)} images; {self._said()})"
