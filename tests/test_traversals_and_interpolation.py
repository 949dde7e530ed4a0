"""helpers.widgets.traversals and helpers.widgets.interpolation, in Python and in the browser."""

import base64
import io
import math
import re

import matplotlib.pyplot as plt
import pytest
import torch
import traitlets
from torch import nn

from helpers.widgets.interpolation import Interpolation
from helpers.widgets.traversals import VALUES, Traversals


def mlp(latent=4, pixels=64) -> nn.Sequential:
    """A decoder with random weights, large enough that each dimension changes the picture."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        decoder = nn.Sequential(nn.Linear(latent, 16), nn.ReLU(), nn.Linear(16, pixels), nn.Sigmoid())
        for weight in decoder.parameters():
            nn.init.normal_(weight, std=0.7)
    return decoder


def normal(*shape, seed=1):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def uniform(*shape, seed=2):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


def traversals(n=5, latent=4, **given):
    kl = torch.tensor([0.5, 2.31, 0.0, 1.0]) if latent == 4 else torch.arange(latent).float()
    return Traversals(mlp(latent), normal(n, latent), kl, images=uniform(n, 64), **given)


def interpolation(codes=None, **given):
    codes = normal(5, 4) if codes is None else codes
    return Interpolation(mlp(codes.shape[1]), codes, uniform(len(codes), 64), **given)


def grey(probabilities):
    """What a picture's pixels must be: ink is dark."""
    return torch.round(255 * (1 - probabilities))


# -- Traversals in Python ----------------------------------------------------------------------


def test_dimensions_are_ordered_by_kl_and_ties_keep_their_order():
    assert traversals().order == [2, 4, 1, 3]
    tied = Traversals(mlp(), normal(5, 4), torch.tensor([1.0, 2.0, 1.0, 2.0]))
    assert tied.order == [2, 4, 1, 3]


def test_a_row_changes_one_dimension_only():
    widget = traversals()
    widget.start, widget.value = 3, 0.75
    row = widget._row(2)
    assert row[:, 1].tolist() == [*VALUES, 0.75]
    kept = [0, 2, 3]
    assert torch.equal(row[:, kept], normal(5, 4)[3, kept].expand(6, 3))


@pytest.mark.parametrize("value", [-3.01, 3.01, math.nan, math.inf])
def test_value_out_of_range_is_refused_and_stays(value):
    widget = traversals()
    with pytest.raises(traitlets.TraitError, match="value: a number from -3 to 3"):
        widget.value = value
    assert widget.value == 0.0


@pytest.mark.parametrize("start", [-1, 5])
def test_start_out_of_range_is_refused_and_stays(start):
    widget = traversals()
    with pytest.raises(traitlets.TraitError, match="start: 0 to 4"):
        widget.start = start
    assert widget.start == 0


@pytest.mark.parametrize(("change", "error", "match"), [
    (dict(codes=normal(5, 3)), ValueError, r"codes: the shape \(n, 4\)"),
    (dict(codes=normal(0, 4)), ValueError, "codes: at least 1"),
    (dict(codes=[[0.0] * 4]), TypeError, "codes: a tensor"),
    (dict(codes=torch.full((2, 4), math.nan)), ValueError, "codes: .* finite"),
    (dict(kl=torch.zeros(3)), ValueError, r"kl: the shape \(4\)"),
    (dict(kl=torch.tensor([0.0, 1.0, math.inf, 0.0])), ValueError, "kl: .* finite"),
    (dict(kl=[0.0] * 4), TypeError, "kl: a tensor"),
    (dict(images=uniform(4, 64)), ValueError, r"images: the shape \(5, 64\)"),
    (dict(images=2 + uniform(5, 64)), ValueError, "images: .* 0 to 1"),
    (dict(decoder=mlp(pixels=60)), ValueError, "decoder: square"),
    (dict(decoder=mlp()[:-1]), ValueError, "decoder: .* probabilities"),
    (dict(decoder=nn.Sequential(nn.Linear(4, 64), nn.GELU())), TypeError, "decoder: .* GELU"),
    (dict(decoder=torch.sigmoid), TypeError, "decoder: an nn.Sequential"),
])
def test_traversals_refuses(change, error, match):
    given = dict(decoder=mlp(), codes=normal(5, 4), kl=torch.zeros(4), images=uniform(5, 64)) | change
    with pytest.raises(error, match=match):
        Traversals(given["decoder"], given["codes"], given["kl"], images=given["images"])


def test_training_the_decoder_further_does_not_change_the_widget():
    decoder = mlp()
    widget = Traversals(decoder, normal(5, 4), torch.zeros(4))
    before = widget.picture
    nn.init.zeros_(decoder[0].weight)
    assert widget.picture == before


# -- Interpolation in Python -------------------------------------------------------------------


def test_the_circle_between_orthogonal_unit_vectors_stays_on_the_circle():
    path = interpolation(torch.eye(4)).path("circle")
    angle = torch.linspace(0, math.pi / 2, 9)
    assert torch.allclose(path.norm(dim=1), torch.ones(9), atol=1e-6)
    assert torch.allclose(path[:, 0], torch.cos(angle), atol=1e-6)
    assert torch.allclose(path[:, 1], torch.sin(angle), atol=1e-6)


def test_the_line_passes_half_way_between_its_ends():
    path = interpolation(torch.eye(4)).path("line")
    assert path[4].tolist() == [0.5, 0.5, 0, 0]
    assert torch.allclose(path.diff(dim=0), path.diff(dim=0)[:1], atol=1e-6)


@pytest.mark.parametrize("kind", ["line", "circle"])
def test_both_walks_run_from_the_first_code_to_the_second(kind):
    widget = interpolation(first=3, second=1, steps=4)
    assert widget.path(kind).shape == (4, 4)
    assert torch.allclose(widget.path(kind)[[0, -1]], normal(5, 4)[[3, 1]], atol=1e-6)


@pytest.mark.parametrize("codes", [[[1.0, 2], [2, 4]], [[1.0, 2], [-1, -2]], [[0.0, 0], [1, 2]],
                                   [[1.0, 2], [1, 2]]])
def test_without_an_angle_the_circle_is_the_line(codes):
    widget = interpolation(torch.tensor(codes))
    assert torch.equal(widget.path("circle"), widget.path("line"))


def test_shares_in_two_dimensions_are_those_of_rayleigh():
    widget = interpolation(torch.tensor([[0.3, 0.4], [3.0, -2.0]]))
    for kind in ("line", "circle"):
        squared = widget.path(kind).square().sum(1)
        assert torch.allclose(widget.shares(kind), 1 - torch.exp(-squared / 2), atol=1e-6)


def test_shares_are_those_of_draws_from_the_prior():
    widget = interpolation(normal(2, 20))
    draws = normal(20_000, 20, seed=3).norm(dim=1)
    counted = (draws < widget.path("line").norm(dim=1)[:, None]).float().mean(1)
    error = (counted * (1 - counted) / len(draws)).sqrt() + 1e-4
    assert (abs(counted - widget.shares("line")) < 4 * error).all()  # 4 standard errors


@pytest.mark.parametrize(("change", "error", "match"), [
    (dict(codes=normal(5, 3)), ValueError, r"codes: the shape \(n, 4\)"),
    (dict(codes=normal(1, 4), images=uniform(1, 64), second=0), ValueError, "codes: at least 2"),
    (dict(codes=[[0.0] * 4] * 5), TypeError, "codes: a tensor"),
    (dict(images=None), TypeError, "images: a tensor"),
    (dict(images=uniform(4, 64)), ValueError, r"images: the shape \(5, 64\)"),
    (dict(decoder=mlp(pixels=60)), ValueError, "decoder: square"),
    (dict(first=5), ValueError, "first: 0 to 4"),
    (dict(second=-1), ValueError, "second: 0 to 4"),
    (dict(first=1.0), TypeError, "first: a whole number"),
    (dict(steps=1), ValueError, "steps: at least 2"),
    (dict(steps=True), TypeError, "steps: a whole number"),
    (dict(labels=[1, 2]), ValueError, "labels: 5"),
])
def test_interpolation_refuses(change, error, match):
    given = dict(decoder=mlp(), codes=normal(5, 4), images=uniform(5, 64)) | change
    with pytest.raises(error, match=match):
        Interpolation(**given)


def test_an_image_out_of_range_and_an_unknown_path_are_refused():
    widget = interpolation()
    for name in ("first", "second"):
        with pytest.raises(traitlets.TraitError, match=f"{name}: 0 to 4"):
            setattr(widget, name, 5)
    assert (widget.first, widget.second) == (0, 1)
    for ask in (widget.path, widget.shares):
        with pytest.raises(ValueError, match='kind: "line" or "circle"'):
            ask("spiral")


# -- both, without a kernel --------------------------------------------------------------------


def test_reprs():
    widget = traversals(latent=20)
    assert repr(widget) == "Traversals(20 dimensions, start=0, value=0.00)"
    widget.start, widget.value = 2, -1.25
    assert repr(widget) == "Traversals(20 dimensions, start=2, value=-1.25)"
    assert repr(interpolation()) == "Interpolation(first=0, second=1, 9 steps)"
    assert repr(interpolation(first=4, steps=5)) == "Interpolation(first=4, second=1, 5 steps)"


@pytest.mark.parametrize(("make", "traits"), [(traversals, dict(value=2.0, start=3)),
                                              (interpolation, dict(first=2, second=3))])
def test_the_picture_follows_each_trait_and_keeps_its_size(make, traits):
    widget = make()
    for name, value in traits.items():
        before = widget.picture
        setattr(widget, name, value)
        shape, moved = (plt.imread(io.BytesIO(png)).shape for png in (before, widget.picture))
        assert widget.picture != before, name
        assert moved == shape
    assert plt.get_fignums() == []


@pytest.mark.parametrize("make", [traversals, interpolation])
def test_mimebundle_has_picture_text_and_widget(make):
    widget = make()
    data, *_ = bundle if isinstance(bundle := widget._repr_mimebundle_(), tuple) else (bundle,)
    assert base64.b64decode(data["image/png"]) == widget.picture
    assert widget.picture.startswith(b"\x89PNG")
    assert data["text/plain"] == repr(widget)
    assert "application/vnd.jupyter.widget-view+json" in data


# -- in the browser ----------------------------------------------------------------------------


def canvases(page) -> dict[str, torch.Tensor]:
    """The grey level of each pixel of each picture, by the picture's label."""
    read = page.evaluate("""() => [...document.querySelectorAll("canvas")].map((canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return [canvas.getAttribute("aria-label"), [...data]];
    })""")
    found = {label: torch.tensor(data).view(-1, 4) for label, data in read}
    assert len(found) == len(read), "two pictures have the same label"
    for data in found.values():
        assert (data == data[:, :1]).logical_or(data == 255).all()  # grey, and opaque
    return {label: data[:, 0].float() for label, data in found.items()}


def changed(before, after) -> set[str]:
    return {label for label in before if not torch.equal(before[label], after[label])}


def press(page, name, key, times=1):
    page.get_by_label(name, exact=True).and_(page.locator("input")).focus()
    for _ in range(times):
        page.keyboard.press(key)


def differs(found, probabilities) -> float:
    return float(abs(found - grey(probabilities)).max())


def test_traversals_draws_what_torch_decodes(opened):
    widget = traversals()
    widget.start, widget.value = 2, 1.37  # between two steps of the slider
    page = opened(widget)
    found = canvases(page)
    assert len(found) == 4 * 6 + 2
    for i in range(1, 5):
        decoded = widget._decode(widget._row(i))
        for value, probabilities in zip(("-3", "-1.5", "0", "1.5", "3"), decoded, strict=False):
            assert differs(found[f"z{i} set to {value}"], probabilities) <= 1
        assert differs(found[f"z{i} set to the value of the slider"], decoded[-1]) <= 1
    assert differs(found["decoded code"], widget._decode(normal(5, 4)[2])) <= 1
    assert differs(found["image"], uniform(5, 64)[2]) <= 1
    assert page.locator("output").all_inner_texts() == ["2", "1.37"]


def test_traversals_rows_are_labelled_in_order(opened):
    page = opened(traversals())
    rows = page.get_by_role("group").evaluate_all("rows => rows.map((row) => row.innerText)")
    assert [" ".join(row.split()) for row in rows] == [
        "z2 · 2.31 nats", "z4 · 1.00 nats", "z1 · 0.50 nats", "z3 · 0.00 nats"]


def test_each_slider_of_traversals_changes_its_pictures(opened):
    widget = traversals()
    page = opened(widget)
    live = {f"z{i} set to the value of the slider" for i in range(1, 5)}
    start = canvases(page)
    press(page, "value", "ArrowRight", 7)
    moved = canvases(page)
    assert changed(start, moved) == live
    widget.value = 0.35
    assert differs(moved["z2 set to the value of the slider"], widget._decode(widget._row(2))[-1]) <= 1
    press(page, "image", "ArrowRight")
    assert changed(moved, canvases(page)) == set(start)


def test_more_than_ten_rows_scroll_in_a_labelled_region(opened):
    page = opened(traversals(latent=20))
    region = page.get_by_role("region", name="Pictures of 20 latent dimensions")
    assert region.bounding_box()["height"] == 420
    assert region.evaluate("region => region.scrollHeight > region.clientHeight && region.tabIndex === 0")
    assert opened(traversals()).get_by_role("region").count() == 0


def test_without_images_traversals_shows_the_decoded_code_alone(opened):
    found = canvases(opened(Traversals(mlp(), normal(5, 4), torch.zeros(4))))
    assert "decoded code" in found
    assert "image" not in found


def test_interpolation_draws_what_torch_decodes(opened):
    widget = interpolation(normal(5, 20), labels=torch.arange(5), first=2, second=4, steps=7)
    page = opened(widget)
    found = canvases(page)
    assert len(found) == 2 * 7 + 2
    for kind, name in (("line", "straight line"), ("circle", "great circle")):
        z = widget.path(kind)
        for k, probabilities in enumerate(widget._decode(z)):
            assert differs(found[f"{name}, picture {k + 1}"], probabilities) <= 1
        said = page.get_by_role("group", name=name).inner_text()
        lengths = [float(length) for length in re.findall(r"\|z\| ([\d.]+)", said)]
        percents = [float(part) for part in re.findall(r"([\d.]+) %", said)]
        assert lengths == pytest.approx(z.norm(dim=1).tolist(), abs=0.051)
        assert percents == pytest.approx((100 * widget.shares(kind)).tolist(), abs=0.51)
    assert differs(found["first image"], uniform(5, 64)[2]) <= 1
    assert differs(found["second image"], uniform(5, 64)[4]) <= 1
    assert page.get_by_text("label 2").count() == page.get_by_text("label 4").count() == 1


def test_each_slider_of_interpolation_changes_its_pictures(opened):
    page = opened(interpolation(steps=3))
    start = canvases(page)
    walks = ("straight line", "great circle")
    press(page, "first", "ArrowRight", 2)
    moved = canvases(page)
    kept = {"second image", *(f"{walk}, picture 3" for walk in walks)}
    assert changed(start, moved) == set(start) - kept
    press(page, "second", "End")
    kept = {"first image", *(f"{walk}, picture 1" for walk in walks)}
    assert changed(moved, canvases(page)) == set(start) - kept


@pytest.mark.parametrize(("codes", "said"), [
    ([[2.0, 0.0], [-2.0, 0.1]], "Half way, the straight line is nearer to the centre than "),
    ([[0.5, 0.0], [3.0, 0.5]], "At the second image, both paths are farther from the centre than 99.0 % of"),
    ([[0.5, 0.0], [9.0, 0.5]], "farther from the centre than at least 99.9 % of all prior draws."),
    ([[0.1, 0.0], [1.0, 0.5]], "At the first image, both paths are nearer to the centre than 99.5 % of"),
])
def test_the_status_line_names_the_most_unlikely_step(opened, codes, said):
    page = opened(interpolation(torch.tensor(codes)))
    status = page.locator("[aria-live=polite]")
    assert said in status.inner_text()


def test_the_share_in_the_browser_is_that_of_torch(opened):
    widget = interpolation()
    page = opened(widget)
    code = str(widget._esm).rstrip().removesuffix("export default { render };")
    latents = torch.tensor([1, 2, 3, 10, 20, 63, 784], dtype=torch.float64)
    squared = latents[:, None] * torch.tensor([0.0, 0.01, 0.5, 0.9, 1.0, 1.1, 2.0, 5.0], dtype=torch.float64)
    found = page.evaluate("""([code, latents, squared]) => {
      const share = new Function(`${code}; return share;`)();
      return latents.map((latent, i) => squared[i].map((value) => share(latent, value)));
    }""", [code, latents.tolist(), squared.tolist()])
    expected = torch.special.gammainc(latents[:, None] / 2, squared / 2)
    assert torch.allclose(torch.tensor(found, dtype=torch.float64), expected, atol=1e-10, rtol=1e-8)


@pytest.mark.parametrize(("make", "traits"), [(traversals, dict(value=1.5, start=2)),
                                              (interpolation, dict(first=3, second=2))])
def test_the_kernel_moves_the_sliders_and_cleanup_removes_all_listeners(opened, make, traits):
    widget = make()
    page = opened(widget)
    state = {name: getattr(widget, name) for name in widget.trait_names(sync=True)
             if name in traits or name in ("_layers", "_kl", "_labels", "_steps")}
    octets = {name: list(getattr(widget, name)) for name in ("_weights", "_codes", "_images")}
    code = str(widget._esm).rstrip().removesuffix("export default { render };")
    result = page.evaluate("""([code, state, octets, traits]) => {
      for (const [name, list] of Object.entries(octets)) {
        state[name] = new DataView(Uint8Array.from(list).buffer);
      }
      const listeners = new Set(), sent = [];
      let added = 0;
      const model = {
        get: (name) => state[name],
        set: (name, value) => {
          state[name] = value;
          for (const [event, call] of listeners) if (event === `change:${name}`) call();
        },
        save_changes: () => sent.push(1),
        on: (event, call) => { added++; listeners.add([event, call]); },
        off: (event, call) => {
          for (const pair of listeners) if (pair[0] === event && pair[1] === call) listeners.delete(pair);
        },
      };
      const render = new Function(`${code}; return render;`)();
      const el = document.body.appendChild(document.createElement("div"));
      const cleanups = [render({ model, el }), render({ model, el })];
      const inputs = [...el.querySelectorAll("input")];
      for (const [name, value] of Object.entries(traits)) model.set(name, value);
      const values = inputs.map((input) => Number(input.value));
      const before = sent.length;
      inputs[0].dispatchEvent(new Event("input"));
      const whileShown = sent.length - before;
      for (const clean of cleanups) clean();
      inputs[0].dispatchEvent(new Event("input"));
      return { added, left: listeners.size, values, whileShown, total: sent.length,
               nodes: el.children.length };
    }""", [code, state, octets, traits])
    assert result["added"] == 4
    assert result["left"] == 0
    assert sorted(result["values"]) == sorted([*traits.values()] * 2)
    assert (result["whileShown"], result["total"], result["nodes"]) == (1, 1, 0)
