"""The time and memory that a lesson may take, of one core, from a fresh kernel."""

import os
import re
from pathlib import Path

SECONDS, MEGABYTES = 45, 800
FAILS = 3  # times the budget: a slow processor is not a slow lesson


def cpu_seconds(pid: int) -> float | None:
    """How long a running process has computed, on a busy machine too; None where the system does not tell."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.is_file():
        return None
    user, system = stat.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def peak_megabytes(pid: int) -> float | None:
    """Peak resident memory of a running process; None where the system does not tell."""
    status = Path(f"/proc/{pid}/status")
    if not status.is_file():
        return None
    return int(re.search(r"VmHWM:\s+(\d+) kB", status.read_text())[1]) / 1000


def used(lesson: str, seconds: float, megabytes: float | None) -> float:
    """What a lesson took of its budget, time or memory: 1 is all of it."""
    return max(seconds / SECONDS, (megabytes or 0) / MEGABYTES)


def line(lesson: str, seconds: float, megabytes: float | None) -> str:
    """A line of the table that pytest prints at its end."""
    memory = "" if megabytes is None else f"{megabytes:6.0f} MB"
    over = "  over its budget" if used(lesson, seconds, megabytes) > 1 else ""
    return f"{lesson:40}{seconds:6.1f} s{memory}{over}"
