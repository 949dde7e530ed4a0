"""How much memory a process and all its children take, and how to give them no more."""

import contextlib
import os
import re
import signal
import threading
import time
from pathlib import Path

import psutil


class Watch:
    """Adds up what a process and all its children take, ten times a second. (Linux only.)

    What processes share is counted once (PSS). `peaks` has the highest sum, in MB, for each `phase` that
    was set.
    """

    def __init__(self, pid: int):
        self.phase, self.peaks = "", {}
        self._process, self._over = psutil.Process(pid), threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _sample(self):
        while True:
            total, phase = 0.0, self.phase
            with contextlib.suppress(psutil.NoSuchProcess):
                for process in [self._process, *self._process.children(recursive=True)]:
                    with contextlib.suppress(psutil.NoSuchProcess):
                        total += process.memory_full_info().pss / 1e6
            self.peaks[phase] = max(total, self.peaks.get(phase, 0.0))
            if self._over.wait(0.1):
                break


class Cap:
    """A control group (version 1) whose processes get `limit` bytes together, page cache included."""

    def __init__(self, folder: Path, limit: int):
        self.folder = folder
        folder.mkdir()
        for name in ("memory.limit_in_bytes", "memory.memsw.limit_in_bytes"):  # the second: with swap
            if (folder / name).exists():
                (folder / name).write_text(str(limit))
        assert int((folder / "memory.limit_in_bytes").read_text()) <= limit

    def command(self, command: list[str]) -> list[str]:
        """`command`, to be run in the group."""
        return ["sh", "-c", 'echo $$ > "$0/cgroup.procs" && exec "$@"', str(self.folder), *command]

    def killed(self) -> int:
        """How many processes the system has killed because the group wanted more."""
        return int(re.search(r"oom_kill (\d+)", (self.folder / "memory.oom_control").read_text())[1])

    def peak_megabytes(self) -> float:
        """The group's peak, page cache included: it may reach the limit and do no harm."""
        return int((self.folder / "memory.max_usage_in_bytes").read_text()) / 1e6

    def end(self):
        """Removes the group, and what still runs in it."""
        deadline = time.monotonic() + 10
        while self.folder.exists():
            for pid in map(int, (self.folder / "cgroup.procs").read_text().split()):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(OSError):  # as long as the last of them is ending
                self.folder.rmdir()
            assert time.monotonic() < deadline, f"{self.folder} cannot be removed"
            time.sleep(0.1)


@contextlib.contextmanager
def capped(limit: int):
    """A Cap for the time of a `with`; None where this process may not make a group below its own.

    With version 2 it never may: there a group has either processes or groups in it.
    """
    own = re.search(r"^\d+:memory:(/.*)$", Path("/proc/self/cgroup").read_text(), re.M)
    parent = Path("/sys/fs/cgroup/memory" + own[1]) if own else None
    if parent is None or not os.access(parent, os.W_OK):
        yield None
        return
    cap = Cap(parent / f"vae-course-{os.getpid()}", limit)
    try:
        yield cap
    finally:
        cap.end()
