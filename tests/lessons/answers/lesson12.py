"""Answers to the exercises of lesson 12."""

_PAIR = "def two_categories(logits, u):\n"
_TOP = _PAIR + "    return ({}).topk(2, -1).indices"
_SUMS = _PAIR + "    sums = logits - torch.log(-torch.log(u))\n"
_KL = ("def kl_to_prior(logits, prior_logits):\n    log_q = torch.log_softmax(logits, -1)\n"
       "    log_p = torch.log_softmax(prior_logits, -1)\n    return ")
_COST = "def cost(z, value):\n    return "

# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, _TOP.format("logits + u"), "u itself is the noise here"),
    (0, _TOP.format("logits + torch.log(-torch.log(u))"), "a sign is lost"),
    (0, _TOP.format("logits - torch.log(u)"), "one logarithm is missing. With the logits"),
    (0, _TOP.format("-torch.log(-torch.log(u))"), "the logits play no part"),
    (0, _TOP.format("logits"), "the noise plays no part"),
    (0, _TOP.format("logits + torch.randn_like(u)"), "something else in it is random"),
    (0, _TOP.format("logits + torch.distributions.Normal(0.0, math.pi / math.sqrt(6)).icdf(u)"),
     "standard errors away"),
    (0, _TOP.format("torch.softmax(logits, -1) - torch.log(-torch.log(u))"), "not the probabilities"),
    (0, _TOP.format("torch.softmax(logits, -1) * u"), "one logarithm is missing"),
    (0, _TOP.format("logits[0] - torch.log(-torch.log(u))"), "With the logits [2.0, -0.5, 1.5, 0.0]"),
    (0, _SUMS + "    return sums.topk(2, largest=False).indices", "the places of the smallest"),
    (0, _SUMS + "    return sums.topk(2).values", "not its value"),
    (0, _SUMS + "    return sums.topk(2, 0).indices", "the shape (2, 4)"),
    (0, _SUMS + "    return sums.topk(2).indices + 1", "yours from 1 to 4"),
    (0, _SUMS + "    return sums.argsort(-1, descending=True)", "two categories per row are asked for"),
    (0, _SUMS + "    return sums.argmax(-1)", "the shape (40000,)"),
    (0, _SUMS + "    return sums.topk(2).indices.sort(-1).values", "second come with the share"),
    (0, _SUMS + "    return sums.argsort(-1)[:, -2:]", "the two are in the wrong order"),
    (0, _SUMS + "    again = logits - torch.log(-torch.log(1 - u))\n"
        "    return torch.stack([sums.argmax(-1), again.argmax(-1)], -1)", "the same category twice"),
    (1, _KL + "(log_q.exp() * (log_p - log_q)).sum((-1, -2))", "never negative"),
    (1, _KL + "(log_q.exp() * (log_q - log_p)).sum(-1).mean(-1)", "summed, not averaged"),
    (1, _KL + "(log_p.exp() * (log_p - log_q)).sum((-1, -2))", "the other direction"),
    (1, _KL + "(log_q.exp() * (log_q + math.log(logits.shape[-1]))).sum((-1, -2))", "the uniform prior"),
    (1, _KL + "(log_q.exp() * (logits - prior_logits)).sum((-1, -2))", "the colleague's"),
    (1, _KL + "(log_q.exp() * (log_q - prior_logits)).sum((-1, -2))", "of one of the two only"),
    (1, _KL + "(log_q - log_p).sum((-1, -2))", "averaged with the weights"),
    (1, _KL + "(log_q.exp() * (log_q - log_p)).sum(-1)", "shape (4, 3)"),
    (1, _KL + "(log_q.exp() * (log_q - log_p)).mean((-1, -2))",
     "the variables and the categories are summed"),
    (1, _KL + "(log_q.exp() * (log_q - log_p)).mean(-1).sum(-1)",
     ": the categories are summed, not averaged"),
    (1, _KL + "(log_q.exp() * (log_q - log_p)).sum((-1, -2)).clamp_min(0.01)",
     "the KL of the prior to itself"),
    (1, _KL.replace(", -1)", ", 1)") + "(log_q.exp() * (log_q - log_p)).sum((-1, -2))",
     "over which axis do the probabilities add up to 1?"),
    (2, _COST + "z @ value", "where z is category 1 straight-through finds"),
    (2, _COST + "z.round() @ value", "that is a staircase"),
    (2, _COST + "(z > 0.5).to(z.dtype) @ value", "cut off from z"),
    (2, _COST + "0 * z.sum(-1)", "the cost of every one-hot is 0"),
    (2, _COST + "z.sum(-1)", "all one-hots cost the same"),
    (2, _COST + "(z**2 * (3 - 2 * z)) @ value.flip(0)", "the cost of category 1 is 1, but should be 2"),
    (2, _COST + "(z.sqrt() @ value)", "the slope is not finite"),
    (2, _COST + "((z**2 * (3 - 2 * z)) @ value).sum()", "the shape ()"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (0, _SUMS + "    return sums.argsort(-1, descending=True)[:, :2]"),
    (0, _SUMS + "    i = sums.argmax(-1, keepdim=True)\n"
        "    return torch.cat([i, sums.scatter(1, i, -math.inf).argmax(-1, keepdim=True)], -1)"),
    (0, _TOP.format("logits - torch.log(-torch.log(1 - u))")),
    (0, _PAIR + "    times = -torch.log(u) / torch.exp(logits)       # a race of exponentials\n"
        "    return times.topk(2, largest=False).indices.to(torch.int32)"),
    (0, _PAIR + "    p = torch.softmax(logits.double(), -1)          # pieces of lengths p, twice\n"
        "    i = (u[:, :1] > p.cumsum(-1)[:, :-1]).sum(-1, keepdim=True)\n"
        "    p = p.scatter(1, i, 0)\n"
        "    ends = (p / p.sum(-1, keepdim=True)).cumsum(-1)[:, :-1]\n"
        "    return torch.cat([i, (u[:, 1:2] > ends).sum(-1, keepdim=True)], -1)"),
    (0, _TOP.format("logits.half().float() + torch.distributions.Gumbel(0.0, 1.0).icdf(u)")),
    (1, "def kl_to_prior(logits, prior_logits):\n"
        "    return torch.distributions.kl_divergence(\n"
        "        Categorical(logits=logits), Categorical(logits=prior_logits)).sum(-1)"),
    (1, "def kl_to_prior(logits, prior_logits):\n    logits = logits.float()\n"
        "    q, p = torch.softmax(logits, -1), torch.softmax(prior_logits.float(), -1)\n"
        "    return torch.stack([(q[:, d] * torch.log(q[:, d] / p[d])).sum(1)\n"
        "                        for d in range(q.shape[1])]).sum(0)"),
    (1, "def kl_to_prior(logits, prior_logits):\n    q = torch.softmax(logits, -1)\n"
        "    free = torch.logsumexp(prior_logits, -1) - torch.logsumexp(logits, -1)\n"
        "    return ((q * (logits - prior_logits)).sum(-1) + free).sum(-1)"),
    (2, _COST + "torch.sin(math.pi / 2 * z) ** 2 @ value"),
    (2, _COST + "(z**3 * (10 - 15 * z + 6 * z**2)) @ value"),
    (2, _COST + "(z.double() ** 2 * (3 - 2 * z.double())) @ value.double()"),
    (2, "def cost(z, value):\n    s = torch.cos(math.pi * z)\n    return ((1 - s) / 2 * value).sum(-1)"),
]
