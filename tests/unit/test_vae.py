"""helpers.vae against closed forms and against torch.distributions."""

import math

import pytest
import torch
from torch.distributions import Bernoulli, Normal
from torch.distributions import kl_divergence as torch_kl

from helpers.vae import VAE, Terms, elbo_terms, kl_divergence, log_likelihood, reparameterize


def double(*shape) -> torch.Tensor:
    return torch.randn(*shape, dtype=torch.float64)


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


def test_reparameterize_is_rsample_bit_for_bit():
    mu, sigma = torch.randn(100), torch.rand(100) + 0.1
    torch.manual_seed(3)
    by_hand = reparameterize(mu, sigma)
    torch.manual_seed(3)
    assert torch.equal(by_hand, Normal(mu, sigma).rsample())


def test_kl_against_torch_distributions_and_against_draws():
    mu, logvar = double(4, 3), double(4, 3)
    q, prior = Normal(mu, torch.exp(0.5 * logvar)), Normal(torch.zeros_like(mu), torch.ones_like(mu))
    kl = kl_divergence(mu, logvar)
    assert torch.allclose(kl, torch_kl(q, prior).sum(-1), rtol=1e-12)
    assert torch.allclose(kl_divergence(mu, logvar, per_dimension=True), torch_kl(q, prior), rtol=1e-12)
    z = q.sample((50_000,))
    draws = (q.log_prob(z) - prior.log_prob(z)).sum(-1)
    assert ((draws.mean(0) - kl).abs() < 4 * draws.std(0) / math.sqrt(50_000)).all()  # standard errors


def test_log_likelihood_is_that_of_independent_coins():
    logits, x = double(5, 784), (torch.rand(5, 784) > 0.5).double()
    assert torch.allclose(log_likelihood(logits, x), Bernoulli(logits=logits).log_prob(x).sum(-1), rtol=1e-12)
    with pytest.raises(ValueError, match="size"):  # broadcasting would sum the wrong thing in silence
        log_likelihood(logits, x[:1])


def test_elbo_is_reconstruction_minus_kl_with_the_sampler_given():
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
