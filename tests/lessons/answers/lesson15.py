"""Answers to the exercises of lesson 15."""

_DENSITY = (
    "def squashed_log_density(action, mu, sigma, limit):\n    squashed = action / limit\n"
    "    normal = Normal(mu, sigma).log_prob(torch.atanh(squashed))\n"
)

# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, _DENSITY + "    return normal", "the log-density of u"),
    (0, _DENSITY + "    return normal - torch.log1p(-squashed**2)", "the stretch by limit is not"),
    (0, _DENSITY + "    return normal + torch.log1p(-squashed**2) - math.log(limit)", "higher or lower?"),
    (0, _DENSITY + "    return normal - torch.log1p(-squashed**2) + math.log(limit)", "wider range"),
    (0, _DENSITY + "    return normal - torch.log1p(-squashed**2) - limit", "what happens to its logarithm?"),
    (0, _DENSITY + "    return (normal - torch.log1p(-squashed**2)).exp() / limit", "Its logarithm is"),
    (
        0,
        _DENSITY.replace("sigma).log", "sigma**2).log") + "    return normal - torch.log1p(-squashed**2) "
        "- math.log(limit)",
        "sigma = 0.6",
    ),
    (
        0,
        _DENSITY.replace("torch.atanh(squashed)", "torch.atanh(action)") + "    return normal",
        "within the support",
    ),
    (0, _DENSITY + "    return (normal - torch.log1p(-squashed**2) - math.log(limit)).mean()", "shape ()"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (
        0,
        "def squashed_log_density(action, mu, sigma, limit):\n"
        "    u = 0.5 * torch.log((limit + action) / (limit - action))\n"
        "    log_det = math.log(limit) + 2 * (math.log(2) - u - F.softplus(-2 * u))\n"
        "    return -0.5 * ((u - mu) / sigma) ** 2 - math.log(sigma * math.sqrt(2 * math.pi)) - log_det",
    ),
    (
        0,
        "def squashed_log_density(action, mu, sigma, limit):\n"
        "    x = action.double().requires_grad_()\n    u = torch.atanh(x / limit)\n"
        "    slope, = torch.autograd.grad(u.sum(), x, retain_graph=True)\n"
        "    return (Normal(mu, sigma).log_prob(u) + slope.log()).detach().float()",
    ),
]
