"""Answers to the exercises of lesson 14."""

_DATA = (
    "def data_of(z_t, v, t):\n    a, s = torch.cos(math.pi / 2 * {t}), torch.sin(math.pi / 2 * {t})\n"
    "    return {back}"
)


def _data(back="a * z_t - s * v", t="t"):
    return _DATA.format(back=back, t=t)


_STRAIGHT = (
    "def straight_loss(denoiser, x, epsilon, t):\n    z_t = {z_t}\n"
    "    return (denoiser(z_t, {told}) - ({target})).square().{over}"
)


def _straight(target="epsilon - x", z_t="(1 - t) * x + t * epsilon", told="t", over="mean()"):
    return _STRAIGHT.format(target=target, z_t=z_t, told=told, over=over)


_A, _S = "torch.cos(math.pi / 2 * t)", "torch.sin(math.pi / 2 * t)"
_CIRCLE = f"{_A} * x + {_S} * epsilon"

# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, _data("s * z_t + a * v"), "this is epsilon"),
    (0, _data("a * z_t + s * v"), "the sign of v"),
    (0, _data("s * z_t - a * v"), "a and s are exchanged"),
    (0, _data(t="t[0]"), "the noise level of the first"),
    (0, _data(t="t.mean()"), "the mean noise level"),
    (0, _data(t="t[-1]"), "x_hat is off by"),
    (0, "def data_of(z_t, v, t):\n    return torch.cos(t) * z_t - torch.sin(t) * v", "pi / 2 times t"),
    (0, "def data_of(z_t, v, t):\n    return (1 - t) * z_t - t * v", "the factors 1 - t and t"),
    (0, "def data_of(z_t, v, t):\n    return z_t", "z_t itself"),
    (0, _data("(z_t - s * v) / a"), "x_hat is"),
    (0, _data("(a * z_t - s * v).mean(0)"), "has the shape (3,); (6, 3) is needed"),
    (1, _straight(f"{_A} * epsilon - {_S} * x", _CIRCLE), "section 1's loss"),
    (1, _straight(f"{_A} * epsilon - {_S} * x"), "the velocity of section 1"),
    (1, _straight(z_t=_CIRCLE), "z_t is that of section 1"),
    (1, _straight("x - epsilon"), "the other way"),
    (1, _straight("epsilon"), "the target is epsilon"),
    (1, _straight("x"), "the target is x"),
    (1, _straight(z_t="t * x + (1 - t) * epsilon"), "runs the wrong way"),
    (1, _straight(z_t="(1 - t[0]) * x + t[0] * epsilon"), "at the level of the first"),
    (1, _straight(z_t="(1 - t.mean()) * x + t.mean() * epsilon"), "at the mean level"),
    (1, _straight(told="t[0].expand_as(t)"), "the first row's t for all"),
    (1, _straight(told="t.mean().expand_as(t)"), "the mean t for all"),
    (1, _straight(told="t[0]"), "t (n, 1) are needed"),
    (1, _straight(over="sum()"), "this is the sum"),
    (1, _straight(over="sum(1).mean()"), "the sum over each row"),
    (1, _straight(over="mean(1)"), "the loss has the shape (6,)"),
    (1, _straight(z_t="(1 - t) * x + t * torch.randn_like(x)"), "the loss is off by"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (
        0,
        "def data_of(z_t, v, t):\n    rows = []\n    for z, u, level in zip(z_t, v, t):\n"
        "        angle = math.pi / 2 * level.item()\n"
        "        rows.append(math.cos(angle) * z - math.sin(angle) * u)\n    return torch.stack(rows)",
    ),
    (
        0,
        "def data_of(z_t, v, t):\n    turn = torch.polar(torch.ones_like(t), math.pi / 2 * t)\n"
        "    return (turn * torch.complex(z_t, v)).real",
    ),
    (
        1,
        "def straight_loss(denoiser, x, epsilon, t):\n    z_t = torch.lerp(x, epsilon, t.expand_as(x))\n"
        "    return torch.nn.functional.mse_loss(denoiser(z_t, t), epsilon - x)",
    ),
]
