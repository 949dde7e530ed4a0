"""Answers to the exercises of lesson 08."""

# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, "def adam_step(theta, g, m, v, t, step_size=0.001, beta1=0.9, beta2=0.999, eps=1e-8):\n"
        "    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2\n"
        "    m_hat = m / (1 - beta1**t)\n"
        "    return theta - step_size * m_hat / torch.sqrt(v + eps), m, v", "after step 1"),
    (0, "def adam_step(theta, g, m, v, t, step_size=0.001, beta1=0.9, beta2=0.999, eps=1e-8):\n"
        "    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2\n"
        "    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)\n"
        "    return theta - step_size * m_hat / torch.sqrt(v_hat + eps), m, v", "epsilon"),
    (0, "def adam_step(theta, g, m, v, t, step_size=0.001, beta1=0.9, beta2=0.999, eps=1e-8):\n"
        "    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2\n"
        "    m_hat, v_hat = m / (1 - beta1 * t), v / (1 - beta2 * t)\n"
        "    return theta - step_size * m_hat / (torch.sqrt(v_hat) + eps), m, v", "after step 2"),
    (0, "def adam_step(theta, g, m, v, t, **rest):\n    return theta - 0.001 * g", "return 3 things"),
    (0, "def adam_step(theta, g, m, v, t, step_size=0.001, beta1=0.9, beta2=0.999, eps=1e-8):\n"
        "    m, v = beta1 * m + g, beta2 * v + g**2\n"
        "    m_hat, v_hat = m * (1 - beta1) / (1 - beta1**t), v * (1 - beta2) / (1 - beta2**t)\n"
        "    return theta - step_size * m_hat / (torch.sqrt(v_hat) + eps), m, v", "running average"),
    (1, "first_step = 1", "with bias correction"),
    (1, "first_step = 0.5 / 0.04", "divides by the root of v"),
    (1, "first_step = 1 / 0.04**0.5", "m is not the gradient itself"),
    (1, "first_step = 0.5", "but should be 2.5"),
    (2, "def momentum_step(theta, g, u, step_size, gamma):\n    u = gamma * u + (1 - gamma) * g\n"
        "    return theta - step_size * u, u", "after step 1"),
    (2, "def momentum_step(theta, g, u, step_size, gamma):\n"
        "    return theta - step_size * u, gamma * u + g", "after step 1"),
    (2, "def momentum_step(theta, g, u, step_size, gamma):\n    u = u + g\n"
        "    return theta - step_size * u, u", "after step 2"),
    (2, "def momentum_step(theta, g, u, step_size, gamma):\n    u = gamma * u - step_size * g\n"
        "    return theta + u, u", "is not the sum"),
    (2, "def momentum_step(theta, g, u, step_size, gamma):\n    return theta - step_size * g",
     "return 2 things"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (0, "def adam_step(theta, g, m, v, t, step_size=0.001, beta1=0.9, beta2=0.999, eps=1e-8):\n"
        "    m = torch.lerp(g, m, beta1)\n    v = torch.lerp(g.square(), v, beta2)\n"
        "    root = (v / (1 - beta2**t)) ** 0.5 + eps\n"
        "    return [theta - step_size / (1 - beta1**t) * m / root, m, v]"),
    (1, "first_step = 2.5"),
    (2, "def momentum_step(theta, g, u, step_size, gamma):\n    u *= gamma\n    u += g\n"
        "    return theta - step_size * u, u"),
]
