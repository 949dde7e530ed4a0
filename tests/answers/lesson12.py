"""Answers to the exercises of lesson 12."""

# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, "def dz_da(z, a, b):\n    return z * torch.log(z) / a", "the sign is wrong"),
    (0, "def dz_da(z, a, b):\n    return b * (1 - z**a)**(b - 1) * z**a * torch.log(z)",
     "divide by the density"),
    (0, "def dz_da(z, a, b):\n    return -z * torch.log(z)", "the a of the density is missing"),
    (0, "def dz_da(z, a, b):\n    return -z * torch.log(z) / (a * b)", "for a = 2, b = 3"),
    (0, "def dz_da(z, a, b):\n    return (-z * torch.log(z) / a).mean()", "shape ()"),
    (0, "def dz_da(z, a, b):\n    return -torch.log(z) / a", "a factor z is missing"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (0, "def dz_da(z, a, b):\n    a = torch.tensor(a, requires_grad=True)\n"
        "    z = z.clone().requires_grad_()\n    a_each = a.expand(len(z)).clone()\n"
        "    F = 1 - (1 - z**a_each)**b\n"
        "    dF_da, dF_dz = torch.autograd.grad(F.sum(), [a_each, z])\n    return -dF_da / dF_dz"),
    (0, "def dz_da(z, a, b):\n    u = 1 - (1 - z**a)**b\n"
        "    draw = lambda a: (1 - (1 - u)**(1 / b))**(1 / a)\n"
        "    return (draw(a + 1e-5) - draw(a - 1e-5)) / 2e-5"),
]
