"""Interrupt, kill, full disk, damaged cache.

And two kernels on one cache, no network, one core, no home: nothing is lost, and nothing is left behind.
"""

import io
import os
import pickle
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path

import pytest
import torch
from helpers.checkpoints import load_checkpoint, save_checkpoint

from helpers import models
from helpers.data import load_digits
from helpers.training import evaluate, fit
from helpers.vae import VAE, History
from tests.conftest import ROOT

IMAGES = (torch.rand(8, 4, generator=torch.Generator().manual_seed(0)) > 0.5).float()


def tiny(seed: int = 0) -> VAE:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return VAE(2, hidden=3, pixels=4)


def same(one: dict, other: dict) -> bool:
    return list(one) == list(other) and all(torch.equal(one[name], other[name]) for name in one)


@pytest.fixture(autouse=True)
def gradients_are_on():
    yield
    torch.set_grad_enabled(True)  # one failure shall not be the next one's


@pytest.fixture
def few(monkeypatch):
    """trained_vae sees 20 images."""
    digits = load_digits()
    digits = digits._replace(train=digits.train[:20], test=digits.test[:5])
    monkeypatch.setattr(models, "load_digits", lambda: digits)


def small_shared_model() -> VAE:
    return models.trained_vae(2, hidden=2, epochs=1, progress=False)[0]


# -- An interrupt at one line after the other. A timer seldom hits the few where it could hurt. -------

WATCHED = (
    "helpers/training.py",
    "helpers/models.py",
    "helpers/checkpoints.py",
    "helpers/_files.py",
    "torch/random.py",
    "torch/autograd/grad_mode.py",
    "torch/utils/_contextlib.py",
    "/contextlib.py",
)


def interrupted(work, at: int) -> tuple[bool, object]:
    """Whether a KeyboardInterrupt came at step `at` of the files WATCHED, and what `work()` returned."""
    steps = 0

    def trace(frame, event, _):
        nonlocal steps
        if not frame.f_code.co_filename.replace(os.sep, "/").endswith(WATCHED):
            return None
        steps += 1
        if steps == at:
            sys.settrace(None)
            raise KeyboardInterrupt
        return trace

    before, returned = sys.gettrace(), None
    sys.settrace(trace)
    try:
        returned = work()
    except KeyboardInterrupt:
        pass
    finally:
        sys.settrace(before)
    return steps >= at, returned


WORK = {
    "fit": lambda path, model: fit(
        model,
        IMAGES,
        IMAGES,
        epochs=2,
        batch_size=4,
        progress=False,
        after_epoch=lambda model, history: save_checkpoint(path, model, history, {}),
    ),
    "evaluate": lambda path, model: evaluate(model, IMAGES),
    "trained_vae": lambda path, model: small_shared_model(),
    "save_checkpoint": lambda path, model: save_checkpoint(path, model, History(1), {}),
}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # one inside contextlib
@pytest.mark.parametrize("name", WORK)
def test_an_interrupt_at_any_line_leaves_no_trace(name, tmp_path, few, empty_cache):
    torch.optim.Adam(tiny().parameters())  # the first one imports for seconds: that is Python's affair
    path = tmp_path / "m.pt"
    save_checkpoint(path, tiny(1), History(1), {})
    torch.manual_seed(5)
    state, at, came, ended_in_peace = torch.get_rng_state(), 0, True, 0
    while came:
        at += 1 if at < 60 else 7
        with redirect_stdout(io.StringIO()):
            came, returned = interrupted(partial(WORK[name], path, tiny()), at)
        assert torch.equal(torch.get_rng_state(), state), at
        assert torch.is_grad_enabled(), at
        assert [file.name for file in tmp_path.glob("*.p*t")] == ["m.pt"], at  # and no .part
        load_checkpoint(path)
        for entry in empty_cache.glob("*"):
            load_checkpoint(entry)
            entry.unlink()
        if name == "fit" and came and returned:
            ended_in_peace += 1
            assert len(returned.train) == len(returned.test)
    assert at > 20  # it did come at many lines
    assert name != "fit" or ended_in_peace > 20


# -- Processes that are killed, race, or write on a full disk ---------------------------------------

PRELUDE = """
import os, signal, sys, time
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job would ignore it
from helpers import models
from helpers.checkpoints import load_checkpoint, save_checkpoint
from helpers.training import fit
from helpers.vae import VAE, History

digits = models.load_digits()
digits = digits._replace(train=digits.train[:200], test=digits.test[:50])
models.load_digits = lambda: digits
folder = Path(sys.argv[1])

def shared():
    return models.trained_vae(2, hidden=8, epochs=1, progress=False)
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


TRAIN = """
path = folder / "m.pt"
history = fit(VAE(2, 8), digits.train, digits.test, epochs=100_000, progress=False,
              after_epoch=lambda model, history: save_checkpoint(path, model, history, {}))
assert len(history.test) < history.epochs
saved = load_checkpoint(path)[1].test
assert 1 <= len(saved) <= len(history.test)
assert saved == history.test[:len(saved)]
"""
FILL = """
while True:  # written, and taken away again
    shared()
    for entry in models.cache_folder().glob("*.pt"):
        entry.unlink()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no signals")
@pytest.mark.parametrize(
    ("script", "sent"),
    [(TRAIN, "SIGKILL"), (TRAIN, "SIGINT"), (FILL, "SIGKILL")],
    ids=["a training killed", "a training interrupted", "the cache's writer killed"],
)
def test_at_any_moment_the_file_is_whole(script, sent, tmp_path):
    for moment in range(4):
        folder = tmp_path / str(moment)
        folder.mkdir()
        process = start(script, folder)
        wait_for(folder, "*.pt", process)
        time.sleep(0.05 + 0.0237 * moment)
        process.send_signal(getattr(signal, sent))
        said, _ = process.communicate(timeout=60)
        assert process.returncode == (0 if sent == "SIGINT" else -signal.SIGKILL), said
        for path in folder.rglob("*.pt"):
            load_checkpoint(path)
        if sent == "SIGINT":
            assert not list(folder.rglob("*.part"))  # a kill may leave one, which nothing reads


FULL = """
import resource
from helpers.widgets import LatentPad
path, page = folder / "m.pt", folder / "page.html"
model = VAE(2, 8)
pad = LatentPad.of(model, digits.train[:20], digits.train_labels[:20])
save_checkpoint(path, model, History(1), {})
pad.to_html(page)
before = path.read_bytes(), page.read_bytes()
room = int(float(sys.argv[2]) * len(before[0]))
resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))  # so long may a file be
for write in (lambda: save_checkpoint(path, VAE(2, 8), History(1), {}), lambda: pad.to_html(page)):
    try:
        write()
    except OSError:
        continue
    raise AssertionError("it was written")
assert (path.read_bytes(), page.read_bytes()) == before
assert len(shared()[1].test) == 1
assert sorted(file.name for file in folder.rglob("*")) == ["cache", "m.pt", "page.html"]
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on the size of files")
@pytest.mark.parametrize("share", ["0", "0.5", "0.999"])
def test_a_full_disk_loses_nothing(share, tmp_path):
    process = start(FULL, tmp_path, share)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert "The model could not be cached (" in said


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
    (entry,) = (tmp_path / "cache").iterdir()  # one, and no part of another
    load_checkpoint(entry)


def test_a_reader_never_sees_half_of_what_a_writer_writes(tmp_path):
    path, both, stop = tmp_path / "m.pt", [tiny(0), tiny(1)], threading.Event()
    save_checkpoint(path, both[0], History(1), {})

    def write():
        while not stop.is_set():
            for model in both:
                save_checkpoint(path, model, History(1), {})

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(200):
            weights, _, _ = load_checkpoint(path)
            assert any(same(weights, model.state_dict()) for model in both)
    finally:
        stop.set()
        writer.join()


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
assert len(LatentPad.of(model, digits.train[:20], digits.train_labels[:20]).picture) > 1000
"""


def on_a_poor_machine(folder: Path, **env: str) -> list[str]:
    process = start(POOR, folder, MPLBACKEND="agg", **env)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
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


def damaged(whole: bytes, weights: int):
    """Copies of an entry that are wrong somewhere: a byte changed, cut, or something else altogether."""
    places = random.Random(0)
    for at in [weights, weights + 1001, len(whole) - 1, *places.sample(range(len(whole)), 40)]:
        yield whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
    for length in [0, 1, len(whole) - 1, *places.sample(range(len(whole)), 10)]:
        yield whole[:length]
    yield pickle.dumps({"weights": 1})
    for content in [{}, {"weights": {}}, tiny().state_dict()]:
        buffer = io.BytesIO()
        torch.save(content, buffer)
        yield buffer.getvalue()


def test_a_damaged_entry_never_gives_another_model(few, empty_cache, capsys):
    expected = small_shared_model().state_dict()
    (entry,) = empty_cache.iterdir()
    whole = entry.read_bytes()
    start = whole.index(expected["encoder.0.weight"].numpy().tobytes())
    trained_again = 0
    for content in damaged(whole, start):
        entry.write_bytes(content)
        capsys.readouterr()
        assert same(small_shared_model().state_dict(), expected)
        said = capsys.readouterr().out
        assert said in ("", f"The cached model {entry.name} is damaged; training it again.\n")
        assert said or content[start : start + 6272] == whole[start : start + 6272]
        trained_again += bool(said)
    assert trained_again > 30  # the other bytes mean nothing
