"""Answers to the exercise of lesson 04."""

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
            return self.to_mu(h), {logvar}

        def decode(self, z):
            return {decode}

    def loss(vae, x):
        mu, logvar = vae.encode(x)
        sigma = {sigma}
        z = {z}
        cost = F.binary_cross_entropy_with_logits({logits}, x, reduction="none").{pixels}(-1)
        kl = {kl}
        return {loss}

    vae = MyVAE()
    optimizer = torch.optim.Adam(vae.parameters(), lr=4e-3)
    for epoch in range(epochs):
        for batch in {batches}:
            optimizer.zero_grad()
            {used}.backward()
            {step}
    return {returned}
"""


def _vae(logvar="self.to_logvar(h)", decode="torch.sigmoid(self.decoder(z))", sigma="torch.exp(0.5 * logvar)",
         z="mu + sigma * torch.randn_like(mu)", logits="vae.decoder(z)", pixels="sum",
         kl="0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(1)", loss="(cost + kl).mean()",
         batches="torch.randperm(len(images)).split(128)", used="loss(vae, images[batch])",
         step="optimizer.step()", returned="vae, loss"):
    return _VAE.format(**locals())


# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, _vae(loss="(cost + 0.05 * kl).mean()"), "your KL weighs 0.05, and not 1"),
    (0, _vae(loss="(cost + 3 * kl).mean()"), "your KL weighs 3, and not 1"),
    (0, _vae(loss="(cost + 10 * kl).mean()"), "your KL weighs 10, and not 1"),
    (0, _vae(loss="(cost + 1.001 * kl).mean()"), "your KL weighs 1.001, and not 1"),
    (0, _vae(loss="(cost + 0.999 * kl).mean()"), "your KL weighs 0.999, and not 1"),
    (0, _vae(pixels="mean"), "weighs 784, and not 1. Did you average over the pixels"),
    (0, _vae(kl="0.5 * (mu**2 + logvar.exp() - 1 - logvar).mean(1)"),
     "and not 1. Did you average over the numbers of z"),
    (0, _vae(pixels="mean", kl="0.5 * (mu**2 + logvar.exp() - 1 - logvar).mean(1)"),
     "weighs 39.2, and not 1. Did you average over pixels"),
    (0, _vae(loss="(cost - kl).mean()", step="None"), "a larger KL makes your loss smaller"),
    (0, _vae(loss="(-cost + kl).mean()", step="None"), "a larger reconstruction makes your loss larger"),
    (0, _vae(sigma="torch.exp(logvar)"), "z is mu + sigma^2 times epsilon"),
    (0, _vae(kl="0.5 * (mu**2 + torch.exp(2 * logvar) - 1 - 2 * logvar).sum(1)"), "the KL takes logvar for"),
    (0, _vae(kl="0.5 * (logvar.exp() - 1 - logvar).sum(1)"), "the KL has no mu^2"),
    (0, _vae(kl="0.5 * (mu**2 - 1 - logvar).sum(1)", step="None"), "the KL has no sigma^2"),
    (0, _vae(logits="vae.decode(z)"), "squeezed by a second sigmoid"),
    (0, _vae(loss="((vae.decode(z) - x).square().sum(1) + kl).mean()"), "is a squared error"),
    (0, _vae(kl="(mu**2 + logvar.exp() - logvar).abs().sum(1).sqrt()"), "is no sum of reconstruction and KL"),
    (0, _vae(z="mu + sigma * torch.rand_like(mu)"), "comes from `rand_like`"),
    (0, _vae(z="mu"), "no z is drawn"),
    (0, _vae(z="torch.normal(mu, sigma)"), "its gradient is not their slope: a path is cut"),
    (0, _vae(z="mu + sigma.detach() * torch.randn_like(mu)"), "a path is cut"),
    (0, _vae(logits="vae.decoder(z.detach())"), "a path is cut"),
    (0, _vae(z="mu + sigma * torch.randn(20)"), "all images share their noise"),
    (0, _vae(z="mu + sigma * torch.randn(len(mu), 1)"), "all numbers of z share their noise"),
    (0, _vae(z="mu + sigma * torch.randn(1)"), "all images and numbers of z share their noise"),
    (0, _vae(loss="(cost + kl).mean().detach()", step="None", used="torch.zeros(1, requires_grad=True)"),
     "no gradient leads from your loss"),
    (0, _vae(batches="[range(128)] * 60"), "does each step see other images?"),
    (0, _vae(step="None"), "Does the loop make this loss small"),
    (0, _vae(batches="torch.arange(len(images)).split(2000)"), "the loss is right, but after 6 epochs"),
    (0, _vae(used="(0 * loss(vae, images[batch]))"), "the loss is right, but"),
    (0, _vae(decode="self.decoder(z)"), "Those are no probabilities"),
    (0, _vae(logvar="self.to_logvar(h)[:, :3]"), "RuntimeError"),
    (0, _vae(returned="vae"), "return two things"),
    (0, _vae(returned="loss, vae"), "should be an nn.Module"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (0, _vae(batches="torch.arange(len(images)).split(100)")),  # unshuffled
    (0, _vae(loss="(cost + kl).sum()", step="optimizer.step()")),  # Adam does not mind
    (0, _vae(kl="0.5 * (z**2 - ((z - mu) / sigma) ** 2 - logvar).sum(1)")),  # one draw of it
    (0, _vae(z="torch.distributions.Normal(mu, sigma).rsample((5,))", loss="(cost.mean(0) + kl).mean()")
        .replace("(vae.decoder(z), x,", "(vae.decoder(z), x.expand(5, -1, -1),")),
    (0, _vae(logvar="2 * torch.log(F.softplus(self.to_logvar(h)) + 1e-4)",
             returned="vae, lambda _, x: loss(vae, x)")),  # of the model that it knows
    (0, "from torch.distributions import Normal, kl_divergence\n"
        + _vae(kl="kl_divergence(Normal(mu, sigma), Normal(0.0, 1.0)).sum(1)")),
]
