"""Checks of lesson 09."""

import math

import torch

from helpers.exercises._check import (
    NotYet,
    Wrong,
    call,
    check,
    new_generator,
    number,
    parts,
    same_shape,
    unsolved,
)


@check
def adam_step(function) -> str:
    noise = torch.randn(10, 4, dtype=torch.float64, generator=new_generator())
    for size, lr, betas, eps in (
        (1.0, 0.001, (0.9, 0.999), 1e-8),
        (1e-5, 0.001, (0.9, 0.999), 1e-8),
        (1.0, 0.02, (0.6, 0.95), 1e-3),
    ):
        own = {} if lr == 0.001 else {"lr": lr, "beta1": betas[0], "beta2": betas[1], "eps": eps}
        ours = torch.zeros(4, dtype=torch.float64)
        m = v = torch.zeros(4, dtype=torch.float64)
        theirs = torch.zeros(4, dtype=torch.float64, requires_grad=True)
        optimizer = torch.optim.Adam([theirs], lr=lr, betas=betas, eps=eps)
        for t, g in enumerate(size * (1 + noise), start=1):
            ours, m, v = _three(call(function, ours.clone(), g.clone(), m.clone(), v.clone(), t, **own), g)
            theirs.grad = g.clone()
            optimizer.step()
            off = ((ours - theirs.detach()).abs().max() / lr).item()
            # 1e-4 step sizes: more than rounding, less than what epsilon inside the root does to size 1e-5
            if not off < 1e-4:
                hint = (
                    f"with the default settings all is well: here they are {own}"
                    if own
                    else "with gradients of size 1 all is well: look at what epsilon does"
                    if size < 1
                    else "compare it with the formulas of section 4, line by line"
                )
                raise Wrong(
                    f"with gradients of size {size:g} theta is {off:.2g} step sizes away from "
                    f"torch.optim.Adam after step {t}; {hint}"
                )
            for name, ours_of, key in (("m", m, "exp_avg"), ("v", v, "exp_avg_sq")):
                if not torch.allclose(ours_of, optimizer.state[theirs][key], rtol=1e-5, atol=0):
                    raise Wrong(f"theta is right, but {name} after step {t} is not the running average")
    return "It equals torch.optim.Adam over ten steps, for large and tiny gradients and for other settings."


def _three(result: object, like: torch.Tensor) -> list[torch.Tensor]:
    found = parts(result, 3, "return three things: theta, m and v")
    return [same_shape(part, like, name) for part, name in zip(found, ("theta", "m", "v"), strict=True)]


@check
def distance(answer) -> str:
    if not isinstance(answer, dict) or set(answer) != {50, 450}:
        raise Wrong("a dictionary with the keys 50 and 450 of the stub is needed")
    if all(map(unsolved, answer.values())):
        raise NotYet
    for batch, ratio in ((50, 3.0), (450, 1.0)):  # noise / signal
        if unsolved(answer[batch]):
            raise Wrong(f"the distance with batches of {batch} is still missing")
        given = abs(number(answer[batch], f"the distance with batches of {batch}"))
        right = 1 / math.sqrt(1 + ratio**2)  # 1,000 steps of 0.001
        if abs(given - right) <= 0.02 * right:
            continue
        for wrong, misconception in (
            (
                0.02,
                "that is step size times signal, as SGD goes. Adam's step does not depend on the size "
                "of the gradient",
            ),
            (3 / math.sqrt(10), "nine times as many images do not make the noise nine times smaller"),
            (1.0, "that is the distance without noise, when no step is cancelled by another"),
            (1 / ratio, "that is signal over noise, but v averages whole squares: they hold signal too"),
            (1 / (1 + ratio), "signal and noise do not add up like this: their squares do"),
            (1 / (1 + ratio**2), "v is an average of squares, and Adam divides by its root"),
            (1000 * right, "that is in step sizes; how long is one?"),
        ):
            if abs(given - wrong) < 0.02 * wrong:
                raise Wrong(f"with batches of {batch}: {misconception}")
        raise Wrong(
            f"with batches of {batch}: the weight does not go {given:.3g}. "
            "What is noise / signal here, and how long is a step then, on average?"
        )
    return "A third of the noise takes the weight a little more than twice as far."


@check
def half_the_jitter(answer) -> str:
    lr = number(answer, "the step size")
    if not lr > 0:
        raise Wrong(f"a step size is a positive number, not {lr:g}")
    steps = 2000 + math.ceil(20 / max(lr, 1e-3))  # long enough to settle
    share = _settles(lr, steps) / _settles(0.1, 2200)
    if not 0.45 < share < 0.55:
        raise Wrong(
            f"with the step size {lr:g} the distance is {share:.2f} times that of 0.1. "
            f"Take a {'smaller' if share > 0.5 else 'larger'} one"
        )
    return f"It is {share:.2f} times that of 0.1. Is this the step size that you guessed?"


def _settles(lr: float, steps: int) -> float:
    """How far from the minimum of theta^2 / 2 Adam stays, with noise 1: a root mean square."""
    theta = torch.zeros(300, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([theta], lr=lr)
    generator, squares = new_generator(), []
    for _ in range(steps):
        theta.grad = theta.detach() + torch.randn(300, dtype=torch.float64, generator=generator)
        optimizer.step()
        squares.append(theta.detach().square().mean())
    return math.sqrt(torch.stack(squares[-1000:]).mean().item())
