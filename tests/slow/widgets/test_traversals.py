"""Traversals: one row for each dimension, the image's own place, and z."""

import torch

from tests import example_widgets as made
from tests.browser.driving import painted, pictures, shows, state
from tests.example_widgets import CODES, decode

KNOB = """input => {
    const box = input.getBoundingClientRect(), rail = input.parentNode.getBoundingClientRect();
    return [box.left - rail.left, box.right - rail.right];
}"""


def test_rows_stand_in_the_order_of_their_kl_and_say_it(opened):
    page = opened(made.traversals())
    rows = [" ".join(text.split()) for text in page.locator(".vae-name").all_inner_texts()]
    assert rows == ["z2 2.31 nats", "z4 1.00 nats", "z1 0.50 nats", "z3 0.00 nats"]


def test_a_knob_at_an_end_stands_at_the_end_of_its_rail(opened):
    page = opened(made.traversals())
    left, right = page.get_by_role("slider", name="z1").evaluate(KNOB)
    assert (round(left), round(right)) == (-7, 7)  # half of a knob of 14 pixels


def test_the_picture_follows_at_once_and_the_rows_when_the_knob_rests(opened):
    page = opened(made.traversals())
    before = pictures(page)
    page.get_by_role("slider", name="z3").press("End")
    painted(page)
    z = CODES[0].clone()
    z[2] = 3.5
    assert state(page, "z")[2] == 3.5
    assert shows(pictures(page)["decoded from z"], decode(z))
    page.wait_for_timeout(150)
    after = pictures(page)
    assert all(torch.equal(before[f"z3 set to {v}"], after[f"z3 set to {v}"]) for v in range(-3, 4))
    assert not torch.equal(before["z1 set to 0"], after["z1 set to 0"])
