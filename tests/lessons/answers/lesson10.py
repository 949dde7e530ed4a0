"""Answers to the exercises of lesson 10."""

_COSTS = (
    "def costs(model, x, z):\n    own, result = log_likelihood(model.decoder(z), x), []\n"
    "    for j in range(z.shape[1]):\n        other = {copy}\n        {swap}\n"
    "        cost = own - log_likelihood(model.decoder(other), x)\n        result.append({of})\n"
    "    return torch.stack(result)"
)


def _costs(copy="z.clone()", swap="other[:, j] = z[:, j].roll(1)", of="cost.mean()"):
    return _COSTS.format(copy=copy, swap=swap, of=of)


def _grouped(back):
    return f"def grouped(kl, floor, size):\n    groups = kl.view(len(kl), -1, size)\n    return {back}"


# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, _costs(of="-cost.mean()"), "minus the cost"),
    (0, _costs(of="cost.sum()"), "a sum over the images"),
    (0, _costs(of="cost[0]"), "the first image alone"),
    (0, _costs(of="cost.mean() / x.shape[1]"), "per pixel"),
    (0, _costs(swap="other[:, j] = z[:, j].roll(-1)"), "from the image after"),
    (0, _costs(swap="other[:, j] = 0"), "is set to 0"),
    (0, _costs(copy="z.roll(1, 0)", swap="other[:, j] = z[:, j]"), "all others come from the image before"),
    (0, _costs(swap="other = z.roll(1, 0)"), "at once"),
    (0, _costs(copy="z", swap="z[:, j] = z[:, j].roll(1)"), "a fresh copy of z"),
    (0, _costs(swap="other[:, j] = z[:, j - 1]"), "its neighbour in z"),
    (0, _costs(swap="other[:, j] = z[torch.randperm(len(z)), j]"), "a cost is off by"),
    (0, _costs(swap="other[:, j] = z[:, j].mean()"), "a cost is off by"),
    (0, _costs(of="cost"), "has the shape (4, 5); (4,) is needed"),
    (
        0,
        _costs().replace("    own", "    z, _ = model.encode(x)\n    own", 1),
        "decoded from mu",
    ),
    (1, _grouped("groups.sum(-1).clamp(min=floor).mean(0).sum()"), "the maximum comes before the mean"),
    (1, _grouped("kl.mean(0).clamp(min=floor).sum()"), "not of each dimension"),
    (1, _grouped("kl.sum(1).mean().clamp(min=floor)"), "here one costs less"),
    (1, _grouped("kl.view(len(kl), size, -1).sum(1).mean(0).clamp(min=floor).sum()"), "made of neighbours"),
    (
        1,
        _grouped("kl.view(len(kl), size, -1).sum(-1).mean(0).clamp(min=floor).sum()"),
        "not the number of groups",
    ),
    (1, _grouped("groups.mean(-1).mean(0).clamp(min=floor).sum()"), "over its dimensions, not their mean"),
    (1, _grouped("groups.sum(-1).sum(0).clamp(min=floor).sum()"), "summed over the images"),
    (1, _grouped("groups.sum(-1).mean(0).clamp(min=floor).mean()"), "their costs add up"),
    (1, _grouped("groups.sum(-1)[0].clamp(min=floor).sum()"), "the first image alone"),
    (1, _grouped("groups.sum(-1).mean(0).sum()"), "here one costs less"),
    (1, _grouped("groups.sum(-1).mean(0).clamp(max=floor).sum()"), "here it is the most"),
    (1, _grouped("groups.sum(-1).mean(0).clamp(min=floor).sum().item()"), "cut off"),
    (
        1,
        _grouped(
            "kl.mean(0).sum() + (groups.sum(-1).mean(0).clamp(min=floor)"
            " - groups.sum(-1).mean(0)).sum().detach()"
        ),
        "the cost is right, but not its gradient",
    ),
    (1, _grouped("groups.sum(-1).mean(0).clamp(min=floor).sum() + 0.1"), "is off by 0.1"),
    (1, _grouped("groups.sum(-1).clamp(min=floor)"), "should be one number"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (
        0,
        "def costs(model, x, z):\n    eye = torch.eye(z.shape[1]).bool()\n"
        "    other = torch.where(eye[:, None], z[[-1, *range(len(z) - 1)]], z)\n"
        "    logits = model.decoder(torch.cat([z[None], other]))\n"
        "    log_p = (x * logits - F.softplus(logits)).sum(-1).mean(1)\n    return log_p[0] - log_p[1:]",
    ),
    (
        0,
        "def costs(model, x, z):\n    score = lambda z: log_likelihood(model.decoder(z), x).mean().item()\n"
        "    own, result = score(z), []\n    for j in range(z.shape[1]):\n        column = z[:, j].clone()\n"
        "        z[:, j] = torch.cat([column[-1:], column[:-1]])\n        result.append(own - score(z))\n"
        "        z[:, j] = column\n    return result",
    ),
    (
        1,
        "def grouped(kl, floor, size):\n    means = kl.mean(0).split(size)\n"
        "    return sum(torch.clamp(group.sum(), min=floor) for group in means)",
    ),
    (
        1,
        "def grouped(kl, floor, size):\n    means = kl.unfold(1, size, size).sum(2).mean(0)\n"
        "    return floor * len(means) + torch.relu(means - floor).sum()",
    ),
]
