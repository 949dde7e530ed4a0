"""The map at the end of lesson 13: every box is a link to a heading, and each question has two answers."""

import re
from html import unescape

import pytest

from helpers.figures.map import ARROWS, ENDS, HEIGHT, QUESTIONS, WIDTH, ends_of, estimator_map
from tests.lessons.test_form import anchors

BOXES = QUESTIONS | ENDS


def test_every_box_is_a_link_to_a_heading_that_exists():
    links = [unescape(link) for link in re.findall(r'<a href="([^"]+)"', estimator_map().data)]
    assert links == [box.link for box in BOXES.values()]
    for link in links:
        notebook, anchor = link.split("#")
        assert anchor in anchors(notebook.removesuffix(".ipynb")), link


def test_every_question_has_a_yes_and_a_no_and_every_box_is_reached():
    for name in QUESTIONS:
        assert sorted(answer for start, _, answer in ARROWS if start == name) == ["no", "yes"], name
    assert {start for start, _, _ in ARROWS} == set(QUESTIONS)
    assert {end for _, end, _ in ARROWS} == BOXES.keys() - {"sum"}


def test_the_score_function_is_one_end_with_two_ways_to_it():
    assert [start for start, end, _ in ARROWS if end == "score"] == ["cdf", "bias"]


@pytest.mark.parametrize(("start", "end"), [(start, end) for start, end, _ in ARROWS])
def test_an_arrow_leads_from_edge_to_edge_and_through_no_box(start, end):
    x0, y0, x1, y1 = ends_of(BOXES[start], BOXES[end])

    def within(x, y, box, margin):
        left, top, wide, high = box.place
        return left - margin <= x <= left + wide + margin and top - margin <= y <= top + high + margin

    assert within(x0, y0, BOXES[start], 0)
    assert within(x1, y1, BOXES[end], 0)
    for i in range(1, 100):
        x, y = x0 + i / 100 * (x1 - x0), y0 + i / 100 * (y1 - y0)
        assert not [name for name, box in BOXES.items() if within(x, y, box, -0.1)]


def test_no_two_boxes_overlap_and_all_are_on_the_map():
    places = [box.place for box in BOXES.values()]
    for i, (left, top, wide, high) in enumerate(places):
        assert left + wide <= WIDTH
        assert top + high <= HEIGHT
        for left1, top1, wide1, high1 in places[:i]:
            assert left >= left1 + wide1 or left1 >= left + wide or top >= top1 + high1 or top1 >= top + high
