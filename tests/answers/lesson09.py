"""Answers to the exercises of lesson 09."""

# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, "def kl_factor(s, mse):\n    return s / mse**0.5", "compares standard deviations"),
    (0, "def kl_factor(s, mse):\n    return mse / s**2", "that is upside down"),
    (0, "def kl_factor(s, mse):\n    return 1 / mse", "the factor if s is 1"),
    (0, "def kl_factor(s, mse):\n    return s**2", "in comparison with s = 1"),
    (0, "def kl_factor(s, mse):\n    return s**2 * mse", "your factor grows with the error"),
    (0, "def kl_factor(s, mse):\n    return max(1, s**2 / mse)",
     "for s = 0.1 and a mean squared error of 0.09 the factor is 1, but should be 0.1111"),
    (1, "def free_bits_cost(kl, floor, size):\n"
        "    return kl.view(len(kl), -1, size).sum(-1).clamp(min=floor).mean(0).sum()",
     "is 2.95, but should be 2.85: the mean over images comes before the maximum"),
    (1, "def free_bits_cost(kl, floor, size):\n    return kl.mean(0).clamp(min=floor).sum()",
     "not of each dimension"),
    (1, "def free_bits_cost(kl, floor, size):\n    return kl.sum(1).mean().clamp(min=floor)",
     "a floor of its own, not only the total"),
    (1, "def free_bits_cost(kl, floor, size):\n"
        "    return kl.view(len(kl), size, -1).sum(1).mean(0).clamp(min=floor).sum()",
     "a group is made of neighbours"),
    (1, "def free_bits_cost(kl, floor, size):\n"
        "    return kl.view(len(kl), size, -1).sum(-1).mean(0).clamp(min=floor).sum()",
     "not the number of groups"),
    (1, "def free_bits_cost(kl, floor, size):\n"
        "    return kl.view(len(kl), -1, size).mean(-1).mean(0).clamp(min=floor).sum()",
     "the sum over its dimensions, not their mean"),
    (1, "def free_bits_cost(kl, floor, size):\n"
        "    return kl.view(len(kl), -1, size).sum(-1).mean(0).clamp(min=floor).sum().item()",
     "cut off"),
    (1, "def free_bits_cost(kl, floor, size):\n"
        "    cost = kl.view(len(kl), -1, size).sum(-1).mean(0).clamp(min=floor).sum()\n"
        "    return cost.detach() + 0 * kl.sum()",
     "a dimension in a group above its floor is 0, but should be 0.5"),
    (1, "def free_bits_cost(kl, floor, size):\n"
        "    cost = kl.view(len(kl), -1, size).sum(-1).mean(0).clamp(min=floor).sum()\n"
        "    return kl.mean(0).sum() + (cost - kl.mean(0).sum()).detach()",
     "a group below its floor should have no gradient"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (0, "def kl_factor(s, mse):\n    root = mse**0.5\n    return torch.tensor(s / root).square()"),
    (0, "import math\ndef kl_factor(s, mse):\n    return math.exp(2 * math.log(s) - math.log(mse))"),
    (1, "def free_bits_cost(kl, floor, size):\n    means = kl.mean(0).split(size)\n"
        "    return sum(torch.clamp(group.sum(), min=floor) for group in means)"),
    (1, "def free_bits_cost(kl, floor, size):\n    means = kl.unfold(1, size, size).sum(2).mean(0)\n"
        "    return floor * len(means) + torch.relu(means - floor).sum()"),
]
