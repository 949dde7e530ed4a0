"""How much memory a process took."""

import re
from pathlib import Path


def peak_megabytes(pid: int) -> float | None:
    """Peak resident memory of a running process; None where the system does not tell."""
    status = Path(f"/proc/{pid}/status")
    if not status.is_file():
        return None
    return int(re.search(r"VmHWM:\s+(\d+) kB", status.read_text())[1]) / 1000
