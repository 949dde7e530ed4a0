"""Checks of lesson 01."""

import math

import torch

from helpers.exercises._check import Wrong, call, check, close, close_mean, number, same_shape


@check
def generate(function) -> str:
    seen = []

    def decoder(z):
        seen.append(z)
        return z.sum(1, keepdim=True).expand(-1, 784)

    pictures = call(function, decoder, 2000, 3)
    other = same_shape(call(function, lambda z: z, 7, 5), torch.empty(7, 5), "with n = 7 and latent = 5, z")
    if not other.std() > 0:
        raise Wrong("your z are all the same")
    if len(seen) != 1:
        raise Wrong(f"the decoder was called {len(seen)} times; once is needed")
    z = same_shape(seen[0], torch.empty(2000, 3), "z")
    close_mean(z.flatten(), 0.0, "the mean of your z")
    close_mean(z.flatten().square(), 1.0, "the mean of your z squared (the variance of N(0, 1))")
    close_mean(z.flatten().pow(4), 3.0, "the mean of the fourth power of your z (3 for N(0, 1))")
    close_mean(z[:, 0] * z[:, 1], 0.0, "the mean product of two numbers of a z (0 if independent)")
    same_shape(pictures, torch.empty(2000, 784), "what you return")
    if not torch.equal(pictures, z.sum(1, keepdim=True).expand(-1, 784)):
        raise Wrong("what you return is not what the decoder made of your z")
    return "6,000 numbers with mean 0 and variance 1, decoded."


@check
def pixel_cross_entropy(function) -> str:
    for p, x in ((0.9, 1), (0.9, 0), (0.25, 1), (0.5, 0)):
        target = -math.log(p if x == 1 else 1 - p)
        value = number(call(function, torch.tensor(p), torch.tensor(float(x))), "the cross-entropy")
        close(value, target, f"for p = {p} and x = {x} the cross-entropy", 1e-4)
    return "A sure and wrong decoder pays most: 2.3 nats for p = 0.9 and a white pixel."


@check
def line(function) -> str:
    start, end = torch.tensor([1.0, -2.0, 0.0]), torch.tensor([3.0, 2.0, 0.5])
    walks = {8: same_shape(call(function, start, end, 8), torch.empty(8, 3), "the walk with 8 steps"),
             5: same_shape(call(function, start, end, 5), torch.empty(5, 3), "the walk")}
    for steps, codes in sorted(walks.items()):
        for index in range(steps):
            target = start + index / (steps - 1) * (end - start)
            off = (codes[index] - target).abs().max().item()
            close(off, 0.0, f"the distance of code {index + 1} of {steps} to its place on the line", 1e-5)
    return "It starts at start, ends at end, and its steps are equal."
