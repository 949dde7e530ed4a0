"""Answers to the exercises of lesson 04."""

_VAE = """\
def my_vae(images, epochs):
    class MyVAE(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Sequential(nn.Linear(784, 100), nn.ReLU())
            self.to_mu, self.to_logvar = nn.Linear(100, 20), nn.Linear(100, 20)
            self.decoder = nn.Sequential(nn.Linear(20, 100), nn.ReLU(), nn.Linear(100, 784))

        def encode(self, x):
            h = self.encoder(x)
            return self.to_mu(h), self.to_logvar(h)

        def decode(self, z):
            return {decode}

    {before}
    def terms(vae, x):
        mu, logvar = vae.encode(x)
        sigma = {sigma}
        z = {z}
        reconstruction = -F.binary_cross_entropy_with_logits({logits}, x, reduction="none").{pixels}(1)
        kl = {kl}
        return reconstruction, kl

    vae = MyVAE()
    optimizer = torch.optim.Adam(vae.parameters(), lr=4e-3)
    for epoch in range(epochs):
        for batch in torch.randperm(len(images)).split(128):
            reconstruction, kl = terms(vae, images[batch])
            loss = {loss}
            {zero}
            loss.backward()
            {step}
    return {returned}
"""


def _vae(decode="torch.sigmoid(self.decoder(z))", before="", sigma="torch.exp(0.5 * logvar)",
         z="mu + sigma * torch.randn_like(mu)", logits="vae.decoder(z)", pixels="sum",
         kl="0.5 * (mu**2 + sigma**2 - 1 - logvar).sum(1)", loss="(kl - reconstruction).mean()",
         zero="optimizer.zero_grad()", step="optimizer.step()", returned="vae, terms"):
    return _VAE.format(**locals())


_NOISE = "def noise_of(sampler):\n    "

# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, _vae(pixels="mean"), "that is a mean over the pixels"),
    (0, _vae(sigma="torch.exp(logvar)"), "in it, sigma is exp(logvar)"),
    (0, _vae(sigma="torch.exp(logvar)", kl="0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(1)"),
     "its noise has the size of exp(logvar)"),
    (0, _vae(kl="-0.5 * (mu**2 + sigma**2 - 1 - logvar).sum(1)"), "Which sign has it in what is minimised?"),
    (0, _vae(kl="-0.5 * (mu**2 + sigma**2 - 1 - logvar).sum(1)", loss="-(kl + reconstruction).mean()"),
     "a KL divergence is never negative"),
    (0, _vae(loss="(kl - reconstruction / 784).mean()"), "How heavy is the KL"),
    (0, _vae(kl="0.5 * (mu**2 + sigma**2 - 1 - logvar).mean(1)"), "a mean over the latent dimensions"),
    (0, _vae(before="epsilon = torch.randn(20)", z="mu + sigma * epsilon"), "one and the same roll"),
    (0, _vae(z="mu + sigma * torch.rand_like(mu)"), "the mean of its noise is not 0"),
    (0, _vae(z="torch.normal(mu, sigma)"), "its path is cut"),
    (0, _vae(z="mu"), "misses to_logvar.weight"),
    (0, _vae(logits="vae.decode(z)"), "squeezed between 0 and 1 a second time"),
    (0, _vae(decode="torch.sigmoid(torch.sigmoid(self.decoder(z)))", logits="vae.decode(z).logit()"),
     "squeezed between 0 and 1 already"),
    (0, _vae(decode="self.decoder(z)"), "Those are no probabilities"),
    (0, _vae(zero="pass"), "the gradient of its own batch"),
    (0, _vae(step="pass"), "Does the loop take steps"),
    (0, _vae(returned="vae"), "return two things"),
    (1, "factor = 1 / 784", "how much too heavy"),
    (1, "factor = 28", "over how many pixels"),
    (1, "factor = 784 * 128", "that cancels"),
    (1, "factor = 128", "that cancels"),
    (1, "factor = 1", "Are both terms sums"),
    (1, "factor = 392", "it is not 392."),
    (2, _NOISE + "return 0.0, 1.0", "for mu + sigma * rand the mean of the noise is 0"),
    (2, _NOISE + "e = sampler(torch.zeros(100_000), torch.ones(100_000))\n    return e.mean(), e.std()",
     "With which sigma does it look right?"),
    (2, _NOISE + "e = sampler(torch.zeros(100_000), torch.full((100_000,), 0.5)) / 0.5\n"
        "    return e.mean(), e.var()", "that is the variance"),
    (2, _NOISE + "z = sampler(torch.full((100_000,), 3.0), torch.full((100_000,), 0.5))\n"
        "    return z.mean(), z.std()", "for mu + sigma * randn the mean of the noise is"),
    (2, _NOISE + "z = sampler(torch.full((100_000,), 3.0), torch.full((100_000,), 0.5))\n"
        "    return (z - 3).mean(), (z - 3).std()", "the standard deviation of the noise is 0.5"),
    (2, _NOISE + "return sampler(torch.zeros(9), torch.ones(9))", "two numbers"),
    (2, _NOISE + "mu, sigma = torch.full((100_000,), 3.0), torch.full((100_000,), 0.5)\n"
        "    e = (sampler(mu, sigma) - mu) / sigma\n    return e.median(), e.std()",
     "for mu + sigma * exponential the mean of the noise is 0.69"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (0, _vae(z="torch.distributions.Normal(mu, sigma).rsample()",
             kl="torch.distributions.kl_divergence(torch.distributions.Normal(mu, sigma), "
                "torch.distributions.Normal(0.0, 1.0)).sum(1)", loss="(kl - reconstruction).sum()")),
    (0, """\
def my_vae(images, epochs):
    class Small(nn.Module):
        def __init__(self):
            super().__init__()
            self.into = nn.Sequential(nn.Linear(784, 200), nn.Tanh(), nn.Linear(200, 2 * 5))
            self.out = nn.Sequential(nn.Linear(5, 200), nn.Tanh(), nn.Linear(200, 784), nn.Sigmoid())

        def encode(self, x):
            return self.into(x).chunk(2, dim=1)

        def decode(self, z):
            return self.out(z)

        def terms(self, x):
            mu, logvar = self.encode(x)
            p = self.decode(mu + (logvar / 2).exp() * torch.randn(mu.shape))
            likely = torch.where(x > 0.5, p, 1 - p).clamp(min=1e-6).log().sum(1)
            return likely, -0.5 * (1 + logvar - mu**2 - logvar.exp()).sum(1)

    torch.manual_seed(5)
    model = Small()
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    for _ in range(epochs * len(images) // 50):
        reconstruction, kl = model.terms(images[torch.randint(len(images), (50,))])
        optimizer.zero_grad()
        (kl.mean() - reconstruction.mean()).backward()
        optimizer.step()
    return model, Small.terms
"""),
    (1, "factor = 784.0"),
    (1, "factor = torch.tensor(28**2)"),
    (2, _NOISE + "sigma = torch.linspace(0.5, 4, 100_000)\n"
        "    e = (sampler(-sigma, sigma) / sigma + 1).numpy()\n    return [e.mean(), e.std()]"),
    (2, _NOISE + "e = sampler(torch.zeros(1000, 100), torch.full((1000, 100), 2.0)) / 2\n"
        "    return torch.stack([e.mean(), e.square().mean().sub(e.mean()**2).sqrt()])"),
    (0, _vae(returned="[vae, terms]").replace("return self.to_mu(h), self.to_logvar(h)",
                                              "return [self.to_mu(h), self.to_logvar(h)]")
        .replace("return reconstruction, kl", "return torch.stack([reconstruction, kl])")),
    (1, "import numpy as np\nfactor = np.float32(784)"),
    (2, "import numpy as np\n" + _NOISE + "sigma = torch.full((100_000,), 0.5)\n"
        "    e = (sampler(0 * sigma, sigma) / sigma).numpy()\n    return np.array([e.mean(), e.std()])"),
]
