"""The arithmetic of the benchmarks. (The benchmarks themselves are run by hand.)"""

import pytest
import torch

from tests.benchmarks.scale import exponent
from tests.benchmarks.table import Row, as_markdown
from tests.benchmarks.training import Customary, Pictures, customary_loss

SIZES = (1_000, 4_000, 15_000, 60_000)


@pytest.mark.parametrize(("fixed", "power", "low", "high"), [
    (0, 1, 0.98, 1.02), (3, 1, 0.98, 1.02), (0, 1.3, 1.28, 1.32), (2, 0.6, 0.58, 0.62), (0.1, 2, 1.98, 2.02)])
def test_the_exponent_above_the_fixed_cost(fixed, power, low, high):
    assert low < exponent(SIZES, [fixed + 1e-4 * size**power for size in SIZES]) < high


def test_a_missed_goal_stands_out():
    table = as_markdown([Row("a", "1 s"), Row("b", "2 s", "1 s", False), Row("c", "1 s", "2 s", True)])
    assert table.splitlines()[2:] == ["| a | 1 s |  |  |", "| b | 2 s | 1 s | **no** |",
                                      "| c | 1 s | 2 s | yes |"]


def test_the_customary_loop_has_the_same_loss_as_ours():
    from helpers.vae import VAE, elbo_terms

    torch.manual_seed(0)
    theirs, ours, x = Customary(), VAE(20), torch.rand(16, 784)
    ours.load_state_dict(dict(zip(ours.state_dict(), theirs.state_dict().values(), strict=True)))
    torch.manual_seed(1)
    their_loss = customary_loss(*(out := theirs(x))[:1], x, *out[1:])
    torch.manual_seed(1)
    assert their_loss.item() / 16 == pytest.approx(-elbo_terms(ours, x).elbo.mean().item(), rel=1e-5)


def test_a_picture_comes_back_as_the_tensor_it_was():
    images = torch.randint(0, 256, (3, 784)) / 255
    assert torch.allclose(Pictures(images)[1].view(784), images[1])
