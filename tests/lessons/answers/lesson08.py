"""Answers to the exercises of lesson 08."""

_GRADIENT = "def gradient_in_mu(f, mu, sigma, n):\n"
_BY_HAND = _GRADIENT + "    z = mu + sigma * torch.randn(n)\n    return "
_LEAF = _GRADIENT + "    mu = torch.tensor(mu, requires_grad=True)\n    z = mu + sigma * torch.randn(n)\n"
_COIN = "def coin_score(p, z):\n    return "
_BOTH = "def both(w, n):\n    e = torch.randn(n)\n    z = 1 + e\n    return "

# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, _GRADIENT + "    z, h = mu + sigma * torch.randn(n), 0.01\n"
        "    return ((f(z + h) - f(z - h)) / (2 * h)).mean()",
     "f is asked for 1000 costs"),
    (0, _LEAF + "    surrogate = f(z).detach() * Normal(mu, sigma).log_prob(z)\n"
        "    return torch.autograd.grad(surrogate.mean(), mu)[0]", "or does z move with it?"),
    (0, _LEAF + "    surrogate = f(z) * Normal(mu, sigma).log_prob(z)\n"
        "    return torch.autograd.grad(surrogate.mean(), mu)[0]", "Did you differentiate f?"),
    (0, _LEAF + "    return torch.autograd.grad(f(z).mean(), mu)[0]", "A step has no slope: did you"),
    (0, _LEAF + "    surrogate = f(z.detach()) * Normal(mu, sigma).log_prob(z)\n"
        "    return torch.autograd.grad(surrogate.mean(), mu)[0]", "or does z move with it?"),
    (0, _GRADIENT + "    z = mu + sigma * torch.rand(n)\n    return (f(z) * (z - mu) / sigma**2).mean()",
     "from the same distribution as the density?"),
    (0, _BY_HAND + "(f(z) * (z - mu) / sigma).mean()", "mu = 1, sigma = 0.5"),
    (0, _BY_HAND + "-(f(z) * (z - mu) / sigma**2).mean()", "the gradient of a reward"),
    (0, _BY_HAND + "(f(z) * (z - mu) / sigma**2).sum()", "is it the sum of the draws"),
    (0, _BY_HAND + "f(z) * (z - mu) / sigma**2", "tensor of shape (500,)"),
    (0, _GRADIENT + "    z = mu + sigma * torch.randn(1)\n    return (f(z) * (z - mu) / sigma**2).mean()",
     "average of n draws"),
    (0, _BY_HAND + "(f(z) * (z - mu) / sigma**2).mean() + 100 * torch.randn(())", "is expected"),
    (0, _GRADIENT + "    return 2 * mu * f(torch.tensor(0.5)) * 0 + 7", "from the same distribution"),
    (0, _GRADIENT + "    return (f(torch.tensor(mu + 0.1)) - f(torch.tensor(mu - 0.1))) / 0.2",
     "nothing in it is random"),
    (1, _COIN + "z / p + (1 - z) / (1 - p)", "look at the sign"),
    (1, _COIN + "torch.tensor([-1 / (1 - p), 1 / p, 0.0, 0.0])", "the score of z = 1 is 0"),
    (1, _COIN + "z - p", "with respect to p"),
    (1, _COIN + "z * math.log(p) + (1 - z) * math.log(1 - p)", "log q itself"),
    (1, _COIN + "2 * z - 1", "the derivative of q, not of log q"),
    (1, _COIN + "z / p", "the score of z = 0 is 0, but should be"),
    (1, _COIN + "(z / p - (1 - z) / (1 - p)).mean()", "the shape ()"),
    (2, _BOTH + "torch.cos(w * z) * e, -w * torch.sin(w * z)", "exchanged"),
    (2, _BOTH + "-torch.sin(w * z), torch.cos(w * z) * e", "w = 0.5 the average pathwise estimate"),
    (2, _BOTH + "w * torch.sin(w * z), torch.cos(w * z) * e", "the average pathwise estimate"),
    (2, _BOTH + "-w * torch.sin(w * z), torch.cos(w * z) * z", "the average score-function estimate"),
    (2, _BOTH.replace("1 + e", "e") + "-w * torch.sin(w * z), torch.cos(w * z) * e", "the average pathwise"),
    (2, _BOTH + "(-w * torch.sin(w * z)).mean(), (torch.cos(w * z) * e).mean()", "the shape ()"),
    (2, _BOTH + "-w * torch.sin(w * z), (torch.cos(w * z) - 0.9) * e", "with no baseline?"),
    (2, _BOTH + "-w * torch.sin(w * z)", "two things are needed"),
    (0, _GRADIENT + "    z = mu + sigma * torch.randn(n)\n    costs = f(z)\n"
        "    return ((costs - costs.mean()) * (z - mu)).mean() / sigma**2", "contain the draw's own cost?"),
    (1, _COIN + "(z - p) / (p * (1 - p))**0.5", "the score of z ="),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (0, _GRADIENT + "    z = torch.normal(mu, sigma, (n,))\n    costs = f(z)\n"
        "    return ((costs - f(torch.tensor(mu))) * (z - mu)).mean() / sigma**2"),
    (0, _GRADIENT + "    m = torch.tensor(mu, requires_grad=True)\n    q = Normal(m, sigma)\n"
        "    z = q.sample((n,))\n    return torch.autograd.grad((f(z) * q.log_prob(z)).mean(), m)[0].item()"),
    (0, _LEAF + "    surrogate = f(z).detach() * Normal(mu, sigma).log_prob(z.detach())\n"
        "    return torch.autograd.grad(surrogate.mean(), mu)[0]"),
    (1, _COIN + "(z - p) / (p * (1 - p))"),
    (1, "def coin_score(p, z):\n    p = torch.full_like(z, p, requires_grad=True)\n"
        "    return torch.autograd.grad(Bernoulli(p).log_prob(z).sum(), p)[0]"),
    (2, "def both(w, n):\n    mu = torch.ones(n, requires_grad=True)\n"
        "    z = mu + torch.randn(n)\n    path = torch.autograd.grad(torch.cos(w * z).sum(), mu)[0]\n"
        "    z = z.detach()\n    log_q = Normal(mu, 1.0).log_prob(z)\n"
        "    return path, torch.autograd.grad((torch.cos(w * z) * log_q).sum(), mu)[0]"),
    (2, "def both(w, n):\n    a, b = torch.randn(2, n).double()\n"
        "    return [-w * torch.sin(w + w * a), b * torch.cos(w * (1 + b))]"),
    (0, _GRADIENT + "    z = mu + sigma * torch.randn(n)\n    costs = f(z)\n"
        "    others = (costs.sum() - costs) / (n - 1)\n"
        "    return ((costs - others) * (z - mu)).mean().numpy() / sigma**2"),
    (1, _COIN + "torch.where(z == 1, 1 / p, -1 / (1 - p)).double()[:, None]"),
    (2, _BOTH + "torch.stack([-w * torch.sin(w * z), torch.cos(w * z) * e])"),
]
