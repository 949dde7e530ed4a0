"""Answers to the exercises of lesson 01."""

_GENERATE = "def generate(decoder, n, latent):\n    return "
_DRAW = "def draw_z(mu, logvar):\n    return "

# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, _GENERATE + "decoder(torch.rand(n, latent))", "your noise comes from `rand`"),
    (0, _GENERATE + "decoder((torch.rand(n, latent) - 0.5) * 12**0.5)", "your noise comes from `rand`"),
    (0, _GENERATE + "decoder(torch.empty(n, latent).uniform_(-1, 1))", "your noise comes from `uniform`"),
    (0, _GENERATE + "decoder(2 * torch.randn(n, latent))", "beside N(0, 1), is off by"),
    (0, _GENERATE + "decoder(0.99999 * torch.randn(n, latent))", "beside N(0, 1), is off by"),
    (0, _GENERATE + "decoder(1.00001 * torch.randn(n, latent))", "beside N(0, 1), is off by"),
    (0, _GENERATE + "decoder(torch.randn(n, latent) + 0.2)", "is off by 0.2 for the draws"),
    (0, _GENERATE + "decoder(torch.randn(n, 1).expand(n, latent))", "50 random numbers were drawn, and 150"),
    (0, _GENERATE + "decoder(torch.randn(2000, 20))", "latent = 3 numbers, and one that was decoded had 20"),
    (0, _GENERATE + "decoder(torch.randn(10, latent))", "30 random numbers were drawn, and 150 are needed"),
    (0, _GENERATE + "torch.randn(n, latent)", "never called"),
    (0, _GENERATE + "decoder(torch.zeros(n, latent))", "nothing in it is random"),
    (0, _GENERATE + "[decoder(torch.randn(latent)) for _ in range(n)][0]", "has the shape (784,)"),
    (0, _GENERATE + "decoder(torch.randn(n, latent)).sigmoid()", "what the decoder made of z is off by"),
    (0, _GENERATE + "decoder(torch.randn(latent, n))", "had 50"),
    (0, _GENERATE + "decoder(torch.randn(n, laten))", "NameError: name 'laten' is not defined"),
    (1, "def draw_z(mu, logvar):\n    sigma = torch.exp(logvar)\n"
        "    return mu + sigma * torch.rand_like(mu)", "your noise comes from `rand_like`"),
    (1, _DRAW + "mu + torch.exp(logvar) * torch.randn_like(mu)", "exp(logvar), the variance"),
    (1, _DRAW + "torch.normal(mu, torch.exp(logvar))", "exp(logvar), the variance"),
    (1, _DRAW + "mu + torch.exp(0.5 * logvar) * (torch.rand_like(mu) - 0.5) * 12**0.5", "from `rand_like`"),
    (1, _DRAW + "mu + torch.exp(0.5 * logvar)", "nothing in it is random"),
    (1, _DRAW + "mu + torch.exp(0.5 * logvar) * torch.randn(len(mu), 1)", "2 random numbers were drawn"),
    (1, _DRAW + "mu + torch.exp(0.5 * logvar) * torch.randn(1)", "1 random numbers were drawn, and 4"),
    (1, _DRAW + "mu + logvar * torch.randn_like(mu)", "logvar, a logarithm"),
    (1, _DRAW + "mu + torch.randn_like(mu)", "is not multiplied by sigma"),
    (1, _DRAW + "torch.exp(0.5 * logvar) * torch.randn_like(mu)", "z is off by 5 for logvar below 0"),
    (1, _DRAW + "mu - 1e-4 + torch.exp(0.5 * logvar) * torch.randn_like(mu)", "z is off by 0.0001"),
    (1, _DRAW + "mu + 1e-4 + torch.exp(0.5 * logvar) * torch.randn_like(mu)", "z is off by 0.0001"),
    (1, _DRAW + "mu + torch.exp(0.6 * logvar) * torch.randn_like(mu)", "z is off by"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (0, _GENERATE + "decoder(torch.normal(0.0, 1.0, (n, latent)))"),
    (0, _GENERATE + "torch.stack([decoder(torch.randn(latent)) for _ in range(n)])"),
    (0, _GENERATE + "decoder(torch.empty(n, latent).normal_())"),
    (0, "def generate(decoder, n, latent):\n    prior = torch.distributions.Normal(0.0, 1.0)\n"
        "    return torch.cat([decoder(prior.sample((1, latent))) for _ in range(n)])"),
    (1, _DRAW + "mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)"),
    (1, _DRAW + "mu - torch.exp(0.5 * logvar) * torch.randn_like(mu)"),
    (1, _DRAW + "torch.normal(mu, logvar.exp().sqrt())"),
    (1, _DRAW + "torch.distributions.Normal(mu, (logvar / 2).exp()).sample()"),
    (1, _DRAW + "torch.distributions.MultivariateNormal(mu, torch.diag_embed(logvar.exp())).sample()"),
    (1, _DRAW + "(mu + torch.exp(0.5 * logvar) * torch.randn(mu.shape)).numpy()"),
    (1, "def draw_z(mu, logvar):\n    sigma = torch.sqrt(torch.exp(logvar))\n"
        "    return torch.stack([torch.normal(m, s) for m, s in zip(mu, sigma)])"),
]
