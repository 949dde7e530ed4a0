"""Answers to the exercises of lesson 02."""

SAMPLE = "def sample(w, log_sigma, x):\n"
COIN = "def gradient_for_a_coin(f, mu):\n"

# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, "arrives = dict.fromkeys(arrives, True)", "2 of 6 agree with autograd."),
    (0, "arrives = dict.fromkeys(arrives, True)", "a path to mu is not enough"),
    (0, "arrives = dict.fromkeys(arrives, False)", "4 of 6 agree"),
    (0, "arrives = {'z': True}", "its six lines"),
    (0, "arrives = dict(zip(arrives, [1, 0, 1, 1, 0, 0]))", "can only jump"),
    (0, "arrives = dict(zip(arrives, [1, 0, 1, 0, 1, 0]))", "leave its record behind"),
    (1, SAMPLE + "    return torch.normal(w * x, torch.tensor(log_sigma.exp().item()))",
     "a path leads to w, but what arrives is exactly 0"),
    (1, SAMPLE + "    return torch.normal(w * x, log_sigma.exp())", "a path leads to w"),
    (1, SAMPLE + "    return Normal(w * x, log_sigma.exp()).sample()", "only numbers"),
    (1, SAMPLE + "    return w * x + log_sigma.exp().item() * torch.randn_like(x)", "arrives at log_sigma"),
    (1, SAMPLE + "    return torch.normal(w * x, log_sigma.exp()) + w * x - (w * x).detach()",
     "a path leads to log_sigma, but what arrives is exactly 0"),
    (1, SAMPLE + "    return w * x + log_sigma.exp() * torch.rand_like(x)", "the mean 0.5"),
    (1, SAMPLE + "    return w * x + torch.exp(0.5 * log_sigma) * torch.randn_like(x)", "standard deviation"),
    (1, SAMPLE + "    return w * x + log_sigma.exp() * torch.randn(())", "each should get its own"),
    (1, SAMPLE + "    torch.manual_seed(0)\n    return w * x + log_sigma.exp() * torch.randn_like(x)",
     "fresh noise"),
    (2, COIN + "    return 0", "the derivative of one toss"),
    (2, COIN + "    x = torch.tensor(mu, requires_grad=True)\n    f(x).backward()\n    return x.grad",
     "never lands on mu"),
    (2, COIN + "    return mu * f(1) + (1 - mu) * f(0)", "the expectation itself"),
    (2, COIN + "    return f(0) - f(1)", "wrong in sign"),
    (2, COIN + "    return f(1) + f(0)", "what happens to the other"),
    (2, COIN + "    return (f(torch.bernoulli(torch.tensor(mu + 0.01))) - f(torch.rand(()))) / 0.01",
     "nothing needs to be drawn"),
    (2, COIN + "    return mu * (f(1) - f(0))", "off by"),
    (1, "def sample(w, log_sigma, x):\n"
        "    return w * x + log_sigma.exp() * (2 * torch.rand_like(x) - 1) * 3**0.5", "the shape of a bell"),
    (0, "arrives = dict(zip(arrives, ['yes', 'no', 'yes', 'no', 'no', 'no']))", "without quotes, not 'yes'"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (0, "import numpy as np\narrives = dict(zip(arrives, np.array([1, 0, 1, 0, 0, 0], bool)))"),
    (1, SAMPLE + "    return Normal(w * x, log_sigma.exp()).rsample()"),
    (1, SAMPLE + "    epsilon = torch.normal(torch.zeros(len(x)), 1.0)\n"
        "    return torch.addcmul(w * x, log_sigma.exp(), epsilon)"),
    (2, COIN + "    def expected(mu):\n        return mu * f(1) + (1 - mu) * f(0)\n"
        "    return (expected(mu + 1e-3) - expected(mu - 1e-3)) / 2e-3"),
    (2, COIN + "    mu = torch.tensor(mu, requires_grad=True)\n"
        "    (mu * f(1.0) + (1 - mu) * f(0.0)).backward()\n    return mu.grad"),
    (0, "arrives = {line: torch.tensor(line in list(arrives)[:3:2]) for line in arrives}"),
    (1, SAMPLE + "    return w * x + log_sigma.exp() * torch.randn(len(x), dtype=torch.float64)"),
    (1, SAMPLE + "    return w * x[:, None] + log_sigma.exp() * torch.randn(len(x), 1)"),
    (2, COIN + "    def expected(mu):\n        return mu * f(1.0) + (1 - mu) * f(0.0)\n"
        "    mu = torch.tensor(mu)\n    return (expected(mu + 1e-3) - expected(mu - 1e-3)) / 2e-3"),
]
