"""All benchmarks, as one table.

python -m tests.benchmarks                          the shipped digits
python -m tests.benchmarks --mnist FOLDER           the 60,000 of MNIST, from their four files
python -m tests.benchmarks --only lessons size      some of them
"""

import argparse
from pathlib import Path

import torch

from helpers.data import load_digits
from tests.benchmarks import classroom, lessons, scale, size, training
from tests.benchmarks.mnist import load_mnist
from tests.benchmarks.table import as_markdown, machine

NAMES = ("training", "scale", "lessons", "classroom", "size")


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--mnist", type=Path, help="folder with the four files of MNIST")
    parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES)
    parser.add_argument("--rounds", type=int, default=1, help="of the training to the target")
    parser.add_argument("--threads", type=int, default=1, help="of torch, in this process")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    digits = load_mnist(given.mnist) if given.mnist else load_digits(grey=True)
    benchmarks = {
        "training": lambda: training.measure(digits, whole=given.mnist is not None, rounds=given.rounds),
        "scale": lambda: scale.measure(digits),
        "lessons": lessons.measure,
        "classroom": classroom.measure,
        "size": size.measure,
    }
    rows = []
    for name in NAMES:
        if name in given.only:
            print(f"measuring {name} ...", flush=True)
            measured = benchmarks[name]()
            print(as_markdown(measured), flush=True)  # at once, so that nothing is lost
            rows += measured
    print(f"\n{machine()}\n\n{as_markdown(rows)}")


if __name__ == "__main__":
    main()
