"""Traversals: rows with their names and bars."""

import pytest
import torch

from tests import example_widgets as made


def test_rows_of_traversals_have_names_and_bars(opened):
    page = opened(made.traversals())
    rows = [" ".join(text.split()) for text in page.get_by_role("group").all_inner_texts()]
    assert rows == ["z2 · 2.31 nats", "z4 · 1.00 nats", "z1 · 0.50 nats", "z3 · 0.00 nats"]
    bars = page.locator(".vae-bar").evaluate_all("nodes => nodes.map(node => parseFloat(node.style.width))")
    assert bars == pytest.approx([100, 100 / 2.31, 50 / 2.31, 0], abs=0.01)


def test_more_than_ten_rows_scroll_in_a_labelled_region(opened):
    page = opened(made.traversals(made.normal(3, 12), torch.arange(12.0)))
    region = page.get_by_role("region", name="Pictures of 12 latent dimensions")
    assert region.bounding_box()["height"] == 420
    assert region.evaluate("node => node.scrollHeight > node.clientHeight && node.tabIndex === 0")
    assert opened(made.traversals()).get_by_role("region").count() == 0
