"""Answers to the exercises of lesson 11."""


def effective(body):
    return 0, f"def effective_draws(log_weight):\n    {body}"


def bound(body):
    return 1, f"def bound_of_parts(parts):\n    {body}"


def width(body):
    return 2, f"def best_width(variance):\n    {body}"


# (exercise, answer, what the check has to say of it)
WRONG = [
    (*effective("w = log_weight.exp()\n    return w.sum(0)**2 / (w**2).sum(0)"),
     "with log-weights near -2000 the result is nan: exp() gave 0"),
    (*effective("w = torch.exp(log_weight - log_weight.max())\n    return w.sum(0)**2 / (w * w).sum(0)"),
     "Was one maximum subtracted from all images?"),
    (*effective("return torch.exp(2 * torch.logsumexp(log_weight, 1) - torch.logsumexp(2 * log_weight, 1))"),
     "the sums run over the draws"),
    (*effective("return torch.exp(torch.logsumexp(log_weight, 0) - torch.logsumexp(2 * log_weight, 0))"),
     "the sum of the weights has to be squared"),
    (*effective("return torch.exp(2 * torch.logsumexp(log_weight, 0) - torch.logsumexp(log_weight, 0))"),
     "it should be the sum of their squares"),
    (*effective("return torch.exp(2 * torch.logsumexp(log_weight, 0) - 2 * torch.logsumexp(log_weight, 0))"),
     "it is 1 whatever the weights are"),
    (*effective("return 2 * torch.logsumexp(log_weight, 0) - torch.logsumexp(2 * log_weight, 0)"),
     "that is its logarithm"),
    (*effective("return torch.exp(torch.logsumexp(2 * log_weight, 0) - 2 * torch.logsumexp(log_weight, 0))"),
     "that is upside down"),
    (*effective("log_ratio = 2 * torch.logsumexp(log_weight, 0) - torch.logsumexp(2 * log_weight, 0)\n"
                "    return log_ratio.exp() / len(log_weight)"), "the share of the draws"),
    (*effective("return torch.full((log_weight.shape[1],), len(log_weight))"),
     "it is k whatever the weights are"),
    (*effective("p = torch.softmax(log_weight, 0)\n"
                "    return torch.exp(-(p * torch.log_softmax(log_weight, 0)).sum(0))"),
     "with log-weights near 0 the effective number of image 0 is"),
    (*bound("return torch.stack([torch.logsumexp(p, 0) - math.log(len(p)) for p in parts]).mean(0)"),
     "the mean of the bounds of the parts, as the colleague has it"),
    (*bound("b = [len(p) * (torch.logsumexp(p, 0) - math.log(len(p))) for p in parts]\n"
            "    return sum(b) / sum(len(p) for p in parts)"), "this is still a mean of logs"),
    (*bound("b = torch.stack([torch.logsumexp(p, 0) - math.log(len(p)) for p in parts])\n"
            "    return torch.logsumexp(b, 0) - math.log(len(parts))"), "every part counts the same"),
    (*bound("return torch.logsumexp(torch.cat(list(parts)), 0)"), "it grows with k without end"),
    (*bound("return torch.logsumexp(torch.cat(list(parts)), 0) - math.log(len(parts))"),
     "divided by the number of parts"),
    (*bound("return torch.cat(list(parts)).mean(0)"), "the average of the log-weights: the ELBO"),
    (*bound("return torch.cat(list(parts)).exp().mean(0).log()"),
     "near -2000 the result is -inf: exp() gave 0"),
    (*bound("w = torch.cat(list(parts))\n    return (w - w.max()).exp().mean(0).log() + w.max()"),
     "Was one maximum subtracted from all images?"),
    (*bound("w = torch.cat(list(parts))\n    return torch.logsumexp(w, 1) - math.log(w.shape[1])"),
     "the bound has the shape (9,); (4,) is needed"),
    (*bound("w = torch.cat(list(parts))\n    return torch.logsumexp(w, 0).mean() - math.log(len(w))"),
     "the bound has the shape (); (4,) is needed"),
    (*width("return 1.0"), "you return 1, the width with the largest ELBO"),
    (*width("return 1.6"), "for a posterior with the correlation 0 a q of width 1.6 has the variance"),
    (*width("return min(variance(i / 1000) for i in range(500, 5001))"),
     "this is the smallest variance; the width that has it is asked for"),
    (*width("widths = [i / 1000 for i in range(500, 5001)]\n"
            "    return widths.index(min(widths, key=variance))"),
     "for a posterior with the correlation 0 a q of width 500 has the variance"),
    (*width("return min([i / 10 for i in range(5, 51)], key=variance)"),
     "for a posterior with the correlation 0.95 a q of width 3.9 has the variance"),
    (*width("return max([i / 1000 for i in range(500, 5001)], key=variance)"),
     "weights of infinite variance"),
    (*width("return min([i / 1000 for i in range(500, 5001)], key=variance)**2"),
     "this is the square of the best width"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    effective("return 1 / torch.softmax(log_weight, 0).square().sum(0)"),
    effective("w = torch.exp(log_weight - log_weight.max(0).values)\n"
              "    return w.sum(0)**2 / (w * w).sum(0)"),
    effective("log_weight = log_weight.float()\n"
              "    return (2 * torch.logsumexp(log_weight, 0) - torch.logsumexp(2 * log_weight, 0)).exp()"),
    effective("w = torch.softmax(log_weight, 0)\n    return 1 / (w * w).sum(0, keepdim=True)"),
    effective("import numpy as np\n    w = np.exp((log_weight - log_weight.max(0).values).numpy())\n"
              "    return w.sum(0)**2 / (w**2).sum(0)"),
    bound("w = torch.cat(list(parts))\n    return torch.logsumexp(w, 0) - math.log(len(w))"),
    bound("w = torch.cat(list(parts)).float()\n    top = w.max(0, keepdim=True).values\n"
          "    return (w - top).exp().mean(0, keepdim=True).log() + top"),
    bound("total, k = torch.full_like(parts[0][0], -math.inf), 0\n    for part in parts:\n"
          "        total, k = torch.logaddexp(total, torch.logsumexp(part, 0)), k + len(part)\n"
          "    return total - math.log(k)"),
    width("widths = torch.linspace(0.5, 5, 4501)\n"
          "    return widths[torch.tensor([variance(v) for v in widths]).argmin()]"),
    width("import numpy as np\n    widths = np.arange(0.5, 5, 0.01)\n"
          "    return widths[np.argmin([variance(v) for v in widths])]"),
    width("low, high = 1.0, 5.0\n    for _ in range(100):\n"
          "        a, b = low + (high - low) / 3, high - (high - low) / 3\n"
          "        low, high = (low, b) if variance(a) < variance(b) else (a, high)\n    return low"),
]
