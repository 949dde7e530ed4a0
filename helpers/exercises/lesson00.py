"""Checks of lesson 00."""

import torch

from helpers.exercises._check import Wrong, call, check, close, number, same_shape


@check
def times_fewer(answer) -> str:
    close(number(answer, "the number"), 392, "the number", 0.5)
    return "Two numbers for 784 pixels."


@check
def boldest(function) -> str:
    # where the most ink is in the plane, and in the square: the last one's is outside of it
    for free, peak in (((1.0, -2.0), (1.0, -2.0)), ((-2.5, 0.5), (-2.5, 0.5)), ((5.0, 3.0), (3.0, 3.0))):
        free, peak = torch.tensor(free), torch.tensor(peak)

        def decode(z, free=free):
            if not isinstance(z, torch.Tensor) or z.ndim != 2 or z.shape[1] != 2:
                raise Wrong("decode takes a tensor of the shape (n, 2)")
            ink = torch.exp(-0.1 * (z - free).square().sum(1, keepdim=True)).repeat(1, 784)
            ink[:, 0] = 2 - ink[:, 1]  # one pixel is darkest where the rest is lightest
            return ink

        z = same_shape(call(function, decode), peak, "what you return")
        if not z.abs().max() <= 3 + 1e-5:
            raise Wrong(f"your z is ({z[0]:.2f}, {z[1]:.2f}); both numbers should be between -3 and 3")
        far = (z - peak).norm().item()
        if not far <= 0.2:
            raise Wrong(f"the most ink is at ({peak[0]:g}, {peak[1]:g}), "
                        f"but you return ({z[0]:.2f}, {z[1]:.2f}): {far:.2f} away")
    return "Found within 0.2 for three decoders."
