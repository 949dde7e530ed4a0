"""Checks of lesson 12."""

import torch

from helpers.exercises._check import Wrong, call, check, close, same_shape


@check
def dz_da(function) -> str:
    u = torch.tensor([0.05, 0.3, 0.6, 0.95], dtype=torch.float64)
    for a, b in ((2.0, 3.0), (0.7, 0.5), (1.0, 1.0)):
        leaf = torch.tensor(a, dtype=torch.float64).expand(4).clone().requires_grad_()
        z = (1 - (1 - u) ** (1 / b)) ** (1 / leaf)  # the inverse CDF, which the solution does not need
        target, = torch.autograd.grad(z.sum(), leaf)
        z = z.detach()
        value = same_shape(call(function, z.clone(), a, b), target, "dz/da").double()
        where = f"for a = {a:g}, b = {b:g} the derivative at z = {z[0]:.3g}"
        slope = b * (1 - z**a) ** (b - 1)  # what the CDF's two derivatives share
        hints = {
            "the sign is wrong: draws between 0 and 1 grow with a": -target,
            "that is the CDF's derivative in a; divide by the density, and mind the sign":
                slope * z**a * torch.log(z),
            "that is the CDF's derivative in a, times -1; it still has to be divided by the density":
                -slope * z**a * torch.log(z),
            "the a of the density is missing": a * target,
            "a factor z is missing": target / z,
        }
        if not torch.allclose(value, target, atol=1e-5):
            for hint, wrong in hints.items():
                if torch.allclose(value, wrong, atol=1e-5):
                    raise Wrong(f"{where} is {value[0]:.4g}, but should be {target[0]:.4g}: {hint}")
        for index in range(4):
            close(value[index].item(), target[index].item(),
                  f"for a = {a:g}, b = {b:g} the derivative at z = {z[index]:.3g}", 1e-5)
    return "It is the derivative of the inverse CDF in three distributions."
