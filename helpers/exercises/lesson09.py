"""Checks of lesson 09."""

import torch
from torch import Tensor

from helpers.exercises._check import call, check, compare, new_generator, same_shape


def _law(signal: Tensor, noise: Tensor) -> Tensor:
    return signal / (signal**2 + noise**2).sqrt()


@check
def average_step(function) -> str:
    signal, noise = torch.tensor([1.0, -0.5, 0.02, 3.0]), torch.tensor([3.0, 0.4, 1.0, 0.5])
    g = signal + noise * torch.randn(4000, 4, dtype=torch.float64, generator=new_generator())
    few, many = _law(signal[0], noise[0]), _law(signal[0], noise[0] / 3)
    compare(
        function,
        {"times 9": (g, 9), "times 1": (g, 1), "times 0.25": (g[:2000], 0.25)},
        lambda g, times: _law(g.mean(0), g.std(0) / times**0.5),
        {
            "this is the step with the minibatches as they are: what do more images do to the noise?": (
                lambda g, times: _law(g.mean(0), g.std(0))
            ),
            "times as many images do not make the noise times smaller": (
                lambda g, times: _law(g.mean(0), g.std(0) / times)
            ),
            "more images make the noise larger here, not smaller": (
                lambda g, times: _law(g.mean(0), g.std(0) * times**0.5)
            ),
            "the sign is lost: a weight can go either way": (
                lambda g, times: _law(g.mean(0).abs(), g.std(0) / times**0.5)
            ),
            "this is signal over noise; the size of a gradient holds signal too": (
                lambda g, times: g.mean(0) / (g.std(0) / times**0.5)
            ),
            "signal and noise do not add up like this: their squares do": (
                lambda g, times: g.mean(0) / (g.mean(0).abs() + g.std(0) / times**0.5)
            ),
            "Adam divides by the root of the average square": (
                lambda g, times: g.mean(0) / (g.mean(0) ** 2 + g.var(0) / times)
            ),
            "the average square of g is not all noise: more images leave the signal as it is": (
                lambda g, times: g.mean(0) / (g.square().mean(0) / times).sqrt()
            ),
            "all weights share one noise here; each has its own": (
                lambda g, times: _law(g.mean(0), g.std() / times**0.5)
            ),
            "all weights share one signal here; each has its own": (
                lambda g, times: _law(g.mean(), g.std(0) / times**0.5)
            ),
        },
        what="a step",
        rtol=1e-3,  # whether the variance is divided by the number of minibatches, or by one less
    )
    return f"Noise 3, signal 1: {few:.2f} learning rates per step; with nine times the images, {many:.2f}."


class Averages:
    """The lesson's: of the gradients so far and of their squares, corrected for their start at 0."""

    def __init__(self, beta1: float = 0.9, beta2: float = 0.999):
        self.beta1, self.beta2 = beta1, beta2
        self.m: Tensor | float = 0.0
        self.v: Tensor | float = 0.0
        self.t = 0

    def add(self, g: Tensor) -> tuple[Tensor, Tensor]:
        self.t += 1
        self.m = self.beta1 * self.m + (1 - self.beta1) * g
        self.v = self.beta2 * self.v + (1 - self.beta2) * g**2
        return self.m / (1 - self.beta1**self.t), self.v / (1 - self.beta2**self.t)


def _adam(g: Tensor, averages: Averages) -> Tensor:
    m, v = averages.add(g)
    return m / (v.sqrt() + 1e-8)


@check
def adamw_step(function) -> str:
    def steps(one):
        """Three steps of it, one after the other: (3, weights)."""

        def run(theta, gradients, lr, decay):
            averages, path = Averages(), []
            for g in gradients:
                theta = same_shape(call(one, theta.clone(), g.clone(), averages, lr, decay), g, "theta")
                path.append(theta.detach())
            return torch.stack(path)

        return run

    def inside(theta, g, averages, lr, decay):
        m, v = averages.add(g)
        return theta - lr * (m / (v + 1e-8).sqrt() + decay * theta)

    generator = new_generator()
    theta = torch.tensor([2.0, -1.0, 0.5, 3.0], dtype=torch.float64)
    gradients = torch.randn(3, 4, dtype=torch.float64, generator=generator) * torch.tensor([1, 1e-5, 10, 1])
    compare(
        steps(function),
        {
            "lr 0.1, decay 0.5": (theta, gradients, 0.1, 0.5),
            "lr 0.02, decay 2": (theta, gradients, 0.02, 2.0),
        },
        steps(lambda theta, g, averages, lr, decay: theta - lr * (_adam(g, averages) + decay * theta)),
        {
            "1e-8 stands inside the root": steps(inside),
            "this is Adam: nothing shrinks": steps(
                lambda theta, g, averages, lr, decay: theta - lr * _adam(g, averages)
            ),
            "the shrinking has gone into the averages, and so through Adam's division": steps(
                lambda theta, g, averages, lr, decay: theta - lr * _adam(g + decay * theta, averages)
            ),
            "the shrinking lacks the learning rate": steps(
                lambda theta, g, averages, lr, decay: theta - lr * _adam(g, averages) - decay * theta
            ),
            "the weights grow: the shrinking has the wrong sign": steps(
                lambda theta, g, averages, lr, decay: theta - lr * (_adam(g, averages) - decay * theta)
            ),
            "the weights shrink by the same amount, whatever their size": steps(
                lambda theta, g, averages, lr, decay: theta - lr * (_adam(g, averages) + decay * theta.sign())
            ),
            "the step goes up the slope": steps(
                lambda theta, g, averages, lr, decay: theta + lr * (_adam(g, averages) - decay * theta)
            ),
            "the average is not divided by the root of v": steps(
                lambda theta, g, averages, lr, decay: theta - lr * (averages.add(g)[0] + decay * theta)
            ),
        },
        what="theta",
    )
    return "It equals torch.optim.AdamW."
