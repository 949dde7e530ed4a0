"""Checks of lesson 00."""

import torch

from helpers.exercises._check import Wrong, check, new_generator, number


@check
def times_smaller(answer) -> str:
    given = number(answer, "the factor")
    if given < 1:
        raise Wrong("a factor below 1 says how much smaller z is as a share of the image; turn it round")
    if not abs(given * 2 - 784) < 1:
        raise Wrong(f"{given:g} times the two numbers of z are {2 * given:g} numbers, not an image's")
    return "Two numbers stand for 784 pixels."


@check
def never_below(answer) -> str:
    letter = str(answer).strip().upper().removeprefix("LINE ")
    if letter not in ("A", "B", "C", "D"):
        raise Wrong(f"one of the letters A, B, C and D is needed, as text, not {answer!r}")
    noise = torch.rand if letter == "D" else torch.randn  # A, B and C draw from one distribution
    below = (noise(10_000, generator=new_generator()) < 0).sum().item()
    if below:
        raise Wrong(f"of 10,000 z that line {letter} drew, {below:,} were smaller than mu")
    return "So its z spread to one side of mu only, which is not what N(mu, sigma^2) does."
