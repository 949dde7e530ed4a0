"""Answers to the exercises of lesson 06."""

_ARITHMETIC = (
    "def arithmetic(model, a, b, c):\n"
    "    mu_a, mu_b, mu_c = (model.encode(image)[0] for image in (a, b, c))\n    return "
)

# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, _ARITHMETIC + "model.decoder(mu_c + mu_b - mu_a)", "these are logits"),
    (0, _ARITHMETIC + "c + b - a", "add and subtract pixels"),
    (0, _ARITHMETIC + "model.decode(model.encode(c + b - a)[0])", "and encode the result"),
    (0, _ARITHMETIC + "model.decode(mu_c) + model.decode(mu_b) - model.decode(mu_a)", "decode first"),
    (0, _ARITHMETIC + "model.decode(mu_c + mu_a - mu_b)", "the opposite direction"),
    (0, _ARITHMETIC + "model.decode(mu_b - mu_a)", "where is c?"),
    (0, _ARITHMETIC + "model.decode(mu_c + mu_b)", "what b shares with a is added too"),
    (0, _ARITHMETIC + "model.decode((mu_b + mu_c) / 2)", "the middle of b and c"),
    (0, _ARITHMETIC + "model.decode(mu_c + 0.5 * (mu_b - mu_a))", "another z"),
    (0, _ARITHMETIC + "model.decode(mu_c + mu_b - mu_a + torch.randn_like(mu_a))", "z is drawn"),
    (0, _ARITHMETIC + "mu_c + mu_b - mu_a", "shape (2, 4); (2, 784) is needed"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (
        0,
        "def arithmetic(model, a, b, c):\n    z = model.encode(torch.cat([a, b, c]))[0].view(3, len(a), -1)\n"
        "    return torch.sigmoid(model.decoder(z[2] - z[0] + z[1]))",
    ),
    (
        0,
        "def arithmetic(model, a, b, c):\n    rows = []\n    for i in range(len(a)):\n"
        "        v = model.encode(b[i:i + 1])[0] - model.encode(a[i:i + 1])[0]\n"
        "        rows.append(model.decode(model.encode(c[i:i + 1])[0] + v)[0])\n"
        "    return torch.stack(rows)",
    ),
    (0, _ARITHMETIC + "model.decode(mu_c + mu_b - mu_a).double()[:, None]"),
    (0, _ARITHMETIC + "model.decode(mu_c + mu_b - mu_a).float()"),
]
