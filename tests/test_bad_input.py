"""Bad input: every public function either works, or says which argument is wrong.

Each case below is a call that works. One argument at a time is replaced by everything in `junk`: values
of another type, tensors of another shape, dtype or device, nothing, NaN, infinity, huge numbers. What a
case lists for an argument has to work too; all the rest has to raise a TypeError or ValueError (or a
trait's TraitError) whose message names the argument. A public function without a case fails
`test_every_public_function_has_a_case`.
"""

import contextlib
import copy
import importlib
import inspect
import io
import math
import pkgutil
import re
import signal
import warnings
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
import traitlets
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.distributions import Normal

import helpers
from helpers import data, figures, gradients, training, vae, widgets
from helpers.exercises._check import check as make_check
from helpers.training import History, TrainingDiverged
from helpers.vae import VAE, Terms
from tests.test_data import write_mnist
from tests.test_lessons import ALL, FUNCTIONS, code, exercises, solution


@pytest.fixture(scope="module", autouse=True)
def optimizers_are_imported():
    """The first optimizer makes torch import for seconds; an alarm within would leave half of it."""
    torch.optim.Adam([torch.zeros(1, requires_grad=True)])


# -- Junk --------------------------------------------------------------------------------------


def junk(valid: object) -> dict[str, object]:
    """What to try in the place of `valid`, by name."""
    values = {
        "None": None, "text": "three", "empty text": "", "zero character": "a\0b", "bytes": b"\0\1",
        "a half": 0.5, "three": 3, "true": True, "zero": 0, "minus one": -1, "huge": 10**30,
        "minus huge": -(10**30), "beyond float": 10**400, "nan": math.nan,
        "inf": math.inf, "minus inf": -math.inf, "complex": 1j, "list": [1.0], "empty list": [],
        "tuple": (1.0, 2.0), "dict": {"a": 1}, "empty dict": {}, "object": object(), "class": dict,
        "function": lambda *args, **kwargs: None, "module": nn.ReLU(), "array": np.ones(3),
        "objects": np.array([None, "a"]), "text array": np.array(["a"]),
        "scalar tensor": torch.tensor(0.5), "empty tensor": torch.zeros(0), "long tensor": torch.arange(3),
    }
    if isinstance(valid, Tensor):
        valid = valid.detach()
        rows = valid if valid.ndim else valid[None]
        values |= {
            "wider": torch.cat([rows, rows[..., :1]], -1), "one more dimension": valid[None],
            "one column": rows[..., :1], "no rows": rows[:0], "one row more": torch.cat([rows, rows[:1]]),
            "first row": rows[0], "bool": valid > 0, "long": valid.long(), "complex tensor": valid + 0j,
            "float16": valid.half(), "float64": valid.double(), "meta": valid.to("meta"),
            "sparse": rows.to_sparse(), "quantized": quantized(valid.float()), "numpy": valid.numpy(),
            "nested list": valid.tolist(),
        }
        if valid.is_floating_point():
            values |= {"with a gradient": valid.clone().requires_grad_(), "negative": -1 - valid.abs(),
                       "large": 2 + valid.abs()}
            for name in ("nan", "inf", "-inf"):
                values[f"{name} inside"] = valid.clone()
                values[f"{name} inside"].view(-1)[-1] = float(name)
    return values


def quantized(values: Tensor) -> Tensor:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch is giving this kind up
        return torch.quantize_per_tensor(values, 0.1, 0, torch.quint8)


@contextlib.contextmanager
def at_most(seconds: int):
    """A hang is an error. (Where the system has no alarm, it hangs.)"""
    def alarm(signum, frame):
        raise AssertionError(f"no answer after {seconds} s")

    if not hasattr(signal, "SIGALRM"):
        yield
        return
    before = signal.signal(signal.SIGALRM, alarm)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


# -- Calls that work, and what else works in them ----------------------------------------------

PIXELS, LATENT, N = 16, 2, 3


@cache
def model() -> VAE:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return VAE(LATENT, hidden=4, pixels=PIXELS)


def images(n=N):
    return (torch.rand(n, PIXELS, generator=torch.Generator().manual_seed(1)) > 0.5).float()


def codes():
    return torch.randn(N, LATENT, generator=torch.Generator().manual_seed(2))


def sigmas():
    return torch.ones(N, LATENT)


def decoder():
    return nn.Sequential(model().decoder, nn.Sigmoid())


def bars(a):
    figure, ax = plt.subplots(figsize=(1, 1))
    ax.bar([0], [a])
    return figure


def history():
    return History([Terms(-9.0, 1.0)], [Terms(-9.0, 1.0)])


def parameters():
    return {"loc": torch.tensor(0.5), "scale": torch.tensor(1.5)}


def square(z):
    return z**2


def encode(image):
    return torch.zeros(1, LATENT), torch.zeros(1, LATENT)


def pad():
    return widgets.LatentPad(decoder(), means=codes())


def walk():
    return widgets.Interpolation(decoder(), codes(), images())


LEAF = torch.ones(2, requires_grad=True)


def term():
    return vae.elbo_terms(model(), images()).elbo.mean()


def a(value):  # an argument that is this value
    return lambda: value


class Case(NamedTuple):
    """A call that works, a maker of each of its arguments, and the junk that works too."""

    call: Callable
    arguments: dict[str, Callable]
    takes: dict[str, set[str]]


CASES: dict[str, Case] = {}


def case(name: str, call: Callable | None = None, /, **arguments) -> None:
    """Each argument is a maker of a value that works, or (maker, junk that works too)."""
    if call is None:
        call = helpers
        for part in name.split("."):
            call = getattr(call, part)
    pairs = {key: given if isinstance(given, tuple) else (given, "") for key, given in arguments.items()}
    CASES[name] = Case(call, {key: maker for key, (maker, _) in pairs.items()},
                       {key: set(filter(None, takes.split(", "))) for key, (_, takes) in pairs.items()})


WHOLE = "three"
# Where a loop passes by, only shape and dtype are looked at: what is not finite, or out of range, gives a
# result that is not finite, or that of the formula.
OF_THE_MODEL = "with a gradient, nan inside, inf inside, -inf inside, negative, large"
UNSEEN = OF_THE_MODEL + ", float16, float64"
LEADING = "one more dimension, no rows, one row more, first row, "  # n is any shape
TERM = UNSEEN + ", scalar tensor, one more dimension, one column, bool, long, first row"
PICTURES = "with a gradient, one row more"
REAL = "bool, long, float16, float64, with a gradient"  # made float32

case("data.binarize", images=(images, "scalar tensor, empty tensor, wider, one more dimension, one column, "
                              "no rows, one row more, first row, float16, float64, with a gradient"),
     threshold=(a(0.5), "zero, a half"))
case("data.load_digits", grey=(a(False), "true"))
case("data.load_mnist", folder=a("mnist"), grey=(a(False), "true"))
case("vae.reparameterize", mu=(codes, UNSEEN), sigma=(sigmas, UNSEEN))
case("vae.VAE", latent=(a(2), WHOLE), hidden=(a(3), WHOLE), pixels=(a(4), WHOLE))
case("vae.VAE.encode", lambda x: model().encode(x), x=(images, LEADING + OF_THE_MODEL))
case("vae.VAE.decode", lambda z: model().decode(z), z=(codes, LEADING + OF_THE_MODEL))
case("vae.log_likelihood", logits=(images, UNSEEN), x=(images, UNSEEN))
case("vae.kl_divergence", mu=(codes, UNSEEN), logvar=(codes, UNSEEN))
case("vae.elbo_terms", model=model, x=(images, LEADING + OF_THE_MODEL), sampler=a(vae.reparameterize))
case("vae.iwae_bound", model=model, x=(images, PICTURES), samples=(a(2), WHOLE),
     chunk=(a(2), "three, huge, beyond float"))
case("vae.check_images", lambda images: vae.check_images("images", images),
     images=(images, PICTURES + ", wider, one column"))
case("gradients.gradient_reach", module=model, loss_term=(term, TERM))
case("gradients.assert_grad_reaches", module=model, loss_term=(term, ""))
case("gradients.pathwise_gradient", cost=(a(square), "module"), family=a(Normal), parameters=parameters,
     samples=(a(2), WHOLE))
case("gradients.score_function_gradient", cost=(a(square), "module"), family=a(Normal),
     parameters=parameters, samples=(a(2), WHOLE), leave_one_out=(a(False), "true"))
case("gradients.leave_one_out_mean", costs=(images, "wider, one column, one row more, first row, " + UNSEEN))
case("gradients.score_function_loss", model=model, draws=(a(2), WHOLE), leave_one_out=(a(False), "true"),
     x=(images, "one more dimension, one row more, first row, with a gradient, negative, large, -inf inside"))
case("training.evaluate", model=model, images=(images, PICTURES), sampler=a(vae.reparameterize),
     seed=(a(0), "zero, three"))
case("training.fit", model=lambda: copy.deepcopy(model()), images=(images, PICTURES),
     held_out=(images, PICTURES), sampler=a(vae.reparameterize), epochs=(a(1), WHOLE),
     batch_size=(a(2), WHOLE), step_size=(a(1e-3), "a half, three"),
     beta=(a(1.0), "zero, a half, three"), seed=(a(0), "zero, three"),
     device=a("cpu"), progress=(a(False), "true"), live=(a(False), "true"),
     checkpoint=(a(None), "None, text"))
case("training.save_checkpoint", path=(a("some path"), "text"), model=(model, "module"),
     history=(history, "None"), config=(lambda: {"a": 1}, "None, dict, empty dict"))
case("training.load_checkpoint", path=(a("saved.pt"), ""))
case("training.trained_vae", latent=(a(2), WHOLE), hidden=(a(4), WHOLE), epochs=(a(1), WHOLE),
     beta=(a(1.0), "zero, a half, three"), seed=(a(0), "zero, three"), progress=(a(False), "true"))
case("figures.png", figure=lambda: bars(1))
case("figures.tile", images=(images, REAL + ", one column, one row more, negative, large"),
     columns=(a(2), WHOLE))
case("figures.show_digits", images=(images, REAL + ", one column, one row more, negative, large"),
     columns=(a(2), WHOLE), row_labels=(a(("a",)), "list, empty list, tuple"), ax=(a(None), "None"))
case("figures.latent_plane", codes=(codes, REAL + ", negative, large"),
     labels=(lambda: torch.arange(N), "long tensor, bool, long"), ax=(a(None), "None"))
case("figures.learning_curves", history=history, axes=(a(None), "None"))
for name in ("trace_autograd", "autograd_graph"):
    case(f"figures.{name}", **{"tensor": (lambda: (LEAF * 2).sum(), TERM),
                               "names": (lambda: {"a": LEAF}, "empty dict")},
         **({"ax": (a(None), "None")} if name == "autograd_graph" else {}))
case("widgets.LatentPad", decoder=decoder, means=(codes, REAL + ", negative, large"),
     sigmas=(sigmas, REAL + ", None, large"),
     labels=(lambda: torch.arange(N), "None, long tensor, bool, long"),
     images=(images, REAL + ", None"), prior=(a(True), "true"), extent=(a(4.0), "a half, three"),
     z=(a((0.0, 0.0)), "tuple"))
case("widgets.LatentPad.of", model=model, images=(images, "with a gradient"),
     labels=(lambda: torch.arange(N), "None, long tensor, bool, long"))
case("widgets.DigitCanvas.to_html",  # and of the other widgets
     lambda path, title: widgets.DigitCanvas(encode).to_html(path, title=title),
     path=(a("page.html"), "text"),
     title=(a("a title"), "None, text, empty text, zero character"))
case("widgets.DigitCanvas", encode=(a(encode), "function, class, module"),
     images=(lambda: torch.zeros(N, 784), REAL),
     labels=(lambda: torch.arange(N), "None, long tensor, long, numpy, nested list"), pad=(a(None), "None"))
case("widgets.DigitCanvas.draw", lambda image: widgets.DigitCanvas(encode).draw(image),
     image=(lambda: torch.zeros(1, 784), "first row, " + REAL))
case("widgets.Traversals", decoder=decoder, codes=(codes, REAL + ", negative, large"),
     kl=(lambda: torch.ones(LATENT), REAL + ", negative, large"), images=(images, REAL + ", None"))
case("widgets.Interpolation", decoder=decoder, codes=(codes, REAL + ", negative, large"),
     images=(images, REAL), labels=(a(["a", "b", "c"]), "None, array, long tensor"), first=(a(0), "zero"),
     second=(a(1), "zero"), steps=(a(5), WHOLE))
case("widgets.Interpolation.path", lambda kind: walk().path(kind), kind=a("line"))
case("widgets.Interpolation.shares", lambda kind: walk().shares(kind), kind=a("line"))
case("widgets.Explorer", lambda draw, a: widgets.Explorer(draw, a=a), draw=a(bars), a=a((0.0, 1.0, 0.5)))
del name

RECORDS = {"data.Digits", "vae.Terms", "training.History"}  # they hold what they are given
UNTRIED = {
    "title": "matplotlib writes anything", "name": "the name of another argument",
    "options": "go on to LatentPad", "controls": "`a` in the case",
}


def public() -> dict[str, inspect.Signature]:
    """Every public function, class and method of the helpers that takes an argument."""
    found = {}
    for module in pkgutil.iter_modules(helpers.__path__):
        if module.name.startswith("_") or module.name == "exercises":  # the checks are at the end
            continue
        space = importlib.import_module(f"helpers.{module.name}")
        for name, thing in vars(space).items():
            if not name.startswith("_") and callable(thing) and getattr(thing, "__module__", "").startswith(
                    space.__name__):
                found[f"{module.name}.{name}"] = thing
    for name, thing in list(found.items()):
        if isinstance(thing, type):
            methods = {part: getattr(thing, part) for part in dir(thing) if not part.startswith("_")}
            found |= {f"{name}.{part}": method for part, method in methods.items()
                      if inspect.isroutine(method) and method not in found.values()
                      and (getattr(method, "__module__", None) or "").startswith("helpers")}
    found = {name: thing for name, thing in found.items() if name not in RECORDS
             and not (isinstance(thing, type) and issubclass(thing, Exception))}
    signatures = {name: inspect.signature(thing) for name, thing in found.items()}
    return {name: signature for name, signature in signatures.items() if set(signature.parameters) - {"self"}}


def test_every_public_function_has_a_case():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # old names of ipywidgets' own
        signatures = public()
    assert set(signatures) == set(CASES)
    for name, signature in signatures.items():
        tried = set(CASES[name].arguments) | set(UNTRIED)
        assert set(signature.parameters) - {"self"} <= tried, name


@pytest.mark.parametrize(("name", "argument"), [(name, argument) for name in CASES
                                                for argument in CASES[name].arguments])
def test_it_works_or_says_which_argument_is_wrong(name, argument, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    call, makers, takes = CASES[name]
    named = re.compile(rf"({'|'.join(makers)})\b|.*\b{argument}\b", re.S)
    tried = junk(makers[argument]())
    assert takes[argument] <= set(tried)
    problems = []
    training.save_checkpoint("saved.pt", model())
    (tmp_path / "mnist").mkdir()
    write_mnist(tmp_path / "mnist")
    for label, value in {"as it is": makers[argument](), **tried}.items():
        given = {key: maker() for key, maker in makers.items()} | {argument: value}
        works = label in takes[argument] or label == "as it is"
        try:
            with at_most(10), contextlib.redirect_stdout(io.StringIO()):
                call(**given)
        except (TypeError, ValueError, traitlets.TraitError) as error:
            if works:
                problems.append(f"{label}: {error!r:.200}")
            # a class or a module in the place of a function raises what it likes
            elif not named.match(str(error)) and label not in ("class", "module"):
                problems.append(f"{label}: not named: {error!r:.200}")
        except (FileNotFoundError, TrainingDiverged, AssertionError) as error:
            if (name, argument, label) not in DOCUMENTED and type(error) is not DOCUMENTED_FOR.get(
                    (name, argument)):
                problems.append(f"{label}: {error!r:.200}")
        except Exception as error:
            problems.append(f"{label}: {error!r:.200}")
        else:
            if not works:
                problems.append(f"{label}: taken")
        finally:
            plt.close("all")
    assert not problems, "\n".join(problems)


DOCUMENTED_FOR = {  # the errors that the docstrings promise for well-formed arguments
    ("data.load_mnist", "folder"): FileNotFoundError, ("training.load_checkpoint", "path"): FileNotFoundError,
    ("gradients.assert_grad_reaches", "loss_term"): AssertionError,
}
DOCUMENTED = {("training.fit", "step_size", "huge")}  # TrainingDiverged


# -- Values that no shape tells ----------------------------------------------------------------

some = settings(deadline=None, derandomize=True, database=None, max_examples=60,
                suppress_health_check=[HealthCheck.function_scoped_fixture])
shapes = st.lists(st.integers(0, 4), min_size=1, max_size=3).map(tuple)
numbers = st.floats(width=32, allow_nan=True, allow_infinity=True)


@some
@given(shapes, shapes)
def test_terms_of_two_shapes_are_refused_or_the_sum_over_the_last_dimension(one, other):
    left, right = torch.full(one, 0.5), torch.full(other, 0.25)
    for function, per_entry in ((vae.kl_divergence, 0.5 * (0.25 + math.exp(0.25) - 1 - 0.25)),
                                (vae.log_likelihood, 0.25 * 0.5 - math.log1p(math.exp(0.5)))):
        if one != other:
            with pytest.raises(ValueError, match="the same shape is needed"):
                function(left, right)
        else:
            found = function(left, right)
            assert found.shape == one[:-1]
            assert torch.allclose(found, torch.full(one[:-1], one[-1] * per_entry), atol=1e-5)


@some
@given(st.lists(numbers, max_size=6), numbers)
def test_binarize_compares_each_pixel_or_refuses(pixels, threshold):
    good = all(0 <= p <= 1 for p in pixels) and 0 <= threshold <= 1
    if not good:
        with pytest.raises(ValueError, match="images|threshold"):
            data.binarize(torch.tensor(pixels), threshold)
    else:
        found = data.binarize(torch.tensor(pixels), threshold)
        assert found.tolist() == [float(pixel > threshold) for pixel in pixels]


@some
@given(st.integers(1, 6), st.integers(1, 5), st.integers(1, 8))
def test_tile_shows_each_pixel_once(n, side, columns):
    pictures = torch.arange(1.0, n * side**2 + 1).view(n, -1)
    sheet = figures.tile(pictures, columns)
    assert sorted(sheet[sheet > 0].tolist()) == pictures.flatten().tolist()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("parameter", [name for name, _ in model().named_parameters()])
def test_weights_that_are_not_finite_give_no_finite_bound(parameter, value):
    """NaN in, NaN out: a number here would be wrong in silence. (-inf is the bound of a model that is.)"""
    spoiled = VAE(LATENT, 4, PIXELS)
    spoiled.load_state_dict(model().state_dict())
    dict(spoiled.named_parameters())[parameter].data.fill_(value)
    x = images().clamp(min=0.5)  # no input that is 0
    terms, bound = training.evaluate(spoiled, x), vae.iwae_bound(spoiled, x, 3)
    if not math.isnan(value) and parameter.startswith(("encoder.0", "decoder.0")):
        return  # a ReLU is behind it, which makes 0 of -inf: a finite bound may be right
    assert not math.isfinite(terms.elbo), terms
    assert not torch.isfinite(bound).any(), bound
    with contextlib.suppress(ValueError):
        assert not math.isfinite(gradients.score_function_loss(spoiled, x).item())


@some
@given(st.tuples(*[st.one_of(numbers, st.integers(), st.booleans())] * 3))
def test_a_slider_takes_what_it_can_show(triple):
    low, high, start = triple
    good = all(math.isfinite(v) and abs(v) <= 2**53 for v in triple) and low <= start <= high and low < high
    if good:
        slider = widgets.explorer._control("a", triple)
        assert slider.min == low
        assert slider.max == high
        assert slider.value == start
    else:
        with pytest.raises(ValueError, match="^a: "):
            widgets.explorer._control("a", triple)


def everything() -> list:
    return list(junk(torch.zeros(2)).items())


TRAITS = {
    "LatentPad": (pad, ("z", "epsilon", "drawn", "picked", "extent")),
    "Traversals": (lambda: widgets.Traversals(decoder(), codes(), torch.ones(LATENT)), ("start", "value")),
    "Interpolation": (walk, ("first", "second")),
    "DigitCanvas": (lambda: widgets.DigitCanvas(encode), ("image", "mu", "sigma", "message")),
}


@pytest.mark.parametrize("name", TRAITS)
def test_a_trait_takes_a_value_whole_or_keeps_the_old_one(name):
    """And what it takes can be drawn, and sent to the browser."""
    make, traits = TRAITS[name]
    assert set(traits) == {t for t in make().trait_names(sync=True) if not t.startswith("_")} - {
        "comm", "layout", "tabbable", "tooltip"}
    widget = make()
    for trait in traits:
        for label, value in everything():
            if label == "beyond float":  # traitlets' own OverflowError
                continue
            before = getattr(widget, trait)
            try:
                setattr(widget, trait, value)
            except (traitlets.TraitError, TypeError, ValueError):
                assert getattr(widget, trait) == before, (trait, label)
            state = widget.get_state(trait)[trait]
            if isinstance(state, float | list):
                assert np.isfinite(state).all(), (trait, label, state)
            repr(widget)
    assert widget.picture.startswith(b"\x89PNG")


# -- Objects that are of the right kind, and spoiled -------------------------------------------


def test_a_graph_that_is_gone_is_told():
    for again in (lambda loss: gradients.gradient_reach(model(), loss),
                  lambda loss: gradients.assert_grad_reaches(model(), loss)):
        loss = term()
        loss.backward()
        with pytest.raises(ValueError, match="^loss_term: autograd cannot go back .*compute it again"):
            again(loss)
    model().zero_grad(set_to_none=True)
    mu, epsilon = torch.tensor(1.0, requires_grad=True), torch.tensor(2.0)
    loss = (mu * epsilon) ** 2
    loss.backward()
    for names in ({"mu": mu}, {"mu": mu, "epsilon": epsilon}):
        with pytest.raises(ValueError, match="^tensor: autograd cannot go back .*compute it again"):
            figures.trace_autograd(loss, names)


def test_parameters_of_shapes_that_no_family_takes():
    theta = {"loc": torch.zeros(3), "scale": torch.ones(2)}
    for estimate in (gradients.pathwise_gradient, gradients.score_function_gradient):
        with pytest.raises(ValueError, match="^parameters: "):
            estimate(square, Normal, theta, 5)
        with pytest.raises(ValueError, match="loc"):  # torch's own check
            estimate(square, Normal, {"loc": torch.tensor(math.nan), "scale": torch.tensor(1.0)}, 5)


@pytest.mark.parametrize("returned", [None, 1.0, "z", torch.zeros(1), torch.zeros(N, LATENT + 1),
                                      torch.zeros(N, LATENT, dtype=torch.float64),
                                      torch.zeros(N, LATENT, dtype=torch.long),
                                      torch.zeros(N, LATENT, device="meta")])
def test_a_sampler_that_returns_something_else_is_named(returned):
    for call in (vae.elbo_terms, training.evaluate):
        with pytest.raises((TypeError, ValueError), match="^sampler: its z"):
            call(model(), images(), lambda mu, sigma: returned)


@pytest.mark.parametrize("device", ["nonsense", "cuda:99", "meta", torch.device("meta")])
def test_fit_leaves_the_model_alone_when_it_cannot_use_the_device(device):
    spared = VAE(LATENT, 4, PIXELS)
    with pytest.raises(ValueError, match="^device: one that this torch can compute on"):
        training.fit(spared, images(), images(), epochs=1, progress=False, device=device)
    assert all(p.device.type == "cpu" for p in spared.parameters())


def test_a_model_of_another_dtype_or_device_is_told():
    with pytest.raises(TypeError, match="^x: torch.float64 is needed, as the model's weights are"):
        training.evaluate(VAE(LATENT, 4, PIXELS).double(), images())
    with pytest.raises(ValueError, match="^x: the device meta of the model"):
        vae.iwae_bound(VAE(LATENT, 4, PIXELS).to("meta"), images(), 2)


def test_a_model_too_large_for_any_memory_is_refused_before_it_is_made():
    for sizes in (dict(latent=10**12), dict(latent=2, hidden=10**6, pixels=10**6)):
        with pytest.raises(ValueError, match="at most 250,000,000"):
            VAE(**sizes)


def test_terms_of_floats_have_no_mean():
    with pytest.raises(TypeError, match="^reconstruction: a float tensor is needed, not float"):
        Terms(1.0, 2.0).mean()


def test_labels_without_images_are_not_dropped_in_silence():
    with pytest.raises(ValueError, match="^labels: they belong to means"):
        widgets.LatentPad.of(model(), labels=torch.arange(3))


@pytest.mark.parametrize("config", [{1: 2}, {"a": (1, 2)}, {"a": math.nan}, {"a": object()}])
def test_a_config_that_json_would_change_is_refused(tmp_path, config):
    with pytest.raises((TypeError, ValueError), match="^config: "):
        training.save_checkpoint(tmp_path / "m.pt", model(), config=config)
    assert list(tmp_path.iterdir()) == []


def test_a_history_of_numpy_numbers_can_be_read_again(tmp_path):
    """They were written as NumPy objects, which `load_checkpoint` refuses to make."""
    past = History([Terms(np.float64(-9.0), np.float32(1.0))], [Terms(torch.tensor(-8.0), 2)])
    training.save_checkpoint(tmp_path / "m.pt", model(), past)
    _, read, _ = training.load_checkpoint(tmp_path / "m.pt")
    assert read == History([Terms(-9.0, 1.0)], [Terms(-8.0, 2.0)])


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64])
def test_weights_of_any_precision_can_be_saved(tmp_path, dtype):
    saved = VAE(LATENT, 4, PIXELS).to(dtype)
    training.save_checkpoint(tmp_path / "m.pt", saved)
    weights, _, _ = training.load_checkpoint(tmp_path / "m.pt")
    assert all(torch.equal(weights[name], value) for name, value in saved.state_dict().items())


def test_weights_that_are_nowhere_cannot_be_saved(tmp_path):
    with pytest.raises(TypeError, match="^model: encoder.0.weight must be a dense tensor"):
        training.save_checkpoint(tmp_path / "m.pt", VAE(LATENT, 4, PIXELS).to("meta"))


def test_what_no_picture_would_show_is_refused():
    with pytest.raises(ValueError, match="^codes: .*finite"):
        figures.latent_plane(torch.tensor([[0.0, math.nan]]), torch.tensor([1]))
    with pytest.raises(ValueError, match="^labels: "):
        figures.latent_plane(torch.zeros(1, 2), torch.tensor([10]))
    with pytest.raises(ValueError, match="^images: .*finite"):
        figures.tile(torch.full((1, 4), math.nan), 1)
    with pytest.raises(ValueError, match="^row_labels: at most 1"):
        figures.show_digits(torch.zeros(3, 4), row_labels=["one", "two"])


# -- The checks of the exercises ---------------------------------------------------------------


def solved(name: str, index: int) -> tuple[Callable, object]:
    """An exercise's check, and its solution."""
    _, check, below = exercises(name)[index]
    space, dtype = {}, torch.get_default_dtype()
    try:
        exec(code(name)[0].source, space)
        exec(solution(below), space)
        judge, answer = re.fullmatch(r"check\.(\w+)\((\w+)\)", check).groups()
        return getattr(space["check"], judge), space[answer]
    finally:
        torch.set_default_dtype(dtype)


def said(judge: Callable, answer: object, capsys) -> str:
    capsys.readouterr()
    with at_most(20):
        judge(answer)
    return capsys.readouterr().out


def test_every_check_is_that_of_an_exercise():
    """So that the tests below try all of them."""
    kept = {solved(name, index)[0] for name, index in ALL}
    space = importlib.import_module("helpers.exercises").__path__
    for module in pkgutil.iter_modules(space):
        found = vars(importlib.import_module(f"helpers.exercises.{module.name}")).values()
        checks = {thing for thing in found if getattr(thing, "__code__", None) is make_check(id).__code__}
        assert checks <= kept


@pytest.mark.parametrize(("name", "index"), ALL)
def test_no_junk_is_right_and_none_stops_the_lesson(name, index, capsys):
    judge, _ = solved(name, index)
    for label, value in everything():
        answers = [value, lambda *args, value=value, **kwargs: value]
        for answer in answers:
            assert said(judge, answer, capsys).startswith(("Not yet.", "Not right yet: ")), label


def spoil(result: object, spoiled: Callable[[Tensor], Tensor]) -> object:
    if isinstance(result, tuple | list):
        return type(result)(spoil(part, spoiled) for part in result)
    if isinstance(result, Tensor):
        return spoiled(result.clone())
    return type(result)(spoiled(torch.tensor([result])).item()) if isinstance(result, float) else math.nan


def last_entry(value: float) -> Callable[[Tensor], Tensor]:
    def put(result):
        result.detach().view(-1)[-1] = value
        return result
    return put


SPOILED = {
    "nan everywhere": lambda result: result * math.nan, "nan at the end": last_entry(math.nan),
    "inf at the end": last_entry(math.inf),
}


@pytest.mark.parametrize("way", SPOILED)
@pytest.mark.parametrize(("name", "index"), FUNCTIONS)
def test_a_solution_that_is_spoiled_in_one_call_is_not_right(name, index, way, capsys):
    judge, answer = solved(name, index)
    calls = 0

    def counted(*args, **kwargs):
        nonlocal calls
        calls += 1
        result = answer(*args, **kwargs)
        return spoil(result, SPOILED[way]) if calls == at else result

    at = None
    assert said(judge, counted, capsys).startswith("Right.")
    total = calls
    for at in {1, total // 2 + 1, total}:
        calls = 0
        assert said(judge, counted, capsys).startswith("Not right yet: "), f"call {at} of {total}"
