"""Answers to the exercises of lesson 03."""

# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, "def draw_z(mu, logvar, epsilon):\n    return mu + torch.exp(logvar) * epsilon",
     "what stands before epsilon is 0.1353, but should be 0.3679"),
    (0, "def draw_z(mu, logvar, epsilon):\n    return mu + logvar * epsilon", "is 0, but should be 1"),
    (0, "def draw_z(mu, logvar, epsilon):\n    return mu", "should be"),
    (0, "def draw_z(mu, logvar, epsilon):\n"
        "    return (mu + torch.exp(0.5 * logvar) * epsilon).detach()", "cut off"),
    (0, "def draw_z(mu, logvar, epsilon):\n"
        "    return mu + torch.exp(0.5 * logvar.mean()) * epsilon", "at a log-variance of 1.5"),
    (1, "def draw_uniform(low, high, u):\n    return low + high * u", "at u = 0.25 is -0.25"),
    (1, "def draw_uniform(low, high, u):\n    return low.item() + (high - low).item() * u",
     "not connected"),
    (1, "def draw_uniform(low, high, u):\n    return low + (high - low).detach() * u",
     "gradient of the sum of z at low is 4"),
    (2, "def dz_dlogvar(logvar, epsilon):\n    return torch.exp(0.5 * logvar) * epsilon",
     "at logvar = -2"),
    (2, "def dz_dlogvar(logvar, epsilon):\n    return epsilon", "off by"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (0, "def draw_z(mu, logvar, epsilon):\n    return mu + logvar.exp().sqrt() * epsilon"),
    (1, "def draw_uniform(low, high, u):\n    return (1 - u) * low + u * high"),
]
