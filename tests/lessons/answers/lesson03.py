"""Answers to the exercises of lesson 03."""

_DRAW = "def draw(mu, sigma, epsilon):\n    return "


def _train(before="", inside="epsilon = torch.randn_like(k)", loss="(mu + epsilon - k).square().sum()"):
    return ("def train(k, steps, lr):\n"
            "    mu = torch.zeros_like(k, requires_grad=True)\n"
            "    optimizer = torch.optim.SGD([mu], lr=lr)\n"
            f"    {before}\n"
            "    for step in range(steps):\n"
            f"        {inside}\n"
            f"        loss = {loss}\n"
            "        optimizer.zero_grad()\n        loss.backward()\n        optimizer.step()\n"
            "    return mu.detach()\n")


# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, _DRAW + "torch.normal(mu, sigma)", "a die of its own, by `normal`"),
    (0, _DRAW + "mu + sigma * torch.randn_like(mu)", "a die of its own, by `randn_like`"),
    (0, _DRAW + "mu", "nothing in it is random"),
    (0, _DRAW + "epsilon", "z is the roll itself"),
    (0, _DRAW + "mu + epsilon", "the standard deviation of z is 1"),
    (0, _DRAW + "sigma * epsilon", "the mean of z is 0"),
    (0, _DRAW + "sigma + mu * epsilon", "the mean of z is sigma, and its standard deviation mu"),
    (0, _DRAW + "mu + sigma**2 * epsilon", "sigma squared"),
    (0, _DRAW + "mu + sigma.sqrt() * epsilon", "the root of sigma"),
    (0, _DRAW + "mu + sigma + epsilon", "sigma moves the mean of z"),
    (0, _DRAW + "(mu + epsilon) * sigma", "the mean of z is mu times sigma"),
    (0, _DRAW + "mu + sigma * epsilon[0]", "the same roll is used for all entries"),
    (0, _DRAW + "(mu + sigma * epsilon).detach()", "right values, but the path to mu is cut"),
    (0, _DRAW + "mu + sigma.detach() * epsilon", "right values, but the path to sigma is cut"),
    (0, _DRAW + "torch.tensor(mu.tolist()) + sigma * epsilon", "right values, but the path to mu is cut"),
    (0, _DRAW + "mu + 0.99999 * sigma * epsilon", "z is off by"),
    (0, _DRAW + "mu + 1.00001 * sigma * epsilon", "z is off by"),
    (0, _DRAW + "mu + sigma * epsilon.abs()", "z is off by"),
    (0, _DRAW + "(mu + sigma * epsilon).mean()", "z has the shape (); (4,) is needed"),
    (0, _DRAW + "mu + sigma * eps", "NameError: name 'eps' is not defined"),
    (1, _train(before="epsilon = torch.randn_like(k)", inside="pass"), "epsilon is rolled once"),
    (1, _train(inside="epsilon = torch.randn_like(k) if step % 2 == 0 else epsilon"),
     "in 12 steps with 7 targets 42 numbers were rolled, and 84 are needed"),
    (1, _train(inside="epsilon = torch.randn_like(k) if step % 3 == 0 else epsilon"),
     "28 numbers were rolled"),
    (1, _train(before="pool = torch.randn(10, len(k))", inside="epsilon = pool[step % 10]"),
     "70 numbers were rolled"),
    (1, _train(inside="torch.manual_seed(0); epsilon = torch.randn_like(k)"), "the same roll comes back"),
    (1, _train(inside="epsilon = torch.randn(())"), "all targets share one roll"),
    (1, _train(before="epsilon = torch.randn(())", inside="pass"), "all targets share one roll"),
    (1, _train(inside="epsilon = 12**0.5 * (torch.rand_like(k) - 0.5)"), "comes from `rand_like`"),
    (1, _train(inside="epsilon = 2.0 * torch.randint(0, 2, k.shape) - 1"), "comes from `randint`"),
    (1, _train(inside="epsilon = torch.distributions.Laplace(0.0, 0.5**0.5).sample(k.shape)"),
     "comes from `uniform`"),
    (1, _train(inside="epsilon = torch.rand_like(k)"), "comes from `rand_like`"),
    (1, _train(inside="epsilon = 0.0"), "nothing in your training is random"),
    (1, _train(loss="(mu + epsilon - k).square().mean()"), "the loss is the mean over the targets"),
    (1, _train(loss="(mu + 0 * epsilon - k).square().sum()"), "the loss does not see it"),
    (1, _train(loss="(torch.normal(mu, 1.0) + 0 * mu - k).square().sum()", inside="pass"), "mu is still 0"),
    (1, _train(loss="(mu + 0.9999 * epsilon - k).square().sum()"), "mu is off by"),
    (1, _train(loss="(mu + 1.0001 * epsilon - k).square().sum()"), "mu is off by"),
    (1, _train().replace("return mu.detach()", "return mu.mean()"), "has the shape (); (7,) is needed"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (0, _DRAW + "epsilon * sigma + mu"),
    (0, _DRAW + "mu - sigma * epsilon"),
    (0, _DRAW + "torch.addcmul(mu, sigma, epsilon)"),
    (0, "draw = lambda mu, sigma, epsilon: torch.stack([m + s * e for m, s, e in zip(mu, sigma, epsilon)])"),
    (1, _train(inside="epsilon = torch.normal(0.0, 1.0, k.shape)")),
    (1, _train(before="rolls = torch.randn(steps, len(k))", inside="epsilon = rolls[step]")),
    (1, _train(loss="(torch.distributions.Normal(mu, 1.0).rsample() - k).square().sum()", inside="pass")),
    (1, "def train(k, steps, lr):\n    mu = torch.zeros_like(k)\n    for _ in range(steps):\n"
        "        mu = mu - 2 * lr * (mu + torch.randn_like(k) - k)\n    return mu.tolist()"),
]
