"""`LatentPad`: move through a two-dimensional latent space; the browser decodes."""

import matplotlib.pyplot as plt
import numpy as np
import torch
import traitlets
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from torch import Tensor

from helpers import figures
from helpers.vae import VAE
from helpers.widgets._base import HERE, CodesWidget, as_list, encoded, pack_floats, pair, script
from helpers.words import said

EXTENT = 4.0  # the square goes from -EXTENT to EXTENT


class LatentPad(CodesWidget):
    """A square of latent space to drag a point through, and the picture that the decoder makes of it.

    model: a `helpers.vae.VAE` with two latent dimensions; its decoder's weights go to the browser once
    images: (n, pixels), numbers from 0 to 1. The mean of q(z|x) of each is drawn as its digit;
        when it is picked, with ellipses of one and two sigma, and the image beside its reconstruction.
    labels: n digits

    The square goes from -4 to 4. The point starts at the mean whose picture has the most contrast, a clean
    digit, among those not too near to the edge.

    Traits, which Python reads and sets: `z`, two numbers, which may lie beyond the square; `picked`, the
    number of an image or None; `epsilon`, the noise of the picked reconstruction, z = mu + sigma * epsilon.

    Raises TypeError or ValueError for arguments that do not fit each other, TraitError for a wrong trait.
    """

    _esm = script(HERE / "latent_pad.js")

    # No echo: an old z that comes back would replace the one dragged to since.
    z = traitlets.List(traitlets.Float(), [0.0, 0.0]).tag(sync=True, echo_update=False)
    picked = traitlets.Int(None, allow_none=True).tag(sync=True)
    epsilon = traitlets.List(traitlets.Float(), [0.0, 0.0]).tag(sync=True)
    _sigmas = traitlets.Bytes().tag(sync=True)
    _labels = traitlets.List().tag(sync=True)
    _extent = traitlets.Float(EXTENT).tag(sync=True)
    _colours = traitlets.List(list(figures.DIGIT_COLORS)).tag(sync=True)

    def __init__(self, model: VAE, images: Tensor, labels: Tensor):
        mu, logvar = encoded(model, images)
        if mu.shape[1] != 2:
            raise ValueError(f"model: the pad needs 2 latent dimensions, not {mu.shape[1]}")
        super().__init__(
            model,
            images,
            mu,
            _sigmas=pack_floats("sigmas", torch.exp(0.5 * logvar), mu.shape),
            _labels=as_list("labels", labels, len(images)),
        )
        self.z = self._clean_start()

    def _clean_start(self) -> list[float]:
        """The mean whose picture has the most contrast, of those in the inner three quarters."""
        contrast = self._decode(self._z).std(dim=1)
        inside = (self._z.abs() <= 0.75 * EXTENT).all(dim=1)
        return self._z[(contrast * inside).round(decimals=6).argmax()].tolist()  # of equal ones the first

    @property
    def decoded(self) -> Tensor:
        """The picture at z as torch decodes it, (pixels,)."""
        return self._decode(self._z.new_tensor([self.z]))[0]

    @traitlets.validate("z", "epsilon")
    def _check_pair(self, proposal: dict) -> list[float]:
        value = proposal["value"]
        if len(value) != 2 or not np.isfinite(value).all():
            raise traitlets.TraitError(
                f"{proposal['trait'].name}: two finite numbers are needed, not {value!r}"
            )
        return value

    @traitlets.validate("picked")
    def _check_picked(self, proposal: dict) -> int | None:
        return None if proposal["value"] is None else self._index(proposal)

    @traitlets.observe("picked")
    def _start_at_the_mean(self, change: dict) -> None:
        """What a click does too: the noise is 0, and z the mean of the picked posterior."""
        if change["new"] is not None:
            self.epsilon = [0.0, 0.0]
            self.z = self._z[change["new"]].tolist()

    def __repr__(self) -> str:
        return f"LatentPad(z={pair(self.z)}, picked={self.picked})"

    def figure(self) -> Figure:
        figure, (plane, picture) = plt.subplots(1, 2, figsize=(8, 4.1), width_ratios=[1.15, 1])
        figures.latent_plane(self._z[:1000], torch.tensor(self._labels[:1000]), ax=plane)
        _draw_prior(plane)
        ring = np.clip(self.z, -EXTENT, EXTENT)  # at the edge if z is beyond
        plane.plot(*ring, "o", ms=14, mfc="none", mec="white", mew=5, clip_on=False, zorder=4)
        plane.plot(*ring, "o", ms=14, mfc="none", mec=figures.INK, mew=2.5, clip_on=False, zorder=4)
        plane.set(xlim=(-EXTENT, EXTENT), ylim=(-EXTENT, EXTENT), xlabel="$z_1$", ylabel="$z_2$")
        plane.set_aspect("equal")
        figures.show_digits(self.decoded[None], columns=1, ax=picture)
        picture.set_title(said(f"decoded from $z$ = {pair(self.z)}"), fontsize=10)
        return figure


def _draw_prior(plane: Axes) -> None:
    """Its density in grey, and circles of one, two and three standard deviations."""
    ends = (-EXTENT, EXTENT)
    axis = torch.linspace(*ends, 100)
    density = torch.exp(-(axis**2 + axis[:, None] ** 2) / 2)
    plane.imshow(density.numpy(), extent=ends + ends, origin="lower", cmap="Greys", vmax=3, zorder=0)
    for radius in (1, 2, 3):
        plane.add_patch(Circle((0, 0), radius, fill=False, ls=":", color=figures.GREY))
    words = said("Circles: 1, 2, 3 standard deviations of the prior. Grey: its density.")
    plane.set_title(words, fontsize=8)
