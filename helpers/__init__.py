"""Plumbing that the lessons share. The idea that a lesson studies stays in that lesson's cells.

Importing it gives torch one thread, or as many as the variable VAE_COURSE_THREADS says. The networks
here are small: on a quiet machine a second thread saves little. Where learners share cores, torch's
threads spin while they wait for each other, and the same training takes many times as long.
tests/benchmarks/README.md has the figures.
"""

import os

import torch

__version__ = "0.1.0"
THREADS_VARIABLE = "VAE_COURSE_THREADS"


def _threads() -> int:
    given = os.environ.get(THREADS_VARIABLE) or "1"
    if not given.isdecimal() or int(given) < 1:
        raise ValueError(f"{THREADS_VARIABLE}: a whole number of at least 1 is needed, not {given!r}")
    return int(given)


torch.set_num_threads(_threads())
