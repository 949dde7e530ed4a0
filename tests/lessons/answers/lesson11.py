"""Answers to the exercises of lesson 11."""


def effective(body):
    return 0, f"def effective_draws(log_w):\n    {body}"


def bound(body):
    return 1, f"def bound_of_parts(parts):\n    {body}"


_SUM, _SQUARES = "torch.logsumexp(log_w, 0)", "torch.logsumexp(2 * log_w, 0)"
_EACH = "torch.stack([torch.logsumexp(p, 0) - math.log(len(p)) for p in parts])"

# (exercise, answer, what the check has to say of it)
WRONG = [
    (
        *effective("w = log_w.exp()\n    return w.sum(0)**2 / (w**2).sum(0)"),
        "not finite: exp() gave 0 for all draws of an image",
    ),
    (
        *effective("w = torch.exp(log_w - log_w.max())\n    return w.sum(0)**2 / (w * w).sum(0)"),
        "not finite: exp() gave 0 for all draws of an image",
    ),
    (
        *effective("return torch.exp(2 * torch.logsumexp(log_w, 1) - torch.logsumexp(2 * log_w, 1))"),
        "has the shape (5,); (4,) is needed",
    ),
    (*effective("return 1 / torch.softmax(log_w, 0).square().sum()"), "has the shape (); (4,) is needed"),
    (
        *effective("return (1 / torch.softmax(log_w, 0).square().sum(0)).mean().expand(4)"),
        "the effective number is off by",
    ),
    (*effective(f"return torch.exp({_SUM} - {_SQUARES})"), "the sum of the weights has to be squared"),
    (*effective(f"return torch.exp(2 * {_SUM} - {_SUM})"), "below the line stands the sum of the squares"),
    (*effective(f"return torch.exp(2 * {_SUM} - 2 * {_SUM})"), "it is 1 whatever the weights are"),
    (*effective(f"return 2 * {_SUM} - {_SQUARES}"), "that is its logarithm"),
    (*effective(f"return torch.exp({_SQUARES} - 2 * {_SUM})"), "that is upside down"),
    (*effective(f"return torch.exp(2 * {_SUM} - {_SQUARES}) / len(log_w)"), "the share of the draws"),
    (*effective("return torch.full((4,), len(log_w))"), "it is k whatever the weights are"),
    (
        *effective(
            "p = torch.softmax(log_w, 0)\n    return torch.exp(-(p * torch.log_softmax(log_w, 0)).sum(0))"
        ),
        "for equal weights of an image",
    ),
    (*bound(f"return {_EACH}.mean(0)"), "this is the colleague's"),
    (
        *bound(
            f"n = torch.tensor([[1.0 * len(p)] for p in parts])\n    return (n * {_EACH}).sum(0) / n.sum()"
        ),
        "still a mean of logarithms",
    ),
    (*bound(f"return torch.logsumexp({_EACH}, 0) - math.log(len(parts))"), "every part counts the same"),
    (*bound("return torch.logsumexp(torch.cat(parts), 0)"), "that is the log of the sum of the weights"),
    (
        *bound("return torch.logsumexp(torch.cat(parts), 0) - math.log(len(parts))"),
        "divided by the number of parts",
    ),
    (
        *bound("return torch.logsumexp(torch.cat(parts), 0) - math.log(len(parts) * len(parts[0]))"),
        "the bound is off by",
    ),
    (*bound("return torch.cat(parts).mean(0)"), "the average of the log-weights: the ELBO"),
    (*bound(f"return {_EACH}.max(0).values"), "the best of the parts"),
    (*bound("w = torch.cat(parts)\n    return math.log(len(w)) - torch.logsumexp(w, 0)"), "minus the bound"),
    (*bound("return torch.cat(parts).exp().mean(0).log()"), "not finite: exp() gave 0"),
    (
        *bound("w = torch.cat(parts)\n    return (w - w.max()).exp().mean(0).log() + w.max()"),
        "not finite: exp() gave 0",
    ),
    (
        *bound("w = torch.cat(parts)\n    return torch.logsumexp(w, 1) - math.log(w.shape[1])"),
        "has the shape (9,); (4,) is needed",
    ),
    (
        *bound("w = torch.cat(parts)\n    return torch.logsumexp(w, 0).mean() - math.log(len(w))"),
        "has the shape (); (4,) is needed",
    ),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    effective("return 1 / torch.softmax(log_w, 0).square().sum(0)"),
    effective("w = torch.exp(log_w - log_w.max(0).values)\n    return w.sum(0)**2 / (w * w).sum(0)"),
    effective("w = torch.softmax(log_w, 0)\n    return 1 / (w * w).sum(0, keepdim=True)"),
    effective(
        "import numpy as np\n    w = np.exp((log_w - log_w.max(0).values).numpy())\n"
        "    return w.sum(0)**2 / (w**2).sum(0)"
    ),
    bound("w = torch.cat(parts)\n    return torch.logsumexp(w, 0) - math.log(len(w))"),
    bound(
        "w = torch.cat(parts)\n    top = w.max(0, keepdim=True).values\n"
        "    return (w - top).exp().mean(0, keepdim=True).log() + top"
    ),
    bound(
        "total, k = torch.full_like(parts[0][0], -math.inf), 0\n    for part in parts:\n"
        "        total, k = torch.logaddexp(total, torch.logsumexp(part, 0)), k + len(part)\n"
        "    return total - math.log(k)"
    ),
]
