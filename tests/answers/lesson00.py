"""Answers to the exercises of lesson 00."""

# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, "times_fewer = 2 / 784", "but should be 392"),
    (0, "times_fewer = 'many'", "should be one number, but is str"),
    (1, "def boldest(decode):\n    return torch.zeros(2)", "2.24 away"),
    (1, "def boldest(decode):\n    return torch.full((2,), float('nan'))", "between -3 and 3"),
    (1, "def boldest(decode):\n    a = torch.linspace(-6, 6, 121)\n"
        "    grid = torch.cartesian_prod(a, a)\n    return grid[decode(grid).sum(1).argmax()]",
     "between -3 and 3"),
    (1, "def boldest(decode):\n    a = torch.linspace(-3, 3, 61)\n"
        "    grid = torch.cartesian_prod(a, a)\n    return grid[decode(grid).max(1).values.argmax()]",
     "away"),
    (1, "def boldest(decode):\n    return 1.0", "should be a tensor"),
    (1, "def boldest(decode):\n    return decode(torch.zeros(2))", "shape (n, 2)"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (0, "import numpy as np\ntimes_fewer = np.int64(392)"),
    (0, "times_fewer = torch.tensor(392)"),
]
