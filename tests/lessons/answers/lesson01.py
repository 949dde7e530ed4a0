"""Answers to the exercises of lesson 01."""

_DICTIONARY = """needed = {
    "digit from nothing": %r,
    "another version of this 7": %r,
    "black at pixel 300": %r,
    "place on the plane": %r,
    "missing in an autoencoder": %r,
}"""

# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, "def generate(decoder, n, latent):\n    return decoder(torch.rand(n, latent))",
     "the mean of your z is 0."),
    (0, "def generate(decoder, n, latent):\n    return decoder(2 * torch.randn(n, latent))",
     "z squared"),
    (0, "def generate(decoder, n, latent):\n"
        "    return decoder((torch.rand(n, latent) - 0.5) * 12**0.5)", "fourth power"),
    (0, "def generate(decoder, n, latent):\n    return decoder(torch.randn(n, 1).expand(n, latent))",
     "mean product"),
    (0, "def generate(decoder, n, latent):\n    return decoder(torch.randn(2000, 20))", "latent = 3"),
    (0, "def generate(decoder, n, latent):\n    return decoder(torch.randn(10, latent))", "n = 2000"),
    (0, "def generate(decoder, n, latent):\n    return torch.randn(n, latent)", "never called"),
    (0, "def generate(decoder, n, latent):\n    return [decoder(torch.randn(latent)) for _ in range(n)]",
     "should be a tensor, but is list"),
    (1, "def draw_z(mu, logvar):\n    sigma = torch.exp(logvar)\n"
        "    return mu + sigma * torch.rand_like(mu)", "not centred on mu"),
    (1, "def draw_z(mu, logvar):\n    return mu + torch.exp(logvar) * torch.randn_like(mu)",
     "wrong size: where logvar is -2 their standard deviation is 0.3"),
    (1, "def draw_z(mu, logvar):\n"
        "    return mu + torch.exp(0.5 * logvar) * (torch.rand_like(mu) - 0.5) * 12**0.5", "bell curve"),
    (1, "def draw_z(mu, logvar):\n    return mu + torch.exp(0.5 * logvar)", "nothing in your z is random"),
    (1, "def draw_z(mu, logvar):\n    return mu + torch.exp(0.5 * logvar) * torch.randn(len(mu), 1)",
     "move together"),
    (1, "def draw_z(mu, logvar):\n    return mu + torch.exp(0.5 * logvar) * torch.randn(1)",
     "share one draw"),
    (1, "def draw_z(mu, logvar):\n    return mu + logvar * torch.randn_like(mu)", "wrong size"),
    (2, _DICTIONARY % ("q(z|x)", "q(z|x)", "p(x|z)", "q(z|x)", "p(z)"), "'digit from nothing': q(z|x)"),
    (2, _DICTIONARY % ("p(z)", "p(z)", "p(x|z)", "q(z|x)", "p(z)"), "one certain image is meant"),
    (2, _DICTIONARY % ("p(z)", "q(z|x)", "p(z)", "q(z|x)", "p(z)"), "a distribution over z"),
    (2, _DICTIONARY % ("p(z)", "q(z|x)", "p(x|z)", "p(x|z)", "p(z)"), "no z is given yet"),
    (2, _DICTIONARY % ("p(z)", "q(z|x)", "p(x|z)", "q(z|x)", None), "is needed, not None"),
    (2, "needed['digit from nothing'] = 'prior'", "is needed, not 'prior'"),
    (2, "needed = 'p(z)'", "a dictionary with the 5 tasks"),
    (0, "def generate(decoder, n, latent):\n    return decoder(torch.randn(n, latent)).sigmoid()",
     "not what the decoder made of your z"),
    (0, "def generate(decoder, n, latent):\n    return decoder(torch.randn(n, latent) + 0.2)",
     "the mean of your z is 0.2"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (0, "def generate(decoder, n, latent):\n    return decoder(torch.normal(0.0, 1.0, (n, latent)))"),
    (0, "def generate(decoder, n, latent):\n"
        "    return torch.stack([decoder(torch.randn(latent)) for _ in range(n)])"),
    (0, "def generate(decoder, n, latent):\n    prior = torch.distributions.Normal(0.0, 1.0)\n"
        "    return torch.cat([decoder(prior.sample((1, latent))) for _ in range(n)])"),
    (1, "def draw_z(mu, logvar):\n    return torch.normal(mu, logvar.exp().sqrt())"),
    (1, "def draw_z(mu, logvar):\n"
        "    return torch.distributions.Normal(mu, (logvar / 2).exp()).sample()"),
    (2, _DICTIONARY % ("p(z)", "Q(z | x)", "p(x | z)", "q(z|x)", " p(z)")),
    (2, "needed = dict(zip(needed, ['p(z)', 'q(z|x)', 'p(x|z)', 'q(z|x)', 'p(z)']))"),
    (0, "import numpy as np\ndef generate(decoder, n, latent):\n"
        "    return decoder(torch.from_numpy(np.random.randn(n, latent))).float()"),
    (0, "def generate(decoder, n, latent):\n    return decoder(torch.randn(n, 1, latent)).numpy()"),
    (1, "import numpy as np\ndef draw_z(mu, logvar):\n"
        "    return np.random.normal(mu.numpy(), np.exp(logvar.numpy() / 2))"),
]
