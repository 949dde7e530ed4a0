"""Ten draws, of the prior or around an image: what is decoded, and rolled again."""

import pytest

from tests import example_widgets as made
from tests.browser.driving import pictures, set_state, shows, state
from tests.browser.shown import shows_new_digits
from tests.example_widgets import decode, double


def test_the_button_rolls_all_twenty_numbers_again(opened):
    page = opened(made.new_digits())
    before = double(state(page, "epsilon"))
    page.get_by_role("button", name="roll again").click()
    after = double(state(page, "epsilon"))
    assert after.shape == before.shape == (20,)
    assert (after != before).all()
    assert after.unique().numel() == 20
    assert shows_new_digits(page)


def test_ten_thousand_rolls_are_those_of_a_normal_distribution(opened):
    page = opened(made.new_digits(prior=True))
    rolled = page.evaluate("""() => Array.from({length: 500}, () => {
        document.querySelector('button').click();
        return widget.model.get('epsilon');
    }).flat()""")
    numbers = double(rolled)
    assert numbers.mean().item() == pytest.approx(0, abs=0.05)  # five standard errors
    assert numbers.var().item() == pytest.approx(1, abs=0.07)


def test_the_prior_has_no_image_and_its_draws_are_epsilon_itself(opened):
    page = opened(made.new_digits(prior=True))
    found, z = pictures(page), double(state(page, "epsilon")).reshape(10, 2)
    assert len(found) == 10
    assert page.locator("input, .vae-shelf").count() == 0
    for i, pixels in enumerate(decode(z)):
        assert shows(found[f"new digit {i + 1}"], pixels)


def test_at_width_0_all_ten_are_the_decoded_mean(opened):
    page = opened(made.new_digits(picked=2))
    set_state(page, width=0)
    found = pictures(page)
    for i in range(10):
        assert shows(found[f"new digit {i + 1}"], decode(made.MEANS[2]))
