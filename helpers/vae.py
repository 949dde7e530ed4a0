"""The variational autoencoder of the course, its two terms, the ELBO and the IWAE bound.

Lesson 07 builds each of these in its own cells; here they stand once more for the other lessons.
All bounds and terms are in nats per image.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from helpers._arguments import check_callable, check_model, check_tensor, check_whole

Sampler = Callable[[Tensor, Tensor], Tensor]

MOST_WEIGHTS = 250_000_000  # 1 GB; a VAE of the course has less than a million
MOST_SAMPLES = 10_000_000  # for one image; the papers take 5,000


def reparameterize(mu: Tensor, sigma: Tensor) -> Tensor:
    """z = mu + sigma * epsilon with epsilon ~ N(0, 1); same shape as mu.

    Kingma & Welling 2014 (AEVB), section 2.4.
    """
    _same_width("mu", mu, "sigma", sigma)
    epsilon = torch.randn_like(mu)
    return mu + sigma * epsilon


class VAE(nn.Module):
    """A VAE with one hidden layer on each side (AEVB, appendix C).

    encoder: x (n, pixels) -> mu, logvar, each (n, latent), of q(z|x) = N(mu, exp(logvar))
    decoder: z (n, latent) -> logits (n, pixels) of the Bernoulli p(x|z)
    """

    def __init__(self, latent: int, hidden: int = 400, pixels: int = 784):
        super().__init__()
        for name, size in (("latent", latent), ("hidden", hidden), ("pixels", pixels)):
            check_whole(name, size, 1, MOST_WEIGHTS)
        if 2 * hidden * pixels + 3 * hidden * latent > MOST_WEIGHTS:
            raise ValueError(f"latent, hidden, pixels: a model of at most {MOST_WEIGHTS:,} weights is "
                             f"needed, {latent}, {hidden} and {pixels} make more")
        self.latent, self.hidden, self.pixels = latent, hidden, pixels
        self.encoder = nn.Sequential(nn.Linear(pixels, hidden), nn.ReLU())
        self.to_mu = nn.Linear(hidden, latent)
        self.to_logvar = nn.Linear(hidden, latent)
        self.decoder = nn.Sequential(nn.Linear(latent, hidden), nn.ReLU(), nn.Linear(hidden, pixels))

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """mu and logvar of q(z|x), each (n, latent)."""
        _check_width("x", x, self.pixels, self.to_mu.weight)
        h = self.encoder(x)
        return self.to_mu(h), self.to_logvar(h)

    def decode(self, z: Tensor) -> Tensor:
        """The probability of each pixel being 1, (n, pixels): the mean of p(x|z)."""
        _check_width("z", z, self.latent, self.to_mu.weight)
        return torch.sigmoid(self.decoder(z))


class Terms(NamedTuple):
    """The two terms of the ELBO, in nats per image: tensors (n,), or floats once averaged."""

    reconstruction: Tensor | float  # E_q[log p(x|z)], estimated with one z
    kl: Tensor | float  # KL(q(z|x) || p(z)), exact

    @property
    def elbo(self) -> Tensor | float:
        """reconstruction - kl (AEVB, equation 3)."""
        return self.reconstruction - self.kl

    def mean(self) -> "Terms":
        """Both terms averaged over the images, as floats."""
        for name, term in zip(self._fields, self, strict=True):
            check_tensor(name, term, floating=True)
        return Terms(self.reconstruction.mean().item(), self.kl.mean().item())


def log_likelihood(logits: Tensor, x: Tensor) -> Tensor:
    """log p(x|z) of a Bernoulli decoder, summed over the pixels: (..., pixels) -> (...), in nats.

    AEVB, appendix C.1. For one pixel with logit l: x log sigmoid(l) + (1 - x) log(1 - sigmoid(l)).
    """
    _same_width("logits", logits, "x", x)
    return -F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(-1)


def kl_divergence(mu: Tensor, logvar: Tensor) -> Tensor:
    """KL(N(mu, exp(logvar)) || N(0, 1)), summed over the latent dimensions: (n, latent) -> (n,).

    AEVB, appendix B: 1/2 sum(mu^2 + sigma^2 - 1 - log sigma^2).
    """
    _same_width("mu", mu, "logvar", logvar)
    return 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(-1)


def elbo_terms(model: VAE, x: Tensor, sampler: Sampler = reparameterize) -> Terms:
    """The two terms of the ELBO for each image of x (n, pixels), with one z an image.

    `sampler(mu, sigma)` draws z. AEVB, equation 10 with L = 1.
    """
    check_model("model", model)
    check_callable("sampler", sampler, "mu and sigma")
    mu, logvar = model.encode(x)
    z = sampler(mu, torch.exp(0.5 * logvar))
    check_tensor("sampler: its z", z, floating=True)
    if z.shape != mu.shape or z.dtype != mu.dtype:
        raise ValueError(f"sampler: its z must have the shape {tuple(mu.shape)} and be {mu.dtype} as mu is, "
                         f"not {tuple(z.shape)} and {z.dtype}")
    return Terms(log_likelihood(model.decoder(z), x), kl_divergence(mu, logvar))


@torch.no_grad()
def iwae_bound(model: VAE, x: Tensor, samples: int, chunk: int = 10) -> Tensor:
    """The importance-weighted bound on log p(x) for each image of x (n, pixels): (n,), in nats.

    log 1/k sum_k p(x, z_k) / q(z_k|x) with k = `samples` draws from q; k = 1 is the ELBO with
    both terms sampled. Burda, Grosse & Salakhutdinov 2016, equation 8. `chunk` draws are held in
    memory at a time. The draws come from torch's global generator.
    """
    check_whole("samples", samples, 1, MOST_SAMPLES)
    check_whole("chunk", chunk, 1)
    check_model("model", model)
    check_images("x", x)
    mu, logvar = model.encode(x)
    sigma = torch.exp(0.5 * logvar)
    total = torch.full(x.shape[:1], -math.inf, device=x.device, dtype=x.dtype)
    for start in range(0, samples, chunk):
        k = min(chunk, samples - start)
        epsilon = torch.randn(k, *mu.shape, device=mu.device, dtype=mu.dtype)
        z = mu + sigma * epsilon
        # The two normalising constants cancel: log p(z) - log q(z|x) = -z^2/2 + epsilon^2/2 + log sigma
        log_prior_over_q = (0.5 * (epsilon**2 - z**2) + 0.5 * logvar).sum(-1)
        log_weight = log_likelihood(model.decoder(z), x.expand(k, *x.shape)) + log_prior_over_q
        total = torch.logaddexp(total, torch.logsumexp(log_weight, 0))
    return total - math.log(samples)


def check_images(name: str, images: Tensor) -> None:
    """Raise TypeError or ValueError unless `images` are float32, (n, pixels), n >= 1, from 0 to 1."""
    if not isinstance(images, Tensor) or images.dtype != torch.float32:
        kind = images.dtype if isinstance(images, Tensor) else type(images).__name__
        raise TypeError(f"{name}: a float32 tensor is needed, not {kind}")
    check_tensor(name, images)
    if images.ndim != 2 or not images.numel():
        raise ValueError(f"{name}: the shape (n, pixels) with n >= 1 is needed, "
                         f"not {tuple(images.shape)}")
    if not (images.min() >= 0 and images.max() <= 1):  # `not (a <= b)` also catches NaN
        raise ValueError(f"{name}: pixels must be numbers from 0 to 1")


def _same_width(name: str, value: Tensor, other_name: str, other: Tensor) -> None:
    for label, tensor in ((name, value), (other_name, other)):
        check_tensor(label, tensor, floating=True)
    if value.shape != other.shape:  # broadcasting here would sum the wrong thing in silence
        raise ValueError(f"{name} has the shape {tuple(value.shape)} and {other_name} "
                         f"{tuple(other.shape)}; the same shape is needed")
    if value.device != other.device:
        raise ValueError(f"{name} is on the device {value.device} and {other_name} on {other.device}; "
                         "the same device is needed")


def _check_width(name: str, value: Tensor, width: int, weight: Tensor) -> None:
    """Raise TypeError or ValueError unless layers of the dtype and device of `weight` can take `value`."""
    check_tensor(name, value, floating=True)
    if not value.ndim or value.shape[-1] != width:
        raise ValueError(f"{name}: the shape (n, {width}) is needed, not {tuple(value.shape)}")
    if value.dtype != weight.dtype and not torch.is_autocast_enabled(value.device.type):
        raise TypeError(f"{name}: {weight.dtype} is needed, as the model's weights are, not {value.dtype}")
    if value.device != weight.device:
        raise ValueError(f"{name}: the device {weight.device} of the model is needed, not {value.device}")
