"""Checks of lesson 03."""

import torch

from helpers.exercises._check import Wrong, call, check, close, same_shape, seeded


@check
def draw_z(function) -> str:
    epsilon = torch.randn(5, generator=seeded())
    mu = torch.linspace(-1, 1, 5, requires_grad=True)
    for logvars in ((0.0,) * 5, (-2.0,) * 5, (1.5, -1.0, 0.5, 0.0, -3.0)):
        logvar = torch.tensor(logvars, requires_grad=True)
        z = same_shape(call(function, mu.clone(), logvar.clone(), epsilon.clone()), mu, "z")
        scale = ((z - mu) / epsilon).detach()
        for at in range(5):
            close(scale[at].item(), torch.exp(0.5 * logvar[at]).item(),
                  f"at a log-variance of {logvars[at]:g}, what stands before epsilon", 1e-3)
        if not z.requires_grad:
            raise Wrong("the values are right, but z is cut off from mu and logvar")
        for name, leaf in (("mu", mu), ("logvar", logvar)):
            if torch.autograd.grad(z.sum(), leaf, retain_graph=True, allow_unused=True)[0] is None:
                raise Wrong(f"the values are right, but no gradient reaches {name}")
    return "What stands before epsilon is the standard deviation, and the gradient gets through."


@check
def draw_uniform(function) -> str:
    u = torch.tensor([0.0, 0.25, 0.5, 1.0])
    low, high = (torch.tensor(v, requires_grad=True) for v in (-1.0, 3.0))
    z = same_shape(call(function, low, high, u), u, "z")
    for at, target in ((0, -1.0), (1, 0.0), (2, 1.0), (3, 3.0)):
        close(z[at].item(), target, f"between -1 and 3, z at u = {u[at]:g}", 1e-5)
    if not z.requires_grad:
        raise Wrong("the values are right, but z is not connected to low and high: "
                    "no gradient can reach them")
    for name, end, target in (("low", low, 2.25), ("high", high, 1.75)):
        gradient, = torch.autograd.grad(z.sum(), end, retain_graph=True, allow_unused=True)
        if gradient is None:
            raise Wrong(f"the values are right, but no gradient reaches {name}")
        close(gradient.item(), target, f"the gradient of the sum of z at {name}", 1e-5)
    return "The values are right, and the gradient reaches both ends."


@check
def dz_dlogvar(function) -> str:
    epsilon = torch.tensor([-1.5, 0.3, 2.0], dtype=torch.float64)
    for v in (-2.0, 0.0, 1.0):
        logvar = torch.full((3,), v, dtype=torch.float64, requires_grad=True)
        target, = torch.autograd.grad((torch.exp(0.5 * logvar) * epsilon).sum(), logvar)
        value = same_shape(call(function, logvar.detach().clone(), epsilon.clone()), target, "the derivative")
        for e, found, right in zip(epsilon, value, target, strict=True):
            close(found.item(), right.item(),
                  f"at logvar = {v:g}, epsilon = {e:g} the derivative", 1e-6)
    return "It equals autograd's derivative at nine points."
