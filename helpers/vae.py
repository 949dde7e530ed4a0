"""The variational autoencoder of the course, its two terms, the ELBO, and its loss without the trick.

A lesson builds each of these in its own cells; here they stand once more for the other lessons.
All bounds and terms are in nats per image.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Sampler = Callable[[Tensor, Tensor], Tensor]  # of mu and sigma


def reparameterize(mu: Tensor, sigma: Tensor) -> Tensor:
    """z = mu + sigma * epsilon with epsilon ~ N(0, 1); same shape as mu.

    Kingma & Welling 2014 (AEVB), section 2.4.
    """
    epsilon = torch.randn_like(mu)
    return mu + sigma * epsilon


class VAE(nn.Module):
    """A VAE with one hidden layer on each side (AEVB, appendix C).

    encoder: x (n, pixels) -> mu, logvar, each (n, latent), of q(z|x) = N(mu, exp(logvar))
    decoder: z (n, latent) -> logits (n, pixels) of the Bernoulli p(x|z)
    """

    def __init__(self, latent: int, hidden: int = 400, pixels: int = 784):
        super().__init__()
        self.latent, self.hidden, self.pixels = latent, hidden, pixels
        self.encoder = nn.Sequential(nn.Linear(pixels, hidden), nn.ReLU())
        self.to_mu = nn.Linear(hidden, latent)
        self.to_logvar = nn.Linear(hidden, latent)
        self.decoder = nn.Sequential(nn.Linear(latent, hidden), nn.ReLU(), nn.Linear(hidden, pixels))

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """mu and logvar of q(z|x), each (n, latent)."""
        h = self.encoder(x)
        return self.to_mu(h), self.to_logvar(h)

    def decode(self, z: Tensor) -> Tensor:
        """The probability of each pixel being 1, (n, pixels): the mean of p(x|z)."""
        return torch.sigmoid(self.decoder(z))


class Terms(NamedTuple):
    """The two terms of the ELBO, in nats per image: tensors (n,), or floats once averaged."""

    reconstruction: Any  # E_q[log p(x|z)], estimated with one z
    kl: Any  # KL(q(z|x) || p(z)), exact

    @property
    def elbo(self) -> Any:
        """reconstruction - kl (AEVB, equation 3)."""
        return self.reconstruction - self.kl

    def mean(self) -> "Terms":
        """Both terms averaged over the images, as floats."""
        return Terms(self.reconstruction.mean().item(), self.kl.mean().item())


def log_likelihood(logits: Tensor, x: Tensor) -> Tensor:
    """log p(x|z) of a Bernoulli decoder, summed over the pixels: (..., pixels) -> (...), in nats.

    AEVB, appendix C.1. For one pixel with logit l: x log sigmoid(l) + (1 - x) log(1 - sigmoid(l)).
    """
    return -F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(-1)


def kl_divergence(mu: Tensor, logvar: Tensor, *, per_dimension: bool = False) -> Tensor:
    """KL(N(mu, exp(logvar)) || N(0, 1)), summed over the latent dimensions: (n, latent) -> (n,).

    AEVB, appendix B: 1/2 (mu^2 + sigma^2 - 1 - log sigma^2). `per_dimension` keeps (n, latent).
    """
    kl = 0.5 * (mu**2 + logvar.exp() - 1 - logvar)
    return kl if per_dimension else kl.sum(-1)


def elbo_terms(model: VAE, x: Tensor, sampler: Sampler = reparameterize) -> Terms:
    """The two terms of the ELBO for each image of x (n, pixels), with one z per image.

    `sampler(mu, sigma)` draws z. AEVB, equation 10 with L = 1.
    """
    mu, logvar = model.encode(x)
    z = sampler(mu, torch.exp(0.5 * logvar))
    return Terms(log_likelihood(model.decoder(z), x), kl_divergence(mu, logvar))
