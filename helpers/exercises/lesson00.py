"""Checks of lesson 00."""

import torch

from helpers.exercises._check import Wrong, check
from helpers.training import seeded


@check
def never_below(answer, samplers) -> str:
    letter = str(answer).strip().upper().removeprefix("LINE ")
    if letter not in samplers:
        raise Wrong(f"one of the letters {', '.join(samplers)} is needed, as text, not {answer!r}")
    mu, sigma = torch.zeros(1000), torch.ones(1000)
    with seeded(0):
        below = (samplers[letter](mu, sigma) < mu).sum().item()
    if below:
        raise Wrong(f"of 1,000 z that line {letter} drew around 0, {below} were smaller than 0")
    return f"All of the 1,000 z that line {letter} drew around 0 lie above it."
