"""The map of lesson 10: every section that it names is there, and every question is answered."""

import re

import pytest

from tests.test_lessons import LESSONS, code, prose

LESSON = next(name for name in LESSONS if name.startswith("10"))


def the_map():
    """(questions, ends, arrows) as the lesson's cells define them."""
    space = {}
    for cell in code(LESSON):
        if cell.source.startswith(("questions = {", "arrows = [")):
            exec(cell.source, space)
    return space["questions"], space["ends"], space["arrows"]


def sections(ends):
    return sorted({pair for *_, pairs in ends.values() for pair in pairs.split()})


def missing(pairs):
    """Those of the lesson:section pairs that no notebook has."""
    there = {f"{name[:2]}:{number}" for name in LESSONS
             for number in re.findall(r"^## (\d+)\. ", prose(name), re.M)}
    return [pair for pair in pairs if pair not in there]


# What each of the named sections has to be about; a renumbered lesson shows here.
ABOUT = {
    "02:6": "expectation does", "03:3": "other side", "03:9": "Other distributions",
    "04:2": "Two estimators", "04:5": "Baselines", "04:8": "fails", "10:3": "Gumbel-softmax",
    "10:4": "Bias against variance", "10:6": "categorical latents", "10:7": "flows", "10:8": "implicit",
}


def test_every_named_section_exists():
    named = sections(the_map()[1])
    assert len(named) > 5
    assert missing(named) == []


@pytest.mark.parametrize("wrong", ["02:99", "11:1", "4:2", "04:0"])
def test_a_section_that_is_not_there_is_found(wrong):
    assert missing(["04:2", wrong]) == [wrong]


def test_every_named_section_is_about_what_the_map_sends_there():
    assert set(ABOUT) == set(sections(the_map()[1]))
    for pair, words in ABOUT.items():
        lesson, number = pair.split(":")
        name = next(name for name in LESSONS if name.startswith(lesson))
        heading, = re.findall(rf"^## {number}\. (.*)$", prose(name), re.M)
        assert words in heading, (pair, heading)


def test_every_question_has_a_yes_and_a_no_and_every_box_is_reached():
    questions, ends, arrows = the_map()
    for name in questions:
        assert sorted(answer for start, _, answer in arrows if start == name) == ["no", "yes"], name
    assert {start for start, _, _ in arrows} == set(questions)
    assert {end for _, end, _ in arrows} == set(questions) - {"sum"} | set(ends)
