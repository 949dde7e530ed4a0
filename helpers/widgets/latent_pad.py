"""`LatentPad`: move through a two-dimensional latent space; the browser decodes."""

import matplotlib.pyplot as plt
import numpy as np
import torch
import traitlets
from matplotlib.figure import Figure
from torch import Tensor, nn

from helpers import figures
from helpers._arguments import check_images
from helpers.widgets._base import (
    Decoder,
    DecoderWidget,
    Numbers,
    pack_floats,
    pack_images,
    script,
)


class LatentPad(DecoderWidget):
    """A square of latent space to drag a point through, and the picture that the decoder makes of it.

    decoder: an nn.Sequential of Linear, ReLU, Tanh, Softplus and Sigmoid layers that takes z (2,) and
        gives a square picture with pixels from 0 to 1. Its weights go to the browser once.
    means: (n, 2), the means mu of q(z|x) of n images, drawn as the digits they belong to
    sigmas: (n, 2), their standard deviations; drawn as ellipses of one and two sigma when picked
    labels: (n,), the digits; images: (n, pixels), the images themselves, shown when picked
    prior: whether the density of N(0, I) is drawn behind; extent: the square goes from -extent to extent

    Traits, which Python reads and sets: `z`, two numbers; `picked`, the number of a mean or None;
    `epsilon`, the noise of the picked reconstruction, z = mu + sigma * epsilon; `drawn`, empty or
    [mu1, mu2, sigma1, sigma2] of one more posterior (that of a drawing).

    Raises TypeError, ValueError or TraitError for a network that the browser cannot run, a latent size
    other than 2, tensors of other shapes, and numbers that are not finite.
    """

    _esm = script("latent_pad")

    z = Numbers(default_value=[0.0, 0.0]).tag(sync=True)
    picked = traitlets.Int(None, allow_none=True).tag(sync=True)
    epsilon = Numbers(default_value=[0.0, 0.0]).tag(sync=True)
    drawn = Numbers().tag(sync=True)
    extent = traitlets.Float(4.0, read_only=True).tag(sync=True)
    _means = traitlets.Bytes().tag(sync=True)
    _sigmas = traitlets.Bytes().tag(sync=True)
    _labels = traitlets.List().tag(sync=True)
    _images = traitlets.Bytes().tag(sync=True)
    _prior = traitlets.Bool(True).tag(sync=True)
    _colours = traitlets.List(list(figures.TEN)).tag(sync=True)

    def __init__(self, decoder: nn.Module, *, means: Tensor | None = None, sigmas: Tensor | None = None,
                 labels: Tensor | None = None, images: Tensor | None = None, prior: bool = True,
                 extent: float = 4.0, z: tuple[float, float] = (0.0, 0.0)):
        decoder = Decoder(decoder)
        if decoder.latent != 2:
            raise ValueError(f"decoder: the pad needs 2 latent dimensions, not {decoder.latent}")
        if decoder.layers[-1]["kind"] != "sigmoid":
            raise ValueError("decoder: its last layer must be a Sigmoid, which gives pixels from 0 to 1; "
                             "wrap one that gives logits: nn.Sequential(decoder, nn.Sigmoid())")
        if isinstance(extent, bool) or not isinstance(extent, int | float) or not 0.1 <= extent <= 1000:
            raise ValueError(f"extent: a number from 0.1 to 1000 is needed, not {extent!r}")
        packed = {"_means": b"" if means is None else pack_floats("means", means, (None, 2))}
        n = None if means is None else len(means)
        if n is not None and not 1 <= n <= 5000:
            raise ValueError(f"means: 1 to 5000 are needed, not {n}")
        for name, value in (("sigmas", sigmas), ("labels", labels), ("images", images)):
            if value is not None and n is None:
                raise ValueError(f"{name}: they belong to means, which are missing")
        packed["_sigmas"] = b"" if sigmas is None else pack_floats("sigmas", sigmas, (n, 2))
        packed["_images"] = b"" if images is None else pack_images("images", images, (n, decoder.pixels))
        if sigmas is not None and not bool((sigmas > 0).all()):
            raise ValueError("sigmas: standard deviations must be positive")
        if labels is not None and (not isinstance(labels, Tensor) or labels.is_floating_point()
                                   or labels.shape != (n,) or bool(((labels < 0) | (labels > 9)).any())):
            raise ValueError(f"labels: a tensor of {n} whole numbers from 0 to 9 is needed")
        self._n = n or 0
        self.set_trait("extent", float(extent))
        super().__init__(decoder, z=z, _prior=prior,
                         _labels=[] if labels is None else [int(label) for label in labels], **packed)

    @classmethod
    def of(cls, model: nn.Module, images: Tensor | None = None, labels: Tensor | None = None,
           **options) -> "LatentPad":
        """The pad of a `helpers.vae.VAE` with two latent dimensions, and of the codes of `images`."""
        decoder = nn.Sequential(model.decoder, nn.Sigmoid())
        if images is None:
            return cls(decoder, labels=labels, **options)
        check_images("images", images)
        pack_images("images", images, (None, getattr(model, "pixels", None)))  # the width
        with torch.no_grad():
            mu, logvar = model.encode(images)
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
                f"{proposal['trait'].name}: two finite numbers are needed, not {value!r}")
        return value

    @traitlets.validate("drawn")
    def _check_drawn(self, proposal: dict) -> list[float]:
        value = proposal["value"]
        if value and (len(value) != 4 or not np.isfinite(value).all() or min(value[2:]) <= 0):
            raise traitlets.TraitError("drawn: [] or [mu1, mu2, sigma1, sigma2] with positive sigmas is "
                                       f"needed, not {value!r}")
        return value

    @traitlets.validate("picked")
    def _check_picked(self, proposal: dict) -> int | None:
        value = proposal["value"]
        if isinstance(value, bool) or (value is not None and not 0 <= value < self._n):
            raise traitlets.TraitError(f"picked: None or a number from 0 to {self._n - 1} is needed, "
                                       f"not {value}" if self._n else "picked: this pad has no means")
        return value

    @traitlets.observe("picked")
    def _start_at_the_mean(self, change: dict) -> None:
        """What a click does too: the noise is 0, and z the mean of the picked posterior."""
        if change["new"] is not None:
            self.epsilon = [0.0, 0.0]
            self.z = np.frombuffer(self._means, "<f4").reshape(-1, 2)[change["new"]]

    def __repr__(self) -> str:
        return f"LatentPad(z=({self.z[0]:.2f}, {self.z[1]:.2f}), picked={self.picked})"

    def _draw(self) -> Figure:
        figure, (plane, picture) = plt.subplots(1, 2, figsize=(8, 4), width_ratios=[1.15, 1])
        if self._prior:
            for radius in (1, 2, 3):
                plane.add_patch(plt.Circle((0, 0), radius, fill=False, ls=":", color=figures.GREY))
        if self._n:
            means = torch.from_numpy(np.frombuffer(self._means, "<f4").reshape(-1, 2)[:1000].copy())
            if self._labels:
                figures.latent_plane(means, torch.tensor(self._labels[:1000]), ax=plane)
            else:
                plane.plot(*means.T, ".", color=figures.GREY)
        plane.plot(*self.z, "o", ms=14, mfc="none", mec="white", mew=5)
        plane.plot(*self.z, "o", ms=14, mfc="none", mec=figures.INK, mew=2.5)
        plane.set(xlim=(-self.extent, self.extent), ylim=(-self.extent, self.extent), xlabel="$z_1$",
                  ylabel="$z_2$")
        plane.set_aspect("equal")
        figures.show_digits(self.decoded[None], columns=1, ax=picture,
                            title=f"decoded from $z$ = ({self.z[0]:.2f}, {self.z[1]:.2f})")
        return figure
