"""What each widget shows on its page: whether sliders, words and pictures are those of its traits."""

import base64
import colorsys
import io

import numpy as np
import pytest
import torch
from PIL import Image

from helpers.data import load_digits
from helpers.figures import DIGIT_COLORS
from helpers.widgets.stream import hues
from tests import example_widgets as made
from tests.browser import driving
from tests.browser.driving import PACKED, all_greys, greys, painted, pictures, show, shows, state, unpacked
from tests.example_widgets import CODES, decode, double

DIGITS = load_digits()
COLOURS = [tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5)) for colour in DIGIT_COLORS]


def stands(page, *names):
    """Where sliders stand."""
    return [driving.limits(page.get_by_role("slider", name=name, exact=True))[-1] for name in names]


def on_pad(page, z):
    """The whole pixel of the page nearest to z, and the z that belongs to it."""
    box = page.get_by_role("application").bounding_box()
    x = round(box["x"] + (z[0] / 4 + 1) * box["width"] / 2)
    y = round(box["y"] + (1 - z[1] / 4) * box["height"] / 2)
    return (x, y), [((x - box["x"]) / box["width"] * 2 - 1) * 4, (1 - (y - box["y"]) / box["height"] * 2) * 4]


def shows_z(page):
    painted(page)
    z, box = state(page, "z"), page.locator(".vae-ring").bounding_box()
    inside = [min(4, max(-4, value)) for value in z]
    ring = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    return (
        stands(page, "z₁", "z₂") == pytest.approx(inside, abs=0.00501)
        and page.locator("output").all_inner_texts() == [f"{value:.2f}" for value in z]
        and ring == pytest.approx(on_pad(page, inside)[0], abs=0.6)
        and shows(pictures(page)["the picture decoded from z"], decode(z))
        and page.get_by_text(f"z = ({z[0]:.2f}, {z[1]:.2f}), decoded").is_visible()
    )


def shows_new_digits(page):
    painted(page)
    width, picked, epsilon = (state(page, trait) for trait in ("width", "picked", "epsilon"))
    pressed = "buttons => buttons.map(button => button.ariaPressed)"
    shelf = page.locator(".vae-shelf button").evaluate_all(pressed)
    words = f"Ten draws around this {made.LABELS[picked]}, {width:.1f} σ wide, decoded."
    return (
        stands(page, "width") == pytest.approx([width], abs=0.0501)
        and page.locator("output").all_inner_texts() == [f"{width:.1f} σ"]
        and shelf == [str(i == picked).lower() for i in range(3)]
        and page.locator(".vae-status").text_content() == words
        and show(page, made.rolled(width, picked, epsilon))
    )


def own_bars(page):
    """Left and right end of each bar of mu ± sigma, in percent of its rail."""
    look = "nodes => nodes.map(({style}) => [parseFloat(style.left), parseFloat(style.width)])"
    return np.array(page.locator(".vae-own").evaluate_all(look)).cumsum(1)


def bars(mu, sigma):
    """Where they should be: a rail goes from -3.5 to 3.5."""
    ends = torch.stack([mu - sigma, mu + sigma], 1).clamp(-3.5, 3.5)
    return pytest.approx((100 * (ends + 3.5) / 7).numpy(), abs=1e-3)


def shows_traversals(page):
    page.wait_for_timeout(120)  # until the rows are decoded
    painted(page)
    picked, z = state(page, "picked"), state(page, "z")
    order = [1, 3, 0, 2]
    pressed = page.locator(".vae-shelf button").evaluate_all("nodes => nodes.map(node => node.ariaPressed)")
    return (
        stands(page, *(f"z{i + 1}" for i in range(4))) == pytest.approx(np.clip(z, -3.5, 3.5), abs=0.0251)
        and pressed == [str(i == picked).lower() for i in range(5)]
        and own_bars(page) == bars(CODES[picked][order], torch.full((4,), 0.4))
        and show(page, made.traversed(picked, z))
    )


def shows_handwriting(page):
    painted(page)
    image = page.evaluate("() => [...new Uint8Array(widget.model.get('image').buffer)]")
    label, z = state(page, "label"), state(page, "z") or [0, 0, 0]
    mu, sigma = made.written(image, label) if image else (torch.zeros(3), torch.ones(3))
    said = f"Taken for a {label}. Is it another one? Press that one." if image else "Draw a digit."
    pressed = page.locator(".vae-ten button").evaluate_all("nodes => nodes.map(node => node.ariaPressed)")
    read = {"the digit that the encoder reads": torch.tensor(image or 784 * [0])}
    return (
        stands(page, "z1", "z2", "z3") == pytest.approx(np.clip(z, -3.5, 3.5), abs=0.0251)
        and page.locator(".vae-status").text_content() == said
        and pressed == [str(bool(image) and i == label).lower() for i in range(10)]
        and own_bars(page) == bars(mu, sigma)
        and show(page, made.ten(z) | read)
    )


def shows_moved_digits(page, limit=3):
    painted(page)
    amounts = state(page, "amounts")
    return (
        stands(page, *amounts) == [round(50 * amount / limit) for amount in amounts.values()]
        and page.locator("output").all_inner_texts() == [f"{amount:.2f}" for amount in amounts.values()]
        and show(page, made.moved(**amounts))
    )


JUMP, SLIDE = "fresh noise", "the same noise"


def draws_of(page, name):
    """The z of each dot of a row, from where it stands; followed by those of the two moves before."""
    dots = page.get_by_role("group", name=name).locator(".vae-dots g")
    look = "groups => groups.map(g => [...g.children].map(dot => new DOMMatrix(dot.style.transform).e))"
    before, now = (-2.5 + 11 * (np.array(x, float) - 72) / 408 for x in dots.evaluate_all(look))
    return now, *before.reshape(-1, 40)


def shows_sliding_dots(page, *earlier):
    """earlier: mu at the moves before"""
    painted(page)
    mu, sigma, epsilon = state(page, "mu"), state(page, "sigma"), np.array(state(page, "epsilon"))
    words = page.get_by_role("group", name=SLIDE).locator(".vae-slopes b").text_content()
    slope = 2 * (mu - 3) + 0.1 + 2 * sigma * epsilon.mean()  # of the mean of f
    moves = zip(draws_of(page, SLIDE), (mu, *earlier), strict=False)
    return (
        stands(page, "μ", "σ") == pytest.approx([mu, sigma])
        and float(words.replace("−", "-")) == pytest.approx(slope, abs=0.0051)
        and all(z == pytest.approx(m + sigma * epsilon, abs=1e-3) for z, m in moves)
    )


def frame_of(widget, epoch):
    """The codes (n, 2) and the pixels (side, side) that were recorded of an epoch."""
    (frame,) = (frame for frame in widget._frames if frame.epoch == epoch)
    return frame.codes.numpy(), frame.sheet


def has_dots(page, widget, codes, opacities=(0.85,) * 10, reach=0):
    """Whether the dot of each digit, in its colour on white, is where its code is, or `reach` pixels away."""
    look = f"""(canvas, [codes, extent, reach]) => ({PACKED})(codes.flatMap(([x, y]) =>
        [...canvas.getContext('2d').getImageData(
            8 + (x / extent + 1) * (canvas.width / 2 - 8) - reach,
            8 + (1 - y / extent) * (canvas.height / 2 - 8) - reach, 2 * reach + 1, 2 * reach + 1).data]))"""
    plane = page.locator(".vae-replay canvas").first
    found = unpacked(plane.evaluate(look, [codes.tolist(), widget._extent, reach])).numpy().reshape(10, -1, 4)
    expected = 255 - np.array(opacities)[:, None] * (255 - np.array(COLOURS))
    return np.abs(found[..., :3] - expected[:, None]).max(2).min(1).max() <= 2


def shows_epoch(page, widget=None, *, wait=350):
    """wait: ms, until the dots are there"""
    page.wait_for_function("() => document.querySelector('.vae-status').textContent")
    page.wait_for_timeout(wait) if wait else None
    widget, epoch = widget or made.replay(), state(page, "epoch")
    codes, sheet = frame_of(widget, epoch)
    words = f"held-out −ELBO {210 - epoch:.1f} nats per image" if epoch else "before training"
    manifold = page.get_by_label(f"the manifold at epoch {epoch}")
    return (
        stands(page, "epoch") == [widget._epochs.index(epoch)]
        and page.locator("output").text_content() == str(epoch)
        and page.locator(".vae-status").text_content() == f"epoch {epoch}: {words}"
        and page.get_by_label(f"the means at epoch {epoch}").count() == 1
        and shows(greys(manifold), sheet.flatten() / 255)
        and has_dots(page, widget, codes)
    )


def shows_gradient(page):
    run = made.backprop()._runs[state(page, "run")]
    done = run["steps"][: state(page, "step") + 1]
    numbers = {int(i): text for one in done for i, text in one["numbers"].items()}
    look = "nodes => nodes.map(node => [...node.querySelectorAll('text')].map(text => text.textContent))"
    boxes = [texts[:2] for texts in page.locator(".vae-box").evaluate_all(look)]
    factors = page.locator(".vae-arrow text").all_text_contents()
    return (
        page.get_by_role("radio").nth(state(page, "run")).is_checked()
        and page.locator("[aria-live]").text_content() == done[-1]["words"]
        and boxes == [[node["title"], numbers.get(i, "")] for i, node in enumerate(run["nodes"])]
        and [words.removesuffix(" ✂\ufe0e") for words in factors] == [edge["factor"] for edge in run["edges"]]
        and page.locator(".vae-arrow.vae-lit").count() == sum(len(one["edges"]) for one in done)
    )


def race_drawn(page):
    """Of each point: where it stands, its bar, the tip of its arrow, the end of its steps."""
    return page.locator(".vae-track").evaluate("""svg => {
        const line = (node) => ['x1', 'y1', 'x2', 'y2'].map((name) => Number(node.getAttribute(name)));
        const place = (node) => node.getAttribute('transform').match(/-?[\\d.]+/g).map(Number);
        const path = (node) => node.getAttribute('d').match(/-?[\\d.]+/g).map(Number);
        const has = (node, colour) => ['stroke', 'fill'].some((name) => node.getAttribute(name) === colour);
        return ['#009e73', '#0072b2'].map((colour) => {
            const own = [...svg.children].filter((node) => has(node, colour));
            const [trace, end, bar, shaft, head, here] = own;
            return {trace: path(trace), end: place(end), bar: line(bar), shaft: line(shaft),
                head: path(head), here: place(here)};
        });
    }""")


def mu_at(x):
    return -4 + 10 * (x - 8) / 464


def shows_race(page):
    painted(page)
    state_ = {name: state(page, name) for name in ("cost", "draws", "baseline", "mus", "epsilon")}
    highest = {"parabola": 26, "step": 12}[state_["cost"]]
    texts = page.locator(".vae-way span").all_inner_texts()
    pressed = [
        page.get_by_role("button", name=cost, exact=True).get_attribute("aria-pressed")
        for cost in ("parabola", "step")
    ]
    expected = zip(race_drawn(page), made.raced(state_), np.array(state_["mus"]).T, texts, strict=True)
    for drawn, (cost, mean, noise, estimate), mus, words in expected:
        mu, inside = mus[-1], np.clip(mus, -4, 6)
        assert [mu_at(drawn["here"][0]), mu_at(drawn["end"][0])] == pytest.approx(2 * [inside[-1]], abs=2e-3)
        assert drawn["here"][1] == pytest.approx(198 - 190 * min(cost / highest, 1), abs=0.02)
        assert drawn["end"][1] == pytest.approx(222 + 198 * (len(mus) - 1) / 60, abs=0.02)
        ends = np.clip([mu - 0.05 * (mean + side * noise) for side in (1, -1)], -4, 6)
        assert [mu_at(drawn["bar"][0]), mu_at(drawn["bar"][2])] == pytest.approx(ends, abs=5e-3)
        tip = np.clip(mu - 0.05 * estimate, -4, 6)
        assert [mu_at(drawn["shaft"][2]), mu_at(drawn["head"][0])] == pytest.approx(2 * [tip], abs=2e-3)
        assert mu_at(np.array(drawn["trace"][::2])) == pytest.approx(inside, abs=2e-3)
        assert words == f"μ = {mu:.2f}, noise {noise:.1f}".replace("-", "−")
    return (
        stands(page, "draws") == [state_["draws"]]
        and page.get_by_role("checkbox").is_checked() == state_["baseline"]
        and pressed == [str(state_["cost"] == cost).lower() for cost in ("parabola", "step")]
        and page.locator(".vae-status").text_content() == f"{len(state_['mus']) - 1} of 60 steps"
    )


POLICY = """panel => {
    const all = (what, ...names) => [...panel.querySelectorAll(what)].map(
        node => names.map(name => Number(node.getAttribute(name))));
    return {
        cloud: all('g[fill-opacity] circle', 'cx', 'cy', 'r'),
        draws: all('g[fill="#222"] circle', 'cx', 'cy').length,
        from: all('line', 'x1', 'y1'),
        tips: [...panel.querySelectorAll('g > path')].map(
            node => node.getAttribute('d').match(/-?[\\d.]+/g).slice(0, 2).map(Number)),
        mean: all('svg > circle', 'cx', 'cy')[0],
        knob: panel.querySelector('.vae-knob').getAttribute('transform').match(/-?[\\d.]+/g).map(Number),
        words: [...panel.querySelectorAll('text')].map(node => node.textContent),
        lengths: panel.querySelector('.vae-caption').textContent,
    };
}"""
CORNERS = torch.tensor([[22.42, 42.0], [217.58, 42.0], [120.0, 211.02]]).double()  # on paper of 240 x 252


def policy_of(page, **options):
    """The widget as Python has it, with the traits of the page."""
    traits = {name: state(page, name) for name in ("policy", "n", "bonus", "uniforms")}
    widget = made.policy_triangle(**options)
    for name, value in traits.items():
        setattr(widget, name, value)
    return widget


def shows_policy(page):
    painted(page)
    widget = policy_of(page)
    here = double(widget.policy) @ CORNERS
    words = [f"{a}: {r + widget.bonus:g}" for a, r in zip(widget._answers, widget._rewards, strict=True)]
    right = [
        stands(page, "draws, n", "points for all") == [widget.n, widget.bonus],
        page.locator("output").all_inner_texts() == [str(widget.n), f"{widget.bonus:.2f}"],
    ]
    for panel, name in zip(page.locator(".vae-panel").all(), ("REINFORCE", "RLOO", "GRPO"), strict=True):
        found = panel.evaluate(POLICY)
        chances, estimates = widget.every_group(name)
        seen = chances > 1e-5
        cloud = torch.cat([here + estimates @ CORNERS, (520 * chances[:, None]).sqrt()], 1)[seen]
        tips = torch.stack([widget.estimate(name, widget.group), widget.exact]) @ CORNERS + here
        right += [
            np.array(found["cloud"]) == pytest.approx(cloud.numpy(), abs=0.02),
            found["draws"] == widget.n,
            found["from"] == [pytest.approx(here.tolist(), abs=0.02)] * 2,
            found["tips"] == [pytest.approx(tip, abs=0.02) for tip in tips.tolist()],
            found["mean"] == pytest.approx((here + chances @ estimates @ CORNERS).tolist(), abs=0.02),
            found["knob"] == pytest.approx(here.tolist(), abs=0.02),
            found["words"] == words,
            found["lengths"] == widget.lengths(name),
        ]
    return all(right)


def shows_tokens(page):
    painted(page)
    picked, patch, tokens = (state(page, trait) for trait in ("picked", "patch", "tokens"))
    own = made.Tokenizer.OWN[picked].tolist()
    words = [
        f"entry {now}" + (f" instead of {before}" if now != before else "")
        for now, before in zip(tokens, own, strict=True)
    ]
    count = sum(now != before for now, before in zip(tokens, own, strict=True))
    look = "nodes => nodes.map(node => [node.ariaLabel, node.ariaChecked, node.tabIndex])"
    read = page.locator(".vae-patches button").evaluate_all(look)
    wanted = [[f"patch {i}, {word}", str(i == patch).lower(), -(i != patch)] for i, word in enumerate(words)]
    chosen = tokens[patch]
    letters = page.locator(".vae-codebook button").evaluate_all(look)
    alphabet = [[f"codebook entry {i}", str(i == chosen).lower(), -(i != chosen)] for i in range(5)]
    dotted = "nodes => nodes.map(node => getComputedStyle(node, '::after').borderTopStyle === 'dotted')"
    marked = page.locator(".vae-patches button").evaluate_all(dotted)
    frame = "nodes => nodes.map(({style}) => [style.left, style.top, style.width, style.height])"
    across, down = 50 * (patch % 2), 50 * (patch // 2)
    faces, entries = (all_greys(page.locator(f".vae-{part} canvas")) for part in ("patches", "codebook"))
    drawn = (255 * made.DRAWN).round() / 255
    pressed = page.locator(".vae-shelf button").evaluate_all("nodes => nodes.map(node => node.ariaPressed)")
    return (
        read == wanted
        and letters == alphabet
        and marked == [now != before for now, before in zip(tokens, own, strict=True)]
        and page.locator(".vae-frame").evaluate_all(frame) == 2 * [[f"{across}%", f"{down}%", "50%", "50%"]]
        and all(shows(face, drawn[token]) for face, token in zip(faces, tokens, strict=True))
        and all(shows(face, drawn[i]) for i, face in enumerate(entries))
        and pressed == [str(i == picked).lower() for i in range(3)]
        and page.locator(".vae-status").text_content()
        == f"Patch {patch}: {words[patch]}. {count} of 4 exchanged."
        and show(page, {"the image": made.uniform(3, 64)[picked], "decoded": made.spelled(tokens)})
    )


STREAM = "canvas.vae-cloud"
DOT, WIDE = 3.4, 720  # of the canvas of a stream


def stream_pixels(page):
    """(720, 720, 3)"""
    packed = page.locator(STREAM).evaluate("canvas => canvas.toDataURL().split(',')[1]")
    return np.array(Image.open(io.BytesIO(base64.b64decode(packed))).convert("RGB")).astype(float)


def has_points(page, path, frame):
    """Whether the canvas has a dot for each point of a path (frames, n, 2), in its colour, and no more."""
    x, y = path[frame].numpy().T
    across, down = (x + 2) / 32 * WIDE, (30 - y) / 32 * WIDE
    pixels = stream_pixels(page)
    rows, columns = np.mgrid[:WIDE, :WIDE] + 0.5
    squares = [(rows - d) ** 2 + (columns - a) ** 2 for d, a in zip(down, across, strict=True)]
    near = np.sqrt(np.min(squares, 0))
    ink = pixels.min(2) < 250
    inside = (across > 0) & (across < WIDE - 1) & (down > 0) & (down < WIDE - 1)
    found = pixels[down[inside].astype(int), across[inside].astype(int)] / 255
    bins = (np.floor(hues(path).numpy()[inside] * 36) + 0.5) / 36
    colours = np.array([colorsys.hls_to_rgb(hue, 0.46, 0.74) for hue in bins])
    alone = np.array([np.sort(np.hypot(down - d, across - a))[1] for d, a in zip(down, across, strict=True)])
    same = np.abs(found - colours).max(1) < 0.02
    return (
        inside.sum() > 10
        and ink[near < DOT - 1].all()
        and not ink[near > DOT + 1.5].any()
        and same[alone[inside] > 2 * DOT].all()  # not under another one
    )


def shows_stream(page, widget=None):
    """With a `widget` on a page whose clock stands still."""
    if widget is None:
        painted(page)
    frame, picked = state(page, "frame"), state(page, "picked")
    path = (widget or made.stream())._known[picked] if picked >= 0 else widget.path
    pressed = page.locator(".vae-shelf button").evaluate_all("nodes => nodes.map(node => node.ariaPressed)")
    level = f"{1 - frame / 10:.2f}"
    return (
        stands(page, "t") == [frame]
        and page.locator("output").all_inner_texts() == [level]
        and page.locator(STREAM).get_attribute("aria-label") == f"30 points at t = {level}"
        and pressed == [str(i == picked).lower() for i in range(3)]
        and has_points(page, path, frame)
    )


SHOWS = {
    "Race": shows_race,
    "LatentPad": shows_z,
    "NewDigits": shows_new_digits,
    "Traversals": shows_traversals,
    "Handwriting": shows_handwriting,
    "Tokens": shows_tokens,
    "AttributeSliders": shows_moved_digits,
    "JumpAndSlide": shows_sliding_dots,
    "TrainingReplay": shows_epoch,
    "Backprop": shows_gradient,
    "PolicyTriangle": shows_policy,
    "Stream": shows_stream,
}
