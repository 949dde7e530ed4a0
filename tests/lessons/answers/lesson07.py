"""Answers to the exercises of lesson 07."""

_GAP = (
    "def gap_on_grid(log_joint, log_q, area):\n    evidence = {evidence}\n"
    "    log_posterior = log_joint - evidence\n    return {back}"
)


def _gap(
    back="(log_q.exp() * (log_q - log_posterior)).sum() * area",
    evidence="torch.logsumexp(log_joint, 0) + math.log(area)",
):
    return _GAP.format(back=back, evidence=evidence)


# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, "my_beta = 1", "over different numbers of terms"),
    (0, "my_beta = 128 / 12288", "the other one"),
    (0, "my_beta = 64 * 64 / 128", "more than one number per pixel"),
    (0, "my_beta = 64 * 64 * 3", "the KL is a mean too"),
    (0, "my_beta = 1 / 128", "the pixels are a mean too"),
    (0, "my_beta = 48", "once the pixels are summed"),
    (1, _gap("(log_q.exp() * (log_q - log_joint)).sum() * area"), "where is log p(x)?"),
    (1, _gap("(log_q.exp() * (log_joint - log_q)).sum() * area"), "this is the ELBO"),
    (1, _gap("(log_q.exp() * (log_posterior - log_q)).sum() * area"), "this is minus the gap"),
    (1, _gap("(log_posterior.exp() * (log_posterior - log_q)).sum() * area"), "from the posterior to q"),
    (1, _gap("(log_q.exp() * (log_q - log_posterior)).sum()"), "the average under q lacks the area"),
    (1, _gap(evidence="torch.logsumexp(log_joint, 0)"), "log p(x) lacks the area"),
    (
        1,
        _gap("(log_q.exp() * (log_q - log_posterior)).sum()", "torch.logsumexp(log_joint, 0)"),
        "both sums lack the area",
    ),
    (1, _gap("(log_q - log_posterior).mean()"), "every cell counts alike"),
    (1, _gap("(log_q.exp() * (log_q - log_posterior)).sum() * area + 0.1"), "the gap is off by 0.1"),
    (1, _gap("log_q - log_posterior"), "has the shape (401,); () is needed"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (0, "my_beta = torch.tensor(96.0)"),
    (
        1,
        "def gap_on_grid(log_joint, log_q, area):\n    q = log_q.exp() * area\n"
        "    elbo = q @ (log_joint - log_q)\n    top = log_joint.max()\n"
        "    return top + ((log_joint - top).exp().sum() * area).log() - elbo",
    ),
]
