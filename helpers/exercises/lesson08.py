"""Checks of lesson 08."""

import torch

from helpers.exercises._check import NotYet, Wrong, call, check, close, number, same_shape, seeded, unsolved


@check
def adam_step(function) -> str:
    noise = torch.randn(10, 3, dtype=torch.float64, generator=seeded())
    for size in (1.0, 1e-5):
        ours = torch.zeros(3, dtype=torch.float64)
        m = v = torch.zeros(3, dtype=torch.float64)
        theirs = torch.zeros(3, dtype=torch.float64, requires_grad=True)
        optimizer = torch.optim.Adam([theirs], lr=0.001)
        for t, g in enumerate(size * (1 + noise), start=1):
            ours, m, v = _parts(call(function, ours.clone(), g.clone(), m.clone(), v.clone(), t), 3)
            theirs.grad = g.clone()
            optimizer.step()
            same_shape(ours, g, "theta")
            off = ((ours - theirs.detach()).abs().max() / 0.001).item()
            # 1e-4 step sizes: more than rounding, less than what epsilon inside the root does to size 1e-5
            if not off < 1e-4:
                hint = ("with gradients of size 1 all is well: look at what epsilon does" if size < 1
                        else "are both averages corrected, with t as an exponent?")
                raise Wrong(f"with gradients of size {size:g} theta is {off:.2g} step sizes away from "
                            f"torch.optim.Adam after step {t}; {hint}")
            for name, ours_of, key in (("m", m, "exp_avg"), ("v", v, "exp_avg_sq")):
                if not torch.allclose(ours_of, optimizer.state[theirs][key], rtol=1e-5, atol=0):
                    raise Wrong(f"theta is right, but {name} after step {t} is not the running average")
    return "It equals torch.optim.Adam over ten steps, for large and for tiny gradients."


@check
def first_step(answer) -> str:
    value = number(answer, "the first step")
    if abs(value - 1) < 1e-6:
        raise Wrong("that is the first step with bias correction")
    if abs(value - 12.5) < 1e-6:
        raise Wrong("the first step is 12.5? The update divides by the root of v, not by v")
    if abs(value - 5) < 1e-6:
        raise Wrong("the first step is 5? m is not the gradient itself: it starts at zero too")
    close(value, 2.5, "the first step", 0.005)
    return "Two and a half step sizes, and nobody asked for them."


@check
def momentum_step(function) -> str:
    ours, u = torch.zeros(3, dtype=torch.float64), torch.zeros(3, dtype=torch.float64)
    theirs = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([theirs], lr=0.1, momentum=0.8)
    for t, g in enumerate(torch.randn(10, 3, dtype=torch.float64, generator=seeded()), start=1):
        ours, u = _parts(call(function, ours.clone(), g.clone(), u.clone(), 0.1, 0.8), 2)
        theirs.grad = g.clone()
        optimizer.step()
        same_shape(ours, g, "theta")
        off = (ours - theirs.detach()).abs().max().item()
        if not off < 1e-6:
            hint = "the step uses the new u, and u is a sum, not an average" if t == 1 else "is u updated?"
            raise Wrong(f"theta is {off:.2g} away from torch.optim.SGD after step {t}: {hint}")
        if not torch.allclose(u, optimizer.state[theirs]["momentum_buffer"], atol=1e-6):
            raise Wrong(f"theta is right, but the u that you return after step {t} is not the sum")
    return "It equals torch.optim.SGD with momentum over ten steps."


def _parts(result: object, count: int) -> tuple:
    if not isinstance(result, tuple | list) or len(result) != count:
        raise Wrong(f"return {count} things")
    if any(unsolved(part) for part in result):
        raise NotYet
    if not all(isinstance(part, torch.Tensor) for part in result):
        raise Wrong("each of the things you return should be a tensor")
    return tuple(result)
