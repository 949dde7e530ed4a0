"""A lesson says the same on another processor. tests/slow/test_processors.py tries them all."""

import os
import subprocess
import sys

from tests.conftest import ROOT
from tests.slow.test_processors import PROCESSORS


def test_a_lesson_says_the_same_held_to_sse():
    (lesson,) = ROOT.glob("notebooks/15_*.ipynb")
    command = [sys.executable, "-m", "pytest", "-n0", "-q", str(lesson)]
    env = os.environ | PROCESSORS["SSE"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]
