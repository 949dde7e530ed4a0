"""helpers.widgets.digit_canvas: what Python does with a drawing, and how the browser makes it a digit."""

import base64
import io
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
import traitlets

from helpers.data import load_digits
from helpers.vae import VAE
from helpers.widgets._base import EXPORT, script
from helpers.widgets.digit_canvas import DigitCanvas

DIGITS = load_digits()


class Stub:
    """An encoder of known answers that remembers what it was given."""

    def __init__(self, mu=(0.53, -1.20), sigma=(0.20, 0.31)):
        self.mu, self.logvar, self.given = torch.tensor([mu]), 2 * torch.tensor([sigma]).log(), []

    def __call__(self, x):
        self.given.append(x)
        return self.mu, self.logvar


def some_digits(count=10):
    return DIGITS.test[:count], DIGITS.test_labels[:count]


# -- Python ------------------------------------------------------------------------------------


def test_the_encoder_gets_the_drawing_and_its_answer_is_set():
    encode = Stub()
    canvas = DigitCanvas(encode)
    assert encode.given == []
    assert canvas.digit is None
    image = DIGITS.test[3]
    canvas.image = image.to(torch.uint8).numpy().tobytes()
    assert len(encode.given) == 1
    assert encode.given[0].dtype == torch.float32
    assert torch.equal(encode.given[0], image[None])
    assert torch.equal(canvas.digit, image[None])
    assert canvas.mu == pytest.approx([0.53, -1.20])
    assert canvas.sigma == pytest.approx([0.20, 0.31])


def test_mu_and_sigma_are_those_of_the_vae():
    torch.manual_seed(0)
    model = VAE(5, hidden=8)
    canvas = DigitCanvas(model.encode)
    canvas.draw(DIGITS.test[0])
    mu, logvar = model.encode(DIGITS.test[:1])
    assert canvas.mu == pytest.approx(mu[0].tolist(), abs=1e-6)
    assert canvas.sigma == pytest.approx(logvar.exp().sqrt()[0].tolist(), rel=1e-6)


def test_no_gradient_is_recorded():
    seen = []

    def encode(x):
        seen.append(torch.is_grad_enabled())
        return torch.zeros(1, 2), torch.zeros(1, 2)

    DigitCanvas(encode).draw(DIGITS.test[0])
    assert seen == [False]


def test_a_message_from_the_browser_arrives_as_octets():
    canvas = DigitCanvas(Stub())
    octets = DIGITS.test[1].to(torch.uint8).numpy().tobytes()
    canvas.set_state({"image": memoryview(octets)})
    assert canvas.image == octets
    assert len(canvas.mu) == 2
    canvas.set_state({"image": memoryview(b"")})
    assert (canvas.image, canvas.mu) == (b"", [])


def test_draw_takes_one_digit_of_either_shape_and_cuts_at_a_half():
    canvas = DigitCanvas(Stub())
    grey = torch.zeros(784)
    grey[5], grey[6], grey[7] = 0.5, 0.51, 1.0
    for image in (grey, grey[None]):
        canvas.clear()
        canvas.draw(image)
        assert canvas.digit.nonzero().tolist() == [[0, 6], [0, 7]]


def test_the_same_digit_again_asks_the_encoder_again():
    encode = Stub()
    canvas = DigitCanvas(encode)
    canvas.draw(DIGITS.test[0])
    answers = canvas._answers
    encode.mu = torch.tensor([[3.0, 4.0]])
    canvas.draw(DIGITS.test[0])
    assert canvas.mu == [3.0, 4.0]
    assert canvas._answers == answers + 1


def test_the_pad_follows_the_drawing():
    pad = SimpleNamespace(z=[9.0, 9.0], drawn=[])
    canvas = DigitCanvas(Stub(), pad=pad)
    assert (pad.z, pad.drawn) == ([9.0, 9.0], [])
    canvas.draw(DIGITS.test[0])
    assert pad.drawn == pytest.approx([0.53, -1.20, 0.20, 0.31])
    assert pad.z == pytest.approx([0.53, -1.20])
    canvas.image = b""
    assert pad.drawn == []
    assert (canvas.mu, canvas.sigma, canvas.message, canvas.digit) == ([], [], "", None)


def test_refusals():
    images, labels = some_digits()
    with pytest.raises(TypeError, match="encode"):
        DigitCanvas(None)
    with pytest.raises(TypeError, match="images"):
        DigitCanvas(Stub(), images=images.numpy())
    with pytest.raises(ValueError, match="images"):
        DigitCanvas(Stub(), images=images[:, :700])
    with pytest.raises(ValueError, match="images: pixels"):
        DigitCanvas(Stub(), images=2 * images)
    for count in (0, 21):
        with pytest.raises(ValueError, match=f"images: 1 to 20 digits are needed, not {count}"):
            DigitCanvas(Stub(), images=DIGITS.test[:count])
    for wrong in (labels[:9], labels[None]):
        with pytest.raises(ValueError, match="labels"):
            DigitCanvas(Stub(), images=images, labels=wrong)
    with pytest.raises(TypeError, match="labels"):
        DigitCanvas(Stub(), images=images, labels=labels.float())
    with pytest.raises(ValueError, match="labels: one for each of the 0 images"):
        DigitCanvas(Stub(), labels=labels)
    with pytest.raises(TypeError, match="pad"):
        DigitCanvas(Stub(), pad=SimpleNamespace(z=[0, 0]))
    with pytest.raises(ValueError, match="pad: a latent space of 2 dimensions is needed, not 3"):
        DigitCanvas(Stub((1.0, 2.0, 3.0), (1.0, 1.0, 1.0)), pad=SimpleNamespace(z=[0, 0], drawn=[]))


@pytest.mark.parametrize("image", [bytes(783), bytes(785), b"\x01", bytes(783) + b"\x02"])
def test_a_drawing_of_the_wrong_kind_is_refused_and_the_old_one_stays(image):
    canvas = DigitCanvas(Stub())
    canvas.draw(DIGITS.test[0])
    before = canvas.image
    with pytest.raises(traitlets.TraitError, match="784 octets"):
        canvas.image = image
    assert canvas.image == before


def test_draw_refuses():
    canvas = DigitCanvas(Stub())
    with pytest.raises(TypeError, match="image: a tensor"):
        canvas.draw([0] * 784)
    for wrong in (torch.zeros(783), torch.zeros(2, 784), torch.zeros(28, 28), torch.full((784,), 1.5),
                  torch.full((784,), torch.nan)):
        with pytest.raises(ValueError, match="image"):
            canvas.draw(wrong)
    assert canvas.image == b""


def test_an_error_in_the_encoder_is_shown_and_goes_when_it_is_mended():
    encode = Stub()
    pad = SimpleNamespace(z=[0.0, 0.0], drawn=[])
    canvas = DigitCanvas(lambda x: encode(x), pad=pad)
    canvas.draw(DIGITS.test[0])

    def broken(x):
        raise RuntimeError("the weights are gone")

    good, encode = encode, broken
    canvas.draw(DIGITS.test[1])
    assert canvas.message == "RuntimeError: the weights are gone"
    assert (canvas.mu, canvas.sigma) == ([], [])
    assert pad.drawn == []
    assert repr(canvas) == "DigitCanvas(drawn, not encoded)"
    encode = good
    canvas.draw(DIGITS.test[2])
    assert canvas.message == ""
    assert len(canvas.mu) == 2


def test_an_error_of_the_pad_is_shown():
    class Pad:
        z, drawn = (0.0, 0.0), property(lambda self: [], None)

    canvas = DigitCanvas(Stub(), pad=Pad())
    canvas.draw(DIGITS.test[0])
    assert canvas.message.startswith("AttributeError: ")
    assert canvas.mu == pytest.approx([0.53, -1.20])


@pytest.mark.parametrize("answer", [
    (torch.zeros(2), torch.zeros(2)), (torch.zeros(1, 2), torch.zeros(1, 3)),
    (torch.full((1, 2), torch.nan), torch.zeros(1, 2)), (torch.zeros(1, 2), torch.full((1, 2), 1e4)), None])
def test_what_is_no_answer_is_an_error(answer):
    canvas = DigitCanvas(lambda x: answer)
    canvas.draw(DIGITS.test[0])
    assert canvas.message.startswith(("ValueError: ", "TypeError: "))
    assert canvas.mu == []


def test_repr():
    canvas = DigitCanvas(Stub())
    assert repr(canvas) == "DigitCanvas(empty)"
    canvas.draw(DIGITS.test[0])
    assert repr(canvas) == "DigitCanvas(mu=(0.53, -1.20))"
    three = DigitCanvas(Stub((1.0, 2.0, -0.001), (1.0, 1.0, 1.0)))
    three.draw(DIGITS.test[0])
    assert repr(three) == "DigitCanvas(mu=(1.00, 2.00, 0.00))"
    four = DigitCanvas(Stub((1.0, 2.0, 3.0, 4.0), (1.0, 1.0, 1.0, 1.0)))
    four.draw(DIGITS.test[0])
    assert repr(four) == "DigitCanvas(mu=(1.00, 2.00, 3.00, …))"


def test_the_picture_without_a_kernel_shows_the_digit():
    canvas = DigitCanvas(Stub())
    empty = plt.imread(io.BytesIO(canvas.picture))
    canvas.draw(DIGITS.test[0])
    drawn = plt.imread(io.BytesIO(canvas.picture))
    assert drawn.shape == empty.shape
    assert (drawn[..., :3].max(-1) < 0.1).mean() > (empty[..., :3].max(-1) < 0.1).mean() + 0.04
    assert plt.get_fignums() == []
    bundle = canvas._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert data["text/plain"] == repr(canvas)
    assert base64.b64decode(data["image/png"]) == canvas.picture


# -- the browser -------------------------------------------------------------------------------


SEVEN = np.array([(0.0, 0.05), (0.35, 0.0), (0.7, 0.03), (0.55, 0.35), (0.4, 0.7), (0.33, 1.0)])
WAVE = np.stack([0.3 + 0.3 * np.sin(np.linspace(0, 7, 25)), np.linspace(0, 1, 25)], 1)


def sheet(page):
    return page.get_by_role("application").bounding_box()


def with_mouse(page, shape, left=70, top=40, size=200):
    box = sheet(page)
    points = [(box["x"] + left + size * x, box["y"] + top + size * y) for x, y in shape]
    page.mouse.move(*points[0])
    page.mouse.down()
    for x, y in points[1:]:
        page.mouse.move(x, y, steps=3)
    page.mouse.up()
    return small_digit(page)


def small_digit(page):
    """The digit that the page shows, (28, 28), 1 for ink."""
    values = page.evaluate("""() => {
      const canvas = document.querySelector('canvas[aria-label="the digit that the encoder reads"]');
      const {data} = canvas.getContext("2d").getImageData(0, 0, 28, 28);
      return Array.from({length: 784}, (_, i) => data[4 * i]);
    }""")
    assert set(values) <= {0, 255}
    return 1 - np.array(values).reshape(28, 28) // 255


def ink_on_sheet(page):
    return page.evaluate("""() => {
      const canvas = document.querySelector("[role=application]");
      const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      let count = 0;
      for (let i = 0; i < data.length; i += 4) count += data[i] < 20;
      return count;
    }""")


def check_like_mnist(digit):
    rows, columns = np.nonzero(digit)
    centre = np.array([rows.mean(), columns.mean()])
    assert np.abs(centre - 13.95).max() <= 0.6, centre  # half a pixel, and what the threshold adds
    assert 19 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 21


def test_mnist_has_its_centre_of_mass_at_pixel_14():
    """What CENTRE in digit_canvas.js says: not 13.5, the middle of 28 pixels."""
    images = load_digits(grey=True).test.reshape(-1, 28, 28)
    at = torch.arange(28.0)
    total = images.sum((1, 2))
    down, across = (images.sum(2) @ at) / total, (images.sum(1) @ at) / total
    for centre in (down, across):
        assert centre.mean().item() == pytest.approx(14, abs=0.05)
        assert (centre - 14).abs().quantile(0.99) < 0.53  # MNIST moved its digits by whole pixels


@pytest.mark.parametrize("shape", [SEVEN, WAVE, SEVEN[:, ::-1]], ids=["seven", "wave", "flat"])
def test_a_stroke_of_the_mouse_becomes_a_digit(opened, shape):
    page = opened(DigitCanvas(Stub()))
    assert page.get_by_text("Draw a digit", exact=True).is_visible()
    assert small_digit(page).sum() == 0
    digit = with_mouse(page, shape)
    assert digit.sum() > 40
    check_like_mnist(digit)
    assert ink_on_sheet(page) > 3000


def test_a_finger_draws_and_does_not_scroll(opened):
    page = opened(DigitCanvas(Stub()), has_touch=True, viewport={"width": 360, "height": 300})
    page.evaluate("document.body.style.height = '3000px'")
    touch = page.context.new_cdp_session(page)
    box = sheet(page)

    def send(kind, *points):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [
            {"x": box["x"] + 70 + 200 * x, "y": box["y"] + 40 + 200 * y} for x, y in points]})

    send("touchStart", WAVE[0])
    for point in WAVE[1:]:
        send("touchMove", point)
    send("touchEnd")
    digit = small_digit(page)
    assert digit.sum() > 40
    check_like_mnist(digit)
    assert page.evaluate("scrollY") == 0


def test_the_arrow_keys_draw(opened):
    page = opened(DigitCanvas(Stub()))
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowUp")
    assert small_digit(page).sum() == 0  # the pen is up
    page.keyboard.press(" ")
    for _ in range(10):
        page.keyboard.press("ArrowDown")
    digit = small_digit(page)
    rows, columns = np.nonzero(digit)
    assert np.ptp(rows) + 1 == 20
    assert np.ptp(columns) + 1 in (2, 3)  # the pen is 2.4 pixels of the digit, whatever its size
    page.keyboard.press(" ")
    page.keyboard.press("ArrowRight")
    assert (small_digit(page) == digit).all()


@pytest.mark.parametrize("shape", [SEVEN, WAVE], ids=["seven", "wave"])
def test_size_and_place_of_the_drawing_hardly_matter(opened, shape):
    page = opened(DigitCanvas(Stub()))
    clear = page.get_by_role("button", name="Clear")
    first = with_mouse(page, shape)
    for place in (dict(left=20, top=15), dict(left=100, top=60, size=110), dict(left=5, top=180, size=70)):
        clear.click()
        again = with_mouse(page, shape, **place)
        assert (first != again).sum() <= 0.15 * first.sum(), place


def test_the_digit_is_read_while_it_is_drawn(opened):
    page = opened(DigitCanvas(Stub()))
    box = sheet(page)
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    page.wait_for_timeout(200)
    page.mouse.move(box["x"] + 200, box["y"] + 60, steps=4)
    assert small_digit(page).sum() > 20
    page.mouse.up()


def test_clear_empties_it(opened):
    page = opened(DigitCanvas(Stub()))
    assert with_mouse(page, SEVEN).sum() > 0
    page.get_by_role("button", name="Clear").click()
    assert small_digit(page).sum() == 0
    assert ink_on_sheet(page) == 0
    assert page.locator(".vae-status").text_content() == "Draw a digit"


def test_a_digit_is_taken_by_keyboard(opened):
    images, labels = some_digits()
    page = opened(DigitCanvas(Stub(), images=images, labels=labels))
    assert page.get_by_role("group", name="Or take one of these").get_by_role("button").count() == 10
    wanted = f"take the {labels[2]}, digit 3 of 10"
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('aria-label')") == wanted:
            break
    page.keyboard.press("Enter")
    assert (small_digit(page) == images[2].numpy().reshape(28, 28)).all()
    assert ink_on_sheet(page) == 100 * images[2].sum()
    pressed = page.locator("button[aria-pressed=true]")
    assert pressed.count() == 1
    assert pressed.get_attribute("aria-label") == wanted


def test_a_page_without_a_kernel_keeps_what_was_drawn_and_says_so(opened):
    canvas = DigitCanvas(Stub())
    canvas.draw(DIGITS.test[4])
    page = opened(canvas)
    assert (small_digit(page) == DIGITS.test[4].numpy().reshape(28, 28)).all()
    status = page.locator(".vae-status")
    assert status.text_content() == "the encoder says mu = (0.53, -1.20), sigma = (0.20, 0.31)"
    page.get_by_role("button", name="Clear").click()
    with_mouse(page, WAVE)
    page.get_by_text("No answer from the encoder").wait_for(timeout=5000)


@pytest.mark.parametrize("width", [320, 360, 900])
def test_it_fits_its_page(opened, width):
    images, labels = some_digits(20)
    page = opened(DigitCanvas(Stub(), images=images, labels=labels),
                  viewport={"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = sheet(page)
    assert box["width"] == pytest.approx(box["height"], abs=0.5)
    assert 270 <= box["width"] <= 282


MODULE = script("digit_canvas").rstrip().removesuffix(EXPORT)
FAKE_MODEL = """
const state = {image: new DataView(new ArrayBuffer(0)), mu: [], sigma: [], message: "",
  _answers: 0, _labels: [], _examples: new DataView(new ArrayBuffer(784))};
const on = [], off = [], sent = [], listeners = new Map();
globalThis.model = {get: (name) => state[name], on: (...a) => { on.push(a); listeners.set(a[0], a[1]); },
  off: (...a) => { off.push(a); listeners.delete(a[0]); }, save_changes: () => sent.push(state.image),
  set: (name, value) => { state[name] = value; listeners.get("change:" + name)?.(); }};
const el = document.createElement("main");
document.body.append(el);
globalThis.seen = {on, off, sent, listeners, cleanup: render({model, el})};
"""


@pytest.fixture
def bare(opened):
    """A page with the widget on a model that counts, and the script's functions within reach."""
    page = opened(DigitCanvas(Stub()))
    page.evaluate("document.body.replaceChildren()")
    page.evaluate(f"() => {{ {MODULE}\n{FAKE_MODEL}\nglobalThis.asDigit = asDigit; }}")
    return page


def test_what_is_sent(bare):
    digit = with_mouse(bare, SEVEN)
    sent = bare.evaluate("seen.sent.map((view) => [view instanceof DataView, "
                         "Array.from(new Uint8Array(view.buffer))])")
    assert all(is_view for is_view, _ in sent)
    assert sent[-1][1] == digit.reshape(-1).tolist()
    bare.get_by_role("button", name="Clear").click()
    assert bare.evaluate("seen.sent.at(-1).byteLength") == 0


def test_the_status_line_says_the_answer(bare):
    with_mouse(bare, SEVEN)
    status = bare.locator(".vae-status")

    def answer(mu, sigma, message=""):
        bare.evaluate("""([mu, sigma, message]) => { model.set("mu", mu); model.set("sigma", sigma);
          model.set("message", message); model.set("_answers", 1); }""", [mu, sigma, message])
        return status.text_content()

    assert status.get_attribute("aria-live") == "polite"
    assert answer([0.53, -1.2], [0.2, 0.31]) == (
        "the encoder says mu = (0.53, -1.20), sigma = (0.20, 0.31)")
    assert answer([0, 0, 0, 0], [1, 1, 1, 1]) == "encoded"
    assert answer([], [], "RuntimeError: <b>gone</b>") == "RuntimeError: <b>gone</b>"


def test_a_digit_that_python_draws_is_shown(bare):
    image = DIGITS.test[7]
    bare.evaluate("(d) => model.set('image', new DataView(Uint8Array.from(d).buffer))", image.int().tolist())
    assert (small_digit(bare) == image.numpy().reshape(28, 28)).all()
    assert bare.evaluate("seen.sent.length") == 0  # what came from Python does not go back


def test_cleanup_removes_every_listener(bare):
    assert bare.evaluate("seen.on.length") >= 3
    bare.evaluate("seen.cleanup()")
    assert bare.evaluate("seen.listeners.size") == 0
    assert bare.evaluate("seen.on.every(([name, call]) => "
                         "seen.off.some((gone) => gone[0] === name && gone[1] === call))")
    assert with_mouse(bare, SEVEN).sum() == 0  # the sheet is dead
    assert bare.evaluate("seen.sent.length") == 0


def as_digit(page, ink, times=1):
    """asDigit on ink (side, side), each of whose pixels is made `times` x `times` large."""
    found = page.evaluate("""([ink, times]) => {
      const side = ink.length * times;
      const large = Float32Array.from({length: side * side}, (_, i) =>
        ink[Math.floor(i / side / times)][Math.floor((i % side) / times)]);
      return Array.from(asDigit(large, side));
    }""", [ink.tolist(), times])
    return np.array(found).reshape(28, 28)


def test_as_digit_gives_mnists_own_digits_back(bare):
    shares = []
    for image in DIGITS.test[:20].int().numpy().reshape(-1, 28, 28):
        shares.append((as_digit(bare, image, times=10) == image).mean())
    print(f"pixels equal to the original: {np.mean(shares):.4f} on average, {np.min(shares):.4f} at least")
    assert np.mean(shares) >= 0.97


def test_as_digit_on_shapes_of_known_answer(bare):
    assert as_digit(bare, np.zeros((28, 28)), times=10).sum() == 0
    expected = np.zeros((28, 28))
    expected[4:24, 12:16] = 1
    bar = np.zeros((28, 28))
    for bar[2:22, 20:24] in (1, 0.6):  # a grey pen draws the same
        assert (as_digit(bare, bar, times=10) == expected).all()
    small = np.zeros((90, 90))
    small[50:60, 11:13] = 1  # the same bar, half as large
    assert (as_digit(bare, small) == expected).all()
    wide = np.zeros((90, 90))
    wide[30:38, 0:40] = 1
    assert (as_digit(bare, wide) == expected.T).all()


def test_as_digit_cuts_no_tail_off(bare):
    heavy = np.zeros((28, 28))  # a heavy head on a long tail: in the centre, the tail would be cut off
    heavy[2:10, 2:14] = 1
    heavy[10:22, 2:3] = 1
    digit = as_digit(bare, heavy, times=10)
    assert digit.sum() == heavy.sum()
    assert (digit[8:28, 9:21] == heavy[2:22, 2:14]).all()


def test_as_digit_takes_the_mean_over_each_pixel(bare):
    ink = np.random.default_rng(0).random((60, 60)) ** 0.5
    ink[0, :] = ink[:, 0] = ink[-1, :] = ink[:, -1] = 1  # the box is all of it: 3 x 3 for each pixel
    expected = ink.reshape(20, 3, 20, 3).mean((1, 3)) > 0.5
    assert 0 < expected.sum() <= 400
    assert (as_digit(bare, ink)[4:24, 4:24] == expected).all()
