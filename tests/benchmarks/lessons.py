"""Wall time and peak memory of each lesson from a fresh kernel, with the cache empty and warm."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from jupyter_client.manager import start_new_kernel

from tests.benchmarks.table import Row
from tests.conftest import NOTEBOOKS
from tests.lessons.budget import peak_megabytes, used


def run(path: Path, cache: str, limit: float = 300) -> tuple[float, float, float]:
    """Seconds for all cells, seconds for the first code cell, peak megabytes of the kernel.

    Raises TimeoutError when the cells are not done after `limit` seconds; the kernel is ended.
    """
    cells = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    manager, client = start_new_kernel(
        kernel_name="python3", cwd=str(path.parent), env={**os.environ, "VAE_COURSE_CACHE": cache}
    )
    try:
        took = []
        for source in cells:
            start = time.perf_counter()
            reply = client.execute_interactive(
                source, output_hook=lambda message: None, timeout=max(0.0, limit - sum(took))
            )
            took.append(time.perf_counter() - start)
            assert reply["content"]["status"] == "ok", f"{path.name}: {source}"
        return sum(took), took[0], peak_megabytes(manager.provisioner.pid) or 0.0
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def measure() -> list[Row]:
    rows, empty, warm, first, over = [], [], [], [], []
    with tempfile.TemporaryDirectory() as shared:
        subprocess.run(
            [sys.executable, "-c", "from helpers.pretrained import warm_cache; warm_cache()"],
            env={**os.environ, "VAE_COURSE_CACHE": shared},
            check=True,
            capture_output=True,
        )
        for path in NOTEBOOKS:
            with tempfile.TemporaryDirectory() as cache:
                cold = run(path, cache)
            hot = run(path, shared)
            empty.append(cold[0])
            warm.append(hot[0])
            first += [cold[1], hot[1]]
            over += [path.stem[:2]] * (used(path.stem, *cold[::2]) > 1)
            rows.append(
                Row(
                    f"lesson {path.stem[:2]}",
                    f"cache empty {cold[0]:.1f} s, warm {hot[0]:.1f} s, "
                    f"first cell {min(cold[1], hot[1]):.1f} s, {max(cold[2], hot[2]):.0f} MB",
                )
            )
    return [
        *rows,
        Row("all lessons, cache empty", f"{sum(empty):.0f} s"),
        Row("all lessons, cache warm", f"{sum(warm):.0f} s"),
        Row("the slowest first cell", f"{max(first):.1f} s"),
        Row("lessons over their budget of time or memory", ", ".join(over) or "none", "none", not over),
    ]
