"""Eight learners on one machine: lesson 07 in eight kernels at once, beside eight in a row."""

import os
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

from tests.benchmarks.lessons import run
from tests.benchmarks.table import Row
from tests.conftest import NOTEBOOKS

LEARNERS = 8


def measure() -> list[Row]:
    """With the helpers' setting eight learners, beside a thread for each core two (eight take too long)."""
    rows = []
    before = os.environ.pop("VAE_COURSE_THREADS", None)
    try:
        rows.append(at_once(LEARNERS, "as the helpers set them"))
        os.environ["VAE_COURSE_THREADS"] = str(max(2, os.cpu_count()))
        rows.append(at_once(2, "one for each core"))
    finally:
        os.environ.pop("VAE_COURSE_THREADS", None)
        if before is not None:
            os.environ["VAE_COURSE_THREADS"] = before
    return rows


def at_once(learners: int, threads: str) -> Row:
    path = next(path for path in NOTEBOOKS if path.stem.startswith("07"))

    def lesson(_) -> tuple[float, float, float]:
        with tempfile.TemporaryDirectory() as cache:
            return run(path, cache)

    in_a_row = learners * statistics.median(lesson(0)[0] for _ in range(3))
    start = time.perf_counter()
    with ThreadPoolExecutor(learners) as pool:
        together = list(pool.map(lesson, range(learners)))
    took = time.perf_counter() - start
    return Row(f"{learners} learners, lesson 07, threads: {threads}",
               f"in a row {in_a_row:.0f} s ({learners} times the median of 3), at once {took:.0f} s: "
               f"{took / in_a_row:.2f} of it; all kernels {sum(one[2] for one in together):,.0f} MB")
