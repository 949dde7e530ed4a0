"""Answers to the exercises of lesson 15."""

_LOSS = "def rloo_loss(log_p, R):\n    others = {others}\n    return {back}"


def _loss(others="(R.sum(1, keepdim=True) - R) / (R.shape[1] - 1)", back="-((R - others) * log_p).mean()"):
    return _LOSS.format(others=others, back=back)


_DENSITY = (
    "def squashed_log_density(action, mu, sigma, limit):\n    squashed = action / limit\n"
    "    normal = {normal}\n    slope = torch.log1p(-(squashed**2))\n    return {back}"
)


def _density(
    back="normal - slope - limit.log()", normal="Normal(mu, sigma).log_prob(torch.atanh(squashed))"
):
    return _DENSITY.format(normal=normal, back=back)


# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, _loss(back="((R - others) * log_p).mean()"), "less probable"),
    (0, _loss(others="0"), "this is REINFORCE"),
    (0, _loss(others="R.mean(1, keepdim=True)"), "own reward is in its baseline"),
    (0, _loss("R.mean(1, keepdim=True)", "-((R - others) / R.std(1, keepdim=True) * log_p).mean()"), "GRPO"),
    (0, _loss(others="(R.sum() - R) / (R.numel() - 1)"), "mixes the prompts"),
    (0, _loss(others="R.mean()"), "the mean of all prompts"),
    (0, _loss(others="(R.sum(0) - R) / (len(R) - 1)"), "the other axis"),
    (0, _loss(others="(R[0].sum() - R[0]) / (R.shape[1] - 1)"), "for two prompts"),
    (0, _loss(others="((R.sum(1, keepdim=True) - R) / (R.shape[1] - 1))[:1]"), "for two prompts"),
    (0, _loss(others="((R.sum(1, keepdim=True) - R) / 3)"), "for three prompts"),
    (0, _loss(back="-((R - others)[0] * log_p[0]).mean()"), "for two prompts"),
    (0, _loss(back="-((R - others).mean() * log_p.mean())"), "for two prompts"),
    (0, _loss(back="-((R - others) * log_p.exp()).mean()"), "for two prompts"),
    (0, _loss(back="-((R - others) * log_p).sum()"), "not an average"),
    (0, _loss(back="-((R - others) * log_p).sum(1).mean()"), "answers of a group is missing"),
    (0, _loss(back="-((R - others) * log_p).mean(1).sum()"), "over the prompts is missing"),
    (0, _loss(others="(R.sum(1, keepdim=True) - R) / R.shape[1]"), "how many others"),
    (0, _loss(back="-((R - others) * log_p)"), "not the shape (2, 4)"),
    (0, _loss(back="-((R - others) * log_p).mean().item()"), "not float"),
    (0, _loss(back="-((R - others) * log_p.detach()).mean()"), "no gradient comes back"),
    (1, _density("normal"), "the log-density of u"),
    (1, _density("normal - slope"), "the stretch by limit is not"),
    (1, _density("normal - limit.log()"), "tanh is not"),
    (1, _density("normal + slope - limit.log()"), "higher or lower?"),
    (1, _density("normal - slope + limit.log()"), "a wider range"),
    (1, _density("normal - slope - limit"), "what happens to its logarithm?"),
    (1, _density("(normal - slope).exp() / limit"), "its logarithm is needed"),
    (1, _density(normal="Normal(mu, sigma**2).log_prob(torch.atanh(squashed))"), "sigma is squared"),
    (1, _density(normal="Normal(mu, sigma.sqrt()).log_prob(torch.atanh(squashed))"), "for a variance"),
    (1, _density(normal="Normal(mu, sigma).log_prob(torch.atanh(action))"), "within the support"),
    (1, _density(normal="Normal(mu, sigma).log_prob(squashed)"), "for seven motors"),
    (1, _density(normal="Normal(mu[0], sigma[0]).log_prob(torch.atanh(squashed))"), "for seven motors"),
    (1, _density("normal - slope - limit[0].log()"), "for seven motors"),
    (1, _density("normal - slope - limit.log().mean()"), "for seven motors"),
    (1, _density("normal - slope.mean() - limit.log()"), "for seven motors"),
    (1, _density("(normal - slope - limit.log()).mean()"), "shape ()"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (
        0,
        "def rloo_loss(log_p, R):\n    n = R.shape[1]\n    above = R - R.mean(1, keepdim=True)\n"
        "    return -(n / (n - 1) * above * log_p).mean(1).mean()",
    ),
    (
        0,
        "def rloo_loss(log_p, R):\n    total = 0\n    for scores, row in zip(log_p, R):\n"
        "        for i in range(len(row)):\n            rest = torch.cat([row[:i], row[i + 1 :]])\n"
        "            total = total - (row[i] - rest.mean()) * scores[i] / len(row)\n"
        "    return total / len(R)",
    ),
    (
        1,
        "def squashed_log_density(action, mu, sigma, limit):\n"
        "    u = 0.5 * torch.log((limit + action) / (limit - action))\n"
        "    log_det = limit.log() + 2 * (math.log(2) - u - torch.nn.functional.softplus(-2 * u))\n"
        "    return -0.5 * ((u - mu) / sigma) ** 2 - (sigma * math.sqrt(2 * math.pi)).log() - log_det",
    ),
    (
        1,
        "def squashed_log_density(action, mu, sigma, limit):\n"
        "    x = action.clone().requires_grad_()\n    u = torch.atanh(x / limit)\n"
        "    (slope,) = torch.autograd.grad(u.sum(), x, retain_graph=True)\n"
        "    return (Normal(mu, sigma).log_prob(u) + slope.log()).detach()",
    ),
]
