"""Answers to the exercises of lesson 07."""

_LANDING = "def sticking_the_landing(log_joint, m, t, epsilon):\n    z = m + t * epsilon\n    return "
_WIDTHS = "def other_widths(S):\n    return "

# (exercise, answer, what the check has to say of it)
WRONG = [
    (2, _WIDTHS + "S.max(1).values.sqrt()", "and there are widths with less"),
    (0, "my_beta = 1", "over different numbers of terms"),
    (0, "my_beta = 128 / 12288", "the other one"),
    (0, "my_beta = 64 * 64 / 128", "more than one number per pixel"),
    (0, "my_beta = 64 * 64 * 3", "the KL is a mean too"),
    (0, "my_beta = 1 / 128", "the pixels are a mean too"),
    (0, "my_beta = 48", "once the pixels are summed"),
    (1, _LANDING + "log_joint(z) - Normal(m, t).log_prob(z.detach())", "the score is kept"),
    (1, _LANDING + "log_joint(z) - Normal(m, t).log_prob(z)", "this is estimator A"),
    (1, _LANDING + "log_joint(z) - Normal(m, t).log_prob(z).detach()", "only climbs log p(x, z)"),
    (1, _LANDING + "log_joint(z)", "log q(z) is missing"),
    (1, _LANDING + "log_joint(z.detach()) - Normal(m.detach(), t.detach()).log_prob(z.detach())",
     "no gradient arrives at m"),
    (1, _LANDING + "log_joint(z) - Normal(m.detach(), t).log_prob(z)", "gradient with respect to t"),
    (1, _LANDING + "log_joint(z) - Normal(m.detach(), t.detach()**2).log_prob(z)", "the values are not"),
    (1, "def sticking_the_landing(log_joint, m, t, epsilon):\n    z = m + t * epsilon\n"
        "    m, t = m.detach(), t.detach()\n    return (log_joint(z) - Normal(m, t).log_prob(z)).mean()",
     "the shape"),
    (2, _WIDTHS + "1 / torch.linalg.inv(S).diag().sqrt()", "the KL of section 4"),
    (2, _WIDTHS + "S.diag()", "these are variances"),
    (2, _WIDTHS + "torch.linalg.eigvalsh(S).sqrt()", "along the ellipse's own axes"),
    (2, _WIDTHS + "torch.ones(len(S))", "there are widths with less"),
    (2, _WIDTHS + "S.sqrt()", "the shape"),
    (2, _WIDTHS + "-S.diag().sqrt()", "positive"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (0, "my_beta = torch.tensor(96.0)"),
    (0, "my_beta = 12288 * (1 / 128)"),
    (1, "def sticking_the_landing(log_joint, m, t, epsilon):\n    z = Normal(m, t).mean + t * epsilon\n"
        "    log_q = -0.5 * ((z - m.detach()) / t.detach())**2 - t.detach().log()\n"
        "    return log_joint(z) - log_q + 0.5 * math.log(2 * math.pi)"),
    (1, _LANDING + "log_joint(z) - Normal(m, t).log_prob(z)"
        " + (score := Normal(m, t).log_prob(z.detach())) - score.detach()"),
    (2, "def other_widths(S):\n    log_t = torch.zeros(len(S), requires_grad=True)\n"
        "    p = MultivariateNormal(torch.zeros(len(S)), S)\n"
        "    optimizer = torch.optim.Adam([log_t], lr=0.05)\n"
        "    for _ in range(400):\n        optimizer.zero_grad()\n"
        "        q = MultivariateNormal(torch.zeros(len(S)), torch.diag((2 * log_t).exp()))\n"
        "        kl_divergence(p, q).backward()\n        optimizer.step()\n"
        "    return log_t.exp()"),
    (2, "def other_widths(S):\n"
        "    return MultivariateNormal(torch.zeros(len(S)), S).sample((100_000,)).std(0).float()"),
    (0, "import numpy as np\nmy_beta = np.float32(96)"),
    (1, "def sticking_the_landing(log_joint, m, t, epsilon):\n    z = m + t * epsilon\n"
        "    return (log_joint(z) - Normal(m.data, t.data).log_prob(z)).float()[:, None]"),
    (2, _WIDTHS + "S.float().diag().sqrt()[None].numpy()"),
]
