"""Answers to the exercises of lesson 11."""

# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, "def gumbel_max(logits, u):\n    return (logits + u).argmax(-1)", "with u itself as the noise"),
    (0, "def gumbel_max(logits, u):\n    return (logits + torch.log(-torch.log(u))).argmax(-1)",
     "a minus sign is missing"),
    (0, "def gumbel_max(logits, u):\n    return (logits - torch.log(u)).argmax(-1)",
     "a second -log is missing"),
    (0, "def gumbel_max(logits, u):\n    return (logits + torch.log(u)).argmax(-1)",
     "it takes two logarithms"),
    (0, "def gumbel_max(logits, u):\n    return (-torch.log(-torch.log(u))).argmax(-1)",
     "the logits play no part"),
    (0, "def gumbel_max(logits, u):\n    return (logits - torch.log(-torch.log(u))).max(-1).values",
     "argmax, not max"),
    (0, "def gumbel_max(logits, u):\n    return (logits + torch.randn_like(u)).argmax(-1)",
     "of the categories are those of the trick. Category 0 came in"),
    (0, "def gumbel_max(logits, u):\n    return (logits - torch.log(-torch.log(u))).argmax()",
     "shape ()"),
    (0, "def gumbel_max(logits, u):\n    return (logits - torch.log(torch.log(u))).argmax(-1)",
     "The log of a negative number is nan"),
    (0, "def gumbel_max(logits, u):\n"
        "    return (torch.softmax(logits, -1) - torch.log(-torch.log(u))).argmax(-1)",
     "the logits themselves are added, not the probabilities"),
    (0, "def gumbel_max(logits, u):\n    winner = (logits - torch.log(-torch.log(u))).argmax(-1)\n"
        "    return F.one_hot(winner, logits.shape[-1])", "is one-hot, of the shape (20000, 4)"),
    (0, "def gumbel_max(logits, u):\n    return (logits - torch.log(-torch.log(u))).argmax(-1) + 0.25",
     ".25; whole numbers are needed"),
    (1, "def kl_to_prior(logits, prior_logits):\n    log_q = torch.log_softmax(logits, -1)\n"
        "    log_p = torch.log_softmax(prior_logits, -1)\n"
        "    return (log_q.exp() * (log_p - log_q)).sum((-1, -2))", "never negative"),
    (1, "def kl_to_prior(logits, prior_logits):\n    log_q = torch.log_softmax(logits, -1)\n"
        "    log_p = torch.log_softmax(prior_logits, -1)\n"
        "    return (log_q.exp() * (log_q - log_p)).sum(-1).mean(-1)", "summed, not averaged"),
    (1, "def kl_to_prior(logits, prior_logits):\n    log_q = torch.log_softmax(logits, -1)\n"
        "    log_p = torch.log_softmax(prior_logits, -1)\n"
        "    return (log_p.exp() * (log_p - log_q)).sum((-1, -2))", "the other way round"),
    (1, "def kl_to_prior(logits, prior_logits):\n    log_q = torch.log_softmax(logits, -1)\n"
        "    return (log_q.exp() * (log_q + math.log(logits.shape[-1]))).sum((-1, -2))",
     "the uniform prior"),
    (1, "def kl_to_prior(logits, prior_logits):\n    q = torch.softmax(logits, -1)\n"
        "    return (q * (logits - prior_logits)).sum((-1, -2))", "neither kind of logits"),
    (1, "def kl_to_prior(logits, prior_logits):\n    log_q = torch.log_softmax(logits, -1)\n"
        "    log_p = torch.log_softmax(prior_logits, -1)\n"
        "    return (log_q.exp() * (log_q - log_p)).sum(-1)", "shape (4, 3)"),
    (1, "def kl_to_prior(logits, prior_logits):\n    log_q = torch.log_softmax(logits, -1)\n"
        "    log_p = torch.log_softmax(prior_logits, -1)\n"
        "    return (log_q.exp() * (log_q - log_p)).mean((-1, -2))",
     "the variables and the categories are summed"),
    (1, "def kl_to_prior(logits, prior_logits):\n    log_q = torch.log_softmax(logits, -1)\n"
        "    log_p = torch.log_softmax(prior_logits, -1)\n"
        "    return (log_q.exp() * (log_q - log_p)).mean(-1).sum(-1)",
     ": the categories are summed, not averaged"),
    (1, "def kl_to_prior(logits, prior_logits):\n    log_q = torch.log_softmax(logits, 1)\n"
        "    log_p = torch.log_softmax(prior_logits, 1)\n"
        "    return (log_q.exp() * (log_q - log_p)).sum((-1, -2))",
     "log_softmax runs over the categories, the last axis"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (0, "def gumbel_max(logits, u):\n    return (torch.log(-torch.log(u)) - logits).argmin(1)"),
    (0, "def gumbel_max(logits, u):\n    times = -torch.log(u) / torch.exp(logits)\n"
        "    return times.min(-1).indices"),
    (1, "def kl_to_prior(logits, prior_logits):\n"
        "    return torch.distributions.kl_divergence(\n"
        "        Categorical(logits=logits), Categorical(logits=prior_logits)).sum(-1)"),
    (1, "def kl_to_prior(logits, prior_logits):\n    logits = logits.float()\n"
        "    q, p = torch.softmax(logits, -1), torch.softmax(prior_logits.float(), -1)\n"
        "    return torch.stack([(q[:, d] * torch.log(q[:, d] / p[d])).sum(1)\n"
        "                        for d in range(q.shape[1])]).sum(0)"),
]
