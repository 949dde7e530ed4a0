"""Answers to the exercises of lesson 10."""

_LOSS = "def my_loss(reconstruction, kl, t):\n"

# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, "def free_bits_cost(kl, floor, size):\n"
        "    return kl.view(len(kl), -1, size).sum(-1).clamp(min=floor).mean(0).sum()",
     "is 2.95, but should be 2.85: the mean over images comes before the maximum"),
    (0, "def free_bits_cost(kl, floor, size):\n    return kl.mean(0).clamp(min=floor).sum()",
     "not of each dimension"),
    (0, "def free_bits_cost(kl, floor, size):\n    return kl.sum(1).mean().clamp(min=floor)",
     "a floor of its own, not only the total"),
    (0, "def free_bits_cost(kl, floor, size):\n"
        "    return kl.view(len(kl), size, -1).sum(1).mean(0).clamp(min=floor).sum()",
     "a group is made of neighbours"),
    (0, "def free_bits_cost(kl, floor, size):\n"
        "    return kl.view(len(kl), size, -1).sum(-1).mean(0).clamp(min=floor).sum()",
     "not the number of groups"),
    (0, "def free_bits_cost(kl, floor, size):\n"
        "    return kl.view(len(kl), -1, size).mean(-1).mean(0).clamp(min=floor).sum()",
     "the sum over its dimensions, not their mean"),
    (0, "def free_bits_cost(kl, floor, size):\n"
        "    return kl.view(len(kl), -1, size).sum(-1).mean(0).clamp(min=floor).sum().item()",
     "cut off"),
    (0, "def free_bits_cost(kl, floor, size):\n"
        "    cost = kl.view(len(kl), -1, size).sum(-1).mean(0).clamp(min=floor).sum()\n"
        "    return cost.detach() + 0 * kl.sum()",
     "a dimension in a group above its floor is 0, but should be 0.5"),
    (0, "def free_bits_cost(kl, floor, size):\n"
        "    cost = kl.view(len(kl), -1, size).sum(-1).mean(0).clamp(min=floor).sum()\n"
        "    return kl.mean(0).sum() + (cost - kl.mean(0).sum()).detach()",
     "a group below its floor should have no gradient"),
    (1, "def active_units(model, x):\n    return int((model.encode(x)[0].var(0) > 0.0097).sum())",
     "you count 4"),
    (1, "def active_units(model, x):\n    return int((model.encode(x)[0].var(0) > 0.0103).sum())",
     "you count 2"),
    (1, "def active_units(model, x):\n    mu, logvar = model.encode(x)\n"
        "    z = mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)\n"
        "    return int((z.var(0) > 0.01).sum())",
     "you count 9: q(z|x) of most of these dimensions is the same for all images"),
    (1, "def active_units(model, x):\n"
        "    return int((kl_divergence(*model.encode(x), per_dimension=True).mean(0) > 0.01).sum())",
     "you count 6: a KL above 0 does not make a dimension active"),
    (1, "def active_units(model, x):\n    return int((model.encode(x)[0].square().mean(0) > 0.01).sum())",
     "looks at the size of mu"),
    (1, "def active_units(model, x):\n    return int((model.encode(x)[0].std(0) > 0.01).sum())",
     "the limit of 0.01 is that of a variance"),
    (1, "def active_units(model, x):\n    return int((model.encode(x)[0].var(1) > 0.01).sum())",
     "that counts images"),
    (1, "def active_units(model, x):\n    return int((model.encode(x)[1].exp().mean(0) < 0.99).sum())",
     "you count 1"),
    (1, "def active_units(model, x):\n    return model.encode(x)[0].var(0) > 0.01", "should be one number"),
    (1, "def active_units(model, x):\n    return 3", "where mu is the same for all images, you count 3"),
    (2, _LOSS + "    return (kl.sum(1) - reconstruction).mean()\n", "z still says something"),
    (2, _LOSS + "    return kl.sum(1).mean() + 0 * reconstruction.mean()\nwhy = 'loss'",
     "does not learn what it can"),
    (2, _LOSS + "    return (50 * kl.sum(1) - reconstruction).mean()\n", "Now measure why"),
    (2, _LOSS + "    return (50 * kl.sum(1) - reconstruction).mean()\nwhy = 'start'",
     "not for the reason you give"),
    (2, _LOSS + "    return (50 * kl.sum(1) - reconstruction).mean()\nwhy = 'accident'", "`why` should be"),
    (2, _LOSS + "    return 50 * kl.sum(1) - reconstruction\n", "should be one number"),
    (2, _LOSS + "    return (50 * kl.sum(1) - reconstruction).mean().item()\n", "cut off"),
    (2, _LOSS + "    return (1 + 9 * t) * (1000 * kl.sum(1) - reconstruction).mean()\nwhy = 'loss'",
     "the loss does not fall"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (0, "def free_bits_cost(kl, floor, size):\n    means = kl.mean(0).split(size)\n"
        "    return sum(torch.clamp(group.sum(), min=floor) for group in means)"),
    (0, "def free_bits_cost(kl, floor, size):\n    means = kl.unfold(1, size, size).sum(2).mean(0)\n"
        "    return floor * len(means) + torch.relu(means - floor).sum()"),
    (1, "def active_units(model, x):\n    mu = model.encode(x)[0].detach()\n"
        "    return ((mu - mu.mean(0)).square().mean(0) > 0.01).sum()"),
    (1, "def active_units(model, x):\n    from statistics import variance\n"
        "    return sum(variance(one.tolist()) > 0.01 for one in model.encode(x)[0].T)"),
    (2, _LOSS + "    weight = 10 ** (3 * (1 - t))\n"
        "    return weight * kl.sum(1).mean() - reconstruction.mean()\nwhy = 'start'"),
    (2, _LOSS + "    return (30 * (kl.sum(1) + 1e-3).sqrt() - reconstruction).mean()\nwhy = 'loss'"),
    (2, _LOSS + "    return (kl.sum(1) - reconstruction / 1000).mean()\nwhy = 'loss'"),
]
