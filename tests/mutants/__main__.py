"""Puts small errors into copies of the project, one at a time, and says which test notices each.

    python -m tests.mutants                    all of them; first every test that they name, unchanged
    python -m tests.mutants 3 07_ latent_pad   some: by number, or a part of the file or of the idea
    python -m tests.mutants --check            only say, in seconds, which of them no longer apply
    python -m tests.mutants --workers 1        how many at a time
    python -m tests.mutants --save             the summary into tests/mutants/README.md too

A mutant is caught where an assertion fails, or a lesson's cell says or draws something else than what is
saved. One that no longer applies, that survives, or that breaks in another way (an error of Python, of
collection, of time) is not caught. The status is 1 if there is one.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.table import machine
from tests.mutants.mutant import ROOT, Mutant, problem
from tests.mutants.run import Result, in_copies, run, run_with
from tests.mutants.table import MUTANTS

README = Path(__file__).with_name("README.md")


def chosen(words: list[str]) -> list[tuple[int, Mutant]]:
    found = [
        (number, mutant)
        for number, mutant in enumerate(MUTANTS, start=1)
        if not words
        or any(
            number == int(word)
            if word.isdecimal()
            else word in mutant.idea or word in mutant.path().relative_to(ROOT).as_posix()
            for word in words
        )
    ]
    if not found:
        raise SystemExit(f"no mutant is called {' or '.join(words)}")
    return found


def line(number: int, mutant: Mutant, result: Result) -> str:
    by = result.test if result.caught else "NOT CAUGHT"
    return (
        f"{number}. {mutant.file}: {mutant.idea}: {by} ({result.how}, {result.seconds:.0f} s): {result.says}"
    )


def passes_unchanged(mutants: list[Mutant], folder: Path, workers: int) -> bool:
    """Whether all tests that the mutants name pass as long as nothing is changed."""
    named = list(dict.fromkeys(mutant.arguments() for mutant in mutants))
    results = []
    for arguments, result in zip(named, in_copies(run, named, folder, workers), strict=True):
        results.append(result)
        print(
            f"unchanged, {result.seconds:.0f} s: {' '.join(arguments)}: {result.how} {result.test} "
            f"{result.says}".rstrip(),
            flush=True,
        )
    return all(result.passed for result in results)


def check(picked: list[tuple[int, Mutant]]) -> int:
    """Prints each mutant that cannot be tried, and why. How many there are."""
    found = [(number, mutant, why) for number, mutant in picked if (why := problem(mutant))]
    for number, mutant, why in found:
        print(f"{number}: {mutant.file}: {mutant.idea}: {why}")
    return len(found)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutants",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("words", nargs="*", metavar="WHICH")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--save", action="store_true")
    parser.add_argument("--no-baseline", action="store_true", help="take it that the tests pass unchanged")
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    picked = chosen(given.words)
    if given.check:
        return int(check(picked) > 0)
    start, caught = time.monotonic(), 0
    with tempfile.TemporaryDirectory(prefix="mutants-") as name:
        folder = Path(name)
        if not given.no_baseline and not passes_unchanged(
            [mutant for _, mutant in picked if not problem(mutant)], folder, given.workers
        ):
            print("These do not all pass with nothing changed, so no mutant was tried.")
            return 1
        tried = in_copies(run_with, [mutant for _, mutant in picked], folder, given.workers)
        for (number, mutant), result in zip(picked, tried, strict=True):
            caught += result.caught
            print(line(number, mutant, result), flush=True)
    minutes = (time.monotonic() - start) / 60
    summary = (
        f"{caught} of {len(picked)} caught in {minutes:.0f} min, {given.workers} at a time; {machine()}."
    )
    print(f"\n{summary}")
    if given.save:
        before = README.read_text(encoding="utf-8").split("Last run: ")[0]
        README.write_text(f"{before}Last run: {summary}\n", encoding="utf-8")
    return int(caught < len(picked))


if __name__ == "__main__":
    sys.exit(main())
