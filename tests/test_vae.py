"""helpers.vae against closed forms and against torch.distributions."""

import math

import pytest
import torch
from torch.distributions import Bernoulli, Normal
from torch.distributions import kl_divergence as torch_kl

from helpers.vae import (
    VAE,
    Terms,
    elbo_terms,
    iwae_bound,
    kl_divergence,
    log_likelihood,
    reparameterize,
)


def test_reparameterize_has_mean_mu_and_standard_deviation_sigma():
    torch.manual_seed(0)
    mu, sigma = torch.full((200_000,), 1.5), torch.full((200_000,), 0.4)
    z = reparameterize(mu, sigma)
    error = 0.4 / math.sqrt(200_000)
    assert abs(z.mean() - 1.5) < 4 * error
    assert abs(z.var() - 0.16) < 4 * 0.16 * math.sqrt(2 / 200_000)
    # and normal: the share beyond one standard deviation is erfc(1/sqrt 2)
    share, exact = ((z - mu).abs() > sigma).double().mean().item(), math.erfc(1 / math.sqrt(2))
    assert abs(share - exact) < 4 * math.sqrt(exact * (1 - exact) / 200_000)


def test_reparameterize_is_rsample_bit_for_bit():
    mu, sigma = torch.randn(100), torch.rand(100) + 0.1
    torch.manual_seed(3)
    by_hand = reparameterize(mu, sigma)
    torch.manual_seed(3)
    assert torch.equal(by_hand, Normal(mu, sigma).rsample())


def test_kl_against_torch_distributions_and_against_draws():
    torch.manual_seed(0)
    mu, logvar = torch.randn(4, 3, dtype=torch.float64), torch.randn(4, 3, dtype=torch.float64)
    q, prior = Normal(mu, torch.exp(0.5 * logvar)), Normal(torch.zeros_like(mu), torch.ones_like(mu))
    kl = kl_divergence(mu, logvar)
    assert torch.allclose(kl, torch_kl(q, prior).sum(-1), atol=1e-12)
    z = q.sample((50_000,))
    draws = (q.log_prob(z) - prior.log_prob(z)).sum(-1)
    assert ((draws.mean(0) - kl).abs() < 4 * draws.std(0) / math.sqrt(50_000)).all()
    assert kl_divergence(torch.zeros(1, 5), torch.zeros(1, 5)).item() == 0.0


def test_log_likelihood_is_that_of_independent_coins():
    torch.manual_seed(0)
    logits, x = torch.randn(5, 784), (torch.rand(5, 784) > 0.5).float()
    expected = Bernoulli(logits=logits.double()).log_prob(x.double()).sum(-1)
    assert torch.allclose(log_likelihood(logits, x).double(), expected, rtol=1e-6)


@pytest.mark.parametrize("function", [log_likelihood, kl_divergence])
@pytest.mark.parametrize(("a", "b", "error"), [
    (torch.zeros(2, 3), torch.zeros(2, 1), ValueError),  # would broadcast
    (torch.zeros(2, 3), torch.zeros(3), ValueError),
    (torch.zeros(2, 3), torch.zeros(2, 3, dtype=torch.long), TypeError),
    ([0.0], torch.zeros(1), TypeError),
])
def test_terms_refuse_what_would_broadcast(function, a, b, error):
    with pytest.raises(error, match="needed"):
        function(a, b)


@pytest.mark.parametrize(("arguments", "error"), [
    (dict(latent=0), ValueError), (dict(latent=2.0), TypeError), (dict(latent=2, hidden=-1), ValueError),
    (dict(latent=True), TypeError),
])
def test_vae_refuses_sizes(arguments, error):
    with pytest.raises(error, match="latent|hidden"):
        VAE(**arguments)


def test_elbo_is_reconstruction_minus_kl_with_the_sampler_given():
    torch.manual_seed(0)
    model, x = VAE(3, hidden=8), (torch.rand(6, 784) > 0.5).float()
    seen = []

    def sampler(mu, sigma):
        seen.append((mu, sigma))
        return mu

    terms = elbo_terms(model, x, sampler)
    mu, logvar = model.encode(x)
    (given_mu, given_sigma), = seen
    assert torch.equal(given_mu, mu)
    assert torch.allclose(given_sigma**2, logvar.exp())
    assert torch.allclose(terms.reconstruction, Bernoulli(model.decode(mu)).log_prob(x).sum(-1), rtol=1e-4)
    assert torch.equal(terms.elbo, terms.reconstruction - terms.kl)
    assert Terms(-10.0, 3.0).elbo == -13.0


class DecoderThatIgnoresZ(VAE):
    """A VAE whose decoder ignores z: then log p(x) = log p(x|z), whatever q is."""

    def __init__(self):
        super().__init__(2, hidden=4)
        with torch.no_grad():
            self.decoder[0].weight.zero_()


def test_iwae_with_many_samples_reaches_a_known_evidence():
    torch.manual_seed(0)
    model, x = DecoderThatIgnoresZ(), (torch.rand(3, 784) > 0.5).float()
    evidence = log_likelihood(model.decoder(torch.zeros(3, 2)), x)
    elbo = elbo_terms(model, x).elbo
    one = torch.stack([iwae_bound(model, x, 1) for _ in range(2000)])
    many = iwae_bound(model, x, 4000, chunk=500)
    # k = 1 is the ELBO in expectation (here the reconstruction does not depend on z)
    assert ((one.mean(0) - elbo).abs() < 4 * one.std(0) / math.sqrt(2000) + 1e-3).all()
    assert (elbo < evidence).all()
    assert ((many - evidence).abs() < 0.05).all()


def test_iwae_rises_with_k_and_does_not_depend_on_the_chunk():
    torch.manual_seed(0)
    model, x = VAE(2, hidden=16), (torch.rand(4, 784) > 0.5).float()
    means = [torch.stack([iwae_bound(model, x, k) for _ in range(200)]).mean().item() for k in (1, 5, 50)]
    assert means[0] < means[1] < means[2]
    # 8 images with 2 latents: torch draws normal numbers in blocks of 16, so chunks split evenly
    x = (torch.rand(8, 784) > 0.5).float()
    torch.manual_seed(1)
    at_once = iwae_bound(model, x, 7, chunk=7)
    torch.manual_seed(1)
    assert torch.allclose(at_once, iwae_bound(model, x, 7, chunk=1), rtol=1e-5)


@pytest.mark.parametrize(("samples", "error"), [(0, ValueError), (-1, ValueError), (2.5, TypeError),
                                                (True, TypeError)])
def test_iwae_refuses_sample_counts(samples, error):
    with pytest.raises(error, match="samples"):
        iwae_bound(VAE(2, hidden=4), torch.zeros(1, 784), samples)
