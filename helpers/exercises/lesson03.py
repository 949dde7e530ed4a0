"""Checks of lesson 03."""

import torch

from helpers.exercises._check import Wrong, call, check, close, same_shape, seeded


@check
def draw_z(function) -> str:
    generator = seeded()
    mu = torch.linspace(-1, 1, 5)
    epsilon = torch.randn(5, generator=generator)
    for logvar in (torch.zeros(5), torch.full((5,), -2.0), torch.full((5,), 1.5)):
        z = same_shape(call(function, mu, logvar, epsilon), mu, "z")
        scale = ((z - mu) / epsilon).mean().item()
        sigma = torch.exp(0.5 * logvar[0]).item()
        close(scale, sigma, f"at a log-variance of {logvar[0]:g}, what stands before epsilon", 1e-4)
        off = (z - mu - sigma * epsilon).abs().max().item()
        close(off, 0.0, "the largest distance of a z to mu + sigma * epsilon", 1e-4)
    return "What stands before epsilon is the standard deviation at each log-variance."


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
        value = same_shape(call(function, logvar.detach(), epsilon), target, "the derivative")
        for e, found, right in zip(epsilon, value, target, strict=True):
            close(found.item(), right.item(),
                  f"at logvar = {v:g}, epsilon = {e:g} the derivative", 1e-6)
    return "It equals autograd's derivative at nine points."
