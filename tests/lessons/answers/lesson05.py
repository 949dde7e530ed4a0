"""Answers to the exercises of lesson 05."""

_ARITHMETIC = (
    "def arithmetic(model, a, b, c):\n"
    "    mu_a, mu_b, mu_c = (model.encode(image)[0] for image in (a, b, c))\n    return "
)
_AREA = "def share_of_area(logvar):\n    return "

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
    (1, _AREA + "torch.exp(logvar).prod(1)", "you multiply variances"),
    (1, _AREA + "math.pi * torch.exp(0.5 * logvar).prod(1)", "what is left of it in their ratio?"),
    (1, _AREA + "torch.exp(0.5 * logvar)", "shape (3, 2)"),
    (1, _AREA + "torch.exp(0.5 * logvar).sum(1)", "an area is no sum"),
    (1, _AREA + "torch.exp(0.5 * logvar).mean(1)", "no average"),
    (1, _AREA + "1 / torch.exp(0.5 * logvar).prod(1)", "a multiple of the ellipse's"),
    (1, _AREA + "(0.5 * logvar).prod(1)", "the half-axes there?"),
    (2, "shell = (-2.33, 2.33)", "one coordinate"),
    (2, "shell = (0.14, 3.03)", "in two dimensions"),
    (2, "shell = (8.26, 37.57)", "squares"),
    (2, "shell = (6.13, 2.87)", "comes first"),
    (2, "shell = (0, 5.95)", "0.0% of the draws are nearer than 0"),
    (2, "shell = torch.randn(100_000, 20).norm(dim=1).quantile(torch.tensor([0.05, 0.95]))", "5.0% of"),
    (2, "shell = math.sqrt(20)", "two numbers"),
    (0, _ARITHMETIC + "model.decode(mu_c + (mu_b - mu_a).mean(0))", "another z"),
    (1, _AREA + "torch.exp(0.25 * logvar).prod(1)", "the half-axes there?"),
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
    (1, _AREA + "torch.exp(logvar.mean(1))"),
    (1, _AREA + "logvar.exp().prod(1).sqrt()"),
    (2, "shell = (2.87, 6.13)"),
    (
        2,
        "lengths = torch.randn(100_000, 20).square().sum(1).sqrt().sort().values\n"
        "shell = torch.stack([lengths[1000], lengths[-1000]])",
    ),
    (0, _ARITHMETIC + "model.decode(mu_c + mu_b - mu_a).double()[:, None]"),
    (1, _AREA + "torch.exp(0.5 * logvar.double()).prod(1, keepdim=True).numpy()"),
    (
        2,
        "import numpy as np\nlengths = np.linalg.norm(np.random.randn(100_000, 20), axis=1)\n"
        "shell = np.quantile(lengths, [0.01, 0.99])",
    ),
]
