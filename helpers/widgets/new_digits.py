"""`NewDigits`: ten draws, decoded: of the prior, or of the cloud of one image, as wide as one likes."""

import matplotlib.pyplot as plt
import torch
import traitlets
from matplotlib.figure import Figure
from torch import Tensor

from helpers.figures import show_digits
from helpers.vae import VAE
from helpers.widgets._base import HERE, CodesWidget, as_list, encoded, pack_floats, script
from helpers.words import said

COUNT, WIDEST = 10, 3.0


class NewDigits(CodesWidget):
    """Ten pictures that a VAE makes of random z; a button draws ten more, in the browser.

    model: a `helpers.vae.VAE`; its decoder's weights go to the browser once
    images, labels: (n, pixels), from 0 to 1, and their n labels. Without them z comes from the prior N(0, 1).
        With them it comes from N(mu, (width sigma)^2), mu and sigma of the picked image.
    seed: of the first ten draws

    Traits, which Python gives, reads and sets: `width` (0 to 3), `picked`, the number of an image, `epsilon`,
    the noise of the ten: z = mu + width sigma epsilon. Raises TypeError or ValueError for arguments that do
    not fit each other, TraitError for a wrong trait.
    """

    _esm = script(HERE / "new_digits.js")
    width = traitlets.Float(1.0, min=0.0, max=WIDEST).tag(sync=True)
    picked = traitlets.Int(0).tag(sync=True)
    epsilon = traitlets.List(traitlets.Float()).tag(sync=True)
    _sigmas = traitlets.Bytes().tag(sync=True)
    _labels = traitlets.List().tag(sync=True)  # empty: the prior

    def __init__(
        self,
        model: VAE,
        images: Tensor | None = None,
        labels: Tensor | None = None,
        *,
        seed: int = 0,
        **traits,
    ):
        if images is None or labels is None:  # the prior is the cloud of no image
            like = next(model.parameters())
            images, mu, logvar = like.new_zeros(1, model.pixels), *like.new_zeros(2, 1, model.latent)
            names = []
        else:
            mu, logvar = encoded(model, images)
            names = as_list("labels", labels, len(images))
        self._sigma = torch.exp(0.5 * logvar).detach()
        generator = torch.Generator().manual_seed(seed)
        super().__init__(
            model,
            images,
            mu,
            epsilon=torch.randn(COUNT * mu.shape[1], generator=generator, dtype=torch.float64).tolist(),
            _sigmas=pack_floats("sigmas", self._sigma, mu.shape),
            _labels=names,
            **traits,
        )

    _check_picked = traitlets.validate("picked")(CodesWidget._index)

    @property
    def z(self) -> Tensor:
        """The ten draws, (10, D)."""
        mu, sigma = self._z[self.picked], self._sigma[self.picked]
        return mu + self.width * sigma * mu.new_tensor(self.epsilon).reshape(COUNT, -1)

    @property
    def decoded(self) -> Tensor:
        """The ten pictures as torch decodes them, (10, pixels)."""
        return self._decode(self.z)

    def __repr__(self) -> str:
        if not self._labels:
            return f"NewDigits({COUNT} draws from the prior)"
        return f"NewDigits({COUNT} draws around a {self._labels[self.picked]}, {self.width:.1f} sigma wide)"

    def figure(self) -> Figure:
        if not self._labels:
            figure, ax = plt.subplots(figsize=(7.6, 3.2))
            show_digits(self.decoded, COUNT // 2, ax=ax)
            return figure
        figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), width_ratios=(1, 3))
        show_digits(self._x[self.picked, None], 1, title="$x$", ax=left)
        title = said(f"{COUNT} draws, {self.width:.1f} $\\sigma_x$ wide, decoded")
        show_digits(self.decoded, COUNT // 2, smooth=True, title=title, ax=right)
        return figure
