"""Checks of lesson 00."""

import torch

from helpers.exercises._check import Wrong, call, check, close, number, same_shape


@check
def times_fewer(answer) -> str:
    close(number(answer, "the number"), 392, "the number", 0.5)
    return "Two numbers for 784 pixels."


@check
def boldest(function) -> str:
    for peak in (torch.tensor([1.0, -2.0]), torch.tensor([-2.5, 0.5]), torch.tensor([3.0, 3.0])):

        def decode(z, peak=peak):  # brightest at `peak`, the same in all of the 784 pixels
            if not isinstance(z, torch.Tensor) or z.ndim != 2 or z.shape[1] != 2:
                raise Wrong("decode takes a tensor of the shape (n, 2)")
            return torch.exp(-(z - peak).square().sum(1, keepdim=True)).expand(-1, 784)

        z = same_shape(call(function, decode), peak, "what you return")
        if z.abs().max() > 3 + 1e-5:
            raise Wrong(f"your z is ({z[0]:.2f}, {z[1]:.2f}); both numbers should be between -3 and 3")
        far = (z - peak).norm().item()
        if far > 0.2:
            raise Wrong(f"the most ink is at ({peak[0]:g}, {peak[1]:g}), "
                        f"but you return ({z[0]:.2f}, {z[1]:.2f}): {far:.2f} away")
    return "Found within 0.2 for three decoders."
