"""Answers to the exercises of lesson 09."""

# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, "def adam_step(theta, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):\n"
        "    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2\n"
        "    m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.999**t)\n"
        "    return theta - 0.001 * m_hat / (torch.sqrt(v_hat) + 1e-8), m, v", "with the default settings"),
    (0, "def adam_step(theta, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):\n"
        "    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2\n"
        "    m_hat = m / (1 - beta1**t)\n"
        "    return theta - lr * m_hat / torch.sqrt(v + eps), m, v", "after step 1"),
    (0, "def adam_step(theta, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):\n"
        "    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2\n"
        "    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)\n"
        "    return theta - lr * m_hat / torch.sqrt(v_hat + eps), m, v", "epsilon"),
    (0, "def adam_step(theta, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):\n"
        "    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2\n"
        "    m_hat, v_hat = m / (1 - beta1 * t), v / (1 - beta2 * t)\n"
        "    return theta - lr * m_hat / (torch.sqrt(v_hat) + eps), m, v", "after step 2"),
    (0, "def adam_step(theta, g, m, v, t, **rest):\n    return theta - 0.001 * g", "return three things"),
    (0, "def adam_step(theta, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):\n"
        "    m, v = beta1 * m + g, beta2 * v + g**2\n"
        "    m_hat, v_hat = m * (1 - beta1) / (1 - beta1**t), v * (1 - beta2) / (1 - beta2**t)\n"
        "    return theta - lr * m_hat / (torch.sqrt(v_hat) + eps), m, v", "running average"),
    (1, "distance = {50: 1000 * 0.001 * 0.02, 450: 1000 * 0.001 * 0.02}", "as SGD goes"),
    (1, "distance = {50: 1.0, 450: 1.0}", "without noise"),
    (1, "distance = {50: 1 / 3, 450: 1.0}", "they hold signal too"),
    (1, "distance = {50: 1 / (1 + 3), 450: 1 / (1 + 1)}", "their squares do"),
    (1, "distance = {50: 1 / (1 + 3**2), 450: 1 / 2}", "divides by its root"),
    (1, "distance = {50: 1 / 10**0.5, 450: 1 / (1 + (1 / 3)**2)**0.5}",
     "not make the noise nine times smaller"),
    (1, "distance = {50: 1000 / 10**0.5, 450: 1000 / 2**0.5}", "how long is one?"),
    (1, "distance = {50: 0.5, 450: 0.6}", "batches of 50: the weight does not go 0.5"),
    (1, "distance = {50: 1 / 10**0.5, 450: None}", "450 is still missing"),
    (1, "distance = 0.3", "a dictionary"),
    (2, "half_the_jitter = 0.05", "0.71 times that of 0.1. Take a smaller one"),
    (2, "half_the_jitter = 0.01", "Take a larger one"),
    (2, "half_the_jitter = 0.1", "1.00 times that of 0.1"),
    (2, "half_the_jitter = 0.2", "Take a smaller one"),
    (2, "half_the_jitter = -0.025", "a positive number"),
    (2, "half_the_jitter = '0.025'", "one number"),
    (0, "def adam_step(theta, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):\n"
        "    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2\n"
        "    m, v = m / (1 - beta1**t), v / (1 - beta2**t)\n"
        "    return theta - lr * m / (torch.sqrt(v) + eps), m, v", "m after step 1"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (0, "def adam_step(theta, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):\n"
        "    m = torch.lerp(g, m, beta1)\n    v = torch.lerp(g.square(), v, beta2)\n"
        "    root = (v / (1 - beta2**t)) ** 0.5 + eps\n"
        "    return [theta - lr / (1 - beta1**t) * m / root, m, v]"),
    (0, "def adam_step(theta, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):\n"
        "    m.mul_(beta1).add_(g, alpha=1 - beta1)\n    v.mul_(beta2).addcmul_(g, g, value=1 - beta2)\n"
        "    root = (v / (1 - beta2**t)).sqrt() + eps\n"
        "    return theta.addcdiv(m / (1 - beta1**t), root, value=-lr), m, v"),
    (1, "distance = {450: torch.tensor(0.7071), 50: -0.316}"),
    (1, "distance = {50: 0.32, 450: 0.71}"),
    (2, "half_the_jitter = 0.1 / 4"),
    (2, "half_the_jitter = torch.tensor([0.028])"),
    (0, "import numpy as np\n"
        "def adam_step(theta, g, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):\n"
        "    theta, g, m, v = (a.float().numpy() for a in (theta, g, m, v))\n"
        "    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2\n"
        "    root = np.sqrt(v / (1 - beta2**t)) + eps\n"
        "    return theta - lr * m / (1 - beta1**t) / root, m, v"),
]
