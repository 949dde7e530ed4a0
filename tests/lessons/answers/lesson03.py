"""Answers to the exercises of lesson 03."""

_UNIFORM = "def draw_uniform(low, high, u):\n    return "
_PAIRED = ("def paired_gradient(f, mu, sigma, epsilon):\n"
           "    mu = torch.full_like(epsilon, mu, requires_grad=True)\n")
_TRAIN = """\
def train(k, steps=200, lr=0.02):
    mu = torch.zeros_like(k, requires_grad=True)
    optimizer = torch.optim.SGD([mu], lr=lr)
    {before}
    for _ in range(steps):
        {within}
        z = mu + epsilon
        loss = (z - k).square().sum()
        {zero}
        loss.backward()
        optimizer.step()
    return mu.detach(), loss.item() / len(k)
"""


def _train(before="pass", within="pass", zero="optimizer.zero_grad()"):
    return _TRAIN.format(before=before, within=within, zero=zero)


# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, _UNIFORM + "low + (high - low) * torch.rand(4)", "noise of its own"),
    (0, _UNIFORM + "(low + high) / 2 + 0 * u", "A draw without its noise"),
    (0, _UNIFORM + "low + high * u", "u = 1 gives z = 2, which is not high"),
    (0, _UNIFORM + "low + (high - low) * u ** 2", "is not uniform"),
    (0, _UNIFORM + "low.item() + (high - low).item() * u", "a constant to autograd"),
    (0, _UNIFORM + "low + (high - low).detach() * u", "a part of the path is cut"),
    (0, _UNIFORM + "low * (1 - u) + high.detach() * u", "the path to high is cut"),
    (1, _train(before="epsilon = torch.randn_like(k)"), "made up for one particular roll"),
    (1, _train(within="epsilon = torch.rand_like(k)"), "what is the mean of your noise?"),
    (1, _train(before="epsilon = 0"), "nothing is random any more"),
    (1, _train(within="epsilon = torch.normal(mu, 1.0) - mu"), "each mu is still 0"),
    (1, _train(within="epsilon = torch.randn_like(k)", zero="pass"), "its own gradient only?"),
    (1, _train(within="epsilon = torch.randn_like(k)").replace(", loss.item() / len(k)", ""), "two things"),
    (2, _PAIRED + "    return torch.autograd.grad(f(mu + sigma * epsilon).sum(), mu)[0]", "+epsilon alone"),
    (2, _PAIRED + "    pair = f(mu + sigma * epsilon) + f(mu - sigma * epsilon)\n"
        "    return torch.autograd.grad(pair.sum(), mu)[0]", "of their sum?"),
    (2, _PAIRED + "    pair = f(mu + sigma * epsilon) + f(-(mu + sigma * epsilon))\n"
        "    return torch.autograd.grad(pair.sum() / 2, mu)[0]", "gradients are off"),
    (2, _PAIRED + "    pair = f(mu + sigma * epsilon) + f(mu + sigma * torch.randn_like(epsilon))\n"
        "    return torch.autograd.grad(pair.sum() / 2, mu)[0]", "gradients are off"),
    (2, _PAIRED + "    pair = f(mu + sigma * epsilon) + f(mu - sigma * epsilon)\n"
        "    return torch.autograd.grad(pair.mean() / 2, mu)[0].sum()", "the shape"),
    (2, "def paired_gradient(f, mu, sigma, epsilon):\n"
        "    sigma = torch.full_like(epsilon, sigma, requires_grad=True)\n"
        "    pair = f(mu + sigma * epsilon) + f(mu - sigma * epsilon)\n"
        "    return torch.autograd.grad(pair.sum() / 2, sigma)[0]", "with respect to sigma"),
    (1, _train(within="epsilon = torch.randn_like(k)").replace("loss.item() / len(k)", "loss.item()"),
     "is it the sum over the images?"),
    (1, _train(within="epsilon = torch.randn_like(k)").replace("loss.item() / len(k)",
                                                               "(mu - k).square().mean()"),
     "is it that of the draws z?"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (0, _UNIFORM + "(1 - u) * low + u * high"),
    (0, _UNIFORM + "torch.lerp(low.expand_as(u), high.expand_as(u), u)"),
    (1, "def train(k, steps=200, lr=0.02):\n"
        "    mu = 0 * k\n"
        "    for _ in range(steps):\n"
        "        mu.requires_grad_()\n"
        "        loss = (torch.distributions.Normal(mu, 1.0).rsample() - k).square()\n"
        "        mu = (mu - lr * torch.autograd.grad(loss.sum(), mu)[0]).detach()\n"
        "    return mu, loss.mean()"),
    (1, _train(before="noise = torch.randn(steps, len(k))", within="epsilon = noise[_]")),
    (2, "def paired_gradient(f, mu, sigma, epsilon):\n"
        "    z = torch.stack([mu + sigma * epsilon, mu - sigma * epsilon]).requires_grad_()\n"
        "    f(z).sum().backward()\n"
        "    return z.grad.mean(0)"),
    (2, _PAIRED + "    both = torch.cat([epsilon, -epsilon])\n"
        "    f(mu.repeat(2) + sigma * both).sum().backward()\n"
        "    return mu.grad / 2"),
    (0, _UNIFORM + "(low + (high - low) * u.double())[:, None]"),
    (1, _train(within="epsilon = torch.randn_like(k)").replace("mu.detach(), loss.item() / len(k)",
                                                               "[mu.detach().numpy(), loss / len(k)]")),
    (2, _PAIRED.replace("    mu", "    epsilon = epsilon.float()\n    mu")
        + "    pair = f(mu + sigma * epsilon) + f(mu - sigma * epsilon)\n"
          "    return torch.autograd.grad(pair.sum() / 2, mu)[0]"),
]
