"""What the browser widgets share: their scripts, the networks they run, their picture without a kernel."""

import base64
import copy
import html
import json
import math
from collections.abc import Sequence
from pathlib import Path

import anywidget
import matplotlib.pyplot as plt
import numpy as np
import torch
import traitlets
from matplotlib.figure import Figure
from torch import Tensor, nn

from helpers._arguments import check_floats, check_images
from helpers.figures import GREY, png

HERE = Path(__file__).parent
EXPORT = "export default { render };"  # the last line of each widget's script


def script(*names: str) -> str:
    """A widget's script as one ES module: what all share, then each of `names`.js, its own last."""
    return "\n".join((HERE / f"{name}.js").read_text(encoding="utf-8") for name in ("decoder", *names))


def bare(module: str) -> str:
    """A widget's script without its export, to stand on a page among others."""
    return module.rstrip().removesuffix(EXPORT)


def packed(state: dict) -> str:
    """A widget's state as JSON, its bytes as base64: without_kernel.js takes them out again."""
    return json.dumps(state, default=lambda data: {"base64": base64.b64encode(data).decode("ascii")})


STYLE = (HERE / "widgets.css").read_text(encoding="utf-8")
WITHOUT_KERNEL = (HERE / "without_kernel.js").read_text(encoding="utf-8")
_NOT_STATE = {*anywidget.AnyWidget.class_trait_names(), "_esm", "_css", "_anywidget_id"}  # of every anywidget


class WithPicture:
    """Mixed into a widget that has a `picture`: pages without a kernel show it, consoles the repr."""

    _ipython_display_ = None  # that of ipywidgets 7 comes first, and shows the widget without its picture

    def _repr_mimebundle_(self, **kwargs):
        inherited = getattr(super(), "_repr_mimebundle_", None)  # ipywidgets 7 has none
        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        bundle = inherited(**kwargs) if inherited else {"application/vnd.jupyter.widget-view+json": view}
        if bundle is None:
            return None
        data, *rest = bundle if isinstance(bundle, tuple) else (bundle,)
        picture = base64.b64encode(self.picture).decode("ascii")
        data = {**data, "text/plain": repr(self), "image/png": picture}
        return (data, *rest) if rest else data


class BrowserWidget(WithPicture, anywidget.AnyWidget):
    """An anywidget with a short repr, and a picture for pages without a kernel.

    A subclass gives `figure` and `__repr__`.
    """

    _css = STYLE

    def figure(self) -> Figure:
        """What the widget shows now, drawn by matplotlib."""
        raise NotImplementedError

    @property
    def picture(self) -> bytes:
        """The same as PNG, which a page without a kernel shows; and that it is a picture only."""
        figure = self.figure()
        figure.text(
            0.005,
            0.005,
            "Does not move? Run this cell again.",
            ha="left",
            va="bottom",
            fontsize=7,
            color=GREY,
        )
        try:
            return png(figure)
        finally:
            plt.close(figure)

    def _state(self) -> dict:
        """What the script needs to know, on a page without a kernel."""
        return {name: getattr(self, name) for name in self.trait_names(sync=True) if name not in _NOT_STATE}

    def to_html(self, path: str | Path, *, title: str | None = None) -> Path:
        """Write the widget as one file that needs neither a kernel nor a network. Returns its path."""
        path = Path(path)
        page = _PAGE.format(
            title=html.escape(title or type(self).__name__),
            style=STYLE,
            module=bare(str(self._esm)),
            without_kernel=WITHOUT_KERNEL,
            state=packed(self._state()).replace("<", "\\u003c"),
        )
        path.write_text(page, encoding="utf-8")
        return path


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ margin: 16px; background: Canvas; color: CanvasText; }}
{style}
</style>
</head>
<body>
<main id="widget"></main>
<script type="module">
{module}
{without_kernel}
const state = {state};
const {{ model, listeners }} = withoutKernel(state);
const cleanUp = render({{ model, el: document.getElementById("widget") }});
window.widget = {{ model, listeners, cleanUp }}; // within reach of the browser's console
</script>
</body>
</html>
"""


class Decoder:
    """A decoder of square pictures: z (n, latent) -> (n, pixels); packed for the browser, copied for Python.

    Training the network further changes neither. Raises TypeError or ValueError for what is no such decoder,
    or none that the browser can run.
    """

    def __init__(self, network: nn.Module):
        self.layers, self.weights = pack_network(network)
        if self.layers[-1]["kind"] != "sigmoid":
            raise ValueError(
                "decoder: its last layer must be a Sigmoid, which gives pixels from 0 to 1; "
                "wrap one that gives logits: nn.Sequential(decoder, nn.Sigmoid())"
            )
        linear = [layer for layer in self.layers if layer["kind"] == "linear"]
        self.latent, self.pixels = linear[0]["inputs"], linear[-1]["outputs"]
        if math.isqrt(self.pixels) ** 2 != self.pixels:
            raise ValueError(f"decoder: square pictures are needed, not {self.pixels} pixels")
        self._network = copy.deepcopy(network).cpu().eval().requires_grad_(False)

    def __call__(self, z: Tensor) -> Tensor:
        return self._network(z)


class DecoderWidget(BrowserWidget):
    """A browser widget that decodes: there with `_layers` and `_weights`, here with `_decode`."""

    _layers = traitlets.List().tag(sync=True)
    _weights = traitlets.Bytes().tag(sync=True)

    def __init__(self, decoder: Decoder, **traits):
        self._decode = decoder
        super().__init__(_layers=decoder.layers, _weights=decoder.weights, **traits)


class CodesWidget(DecoderWidget):
    """A decoder, n codes and their n images: kept for Python, packed for the browser."""

    _codes = traitlets.Bytes().tag(sync=True)
    _images = traitlets.Bytes().tag(sync=True)  # empty: none were given

    def __init__(self, decoder: Decoder, codes: Tensor, images: Tensor | None, **traits):
        packed = pack_floats("codes", codes, (None, decoder.latent))
        self._z = codes.detach().cpu().clone()  # (n, D)
        super().__init__(
            decoder,
            _codes=packed,
            _images=pack_images("images", images, len(codes), decoder.pixels),
            **traits,
        )

    def _image(self, index: int) -> Tensor:
        """The image of a code, (1, pixels)."""
        pixels = self._decode.pixels
        grey = np.frombuffer(self._images, np.uint8)[index * pixels : (index + 1) * pixels]
        return torch.from_numpy(grey / 255).float()[None]

    def _index(self, proposal: dict) -> int:
        """Validator of a trait that picks one of the codes."""
        name, value = proposal["trait"].name, proposal["value"]
        if not 0 <= value < len(self._z):
            raise traitlets.TraitError(f"{name}: 0 to {len(self._z) - 1} is needed, not {value}")
        return value


def parts_of(model: nn.Module, images: Tensor) -> tuple[nn.Sequential, Tensor, Tensor]:
    """What a widget needs of a `helpers.vae.VAE`: its decoder to pixels, and mu and logvar of `images`."""
    check_images("images", images, model)
    with torch.no_grad():
        return nn.Sequential(model.decoder, nn.Sigmoid()), *model.encode(images)


# -- packed for the browser --------------------------------------------------------------------

_KINDS = {nn.ReLU: "relu", nn.Tanh: "tanh", nn.Softplus: "softplus", nn.Sigmoid: "sigmoid"}


def pack_network(network: nn.Module) -> tuple[list[dict], bytes]:
    """The layers of an MLP and its weights, float32, for `network()` in decoder.js."""
    layers, packed = [], []
    for layer in _flat(network):
        if type(layer) in _KINDS:
            layers.append({"kind": _KINDS[type(layer)]})
        elif type(layer) is nn.Linear:
            layers.append({"kind": "linear", "inputs": layer.in_features, "outputs": layer.out_features})
            bias = torch.zeros(layer.out_features) if layer.bias is None else layer.bias
            packed += [
                pack_floats("decoder: its weights", layer.weight, layer.weight.shape),
                pack_floats("decoder: its weights", bias, bias.shape),
            ]
        else:
            raise TypeError(
                "decoder: the browser runs an nn.Sequential of Linear, ReLU, Tanh, Softplus and "
                f"Sigmoid layers, not {type(layer).__name__}"
            )
    return layers, b"".join(packed)


def _flat(network: nn.Module):
    """The layers of an nn.Sequential; not of a class of its own, which may do something else with them."""
    if type(network) is nn.Sequential:
        for layer in network:
            yield from _flat(layer)
    else:
        yield network


def pack_floats(name: str, value: Tensor | None, shape: Sequence[int | None]) -> bytes:
    """Float32 bytes of a finite tensor of `shape` (None: any size); b"" for None."""
    if value is None:
        return b""
    check_floats(name, value, shape)
    return value.detach().cpu().numpy().astype("<f4").tobytes()


def pack_images(name: str, images: Tensor | None, count: int | None, pixels: int) -> bytes:
    """Images (count, pixels) from 0 to 1 as bytes from 0 to 255; b"" for None."""
    if images is None:
        return b""
    check_images(name, images, pixels=pixels)
    if count not in (None, len(images)):
        raise ValueError(f"{name}: {count} are needed, not {len(images)}")
    return (255 * images).round().byte().cpu().numpy().tobytes()


def as_list(name: str, labels: Sequence | Tensor | None, count: int) -> list:
    """One label for each of `count` images; [] for None."""
    labels = [] if labels is None else labels.tolist() if isinstance(labels, Tensor) else list(labels)
    if labels and len(labels) != count:
        raise ValueError(f"{name}: one for each of the {count} images is needed, not {len(labels)}")
    return labels


class Numbers(traitlets.List):
    """A list of floats that also takes a tuple, an array or a tensor."""

    def __init__(self, **options):
        super().__init__(traitlets.Float(), **options)

    def validate(self, obj, value):
        if isinstance(value, list | tuple | np.ndarray | Tensor):
            value = [float(number) for number in value]
        return super().validate(obj, value)
