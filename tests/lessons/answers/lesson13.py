"""Answers to the exercises of lesson 13."""

_POSITIVE = "def positive(mu, sigma, epsilon):\n    y = mu + sigma * epsilon\n    return {back}"


def _positive(log_q="Normal(mu, sigma).log_prob(y) - y", z="torch.exp(y)"):
    return _POSITIVE.format(back=f"{z}, {log_q}")


_COUPLING = "def coupling(y, s, t):\n    first, second = y[:, 0], y[:, 1]\n    return {z}, {log_det}"


def _coupling(log_det="s(first)", z="torch.stack([first, second * torch.exp(s(first)) + t(first)], 1)"):
    return _COUPLING.format(z=z, log_det=log_det)


# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, _positive("Normal(mu, sigma).log_prob(y) + y"), "which way does this term go"),
    (0, _positive("Normal(mu, sigma).log_prob(y)"), "nothing says yet"),
    (0, _positive("Normal(mu, sigma).log_prob(y) - torch.exp(y)"), "what is its logarithm"),
    (0, _positive("Normal(mu, sigma).log_prob(y) - y - math.log(sigma)"), "has counted sigma already"),
    (0, _positive("Normal(0, 1).log_prob(epsilon) - y"), "the first step stretches too"),
    (0, _positive("(Normal(mu, sigma).log_prob(y) - y).exp()"), "its logarithm is asked for"),
    (0, _positive("Normal(mu, sigma).log_prob(y)", z="y"), "before the exponential"),
    (0, _positive("(Normal(mu, sigma).log_prob(y) - y)[0].expand(len(y))"), "of the first"),
    (0, _positive("Normal(mu, sigma).log_prob(y) - y.mean()"), "for mu = 0.4, sigma = 0.5"),
    (0, _positive("Normal(mu, sigma).log_prob(y) - mu"), "for mu = 0.4, sigma = 0.5"),
    (0, _positive("Normal(mu, sigma).log_prob(torch.exp(y)) - y"), "is off by"),
    (0, _positive("(Normal(mu, sigma).log_prob(y) - y).sum()"), "log q(z) has the shape (); (9,) is needed"),
    (0, _POSITIVE.format(back="torch.exp(y)"), "two things are needed"),
    (1, _coupling("torch.exp(s(first))"), "its logarithm is asked for"),
    (1, _coupling("-s(first)"), "the wrong sign"),
    (1, _coupling("torch.zeros(len(y))"), "no area changes"),
    (1, _coupling("s(first) + t(first)"), "a shift changes no area"),
    (1, _coupling("torch.log(s(first).abs())"), "this takes s itself"),
    (1, _coupling("s(first).mean().expand(len(y))"), "the mean of the logarithms"),
    (1, _coupling("s(first).sum().expand(len(y))"), "the sum of the logarithms"),
    (1, _coupling("s(first[:1]).expand(len(y))"), "is off by"),
    (1, _coupling("s(first).sum()"), "log |det J| has the shape (); (7,) is needed"),
    (1, _coupling("s(second)"), "is off by"),
    (
        1,
        _coupling(z="torch.stack([first, (second + t(first)) * torch.exp(s(first))], 1)"),
        "is stretched first",
    ),
    (1, _coupling(z="torch.stack([first, second * s(first) + t(first)], 1)"), "not by e^s"),
    (
        1,
        _coupling("s(second)", z="torch.stack([first, second * torch.exp(s(second)) + t(second)], 1)"),
        "here they read y2",
    ),
    (
        1,
        _coupling("s(second)", z="torch.stack([first * torch.exp(s(second)) + t(second), second], 1)"),
        "the other way round",
    ),
    (
        1,
        _coupling(z="torch.stack([first, second * torch.exp(s(first.mean())) + t(first)], 1)"),
        "is off by",
    ),
    (1, _coupling(z="second * torch.exp(s(first)) + t(first)"), "z has the shape (7,); (7, 2) is needed"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (
        0,
        "def positive(mu, sigma, epsilon):\n"
        "    q = torch.distributions.LogNormal(torch.tensor(mu), torch.tensor(sigma))\n"
        "    z = torch.exp(mu + sigma * epsilon)\n    return z, q.log_prob(z)",
    ),
    (
        0,
        "def positive(mu, sigma, epsilon):\n    z = math.exp(mu) * torch.exp(epsilon) ** sigma\n"
        "    dz = sigma * z\n"
        "    return [z, -(epsilon**2) / 2 - math.log(math.sqrt(2 * math.pi)) - torch.log(dz)]",
    ),
    (
        1,
        "def coupling(y, s, t):\n    z = y.clone()\n    z[:, 1] = z[:, 1] * s(y[:, 0]).exp() + t(y[:, 0])\n"
        "    rows = [torch.autograd.functional.jacobian(lambda one: torch.stack(\n"
        "        [one[0], one[1] * s(one[0]).exp() + t(one[0])]), row) for row in y]\n"
        "    return z, torch.stack(rows).det().abs().log()",
    ),
    (
        1,
        "def coupling(y, s, t):\n    first, second = y.unbind(1)\n    stretch = torch.exp(s(first))\n"
        "    return torch.stack([first, t(first) + stretch * second], dim=-1), torch.log(stretch)[:, None]",
    ),
]
