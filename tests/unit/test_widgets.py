"""The widgets that run in the browser, their Python side. (tests/browser drives them there.)"""

import base64
import io
import json
import math
import os
import re
import zlib

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from torch import nn
from traitlets import TraitError

from helpers.data import load_digits
from helpers.figures import tile
from helpers.training import fit
from helpers.vae import VAE, kl_divergence
from helpers.widgets import (
    AttributeSliders,
    Backprop,
    DigitCanvas,
    Interpolation,
    JumpAndSlide,
    LatentPad,
    SideBySide,
    TrainingReplay,
    Traversals,
)
from helpers.widgets._base import pack_images, pack_network
from helpers.widgets.interpolation import _percent
from helpers.widgets.traversals import VALUES
from tests.example_widgets import (
    ALL_WIDGETS,
    DIRECTIONS,
    KL,
    LABELS,
    MEANS,
    SIGMAS,
    attributes,
    backprop,
    canvas,
    decoder,
    encode,
    history_after,
    interpolation,
    model_after,
    normal,
    pad,
    replay,
    runs,
    traversals,
    uniform,
)


def floats(packed: bytes) -> np.ndarray:
    return np.frombuffer(packed, "<f4")


# -- all of them -------------------------------------------------------------------------------

REPR = {
    "LatentPad": "LatentPad(z=(0.50, -1.00), picked=None)",
    "Traversals": "Traversals(4 dimensions, start=0, value=0.00)",
    "Interpolation": "Interpolation(first=0, second=1, 9 steps)",
    "DigitCanvas": "DigitCanvas(empty)",
    "Backprop": "Backprop('2 * mu', step 0 of 4)",
    "JumpAndSlide": "JumpAndSlide(mu=2.00, sigma=1.00, 40 draws)",
    "AttributeSliders": "AttributeSliders(5 images; bolder=0.0, slanted=0.0, wider=0.0)",
    "TrainingReplay": "TrainingReplay(4 epochs of 0..3, epoch=3)",
}


@pytest.mark.parametrize("name", ALL_WIDGETS)
def test_a_console_gets_the_repr_and_a_page_without_a_kernel_the_picture(name):
    widget = ALL_WIDGETS[name]()
    bundle = widget._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert data["text/plain"] == repr(widget) == REPR[name]
    assert base64.b64decode(data["image/png"]) == widget.picture
    assert "application/vnd.jupyter.widget-view+json" in data


@pytest.mark.parametrize(
    ("name", "trait", "value"),
    [
        ("LatentPad", "z", [2.0, 1.0]),
        ("Traversals", "value", 2.0),
        ("Traversals", "start", 3),
        ("Interpolation", "first", 2),
        ("Interpolation", "second", 3),
        ("DigitCanvas", "image", bytes([0, 1] * 392)),
        ("Backprop", "run", 1),
        ("JumpAndSlide", "mu", 3.0),
        ("JumpAndSlide", "sigma", 0.5),
        ("JumpAndSlide", "epsilon", normal(40, seed=3)),
        ("AttributeSliders", "amounts", {"wider": -1.0}),
    ],
)
def test_the_picture_follows_each_trait_and_keeps_its_size(name, trait, value):
    widget = ALL_WIDGETS[name]()
    before = widget.picture
    setattr(widget, trait, value)
    assert widget.picture != before
    assert plt.imread(io.BytesIO(widget.picture)).shape == plt.imread(io.BytesIO(before)).shape
    assert plt.get_fignums() == []


def sheets(widget) -> list[tuple[np.ndarray, list[str], list[str]]]:
    """Of each sheet in the picture: its pixels, the words beside its rows and above its columns."""
    figure = widget.figure()
    plt.close(figure)
    return [
        (
            ax.images[0].get_array(),
            [text.get_text() for text in ax.get_yticklabels()],
            [text.get_text() for text in ax.get_xticklabels()],
        )
        for ax in figure.axes
        if ax.images
    ]


@torch.no_grad()
def test_the_pictures_show_what_torch_decodes():
    *_, (pixels, _, _) = sheets(pad(z=(1.0, -2.0)))
    assert np.array_equal(pixels, decoder()(torch.tensor([[1.0, -2.0]])).view(8, 8))

    widget = traversals()
    widget.start, widget.value = 2, 0.75
    start, rows = sheets(widget)
    pair = torch.stack([uniform(5, 64)[2], decoder(4)(CODES[2])])
    assert np.allclose(start[0], tile(pair, 2), atol=1 / 255)
    z = CODES[2].repeat(4, 6, 1)
    for row, dimension in enumerate([1, 3, 0, 2]):
        z[row, :, dimension] = torch.tensor([-3.0, -1.5, 0.0, 1.5, 3.0, 0.75])
    assert np.allclose(rows[0], tile(decoder(4)(z.view(24, 4)), 6), atol=1e-6)
    ordered = {2: "2.31", 4: "1.00", 1: "0.50", 3: "0.00"}
    assert rows[1] == [f"$z_{{{i}}}$ · {kl} nats" for i, kl in ordered.items()]
    assert rows[2] == ["-3", "-1.5", "0", "1.5", "3", "value\n0.75"]

    widget = interpolation(labels=[5, 6, 7, 8, 9], first=3, second=1, steps=3)
    ends, line, circle = sheets(widget)
    assert np.allclose(ends[0], tile(uniform(5, 64)[[3, 1]], 2), atol=1 / 255)
    assert ends[2] == ["image 3\nlabel 8", "image 1\nlabel 6"]
    for kind, (pixels, _, words) in {"line": line, "circle": circle}.items():
        z, shares = widget.path(kind), widget.shares(kind)
        assert np.allclose(pixels, tile(decoder(4)(z), 3), atol=1e-6)
        assert words == [
            f"{length:.1f}\n{_percent(share)}"
            for length, share in zip(z.norm(dim=1).tolist(), shares.tolist(), strict=True)
        ]

    widget = attributes(limit=2)
    widget.amounts = {"wider": 0.5, "bolder": -1.25}
    ((pixels, rows, _),) = sheets(widget)
    bolder, slanted, wider = DIRECTIONS.values()
    z = [
        CODES + by
        for by in (
            0.5 * wider - 1.25 * bolder,
            -2 * bolder,
            2 * bolder,
            -2 * slanted,
            2 * slanted,
            -2 * wider,
            2 * wider,
        )
    ]
    assert np.allclose(pixels, tile(torch.cat([IMAGES, decoder(4)(torch.cat(z))]), 5), atol=1 / 255)
    assert rows == [
        "image",
        "decoded",
        "bolder -2",
        "bolder +2",
        "slanted -2",
        "slanted +2",
        "wider -2",
        "wider +2",
    ]

    widget, digit = canvas(), load_digits().test[0]
    widget.draw(digit)
    ((pixels, _, _),) = sheets(widget)
    assert np.array_equal(pixels, digit.view(28, 28))


def test_the_picture_says_that_it_is_one_and_the_figure_does_not(monkeypatch):
    drawn = []
    monkeypatch.setattr("helpers.widgets._base.png", lambda figure: drawn.append(figure) or b"")
    for make in ALL_WIDGETS.values():
        widget = make()
        assert widget.picture == b""
        figure = widget.figure()
        assert plt.get_fignums() == [figure.number]  # left to who asked for it
        plt.close(figure)
        assert [text.get_text() for text in drawn[-1].texts[-1:]] == ["Does not move? Run this cell again."]
        assert len(figure.texts) == len(drawn[-1].texts) - 1


@pytest.mark.parametrize(
    "make",
    [
        LatentPad,
        lambda network: Traversals(network, normal(5, 2), KL[:2]),
        lambda network: Interpolation(network, normal(5, 2), IMAGES),
        lambda network: AttributeSliders(network, normal(5, 2), IMAGES, {"bolder": MEANS[0]}),
    ],
    ids=["pad", "traversals", "interpolation", "attributes"],
)
def test_training_the_decoder_further_changes_nothing(make):
    network = decoder().double()
    widget = make(network)
    before = widget.picture
    nn.init.zeros_(network[0].weight)
    assert widget.picture == before


def test_a_file_holds_all_it_needs(tmp_path):
    path = pad(z=(0.5, -1.0)).to_html(tmp_path / "pad.html", title="a <pad> & more")
    page = path.read_text(encoding="utf-8")
    assert "<title>a &lt;pad&gt; &amp; more</title>" in page
    assert not re.search(r"(src|href)=|https?://|import ", page)
    state = json.loads(re.search(r"^const state = (.*);$", page, re.M)[1])
    assert state["z"] == [0.5, -1.0]
    assert len(base64.b64decode(state["_weights"]["base64"])) == 4 * (2 * 16 + 16 + 16 * 64 + 64)


@pytest.mark.parametrize(
    ("path", "error"),
    [("nowhere/pad.html", FileNotFoundError), (".", IsADirectoryError if os.name == "posix" else OSError)],
)
def test_where_no_file_can_be_none_is_written(tmp_path, path, error):
    with pytest.raises(error):
        pad().to_html(tmp_path / path)
    assert list(tmp_path.iterdir()) == []


def test_of_a_vae_is_what_one_would_write_out():
    torch.manual_seed(0)
    flat, model = VAE(2, hidden=8, pixels=64), VAE(4, hidden=8, pixels=64)
    x, labels = uniform(5, 64), torch.arange(5)
    with torch.no_grad():
        (flat_mu, flat_logvar), (mu, logvar) = flat.encode(x), model.encode(x)
        kl = [kl_divergence(mu[:, [i]], logvar[:, [i]]).mean().item() for i in range(4)]
    plane, network = (nn.Sequential(either.decoder, nn.Sigmoid()) for either in (flat, model))
    for made, written in [
        (LatentPad.of(flat), LatentPad(plane)),
        (
            LatentPad.of(flat, x, labels, extent=3.0),
            LatentPad(
                plane, means=flat_mu, sigmas=torch.exp(0.5 * flat_logvar), labels=labels, images=x, extent=3.0
            ),
        ),
        (Traversals.of(model, x, kl=KL), Traversals(network, mu, KL, images=x)),
        (Interpolation.of(model, x), Interpolation(network, mu, x)),
        (
            Interpolation.of(model, x, labels, codes=normal(5, 4), first=3, second=2, steps=4),
            Interpolation(network, normal(5, 4), x, labels, first=3, second=2, steps=4),
        ),
        (AttributeSliders.of(model, x, DIRECTIONS), AttributeSliders(network, mu, x, DIRECTIONS)),
        (
            AttributeSliders.of(model, x, DIRECTIONS, limit=2, codes=normal(5, 4)),
            AttributeSliders(network, normal(5, 4), x, DIRECTIONS, limit=2),
        ),
    ]:
        states = [
            {
                name: getattr(widget, name)
                for name in widget.trait_names(sync=True)
                if name not in ("layout", "comm")
            }
            for widget in (made, written)
        ]
        assert states[0] == states[1]
    assert Traversals.of(model, x)._kl == pytest.approx(kl, rel=1e-4)


# -- what the browser gets ---------------------------------------------------------------------


def test_the_browser_gets_the_network_layer_by_layer():
    inner = nn.Sequential(nn.Tanh(), nn.Linear(3, 4, bias=False))
    network = nn.Sequential(nn.Linear(2, 3), inner, nn.Softplus())
    layers, weights = pack_network(network)
    assert layers == [
        {"kind": "linear", "inputs": 2, "outputs": 3},
        {"kind": "tanh"},
        {"kind": "linear", "inputs": 3, "outputs": 4},
        {"kind": "softplus"},
    ]
    parts = [network[0].weight, network[0].bias, inner[1].weight, torch.zeros(4)]
    assert np.array_equal(floats(weights), torch.cat([part.detach().flatten() for part in parts]).numpy())


def test_the_browser_gets_codes_as_they_are_and_images_as_the_nearest_of_256_greys():
    widget = pad()
    assert np.array_equal(floats(widget._means).reshape(3, 2), MEANS)
    assert np.array_equal(floats(widget._sigmas).reshape(3, 2), SIGMAS)
    assert widget._labels == LABELS.tolist()
    greys = pack_images("images", torch.tensor([[0.0, 0.1, 0.5, 0.999, 1.0]]), 1, 5)
    assert list(greys) == [0, 26, 128, 255, 255]


class OwnLayer(nn.Linear):
    def forward(self, z):
        return super().forward(z) + 1


def broken(value):
    network = decoder()
    network[2].weight.data[0, 0] = value
    return network


@pytest.mark.parametrize(
    ("network", "error", "says"),
    [
        (nn.Sequential(nn.Linear(2, 4), nn.GELU(), nn.Sigmoid()), TypeError, "Linear, ReLU, .* not GELU"),
        (nn.Sequential(OwnLayer(2, 4), nn.Sigmoid()), TypeError, "not OwnLayer"),
        (VAE(2, hidden=4), TypeError, "not VAE"),
        (torch.sigmoid, TypeError, "an nn.Sequential"),
        (decoder()[:-1], ValueError, "last layer must be a Sigmoid"),
        (decoder(pixels=15), ValueError, "square pictures are needed, not 15 pixels"),
        (decoder(latent=3), ValueError, "2 latent dimensions, not 3"),
        (broken(math.nan), ValueError, "decoder: its weights: finite numbers are needed"),
    ],
)
def test_a_network_that_the_browser_cannot_run_is_refused(network, error, says):
    with pytest.raises(error, match=says):
        LatentPad(network)


VAE_OF_2, CODES, IMAGES = VAE(2, hidden=4, pixels=64), normal(5, 4), uniform(5, 64)


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (
            lambda: pad(means=torch.zeros(3, 3)),
            ValueError,
            r"means: the shape \(n, 2\) is needed, not \(3, 3\)",
        ),
        (lambda: pad(means=[[0.0, 0.0]] * 3), TypeError, "means: a float tensor is needed, not list"),
        (lambda: pad(means=MEANS / 0), ValueError, "means: finite numbers are needed"),
        (lambda: pad(sigmas=SIGMAS[:2]), ValueError, r"sigmas: the shape \(3, 2\)"),
        (lambda: pad(sigmas=SIGMAS.log()), ValueError, "sigmas: standard deviations must be positive"),
        (lambda: pad(labels=[1, 2]), ValueError, "labels: one for each of the 3 images is needed, not 2"),
        (lambda: pad(images=uniform(3, 9)), ValueError, r"images: the shape \(n, 64\)"),
        (lambda: pad(images=uniform(2, 64)), ValueError, "images: 3 are needed, not 2"),
        (lambda: pad(images=255 * uniform(3, 64)), ValueError, "images: pixels from 0 to 1 are needed, not"),
        (lambda: pad(extent=0), ValueError, "extent: a positive number"),
        (lambda: LatentPad.of(VAE_OF_2, uniform(3, 784)), ValueError, r"images: the shape \(n, 64\)"),
        (lambda: LatentPad.of(VAE_OF_2, torch.ones(3, 64).long()), TypeError, "images: .* not torch.int64"),
        (lambda: Traversals(decoder(4), normal(5, 3), KL), ValueError, r"codes: the shape \(n, 4\)"),
        (lambda: Traversals(decoder(4), CODES, KL[:3]), ValueError, r"kl: the shape \(4\)"),
        (
            lambda: Traversals(decoder(4), CODES, [1.0] * 4),
            TypeError,
            "kl: a float tensor is needed, not list",
        ),
        (
            lambda: Traversals(decoder(4), CODES, KL, images=IMAGES[1:]),
            ValueError,
            "images: 5 are needed, not 4",
        ),
        (lambda: interpolation(CODES[:1]), TraitError, "second: 0 to 0 is needed, not 1"),
        (lambda: interpolation(first=5), TraitError, "first: 0 to 4 is needed, not 5"),
        (lambda: interpolation(steps=1), ValueError, "steps: at least 2 needed, not 1"),
        (lambda: interpolation(steps=2.5), TypeError, "steps: a whole number is needed, not 2.5"),
        (lambda: interpolation(labels=[1, 2]), ValueError, "labels: one for each of the 5 images"),
        (lambda: attributes([DIRECTIONS["wider"]]), TypeError, "directions: a dict of names .* not list"),
        (lambda: attributes({}), ValueError, "directions: 1 to 4 are needed, not 0"),
        (lambda: attributes(dict.fromkeys("abcde", CODES[0])), ValueError, "directions: 1 to 4 .* not 5"),
        (
            lambda: attributes({"bolder": CODES[:1]}),
            ValueError,
            r"directions\['bolder'\]: the shape \(4\) is needed, not \(1, 4\)",
        ),
        (lambda: attributes({"bolder": [1.0] * 4}), TypeError, r"directions\['bolder'\]: .* not list"),
        (lambda: attributes({"bolder": CODES[0] / 0}), ValueError, r"directions\['bolder'\]: finite numbers"),
        (lambda: attributes(limit=0), ValueError, "limit: a positive number is needed, not 0"),
        (
            lambda: AttributeSliders(decoder(4), normal(17, 4), uniform(17, 64), DIRECTIONS),
            ValueError,
            "images: at most 16, .* not 17",
        ),
        (
            lambda: AttributeSliders.of(VAE_OF_2, uniform(3, 784), DIRECTIONS),
            ValueError,
            r"images: .* \(n, 64\)",
        ),
        (
            lambda: AttributeSliders.of(VAE_OF_2, IMAGES, {"bolder": MEANS[0]}, codes=CODES),
            ValueError,
            r"codes: the shape \(n, 2\) is needed, not \(5, 4\)",
        ),
        (
            lambda: AttributeSliders.of(VAE_OF_2, IMAGES, {"bolder": MEANS[0]}, codes=MEANS),
            ValueError,
            "images: 3 are needed, not 5",
        ),
        (lambda: canvas(images=IMAGES), ValueError, r"images: the shape \(n, 784\)"),
        (
            lambda: canvas(images=uniform(3, 784), labels=[1]),
            ValueError,
            "labels: one for each of the 3 images",
        ),
        (lambda: DigitCanvas(None), TypeError, "encode: a function of a digit is needed, not None"),
        (
            lambda: DigitCanvas(lambda x: None),
            TypeError,
            "encode: it must return mu and logvar, not NoneType",
        ),
        (lambda: DigitCanvas.of(VAE(3, hidden=4), pad=pad()), ValueError, "pad: .* 2 dimensions"),
        (
            lambda: DigitCanvas(encode).to_html("canvas.html"),
            ValueError,
            "only DigitCanvas.of.model. takes its",
        ),
        (lambda: canvas().draw(torch.zeros(2, 784)), ValueError, r"image: the shape \(n, 784\)"),
        (
            lambda: canvas().draw(torch.full((784,), 255.0)),
            ValueError,
            "image: pixels from 0 to 1 are needed",
        ),
        (lambda: TrainingReplay(IMAGES, [0] * 5), ValueError, r"images: the shape \(n, 784\)"),
        (lambda: TrainingReplay(uniform(3, 784), [1, 2]), ValueError, "labels: one for each of the 3 images"),
        (
            lambda: TrainingReplay(uniform(2, 784), [1, 10]),
            ValueError,
            "labels: .* 0 to 9 .*, not from 1 to 10",
        ),
        (lambda: TrainingReplay(uniform(2, 784), [-1, 1]), ValueError, "labels: .* not from -1 to 1"),
        (lambda: TrainingReplay(uniform(2, 784), [0.5, 1]), ValueError, "labels: whole numbers from 0 to 9"),
        (
            lambda: replay().record(VAE(3, hidden=4)),
            ValueError,
            "model: .* 2 latent dimensions .* not with 3",
        ),
        (lambda: replay([]).picture, ValueError, "nothing is recorded yet: call replay.record"),
        (
            lambda: replay([]).to_html("replay.html"),
            ValueError,
            "nothing is recorded yet: call replay.record",
        ),
    ],
)
def test_a_wrong_argument_is_named(make, error, says):
    with pytest.raises(error, match=says):
        make()


@pytest.mark.parametrize(
    ("make", "trait", "value", "says"),
    [
        (pad, "z", [1.0], "z: two finite numbers are needed"),
        (pad, "z", [1.0, math.nan], "z: two finite numbers are needed"),
        (pad, "picked", 3, "picked: None or the number of one of 3 means is needed, not 3"),
        (pad, "extent", 5.0, "extent"),
        (traversals, "value", 3.01, "value"),
        (traversals, "value", -3.01, "value"),
        (traversals, "start", 5, "start: 0 to 4 is needed, not 5"),
        (interpolation, "second", -1, "second: 0 to 4 is needed, not -1"),
        (JumpAndSlide, "mu", 6.1, "mu"),
        (JumpAndSlide, "sigma", 0.0, "sigma"),
        (attributes, "amounts", {"bolder": 3.01}, "amounts: 'bolder' from -3 to 3 is needed, not 3.01"),
        (attributes, "amounts", {"bolder": math.nan}, "amounts: 'bolder' from -3 to 3 is needed, not nan"),
        (attributes, "amounts", {"bold": 1}, "amounts: one of bolder, slanted, wider is needed, not 'bold'"),
        (canvas, "image", bytes(783), "image: 784 bytes of 0 or 1 are needed"),
        (canvas, "image", bytes([2] * 784), "image: 784 bytes of 0 or 1 are needed"),
        (backprop, "run", 3, "run: 0 to 2 is needed, not 3"),
        (backprop, "step", 5, "step: 0 to 4 is needed, not 5"),
        (replay, "epoch", 4, r"epoch: one of \[0, 1, 2, 3\] is needed, not 4"),
    ],
)
def test_a_trait_keeps_its_value_when_a_wrong_one_is_set(make, trait, value, says):
    widget = make()
    before = getattr(widget, trait)
    with pytest.raises(TraitError, match=says):
        setattr(widget, trait, value)
    assert getattr(widget, trait) == before


# -- LatentPad ---------------------------------------------------------------------------------


def test_z_is_decoded_as_torch_does():
    widget = pad(z=(1.0, -2.0))
    with torch.no_grad():
        assert torch.equal(widget.decoded, decoder()(torch.tensor([[1.0, -2.0]]))[0])


@pytest.mark.parametrize(("extent", "start"), [(4.0, [-2.9, 0.0]), (3.0, [1.0, 0.0]), (9.0, [3.1, 0.0])])
def test_it_starts_at_the_mean_with_the_most_contrast_away_from_the_edge(extent, start):
    network = nn.Sequential(nn.Linear(2, 4), nn.Sigmoid())  # the farther out, the surer
    network[0].weight.data = torch.tensor([[2.0, 0], [2, 0], [-2, 0], [-2, 0]])
    network[0].bias.data.zero_()
    means = torch.tensor([[0.0, 0.0], [1.0, 0.0], [-2.9, 0.0], [3.1, 0.0]])
    assert LatentPad(network, means=means, extent=extent).z == pytest.approx(start)
    assert LatentPad(network, means=means, extent=extent, z=(0.0, 0.5)).z == [0.0, 0.5]
    assert LatentPad(network, extent=extent).z == [0.0, 0.0]


def test_the_figure_names_circles_shade_and_axes_and_keeps_the_ring_at_the_edge():
    figure = pad(z=(9.0, -1.0)).figure()
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


@pytest.mark.parametrize(
    "z",
    [(1, -2), np.array([1.0, -2.0]), torch.tensor([1.0, -2.0]), [np.float32(1), torch.tensor(-2.0)]],
    ids=["tuple", "array", "tensor", "scalars"],
)
def test_z_is_set_from_whatever_holds_two_numbers(z):
    widget = pad()
    widget.z = z
    assert widget.z == [1.0, -2.0]


@pytest.mark.skipif(ipywidgets.__version__.startswith("7."), reason="sends nothing without a kernel")
def test_a_z_from_the_browser_is_not_sent_back(monkeypatch):
    widget, sent = pad(), []
    monkeypatch.setattr(widget, "_send", lambda message, buffers=None: sent.append(message))
    widget.set_state({"z": [1.0, 2.0]})
    assert (widget.z, sent) == ([1.0, 2.0], [])
    widget.z = [2.0, 1.0]
    assert [message["state"] for message in sent] == [{"z": [2.0, 1.0]}]


def test_what_is_picked_starts_at_its_mean():
    widget = pad()
    widget.epsilon = [1.0, 1.0]
    widget.picked = 2
    assert (widget.z, widget.epsilon) == ([0.0, -2.5], [0.0, 0.0])


# -- JumpAndSlide ------------------------------------------------------------------------------


def test_the_picture_of_jump_and_slide_shows_moves_and_slopes():
    widget = JumpAndSlide(mu=4.0, sigma=0.7, k=3.5)
    epsilon = torch.tensor(widget.epsilon)
    figure = widget.figure()
    plt.close(figure)
    jump, scattered, slide, straight = figure.axes
    levels = [np.stack([line.get_xdata() for line in ax.lines[:40]], 1) for ax in (jump, slide)]
    assert levels[1] == pytest.approx(np.array([[3.0], [3.5], [4.0]]) + 0.7 * epsilon.numpy(), abs=1e-5)
    assert np.diff(levels[0], axis=0).std() > 0.5  # to 1.4 sigma on average; sliding it is 0
    mu, slopes = straight.lines[0].get_data()
    assert slopes == pytest.approx(2 * (mu - 3.5) + 0.1 + 1.4 * epsilon.mean().item(), abs=1e-3)
    off = scattered.lines[0].get_ydata() - (2 * (mu - 3.5) + 0.1)
    variance = 4 * (mu - 3.5) ** 2 * 0.7**2 + 2 * 0.7**4  # of f, lesson 02
    assert (off / (2 * variance / 40) ** 0.5 * 0.1).std() == pytest.approx(1, abs=0.3)  # 61 of them


# -- Traversals --------------------------------------------------------------------------------


def test_dimensions_are_ordered_by_kl_and_ties_keep_their_order():
    assert traversals().order == [2, 4, 1, 3]
    assert Traversals(decoder(4), CODES, torch.tensor([1.0, 2.0, 1.0, 2.0])).order == [2, 4, 1, 3]


def test_a_row_sets_one_dimension_of_the_start_code():
    widget = traversals()
    widget.start, widget.value = 3, 0.75
    row = widget._row(2)
    assert row[:, 1].tolist() == [-3.0, -1.5, 0.0, 1.5, 3.0, 0.75]
    kept = [0, 2, 3]
    assert torch.equal(row[:, kept], CODES[3, kept].expand(6, 3))
    for end in (VALUES[0], VALUES[-1]):
        widget.value = end


# -- Interpolation -----------------------------------------------------------------------------


def test_the_circle_between_orthogonal_unit_vectors_stays_on_the_circle():
    path = interpolation(torch.eye(4)).path("circle")
    angle = torch.linspace(0, math.pi / 2, 9)
    assert torch.allclose(path[:, 0], torch.cos(angle), atol=1e-6)
    assert torch.allclose(path[:, 1], torch.sin(angle), atol=1e-6)
    assert path[:, 2:].abs().max() == 0


def test_the_line_goes_in_equal_steps():
    path = interpolation(torch.eye(4)).path("line")
    assert path[4].tolist() == [0.5, 0.5, 0, 0]
    assert torch.allclose(path.diff(dim=0), path.diff(dim=0)[:1], atol=1e-6)


@pytest.mark.parametrize("kind", ["line", "circle"])
def test_both_walks_run_from_the_first_code_to_the_second(kind):
    path = interpolation(first=3, second=1, steps=4).path(kind)
    assert path.shape == (4, 4)
    assert torch.allclose(path[[0, -1]], CODES[[3, 1]], atol=1e-6)


@pytest.mark.parametrize("codes", [[[1.0, 2], [2, 4]], [[1.0, 2], [-1, -2]], [[0.0, 0], [1, 2]]])
def test_without_an_angle_the_circle_is_the_line(codes):
    widget = interpolation(torch.tensor(codes))
    assert torch.equal(widget.path("circle"), widget.path("line"))


def test_shares_in_two_dimensions_are_those_of_rayleigh():
    widget = interpolation(torch.tensor([[0.3, 0.4], [3.0, -2.0]]))
    squared = widget.path("line").square().sum(1)
    assert torch.allclose(widget.shares("line"), 1 - torch.exp(-squared / 2), atol=1e-6)
    radii = torch.linspace(0, widget._farthest, len(widget._shares), dtype=torch.float64)
    assert torch.allclose(torch.tensor(widget._shares, dtype=torch.float64), 1 - torch.exp(-(radii**2) / 2))


def test_shares_are_those_of_draws_from_the_prior():
    widget = interpolation(normal(2, 20))
    draws = normal(20_000, 20, seed=3).norm(dim=1)
    counted = (draws < widget.path("line").norm(dim=1)[:, None]).float().mean(1)
    error = (counted * (1 - counted) / len(draws)).sqrt() + 1e-4
    assert (abs(counted - widget.shares("line")) < 4 * error).all()  # 4 standard errors


def test_shares_are_never_said_to_be_none_or_all():
    assert [_percent(share) for share in (0.0, 0.004, 0.2, 0.994, 0.99999)] == [
        "< 0.1 %",
        "0.4 %",
        "20 %",
        "99.4 %",
        "> 99.9 %",
    ]


def test_an_unknown_path_is_refused():
    with pytest.raises(ValueError, match='kind: "line" or "circle" is needed, not \'spiral\''):
        interpolation().path("spiral")


# -- AttributeSliders --------------------------------------------------------------------------


def test_codes_are_moved_by_the_sum_of_amount_times_direction():
    torch.manual_seed(0)
    model = VAE(4, hidden=8, pixels=64)
    widget = AttributeSliders.of(model, IMAGES, DIRECTIONS)
    with torch.no_grad():
        mu, _ = model.encode(IMAGES)
        assert torch.allclose(widget.decoded, model.decode(mu))
        for name, direction in DIRECTIONS.items():
            widget.amounts = {name: -1.5}
            assert torch.allclose(widget.decoded, model.decode(mu - 1.5 * direction))
        widget.amounts = {"wider": 3, "bolder": 0.5}
        moved = mu + 0.5 * DIRECTIONS["bolder"] + 3 * DIRECTIONS["wider"]
        assert torch.allclose(widget.decoded, model.decode(moved))
    assert repr(widget) == "AttributeSliders(5 images; bolder=0.5, slanted=0.0, wider=3.0)"


def test_one_amount_alone_cannot_be_set_unseen():
    widget = attributes()
    with pytest.raises(TypeError, match=r"amounts: .* {\*\*sliders.amounts, 'bolder': 2}"):
        widget.amounts["bolder"] = 2
    assert widget.amounts == {"bolder": 0, "slanted": 0, "wider": 0}


# -- DigitCanvas -------------------------------------------------------------------------------


def test_the_encoder_gets_the_drawing_without_a_graph_and_its_answer_is_set():
    given = []

    def watched(x):
        given.append((x, torch.is_grad_enabled()))
        return encode(x)

    widget, image = DigitCanvas(watched), load_digits().test[3]
    given.clear()
    widget.set_state({"image": memoryview(image.byte().numpy().tobytes())})  # a message from the browser
    ((x, graph),) = given
    assert torch.equal(x, image[None])
    assert torch.equal(widget.digit, image[None])
    assert (x.dtype, graph) == (torch.float32, False)
    assert widget.mu == pytest.approx([0.53, -1.20])
    assert widget.sigma == pytest.approx([0.20, 0.31])
    assert repr(widget) == "DigitCanvas(mu=(0.53, -1.20))"
    widget.clear()
    assert (widget.mu, widget.sigma, widget.digit, repr(widget)) == ([], [], None, "DigitCanvas(empty)")


def test_a_vae_says_mu_and_sigma_of_what_is_drawn():
    torch.manual_seed(0)
    model, image = VAE(5, hidden=8), load_digits().test[0]
    widget = DigitCanvas.of(model)
    widget.draw(image)
    mu, logvar = model.encode(image[None])
    assert widget.mu == pytest.approx(mu[0].tolist(), abs=1e-6)
    assert widget.sigma == pytest.approx(logvar.exp().sqrt()[0].tolist(), rel=1e-6)
    assert re.fullmatch(r"DigitCanvas\(mu=\((-?\d\.\d\d, ){3}…\)\)", repr(widget))


def test_draw_takes_one_digit_of_either_shape_and_cuts_at_a_half():
    grey = torch.zeros(784)
    grey[5], grey[6], grey[7] = 0.5, 0.51, 1.0
    for image in (grey, grey[None]):
        widget = canvas()
        widget.draw(image)
        assert widget.digit.nonzero().tolist() == [[0, 6], [0, 7]]


def test_the_same_digit_again_asks_the_encoder_again():
    torch.manual_seed(0)
    model, image = VAE(2, hidden=8), load_digits().test[0]
    widget = DigitCanvas.of(model)
    widget.draw(image)
    answers, mu = widget._answers, widget.mu
    model.to_mu.bias.data += 1
    widget.draw(image)
    assert widget.mu == pytest.approx([value + 1 for value in mu])
    assert widget._answers == answers + 1


def test_the_pad_follows_the_drawing():
    linked = pad(z=(3.0, 3.0))
    widget = canvas(pad=linked)
    assert (linked.z, linked.drawn) == ([3.0, 3.0], [])
    widget.draw(torch.ones(784))
    assert linked.z == pytest.approx([1.53, -0.20])
    assert linked.drawn == pytest.approx([1.53, -0.20, 0.20, 0.31])
    widget.clear()
    assert linked.drawn == []


@pytest.mark.parametrize(
    "wrong",
    [
        lambda x: 1 / 0,
        lambda x: None,
        lambda x: (torch.zeros(1, 2), torch.zeros(1, 3)),
        lambda x: (x.new_full((1, 2), math.nan), torch.zeros(1, 2)),
    ],
    ids=["raises", "nothing", "shapes", "nan"],
)
def test_an_error_in_the_encoder_is_said_and_goes_when_it_is_mended(wrong):
    answer, linked = encode, pad()
    widget = DigitCanvas(lambda x: answer(x), pad=linked)
    widget.draw(torch.ones(784))
    answer = wrong
    widget.draw(torch.zeros(784))
    assert re.match("ZeroDivisionError|TypeError|ValueError", widget.message)
    assert (widget.mu, widget.sigma, linked.drawn) == ([], [], [])
    assert repr(widget) == "DigitCanvas(drawn, not encoded)"
    answer = encode
    widget.draw(torch.zeros(784))
    assert (widget.message, len(widget.mu)) == ("", 2)


def test_side_by_side_shows_both_pictures():
    linked = pad(z=(1.0, 1.0))
    both = SideBySide(canvas(pad=linked), linked)
    one, other, together = (plt.imread(io.BytesIO(widget.picture)) for widget in (*both.children, both))
    assert repr(both) == "SideBySide(DigitCanvas(empty), LatentPad(z=(1.00, 1.00), picked=None))"
    assert together.shape == (max(len(one), len(other)), one.shape[1] + other.shape[1], 4)
    assert np.array_equal(together[: len(one), : one.shape[1]], one)
    assert np.array_equal(together[: len(other), one.shape[1] :], other)
    data = both._repr_mimebundle_()
    assert base64.b64decode((data[0] if isinstance(data, tuple) else data)["image/png"]) == both.picture


def test_mnist_has_its_centre_of_mass_at_pixel_14():
    """What CENTRE in digit_canvas.js says: not 13.5, the middle of 28 pixels."""
    images = load_digits(grey=True).test.reshape(-1, 28, 28)
    at, total = torch.arange(28.0), images.sum((1, 2))
    for centre in ((images.sum(2) @ at) / total, (images.sum(1) @ at) / total):
        assert centre.mean().item() == pytest.approx(14, abs=0.05)
        assert (centre - 14).abs().quantile(0.99) < 0.53  # MNIST moved its digits by whole pixels


# -- Backprop ----------------------------------------------------------------------------------


def last_numbers(run):
    """What stands in each box at the end, by the first word of its title."""
    numbers = {int(i): text for step in run["steps"] for i, text in step["numbers"].items()}
    return {run["nodes"][i]["title"].split(" =")[0]: text for i, text in numbers.items()}


def test_the_numbers_are_those_of_autograd():
    for run, (loss, parameters, z) in zip(backprop()._runs, runs().values(), strict=True):
        found = last_numbers(run)
        if not loss.requires_grad:
            assert found == {"loss": "RuntimeError", "mu": "no gradient", "sigma": "no gradient"}
            continue
        d_z, *gradients = torch.autograd.grad(loss, [z, *parameters.values()])
        assert found["Pow"] == "gradient 1"
        expected = {"Sub": d_z, f"{z.grad_fn.name()[:-9]}: z": d_z}
        expected |= zip(parameters, gradients, strict=True)
        for name, gradient in expected.items():
            number = float(found[name].split()[1].replace("−", "-"))
            assert number == pytest.approx(gradient.item(), rel=0.005)
        assert [edge["factor"].split(" = ")[0] for edge in run["edges"]] == [
            "",
            "2 (z − k)",
            "× 1",
            *(["× 2"] if len(parameters) == 1 else ["× 0", "× 0"]),
        ]


def test_each_step_is_said_in_words():
    through, cut, no_path = (run["steps"] for run in backprop()._runs)
    assert through[2]["words"] == "The gradient 1 arrives at Pow. It sends 1 × 2 (z − k) = −5 to Sub."
    assert through[4]["words"] == "The gradient −5 arrives at Mul. It sends −5 × 2 = −10 to mu."
    assert re.fullmatch(
        r"The gradient (−?[\d.]+) arrives at Normal \(the draw\)\. It sends \1 × 0 = 0 to mu and "
        r"\1 × 0 = 0 to sigma\. The gradient stops at the die\.",
        cut[4]["words"],
    )
    assert "element 0 of tensors does not require grad" in no_path[1]["words"]


def test_the_die_stands_where_z_is_drawn():
    dice = [
        [node["title"].split(" =")[0] for node in run["nodes"] if node["die"]] for run in backprop()._runs
    ]
    assert dice == [[], ["Normal: z"], ["z"]]


def test_a_gradient_that_arrives_on_two_paths_is_summed():
    mu = torch.tensor(0.5, requires_grad=True)
    z = mu * mu
    (run,) = Backprop({"two": (z + 3 * z.square(), {"mu": mu}, z)})._runs
    found = last_numbers(run)
    assert (found["Mul: z"], found["mu"]) == ("gradient 2.5", "gradient 2.5")  # 1 + 6 z; twice mu


# -- TrainingReplay ----------------------------------------------------------------------------


def recorded(widget) -> list[tuple[np.ndarray, np.ndarray]]:
    """What the browser gets of each epoch: codes (n, 2), and the pictures of the manifold (121, 784)."""
    count, side = len(widget._epochs), widget._side
    sheets = np.frombuffer(zlib.decompress(widget._sheets), np.uint8).reshape(count, side, side)
    return list(zip(floats(widget._codes).reshape(count, -1, 2), map(cut, sheets), strict=True))


def cut(sheet: np.ndarray) -> np.ndarray:
    """The pictures of a sheet without gaps, the top row first."""
    return sheet.reshape(11, 28, 11, 28).swapaxes(1, 2).reshape(121, 784)


def is_of_epochs(widget, epochs):
    """Whether the widget has these epochs in this order, each with the codes and pictures of its model."""
    probability = (torch.arange(11, dtype=torch.float64) + 0.5) / 11
    values = 2**0.5 * torch.special.erfinv(2 * probability - 1)
    z = torch.tensor([[z1, z2] for z2 in values.flip(0) for z1 in values], dtype=torch.float32)
    for epoch, (codes, pictures) in zip(epochs, recorded(widget), strict=True):
        model = model_after(epoch)
        with torch.no_grad():
            assert codes == pytest.approx(model.encode(uniform(10, 784))[0].numpy(), abs=1e-6)
            assert np.abs(pictures - 255 * model.decode(z).numpy()).max() <= 0.501
    assert widget._scores == [210.0 - epoch if epoch else None for epoch in epochs]
    return (widget._epochs, widget.epoch) == (epochs, epochs[-1])


def test_a_replay_has_the_codes_and_the_manifold_of_each_epoch():
    widget = replay()
    assert is_of_epochs(widget, [0, 1, 2, 3])
    assert widget._labels == list(range(10))
    assert widget._extent >= floats(widget._codes).std()


def test_what_is_recorded_again_starts_over_from_there():
    widget = replay((0, 1, 2, 3))
    widget.record(model_after(2), history_after(2))
    assert is_of_epochs(widget, [0, 1, 2])
    widget.record(model_after(5), history_after(5))
    assert is_of_epochs(widget, [0, 1, 2, 5])
    widget.epoch = 5
    widget.record(model_after(0))
    assert is_of_epochs(widget, [0])
    assert is_of_epochs(replay((3, 4)), [3, 4])  # where the first was not recorded


def test_recording_changes_nothing_in_training():
    def trained(**options):
        torch.manual_seed(0)
        model = VAE(2, hidden=50)
        model.encoder.append(nn.Dropout(0.5))  # which would draw
        return model, fit(
            model, uniform(40, 784), uniform(10, 784), epochs=2, batch_size=10, progress=False, **options
        )

    widget = replay([])
    (plain, history), (watched, same) = trained(), trained(after_epoch=widget.record)
    assert history == same
    assert all(map(torch.equal, plain.parameters(), watched.parameters()))
    assert widget._scores == [-terms.elbo for terms in history.test]
    for mode in (True, False):
        watched.train(mode)
        with torch.set_grad_enabled(mode):
            widget.record(watched)
            assert (watched.training, watched.encoder.training, torch.is_grad_enabled()) == (mode,) * 3
        ((codes, _),) = recorded(widget)
        assert codes == pytest.approx(watched.eval().encode(uniform(10, 784))[0].detach().numpy(), abs=1e-6)


def test_the_figure_shows_the_first_an_early_and_the_last_epoch():
    widget = replay((0, 1, 2, 3, 4, 5, 6, 7))
    frames = recorded(widget)
    figure = widget.figure()
    plt.close(figure)
    planes, manifolds = figure.axes[:3], figure.axes[3:]
    for epoch, plane, manifold in zip((0, 2, 7), planes, manifolds, strict=True):
        assert (plane.get_title(loc="left") or plane.get_title()) == (
            f"epoch {epoch}: held-out -ELBO {210 - epoch:.1f}" if epoch else "epoch 0: before training"
        )
        drawn = np.concatenate([points.get_offsets().data for points in plane.collections])
        assert drawn == pytest.approx(frames[epoch][0], abs=1e-6)
        assert np.array_equal(cut(manifold.images[0].get_array()), frames[epoch][1])
    assert len(replay((0,)).figure().axes) == 2
    plt.close()


def test_thirteen_epochs_of_a_thousand_digits_are_below_a_megabyte():
    digits, model = load_digits(), VAE(2, hidden=50)
    widget = TrainingReplay(digits.test[:1000], digits.test_labels[:1000])
    widget.record(model)
    fit(
        model,
        digits.train[:4000],
        digits.test[:10],
        epochs=12,
        batch_size=50,
        progress=False,
        after_epoch=widget.record,
    )
    assert repr(widget) == "TrainingReplay(13 epochs of 0..12, epoch=12)"
    assert len(widget._codes) + len(widget._sheets) < 1e6
    assert len(widget.picture) < 3e5
