"""Answers to the exercises of lesson 06."""

# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, "def kl_term(mu, logvar):\n    return 0.5 * (1 + logvar - mu**2 - logvar.exp()).sum(-1)",
     "never negative"),
    (0, "def kl_term(mu, logvar):\n    return -0.5 * (1 + logvar - mu**2 - logvar.exp()).sum()",
     "shape ()"),
    (0, "def kl_term(mu, logvar):\n    return 0.5 * (mu**2 + logvar.exp()**2 - 1 - logvar).sum(-1)",
     "the KL of image 0"),
    (0, "def kl_term(mu, logvar):\n    return -0.5 * (1 + logvar - mu**2 - logvar.exp()).mean(-1)",
     "the KL of image 0"),
    (1, "my_beta = 1", "beta is 1: it should be what stands"),
    (1, "my_beta = 128 / 12288", "the other one"),
    (1, "my_beta = 64 * 64 / 128", "three numbers for each pixel"),
    (1, "my_beta = 64 * 64 * 3", "the KL is a mean too"),
    (2, "def best_q(x, w, s, beta):\n    v = w**2 + s**2\n    return w * x / v, (s**2 / v)**0.5",
     "beta = 4 the best m is 1.038, but should be 0.6237"),
    (2, "def best_q(x, w, s, beta):\n    v = w**2 + beta * s**2\n    return w * x / v, beta * s**2 / v",
     "the standard deviation is asked for"),
    (2, "def best_q(x, w, s, beta):\n    v = beta * w**2 + s**2\n"
        "    return beta * w * x / v, (s**2 / v)**0.5", "but should be 0.6237"),
    (2, "def best_q(x, w, s, beta):\n    return w * x / (w**2 + beta * s**2)", "return two numbers"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (0, "def kl_term(mu, logvar):\n"
        "    return kl_divergence(Normal(mu, (logvar / 2).exp()), Normal(0.0, 1.0)).sum(-1)"),
    (0, "def kl_term(mu, logvar):\n    mu, logvar = mu.float(), logvar.float()\n"
        "    return (mu**2 / 2 + (logvar.exp() - 1 - logvar) / 2).sum(1)"),
    (1, "my_beta = torch.tensor(96.0)"),
    (2, "def best_q(x, w, s, beta):\n    precision = w**2 / (beta * s**2) + 1\n"
        "    return [w * x / (beta * s**2) / precision, torch.tensor(precision) ** -0.5]"),
]
