"""JumpAndSlide: dots, bells and slopes where their numbers are."""

import numpy as np
import pytest

from helpers.widgets import JumpAndSlide
from tests.browser.driving import painted, set_state, state
from tests.browser.shown import JUMP, SLIDE, draws_of, shows_sliding_dots


def test_dots_above_jump_and_dots_below_slide(opened):
    page = opened(JumpAndSlide())
    page.get_by_text("The expectation's slope is 2(μ − k) = −2.00.").wait_for()
    assert shows_sliding_dots(page, 1.5, 1.0)
    above, below = draws_of(page, JUMP)[0], draws_of(page, SLIDE)[0]
    page.get_by_role("slider", name="μ").press("ArrowRight")
    assert shows_sliding_dots(page, 2.0)
    assert draws_of(page, SLIDE)[0] - below == pytest.approx(0.1, abs=1e-3)
    assert (draws_of(page, JUMP)[0] - above).std() > 0.7  # sqrt(2) is expected
    assert draws_of(page, JUMP)[1] == pytest.approx(above)  # where they were
    epsilon = state(page, "epsilon")
    page.get_by_role("button", name="new noise").press("Enter")
    assert state(page, "epsilon") != epsilon
    assert shows_sliding_dots(page)


@pytest.mark.parametrize(("wish", "seconds"), [("no-preference", "0.08s"), ("reduce", "0s")])
def test_dots_are_set_down_at_once_for_whoever_wants_less_motion(opened, wish, seconds):
    dots = opened(JumpAndSlide(), reduced_motion=wish).locator(".vae-dots g:last-of-type > :first-child")
    found = dots.evaluate_all("nodes => nodes.map(node => getComputedStyle(node).transitionDuration)")
    assert found == ["0s", seconds]  # what jumps never glides


# -- what is drawn -----------------------------------------------------------------------------

LEFT, RIGHT, LOWEST, HIGHEST = 72, 480, -2.5, 8.5  # of the dots' axis, and the z that stand there
FLOOR, STEEPEST = 126, 16


def across(z):
    return LEFT + (z - LOWEST) / (HIGHEST - LOWEST) * (RIGHT - LEFT)


def drawn(page, name, part):
    """Of one of a row's pictures: the numbers of its first path, its texts and its lines."""
    painted(page)
    return (
        page.get_by_role("group", name=name)
        .locator(f".{part} svg")
        .evaluate("""svg => {
        const all = (tag) => [...svg.querySelectorAll(tag)];
        const numbers = (node, names) => names.map((name) => Number(node.getAttribute(name)));
        return {
            path: (all('path')[0]?.getAttribute('d').match(/-?[\\d.]+/g) ?? []).map(Number),
            texts: all('text').map((node) => [node.textContent, ...numbers(node, ['x', 'y'])]),
            lines: all('line').map((node) => numbers(node, ['x1', 'y1', 'x2', 'y2'])),
            newest: [new DOMMatrix(svg.lastChild.style.transform)].map(({ e, f }) => [e, f])[0],
        };
    }""")
    )


@pytest.mark.parametrize(("mu", "sigma"), [(2.0, 1.0), (4.0, 0.5)])
def test_the_bell_stands_at_mu_and_is_as_wide_as_sigma(opened, mu, sigma):
    page = opened(JumpAndSlide())
    set_state(page, mu=mu, sigma=sigma)
    for name in (JUMP, SLIDE):
        x, y = np.array(drawn(page, name, "vae-dots")["path"]).reshape(-1, 2)[1:-1].T
        height = (FLOOR - y) / FLOOR
        assert x[height.argmax()] == pytest.approx(across(mu), abs=2)
        assert height.max() == pytest.approx(0.4 / sigma, abs=0.01)
        half = x[height > height.max() / 2]
        assert half.max() - half.min() == pytest.approx(2.355 * sigma * 408 / 11, abs=4)


def test_numbers_stand_at_their_places_on_the_axes(opened):
    page = opened(JumpAndSlide())
    texts = drawn(page, SLIDE, "vae-dots")["texts"]
    ticks = {words: x for words, x, y in texts if y == 144}
    assert ticks == {str(z): pytest.approx(across(z)) for z in (-2, 0, 2, 4, 6, 8)}
    assert [words for words, x, _ in texts if x == 4] == ["μ = 2.00", "μ = 1.50", "μ = 1.00"]
    slopes = {words: y for words, x, y in drawn(page, SLIDE, "vae-slopes")["texts"] if x == 30}
    assert slopes == {str(s): pytest.approx(63 * (1 - s / STEEPEST) + 4) for s in (-10, 0, 10)}


@pytest.mark.parametrize("name", [JUMP, SLIDE])
def test_a_measured_slope_stands_at_its_mu_and_as_high_as_it_is_steep(opened, name):
    page = opened(JumpAndSlide())
    for mu in (0.0, 5.0):
        set_state(page, mu=mu)
        x, y = drawn(page, name, "vae-slopes")["newest"]
        low, high, *_ = JumpAndSlide()._limits
        assert x == pytest.approx(34 + (mu - low) / (high - low) * 196, abs=0.01)
        said = page.get_by_role("group", name=name).locator(".vae-slopes b").text_content()
        slope = float(said.replace("−", "-"))
        assert y == pytest.approx(63 * (1 - np.clip(slope, -STEEPEST, STEEPEST) / STEEPEST), abs=0.05)


def test_the_exact_slope_rises_through_0_at_k(opened):
    x1, y1, x2, y2 = drawn(opened(JumpAndSlide()), SLIDE, "vae-slopes")["lines"][-1]
    low, high, *_ = JumpAndSlide()._limits
    assert [x1, x2] == pytest.approx([34, 230])
    assert [y1, y2] == pytest.approx([63 * (1 - 2 * (mu - 3) / STEEPEST) for mu in (low, high)])
    assert y1 > y2  # upwards is smaller
