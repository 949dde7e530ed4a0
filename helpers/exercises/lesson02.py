"""Checks of lesson 02."""

import numpy as np
import torch

from helpers.exercises._check import NotYet, Wrong, call, check, close, close_mean, number, unsolved

# The six lines of exercise 1, run by the check: the answer key is what autograd does.
LINES = {
    "z = mu * torch.randn(())": lambda mu: mu * torch.randn(()),
    "z = torch.normal(mu, 1.0)": lambda mu: torch.normal(mu, 1.0),
    "z = torch.exp(mu) + torch.randn(())": lambda mu: torch.exp(mu) + torch.randn(()),
    "z = (torch.rand(()) < mu).float()": lambda mu: (torch.rand(()) < mu).float(),
    "z = mu.detach() + torch.randn(())": lambda mu: mu.detach() + torch.randn(()),
    "z = torch.tensor(mu.item())": lambda mu: torch.tensor(mu.item()),
}


def gradient_arrives(line: str) -> bool:
    mu = torch.tensor(0.4, requires_grad=True)
    z = LINES[line](mu)
    if not z.requires_grad:
        return False
    (z - 3.0).square().backward()
    return mu.grad is not None and mu.grad.item() != 0.0


@check
def arrives(answers: dict) -> str:
    if not isinstance(answers, dict) or set(answers) != set(LINES):
        raise Wrong("keep the dictionary with its six lines; change only the values")
    if any(unsolved(answer) for answer in answers.values()):
        raise NotYet
    wrong = [line for line in LINES if bool(answers[line]) is not gradient_arrives(line)]
    if wrong:
        raise Wrong(f"{6 - len(wrong)} of 6 agree with autograd. Think again about: {wrong[0]}")
    return "All six lines do what you said."


@check
def gradient_of_expected_cube(function) -> str:
    nodes, weights = np.polynomial.hermite_e.hermegauss(10)
    for mu, sigma in ((0.0, 1.0), (1.0, 0.5), (-2.0, 3.0)):
        # d/dmu E[(mu + sigma e)^3] = E[3 (mu + sigma e)^2], integrated exactly
        target = float((weights / weights.sum() * 3 * (mu + sigma * nodes) ** 2).sum())
        value = number(call(function, mu, sigma), "the gradient")
        close(value, target, f"at mu = {mu:g}, sigma = {sigma:g} the gradient", 1e-6)
    return "It equals the integral at three points."


@check
def same_noise_gradient(function) -> str:
    epsilon = torch.randn(20_000, dtype=torch.float64, generator=torch.Generator().manual_seed(0))

    def square(z):
        return (z - 3.0) ** 2

    value = number(call(function, square, 1.0, 1.0, 1e-3, epsilon.clone()), "the gradient")
    again = number(call(function, square, 1.0, 1.0, 1e-3, epsilon.clone()), "the gradient")
    if value != again:
        raise Wrong(f"two calls with the same epsilon give {value:.3g} and {again:.3g}: "
                    "something in it draws fresh noise")
    exact = ((square(1.001 + epsilon) - square(1.0 + epsilon)) / 1e-3).mean().item()
    # central and backward differences are right too; they are off by up to 2h
    close(value, exact, "for (z - 3)^2 at mu = sigma = 1 the gradient", 2.5e-3)
    sine = number(call(function, torch.sin, 0.5, 2.0, 1e-3, epsilon.clone()), "the gradient")
    close_mean(torch.cos(0.5 + 2.0 * epsilon) - sine, 0.0,
               "for sin(z) at mu = 0.5, sigma = 2, the distance to the mean of cos(z)")
    return f"For (z - 3)^2 it gives {value:.2f}; the derivative of the expectation is -4."
