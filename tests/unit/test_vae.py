"""helpers.vae against closed forms and against torch.distributions."""

import math

import pytest
import torch
from torch.distributions import Bernoulli, Normal
from torch.distributions import kl_divergence as torch_kl

from helpers.vae import (
    VAE,
    History,
    Terms,
    elbo_terms,
    iwae_bound,
    kl_divergence,
    log_likelihood,
    reparameterize,
)


def test_reparameterize_is_rsample_bit_for_bit():
    mu, sigma = torch.randn(100), torch.rand(100) + 0.1
    torch.manual_seed(3)
    by_hand = reparameterize(mu, sigma)
    torch.manual_seed(3)
    assert torch.equal(by_hand, Normal(mu, sigma).rsample())


def test_reparameterize_draws_from_a_normal_distribution():
    torch.manual_seed(0)
    mu, sigma, n = 1.5, 0.4, 200_000
    z = reparameterize(torch.full((n,), mu), torch.full((n,), sigma))
    assert abs(z.mean() - mu) < 4 * sigma / math.sqrt(n)
    assert abs(z.var() - sigma**2) < 4 * sigma**2 * math.sqrt(2 / n)
    beyond, exact = ((z - mu).abs() > sigma).double().mean(), math.erfc(1 / math.sqrt(2))
    assert abs(beyond - exact) < 4 * math.sqrt(exact * (1 - exact) / n)


def test_kl_against_torch_distributions_and_against_draws():
    torch.manual_seed(0)
    mu, logvar = torch.randn(4, 3, dtype=torch.float64), torch.randn(4, 3, dtype=torch.float64)
    q, prior = Normal(mu, torch.exp(0.5 * logvar)), Normal(torch.zeros_like(mu), torch.ones_like(mu))
    kl = kl_divergence(mu, logvar)
    assert torch.allclose(kl, torch_kl(q, prior).sum(-1), rtol=1e-12)
    each = kl_divergence(mu, logvar, per_dimension=True)
    assert each.shape == mu.shape
    assert torch.allclose(each, torch_kl(q, prior), rtol=1e-12)
    z = q.sample((50_000,))
    draws = (q.log_prob(z) - prior.log_prob(z)).sum(-1)
    assert ((draws.mean(0) - kl).abs() < 4 * draws.std(0) / math.sqrt(50_000)).all()


def test_log_likelihood_is_that_of_independent_coins():
    torch.manual_seed(0)
    logits, x = torch.randn(5, 784, dtype=torch.float64), (torch.rand(5, 784) > 0.5).double()
    assert torch.allclose(log_likelihood(logits, x), Bernoulli(logits=logits).log_prob(x).sum(-1), rtol=1e-12)
    with pytest.raises(ValueError, match="size"):  # broadcasting would sum the wrong thing in silence
        log_likelihood(logits, x[:1])


def test_elbo_is_reconstruction_minus_kl_with_the_sampler_given():
    torch.manual_seed(0)
    model, x, seen = VAE(3, hidden=8).double(), (torch.rand(6, 784) > 0.5).double(), []

    def sampler(mu, sigma):
        seen.append((mu, sigma))
        return mu + sigma

    terms = elbo_terms(model, x, sampler)
    mu, logvar = model.encode(x)
    ((given_mu, given_sigma),) = seen
    assert torch.equal(given_mu, mu)
    assert torch.allclose(given_sigma**2, logvar.exp(), rtol=1e-12)
    pixels = Bernoulli(model.decode(mu + given_sigma))
    assert torch.allclose(terms.reconstruction, pixels.log_prob(x).sum(-1), rtol=1e-10)
    assert torch.equal(terms.kl, kl_divergence(mu, logvar))
    assert torch.equal(terms.elbo, terms.reconstruction - terms.kl)
    assert terms.mean() == Terms(terms.reconstruction.mean().item(), terms.kl.mean().item())


def test_iwae_with_many_samples_reaches_a_known_evidence():
    """A decoder that ignores z: then log p(x) = log p(x|z), whatever q is."""
    torch.manual_seed(0)
    model, x = VAE(2, hidden=4), (torch.rand(3, 784) > 0.5).float()
    torch.nn.init.zeros_(model.decoder[0].weight)
    evidence = log_likelihood(model.decoder(torch.zeros(3, 2)), x)
    elbo = elbo_terms(model, x).elbo
    one = torch.stack([iwae_bound(model, x, 1) for _ in range(2000)])
    # k = 1 is the ELBO in expectation (here the reconstruction does not depend on z)
    assert ((one.mean(0) - elbo).abs() < 4 * one.std(0) / math.sqrt(2000) + 1e-3).all()
    assert (elbo < evidence).all()
    assert ((iwae_bound(model, x, 4000, chunk=500) - evidence).abs() < 0.05).all()


def test_iwae_is_the_log_mean_of_the_weights_whatever_the_chunk():
    torch.manual_seed(0)
    model, x = VAE(2, hidden=16).double(), (torch.rand(8, 784) > 0.5).double()
    mu, logvar = model.encode(x)
    q, prior = Normal(mu, torch.exp(0.5 * logvar)), Normal(torch.zeros_like(mu), torch.ones_like(mu))
    torch.manual_seed(1)
    z = mu + torch.exp(0.5 * logvar) * torch.randn(7, 8, 2, dtype=torch.float64)
    weight = log_likelihood(model.decoder(z), x.expand(7, 8, 784)) + (prior.log_prob(z) - q.log_prob(z)).sum(
        -1
    )
    for chunk in (7, 1):  # 8 images with 2 latents: torch draws normal numbers in blocks of 16
        torch.manual_seed(1)
        found = iwae_bound(model, x, 7, chunk=chunk)
        assert torch.allclose(found, torch.logsumexp(weight, 0) - math.log(7), rtol=1e-10)


def test_a_history_is_finished_after_its_last_epoch():
    history = History(2)
    for done in (False, False, True):
        assert history.finished is done
        history.test.append(Terms(-100.0, 5.0))
