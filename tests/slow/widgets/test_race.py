"""Race: steps, arrows and bars where their numbers are."""

import pytest

from helpers.widgets import Race
from tests.browser.driving import painted, set_state, state
from tests.browser.shown import mu_at, race_drawn, shows_race
from tests.example_widgets import raced


def test_a_step_goes_where_its_arrow_points(opened):
    page = opened(Race())
    assert shows_race(page)
    for n, baseline in ((1, False), (1, True), (20, True)):
        set_state(page, draws=n, baseline=baseline)
        painted(page)
        before = {name: state(page, name) for name in ("cost", "draws", "baseline", "mus", "epsilon")}
        tips = [mu_at(one["shaft"][2]) for one in race_drawn(page)]
        page.get_by_role("button", name="next").click()
        moved = [
            mu - 0.05 * estimate for mu, (*_, estimate) in zip(before["mus"][-1], raced(before), strict=True)
        ]
        assert state(page, "mus")[-1] == pytest.approx(moved)
        assert tips == pytest.approx([min(6, max(-4, mu)) for mu in moved], abs=2e-3)
        assert state(page, "epsilon") != before["epsilon"]
        assert shows_race(page)


def test_it_goes_to_the_end_and_again_keeps_the_lines_of_the_last_race(opened):
    page = opened(Race(draws=50, baseline=True), reduced_motion="reduce")
    go, again = (page.get_by_role("button", name=name, exact=True) for name in ("go", "again"))
    go.click()
    page.get_by_text("60 of 60 steps").wait_for()
    assert go.is_disabled()
    ends = state(page, "mus")[-1]
    assert ends == pytest.approx([3, 3], abs=0.6)  # noise at the end: 0.03 and 0.05
    assert shows_race(page)
    lines = page.locator(".vae-track g path")
    assert lines.count() == 0
    again.click()
    assert state(page, "mus") == [[-1.0, -1.0]]
    assert shows_race(page)
    assert lines.count() == 2
    set_state(page, draws=2)
    painted(page)
    assert lines.count() == 0  # another race: no line of the old one beside it


def test_it_pauses(opened):
    page = opened(Race())
    page.get_by_role("button", name="go").click()
    page.get_by_text("3 of 60 steps").wait_for()
    page.get_by_role("button", name="pause").click()
    steps = len(state(page, "mus"))
    page.wait_for_timeout(400)
    assert len(state(page, "mus")) == steps
    page.get_by_role("button", name="go").wait_for()


def test_on_the_step_the_pathwise_point_stays_and_the_other_walks_past_the_edge(opened):
    page = opened(Race(cost="step", draws=50, baseline=True), reduced_motion="reduce")
    page.get_by_role("button", name="go").click()
    page.get_by_text("60 of 60 steps").wait_for()
    pathwise, score_function = state(page, "mus")[-1]
    assert pathwise == -1.0
    assert score_function > 1
    assert shows_race(page)
