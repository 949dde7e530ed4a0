"""Answers to the exercises of lesson 09."""

_STEP = "def average_step(g, times):\n    s, n = g.mean(0), g.std(0)\n    return {}"
_ADAMW = (
    "def adamw_step(theta, g, averages, lr, decay):\n    m, v = averages.add({g})\n"
    "    adam = m / (v.sqrt() + 1e-8)\n    return {back}"
)


def _adamw(back, g="g"):
    return _ADAMW.format(back=back, g=g)


# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, _STEP.format("s / (s**2 + n**2).sqrt()"), "with the minibatches as they are"),
    (0, _STEP.format("s / (s**2 + (n / times)**2).sqrt()"), "do not make the noise times smaller"),
    (0, _STEP.format("s / (s**2 + times * n**2).sqrt()"), "more images make the noise larger here"),
    (0, _STEP.format("s.abs() / (s**2 + n**2 / times).sqrt()"), "the sign is lost"),
    (0, _STEP.format("s / (n / times**0.5)"), "this is signal over noise"),
    (0, _STEP.format("s / (s.abs() + n / times**0.5)"), "their squares do"),
    (0, _STEP.format("s / (s**2 + n**2 / times)"), "the root of the average square"),
    (0, _STEP.format("s / ((g**2).mean(0) / times).sqrt()"), "is not all noise"),
    (0, _STEP.format("s / (s**2 + g.std()**2 / times).sqrt()"), "all weights share one noise"),
    (0, _STEP.format("g.mean() / (g.mean()**2 + n**2 / times).sqrt()"), "all weights share one signal"),
    (0, _STEP.format("0.001 * s / (s**2 + n**2 / times).sqrt()"), "a step is off by"),
    (0, _STEP.format("s / (s**2 + n**2 / 9).sqrt()"), "for times 1"),
    (0, "def average_step(g, times):\n    return (g / g.abs()).mean(0)", "a step is off by"),
    (0, "def average_step(g, times):\n    return g.mean(1)", "has the shape (4000,); (4,) is needed"),
    (0, _STEP.format("g[0] / (g[0]**2 + n**2 / times).sqrt()"), "a step is off by"),
    (1, _adamw("theta - lr * adam"), "this is Adam: nothing shrinks"),
    (1, _adamw("theta - lr * adam", g="g + decay * theta"), "through Adam's division"),
    (1, _adamw("theta - lr * adam - decay * theta"), "lacks the learning rate"),
    (1, _adamw("theta - lr * (adam - decay * theta)"), "the weights grow"),
    (1, _adamw("theta - lr * (adam + decay * theta.sign())"), "by the same amount, whatever their size"),
    (1, _adamw("theta + lr * adam - lr * decay * theta"), "goes up the slope"),
    (1, _adamw("theta - lr * (m + decay * theta)"), "not divided by the root of v"),
    (1, _adamw("theta - lr * (adam + decay * theta)", g="g.mean()"), "theta is off by"),
    (1, _adamw("theta - lr * (adam + decay * theta.mean())"), "theta is off by"),
    (1, _adamw("theta - lr * (m / (v + 1e-8).sqrt() + decay * theta)"), "inside the root"),
    (1, _adamw("theta - lr * (g / (v.sqrt() + 1e-8) + decay * theta)"), "theta is off by"),
    (1, _adamw("-lr * (adam + decay * theta)"), "theta is off by"),
    (1, _adamw("theta - 0.1 * (adam + 0.5 * theta)"), "for lr 0.02, decay 2"),
    (1, _adamw("(theta, m, v)"), "theta should be a tensor"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (
        0,
        "def average_step(g, times):\n    s = g.mean(0)\n    noise = ((g - s)**2).mean(0) / times\n"
        "    return s.sign() * (1 + noise / s**2).rsqrt()",
    ),
    (
        0,
        "import numpy as np\ndef average_step(g, times):\n    g = g.numpy()\n"
        "    return np.array([c.mean() / np.hypot(c.mean(), c.std() / np.sqrt(times)) for c in g.T])",
    ),
    (
        1,
        "def adamw_step(theta, g, averages, lr, decay):\n    m, v = averages.add(g)\n"
        "    theta.mul_(1 - lr * decay)\n    return theta.addcdiv_(m, v.sqrt().add_(1e-8), value=-lr)",
    ),
    (
        1,
        "def adamw_step(theta, g, averages, lr, decay):\n    own = theta.clone().requires_grad_()\n"
        "    own.grad = -lr * decay * theta\n    m, v = averages.add(g)\n"
        "    return own + own.grad - lr * m / (v**0.5 + 1e-8)",
    ),
]
