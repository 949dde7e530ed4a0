"""Does a cell say what is saved with it? Text is compared exactly, each number within the cell's tolerance.

The cell's tags state it:

    numbers-within-5-percent    of the saved number: any percentage, 0.5 for one
    numbers-within-0.01         of the saved number, for numbers near 0

A cell has one of them or one of each; then a number passes that is within either. Without them nbval
compares everything as text.

Numbers are 7, -0.5, 1,234 and 1e-5 (with - or −), nan, which equals only nan, and inf, which equals only inf
of its sign; in N(0, 1) there are two. The % behind a number is text, and so are digits in a word: z1, x20,
2-D, GPT-2, 3.12.1, 30s. Spaces beside a number are padding: how many they are does not count, nor, at the
edge of a line or beside a bracket, a comma or a |, whether there are any.
"""

import re
from decimal import Decimal
from difflib import SequenceMatcher
from operator import itemgetter
from typing import NamedTuple

from nbval.plugin import IPyNbCell, transform_streams_for_comparison

TAG = re.compile(r"numbers-within-([0-9]*\.?[0-9]+(?:e-?[0-9]+)?)(-percent)?")
NUMBER = re.compile(
    r"""
    (?: (?<!\w) [-+−] | (?<![\w.]) (?<![^\W\d]-) )            # a sign, or the start of a word
    (?: (?: [0-9]{1,3} (?:,[0-9]{3})+ (?![0-9]) (?:\.[0-9]+)?
          | [0-9]+ (?: \.[0-9]+ | \. (?=\s*[-+−0-9,\])}]) )?  # 5. in an array, not 5 and a full stop
          | \.[0-9]+ )
        (?: [eE] [-+−]? [0-9]+ )?
      | (?i: nan | inf ) )
    (?! \w | \.[0-9] | -[^\W\d] )                             # the end of a word
    """,
    re.VERBOSE,
)


class Tolerance(NamedTuple):
    """How far a number may be from the saved one."""

    percent: Decimal = Decimal(0)
    absolute: Decimal = Decimal(0)

    def allows(self, saved: str, new: str) -> bool:
        one, other = (Decimal(number.replace(",", "").replace("−", "-")) for number in (saved, new))
        if not (one.is_finite() and other.is_finite()):
            return one == other or (one.is_nan() and other.is_nan())
        return abs(other - one) <= max(self.percent / 100 * abs(one), self.absolute)

    def __str__(self) -> str:
        stated = ((self.percent, f"{self.percent} %"), (self.absolute, f"{self.absolute}"))
        return " or ".join(words for value, words in stated if value)


def of_tags(tags: list[str]) -> Tolerance | None:
    """The tolerance that a cell's tags state; ValueError if they cannot be understood."""
    stated = {}
    for tag in tags:
        if tag.startswith("number"):
            match = TAG.fullmatch(tag)
            kind = "percent" if match and match[2] else "absolute"
            if not match or kind in stated:
                raise ValueError(
                    f"the tag {tag!r} cannot be used: a cell has at most one tag such as "
                    "numbers-within-5-percent, and one such as numbers-within-0.01"
                )
            stated[kind] = Decimal(match[1])
    if stated and "nbval-ignore-output" in tags:
        raise ValueError(
            "a tolerance for numbers, and nbval-ignore-output, with which none is compared: split the cell"
        )
    return Tolerance(**stated) if stated else None


def complaints(saved: str, new: str, tolerance: Tolerance) -> list[str]:
    """All that differs between two texts: lines, and within lines of the same words, numbers."""
    one, other = saved.split("\n"), new.split("\n")
    found = []
    aligned = SequenceMatcher(None, [*map(_words, one)], [*map(_words, other)], autojunk=False)
    for what, start, end, first, last in aligned.get_opcodes():
        if what != "equal":
            found.append(
                "\n".join(
                    [
                        f"line {start + 1}: other text, or a number is missing or additional",
                        *(f"    saved: {line}" for line in one[start:end]),
                        *(f"    new:   {line}" for line in other[first:last]),
                    ]
                )
            )
            continue
        for at, line, now in zip(range(start, end), one[start:end], other[first:last], strict=True):
            found += [
                f"line {at + 1}, {line.strip()!r}: {before} is saved, {after} is new; "
                f"the tolerance is {tolerance}"
                for before, after in zip(NUMBER.findall(line), NUMBER.findall(now), strict=True)
                if not tolerance.allows(before, after)
            ]
    return found


def _words(line: str) -> str:
    """The line with a mark for each number, and without the padding around it."""
    line = NUMBER.sub("\0", line)
    line = re.sub(r"(?<![^\[({,|]) +(?=\0)|(?<=\0) +(?![^\])},|])", "", line)
    return re.sub(r" +(?=\0)|(?<=\0) +", " ", line)


def compare_outputs(cell: IPyNbCell, tolerance: Tolerance, new: list, saved: list) -> bool:
    """In the place of the cell's own compare_outputs: all its texts, by stream or type."""
    one, other = _texts(saved, cell.parent.skip_compare), _texts(new, cell.parent.skip_compare)
    if [kind for kind, _ in one] != [kind for kind, _ in other]:
        return IPyNbCell.compare_outputs(cell, new, saved)  # says what is missing
    cell.comparison_traceback = [
        f"{kind}, {complaint}"
        for (kind, before), (_, after) in zip(one, other, strict=True)
        for complaint in complaints(str(before), str(after), tolerance)
    ]
    return not cell.comparison_traceback


def _texts(outputs: list, skipped: tuple[str, ...]) -> list[tuple[str, object]]:
    found = [
        pair
        for output in transform_streams_for_comparison(outputs)
        for pair in [*output.items(), *output.get("data", {}).items()]
    ]
    return sorted((pair for pair in found if pair[0] not in (*skipped, "data")), key=itemgetter(0))
