"""Answers to the exercises of lesson 07."""

# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, "def gradient_in_mu(f, mu, sigma, n):\n    z = mu + sigma * torch.rand(n)\n"
        "    return (f(z) * (z - mu) / sigma**2).mean()", "standard errors away"),
    (0, "def gradient_in_mu(f, mu, sigma, n):\n    z = mu + sigma * torch.randn(n)\n"
        "    return (f(z) * (z - mu) / sigma).mean()", "mu = 1, sigma = 0.5"),
    (0, "def gradient_in_mu(f, mu, sigma, n):\n    z = mu + sigma * torch.randn(n)\n"
        "    return -(f(z) * (z - mu) / sigma**2).mean()", "for f(z) = z^2"),
    (0, "def gradient_in_mu(f, mu, sigma, n):\n    return 2 * mu", "nothing in it is random"),
    (0, "def gradient_in_mu(f, mu, sigma, n):\n    z = mu + sigma * torch.randn(1)\n"
        "    return (f(z) * (z - mu) / sigma**2).mean()", "average of n draws"),
    (0, "def gradient_in_mu(f, mu, sigma, n):\n    z = mu + sigma * torch.randn(n)\n"
        "    return (f(z) * (z - mu) / sigma**2).mean() + 100 * torch.randn(())", "is expected"),
    (0, "def gradient_in_mu(f, mu, sigma, n):\n    z = mu + sigma * torch.randn(n)\n"
        "    return f(z) * (z - mu) / sigma**2", "tensor of shape (500,)"),
    (1, "def leave_one_out_gradient(costs, scores):\n"
        "    return ((costs - costs.mean()) * scores).mean()", "contain its own cost"),
    (1, "def leave_one_out_gradient(costs, scores):\n    return (costs * scores).mean()",
     "no baseline in it"),
    (1, "def leave_one_out_gradient(costs, scores):\n"
        "    return ((costs - (costs.sum() - costs) / len(costs)) * scores).mean()", "should be"),
    (1, "def leave_one_out_gradient(costs, scores):\n"
        "    return (costs - (costs.sum() - costs) / (len(costs) - 1)) * scores", "one number"),
    (1, "def leave_one_out_gradient(costs, scores):\n    n = len(costs)\n"
        "    return ((costs - (costs.sum() - costs) / (n - 1)) * scores).sum()", "sum or mean"),
    (2, "def coin_score(p, z):\n    return z / p + (1 - z) / (1 - p)", "look at the sign"),
    (2, "def coin_score(p, z):\n    return torch.tensor([-1 / (1 - p), 1 / p, 0.0, 0.0])",
     "the score of z = 1 is 0"),
    (2, "def coin_score(p, z):\n    return z - p", "but should be"),
    (2, "def coin_score(p, z):\n    return z * math.log(p) + (1 - z) * math.log(1 - p)",
     "is -0.2231, but should be -1.25"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (0, "def gradient_in_mu(f, mu, sigma, n):\n    z = torch.normal(mu, sigma, (n,))\n"
        "    costs = f(z)\n    return ((costs - f(torch.tensor(mu))) * (z - mu)).mean() / sigma**2"),
    (0, "def gradient_in_mu(f, mu, sigma, n):\n    m = torch.tensor(mu, requires_grad=True)\n"
        "    q = Normal(m, sigma)\n    z = q.sample((n,))\n"
        "    return torch.autograd.grad((f(z) * q.log_prob(z)).mean(), m)[0].item()"),
    (1, "def leave_one_out_gradient(costs, scores):\n"
        "    return torch.cov(torch.stack([costs, scores]))[0, 1]"),
    (1, "def leave_one_out_gradient(costs, scores):\n    n = len(costs)\n"
        "    return sum((costs[i] - costs[[j for j in range(n) if j != i]].mean()) * scores[i]\n"
        "               for i in range(n)) / n"),
    (2, "def coin_score(p, z):\n    return (z - p) / (p * (1 - p))"),
]
