"""All widgets on pages without a kernel: what keys and Python do to each. (tests/slow/widgets: the rest.)"""

import pytest

from tests.browser.driving import painted, set_state, state
from tests.browser.shown import SHOWS
from tests.example_widgets import ALL_WIDGETS, CODES

UP, LEFT = 6 / (138 * 1.5**0.5), 6 / (138 * 0.5**0.5)  # a step of 6 pixels, in probabilities

KEYS = {  # a control, the keys pressed there, the traits afterwards; at last traits that Python sets
    "LatentPad": [
        ("latent space", "ArrowRight ArrowRight ArrowUp", {"z": [0.7, -0.9]}),
        ("latent space", "Shift+ArrowDown Shift+ArrowLeft", {"z": [0.69, -0.91]}),
        ("latent space", "Enter", {"z": [0, -2.5], "picked": 2}),
        ("latent space", "Escape Home", {"z": [0, 0], "picked": None}),
        ("z₁", "End", {"z": [4, 0]}),
        ("z₂", "ArrowLeft", {"z": [4, -0.01]}),
        {"z": [-1.5, 2.5]},
    ],
    "NewDigits": [
        ("width", "End", {"width": 3, "picked": 0}),
        ("width", "Home ArrowRight", {"width": 0.1}),
        ("take this 7", "Enter", {"width": 0.1, "picked": 1}),
        ("roll again", "Space", {"width": 0.1, "picked": 1}),
        {"width": 1.23, "picked": 2},
    ],
    "Traversals": [
        ("z2", "End", {"z": [None, 3.5, None, None]}),
        ("z2", "Home ArrowRight", {"z": [None, -3.45, None, None]}),
        ("take this 8", "Enter", {"picked": 3, "z": CODES[3].tolist()}),
        ("z4", "End", {"z": [None, None, None, 3.5]}),
        ("back to the image", "Space", {"picked": 3, "z": CODES[3].tolist()}),
        {"picked": 1, "z": [1.37, -0.2, 4.1, 0.0]},  # between two steps of a slider, and beyond its end
    ],
    "Handwriting": [
        ("take this 2", "Enter", {"label": 2}),
        ("it is a 7", "Enter", {"label": 7}),
        ("z2", "End", {"z": [None, 3.5, None]}),
        ("Clear", "Space", {"label": 0, "z": []}),
        {"label": 4},
    ],
    "AttributeSliders": [
        ("bolder", "End", {"amounts": {"bolder": 3, "slanted": 0, "wider": 0}}),
        ("slanted", "ArrowLeft", {"amounts": {"bolder": 3, "slanted": -0.06, "wider": 0}}),
        ("wider", "Home", {"amounts": {"bolder": 3, "slanted": -0.06, "wider": -3}}),
        ("reset", "Enter", {"amounts": {"bolder": 0, "slanted": 0, "wider": 0}}),
        {"amounts": {"bolder": 0.48, "slanted": 0.0, "wider": 1.5}},
    ],
    "Tokens": [
        ("patch 0", "ArrowRight", {"patch": 1, "tokens": [0, 1, 2, 3]}),
        ("patch 1", "ArrowDown", {"patch": 3}),
        ("patch 3", "ArrowRight", {"patch": 3}),
        ("patch 3", "Home", {"patch": 0}),
        ("patch 0", "ArrowDown", {"patch": 2}),
        ("codebook entry 2", "ArrowRight", {"patch": 2, "tokens": [0, 1, 3, 3]}),
        ("codebook entry 3", "End", {"tokens": [0, 1, 4, 3]}),
        ("take this 7", "Enter", {"picked": 1, "patch": 2, "tokens": [4, 4, 0, 1]}),
        ("codebook entry 0", "ArrowLeft ArrowRight", {"tokens": [4, 4, 1, 1]}),
        ("back to the image", "Space", {"picked": 1, "tokens": [4, 4, 0, 1]}),
        {"picked": 2, "patch": 3, "tokens": [2, 2, 0, 0]},
    ],
    "JumpAndSlide": [
        ("μ", "ArrowRight", {"mu": 2.1}),
        ("σ", "Home ArrowRight", {"mu": 2.1, "sigma": 0.15}),
        {"mu": 4.5, "sigma": 1.2},
    ],
    "Race": [
        ("draws", "ArrowRight ArrowRight", {"draws": 3}),
        ("baseline", "Space", {"draws": 3, "baseline": True}),
        ("step", "Enter", {"cost": "step", "draws": 3}),
        {
            "cost": "parabola",
            "draws": 50,
            "baseline": False,
            "mus": [[-1.0, -1.0], [0.4, 7.3]],
        },  # beyond the paper
    ],
    "TrainingReplay": [
        ("epoch", "Home", {"epoch": 0}),
        ("epoch", "ArrowRight ArrowRight", {"epoch": 2}),
        {"epoch": 1},
    ],
    "Stream": [
        ("t", "Home ArrowRight", {"frame": 1}),
        ("t", "End", {"frame": 10, "picked": 0}),
        {"picked": 2, "frame": 4},
    ],
    "Backprop": [
        ("The graph of", "ArrowRight", {"run": 0, "step": 1}),
        ("The graph of", "End ArrowLeft", {"step": 3}),
        ("2 * mu", "ArrowDown", {"run": 1, "step": 0}),
        {"run": 2, "step": 1},
    ],
    "PolicyTriangle": [
        ("RLOO", "ArrowUp", {"policy": [0.2 + UP / 2, 0.3 + UP / 2, 0.5 - UP]}),
        ("GRPO", "ArrowDown ArrowLeft", {"policy": [0.2 + LEFT / 2, 0.3 - LEFT / 2, 0.5]}),
        ("draws, n", "End ArrowLeft", {"n": 15, "bonus": 0}),
        ("points for all", "ArrowRight", {"n": 15, "bonus": 0.25}),
        ("new draws", "Enter", {"n": 15, "bonus": 0.25}),
        {"policy": [0.7, 0.1, 0.2], "n": 3, "bonus": 1.5},
    ],
}


def matches(found, value):
    """None stands for any number of a list."""
    if isinstance(value, list):
        value = [one if one is not None else found[i] for i, one in enumerate(value)]
    return found == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize("name", KEYS)
def test_each_key_moves_what_it_names_and_so_does_python(opened, name):
    page = opened(ALL_WIDGETS[name]())
    assert SHOWS[name](page)
    *presses, set_by_python = KEYS[name]
    for control, keys, traits in presses:
        found = [
            page.get_by_role(role, name=control)
            for role in ("slider", "radio", "checkbox", "application", "button")
        ]
        place = next(one for one in found if one.count())
        for key in keys.split():
            place.press(key)
        for trait, value in traits.items():
            assert matches(state(page, trait), value), (control, keys)
        painted(page)
        assert SHOWS[name](page), (control, keys)
    set_state(page, **set_by_python)
    painted(page)
    assert SHOWS[name](page)
