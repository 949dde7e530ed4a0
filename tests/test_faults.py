"""Faults: interrupts, kills, full disks, damaged files, no network, no home. Nothing is lost or left behind.

See also test_training.py (interrupts by a timer, an unwritable cache, single damages) and test_data.py.
"""

import contextlib
import io
import json
import os
import re
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers import data, training
from helpers.data import load_mnist
from helpers.training import CheckpointError, History, evaluate, fit, load_checkpoint, save_checkpoint
from helpers.vae import VAE, Terms
from helpers.widgets import DigitCanvas
from tests.conftest import ROOT
from tests.test_data import NAMES, write_mnist

some = settings(deadline=None, derandomize=True, database=None, max_examples=80,
                suppress_health_check=[HealthCheck.function_scoped_fixture])
IMAGES = (torch.rand(8, 4, generator=torch.Generator().manual_seed(0)) > 0.5).float()
PAST = History([Terms(-2.0, 1.0)], [Terms(-3.0, 1.0)])


def tiny(seed=0):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return VAE(2, hidden=3, pixels=4)


def same(one: dict, other: dict) -> bool:
    return list(one) == list(other) and all(torch.equal(one[name], other[name]) for name in one)


@pytest.fixture(scope="module", autouse=True)
def optimizers_are_imported():
    """The first optimizer makes torch import for seconds; an interrupt of an import is Python's affair."""
    torch.optim.Adam(tiny().parameters())


@pytest.fixture(autouse=True)
def gradients_are_on():
    yield
    torch.set_grad_enabled(True)  # one failure shall not be the next one's


# -- An interrupt at every line ----------------------------------------------------------------

WATCHED = ("helpers/training.py", "helpers/_files.py", "torch/random.py", "torch/autograd/grad_mode.py",
           "torch/utils/_contextlib.py", "/contextlib.py")


# An interrupt inside contextlib leaves a generator to the garbage collector, which says so.
left_to_the_collector = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def interrupted(work, at: int, results: list):
    """What `work()` does when a KeyboardInterrupt comes at step `at` of the files WATCHED.

    Returns whether it came, and the KeyboardInterrupt where `work` let it through. `results` gets what
    `work` returned otherwise.
    """
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

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        results.append(work())
        through = None
    except KeyboardInterrupt as error:
        through = error
    finally:
        sys.settrace(before)
    return steps >= at, through


@left_to_the_collector
def test_an_interrupt_at_any_line_of_a_training_leaves_no_trace(tmp_path):
    """A timer seldom hits the few lines where it could hurt: here it comes at one line after the other."""
    path, at, came, passed_on = tmp_path / "m.pt", 0, True, 0
    save_checkpoint(path, tiny(1), PAST)
    torch.manual_seed(5)
    state = torch.get_rng_state()
    while came:
        at += 1 if at < 60 else 7
        histories = []
        train = partial(fit, tiny(), IMAGES, IMAGES, epochs=2, batch_size=4, progress=False, checkpoint=path)
        with contextlib.redirect_stdout(io.StringIO()):
            came, through = interrupted(train, at, histories)
        assert torch.equal(torch.get_rng_state(), state), at
        assert torch.is_grad_enabled(), at
        assert [p.name for p in tmp_path.iterdir()] == ["m.pt"], at
        load_checkpoint(path)
        passed_on += through is not None
        for history in histories:
            assert len(history.train) == len(history.held_out)
            assert history.interrupted == (len(history.held_out) < 2)
    assert at > 300  # it did come at many lines
    assert passed_on < 80  # before training begins, or after it has ended


@left_to_the_collector
@pytest.mark.parametrize("work", [
    partial(evaluate, tiny(), IMAGES, seed=3),
    lambda: training.trained_vae(2, hidden=2, epochs=1, progress=False),
])
def test_an_interrupt_at_any_line_leaves_the_random_generator_and_the_cache(work, empty_cache, monkeypatch):
    few = data.load_digits()._replace(train=torch.zeros(2, 784), test=torch.zeros(2, 784))
    monkeypatch.setattr(training, "load_digits", lambda: few)
    monkeypatch.setattr(training, "_code_fingerprint", lambda: "code of today")
    torch.manual_seed(5)
    state, at, came = torch.get_rng_state(), 0, True
    while came:
        at += 1 if at < 60 else 5
        with contextlib.redirect_stdout(io.StringIO()):
            came, _ = interrupted(work, at, [])
        assert torch.equal(torch.get_rng_state(), state), at
        assert torch.is_grad_enabled(), at
        for entry in empty_cache.glob("*"):
            load_checkpoint(entry)  # whole, and no .part
            entry.unlink()
    assert at > 20


# -- Processes that are interrupted, killed, or on a full disk ---------------------------------

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")

DRIVER = """
import json, os, resource, signal, sys, time
from pathlib import Path
import torch
torch.set_num_threads(1)
from helpers import data, training
from helpers.training import History, fit, load_checkpoint, save_checkpoint, trained_vae
from helpers.vae import VAE
from helpers.widgets import DigitCanvas

folder = Path(sys.argv[1])
few = data.load_digits()
few = few._replace(train=few.train[:200], test=few.test[:50])
training.load_digits = lambda: few
training._code_fingerprint = lambda: "code of today"
torch.optim.Adam(VAE(2, 8).parameters())  # what torch imports then takes seconds, and once is enough

def child(work):
    "Forked before anything was computed; ends with 0, or 1 after an exception."
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        except BaseException:
            import traceback
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    return pid

def end(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

def tell(**found):
    print("\\nFOUND " + json.dumps(found), flush=True)
"""


def drive(script: str, folder: Path) -> list[dict]:
    """Runs DRIVER and `script` in a process of its own; what it told."""
    done = subprocess.run([sys.executable, "-c", DRIVER + script, str(folder)], cwd=ROOT, text=True,
                          capture_output=True, timeout=120, env={**os.environ, "PYTHONPATH": str(ROOT)})
    print(done.stderr)
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(line[6:]) for line in done.stdout.splitlines() if line.startswith("FOUND ")]


@needs_fork
def test_processes_interrupted_and_killed_at_any_moment(tmp_path):
    """A training that writes a checkpoint each few milliseconds, and a filling of the cache."""
    found = drive("""
path = folder / "m.pt"
def train():
    history = fit(VAE(2, 8), few.train, few.test, epochs=100_000, progress=False, checkpoint=path)
    assert history.interrupted
    saved = load_checkpoint(path)[1]  # of this training, or of the same one before
    both = min(len(saved.held_out), len(history.held_out))
    assert saved.held_out[:both] == history.held_out[:both]

for how in ("SIGKILL", "SIGINT"):
    for moment in range(10):
        pid = child(train)
        while not path.exists():
            time.sleep(0.002)
        time.sleep(0.05 + 0.0037 * moment)
        os.kill(pid, getattr(signal, how))
        code = end(pid)
        weights, history, _ = load_checkpoint(path)
        tell(how=how, code=code, epochs=len(history.held_out), parts=len(list(folder.glob("*.part"))))
        for part in folder.glob("*.part"):
            part.unlink()

def fill():
    while True:  # written, and taken away again
        trained_vae(2, hidden=8, epochs=1, progress=False)
        for entry in training.cache_folder().glob("*.pt"):
            entry.unlink()

sys.stdout.flush()
os.environ["VAE_COURSE_CACHE"] = str(folder / "cache")
for moment in range(10):
    pid = child(fill)
    time.sleep(0.1 + 0.0061 * moment)
    os.kill(pid, signal.SIGKILL)
    code = end(pid)
    for entry in training.cache_folder().glob("*.pt"):
        load_checkpoint(entry)
    tell(how="cache", code=code)
""", tmp_path)
    killed = [run for run in found if run["how"] == "SIGKILL"]
    stopped = [run for run in found if run["how"] == "SIGINT"]
    assert [run["code"] for run in killed] == 10 * [-9]
    assert [run["code"] for run in stopped] == 10 * [0]
    assert all(run["epochs"] >= 1 for run in killed + stopped)
    assert all(run["parts"] == 0 for run in stopped)  # a kill may leave one, which nothing reads
    assert [run["code"] for run in found if run["how"] == "cache"] == 10 * [-9]


@needs_fork
def test_a_full_disk_loses_nothing(tmp_path):
    """A file may have so many bytes and no more: the system refuses the write at any point of it."""
    found = drive("""
path, page = folder / "m.pt", folder / "page.html"
torch.manual_seed(0)
model, other = VAE(2, 8), VAE(2, 8)
save_checkpoint(path, model)
canvas = DigitCanvas(model.encode)
canvas.to_html(page)
size = path.stat().st_size
old, old_page = path.read_bytes(), page.read_bytes()

def on_a_full_disk(room):
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    errors = []
    for write in (lambda: save_checkpoint(path, other), lambda: canvas.to_html(page, title="new" * 100_000)):
        try:
            write()
            errors.append("")
        except OSError as error:
            errors.append(error.strerror)
    os.environ["VAE_COURSE_CACHE"] = str(folder / "cache")
    trained, history = trained_vae(2, hidden=8, epochs=1, progress=False)
    assert len(history.held_out) == 1
    tell(room=room, errors=errors, kept=path.read_bytes() == old and page.read_bytes() == old_page,
         names=sorted(p.name for p in folder.rglob("*")))

sys.stdout.flush()
for room in (1, 1000, size // 2, size - 1):
    assert end(child(lambda: on_a_full_disk(room))) == 0
""", tmp_path)
    assert len(found) == 4
    for run in found:
        assert run["kept"], run
        assert all(run["errors"])
        assert run["names"] == ["cache", "m.pt", "page.html"]


@needs_fork
def test_two_processes_that_fill_the_same_cache_at_once(tmp_path):
    found = drive("""
os.environ["VAE_COURSE_CACHE"] = str(folder / "cache")
weights = set()
for trial in range(3):
    start = time.time() + 0.1
    def fill():
        time.sleep(max(0, start - time.time()))
        model, history = trained_vae(2, hidden=8, epochs=1, progress=False)
        assert len(history.held_out) == 1
    codes = [end(pid) for pid in [child(fill), child(fill), child(fill)]]
    entry, = (folder / "cache").iterdir()  # one, and no part of another
    weights.add(str(load_checkpoint(entry)[0]))
    tell(codes=codes)
    if trial < 2:
        entry.unlink()
training.fit = None  # not needed now
trained_vae(2, hidden=8, epochs=1, progress=False)
tell(codes=[0, 0, 0], models=len(weights))
""", tmp_path)
    assert [run["codes"] for run in found] == 4 * [[0, 0, 0]]
    assert found[-1]["models"] == 1


def test_a_reader_never_sees_half_of_what_a_writer_writes(tmp_path):
    path, models, stop = tmp_path / "m.pt", [tiny(0), tiny(1)], threading.Event()
    save_checkpoint(path, models[0])

    def write():
        while not stop.is_set():
            for model in models:
                save_checkpoint(path, model)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(200):
            weights, _, _ = load_checkpoint(path)
            assert any(same(weights, model.state_dict()) for model in models)
    finally:
        stop.set()
        writer.join()


# -- A machine with little: no network, no home, one core --------------------------------------

POOR = """
import os, sys
def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.bind",
                 "urllib.Request", "http.client.connect", "socket.sendto"):
        raise RuntimeError(f"the network was used: {event} {arguments}")
sys.addaudithook(refuse)
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
import torch
torch.set_num_threads(1)
from helpers.data import load_digits
from helpers.training import trained_vae
from helpers.widgets import LatentPad
digits = load_digits()
for again in range(2):
    model, history = trained_vae(2, hidden=4, epochs=1, progress=False)
    print(f"{history.held_out[-1].elbo:.4f}")
assert len(LatentPad.of(model, digits.train[:20], digits.train_labels[:20]).picture) > 1000
"""


def on_a_poor_machine(**env) -> list[str]:
    environment = {key: value for key, value in os.environ.items()
                   if not key.startswith(("VAE_COURSE", "XDG_", "MPLCONFIG"))}
    done = subprocess.run([sys.executable, "-c", POOR], cwd=ROOT, text=True, capture_output=True, timeout=120,
                          env={**environment, "PYTHONPATH": str(ROOT), "MPLBACKEND": "agg", **env})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout.splitlines()


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no /proc, where no folder can be made")
def test_no_network_one_core_and_a_home_that_cannot_be_written():
    lines = on_a_poor_machine(HOME="/proc/nobody", USERPROFILE="/proc/nobody")
    first, failed, elbo, *again = lines
    assert first.startswith("Training the 2-dimensional model once")
    assert failed.startswith("The model could not be cached (")
    assert failed.endswith("To keep it, set VAE_COURSE_CACHE to a folder that can be written.")
    assert again == [first, failed, elbo]  # trained again, to the same


def test_no_network_one_core_and_a_cache(tmp_path):
    first, elbo, again = on_a_poor_machine(VAE_COURSE_CACHE=str(tmp_path / "new" / "folder"))
    assert first.startswith("Training the 2-dimensional model once")
    assert again == elbo  # and read the second time, without a word


# -- A cache that cannot be read or written ----------------------------------------------------


@pytest.fixture
def cached(monkeypatch, empty_cache):
    """trained_vae on almost nothing, its entry in the cache already."""
    few = data.load_digits()
    few = few._replace(train=few.train[:20], test=few.test[:5])
    monkeypatch.setattr(training, "load_digits", lambda: few)
    monkeypatch.setattr(training, "_code_fingerprint", lambda: "code of today")

    def train():
        return training.trained_vae(2, hidden=2, epochs=1, progress=False)[0].state_dict()

    expected = train()
    return train, expected, next(empty_cache.iterdir())


def failing(error):
    def fail(*args, **kwargs):
        raise error
    return fail


@pytest.mark.parametrize("function", ["is_file", "read_bytes"])
def test_an_entry_of_somebody_else_is_not_called_damaged(cached, function, monkeypatch, capsys):
    train, expected, entry = cached
    before = entry.read_bytes()
    capsys.readouterr()
    with monkeypatch.context() as patch:
        patch.setattr(Path, function, failing(PermissionError(13, "Permission denied")))
        patch.setattr(Path, "open", failing(PermissionError(13, "Permission denied")))
        assert same(train(), expected)
    said = capsys.readouterr().out
    assert f"The cached model {entry.name} cannot be read (Permission denied); training it again." in said
    assert "The model could not be cached (Permission denied)" in said
    assert "damaged" not in said
    assert entry.read_bytes() == before


@pytest.mark.parametrize("error", [OSError(30, "Read-only file system"), OSError(28, "No space left"),
                                   OSError("no number")])
@pytest.mark.parametrize("function", ["mkdir", "open"])
def test_a_cache_folder_that_takes_nothing(cached, error, function, monkeypatch, capsys):
    train, expected, entry = cached
    entry.unlink()
    monkeypatch.setattr(Path, function, failing(error))
    capsys.readouterr()
    assert same(train(), expected)
    assert f"The model could not be cached ({error.strerror or error})" in capsys.readouterr().out


def test_a_byte_of_an_entry_that_changes_is_noticed_wherever_it_is(cached, capsys):
    train, expected, entry = cached
    whole, noticed = entry.read_bytes(), 0
    weights = whole.index(expected["encoder.0.weight"].numpy().tobytes())
    for at in {*range(0, len(whole), len(whole) // 25), weights, weights + 1001, len(whole) - 1}:
        entry.write_bytes(whole[:at] + bytes([whole[at] ^ 0x01]) + whole[at + 1:])
        capsys.readouterr()
        assert same(train(), expected), at  # trained again, or the byte meant nothing
        said = capsys.readouterr().out
        assert said in ("", f"The cached model {entry.name} is damaged; training it again.\n"), at
        noticed += bool(said)
        if weights <= at < weights + 784 * 2 * 4:
            assert said, at
    assert noticed >= 15


@some
@given(st.data())
def test_a_checkpoint_with_any_byte_changed_or_cut_is_itself_or_refused(tmp_path, draw):
    path = tmp_path / "m.pt"
    save_checkpoint(path, tiny(), PAST, {"a": 1})
    whole, read = path.read_bytes(), load_checkpoint(path)
    at = draw.draw(st.integers(0, len(whole) - 1))
    change = draw.draw(st.integers(0, 255))
    path.write_bytes(whole[:at] + (bytes([whole[at] ^ change]) + whole[at + 1:] if change else b""))
    with contextlib.suppress(CheckpointError):
        weights, history, config = load_checkpoint(path)
        assert same(weights, read[0])
        assert (history, config) == read[1:]


# -- MNIST files that are cut or damaged -------------------------------------------------------


@some
@given(st.data())
def test_an_idx_file_cut_anywhere_is_named_and_the_message_says_what_to_do(tmp_path, draw):
    zipped, name = draw.draw(st.booleans()), draw.draw(st.sampled_from(NAMES))
    folder = tmp_path / ("zipped" if zipped else "plain")
    folder.mkdir(exist_ok=True)
    write_mnist(folder, zipped=zipped)
    path = folder / (f"{name}.gz" if zipped else name)
    whole = path.read_bytes()
    path.write_bytes(whole[: draw.draw(st.integers(0, len(whole) - 1))])
    with pytest.raises(ValueError, match=re.escape(str(path))) as caught:
        load_mnist(folder)
    message = str(caught.value)
    # a .gz of less than two bytes does not look like one
    assert ("truncated" in message and message.endswith("; get the file again")) or "not gzipped" in message


@some
@given(st.data())
def test_a_gzipped_file_with_a_byte_changed_is_itself_or_refused(tmp_path, draw):
    name = draw.draw(st.sampled_from(NAMES))
    write_mnist(tmp_path, zipped=True)
    path = tmp_path / f"{name}.gz"
    whole, read = path.read_bytes(), load_mnist(tmp_path)
    # half of the time in the header and the checksum, where it is least clear
    at = draw.draw(st.one_of(st.integers(0, len(whole) - 1), st.sampled_from([*range(12), *range(-8, 0)])))
    changed = bytearray(whole)
    changed[at] ^= draw.draw(st.integers(1, 255))
    path.write_bytes(changed)
    with contextlib.ExitStack() as named:
        named.callback(path.write_bytes, whole)
        try:
            again = load_mnist(tmp_path)
        except ValueError as error:
            again, said = None, str(error)
        if again is None:
            assert str(path) in said
        else:
            assert all(torch.equal(a, b) for a, b in zip(read, again, strict=True))


def test_a_header_with_a_byte_changed_is_refused(tmp_path):
    write_mnist(tmp_path)
    for name, header in zip(NAMES, (16, 8, 16, 8), strict=True):
        whole = (tmp_path / name).read_bytes()
        for at in range(header):
            for change in (0x01, 0x08, 0x80):
                changed = bytearray(whole)
                changed[at] ^= change
                (tmp_path / name).write_bytes(changed)
                with pytest.raises(ValueError, match=name):
                    load_mnist(tmp_path)
        (tmp_path / name).write_bytes(whole)


@pytest.mark.parametrize("damage", [
    lambda b: b"", lambda b: b[:1000], lambda b: b[: len(b) // 2], lambda b: b[:-1], lambda b: b[1:],
    lambda b: b"version https://git-lfs.github.com/spec/v1\n",
    lambda b: b.replace(b"train_labels", b"train_labelz"),
    *(lambda b, at=at: b[: int(at * len(b))] + bytes([b[int(at * len(b))] ^ 1]) + b[int(at * len(b)) + 1:]
      for at in (0.1, 0.3, 0.5, 0.7, 0.9)),
])
def test_shipped_digits_that_are_damaged_are_told(damage, tmp_path, monkeypatch):
    copy = tmp_path / "mnist_12k.npz"
    copy.write_bytes(damage(data.SHIPPED.read_bytes()))
    monkeypatch.setattr(data, "SHIPPED", copy)
    with pytest.raises(ValueError, match=r"mnist_12k\.npz is damaged .*; get the course again"):
        data.load_digits()


def test_a_page_that_cannot_be_written_leaves_the_old_one(tmp_path, monkeypatch):
    canvas, page = DigitCanvas(tiny().encode), tmp_path / "page.html"
    canvas.to_html(page)
    before = page.read_bytes()
    monkeypatch.setattr(os, "fsync", failing(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space left"):
        canvas.to_html(page, title="new")
    assert page.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["page.html"]
