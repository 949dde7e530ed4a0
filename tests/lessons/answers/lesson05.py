"""Answers to the exercises of lesson 05."""

_REBUILT = (
    "def rebuilt(model, x, cost, keep):\n    mu, logvar = model.encode(x)\n"
    "    kept = {kept}\n    z = torch.zeros_like(mu)\n    z[:, kept] = mu[:, kept]\n    return {back}"
)


def _rebuilt(kept="cost.argsort(descending=True)[:keep]", back="model.decode(z)"):
    return _REBUILT.format(kept=kept, back=back)


_ARITHMETIC = (
    "def arithmetic(model, a, b, c):\n"
    "    mu_a, mu_b, mu_c = (model.encode(image)[0] for image in (a, b, c))\n    return "
)

# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, _rebuilt(kept="slice(None)"), "all dimensions are kept"),
    (0, _rebuilt(kept="cost.argsort()[:keep]"), "with the lowest cost"),
    (0, _rebuilt(kept="cost.argsort(descending=True)[keep:]"), "should be kept are set to 0"),
    (0, _rebuilt(kept="range(keep)"), "you keep the first dimensions"),
    (0, _rebuilt(back="model.decoder(z)"), "these are logits"),
    (0, _rebuilt(back="model.decode(z + 0.1)"), "a pixel is off by"),
    (0, _rebuilt(back="z"), "has the shape (3, 4); (3, 784) is needed"),
    (0, _rebuilt(back="model.decode(z + torch.exp(logvar / 2) * torch.randn_like(z))"), "z is drawn"),
    (
        0,
        "def rebuilt(model, x, cost, keep):\n    mu = model.encode(x)[0].clone()\n"
        "    for row in mu:\n        row[row.abs().argsort()[: len(row) - keep]] = 0\n"
        "    return model.decode(mu)",
        "anew for each image",
    ),
    (1, _ARITHMETIC + "model.decoder(mu_c + mu_b - mu_a)", "these are logits"),
    (1, _ARITHMETIC + "c + b - a", "add and subtract pixels. Where"),
    (1, _ARITHMETIC + "(c + b - a).clamp(0, 1)", "cut them to 0 and 1"),
    (1, _ARITHMETIC + "model.decode(model.encode(c + b - a)[0])", "and encode the result"),
    (1, _ARITHMETIC + "model.decode(mu_c) + model.decode(mu_b) - model.decode(mu_a)", "decode first"),
    (1, _ARITHMETIC + "model.decode(mu_c + mu_a - mu_b)", "the opposite direction"),
    (1, _ARITHMETIC + "model.decode(mu_c + (mu_b - mu_a).mean(0))", "all rows take the average step"),
    (1, _ARITHMETIC + "model.decode(mu_b - mu_a)", "where is c?"),
    (1, _ARITHMETIC + "model.decode(mu_c + mu_b)", "what b shares with a is added too"),
    (1, _ARITHMETIC + "model.decode((mu_b + mu_c) / 2)", "the middle of b and c"),
    (1, _ARITHMETIC + "model.decode(mu_c + 0.5 * (mu_b - mu_a))", "a pixel is off by"),
    (1, _ARITHMETIC + "model.decode(mu_c + mu_b - mu_a + torch.randn_like(mu_a))", "z is drawn"),
    (1, _ARITHMETIC + "mu_c + mu_b - mu_a", "has the shape (2, 4); (2, 784) is needed"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (
        0,
        "def rebuilt(model, x, cost, keep):\n    mu = model.encode(x)[0]\n"
        "    limit = cost.sort().values[-keep]\n"
        "    return torch.sigmoid(model.decoder(mu * (cost >= limit)))",
    ),
    (
        0,
        "def rebuilt(model, x, cost, keep):\n    z = model.encode(x)[0]\n"
        "    for i in range(len(cost) - keep):\n"
        "        z[:, cost.argsort()[i]] = 0\n    return model.decode(z)",
    ),
    (
        1,
        "def arithmetic(model, a, b, c):\n    z = model.encode(torch.cat([a, b, c]))[0].view(3, len(a), -1)\n"
        "    return torch.sigmoid(model.decoder(z[2] - z[0] + z[1]))",
    ),
    (
        1,
        "def arithmetic(model, a, b, c):\n    rows = []\n    for i in range(len(a)):\n"
        "        v = model.encode(b[i:i + 1])[0] - model.encode(a[i:i + 1])[0]\n"
        "        rows.append(model.decode(model.encode(c[i:i + 1])[0] + v)[0])\n"
        "    return torch.stack(rows)",
    ),
    (1, _ARITHMETIC + "model.decode(mu_c + mu_b - mu_a).double()[:, None]"),
    (1, _ARITHMETIC + "model.decode(mu_c + mu_b - mu_a).float()"),
]
