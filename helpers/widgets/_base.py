"""What the browser widgets share: their scripts, the networks they run, their picture without a kernel."""

import base64
import copy
import html
import json
import math
from pathlib import Path

import anywidget
import matplotlib.pyplot as plt
import numpy as np
import torch
import traitlets
from matplotlib.figure import Figure
from torch import Tensor, nn

from helpers._files import write_whole
from helpers.figures import png

HERE = Path(__file__).parent
EXPORT = "export default { render };"  # the last line of each widget's script


def script(name: str) -> str:
    """The widget's script as one ES module: what all share, then `name`.js."""
    own = (HERE / f"{name}.js").read_text(encoding="utf-8").rstrip()
    if not own.endswith(EXPORT):
        raise ValueError(f"{name}.js must end with {EXPORT!r}")
    return (HERE / "decoder.js").read_text(encoding="utf-8") + "\n" + own + "\n"


STYLE = (HERE / "widgets.css").read_text(encoding="utf-8")
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

    A subclass gives `_draw() -> Figure` (what the page shows without a kernel) and `__repr__`.
    """

    _css = STYLE

    def _draw(self) -> Figure:
        raise NotImplementedError

    @property
    def picture(self) -> bytes:
        """What the widget shows now, as PNG, drawn by Python."""
        figure = self._draw()
        try:
            return png(figure)
        finally:
            plt.close(figure)

    def to_html(self, path: str | Path, *, title: str | None = None) -> Path:
        """Write the widget as one file that needs neither a kernel nor a network. Returns its path.

        Raises FileNotFoundError where the folder of `path` does not exist.
        """
        path = Path(path)
        if title is not None and not isinstance(title, str):
            raise TypeError(f"title: a text is needed, not {type(title).__name__}")
        if path.is_dir():
            raise ValueError(f"path: the path of a file is needed, not of the folder {path}")
        if not path.parent.is_dir():
            raise FileNotFoundError(f"path: there is no folder {path.parent}")
        state = json.dumps(
            {name: getattr(self, name) for name in self.trait_names(sync=True) if name not in _NOT_STATE},
            default=lambda octets: {"base64": base64.b64encode(octets).decode("ascii")})
        module = str(self._esm).rstrip().removesuffix(EXPORT)
        write_whole(path, _PAGE.format(
            title=html.escape(title or type(self).__name__), style=STYLE, module=module,
            state=state.replace("<", "\\u003c")).encode())
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
const state = {state};
for (const [name, value] of Object.entries(state)) {{
  if (value && value.base64 !== undefined) {{
    state[name] = new DataView(Uint8Array.from(atob(value.base64), (c) => c.charCodeAt(0)).buffer);
  }}
}}
const listeners = {{}};
const model = {{ // the part of a widget's model that the scripts use, without a kernel behind it
  get: (name) => state[name],
  set: (name, value) => {{
    state[name] = value;
    for (const call of listeners[`change:${{name}}`] ?? []) call();
  }},
  on: (event, call) => (listeners[event] ??= new Set()).add(call),
  off: (event, call) => listeners[event]?.delete(call),
  save_changes: () => {{}},
}};
render({{ model, el: document.getElementById("widget") }});
</script>
</body>
</html>
"""


class Decoder:
    """A decoder of square pictures: z (n, latent) -> (n, pixels); packed for the browser, copied for Python.

    Training the network further changes neither. Raises TypeError or ValueError as `pack_network` does,
    and ValueError for pictures that are not square.
    """

    def __init__(self, network: nn.Module):
        self.layers, self.weights = pack_network(network)
        self.latent, self.pixels = ends(self.layers)
        if math.isqrt(self.pixels) ** 2 != self.pixels:
            raise ValueError(f"decoder: square pictures are needed, not {self.pixels} pixels")
        self._network = copy.deepcopy(network).cpu().float().eval().requires_grad_(False)

    def __call__(self, z: Tensor) -> Tensor:
        return self._network(z)


class DecoderWidget(BrowserWidget):
    """A browser widget that decodes: there with `_layers` and `_weights`, here with `_decode`."""

    _layers = traitlets.List().tag(sync=True)
    _weights = traitlets.Bytes().tag(sync=True)

    def __init__(self, decoder: Decoder, **traits):
        self._decode = decoder
        super().__init__(_layers=decoder.layers, _weights=decoder.weights, **traits)


# -- networks ----------------------------------------------------------------------------------

_KINDS = {nn.ReLU: "relu", nn.Tanh: "tanh", nn.Softplus: "softplus", nn.Sigmoid: "sigmoid"}


def pack_network(network: nn.Module, name: str = "decoder") -> tuple[list[dict], bytes]:
    """The layers of an MLP and its weights, float32, for `network()` in decoder.js.

    Raises TypeError for a layer that the browser cannot run, and ValueError for layers that do not
    fit each other, for weights that are not finite, for a Softplus other than the plain one, and for
    a network that does something else than its layers say (a forward of its own, hooks).
    """
    if isinstance(network, nn.Linear):
        network = nn.Sequential(network)
    if not isinstance(network, nn.Sequential):
        raise TypeError(f"{name}: an nn.Sequential is needed, not {type(network).__name__}")
    layers, parts, width = [], [], None
    for layer in _flat(network):
        if isinstance(layer, nn.Linear):
            if width not in (None, layer.in_features):
                raise ValueError(f"{name}: a layer gives {width} numbers, the next takes {layer.in_features}")
            width = layer.out_features
            if not (width and layer.in_features and layer.weight.is_floating_point()):
                raise ValueError(f"{name}: its Linear layers need real weights, and inputs and outputs")
            bias = torch.zeros(width) if layer.bias is None else layer.bias
            values = [layer.weight.detach().cpu().float(), bias.detach().cpu().float()]
            if not all(bool(torch.isfinite(value).all()) for value in values):
                raise ValueError(f"{name}: its weights are not all finite")
            layers.append({"kind": "linear", "inputs": layer.in_features, "outputs": width})
            parts += [value.numpy().astype("<f4").tobytes() for value in values]
        elif type(layer) in _KINDS:
            if isinstance(layer, nn.Softplus) and (layer.beta, layer.threshold) != (1, 20):
                raise ValueError(f"{name}: a Softplus with beta 1 and threshold 20 is needed")
            layers.append({"kind": _KINDS[type(layer)]})
        else:
            raise TypeError(f"{name}: the browser runs Linear, ReLU, Tanh, Softplus and Sigmoid layers, "
                            f"not {type(layer).__name__}")
    if not layers or layers[0]["kind"] != "linear":
        raise ValueError(f"{name}: its first layer must be Linear")
    packed = b"".join(parts)
    z = torch.linspace(-1.5, 1.5, 3 * layers[0]["inputs"]).view(3, -1)
    with torch.no_grad():
        first = next(network.parameters())
        given = network(z.to(first.device, first.dtype)).cpu().double().numpy()
    computed = run_packed(layers, packed, z.double().numpy())
    if given.shape != computed.shape or not np.allclose(given, computed, rtol=1e-3, atol=1e-4):
        raise ValueError(f"{name}: it does something else than its layers say; the browser runs only those")
    return layers, packed


def run_packed(layers: list[dict], packed: bytes, values: np.ndarray) -> np.ndarray:
    """What decoder.js computes from a packed network, in double precision: (n, inputs) -> (n, outputs)."""
    weights, at = np.frombuffer(packed, "<f4").astype(float), 0
    activations = {"relu": lambda a: np.maximum(a, 0), "tanh": np.tanh,
                   "softplus": lambda a: np.logaddexp(0, a), "sigmoid": lambda a: 1 / (1 + np.exp(-a))}
    for layer in layers:
        if layer["kind"] == "linear":
            rows, columns = layer["outputs"], layer["inputs"]
            matrix = weights[at : at + rows * columns].reshape(rows, columns)
            bias = weights[at + rows * columns : at + rows * columns + rows]
            at += rows * columns + rows
            values = values @ matrix.T + bias
        else:
            values = activations[layer["kind"]](values)
    return values


def _flat(network: nn.Sequential):
    for layer in network:
        if isinstance(layer, nn.Sequential):
            yield from _flat(layer)
        else:
            yield layer


def ends(layers: list[dict]) -> tuple[int, int]:
    """How many numbers a packed network takes, and how many it gives."""
    linear = [layer for layer in layers if layer["kind"] == "linear"]
    return linear[0]["inputs"], linear[-1]["outputs"]


def pack_floats(name: str, value: Tensor, shape: tuple[int | None, ...]) -> bytes:
    """Float32 bytes of a finite tensor of `shape` (None: any size)."""
    fits = value.ndim == len(shape) and all(a in (None, b) for a, b in zip(shape, value.shape, strict=True))
    if not fits:
        wanted = ", ".join("n" if size is None else str(size) for size in shape)
        raise ValueError(f"{name}: the shape ({wanted}) is needed, not {tuple(value.shape)}")
    if not bool(torch.isfinite(value.float()).all()):
        raise ValueError(f"{name}: its numbers are not all finite")
    return value.detach().cpu().float().numpy().astype("<f4").tobytes()


def pack_images(name: str, images: Tensor, shape: tuple[int | None, ...]) -> bytes:
    """Images from 0 to 1 as bytes from 0 to 255."""
    pack_floats(name, images, shape)
    if not len(images):
        raise ValueError(f"{name}: at least one is needed")
    images = images.detach().float()
    if not (images.min() >= 0 and images.max() <= 1):
        raise ValueError(f"{name}: pixels must be numbers from 0 to 1")
    return np.round(255 * images.detach().cpu().numpy()).astype(np.uint8).tobytes()


class Numbers(traitlets.List):
    """A list of floats that also takes a tuple, an array or a tensor."""

    def __init__(self, **options):
        super().__init__(traitlets.Float(), **options)

    def validate(self, obj, value):
        if isinstance(value, np.ndarray | Tensor):
            value = value.tolist()
        if isinstance(value, list | tuple):
            value = [float(v) if isinstance(v, np.generic | Tensor) else v for v in value]
        return super().validate(obj, value)
