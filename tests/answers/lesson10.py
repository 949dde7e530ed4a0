"""Answers to the exercises of lesson 10."""

# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, "def effective_draws(log_weight):\n    w = log_weight.exp()\n"
        "    return w.sum(0)**2 / (w**2).sum(0)",
     "with log-weights near -2000 the effective number is nan: exp() gave 0"),
    (0, "def effective_draws(log_weight):\n"
        "    return torch.exp(2 * torch.logsumexp(log_weight, 1) - torch.logsumexp(2 * log_weight, 1))",
     "the sums run over the draws"),
    (0, "def effective_draws(log_weight):\n"
        "    return torch.exp(torch.logsumexp(log_weight, 0) - torch.logsumexp(2 * log_weight, 0))",
     "the sum of the weights has to be squared"),
    (0, "def effective_draws(log_weight):\n"
        "    return torch.exp(2 * torch.logsumexp(log_weight, 0) - torch.logsumexp(log_weight, 0))",
     "it should be the sum of their squares"),
    (0, "def effective_draws(log_weight):\n"
        "    return torch.exp(2 * torch.logsumexp(log_weight, 0) - 2 * torch.logsumexp(log_weight, 0))",
     "it is 1 whatever the weights are"),
    (0, "def effective_draws(log_weight):\n"
        "    return 2 * torch.logsumexp(log_weight, 0) - torch.logsumexp(2 * log_weight, 0)",
     "that is its logarithm"),
    (0, "def effective_draws(log_weight):\n"
        "    return torch.exp(torch.logsumexp(2 * log_weight, 0) - 2 * torch.logsumexp(log_weight, 0))",
     "that is upside down"),
    (0, "def effective_draws(log_weight):\n"
        "    log_ratio = 2 * torch.logsumexp(log_weight, 0) - torch.logsumexp(2 * log_weight, 0)\n"
        "    return log_ratio.exp() / len(log_weight)", "the share of the draws"),
    (0, "def effective_draws(log_weight):\n"
        "    return torch.full((log_weight.shape[1],), len(log_weight))",
     "of image 0 is 5, but should be"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (0, "def effective_draws(log_weight):\n"
        "    return 1 / torch.softmax(log_weight, 0).square().sum(0)"),
    (0, "def effective_draws(log_weight):\n"
        "    w = torch.exp(log_weight - log_weight.max(0).values)\n"
        "    return w.sum(0)**2 / (w * w).sum(0)"),
]
