"""What the shipped files and the saved notebooks weigh, and what an install brings."""

import subprocess
from importlib.metadata import distributions
from pathlib import Path

from tests.benchmarks.table import Row
from tests.conftest import NOTEBOOKS, ROOT

GOAL = 25  # megabytes


def measure() -> list[Row]:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    files = [ROOT / name for name in tracked.stdout.split("\0") if name]
    shipped = sum(path.stat().st_size for path in files if path.is_file()) / 1e6
    notebooks = sum(path.stat().st_size for path in NOTEBOOKS) / 1e6
    largest = max(NOTEBOOKS, key=lambda path: path.stat().st_size)
    packages = {}
    for package in distributions():
        weight = sum(
            Path(package.locate_file(file)).stat().st_size
            for file in package.files or ()
            if Path(package.locate_file(file)).is_file()
        )
        packages[package.name] = packages.get(package.name, 0) + weight / 1e6
    heaviest = sorted(packages, key=packages.get, reverse=True)[:5]
    return [
        Row("all files of the repository", f"{shipped:.1f} MB", f"under {GOAL} MB", shipped < GOAL),
        Row(
            "of them the saved notebooks",
            f"{notebooks:.1f} MB; the largest, {largest.stem[:2]}, {largest.stat().st_size / 1e6:.1f} MB",
        ),
        Row(
            f"installed, {len(packages)} packages with those of the tests",
            f"{sum(packages.values()):.0f} MB; "
            + ", ".join(f"{name} {packages[name]:.0f}" for name in heaviest),
        ),
    ]
