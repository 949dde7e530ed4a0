"""The map at the end of lesson 13: every box is a link to a section, and each question has two answers."""

import re
from html import unescape

from helpers.figures.map import ARROWS, ENDS, QUESTIONS, estimator_map
from tests.lessons.test_form import LESSONS, anchors, prose

LESSON = next(name for name in LESSONS if name.startswith("13"))
BOXES = QUESTIONS | ENDS


def test_every_box_is_a_link_to_a_section_that_exists():
    links = [unescape(link) for link in re.findall(r'<a href="([^"]+)"', estimator_map().data)]
    assert links == [box.link for box in BOXES.values()]
    for link in links:
        notebook, anchor = link.split("#")
        assert anchor in anchors(notebook.removesuffix(".ipynb")), link


def test_every_question_has_a_yes_and_a_no_and_every_box_is_reached():
    for name in QUESTIONS:
        assert sorted(answer for start, _, answer in ARROWS if start == name) == ["no", "yes"], name
    assert {start for start, _, _ in ARROWS} == set(QUESTIONS)
    assert sorted(end for _, end, _ in ARROWS) == sorted(BOXES.keys() - {"sum"})


def test_the_table_below_the_map_has_the_same_ends_and_links():
    table = prose(LESSON).split("| estimator |")[1].split("\n\n")[0]
    assert re.findall(r"\]\((.*)\) \|$", table, re.M) == [
        ENDS[name].link
        for name in (
            "exact",
            "pathwise",
            "through",
            "implicit",
            "score",
            "leave-one-out",
            "straight-through",
            "relaxed",
        )
    ]
