"""Eight learners on one machine: lesson 04 in eight kernels at once, beside eight in a row."""

import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

from tests.benchmarks.lessons import run
from tests.benchmarks.table import Row
from tests.conftest import NOTEBOOKS

LEARNERS, PATIENCE = 8, 2  # how many times the seconds of all in a row the ones at once may take


def measure() -> list[Row]:
    in_a_row = LEARNERS * statistics.median(_lesson()[0] for _ in range(3))
    start = time.perf_counter()
    with ThreadPoolExecutor(LEARNERS) as pool:
        together = list(pool.map(lambda _: _lesson(PATIENCE * in_a_row), range(LEARNERS)))
    took = time.perf_counter() - start
    done = [one for one in together if one]
    if len(done) < LEARNERS:
        ended = f"{len(done)} of {LEARNERS} done when stopped after {took:.0f} s"
    else:
        ended = (
            f"{took:.0f} s: {took / in_a_row:.2f} of it; all kernels "
            f"{sum(megabytes for _, _, megabytes in done):,.0f} MB"
        )
    return [
        Row(
            f"{LEARNERS} learners, lesson 04",
            f"in a row {in_a_row:.0f} s ({LEARNERS} times the median of 3), at once {ended}",
        )
    ]


def _lesson(limit: float = 300) -> tuple[float, float, float] | None:
    """What `run` says of lesson 04 with an empty cache; None where it was not done in time."""
    path = next(path for path in NOTEBOOKS if path.stem.startswith("04"))
    with tempfile.TemporaryDirectory() as cache:
        try:
            return run(path, cache, limit)
        except TimeoutError:
            return None
