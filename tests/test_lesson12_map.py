"""The map at the end of lesson 12: its links lead to sections, and each question has two answers."""

import re

from tests.test_lessons import LESSONS, code, prose

LESSON = next(name for name in LESSONS if name.startswith("12"))


def the_map() -> tuple[dict, dict, list]:
    """(questions, ends, arrows) as the lesson's cells define them."""
    space = {}
    for cell in code(LESSON):
        if cell.source.startswith(("questions = {", "arrows = [")):
            exec(cell.source, space)
    return space["questions"], space["ends"], space["arrows"]


def test_every_named_section_exists():
    _, ends, _ = the_map()
    named = {pair for *_, pairs in ends.values() for pair in pairs.split()}
    there = {f"{name[:2]}:{number}" for name in LESSONS
             for number in re.findall(r"^## (\d+)\. ", prose(name), re.M)}
    assert len(named) > 5
    assert named <= there


def test_every_question_has_a_yes_and_a_no_and_every_box_is_reached():
    questions, ends, arrows = the_map()
    for name in questions:
        assert sorted(answer for start, _, answer in arrows if start == name) == ["no", "yes"], name
    assert {start for start, _, _ in arrows} == set(questions)
    assert {end for _, end, _ in arrows} == set(questions) - {"sum"} | set(ends)
