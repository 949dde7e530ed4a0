"""What the browser widgets share: their scripts, the networks they run, their picture without a kernel."""

import base64
import copy
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import anywidget
import matplotlib.pyplot as plt
import traitlets
from ipywidgets import DOMWidget
from matplotlib.figure import Figure
from torch import Tensor, nn

from helpers._arguments import check_floats, check_images
from helpers.figures import GREY, png
from helpers.training import evaluating
from helpers.vae import VAE
from helpers.words import language, said, said_by

HERE = Path(__file__).parent
_IMPORT = re.compile(r'^import (\{[^}]*\})\s+from "([^"]+)";\n', re.M)


def joined(path: Path) -> str:
    """An ES module and those that it imports as one script, in which it is `module_NAME`.

    What it exports are its properties, its default is `.main`. A module says `import {...} from "...";` and
    exports one name at a time.
    """
    done: dict[Path, str] = {}

    def add(path: Path) -> None:
        source = path.read_text(encoding="utf-8")
        for _, name in _IMPORT.findall(source):
            if (needed := (path.parent / name).resolve()) not in done:
                add(needed)
        names = re.findall(r"^export (?:const|(?:async )?function) (\w+)", source, re.M)
        names += ["main"] * ("\nexport default" in source)
        body = _IMPORT.sub(lambda found: f"const {found[1]} = module_{Path(found[2]).stem};\n", source)
        body = re.sub("^export ", "", re.sub("^export default", "const main =", body, flags=re.M), flags=re.M)
        done[path] = f"const module_{path.stem} = (() => {{\n{body}return {{ {', '.join(names)} }};\n}})();\n"

    add(path.resolve())
    return "".join(done.values())


def script(path: Path) -> str:
    """A widget's module as the one script that an anywidget is."""
    return joined(path) + f"export default module_{path.stem}.main;\n"


def bare(module: str) -> str:
    """A widget's script to stand on a page among others: its default export is `widget`."""
    return module.replace("\nexport default", "\nconst widget =")


def packed(state: dict) -> str:
    """A widget's state as JSON, its bytes as base64: without_kernel.js takes them out again."""
    return json.dumps(state, default=lambda data: {"base64": base64.b64encode(data).decode("ascii")})


STYLE = (HERE / "widgets.css").read_text(encoding="utf-8")
_NOT_STATE = {*anywidget.AnyWidget.class_trait_names(), "_esm", "_css", "_anywidget_id"}  # of every anywidget


class WithPicture(DOMWidget):
    """A widget that has a `picture`: pages without a kernel show it, consoles the repr."""

    _ipython_display_ = None  # that of ipywidgets 7 comes first, and shows the widget without its picture

    @property
    def picture(self) -> bytes:
        """What a page without a kernel shows, as PNG."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs) -> Any:
        inherited = getattr(super(), "_repr_mimebundle_", None)  # ipywidgets 7 has none
        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        bundle = inherited(**kwargs) if inherited else {"application/vnd.jupyter.widget-view+json": view}
        if bundle is None:
            return None
        data, *rest = bundle if isinstance(bundle, tuple) else (bundle,)
        data = {**data, "text/plain": said(repr(self)), **self.still()}
        return (data, *rest) if rest else data

    def still(self) -> dict[str, str]:
        """What stands for the widget where it cannot run, by MIME type."""
        return {"image/png": base64.b64encode(self.picture).decode("ascii")}


class BrowserWidget(WithPicture, anywidget.AnyWidget):
    """An anywidget with a short repr, and a picture for pages without a kernel.

    A subclass gives `figure` and `__repr__`.
    """

    _esm: str
    _css = STYLE
    _words = traitlets.Dict().tag(sync=True)

    @traitlets.default("_words")
    def _words_of_the_script(self) -> dict[str, str]:
        return said_by(str(self._esm))

    def figure(self) -> Figure:
        """What the widget shows now, drawn by matplotlib."""
        raise NotImplementedError

    @property
    def picture(self) -> bytes:
        """The same as PNG; and that it is a picture only."""
        figure = self.figure()
        figure.text(
            0.005,
            0.005,
            said("Does not move? Run this cell again."),
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

    def to_html(self, path: Path) -> Path:
        """Write the widget as one file that needs neither a kernel nor a network. Returns its path."""
        page = _PAGE.format(
            title=type(self).__name__,
            language=language(),
            style=STYLE,
            module=bare(self._esm),
            without_kernel=joined(HERE / "js" / "without_kernel.js"),
            state=packed(self._state()).replace("<", "\\u003c"),
        )
        path.write_text(page, encoding="utf-8")
        return path


_PAGE = """<!doctype html>
<html lang="{language}">
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
const {{ model, listeners }} = module_without_kernel.withoutKernel(state);
const cleanUp = widget.render({{ model, el: document.getElementById("widget") }});
window.widget = {{ model, listeners, cleanUp }}; // within reach of the browser's console
</script>
</body>
</html>
"""


class CodesWidget(BrowserWidget):
    """A decoder, n images and their codes: kept for Python in the model's dtype, packed for the browser.

    model: training it further changes nothing. Raises TypeError for a decoder that the browser cannot run.
    images: (n, pixels), numbers from 0 to 1; codes: (n, D)
    """

    _layers = traitlets.List().tag(sync=True)
    _weights = traitlets.Bytes().tag(sync=True)
    _codes = traitlets.Bytes().tag(sync=True)
    _images = traitlets.Bytes().tag(sync=True)

    def __init__(self, model: VAE, images: Tensor, codes: Tensor, **traits):
        self._decode = frozen(nn.Sequential(model.decoder, nn.Sigmoid()))
        layers, weights = pack_network(self._decode)
        inputs, pixels = ends(layers)
        packed = pack_floats("codes", codes, (len(images), inputs))
        self._z, self._x = codes.detach(), images
        super().__init__(
            _layers=layers,
            _weights=weights,
            _codes=packed,
            _images=pack_images("images", images, pixels),
            **traits,
        )

    def _index(self, proposal: dict) -> int:
        """Validator of a trait that picks one of the codes."""
        return checked_index(proposal, len(self._z))


def checked_index(proposal: dict, count: int) -> int:
    """A trait's proposed value, which has to be the index of one of `count`; TraitError otherwise."""
    name, value = proposal["trait"].name, proposal["value"]
    if not 0 <= value < count:
        raise traitlets.TraitError(f"{name}: 0 to {count - 1} is needed, not {value}")
    return value


def encoded(model: VAE, images: Tensor) -> tuple[Tensor, Tensor]:
    """mu and logvar of q(z|x) for each of the images, without a graph. Refuses images that do not fit."""
    check_images("images", images, model)
    with evaluating(model):
        return model.encode(images)


# -- packed for the browser --------------------------------------------------------------------

_KINDS = {nn.ReLU: "relu", nn.Sigmoid: "sigmoid"}


def frozen(network: nn.Module) -> nn.Module:
    """A copy that training the network further does not change, without gradients."""
    return copy.deepcopy(network).eval().requires_grad_(False)


def ends(layers: list[dict]) -> tuple[int, int]:
    """How many numbers a packed network takes, and how many it gives."""
    linear = [layer for layer in layers if layer["kind"] == "linear"]
    return linear[0]["inputs"], linear[-1]["outputs"]


def pack_network(network: nn.Module) -> tuple[list[dict], bytes]:
    """The layers of an MLP and its weights, float32, for `network()` in js/network.js."""
    layers, packed = [], []
    for layer in _flat(network):
        if type(layer) in _KINDS:
            layers.append({"kind": _KINDS[type(layer)]})
        elif type(layer) is nn.Linear:
            layers.append({"kind": "linear", "inputs": layer.in_features, "outputs": layer.out_features})
            for weights in (layer.weight, layer.bias):
                packed.append(pack_floats("decoder: its weights", weights, weights.shape))
        else:
            raise TypeError(
                "decoder: the browser runs an nn.Sequential of Linear and ReLU layers, "
                f"not {type(layer).__name__}"
            )
    return layers, b"".join(packed)


def _flat(network: nn.Module):
    """The layers of an nn.Sequential; not of a class of its own, which may do something else with them."""
    if type(network) is nn.Sequential:
        for layer in network:
            yield from _flat(layer)
    else:
        yield network


def pack_floats(name: str, value: Tensor, shape: tuple[int | None, ...]) -> bytes:
    """Float32 bytes of a finite tensor of `shape` (None: any size)."""
    check_floats(name, value, shape)
    return value.detach().numpy().astype("<f4").tobytes()


def pack_images(name: str, images: Tensor, pixels: int) -> bytes:
    """Images (n, pixels) from 0 to 1 as bytes from 0 to 255."""
    check_images(name, images, pixels=pixels)
    return (255 * images).round().byte().numpy().tobytes()


def as_list(name: str, labels: Sequence | Tensor, count: int) -> list:
    """One label for each of `count` images."""
    labels = labels.tolist() if isinstance(labels, Tensor) else list(labels)
    if len(labels) != count:
        raise ValueError(f"{name}: one for each of the {count} images is needed, not {len(labels)}")
    return labels


def fixed(value: float, decimals: int = 2) -> str:
    """A number with so many decimals, and no minus where they are all 0."""
    return f"{round(value, decimals) + 0.0:.{decimals}f}"


def pair(values: Sequence[float]) -> str:
    """(0.53, -1.20): two decimals, at most three numbers."""
    words = [fixed(value) for value in values[:3]]
    return f"({', '.join([*words, *['…'][: len(values) > 3]])})"
