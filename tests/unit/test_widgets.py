"""The widgets that run in the browser, their Python side. (tests/browser and tests/slow/widgets: there.)"""

import base64
import functools
import io
import json
import math
import re
import zlib

import ipywidgets
import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from torch import nn
from traitlets import TraitError

from helpers.data import load_digits
from helpers.figures import BLUE, RED, tile
from helpers.training import fit
from helpers.vae import VAE
from helpers.widgets import (
    AttributeSliders,
    Backprop,
    Handwriting,
    JumpAndSlide,
    LatentPad,
    PolicyTriangle,
    Predict,
    Race,
    Stream,
    Tokens,
    TrainingReplay,
    Traversals,
)
from helpers.widgets._base import fixed, pack_images, pack_network
from helpers.widgets.stream import hues
from tests import example_widgets as made
from tests.example_widgets import CODES, DIRECTIONS, IMAGES, KL, LABELS, MEANS, SIGMAS, decode, double

ONES = torch.ones(784)


def floats(packed: bytes) -> np.ndarray:
    return np.frombuffer(packed, "<f4")


def vae(latent: int, dtype=torch.float64, **options) -> VAE:
    torch.manual_seed(0)
    return VAE(latent, hidden=8, **options).to(dtype)


# -- all of them -------------------------------------------------------------------------------


@functools.cache
def first_still(name) -> dict[str, str]:
    return made.ALL_WIDGETS[name]().still()


@pytest.mark.parametrize("name", made.ALL_WIDGETS)
def test_a_console_gets_the_repr_and_a_page_without_a_kernel_the_picture(name):
    widget = made.ALL_WIDGETS[name]()
    bundle = widget._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert data["text/plain"] == repr(widget)
    assert re.fullmatch(rf"{name}\(.+\)", repr(widget))
    assert data.items() >= first_still(name).items()
    assert "application/vnd.jupyter.widget-view+json" in data


TRAITS = {
    "LatentPad": {"z": [2.0, 1.0]},
    "Traversals": {"z": [1.0, 2.0, -1.0, 0.0], "picked": 3},
    "Backprop": {"run": 1},
    "JumpAndSlide": {"mu": 3.0, "sigma": 0.5, "epsilon": made.normal(40, seed=3).tolist()},
    "AttributeSliders": {"amounts": {"wider": -1.0}},
    "Race": {"cost": "step", "draws": 7, "baseline": True, "mus": [[-1.0, -1.0], [0.5, 2.0]]},
    "PolicyTriangle": {"policy": [0.6, 0.2, 0.2], "n": 16, "bonus": 1.0, "uniforms": [0.1] * 16},
    "Tokens": {"tokens": [0, 1, 4, 3], "patch": 2, "picked": 2},
    "Stream": {"picked": 2, "frame": 5},
}


@pytest.mark.parametrize(
    ("name", "trait", "value"), [(name, *one) for name, traits in TRAITS.items() for one in traits.items()]
)
def test_the_picture_follows_each_trait_and_keeps_its_size(name, trait, value):
    widget = made.ALL_WIDGETS[name]()
    before = base64.b64decode(first_still(name)["image/png"])
    setattr(widget, trait, value)
    after = widget.picture
    assert after != before
    assert plt.imread(io.BytesIO(after)).shape == plt.imread(io.BytesIO(before)).shape
    assert plt.get_fignums() == []


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_codes_are_the_posterior_means_of_the_images_in_the_models_dtype(dtype):
    flat, model, x = vae(2, dtype, pixels=64), vae(4, dtype, pixels=64), IMAGES.to(dtype)
    plane, sliders = LatentPad(flat, x, range(5)), AttributeSliders(model, x, DIRECTIONS)
    rows = Traversals(model, x, range(5), KL)
    with torch.no_grad():
        mu, logvar = flat.encode(x)
        assert torch.equal(plane._z, mu)
        assert floats(plane._sigmas) == pytest.approx(torch.exp(0.5 * logvar).flatten().numpy())
        for widget in (rows, sliders):
            assert torch.equal(widget._z, model.encode(x)[0])
    assert plane.decoded.dtype == sliders.decoded.dtype == rows.row(1).dtype == dtype


def test_images_are_encoded_as_in_evaluation_and_training_further_changes_nothing():
    model = vae(4, pixels=64)
    model.encoder.append(nn.Dropout(0.5))
    widget = Traversals(model, IMAGES, range(5), KL)
    assert torch.equal(widget._z, model.eval().encode(IMAGES)[0])
    before = widget.picture
    for weights in model.parameters():
        nn.init.zeros_(weights)
    assert widget.picture == before


def test_a_file_holds_all_it_needs(tmp_path):
    path = made.pad(z=(0.5, -1.0)).to_html(tmp_path / "pad.html")
    page = path.read_text(encoding="utf-8")
    assert "<title>LatentPad</title>" in page
    assert not re.search(r"(src|href)=|https?://(?!www.w3.org/2000/svg)|import ", page)
    state = json.loads(re.search(r"^const state = (.*);$", page, re.M)[1])
    assert state["z"] == [0.5, -1.0]
    assert len(base64.b64decode(state["_weights"]["base64"])) == 4 * (2 * 16 + 16 + 16 * 64 + 64)


def test_a_number_that_rounds_to_0_has_no_sign():
    assert [fixed(value) for value in (-0.004, 0.004, -0.006)] == ["0.00", "0.00", "-0.01"]
    assert fixed(-0.04, 1) == "0.0"
    assert repr(made.pad(z=(-0.001, 2.0))) == "LatentPad(z=(0.00, 2.00), picked=None)"


# -- what the browser gets ---------------------------------------------------------------------


def test_the_browser_gets_the_network_layer_by_layer():
    network = nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.ReLU(), nn.Linear(3, 4)), nn.Sigmoid()).double()
    layers, weights = pack_network(network)
    first, second = ({"kind": "linear", "inputs": n, "outputs": m} for n, m in ((2, 3), (3, 4)))
    assert layers == [first, {"kind": "relu"}, second, {"kind": "sigmoid"}]
    sent = torch.cat([part.detach().float().flatten() for part in network.parameters()])
    assert np.array_equal(floats(weights), sent)


def test_the_browser_gets_codes_as_they_are_and_images_as_the_nearest_of_256_greys():
    widget = made.pad()
    assert np.array_equal(floats(widget._codes).reshape(3, 2), MEANS)
    assert floats(widget._sigmas).reshape(3, 2) == pytest.approx(SIGMAS.numpy())
    assert widget._labels == LABELS.tolist()
    greys = pack_images("images", torch.tensor([[0.0, 0.1, 0.5, 0.999]]), 4)
    assert list(greys) == [0, 26, 128, 255]


class OwnLayer(nn.Linear):
    def forward(self, z):
        return super().forward(z) + 1


@pytest.mark.parametrize("layer", [nn.GELU(), OwnLayer(16, 64)])
def test_a_decoder_that_the_browser_cannot_run_is_refused(layer):
    model = made.Coded(MEANS)
    model.decoder.append(layer)
    with pytest.raises(TypeError, match=f"Linear and ReLU layers, not {type(layer).__name__}"):
        LatentPad(model, made.uniform(3, 64), LABELS)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: LatentPad(vae(2), IMAGES, LABELS), r"images: the shape \(n, 784\)"),
        (lambda: LatentPad(vae(2, pixels=64), IMAGES.float(), LABELS), "images: .*float64 is needed"),
        (lambda: LatentPad(vae(3, pixels=64), IMAGES, LABELS), "2 latent dimensions, not 3"),
        (lambda: made.pad(labels=[1, 2]), "labels: one for each of the 3 images is needed, not 2"),
        (lambda: made.traversals(kl=KL[:3]), r"kl: the shape \(4\)"),
        (lambda: made.traversals(kl=[1.0] * 4), "kl: a float tensor is needed, not list"),
        (lambda: made.attributes({}), "directions: 1 to 4 are needed, not 0"),
        (lambda: made.attributes(dict.fromkeys("abcde", CODES[0])), "directions: 1 to 4 are needed, not 5"),
        (lambda: made.attributes({"bolder": CODES[:1]}), r"directions\['bolder'\]: the shape \(4\)"),
        (lambda: made.attributes(limit=0), "limit: a positive number is needed, not 0"),
        (lambda: made.attributes(limit=math.nan), "limit: a positive number is needed, not nan"),
        (lambda: made.attributes(codes=made.normal(17, 4)), "images: at most 16, .* not 17"),
        (lambda: made.handwriting(images=ONES[None], labels=[1, 2]), "labels: one for each of the 1 images"),
        (lambda: Handwriting(vae(3)), "net: .* are needed, not 784 to 8 and 3 to 784"),
        (lambda: made.handwriting().take(torch.zeros(3, 700), 3), r"image: the shape \(n, 784\)"),
        (lambda: made.handwriting().take(255 * ONES, 3), "image: pixels from 0 to 1 are needed"),
        (lambda: made.handwriting().posterior, "nothing is drawn"),
        (lambda: PolicyTriangle("ab", double([1, 0, 0]), double([0.5, 0.25, 0.25])), "answers: one for each"),
        (
            lambda: PolicyTriangle("abc", double([1, 0]), double([0.5, 0.25, 0.25])),
            r"rewards: the shape \(3\)",
        ),
        (lambda: PolicyTriangle("abc", double([1, 0, 0]), double([1, 0])), r"policy: the shape \(3\)"),
        (lambda: made.tokens(images=made.uniform(3, 700)), r"images: the shape \(n, 64\)"),
        (lambda: made.tokens(drawn=made.DRAWN[:4]), r"drawn: the shape \(5, 16\)"),
        (lambda: made.tokens(drawn=2 * made.DRAWN), "drawn: pixels from 0 to 1 are needed"),
        (lambda: made.tokens(labels=[1]), "labels: one for each of the 3 images is needed, not 1"),
        (lambda: made.tokens(model=made.Tokenizer(width=6)), "model: a decoder of 4 x 6 numbers is needed"),
        (
            lambda: Stream(made.to_corner, made.INK, made.WAYS[:2], steps=20),
            r"paths: the shape \(3, n, n, 2\)",
        ),
        (lambda: Stream(made.to_corner, CODES, made.WAYS, steps=20), r"images: the shape \(n, 784\)"),
        (lambda: Stream(None, made.INK, made.WAYS, steps=20), "make: "),
        (lambda: TrainingReplay(ONES[None], [1, 2]), "labels: one for each of the 1 images"),
        (lambda: made.replay().record(vae(3)), "model: .* 2 latent dimensions .* not with 3"),
        (lambda: made.replay([]).picture, "nothing is recorded yet: call replay.record"),
    ],
)
def test_a_wrong_argument_is_named(make, says):
    with pytest.raises((TypeError, ValueError), match=says):
        make()


@pytest.mark.parametrize(
    ("make", "trait", "value", "says"),
    [
        (made.pad, "z", [1.0], "two finite numbers are needed"),
        (made.pad, "z", [1.0, math.nan], "two finite numbers are needed"),
        (made.pad, "picked", 3, "0 to 2 is needed, not 3"),
        (made.traversals, "z", [1.0], "4 numbers are needed, not 1"),
        (made.traversals, "picked", -1, "0 to 4 is needed, not -1"),
        (made.handwriting, "label", 10, "0 to 9 is needed, not 10"),
        (made.tokens, "picked", 3, "0 to 2 is needed, not 3"),
        (made.tokens, "patch", 4, "0 to 3 is needed, not 4"),
        (made.tokens, "tokens", [0, 1, 2], "4 numbers from 0 to 4 are needed"),
        (made.tokens, "tokens", [0, 1, 2, 5], "4 numbers from 0 to 4 are needed"),
        (JumpAndSlide, "sigma", 0.0, ""),
        (Race, "draws", 0, ""),
        (Race, "mus", [[1.0]], ""),
        (made.attributes, "amounts", {"bolder": math.nan}, "'bolder' from -3 to 3 is needed, not nan"),
        (made.attributes, "amounts", {"bolder": 3.01}, "'bolder' from -3 to 3 is needed, not 3.01"),
        (made.attributes, "amounts", {"bold": 1}, "one of bolder, slanted, wider is needed, not 'bold'"),
        (made.policy_triangle, "policy", [0.5, 0.6, -0.1], "three probabilities with the sum 1"),
        (made.policy_triangle, "policy", [0.2, 0.2, 0.2], "three probabilities with the sum 1"),
        (made.policy_triangle, "uniforms", [0.5] * 15, "16 numbers from 0 to 1 are needed"),
        (made.stream, "picked", 3, "0 to 2 is needed, not 3"),
        (made.stream, "picked", -1, "0 to 2 is needed, not -1"),
        (made.stream, "frame", 11, "0 to 10 is needed, not 11"),
        (made.replay, "epoch", 4, r"one of \[0, 1, 2, 3\] is needed, not 4"),
    ],
)
def test_a_trait_keeps_its_value_when_a_wrong_one_is_set(make, trait, value, says):
    widget = make()
    before = getattr(widget, trait)
    with pytest.raises(TraitError, match=f"{trait}.*{says}"):
        setattr(widget, trait, value)
    assert getattr(widget, trait) == before


def sheets(widget) -> list[tuple[np.ndarray, list[str], list[str]]]:
    """Of each sheet in the picture: its pixels, the words beside its rows and above its columns."""
    figure = widget.figure()
    plt.close(figure)

    def words(labels):
        return [label.get_text() for label in labels]

    drawn = [ax for ax in figure.axes if ax.images]
    return [
        (ax.images[0].get_array(), *map(words, (ax.get_yticklabels(), ax.get_xticklabels()))) for ax in drawn
    ]


# -- LatentPad ---------------------------------------------------------------------------------


def test_it_starts_at_the_mean_with_the_most_contrast_away_from_the_edge():
    means = double([[0.0, 0.0], [1.0, 0.0], [-2.9, 0.0], [3.1, 0.0], [2.9, 0.0]])
    model = made.Coded(means, pixels=4)
    model.decoder = nn.Linear(2, 4).double()  # the farther out, the surer; to the left as to the right
    model.decoder.weight.data = double([[2.0, 0], [2, 0], [-2, 0], [-2, 0]])
    model.decoder.bias.data.zero_()
    assert LatentPad(model, made.uniform(5, 4), range(5)).z == [-2.9, 0.0]


def test_the_pads_picture_has_circles_shade_axes_and_the_ring_at_the_edge():
    figure = made.pad(z=(9.0, -1.0)).figure()
    plt.close(figure)
    plane, picture = figure.axes
    words = "Circles: 1, 2, 3 standard deviations of the prior. Grey: its density."
    assert (plane.get_title(loc="left") or plane.get_title()) == words
    assert (plane.get_xlabel(), plane.get_ylabel()) == ("$z_1$", "$z_2$")
    assert [circle.radius for circle in plane.patches] == [1, 2, 3]
    density = plane.images[0].get_array()
    assert density[50, 85] / density[50, 50] == pytest.approx(math.exp(-(2.869**2) / 2), rel=0.01)
    assert [line.get_xydata().tolist() for line in plane.lines] == [[[4.0, -1.0]]] * 2
    assert "(9.00, -1.00)" in (picture.get_title(loc="left") or picture.get_title())
    assert np.allclose(picture.images[0].get_array(), decode([9.0, -1.0]).view(8, 8))


@pytest.mark.skipif(ipywidgets.__version__.startswith("7."), reason="sends nothing without a kernel")
def test_a_z_from_the_browser_is_not_sent_back(monkeypatch):
    widget, sent = made.pad(), []
    monkeypatch.setattr(widget, "_send", lambda message, buffers=None: sent.append(message))
    widget.set_state({"z": [1.0, 2.0]})
    assert (widget.z, sent) == ([1.0, 2.0], [])
    widget.z = [2.0, 1.0]
    assert [message["state"] for message in sent] == [{"z": [2.0, 1.0]}]


def test_what_is_picked_starts_at_its_mean():
    widget = made.pad()
    widget.epsilon = [1.0, 1.0]
    widget.picked = 2
    assert (widget.z, widget.epsilon) == ([0.0, -2.5], [0.0, 0.0])


# -- JumpAndSlide ------------------------------------------------------------------------------


def test_the_picture_of_jump_and_slide_shows_moves_and_slopes():
    widget = JumpAndSlide()
    widget.mu, widget.sigma = 4.0, 0.7
    epsilon = double(widget.epsilon)
    figure = widget.figure()
    plt.close(figure)
    jump, scattered, slide, straight = figure.axes
    levels = [np.stack([line.get_xdata() for line in ax.lines[:40]], 1) for ax in (jump, slide)]
    assert levels[1] == pytest.approx(np.array([[3.0], [3.5], [4.0]]) + 0.7 * epsilon.numpy())
    assert np.diff(levels[0], axis=0).std() > 0.5  # to 1.4 sigma on average; sliding it is 0
    mu, slopes = straight.lines[0].get_data()
    assert slopes == pytest.approx(2 * (mu - 3) + 0.1 + 1.4 * epsilon.mean().item())
    off = scattered.lines[0].get_ydata() - (2 * (mu - 3) + 0.1)
    variance = 4 * (mu - 3) ** 2 * 0.7**2 + 2 * 0.7**4  # of f, lesson 02
    assert (off / (2 * variance / 40) ** 0.5 * 0.1).std() == pytest.approx(1, abs=0.3)  # 61 of them


# -- PolicyTriangle ----------------------------------------------------------------------------


def test_the_picture_of_a_policy_has_arrows_clouds_and_means_where_they_belong():
    widget = made.policy_triangle(n=9)
    corners = np.array([[-(0.5**0.5), 1.5**0.5], [0.5**0.5, 1.5**0.5], [0, 0]])
    p, rewards = np.array(widget.policy), np.array([1.0, 0.5, 0.0])
    exact = p * (rewards - p @ rewards)
    drawn = np.searchsorted([0.2, 0.5], widget.uniforms[:9], side="right")
    assert widget.group == [(drawn == i).sum() for i in range(3)]
    above = rewards[drawn] - rewards[drawn].mean()
    worth = {"REINFORCE": rewards[drawn], "RLOO": above * 9 / 8, "GRPO": above / above.std(ddof=1)}
    figure = widget.figure()
    plt.close(figure)
    for ax, (name, advantage) in zip(figure.axes, worth.items(), strict=True):
        mine = (advantage[:, None] * (np.eye(3)[drawn] - p)).mean(0)
        assert name in (ax.get_title(), ax.get_title(loc="left"))
        arrows = [text for text in ax.texts if hasattr(text, "arrow_patch")]
        assert [tuple(text.xy) for text in arrows] == [
            pytest.approx((p + end) @ corners) for end in (mine, exact)
        ]
        *draws, mean, point = (np.stack(line.get_data(), 1) for line in ax.lines)
        assert [len(dots) for dots in draws] == widget.group
        assert point[0] == pytest.approx(p @ corners)
        chances, estimates = widget.every_group(name)
        cloud = ax.collections[0]
        assert cloud.get_offsets().data == pytest.approx((p + estimates.numpy()) @ corners)
        assert cloud.get_sizes() == pytest.approx(1000 * chances.numpy())
        assert mean[0] == pytest.approx((p + (chances @ estimates).numpy()) @ corners)
        if name != "GRPO":
            assert mean[0] == pytest.approx((p + exact) @ corners)


@pytest.mark.parametrize("bonus", [0.0, 2.0])
def test_the_average_of_every_group_is_the_gradient_except_of_grpo(bonus):
    widget = made.policy_triangle(n=5, bonus=bonus)
    averages = {}
    for name in ("REINFORCE", "RLOO", "GRPO"):
        chances, estimates = widget.every_group(name)
        assert chances.sum().item() == pytest.approx(1)
        averages[name] = chances @ estimates
    assert averages["REINFORCE"] == pytest.approx(widget.exact)
    assert averages["RLOO"] == pytest.approx(widget.exact)
    assert averages["GRPO"].norm() > 1.5 * widget.exact.norm()


# -- Traversals --------------------------------------------------------------------------------


def test_dimensions_are_ordered_by_kl_and_those_that_tie_keep_their_order():
    assert made.traversals().order == [2, 4, 1, 3]
    assert made.traversals(kl=double([1.0, 2.0, 1.0, 2.0])).order == [2, 4, 1, 3]
    assert made.traversals(kl=double([1.0, 2.0, 1.0 + 1e-9, 2.0 + 1e-9])).order == [2, 4, 1, 3]


def test_the_picture_of_traversals_has_z_with_one_dimension_set_in_each_row():
    widget = made.traversals()
    widget.picked = 2
    assert widget.z == CODES[2].tolist()
    widget.z = z = [0.5, -1.0, 1.5, 9.0]
    start, rows = sheets(widget)
    assert np.allclose(start[0], tile(torch.stack([IMAGES[2], decode(z)]), 1))
    sets = double(z).repeat(4, 7, 1)
    for row, dimension in enumerate([1, 3, 0, 2]):
        sets[row, :, dimension] = torch.arange(-3.0, 4.0)
    assert np.allclose(rows[0], tile(decode(sets.view(28, 4)), 7))
    ordered = {2: "2.31", 4: "1.00", 1: "0.50", 3: "0.00"}
    assert rows[1] == [f"$z_{{{i}}}$ · {kl} nats" for i, kl in ordered.items()]
    assert rows[2] == ["-3", "-2", "-1", "0", "1", "2", "3"]


def test_the_place_of_the_image_and_that_of_z_stand_under_the_columns_that_name_them():
    widget = made.traversals()
    widget.z = [0.5, -1.0, 1.5, 9.0]
    figure = widget.figure()
    plt.close(figure)
    ax = figure.axes[1]
    ticks = ax.get_xticks()  # of -3, -2, ..., 3
    bars, knobs = ([line.get_xdata() for line in ax.lines[i::2]] for i in (0, 1))
    for row, dimension in enumerate([1, 3, 0, 2]):
        mu = CODES[0, dimension].item()
        ends = np.clip([mu - 0.4, mu + 0.4], -3.5, 3.5)
        assert bars[row] == pytest.approx(ticks[3] + (ticks[6] - ticks[3]) / 3 * ends)
    assert knobs[0][0] == ticks[2]  # z2 = -1
    assert knobs[1][0] > ticks[6]  # z4 = 9, beyond the row


# -- AttributeSliders --------------------------------------------------------------------------


def test_codes_are_moved_by_the_sum_of_amount_times_direction():
    widget = made.attributes(limit=2)
    assert torch.allclose(widget.decoded, decode(CODES))
    widget.amounts = {"wider": 0.5, "bolder": -1.25}
    bolder, slanted, wider = DIRECTIONS.values()
    moves = [0.5 * wider - 1.25 * bolder, *(end * d for d in (bolder, slanted, wider) for end in (-2, 2))]
    assert torch.allclose(widget.decoded, decode(CODES + moves[0]))
    ((pixels, rows, _),) = sheets(widget)
    assert np.allclose(pixels, tile(torch.cat([IMAGES, decode(torch.cat([CODES + m for m in moves]))]), 5))
    ends = [f"{name} {end}" for name in DIRECTIONS for end in ("-2", "+2")]
    assert rows == ["image", "decoded", *ends]
    assert repr(widget) == "AttributeSliders(5 images; bolder=-1.2, slanted=0.0, wider=0.5)"


# -- Handwriting -------------------------------------------------------------------------------


def test_a_drawing_from_the_browser_and_its_ten_digits():
    widget, image = made.handwriting(), load_digits().test[3]
    assert (widget.digit, repr(widget)) == (None, "Handwriting(empty)")
    mu, sigma = made.written(image, 7)
    widget.set_state({"image": memoryview(image.byte().numpy().tobytes()), "label": 7, "z": mu.tolist()})
    assert torch.equal(widget.digit, image.double())
    assert torch.allclose(torch.stack(widget.posterior), torch.stack([mu, sigma]))
    assert torch.allclose(widget.decoded, torch.stack(list(made.ten(mu).values())))
    assert repr(widget) == f"Handwriting(a 7, z=({mu[0]:.2f}, {mu[1]:.2f}, {mu[2]:.2f}))"
    paper, ten = sheets(widget)
    assert np.array_equal(paper[0], image.view(28, 28))
    assert np.allclose(ten[0], tile(widget.decoded, 5))


@pytest.mark.parametrize("shape", [(784,), (1, 784)])
def test_take_cuts_at_a_half_and_z_is_the_mean(shape):
    grey, widget = torch.zeros(784), made.handwriting()
    grey[5], grey[6], grey[7] = 0.5, 0.51, 1.0
    widget.take(grey.view(shape), 3)
    assert widget.digit.nonzero().flatten().tolist() == [6, 7]
    assert widget.z == pytest.approx(made.written(widget.digit, 3)[0].tolist())


# -- Tokens ------------------------------------------------------------------------------------


def test_tokens_are_those_of_the_picked_image_until_one_is_exchanged():
    widget = made.tokens()
    assert (widget.tokens, widget.exchanged) == ([0, 1, 2, 3], [])
    widget.picked = 1
    assert (widget.tokens, widget.exchanged) == ([4, 4, 0, 1], [])
    widget.tokens = [4, 0, 0, 2]
    assert widget.exchanged == [1, 3]
    assert repr(widget) == "Tokens(a 7, 2 of 4 exchanged)"
    assert torch.allclose(widget.decoded, made.spelled([4, 0, 0, 2]))


def test_the_browser_gets_codebook_and_tokens_and_how_each_entry_is_drawn():
    widget, model = made.tokens(), made.Tokenizer()
    assert np.array_equal(floats(widget._codebook).reshape(5, 3), model.codebook.detach().float())
    assert widget._own == model.OWN.tolist()
    assert list(widget._drawn) == (255 * made.DRAWN).round().int().flatten().tolist()
    assert list(widget._images) == (255 * made.uniform(3, 64)).round().int().flatten().tolist()


def test_training_further_changes_no_token():
    model = made.Tokenizer()
    widget = Tokens(model, made.uniform(3, 64), LABELS, made.DRAWN)
    before = widget.picture
    for weights in model.parameters():
        nn.init.zeros_(weights)
    assert widget.picture == before


def corners_of(ax, colour):
    """Where the frames of one colour stand."""
    wanted = matplotlib.colors.to_rgba(colour)
    return [frame.get_xy() for frame in ax.patches if frame.get_edgecolor() == wanted]


def test_the_picture_of_tokens_has_image_strokes_decoded_and_codebook_and_frames_the_patch():
    widget = made.tokens(picked=1, tokens=[4, 3, 0, 1], patch=2)
    figure = widget.figure()
    plt.close(figure)
    x, strokes, decoded, codebook = sorted(figure.axes, key=lambda ax: "xtda".index(ax.get_label()))
    for ax, images, columns in (
        (x, made.uniform(3, 64)[1, None], 1),
        (strokes, made.DRAWN[[4, 3, 0, 1]], 2),
        (decoded, made.spelled([4, 3, 0, 1])[None], 1),
        (codebook, made.DRAWN, 16),
    ):
        assert np.allclose(ax.images[0].get_array(), tile(images, columns))
    blue = [corners_of(ax, BLUE) for ax in (x, strokes, decoded, codebook)]
    assert blue == [[(-0.5, 3.5)], [(-0.5, 5.5)], [(-0.5, 3.5)], [(-0.5, -0.5)]]
    assert corners_of(strokes, RED) == [(5.5, -0.5)]


# -- Backprop ----------------------------------------------------------------------------------


def last_numbers(run):
    """What stands in each box at the end, by the first word of its title."""
    numbers = {int(i): text for step in run["steps"] for i, text in step["numbers"].items()}
    return {run["nodes"][i]["title"].split(" =")[0]: text for i, text in numbers.items()}


@pytest.mark.parametrize(("run", "factors"), [(0, ["× 1", "× 2"]), (1, ["× 1", "× 0", "× 0"])])
def test_the_numbers_are_those_of_autograd(run, factors):
    (loss, parameters, z), shown = list(made.runs().values())[run], made.backprop()._runs[run]
    found = last_numbers(shown)
    d_z, *gradients = torch.autograd.grad(loss, [z, *parameters.values()])
    expected = {"Pow": torch.tensor(1), "Sub": d_z, f"{z.grad_fn.name()[:-9]}: z": d_z}
    for name, gradient in (expected | dict(zip(parameters, gradients, strict=True))).items():
        number = float(found[name].split()[1].replace("−", "-"))
        assert number == pytest.approx(gradient.item(), rel=0.005)
    assert [edge["factor"].split(" = ")[0] for edge in shown["edges"]] == ["", "2 (z − k)", *factors]


def test_each_step_is_said_in_words():
    through, cut, no_path = (run["steps"] for run in made.backprop()._runs)
    assert through[2]["words"] == "The gradient 1 arrives at Pow. It sends 1 × 2 (z − k) = −5 to Sub."
    assert through[4]["words"] == "The gradient −5 arrives at Mul. It sends −5 × 2 = −10 to mu."
    assert re.fullmatch(
        r"The gradient (−?[\d.]+) arrives at Normal \(the draw\)\. It sends \1 × 0 = 0 to mu and "
        r"\1 × 0 = 0 to sigma\. The gradient stops at the die\.",
        cut[4]["words"],
    )
    assert "element 0 of tensors does not require grad" in no_path[1]["words"]


def test_where_autograd_recorded_nothing_no_gradient_arrives():
    arrived = last_numbers(made.backprop()._runs[2])
    assert arrived == {"loss": "RuntimeError", "mu": "no gradient", "sigma": "no gradient"}


def test_the_die_stands_where_z_is_drawn():
    drawn = [[node["title"] for node in run["nodes"] if node["die"]] for run in made.backprop()._runs]
    assert [[title.split(" =")[0] for title in titles] for titles in drawn] == [[], ["Normal: z"], ["z"]]


def test_a_gradient_that_arrives_on_two_paths_is_summed():
    mu = double(0.5).requires_grad_()
    z = mu * mu
    (run,) = Backprop({"two": (z + 3 * z.square(), {"mu": mu}, z)}, {})._runs
    found = last_numbers(run)
    assert (found["Mul: z"], found["mu"]) == ("gradient 2.5", "gradient 2.5")  # 1 + 6 z; twice mu


# -- Predict -----------------------------------------------------------------------------------


def test_a_question_without_a_page_is_text():
    text = made.predict().still()["text/markdown"]
    assert text.splitlines() == [
        "**Predict.** What is $x^2$ < 5?",
        "",
        "- $x$ is **1**",
        "- $x$ is **2**",
        "- nothing",
    ]


def test_a_choice_is_in_the_repr_and_is_the_index_of_an_option():
    widget = made.predict(name="bet")
    widget.choice = 1
    assert repr(widget) == "Predict('What is $x^2$ < 5?', choice='$x$ is **2**')"
    with pytest.raises(TraitError, match="choice: 0 to 2 is needed, not 3"):
        widget.choice = 3


@pytest.mark.parametrize(
    ("options", "right", "says"),
    [
        ({"A": ""}, None, "options: two to four are needed, not 1"),
        (dict.fromkeys("ABCDE", ""), None, "options: two to four are needed, not 5"),
        ({"A": "", "B": ""}, "C", "right: one of the options is needed, not 'C'"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(options, right, says):
    with pytest.raises(ValueError, match=says):
        Predict("Which?", options, right)


# -- TrainingReplay ----------------------------------------------------------------------------


def recorded(widget) -> list[tuple[np.ndarray, np.ndarray]]:
    """What the browser gets of each epoch: codes (n, 2), and the pictures of the manifold (121, 784)."""
    count, side = len(widget._epochs), widget._side
    sheets = np.frombuffer(zlib.decompress(widget._sheets), np.uint8).reshape(count, side, side)
    return list(zip(floats(widget._codes).reshape(count, -1, 2), map(cut, sheets), strict=True))


def cut(sheet: np.ndarray) -> np.ndarray:
    """The pictures of a sheet without gaps, the top row first."""
    return sheet.reshape(11, 28, 11, 28).swapaxes(1, 2).reshape(121, 784)


@torch.no_grad()
def check_epochs(widget, epochs):
    """The widget has these epochs in this order, each with the codes and pictures of its model."""
    values = math.sqrt(2) * torch.special.erfinv(2 * (torch.arange(11, dtype=torch.float64) + 0.5) / 11 - 1)
    z = double([[z1, z2] for z2 in values.flip(0) for z1 in values])
    for epoch, (codes, pictures) in zip(epochs, recorded(widget), strict=True):
        model = made.model_after(epoch)
        assert codes == pytest.approx(model.encode(made.uniform(10, 784))[0].numpy(), abs=1e-6)
        assert np.abs(pictures - 255 * model.decode(z).numpy()).max() <= 0.501
    assert widget._scores == [210.0 - epoch if epoch else None for epoch in epochs]
    assert (widget._epochs, widget.epoch) == (epochs, epochs[-1])


def test_what_is_recorded_again_starts_over_from_there():
    widget = made.replay((0, 1, 2, 3))
    check_epochs(widget, [0, 1, 2, 3])
    widget.record(made.model_after(2), made.history_after(2))
    check_epochs(widget, [0, 1, 2])
    widget.record(made.model_after(5), made.history_after(5))
    check_epochs(widget, [0, 1, 2, 5])
    widget.record(made.model_after(0))
    check_epochs(widget, [0])
    check_epochs(made.replay((3, 4)), [3, 4])  # where the first was not recorded


def test_recording_changes_nothing_in_training():
    def trained(**options):
        model = vae(2)
        model.encoder.append(nn.Dropout(0.5))  # which would draw
        x = made.uniform(40, 784)
        return model, fit(model, x, x[:10], epochs=2, batch_size=10, progress=False, **options)

    widget = made.replay([])
    (plain, history), (watched, same) = trained(), trained(after_epoch=widget.record)
    assert history == same
    assert all(map(torch.equal, plain.parameters(), watched.parameters()))
    assert widget._scores == [-terms.elbo for terms in history.test]
    watched.decoder.append(nn.Dropout(0.5))
    watched.train()
    widget.record(watched)
    assert (watched.training, watched.encoder.training, torch.is_grad_enabled()) == (True, True, True)
    ((codes, sheet),) = recorded(widget)
    widget.record(plain)
    assert np.array_equal(sheet, recorded(widget)[0][1])  # without its dropout
    assert codes == pytest.approx(watched.eval().encode(made.uniform(10, 784))[0].detach().numpy(), abs=1e-6)


def test_the_picture_of_a_replay_shows_the_first_an_early_and_the_last_epoch():
    widget = made.replay(range(8))
    frames, figure = recorded(widget), widget.figure()
    plt.close(figure)
    for epoch, plane, manifold in zip((0, 2, 7), figure.axes[:3], figure.axes[3:], strict=True):
        words = f"held-out -ELBO {210 - epoch:.1f}" if epoch else "before training"
        assert (plane.get_title(loc="left") or plane.get_title()) == f"epoch {epoch}: {words}"
        drawn = np.concatenate([points.get_offsets().data for points in plane.collections])
        assert drawn == pytest.approx(frames[epoch][0], abs=1e-6)
        assert np.array_equal(cut(manifold.images[0].get_array()), frames[epoch][1])


# -- Race --------------------------------------------------------------------------------------


def test_the_picture_of_a_race_shows_its_steps_before_twenty_others():
    widget = Race(mus=[[-1.0, -1.0], [0.5, 2.0], [1.0, 5.0]], draws=3, baseline=True)
    figure = widget.figure()
    plt.close(figure)
    curve, trace = figure.axes
    assert (
        curve.get_title(loc="left") or curve.get_title() == "parabola, 3 draws a step, mean cost as baseline"
    )
    ours = [line for line in trace.lines if len(line.get_xdata()) == 3]
    assert [line.get_xdata().tolist() for line in ours] == [[-1.0, 0.5, 1.0], [-1.0, 2.0, 5.0]]
    assert sum(len(line.get_xdata()) == 61 for line in trace.lines) == 40
    ends = [line.get_xydata()[-1] for line in curve.lines if len(line.get_xdata()) == 1][1:]
    assert ends[0] == pytest.approx([1.0, 5.0])
    assert ends[1] == pytest.approx([5.0, 5.0])


@pytest.mark.parametrize("cost", ["parabola", "step"])
@pytest.mark.parametrize("baseline", [False, True])
def test_a_race_of_many_draws_goes_down_the_exact_gradient(cost, baseline):
    widget = Race(cost=cost, baseline=baseline, draws=50)
    noise = made.normal(4000, 50, seed=5)
    moved = np.array([widget.step([0.5, 0.5], row) for row in noise]) - 0.5
    widget.draws = 2
    assert widget.step([0.5, 0.5], noise[0]) == widget.step([0.5, 0.5], noise[0, :2])
    exact = 2 * (0.5 - 3) if cost == "parabola" else -10 * math.exp(-0.125) / math.sqrt(2 * math.pi)
    assert moved[:, 1].mean() == pytest.approx(-0.05 * exact, abs=5 * moved[:, 1].std() / 4000**0.5)
    pathwise = -0.05 * exact if cost == "parabola" else 0
    assert moved[:, 0].mean() == pytest.approx(pathwise, abs=5 * moved[:, 0].std() / 4000**0.5)


# -- Stream ------------------------------------------------------------------------------------


def places(packed: bytes) -> np.ndarray:
    """Positions in pixels, as the browser reads them."""
    return np.frombuffer(packed, "<i2").reshape(-1, 11, 30, 2) / 256


def test_the_browser_gets_each_point_to_a_part_of_a_pixel():
    widget = made.stream()
    assert np.abs(places(widget._paths) - made.WAYS.numpy()).max() <= 0.5 / 256 + 1e-9
    far = made.WAYS.clone()
    far[0, 0, 0] = double([1e6, -1e6])
    packed = Stream(made.to_corner, made.INK, far, steps=20)._paths
    assert places(packed)[0, 0, 0].tolist() == [32767 / 256, -128.0]


def test_a_drawing_is_trained_on_and_its_progress_is_told():
    told = []
    widget = made.stream(frame=7)
    widget.observe(lambda change: told.append(change["new"]), "progress")
    widget.drawing = bytes(made.INK[1].byte().tolist())
    widget.training = True
    assert (widget.training, widget.picked, widget.frame, widget.trouble) == (False, -1, 0, "")
    assert told == [(step + 1) / 20 for step in range(20)]
    assert torch.equal(widget.path, made.to_corner(made.INK[1], lambda step: None))
    assert np.abs(places(widget._own)[0] - widget.path.numpy()).max() <= 0.5 / 256 + 1e-9
    widget.picked = 1
    assert torch.equal(widget.path, made.WAYS[1])


def test_training_on_a_drawing_leaves_torch_as_it_was():
    def make(image, after_step):
        torch.manual_seed(1)
        assert torch.is_grad_enabled()
        return made.WAYS[0]

    widget, state = made.stream(make), torch.get_rng_state()
    widget.drawing = bytes(made.INK[1].byte().tolist())
    with torch.no_grad():
        widget.training = True
    assert torch.equal(torch.get_rng_state(), state)
    assert (widget.picked, widget.trouble) == (-1, "")


def stopped(image, after_step):
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("make", "drawing", "says"),
    [
        (lambda image, after_step: 1 / 0, b"\1" * 784, "ZeroDivisionError: division by zero"),
        (lambda image, after_step: made.WAYS[0, :5], b"\1" * 784, "ValueError: path: the shape (11, 30, 2)"),
        (stopped, b"\1" * 784, "stopped"),
        (made.to_corner, b"", "ValueError: nothing is drawn"),
        (made.to_corner, b"\0" * 784, "ValueError: nothing is drawn"),
    ],
)
def test_a_training_that_fails_says_why_and_keeps_what_was_shown(make, drawing, says):
    widget = made.stream(make, picked=2, frame=4, drawing=drawing)
    widget.training = True
    assert widget.trouble.startswith(says)
    assert (widget.training, widget.picked, widget.frame, widget._own) == (False, 2, 4, b"")


def test_the_picture_of_a_stream_shows_four_moments_up_to_the_one_that_is_shown():
    for frame, frames in ((0, (0, 5, 8, 10)), (5, (0, 2, 4, 5))):
        figure = made.stream(picked=1, frame=frame).figure()
        plt.close(figure)
        for at, ax in zip(frames, figure.axes, strict=True):
            (points,) = ax.collections
            assert np.allclose(points.get_offsets().data, made.WAYS[1, at])
            assert (ax.get_title(loc="left") or ax.get_title()) == f"t = {1 - at / 10:.2f}"
            assert (ax.get_xlim(), ax.get_ylim()) == ((-2, 30), (-2, 30))


def test_a_point_keeps_the_colour_of_its_direction_in_the_noise():
    noise = double([[18.0, 14.0], [14.0, 26.0], [10.0, 14.0], [14.0, 2.0]])  # right, up, left, down
    path = torch.stack([noise, noise.flip(0)])
    assert hues(path).tolist() == pytest.approx([0, 0.25, 0.5, 0.75])
