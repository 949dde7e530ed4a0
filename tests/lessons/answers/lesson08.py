"""Answers to the exercises of lesson 08."""

_GRADIENT = "def gradient_in_mu(f, mu, sigma, epsilon):\n"
_BY_HAND = _GRADIENT + "    z = mu + sigma * epsilon\n    return "
_LEAF = _GRADIENT + "    mu = torch.tensor(mu, requires_grad=True)\n    z = mu + sigma * epsilon\n"
_COIN = "def coin_score(p, z):\n    return "

# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, _LEAF + "    surrogate = f(z) * Normal(mu, sigma).log_prob(z)\n"
        "    return torch.autograd.grad(surrogate.mean(), mu)[0]", "this is the colleague's"),
    (0, _LEAF + "    surrogate = f(z).detach() * Normal(mu, sigma).log_prob(z)\n"
        "    return torch.autograd.grad(surrogate.mean(), mu)[0]", "mu and z move together"),
    (0, _LEAF + "    return torch.autograd.grad(f(z).mean(), mu)[0]", "this is the pathwise estimate"),
    (0, _BY_HAND + "(f(z) * (z - mu) / sigma).mean()", "sigma for its square"),
    (0, _BY_HAND + "(f(z) * (z - mu)).mean()", "lacks sigma^2"),
    (0, _BY_HAND + "-(f(z) * epsilon / sigma).mean()", "the gradient of a reward"),
    (0, _BY_HAND + "(f(z) * epsilon / sigma).sum()", "the sum over the draws"),
    (0, _BY_HAND + "f(z) * epsilon / sigma", "has the shape (7,); () is needed"),
    (0, _BY_HAND + "((f(z) - f(z).mean()) * epsilon / sigma).mean()", "it contains each draw's own"),
    (0, _BY_HAND + "(f(z) * epsilon[0] / sigma).mean()", "the estimate is off by"),
    (0, _BY_HAND + "(f(z) * torch.randn_like(z) / sigma).mean()", "the estimate is off by"),
    (1, _COIN + "z / p + (1 - z) / (1 - p)", "look at the sign"),
    (1, _COIN + "z - p", "with respect to the logit"),
    (1, _COIN + "z * torch.log(p) + (1 - z) * torch.log(1 - p)", "this is log q itself"),
    (1, _COIN + "2 * z - 1", "the derivative of q, not of log q"),
    (1, _COIN + "z / p", "the score of z = 0 is not 0"),
    (1, _COIN + "(z / p - (1 - z) / (1 - p)).mean().expand_as(p)", "all coins got the mean"),
    (1, _COIN + "z / p[0] - (1 - z) / (1 - p[0])", "the score is off by"),
    (1, _COIN + "(z - p) / (p * (1 - p))**0.5", "the score is off by"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (0, _BY_HAND + "(f(z) * (z - mu)).mean() / sigma**2"),
    (0, _LEAF + "    surrogate = f(z).detach() * Normal(mu, sigma).log_prob(z.detach())\n"
        "    return torch.autograd.grad(surrogate.mean(), mu)[0]"),
    (0, _GRADIENT + "    z = mu + sigma * epsilon\n"
        "    return sum(f(one) * (one - mu) / sigma**2 for one in z) / len(z)"),
    (1, _COIN + "(z - p) / (p * (1 - p))"),
    (1, "def coin_score(p, z):\n    p = p.clone().requires_grad_()\n"
        "    log_q = z * p.log() + (1 - z) * (1 - p).log()\n"
        "    return torch.autograd.grad(log_q.sum(), p)[0]"),
    (1, _COIN + "torch.where(z == 1, 1 / p, -1 / (1 - p))"),
]
