"""Answers to the exercises of lesson 13."""

_MIX = ("def dz_dr(z, r, first, second):\n    p, q = first.log_prob(z).exp(), second.log_prob(z).exp()\n"
        "    down = second.cdf(z) - first.cdf(z)\n    return ")
_FLOW = "def positive_flow(mu, sigma, epsilon):\n    y = mu + sigma * epsilon\n    return "
_GAP = "def gap_of_part(weights, kept):\n    part = weights[kept]\n    return "

# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, _MIX + "-down / (r * p + (1 - r) * q)", "the sign is wrong"),
    (0, _MIX + "down", "How far does z have to move"),
    (0, _MIX + "-down", "not that of a draw"),
    (0, _MIX + "(p - q) / (r * p + (1 - r) * q)", "that is the score"),
    (0, _MIX + "-first.cdf(z) / (r * p + (1 - r) * q)", "r stands in the CDF twice"),
    (0, _MIX + "down / p", "that of one component"),
    (0, _MIX + "down / (p + q)", "does not add up to 1"),
    (0, _MIX + "down / torch.log(r * p + (1 - r) * q)", "the logarithm of a density"),
    (0, _MIX + "down / ((1 - r) * p + r * q)", "with its u held still"),
    (0, _MIX + "(down / (r * p + (1 - r) * q)).mean()", "the shape ()"),
    (1, _FLOW + "torch.exp(y), Normal(mu, sigma).log_prob(y) + y", "which way does this term go"),
    (1, _FLOW + "torch.exp(y), Normal(mu, sigma).log_prob(y)", "Nothing says yet"),
    (1, _FLOW + "torch.exp(y), Normal(mu, sigma).log_prob(y) - torch.exp(y)", "what is its logarithm"),
    (1, _FLOW + "torch.exp(y), Normal(mu, sigma).log_prob(y) - y - math.log(sigma)",
     "has counted sigma already"),
    (1, _FLOW + "torch.exp(y), Normal(0, 1).log_prob(epsilon) - y", "the first step stretches too"),
    (1, _FLOW + "torch.exp(y), (Normal(mu, sigma).log_prob(y) - y).exp()", "its logarithm is asked for"),
    (1, _FLOW + "y, Normal(mu, sigma).log_prob(y)", "before the exponential"),
    (1, _FLOW + "torch.exp(y), Normal(mu, sigma).log_prob(torch.exp(y)) - y", "log q(z) is"),
    (1, _FLOW + "torch.exp(y)", "two things are needed"),
    (1, _FLOW + "torch.exp(y), (Normal(mu, sigma).log_prob(y) - y).sum()", "the shape ()"),
    (2, _GAP + "torch.log(part.sum())", "not negative"),
    (2, _GAP + "1 - part.sum()", "the gap is in nats"),
    (2, _GAP + "-part.log().sum()", "do not add up"),
    (2, _GAP + "-torch.log2(part.sum())", "in bits"),
    (2, _GAP + "-torch.log(1 - part.sum())", "that q leaves out"),
    (2, _GAP + "-part.sum() * torch.log(part.sum())", "whose weights add up to 1"),
    (2, _GAP + "float('inf')", "inf"),
    (2, _GAP + "0.0", "Draws from q all have the same"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (0, "def dz_dr(z, r, first, second):\n    r_each = torch.full_like(z, r, requires_grad=True)\n"
        "    z = z.clone().requires_grad_()\n    F = r_each * first.cdf(z) + (1 - r_each) * second.cdf(z)\n"
        "    dF_dr, dF_dz = torch.autograd.grad(F.sum(), [r_each, z])\n    return -dF_dr / dF_dz"),
    (0, "def dz_dr(z, r, first, second):\n    def F(z, r):\n"
        "        return r * first.cdf(z) + (1 - r) * second.cdf(z)\n"
        "    h, u, ends = 1e-4, F(z, r), []\n"
        "    for at in (r - h, r + h):\n        low, high = z - 20, z + 20\n        for _ in range(60):\n"
        "            middle = (low + high) / 2\n            below = F(middle, at) < u\n"
        "            low, high = torch.where(below, middle, low), torch.where(below, high, middle)\n"
        "        ends.append(middle)\n    return (ends[1] - ends[0]) / (2 * h)"),
    (0, "def dz_dr(z, r, first, second):\n    z = z.float()\n"
        "    mixture = MixtureSameFamily(Categorical(torch.tensor([r, 1 - r])), Normal(\n"
        "        torch.stack([first.mean, second.mean]), torch.stack([first.stddev, second.stddev])))\n"
        "    return ((second.cdf(z) - first.cdf(z)) * torch.exp(-mixture.log_prob(z))).float()"),
    (1, "def positive_flow(mu, sigma, epsilon):\n"
        "    q = torch.distributions.LogNormal(torch.tensor(mu), torch.tensor(sigma))\n"
        "    z = torch.exp(mu + sigma * epsilon)\n    return z, q.log_prob(z)"),
    (1, "def positive_flow(mu, sigma, epsilon):\n    epsilon = epsilon.float()\n"
        "    z = math.exp(mu) * torch.exp(epsilon) ** sigma\n    dz = sigma * z\n"
        "    return [z, -epsilon**2 / 2 - math.log(math.sqrt(2 * math.pi)) - torch.log(dz)]"),
    (2, _GAP + "math.log(1 / sum(part.tolist()))"),
    (2, _GAP + "-torch.logsumexp(part.float().log(), 0)"),
    (2, "def gap_of_part(weights, kept):\n    q = torch.zeros_like(weights)\n    q[kept] = weights[kept]\n"
        "    q = q / q.sum()\n    return sum(a * torch.log(a / b) for a, b in zip(q, weights) if a > 0)"),
]
