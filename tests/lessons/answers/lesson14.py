"""Answers to the exercises of lesson 14."""

_NOISY = "def noisy_and_target(z, t, epsilon):\n"
_LINEAR = _NOISY + "    a, s = 1 - t, t\n"
_ANGLE = _NOISY + "    a, s = torch.cos(math.pi / 2 * t), torch.sin(math.pi / 2 * t)\n"

# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, _ANGLE.replace("* t)", "* t[0])") + "    return a * z + s * epsilon, a * epsilon - s * z",
     "rows differ in t"),
    (0, _ANGLE.replace("* t)", "* t.mean())") + "    return a * z + s * epsilon, a * epsilon - s * z",
     "rows differ in t"),
    (0, _LINEAR + "    return a * z + s * epsilon, a * epsilon - s * z", "sum to 0.68"),
    (0, _ANGLE + "    return a * z + s * epsilon, epsilon", "this target is epsilon"),
    (0, _ANGLE + "    return a * z + s * epsilon, z", "this target is z itself"),
    (0, _ANGLE + "    return a * z + s * epsilon, s * z - a * epsilon", "the sign of the target"),
    (0, _ANGLE + "    return a * z + s * epsilon, epsilon - z", "goes with the factors 1 - t and t"),
    (0, _ANGLE + "    return a * z + s * epsilon, a * z - s * epsilon", "exchanged in the target"),
    (0, _ANGLE + "    return s * z + a * epsilon, s * epsilon - a * z", "the noise runs the wrong way"),
    (
        0,
        _NOISY + "    a, s = torch.cos(t), torch.sin(t)\n    return a * z + s * epsilon, a * epsilon - s * z",
        "at t = 1 the factor of z is 0.54",
    ),
    (0, _ANGLE + "    return a * z + s**2 * epsilon, a * epsilon - s * z", "sum to 0.91"),
    (0, _ANGLE + "    return a * z + s * epsilon", "two things are needed"),
    (0, _ANGLE + "    return (a * z + s * epsilon).mean(1), a * epsilon - s * z", "z_t has the shape (6,)"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (
        0,
        _NOISY + "    a = torch.sin(math.pi / 2 * (1 - t.double()))\n    s = (1 - a**2).clamp(min=0).sqrt()\n"
        "    z_t = a * z + s * epsilon\n"
        "    return z_t, torch.where(a > 1e-6, (epsilon - s * z_t) / a.clamp(min=1e-6), -z)",
    ),
    (0, _NOISY + "    a, s = (1 - t**2).sqrt(), t\n    return a * z + s * epsilon, a * epsilon - s * z"),
    (
        0,
        _NOISY + "    a, s = np.cos(math.pi / 2 * t.numpy()), np.sin(math.pi / 2 * t.numpy())\n"
        "    a, s = torch.tensor(a), torch.tensor(s)\n    return [z * a + epsilon * s, epsilon * a - z * s]",
    ),
]
