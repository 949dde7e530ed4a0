"""Kill, full disk, damaged cache.

And three kernels on one cache, no network, one core, no home: nothing is lost, and nothing is left behind.
"""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from helpers import pretrained
from helpers.data import load_digits
from helpers.vae import VAE
from tests.conftest import ROOT


def same(one: dict, other: dict) -> bool:
    return list(one) == list(other) and all(torch.equal(one[name], other[name]) for name in one)


@pytest.fixture
def few(monkeypatch):
    """trained_vae sees 20 images."""
    digits = load_digits()
    digits = digits._replace(train=digits.train[:20], test=digits.test[:5])
    monkeypatch.setattr(pretrained, "load_digits", lambda: digits)


def small_shared_model() -> VAE:
    return pretrained.trained_vae(2, hidden=2, epochs=1, progress=False)[0]


# -- Processes that are killed, race, or write on a full disk ---------------------------------------

PRELUDE = """
import os, signal, sys, time
from pathlib import Path
from helpers import pretrained
from helpers.vae import VAE

digits = pretrained.load_digits()
digits = digits._replace(train=digits.train[:200], test=digits.test[:50])
pretrained.load_digits = lambda: digits
folder = Path(sys.argv[1])

def shared():
    return pretrained.trained_vae(2, hidden=8, epochs=1, progress=False)
"""


def start(script: str, folder: Path, *arguments: str, **env: str) -> subprocess.Popen:
    env = {
        **os.environ,
        "VAE_COURSE_CACHE": str(folder / "cache"),
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        **env,
    }
    return subprocess.Popen(
        [sys.executable, "-c", PRELUDE + script, str(folder), *arguments],
        cwd=ROOT,
        env=env,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def wait_for(folder: Path, pattern: str, process: subprocess.Popen) -> None:
    while not list(folder.rglob(pattern)):
        assert process.poll() is None, process.stdout.read()
        time.sleep(0.002)


FILL = """
while True:  # written, and taken away again
    shared()
    for entry in pretrained.cache_folder().glob("*.npz"):
        entry.unlink()
"""
READ = "shared()"


def run(script: str, folder: Path, *arguments: str, **env: str) -> str:
    """What the script says, once it has ended well."""
    process = start(script, folder, *arguments, **env)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    return said


@pytest.mark.skipif(sys.platform == "win32", reason="no signals")
@pytest.mark.parametrize("moment", range(4))
def test_a_writer_that_is_killed_leaves_a_whole_file_or_none(tmp_path, moment):
    process = start(FILL, tmp_path)
    wait_for(tmp_path, "*.npz", process)
    time.sleep(0.05 + 0.0237 * moment)
    process.kill()
    process.communicate()
    assert "cannot be used" not in run(READ, tmp_path)  # a part may be left, which nothing reads


FULL = """
import resource
room = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))  # so long may a file be
assert len(shared()[1].test) == 1
assert list(pretrained.cache_folder().iterdir()) == []
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on the size of files")
@pytest.mark.parametrize("room", [10, 20_000, 50_000])  # torch itself wants to write 4 bytes
def test_a_full_disk_leaves_nothing_behind(room, tmp_path):
    assert "The model could not be cached (" in run(FULL, tmp_path, str(room))


RACE = """
(folder / f"ready-{os.getpid()}").touch()
while not (folder / "go").exists():
    time.sleep(0.001)
assert len(shared()[1].test) == 1
"""


def test_kernels_that_fill_one_cache_at_once(tmp_path):
    processes = [start(RACE, tmp_path) for _ in range(3)]
    while len(list(tmp_path.glob("ready-*"))) < 3:
        assert all(process.poll() is None for process in processes)
        time.sleep(0.01)
    (tmp_path / "go").touch()
    for process in processes:
        said, _ = process.communicate(timeout=60)
        assert process.returncode == 0, said
    assert len(list((tmp_path / "cache").iterdir())) == 1  # and no part of another
    assert run(READ, tmp_path) == ""


# -- A machine with little --------------------------------------------------------------------------

POOR = """
from helpers.widgets import LatentPad

def refuse(event, arguments):
    if event.startswith("socket.") and event != "socket.__new__":
        raise RuntimeError(f"the network was used: {event} {arguments}")
sys.addaudithook(refuse)
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
for again in range(2):
    model, history = shared()
    print(f"{history.test[-1].elbo:.4f}")
assert len(LatentPad(model, digits.train[:20], digits.train_labels[:20]).picture) > 1000
"""


def on_a_poor_machine(folder: Path, **env: str) -> list[str]:
    said = run(POOR, folder, MPLBACKEND="agg", **env)
    assert "Traceback" not in said
    return [line for line in said.splitlines() if line.startswith(("Training", "The", "-"))]


def test_no_network_and_one_core(tmp_path):
    first, elbo, again = on_a_poor_machine(tmp_path)
    assert first.startswith("Training the 2-dimensional model once")
    assert again == elbo  # and read the second time, without a word


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no /proc, where no folder can be made")
def test_no_home_that_can_be_written(tmp_path):
    first, failed, elbo, *again = on_a_poor_machine(
        tmp_path, HOME="/proc/nobody", VAE_COURSE_CACHE="", XDG_CACHE_HOME="", MPLCONFIGDIR=""
    )
    assert failed.startswith("The model could not be cached (")
    assert again == [first, failed, elbo]  # trained again, to the same


# -- A damaged cache --------------------------------------------------------------------------------


def test_a_damaged_entry_never_gives_another_model(few, empty_cache, capsys):
    expected = small_shared_model().state_dict()
    (entry,) = empty_cache.iterdir()
    whole, places, trained_again = entry.read_bytes(), random.Random(0), 0
    for at in places.sample(range(len(whole)), 60):
        for content in (whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :], whole[:at]):
            entry.write_bytes(content)
            capsys.readouterr()
            assert same(small_shared_model().state_dict(), expected)
            trained_again += f"The cached model {entry.name} cannot be used" in capsys.readouterr().out
    assert trained_again > 100  # the other bytes mean nothing
