"""A real JupyterLab with a kernel: the widgets' way to Python and back. (tests/slow: the lessons.)

All of this folder that needs a JupyterLab is in this file, so that one is started for it.
"""

import json

import pytest
import torch

from tests.browser.driving import drag, greys, shows
from tests.slow.jupyterlab import ask, move_explorers, opened_in_lab, wait_for

CELLS = [
    "import torch\nfrom helpers.widgets import JumpAndSlide\nfrom tests import example_widgets as made",
    "pad = made.pad()\npad",
    "hand = made.handwriting()\nhand",
    "traversals = made.traversals()\ntraversals",
    "moves = JumpAndSlide()\nmoves",
    "sliders = made.attributes()\nsliders",
    "replay = made.replay((0, 1, 2))\nreplay",
    "made.explorer()",
]


@pytest.fixture(scope="module")
def page(lab, browser):
    """A notebook with one widget of each kind on display."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    with opened_in_lab(page, lab, "widgets.ipynb", CELLS):
        page.wait_for_selector(".vae-widget >> nth=5")
        yield page


def shows_numbers(page, label, code):
    """Whether a picture shows the pixels that `code` is in the kernel."""
    seen = greys(page.get_by_label(label, exact=True))
    return shows(seen, torch.tensor(json.loads(ask(page, f"print(({code}).tolist())"))))


def test_the_pad_goes_to_python_and_back(page):
    plane = page.get_by_label("latent space")
    plane.scroll_into_view_if_needed()
    box = plane.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    drag(page, [middle, (box["x"] + 0.75 * box["width"], middle[1])])
    wait_for(page, "print([round(v, 1) for v in pad.z], pad.picked)", "[2.0, 0.0] None")
    plane.press("Enter")
    wait_for(page, "print(pad.z, pad.picked)", "[2.0, 1.0] 1")
    page.get_by_role("button", name="draw ε again").click()
    wait_for(page, "print(pad.epsilon != [0.0, 0.0])", "True")
    ask(page, "pad.z = [-1.5, 2.5]; pad.picked = None")
    page.get_by_text("z = (-1.50, 2.50), decoded").wait_for()
    assert shows_numbers(page, "the picture decoded from z", "pad.decoded")


SLIDERS = {"μ": "moves.mu", "epoch": "replay.epoch"}


@pytest.mark.parametrize(("name", "code"), SLIDERS.items())
def test_a_slider_goes_to_python_and_back(page, name, code):
    slider = page.get_by_role("slider", name=name)
    for key, end in (("End", "max"), ("Home", "min")):
        slider.press(key)
        wait_for(page, f"print(float({code}))", str(float(slider.get_attribute(end))))
    ask(page, f"{code} = 2")
    page.wait_for_function("node => Number(node.value) === 2", arg=slider.element_handle())


def test_amounts_go_to_python_and_back(page):
    page.get_by_role("slider", name="slanted").press("End")
    page.get_by_role("slider", name="wider").press("Home")
    wait_for(page, "print(sliders)", "AttributeSliders(5 images; bolder=0.0, slanted=3.0, wider=-3.0)")
    page.get_by_role("button", name="reset").click()
    wait_for(page, "print(sliders)", "AttributeSliders(5 images; bolder=0.0, slanted=0.0, wider=0.0)")
    ask(page, 'sliders.amounts = {"bolder": 2}')
    bolder = page.get_by_role("slider", name="bolder").element_handle()
    page.wait_for_function("node => node.getAttribute('aria-valuetext') === '2.00'", arg=bolder)
    assert shows_numbers(page, "image 5, moved", "sliders.decoded[4]")


def test_an_epoch_is_shown_as_soon_as_it_is_recorded(page):
    ask(page, "replay.record(made.model_after(3), made.history_after(3))")
    page.get_by_text("epoch 3: held-out −ELBO 207.0 nats per image").wait_for()
    page.wait_for_timeout(400)
    assert shows_numbers(page, "the manifold at epoch 3", "replay._frames[-1].sheet.flatten() / 255")


def test_an_explorer_follows_each_of_its_controls(page):
    assert move_explorers(page) == 1


def test_z_and_the_picked_image_go_to_python_and_back(page):
    page.get_by_role("slider", name="z4").press("End")
    wait_for(page, "print(traversals.z[3])", "3.5")
    page.get_by_role("button", name="take this 8").click()
    wait_for(page, "print(traversals.picked, traversals.z == made.CODES[3].tolist())", "3 True")
    ask(page, "traversals.picked = 1")
    page.wait_for_function(
        "node => node.ariaPressed === 'true'", arg=page.get_by_label("take this 6").element_handle()
    )
    page.wait_for_timeout(200)
    assert shows_numbers(page, "decoded from z", "traversals.decoded")
    assert shows_numbers(page, "z4 set to 2", "traversals.row(4)[5]")


def test_a_drawing_goes_to_python_and_back(page):
    sheet = page.get_by_label("sheet to draw a digit on")
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    points = [
        (box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in ((0.3, 0.3), (0.7, 0.6))
    ]
    drag(page, points)
    wait_for(page, "print(hand.digit is not None and hand.digit.sum() > 20)", "tensor(True)")
    page.get_by_label("it is a 7").click()
    wait_for(
        page,
        "print(hand.label, (hand.posterior[0] - torch.tensor(hand.z)).abs().max() < 1e-5)",
        "7 tensor(True)",
    )
    assert shows_numbers(page, "a 9 in this hand", "hand.decoded[9]")
    ask(page, "hand.image = b''")
    page.get_by_text("Draw a digit.", exact=True).wait_for()
