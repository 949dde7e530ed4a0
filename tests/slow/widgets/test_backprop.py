"""Backprop: the gradient's run by buttons, keys and touch."""

import pytest

from tests import example_widgets as made
from tests.browser.driving import state
from tests.browser.shown import shows_gradient


def test_a_gradient_by_buttons_to_the_end_of_each_run(opened):
    page, heights = opened(made.backprop(), viewport={"width": 320, "height": 900}), set()
    forth = page.get_by_role("button", name="step", exact=True)
    for run_, (last, stops, dice) in enumerate([(4, 0, 0), (4, 3, 1), (1, 1, 1)]):
        page.get_by_role("radio").nth(run_).check()
        for step in [*range(last + 1), last]:
            assert (state(page, "run"), state(page, "step"), shows_gradient(page)) == (run_, step, True)
            heights.add(page.locator(".vae-widget").bounding_box()["height"])
            forth.click()
        assert page.locator(".vae-stop").count() == stops  # the die and both leaves; the loss
        assert page.locator(".vae-die").count() == dice
    page.get_by_role("button", name="step back").click()
    assert (state(page, "step"), shows_gradient(page), len(heights)) == (0, True, 1)


def test_a_gradient_plays_pauses_and_begins_again(opened):
    page = opened(made.backprop())
    play, space = (
        lambda: page.get_by_role("button", name="backward()").click(),
        lambda: page.get_by_role("application").press(" "),
    )
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    for act, wait, step in ((play, 0, 1), (None, 1050, 2), (space, 5000, 2), (space, 9000, 4), (play, 0, 1)):
        if act:
            act()
        page.clock.run_for(wait)
        assert (state(page, "step"), shows_gradient(page)) == (step, True)


def test_a_gradient_by_touch_and_without_motion(opened):
    page = opened(made.backprop(), has_touch=True, reduced_motion="reduce")
    page.get_by_text("normal").tap()
    page.get_by_role("button", name="backward()").tap()
    assert (state(page, "run"), state(page, "step"), shows_gradient(page)) == (1, 4, True)


# -- what is drawn -----------------------------------------------------------------------------

GREEN, RED = "rgb(0, 158, 115)", "rgb(213, 94, 0)"


def drawn_graph(page):
    """The middle of each box, and of each arrow its ends, its words and the colours of line and head."""
    return page.evaluate("""() => {
        const at = (node) => node.getAttribute('transform').match(/-?[\\d.]+/g).slice(0, 2).map(Number);
        const ends = (node) => ['x1', 'y1', 'x2', 'y2'].map((name) => Number(node.getAttribute(name)));
        const look = (node, name) => getComputedStyle(node)[name];
        return {
            boxes: [...document.querySelectorAll('.vae-box')].map(at),
            arrows: [...document.querySelectorAll('.vae-arrow')].map((node) => ({
                ends: ends(node.querySelector('.vae-run-line')),
                words: node.querySelector('text').textContent,
                line: look(node.querySelector('.vae-run-line'), 'stroke'),
                head: look(node.querySelector('path'), 'fill'),
                seen: look(node.querySelector('text'), 'visibility'),
            })),
        };
    }""")


@pytest.mark.parametrize("run", [0, 1])
def test_each_arrow_leads_from_the_foot_of_its_box_to_the_head_of_the_next(opened, run):
    page = opened(made.backprop(run=run))
    graph, edges = drawn_graph(page), made.backprop()._runs[run]["edges"]
    for edge, arrow in zip(edges, graph["arrows"], strict=True):
        (x1, y1), (x2, y2) = (graph["boxes"][edge[end]] for end in ("from", "to"))
        assert arrow["ends"] == pytest.approx([x1, y1 + 22, x2, y2 - 24])


def test_boxes_stand_where_the_graph_has_them(opened):
    page = opened(made.backprop(run=1))
    places = [(node["x"], node["y"]) for node in made.backprop()._runs[1]["nodes"]]
    first, *others = drawn_graph(page)["boxes"]
    for (x, y), box in zip(places[1:], others, strict=True):
        moved = [box[0] - first[0], box[1] - first[1]]
        assert moved == pytest.approx([92 * (x - places[0][0]), 82 * (y - places[0][1])])


@pytest.mark.parametrize(("run", "colours"), [(0, [GREEN] * 4), (1, [GREEN] * 3 + [RED] * 2)])
def test_a_gradient_is_green_and_one_that_is_cut_is_red(opened, run, colours):
    page = opened(made.backprop(run=run))
    page.get_by_role("application").press("End")
    arrows = drawn_graph(page)["arrows"]
    assert [arrow["line"] for arrow in arrows] == colours
    assert [arrow["head"] for arrow in arrows] == colours


def test_factors_are_seen_once_the_gradient_has_passed(opened):
    page = opened(made.backprop(run=1))
    assert [arrow["seen"] for arrow in drawn_graph(page)["arrows"]] == ["hidden"] * 5
    page.get_by_role("application").press("End")
    arrows = drawn_graph(page)["arrows"]
    assert [arrow["seen"] for arrow in arrows] == ["visible"] * 5
    assert [arrow["words"][:3] for arrow in arrows[2:]] == ["× 1", "× 0", "× 0"]
    assert ["✂" in arrow["words"] for arrow in arrows] == [False, False, False, True, True]


def test_the_box_where_the_gradient_stops_is_red(opened):
    page = opened(made.backprop(run=1))
    page.get_by_role("application").press("End")
    look = "nodes => nodes.map((node) => getComputedStyle(node).stroke)"
    strokes = page.locator(".vae-box > rect").evaluate_all(look)
    assert strokes[1:] == [GREEN] * 2 + [RED] * 3  # the loss itself has none
