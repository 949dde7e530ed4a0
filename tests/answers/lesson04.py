"""Answers to the exercises of lesson 04."""

# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, "factor = 1 / 784", "how much too heavy"),
    (0, "factor = 28", "but should be 784"),
    (1, "def kl_to_prior(mu, logvar, m):\n"
        "    return 0.5 * ((mu - m)**2 + logvar.exp() - 1 + logvar).sum(-1)", "the KL of image 0"),
    (1, "def kl_to_prior(mu, logvar, m):\n"
        "    return 0.5 * ((mu - m)**2 + logvar.exp() - 1 - logvar).sum()", "shape ()"),
    (1, "def kl_to_prior(mu, logvar, m):\n"
        "    return 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(-1)", "with m = [2.0, -1.0, 0.5]"),
    (2, "def noise_of(sampler):\n    return 0.0, 1.0", "for mu + sigma * rand the mean"),
    (2, "def noise_of(sampler):\n    e = sampler(torch.zeros(100_000), torch.ones(100_000))\n"
        "    return e.mean(), e.var()", "for mu + sigma * rand the standard deviation"),
    (2, "def noise_of(sampler):\n    return sampler(torch.zeros(9), torch.ones(9))", "two numbers"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (0, "factor = 784.0"),
    (1, "from torch.distributions import Normal, kl_divergence\ndef kl_to_prior(mu, logvar, m):\n"
        "    return kl_divergence(Normal(mu, (logvar / 2).exp()), Normal(m, 0 * m + 1)).sum(1)"),
    (2, "def noise_of(sampler):\n"
        "    e = sampler(torch.zeros(100_000), torch.ones(100_000)).numpy()\n"
        "    return [e.mean(), e.std()]"),
]
