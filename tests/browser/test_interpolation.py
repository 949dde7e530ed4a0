"""Interpolation: both walks and what is said of them."""

import pytest

from tests import example_widgets as made
from tests.browser.shown import shows_walks


@pytest.mark.parametrize("latent", [2, 20, 100])
def test_walks_and_shares_are_those_of_torch_in_any_dimension(opened, latent):
    codes = made.normal(5, latent)
    page = opened(made.interpolation(codes))
    assert shows_walks(page, codes)


@pytest.mark.parametrize(
    ("codes", "framed", "said"),
    [
        ([[2.0, 0.0], [-2.0, 0.1]], [4], "Half way, the straight line is nearer to the centre than "),
        ([[0.5, 0.0], [3.0, 0.5]], [8, 17], "both paths are farther from the centre than 99.0 %"),
        ([[0.5, 0.0], [9.0, 0.5]], [8, 17], "farther from the centre than at least 99.9 % of all prior"),
        ([[0.1, 0.0], [1.0, 0.5]], [0, 9], "both paths are nearer to the centre than 99.5 %"),
    ],
)
def test_the_status_line_names_the_most_unlikely_step(opened, codes, framed, said):
    page = opened(made.interpolation(codes))
    assert said in page.locator("[aria-live=polite]").inner_text()
    classes = page.locator(".vae-step").evaluate_all("nodes => nodes.map(node => node.className)")
    assert [i for i, names in enumerate(classes) if "vae-framed" in names] == framed
