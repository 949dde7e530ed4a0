"""Answers to the exercises of lesson 05."""

# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, "def great_circle(a, b, n):\n    t = torch.linspace(0, 1, n)[:, None]\n"
        "    return (1 - t) * a + t * b", "the straight line"),
    (0, "def great_circle(a, b, n):\n    t = torch.linspace(0, 1, n)[:, None]\n"
        "    z = (1 - t) * a + t * b\n    return 3 * z / z.norm(dim=1, keepdim=True)",
     "the walk should start at a"),
    (0, "def great_circle(a, b, n):\n    omega = a @ b / (a.norm() * b.norm())\n"
        "    t = torch.linspace(0, 1, n)[:, None]\n"
        "    return (torch.sin((1 - t) * omega) * a + torch.sin(t * omega) * b) / torch.sin(omega)",
     "away from its place"),
    (0, "def great_circle(a, b, n):\n    w = torch.linspace(0, math.pi / 2, n)[:, None]\n"
        "    return torch.cos(w) * a + torch.sin(w) * b", "with 50 degrees"),
    (0, "def great_circle(a, b, n):\n    return a", "shape (6,); (5, 6) is needed"),
    (1, "def share_of_area(logvar):\n    return torch.exp(logvar).prod(1)", "you multiply variances"),
    (1, "def share_of_area(logvar):\n    return 3.14159 * torch.exp(0.5 * logvar).prod(1)", "off by"),
    (1, "def share_of_area(logvar):\n    return torch.exp(0.5 * logvar)", "shape (3, 2)"),
    (2, "radius = 0.6745", "one dimension"),
    (2, "radius = 2 * math.log(2)", "its square"),
    (2, "radius = 1", "lies the share 0.393"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (0, "def great_circle(a, b, n):\n    u, v = a / a.norm(), b / b.norm()\n"
        "    w = torch.arccos((u * v).sum())\n    t = [i / (n - 1) for i in range(n)]\n"
        "    return torch.stack([(torch.sin((1 - s) * w) * a + torch.sin(s * w) * b) / torch.sin(w)\n"
        "                        for s in t])"),
    (1, "def share_of_area(logvar):\n    return torch.exp(logvar.mean(1))"),
    (2, "radius = torch.tensor(1.1774)"),
]
