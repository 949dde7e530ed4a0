"""helpers.widgets.LatentPad, its Python side. (tests/browser drives it.)"""

import base64
import json
import re

import numpy as np
import pytest
import torch
import traitlets
from torch import nn

from helpers.vae import VAE
from helpers.widgets import LatentPad
from helpers.widgets._base import ends, pack_network, script


def decoder(latent=2, pixels=16):
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(latent, 5), nn.ReLU(), nn.Linear(5, pixels), nn.Sigmoid())


def pad_of_three(**options):
    return LatentPad(decoder(), means=torch.tensor([[0.0, 1.0], [2.0, -1.0], [-3.0, 0.5]]),
                     sigmas=torch.full((3, 2), 0.5), labels=torch.tensor([4, 7, 1]),
                     images=torch.rand(3, 16), **options)


def test_z_is_read_set_and_decoded_as_torch_does():
    pad = pad_of_three(z=(0.5, -0.5))
    assert pad.z == [0.5, -0.5]
    pad.z = np.array([1.0, -2.0])
    assert torch.equal(pad.decoded, decoder()(torch.tensor([[1.0, -2.0]]))[0].detach())
    assert repr(pad) == "LatentPad(z=(1.00, -2.00), picked=None)"
    pad.z = torch.tensor([0.25, 0.5])
    assert pad.z == [0.25, 0.5]
    pad.z = [np.float32(0.5), torch.tensor(1.5)]
    assert pad.z == [0.5, 1.5]
    pad.z = (1, -2)
    pad.epsilon = [1.0, 1.0]
    pad.picked = 2
    assert repr(pad) == "LatentPad(z=(-3.00, 0.50), picked=2)"  # it starts at the mean, as a click does
    assert pad.epsilon == [0.0, 0.0]


def test_training_on_moves_neither_the_picture_nor_python():
    network = decoder().double()
    pad = LatentPad(network, z=(1.0, 1.0))
    before, picture = pad.decoded.clone(), pad.picture
    with torch.no_grad():
        network[0].weight += 1
    assert torch.equal(pad.decoded, before)
    assert pad.picture == picture
    with pytest.raises(traitlets.TraitError):
        pad.extent = 5.0


def test_a_vae_gives_its_posteriors():
    torch.manual_seed(1)
    model, x = VAE(2, hidden=6), (torch.rand(4, 784) > 0.5).float()
    pad = LatentPad.of(model, x, torch.arange(4))
    with torch.no_grad():
        mu, logvar = model.encode(x)
        assert torch.allclose(pad.decoded, model.decode(torch.zeros(1, 2))[0])
    assert np.allclose(np.frombuffer(pad._means, "<f4").reshape(4, 2), mu)
    assert np.allclose(np.frombuffer(pad._sigmas, "<f4").reshape(4, 2), torch.exp(0.5 * logvar))
    assert np.array_equal(np.frombuffer(pad._images, np.uint8).reshape(4, 784), 255 * x.numpy())
    assert LatentPad.of(model)._means == b""


def test_what_the_browser_gets_is_the_network():
    inner = nn.Sequential(nn.Tanh(), nn.Linear(3, 4, bias=False))
    network = nn.Sequential(nn.Linear(2, 3), inner, nn.Softplus())
    layers, weights = pack_network(network)
    assert [layer["kind"] for layer in layers] == ["linear", "tanh", "linear", "softplus"]
    assert ends(layers) == (2, 4)
    numbers = np.frombuffer(weights, "<f4")
    parts = [network[0].weight, network[0].bias, network[1][1].weight, torch.zeros(4)]
    assert np.array_equal(numbers, torch.cat([part.detach().flatten() for part in parts]).numpy())


class Doubled(nn.Sequential):
    def forward(self, z):
        return 2 * super().forward(z)


class Shifted(nn.Linear):
    def forward(self, z):
        return super().forward(z) + 1


def broken(value):
    network = decoder()
    with torch.no_grad():
        network[2].weight[0, 0] = value
    return network


@pytest.mark.parametrize(("network", "error", "says"), [
    (nn.Sequential(nn.Linear(2, 4), nn.GELU()), TypeError, "not GELU"),
    (nn.Sequential(nn.Linear(2, 4), nn.Dropout()), TypeError, "not Dropout"),
    (nn.Conv2d(1, 1, 1), TypeError, "not Conv2d"),
    (lambda z: z, TypeError, "nn.Sequential"),
    (nn.Sequential(), ValueError, "first layer"),
    (nn.Sequential(nn.ReLU(), nn.Linear(2, 4)), ValueError, "first layer"),
    (nn.Sequential(nn.Linear(2, 3), nn.Linear(4, 16)), ValueError, "gives 3 numbers, the next takes 4"),
    (nn.Sequential(nn.Linear(2, 4), nn.Softplus(beta=2)), ValueError, "Softplus"),
    (decoder(latent=3), ValueError, "2 latent dimensions, not 3"),
    (decoder(pixels=15), ValueError, "square pictures"),
    (broken(float("nan")), ValueError, "not all finite"),
    (broken(float("inf")), ValueError, "not all finite"),
    (nn.Sequential(nn.Linear(2, 16)), ValueError, "last layer must be a Sigmoid"),
    (Doubled(nn.Linear(2, 16), nn.Sigmoid()), ValueError, "something else than its layers say"),
    (nn.Sequential(Shifted(2, 16), nn.Sigmoid()), ValueError, "something else than its layers say"),
])
def test_refuses_a_network_that_the_browser_cannot_run(network, error, says):
    with pytest.raises(error, match=says):
        LatentPad(network)


MEANS = torch.zeros(3, 2)


@pytest.mark.parametrize(("options", "error", "says"), [
    ({"means": torch.zeros(3, 3)}, ValueError, r"means: the shape \(n, 2\)"),
    ({"means": [[0.0, 0.0]]}, TypeError, "means: a tensor"),
    ({"means": torch.full((3, 2), float("nan"))}, ValueError, "means: its numbers are not all finite"),
    ({"means": MEANS, "sigmas": torch.ones(2, 2)}, ValueError, "sigmas"),
    ({"means": MEANS, "sigmas": torch.zeros(3, 2)}, ValueError, "sigmas: standard deviations"),
    ({"means": MEANS, "labels": torch.zeros(2)}, ValueError, "labels"),
    ({"means": MEANS, "labels": torch.tensor([1, 2, 10])}, ValueError, "labels"),
    ({"means": MEANS, "labels": torch.tensor([1.5, 2.0, 3.0])}, ValueError, "labels"),
    ({"means": torch.zeros(0, 2)}, ValueError, "means: 1 to 5000"),
    ({"means": torch.full((3, 2), 1e39, dtype=torch.float64)}, ValueError, "not all finite"),
    ({"means": MEANS, "images": torch.zeros(3, 9)}, ValueError, "images"),
    ({"means": MEANS, "images": torch.full((3, 16), 2.0)}, ValueError, "images: pixels"),
    ({"images": torch.zeros(3, 16)}, ValueError, "images: they belong to means"),
    ({"labels": torch.zeros(3)}, ValueError, "labels: they belong to means"),
    ({"extent": 0}, ValueError, "extent"),
    ({"extent": float("inf")}, ValueError, "extent"),
    ({"z": (0.0,)}, traitlets.TraitError, "z: two finite numbers"),
    ({"z": (0.0, float("nan"))}, traitlets.TraitError, "z: two finite numbers"),
])
def test_refuses_other_arguments(options, error, says):
    with pytest.raises(error, match=says):
        LatentPad(decoder(), **options)


@pytest.mark.parametrize(("trait", "value"), [
    ("z", [1.0]), ("z", [1.0, float("inf")]), ("epsilon", [0.0, float("nan")]), ("picked", 3), ("picked", -1),
    ("drawn", [1.0, 2.0]), ("drawn", [0.0, 0.0, 1.0, 0.0]), ("drawn", [0.0, float("nan"), 1.0, 1.0])])
def test_traits_refuse(trait, value):
    pad = pad_of_three()
    before = getattr(pad, trait)
    with pytest.raises(traitlets.TraitError, match=trait):
        setattr(pad, trait, value)
    assert getattr(pad, trait) == before


def test_a_page_without_a_kernel_gets_a_picture_that_follows_z():
    pad = pad_of_three()
    bundle = pad._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert data["text/plain"] == repr(pad)
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    before = pad.picture
    pad.z = [3.0, -3.0]
    assert pad.picture != before


def test_the_file_holds_all_it_needs(tmp_path):
    page = pad_of_three().to_html(tmp_path / "pad.html", title="a <pad> & more").read_text(encoding="utf-8")
    assert "<title>a &lt;pad&gt; &amp; more</title>" in page
    assert not re.search(r"(src|href)=|https?://|import ", page)
    assert "<" not in re.search(r"^const state = (.*);$", page, re.M)[1]
    state = json.loads(re.search(r"^const state = (.*);$", page, re.M)[1])
    assert state["z"] == [0.0, 0.0]
    assert len(base64.b64decode(state["_weights"]["base64"])) == 4 * (2 * 5 + 5 + 5 * 16 + 16)
    assert script("latent_pad").removesuffix("export default { render };\n").rstrip() in page
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        pad_of_three().to_html(tmp_path / "nowhere" / "pad.html")
