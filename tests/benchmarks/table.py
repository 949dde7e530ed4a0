"""The rows that every benchmark gives, and how they are printed."""

import os
import platform
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple


class Row(NamedTuple):
    """One line of the table. `met` is None where there is no goal."""

    what: str
    figure: str
    goal: str = ""
    met: bool | None = None


def machine() -> str:
    """This machine by cores and instruction set."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    cpu = Path("/proc/cpuinfo")
    flags = (
        set(re.search(r"^flags\s*:(.*)$", cpu.read_text(), re.M)[1].split())
        if (cpu.is_file() and "flags" in cpu.read_text())
        else set()
    )
    instructions = next(
        (name for flag, name in (("avx512f", "AVX-512"), ("avx2", "AVX2"), ("avx", "AVX")) if flag in flags),
        "no AVX",
    )
    return f"{cores} cores, {platform.machine()}, {instructions}"


def as_markdown(rows: Iterable[Row]) -> str:
    lines = ["| what | measured | goal | met |", "|---|---|---|---|"]
    for row in rows:
        met = "" if row.met is None else "yes" if row.met else "**no**"
        lines.append(f"| {row.what} | {row.figure} | {row.goal} | {met} |")
    return "\n".join(lines)
