"""How many threads torch has once the helpers are imported."""

import os
import subprocess
import sys

import pytest

PROGRAM = "import torch; torch.set_num_threads(2); import helpers.vae; print(torch.get_num_threads())"


def run(threads: str | None):
    env = {name: value for name, value in os.environ.items() if name != "VAE_COURSE_THREADS"}
    if threads is not None:
        env["VAE_COURSE_THREADS"] = threads
    return subprocess.run([sys.executable, "-c", PROGRAM], env=env, capture_output=True, text=True)


@pytest.mark.parametrize(("given", "threads"), [(None, 1), ("", 1), ("3", 3)])
def test_one_thread_or_as_many_as_the_variable_says(given, threads):
    assert run(given).stdout.split() == [str(threads)]


@pytest.mark.parametrize("given", ["0", "-1", "two", "1.5"])
def test_anything_else_is_refused_by_name(given):
    done = run(given)
    assert done.returncode != 0
    assert f"VAE_COURSE_THREADS: a whole number of at least 1 is needed, not '{given}'" in done.stderr
