"""`LatentPad`: move through a two-dimensional latent space; the browser decodes."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import torch
import traitlets
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor, nn

from helpers import figures
from helpers._arguments import check_number
from helpers.widgets._base import (
    Decoder,
    DecoderWidget,
    Numbers,
    as_list,
    pack_floats,
    pack_images,
    parts_of,
    script,
)


class LatentPad(DecoderWidget):
    """A square of latent space to drag a point through, and the picture that the decoder makes of it.

    decoder: an nn.Sequential of Linear, ReLU, Tanh, Softplus and Sigmoid layers that takes z (2,) and
        gives a square picture with pixels from 0 to 1. Its weights go to the browser once.
    means: (n, 2), the means mu of q(z|x) of n images, drawn as the digits they belong to
    sigmas: (n, 2), their standard deviations; drawn as ellipses of one and two sigma when picked
    labels: n digits; images: (n, pixels), the images themselves, shown when picked
    prior: whether the density of N(0, I) is drawn behind; extent: the square goes from -extent to extent
    z: where the point starts; without it at the mean whose picture has the most contrast, a clean digit,
        among those not too near to the edge; (0, 0) where there are no means

    Traits, which Python reads and sets: `z`, two numbers, which may lie beyond the square; `picked`, the
    number of a mean or None; `epsilon`, the noise of the picked reconstruction, z = mu + sigma * epsilon;
    `drawn`, empty or [mu1, mu2, sigma1, sigma2] of one more posterior (that of a drawing).

    Raises TypeError or ValueError for arguments that do not fit each other, TraitError for a wrong trait.
    """

    _esm = script("latent_pad")

    # No echo: an old z that comes back would replace the one dragged to since.
    z = Numbers(default_value=[0.0, 0.0]).tag(sync=True, echo_update=False)
    picked = traitlets.Int(None, allow_none=True).tag(sync=True)
    epsilon = Numbers(default_value=[0.0, 0.0]).tag(sync=True)
    drawn = Numbers().tag(sync=True)
    extent = traitlets.Float(4.0, read_only=True).tag(sync=True)
    _means = traitlets.Bytes().tag(sync=True)
    _sigmas = traitlets.Bytes().tag(sync=True)
    _labels = traitlets.List().tag(sync=True)
    _images = traitlets.Bytes().tag(sync=True)
    _prior = traitlets.Bool(True).tag(sync=True)
    _colours = traitlets.List(list(figures.DIGIT_COLORS)).tag(sync=True)

    def __init__(
        self,
        decoder: nn.Module,
        *,
        means: Tensor | None = None,
        sigmas: Tensor | None = None,
        labels: Tensor | None = None,
        images: Tensor | None = None,
        prior: bool = True,
        extent: float = 4.0,
        z: Sequence[float] | Tensor | None = None,
    ):
        decoder = Decoder(decoder)
        if decoder.latent != 2:
            raise ValueError(f"decoder: the pad needs 2 latent dimensions, not {decoder.latent}")
        check_number("extent", extent, positive=True)
        self._n = n = 0 if means is None else len(means)
        packed = {
            "_means": pack_floats("means", means, (None, 2)),
            "_sigmas": pack_floats("sigmas", sigmas, (n, 2)),
            "_images": pack_images("images", images, n, decoder.pixels),
            "_labels": as_list("labels", labels, n),
        }
        if sigmas is not None and not bool((sigmas > 0).all()):  # a log-variance, perhaps
            raise ValueError("sigmas: standard deviations must be positive")
        self.set_trait("extent", extent)
        if z is None:
            z = _clean_start(decoder, means, extent) if n else (0.0, 0.0)
        super().__init__(decoder, z=z, _prior=prior, **packed)

    @classmethod
    def of(
        cls, model: nn.Module, images: Tensor | None = None, labels: Tensor | None = None, **options
    ) -> "LatentPad":
        """The pad of a `helpers.vae.VAE` with two latent dimensions, and of the codes of `images`."""
        if images is None:
            return cls(nn.Sequential(model.decoder, nn.Sigmoid()), **options)
        decoder, mu, logvar = parts_of(model, images)
        return cls(decoder, means=mu, sigmas=torch.exp(0.5 * logvar), labels=labels, images=images, **options)

    @property
    def decoded(self) -> Tensor:
        """The picture at z as torch decodes it, (pixels,)."""
        return self._decode(torch.tensor([self.z], dtype=torch.float32))[0]

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
        value = proposal["value"]
        if value is not None and not 0 <= value < self._n:
            raise traitlets.TraitError(
                f"picked: None or the number of one of {self._n} means is needed, not {value}"
            )
        return value

    @traitlets.observe("picked")
    def _start_at_the_mean(self, change: dict) -> None:
        """What a click does too: the noise is 0, and z the mean of the picked posterior."""
        if change["new"] is not None:
            self.epsilon = [0.0, 0.0]
            self.z = self._points[change["new"]]

    @property
    def _points(self) -> np.ndarray:
        return np.frombuffer(self._means, "<f4").reshape(-1, 2)

    def __repr__(self) -> str:
        return f"LatentPad(z=({self.z[0]:.2f}, {self.z[1]:.2f}), picked={self.picked})"

    def figure(self) -> Figure:
        figure, (plane, picture) = plt.subplots(1, 2, figsize=(8, 4.1), width_ratios=[1.15, 1])
        if self._n:
            means = torch.tensor(self._points[:1000])
            if self._labels:
                figures.latent_plane(means, torch.tensor(self._labels[:1000]), ax=plane)
            else:
                plane.plot(*means.T, ".", color=figures.GREY)
        if self._prior:
            self._draw_prior(plane)
        ring = np.clip(self.z, -self.extent, self.extent)  # at the edge if z is beyond
        plane.plot(*ring, "o", ms=14, mfc="none", mec="white", mew=5, clip_on=False, zorder=4)
        plane.plot(*ring, "o", ms=14, mfc="none", mec=figures.INK, mew=2.5, clip_on=False, zorder=4)
        plane.set(
            xlim=(-self.extent, self.extent), ylim=(-self.extent, self.extent), xlabel="$z_1$", ylabel="$z_2$"
        )
        plane.set_aspect("equal")
        figures.show_digits(self.decoded[None], columns=1, ax=picture)
        picture.set_title(f"decoded from $z$ = ({self.z[0]:.2f}, {self.z[1]:.2f})", fontsize=10)
        return figure

    def _draw_prior(self, plane: Axes) -> None:
        """Its density in grey, and circles of one, two and three standard deviations."""
        ends = (-self.extent, self.extent)
        axis = torch.linspace(*ends, 100)
        density = torch.exp(-(axis**2 + axis[:, None] ** 2) / 2)
        plane.imshow(density.numpy(), extent=ends + ends, origin="lower", cmap="Greys", vmax=3, zorder=0)
        for radius in (1, 2, 3):
            plane.add_patch(plt.Circle((0, 0), radius, fill=False, ls=":", color=figures.GREY))
        plane.set_title("Circles: 1, 2, 3 standard deviations of the prior. Grey: its density.", fontsize=8)


def _clean_start(decoder: Decoder, means: Tensor, extent: float) -> list[float]:
    """The mean whose picture has the most contrast, of those in the inner three quarters of the square."""
    means = means.detach().cpu().float()
    contrast = decoder(means).std(dim=1)
    inside = (means.abs() <= 0.75 * extent).all(dim=1)
    return means[(contrast * inside).argmax()].tolist()
