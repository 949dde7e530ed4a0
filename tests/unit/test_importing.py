"""Importing the helpers changes nothing for who imports them."""

import subprocess
import sys

PROGRAM = """
import matplotlib, torch
torch.set_num_threads(2)
torch.set_default_dtype(torch.float64)
torch.manual_seed(5)

def state():
    return (torch.get_num_threads(), torch.get_default_dtype(), torch.get_rng_state().tolist(),
            torch.is_grad_enabled(), dict(matplotlib.rcParams), matplotlib.get_backend())

before = state()
import helpers.autograd, helpers.figures, helpers.networks, helpers.pretrained, helpers.widgets
assert state() == before
"""


def test_torch_and_matplotlib_stay_as_they_were():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
