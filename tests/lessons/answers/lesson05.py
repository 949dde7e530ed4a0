"""Answers to the exercises of lesson 05."""

_AREA = "def share_of_area(logvar):\n    return "

# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, _AREA + "torch.exp(logvar).prod(1)", "you multiply variances"),
    (0, _AREA + "math.pi * torch.exp(0.5 * logvar).prod(1)", "what is left of it in their ratio?"),
    (0, _AREA + "torch.exp(0.5 * logvar)", "shape (3, 2)"),
    (0, _AREA + "torch.exp(0.5 * logvar).sum(1)", "an area is no sum"),
    (0, _AREA + "torch.exp(0.5 * logvar).mean(1)", "no average"),
    (0, _AREA + "1 / torch.exp(0.5 * logvar).prod(1)", "a multiple of the ellipse's"),
    (0, _AREA + "(0.5 * logvar).prod(1)", "the half-axes there?"),
    (1, "shell = (-2.33, 2.33)", "one coordinate"),
    (1, "shell = (0.14, 3.03)", "in two dimensions"),
    (1, "shell = (8.26, 37.57)", "squares"),
    (1, "shell = (6.13, 2.87)", "comes first"),
    (1, "shell = (0, 5.95)", "0.0% of the draws are nearer than 0"),
    (1, "shell = torch.randn(100_000, 20).norm(dim=1).quantile(torch.tensor([0.05, 0.95]))",
     "% of the draws are"),
    (1, "shell = math.sqrt(20)", "two numbers"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (0, _AREA + "torch.exp(logvar.mean(1))"),
    (0, _AREA + "logvar.exp().prod(1).sqrt()"),
    (0, _AREA + "torch.exp(0.5 * logvar.double()).prod(1, keepdim=True).numpy()"),
    (0, _AREA + "torch.exp(0.5 * logvar.float()).prod(1)"),
    (1, "shell = (2.87, 6.13)"),
    (
        1,
        "lengths = torch.randn(100_000, 20).square().sum(1).sqrt().sort().values\n"
        "shell = torch.stack([lengths[1000], lengths[-1000]])",
    ),
    (
        1,
        "import numpy as np\nlengths = np.linalg.norm(np.random.randn(100_000, 20), axis=1)\n"
        "shell = np.quantile(lengths, [0.01, 0.99])",
    ),
]
