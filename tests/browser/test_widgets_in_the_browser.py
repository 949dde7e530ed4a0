"""The widgets that run in the browser: by mouse, keyboard and touch; without a kernel; accessibility."""

import json
import re
import shutil
import subprocess
import sys
import tarfile
import time

import nbformat
import pytest
import torch
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
from torch import nn

from helpers.widgets import DigitCanvas, Interpolation, LatentPad, Traversals
from tests.browser.jupyterlab import PICTURES, ask, opened_in_lab, outputs, write_notebook
from tests.pages import needed_module, needs

MAKE_PADS = """
import torch
from torch import nn
from helpers.widgets import LatentPad
torch.manual_seed(0)
decoder = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 784), nn.Sigmoid())
with torch.no_grad():
    decoder[2].weight *= 8
means = torch.tensor([[-2.0, 0.0], [2.0, 1.0], [0.0, -2.5]])
pad = LatentPad(decoder, means=means, sigmas=torch.full((3, 2), 0.4), labels=torch.tensor([3, 7, 1]),
                images=torch.rand(3, 784).round())
other = LatentPad(decoder, z=(1.0, 1.0))
"""
BLACKNESS = """canvas => {
    const {width, height} = canvas;
    const pixels = canvas.getContext('2d').getImageData(0, 0, width, height).data;
    return Array.from({length: width * height}, (_, i) => 255 - pixels[4 * i]);
}"""


def pads_here():
    space = {}
    exec(MAKE_PADS, space)
    return space["pad"], space["other"]


@pytest.fixture
def page(lab, browser):
    """A notebook in JupyterLab with two pads on display."""
    page = browser.new_page(viewport={"width": 1280, "height": 1000}, has_touch=True)
    page.sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: page.sent.append(frame)))
    with opened_in_lab(page, lab, "pads.ipynb", [MAKE_PADS + "pad", "other"]):
        page.wait_for_selector(".vae-widget >> nth=1")
        yield page


def plane(page, index=0):
    return page.locator("canvas[role=application]").nth(index)


def decoded(page, index=0):
    return page.locator(".vae-widget").nth(index).locator("canvas[role=img]").first


def at(page, z, index=0):
    """Where on the page the point z of a pad is."""
    box = plane(page, index).bounding_box()
    return (box["x"] + (z[0] / 4 + 1) * box["width"] / 2, box["y"] + (1 - z[1] / 4) * box["height"] / 2)


def wait_for(page, code, expected):
    """Waits until the kernel prints `expected`, and fails with what it prints otherwise."""
    for _ in range(50):
        found = ask(page, code)
        if found == expected:
            return
        page.wait_for_timeout(100)
    assert found == expected


def assert_decoded_as_torch_does(page):
    shown = decoded(page).evaluate(BLACKNESS)
    exact = json.loads(ask(page, "print((255 * pad.decoded).tolist())"))
    assert max(abs(a - b) for a, b in zip(shown, exact, strict=True)) <= 1.0
    assert max(shown) - min(shown) > 50  # there is a picture


def test_drag_with_the_mouse(page):
    page.mouse.move(*at(page, (0.0, 0.0)))
    page.mouse.down()
    page.mouse.move(*at(page, (1.0, 1.0)), steps=5)
    page.mouse.move(*at(page, (2.0, -1.0)), steps=5)
    page.mouse.up()
    wait_for(page, "print([round(v) for v in pad.z], other.z)", "[2, -1] [1.0, 1.0]")
    assert_decoded_as_torch_does(page)


def test_keys(page):
    plane(page).focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "Shift+ArrowDown"):
        plane(page).press(key)
    wait_for(page, "print([round(v, 2) for v in pad.z])", "[0.2, 0.09]")
    assert_decoded_as_torch_does(page)
    plane(page).press("Enter")  # the nearest mean is the second one, 2.0 away; the first is 2.2 away
    wait_for(page, "print(pad.picked, pad.z)", "1 [2.0, 1.0]")
    plane(page).press("Escape")
    plane(page).press("Home")
    wait_for(page, "print(pad.picked, [float(v) for v in pad.z])", "None [0.0, 0.0]")
    assert page.evaluate("() => window.jupyterapp.shell.currentWidget.content.activeCellIndex") == 0


def test_other_buttons_and_a_lost_release_do_not_drag(page):
    page.mouse.click(*at(page, (1.0, 1.0)), button="right")
    page.keyboard.press("Escape")
    assert ask(page, "print(pad.z)") == "[0.0, 0.0]"
    page.mouse.move(*at(page, (0.5, 0.5)))
    page.mouse.down()
    plane(page).evaluate("""node => node.dispatchEvent(new PointerEvent('pointermove',
        {pointerId: 1, buttons: 0, clientX: 500, clientY: 500, bubbles: true}))""")
    page.mouse.move(*at(page, (2.0, 2.0)))
    page.mouse.up()
    wait_for(page, "print([round(v, 1) for v in pad.z])", "[0.5, 0.5]")


def test_touch(page):
    session = page.context.new_cdp_session(page)
    points = [at(page, z) for z in ((0.0, 0.0), (-0.5, 0.5), (-1.0, 1.0), (-1.0, 2.0))]
    for kind, (x, y) in zip(("touchStart", "touchMove", "touchMove", "touchMove"), points, strict=True):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    (x, y), (x2, y2) = points[-1], at(page, (3.0, -3.0))  # a second finger is not listened to
    both = [{"x": x, "y": y, "id": 0}, {"x": x2, "y": y2, "id": 1}]
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": both})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    wait_for(page, "print([round(v) for v in pad.z])", "[-1, 2]")
    assert_decoded_as_torch_does(page)


def test_sliders_move_what_they_name(page):
    for index, expected in ((0, "[0.05, 0.0]"), (1, "[0.05, 0.05]")):
        slider = page.locator(".vae-widget").first.locator("input[type=range]").nth(index)
        slider.focus()
        for _ in range(5):
            slider.press("ArrowRight")
        wait_for(page, "print([round(float(v), 2) for v in pad.z])", expected)
    assert_decoded_as_torch_does(page)


def test_a_click_picks_an_image_and_the_button_draws_epsilon_again(page):
    widget = page.locator(".vae-widget").first
    page.mouse.click(*at(page, (2.0, 1.0)))
    wait_for(page, "print(pad.picked, pad.z)", "1 [2.0, 1.0]")
    pictures = widget.locator("canvas[role=img]")
    image = json.loads(ask(page, "print([round(255 * v) for v in torch.frombuffer(bytearray(pad._images), "
                                 "dtype=torch.uint8)[784:1568].div(255).tolist()])"))
    assert pictures.nth(1).evaluate(BLACKNESS) == image
    before = plane(page).evaluate("node => node.toDataURL()")
    widget.get_by_role("button").click()
    wait_for(page, "print(pad.epsilon != [0.0, 0.0])", "True")
    exact = json.loads(ask(page, "z = means[1] + 0.4 * torch.tensor(pad.epsilon)\n"
                                 "with torch.no_grad(): print((255 * decoder(z)).tolist())"))
    shown = pictures.nth(2).evaluate(BLACKNESS)
    assert max(abs(a - b) for a, b in zip(shown, exact, strict=True)) <= 1.0
    assert plane(page).evaluate("node => node.toDataURL()") != before


def test_python_moves_the_ring(page):
    before = decoded(page).evaluate(BLACKNESS)
    ask(page, "pad.z = [-1.5, 2.5]; pad.drawn = [1.0, 1.0, 0.3, 0.2]")
    page.wait_for_function("document.querySelector('.vae-status').textContent.includes('-1.50, 2.50')")
    assert decoded(page).evaluate(BLACKNESS) != before
    assert_decoded_as_torch_does(page)


def run_cell(page, index):
    page.evaluate("""index => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = index;
        return window.jupyterapp.commands.execute('notebook:run-cell'); }""", index)


def test_re_running_and_closing_leave_nothing(page):
    assert page.locator(".vae-widget").count() == 2
    page.evaluate("() => document.querySelectorAll('.vae-widget').forEach(node => node.dataset.old = 'yes')")
    for index in (0, 1):
        run_cell(page, index)
        page.wait_for_function("most => document.querySelectorAll('[data-old]').length <= most",
                               arg=1 - index)
    page.wait_for_function("() => document.querySelectorAll('.vae-widget').length === 2")
    ask(page, "other.close()")
    page.wait_for_function("() => document.querySelectorAll('.vae-widget').length === 1")


def test_a_busy_kernel_is_not_flooded(page):
    page.mouse.move(*at(page, (0.0, 0.0)))
    page.mouse.down()
    page.evaluate("""() => { window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel
        .requestExecute({code: 'import time; time.sleep(10)'}); }""")
    page.wait_for_timeout(300)
    page.sent.clear()
    corner, start = at(page, (0.0, -1.0)), time.monotonic()
    for step in range(100):
        page.mouse.move(corner[0] + step, corner[1])
    assert time.monotonic() - start < 9  # the kernel has been busy all the time
    sent = sum(b"comm_msg" in (frame if isinstance(frame, bytes) else frame.encode()) for frame in page.sent)
    assert 1 <= sent <= 2, f"{sent} messages went to a kernel that answered none"
    page.mouse.up()
    goal = f"{99 / plane(page).bounding_box()['width'] * 8:.1f} -1"
    wait_for(page, "print(f'{pad.z[0]:.1f} {pad.z[1]:.0f}')", goal)  # the last one does arrive


MAKE_OTHERS = MAKE_PADS + """
from helpers.widgets import DigitCanvas, Interpolation, Traversals
torch.manual_seed(1)
deep = nn.Sequential(nn.Linear(12, 9), nn.Tanh(), nn.Linear(9, 784), nn.Sigmoid())
codes, images = torch.randn(5, 12), torch.rand(5, 784).round()
traversals = Traversals(deep, codes, torch.rand(12), images=images)
walk = Interpolation(deep, codes, images)
encode = lambda x: (x[:, 300:302] + x.mean(), torch.zeros(1, 2))
canvas = DigitCanvas(encode, images=images, pad=pad)
"""


@pytest.fixture
def others(lab, browser):
    """A notebook in JupyterLab with the other widgets on display."""
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    with opened_in_lab(page, lab, "others.ipynb", [MAKE_OTHERS + "traversals", "walk", "canvas", "pad"]):
        page.wait_for_selector(".vae-widget >> nth=3")
        yield page


def test_the_sliders_of_the_others_reach_python(others):
    for widget, slider, code, expected in ((0, "value", "round(traversals.value, 2)", "0.15"),
                                           (0, "image", "traversals.start", "3"),
                                           (1, "first", "walk.first", "3"),
                                           (1, "second", "walk.second", "4")):
        input_ = others.locator(".vae-widget").nth(widget).get_by_role("slider", name=slider)
        input_.focus()
        for _ in range(3):
            input_.press("ArrowRight")
        wait_for(others, f"print({code})", expected)
    before = others.locator(".vae-widget").first.evaluate(PICTURES)
    ask(others, "traversals.value = -2.0")
    others.wait_for_function("([node, before]) => (" + PICTURES + ")(node) !== before",
                             arg=[others.locator(".vae-widget").first.element_handle(), before])


def test_a_drawing_is_encoded_and_the_pad_goes_there(others):
    sheet = others.locator(".vae-widget").nth(2).locator("canvas").first
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    others.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.3 * box["height"])
    others.mouse.down()
    others.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.6 * box["height"], steps=8)
    others.mouse.up()
    wait_for(others, "print(canvas.digit is not None and canvas.digit.sum() > 20)", "tensor(True)")
    wait_for(others, "print(pad.z == canvas.mu != [0.0, 0.0])", "True")
    wait_for(others, "print(pad.drawn == canvas.mu + [1.0, 1.0])", "True")
    status = others.locator(".vae-widget").nth(3).locator(".vae-status")
    z = json.loads(ask(others, "print(pad.z)"))
    others.wait_for_function("([node, words]) => node.textContent.includes(words)",
                             arg=[status.element_handle(), f"({z[0]:.2f}, {z[1]:.2f})"])


# -- without a kernel --------------------------------------------------------------------------


def test_the_file_decodes_from_disk(opened):
    pad, _ = pads_here()
    page = opened(pad)
    plane(page).focus()
    for _ in range(7):
        plane(page).press("ArrowLeft")
    pad.z = [-0.7, 0.0]
    shown = decoded(page).evaluate(BLACKNESS)
    exact = (255 * pad.decoded).tolist()
    assert max(abs(a - b) for a, b in zip(shown, exact, strict=True)) <= 1.0


def test_each_digit_stands_at_its_mean(opened):
    means = torch.tensor([[-2.0, 0.0], [2.0, 1.0], [0.0, -2.5]])
    decoder = nn.Sequential(nn.Linear(2, 16), nn.Sigmoid())
    page = opened(LatentPad(decoder, means=means, labels=torch.tensor([3, 7, 1]), prior=False))
    shown = torch.tensor(page.locator("canvas").first.evaluate(BLACKNESS)).view(800, 800)
    for z1, z2 in means.tolist():
        row, column = round((1 - z2 / 4) * 400), round((z1 / 4 + 1) * 400)
        assert shown[row - 12 : row + 12, column - 12 : column + 12].max() > 30


@pytest.mark.parametrize("layers", [
    [nn.Linear(2, 30), nn.ReLU(), nn.Linear(30, 16), nn.Sigmoid()],
    [nn.Linear(2, 7), nn.Softplus(), nn.Sequential(nn.Linear(7, 9, bias=False), nn.Tanh()), nn.Linear(9, 16),
     nn.Sigmoid()],
    [nn.Linear(2, 400), nn.ReLU(), nn.Linear(400, 784), nn.Sigmoid()],
], ids=["relu", "softplus and tanh", "2-400-784"])
def test_every_layer_is_computed_as_torch_does(opened, layers):
    torch.manual_seed(1)
    network = nn.Sequential(*layers)
    with torch.no_grad():
        for weights in network.parameters():
            weights.copy_(2 * torch.randn_like(weights) / weights.shape[-1] ** 0.5)
        network[0].weight.mul_(8)  # softplus beyond its threshold of 20 too
    pad = LatentPad(network, z=(1.5, -2.0))
    page = opened(pad)
    shown, exact = decoded(page).evaluate(BLACKNESS), (255 * pad.decoded).tolist()
    assert max(abs(a - b) for a, b in zip(shown, exact, strict=True)) <= 1.0
    assert max(exact) - min(exact) > 50


def test_cleaning_up_removes_every_listener(opened, tmp_path):
    pad, _ = pads_here()
    path = pad.to_html(tmp_path / "pad.html")
    call = 'render({ model, el: document.getElementById("widget") });'
    text = path.read_text(encoding="utf-8")
    assert text.count(call) == 1
    watched = f"Object.assign(window, {{listeners, model}}); window.stop = {call}"
    path.write_text(text.replace(call, watched), encoding="utf-8")
    page = opened(path)
    count = "() => Object.values(window.listeners).reduce((sum, calls) => sum + calls.size, 0)"
    assert page.evaluate(count) == 4
    kept = [plane(page).element_handle(), page.locator(".vae-status").element_handle()]
    plane(page).press("ArrowUp")  # a sentence for screen readers is on its way
    page.evaluate("() => window.stop()")
    assert page.evaluate(count) == 0
    assert page.locator(".vae-widget").count() == 0
    assert page.evaluate("""async ([node, status]) => {
        const [z, words] = [String(model.get('z')), status.textContent];
        node.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowLeft', bubbles: true}));
        await new Promise(done => setTimeout(done, 500));
        return String(model.get('z')) === z && status.textContent === words;
    }""".replace("model", "window.model"), kept)


def every_widget():
    pad, _ = pads_here()
    pad.picked = 1
    decoder = nn.Sequential(nn.Linear(12, 9), nn.Tanh(), nn.Linear(9, 784), nn.Sigmoid())
    codes, images, labels = torch.randn(5, 12), torch.rand(5, 784).round(), torch.arange(5)
    return {"LatentPad": pad, "Traversals": Traversals(decoder, codes, torch.rand(12), images=images),
            "Interpolation": Interpolation(decoder, codes, images, labels),
            "DigitCanvas": DigitCanvas(lambda x: (x[:, :2], x[:, 2:4]), images=images, labels=labels)}


@pytest.mark.parametrize("width", [320, 900])
@pytest.mark.parametrize("name", ["LatentPad", "Traversals", "Interpolation", "DigitCanvas"])
def test_nothing_sticks_out_on_a_narrow_page(opened, name, width):
    page = opened(every_widget()[name], viewport={"width": width, "height": 900})
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["LatentPad", "Traversals", "Interpolation", "DigitCanvas"])
def test_axe_finds_no_serious_violation(opened, name, theme):
    axe = needed_module("axe_playwright_python.sync_playwright")
    page = opened(every_widget()[name])
    if theme == "dark":
        page.evaluate("""() => { document.body.style.background = '#111';
            document.documentElement.style.setProperty('--jp-ui-font-color0', 'rgba(255, 255, 255, 1)'); }""")
    found = axe.Axe().run(page, context=".vae-widget").response
    assert len(found["passes"]) > 5
    serious = [v for v in found["violations"] if v["impact"] in ("serious", "critical")]
    assert serious == []


def npm_file(folder, package, inside):
    """A file of a package of the npm registry."""
    needs(shutil.which("npm"), "no npm: apt-get install npm")
    packed = subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True, capture_output=True,
                            text=True).stdout.split()[-1]
    with tarfile.open(folder / packed) as archive:
        return archive.extractfile(f"package/{inside}").read()


def test_an_exported_page_keeps_decoding(browser, tmp_path):
    """`jupyter nbconvert --to html` of a notebook with its widget state; its requests answered from npm."""
    notebook = new_notebook(cells=[new_code_cell(MAKE_PADS + "pad")])
    NotebookClient(notebook, timeout=120, kernel_name="python3", store_widget_state=True).execute()
    nbformat.write(notebook, tmp_path / "page.ipynb")
    subprocess.run([sys.executable, "-m", "nbconvert", "--to", "html", "page.ipynb"], cwd=tmp_path,
                   check=True, capture_output=True)
    answers = {
        "embed-amd.js": npm_file(tmp_path, "@jupyter-widgets/html-manager@1", "dist/embed-amd.js"),
        "anywidget": npm_file(tmp_path, "anywidget@0.11", "dist/index.js"),
        "require": npm_file(tmp_path, "requirejs@2", "require.js"),
    }

    def answer(route):
        url = route.request.url
        content = next((body for part, body in answers.items() if part in url), None)
        if content is None:
            return route.abort()
        return route.fulfill(body=content, content_type="text/javascript",
                             headers={"Access-Control-Allow-Origin": "*"})

    page = browser.new_page(viewport={"width": 1000, "height": 900})
    page.route(re.compile("^https?://"), answer)
    page.goto((tmp_path / "page.html").as_uri())
    plane(page).wait_for(timeout=30_000)
    plane(page).focus()
    for _ in range(4):
        plane(page).press("ArrowUp")
    pad, _ = pads_here()
    pad.z = [0.0, 0.4]
    shown, exact = decoded(page).evaluate(BLACKNESS), (255 * pad.decoded).tolist()
    assert max(abs(a - b) for a, b in zip(shown, exact, strict=True)) <= 1.0
    page.close()


def test_notebook_7_shows_the_pad(lab, browser):
    """Notebook 7 is JupyterLab's front end around one notebook; here: the same pad, in its page."""
    needed_module("notebook")
    write_notebook(lab.folder / "one_pad.ipynb", [MAKE_PADS + "pad"])
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.goto(f"{lab.server}/notebooks/one_pad.ipynb?token={lab.token}")
    page.wait_for_selector(".jp-InputArea")
    page.wait_for_timeout(2000)
    page.keyboard.press("Escape")
    page.locator(".jp-InputArea-editor").first.click()
    page.keyboard.press("Shift+Enter")
    plane(page).wait_for(timeout=60_000)
    before = decoded(page).evaluate(BLACKNESS)
    page.mouse.click(*at(page, (1.5, 1.5)))
    assert decoded(page).evaluate(BLACKNESS) != before
    plane(page).press("Home")
    assert decoded(page).evaluate(BLACKNESS) == before
    page.close()


def test_no_output_of_the_pads_is_an_error(page):
    assert all(output["output_type"] != "error" for output in outputs(page))
