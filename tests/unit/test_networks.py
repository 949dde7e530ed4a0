"""helpers.networks."""

import math

import pytest
import torch

from helpers.networks import Denoiser, fit_mixture, told_apart, train_classifier

X = torch.randn(500, 6, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_classifier_learns_what_can_be_learned_and_leaves_torchs_generator(dtype):
    features, labels, state = X.to(dtype), (X[:, 0] > 0).long(), torch.get_rng_state()
    reader = train_classifier(features, labels, hidden=20, epochs=40)
    assert torch.equal(torch.get_rng_state(), state)
    assert (reader(features).argmax(1) == labels).double().mean() > 0.95
    assert not any(p.requires_grad for p in reader.parameters())


def test_the_denoiser_reads_both_and_sines_and_cosines_of_both():
    torch.manual_seed(0)
    denoiser, z_t, t = Denoiser(2, hidden=8).double(), X[:4, :2], X[:4, 2:3].sigmoid()
    read = torch.cat([z_t, t], 1)
    waves = [wave(math.pi / 2 * k * read) for k in (1, 2, 4) for wave in (torch.sin, torch.cos)]
    assert torch.equal(denoiser(z_t, t), denoiser.layers(torch.cat([read, *waves], 1)))
    assert denoiser(z_t, t).shape == (4, 2)
    assert [layer.out_features for layer in denoiser.layers[::2]] == [8, 8, 8, 2]


def test_what_is_the_same_is_told_apart_by_chance_and_what_lies_elsewhere_always():
    codes, state = (
        torch.randn(3000, 3, generator=torch.Generator().manual_seed(2)).double(),
        torch.get_rng_state(),
    )
    wide = torch.randn(2, 1000, 500, generator=torch.Generator().manual_seed(0)).double()
    assert told_apart(*wide, train=500) == pytest.approx(0.5, abs=0.1)  # of others than it learned by heart
    assert told_apart(codes, codes.flip(0) + 0, train=2000) == pytest.approx(0.5, abs=0.05)
    assert told_apart(codes, codes.flip(0) + 6, train=2000) > 0.99
    assert torch.equal(torch.get_rng_state(), state)


def test_a_mixture_finds_the_normals_that_it_is_given():
    generator, state = torch.Generator().manual_seed(3), torch.get_rng_state()
    root = torch.tensor([[1.0, 0.0], [0.8, 0.5]], dtype=torch.float64)
    epsilon = torch.randn(2000, 2, generator=generator, dtype=torch.float64)
    codes = epsilon @ root.T + torch.tensor([9.0, 0.0]) * (torch.arange(2000) % 4 == 0)[:, None]
    draw = fit_mixture(codes, 2, steps=20)
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(0)
    made = draw(20_000)
    right = made[:, 0] > 4.5
    assert right.double().mean() == pytest.approx(0.25, abs=0.02)
    for part, middle in ((made[right], [9.0, 0.0]), (made[~right], [0.0, 0.0])):
        assert part.mean(0).tolist() == pytest.approx(middle, abs=0.15)
        assert torch.allclose(part.T.cov(), root @ root.T, atol=0.15)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: train_classifier(X, torch.zeros(500)), ValueError, "labels: .* 500 rows, not torch.float32"),
        (lambda: train_classifier(X, torch.zeros(3).long()), ValueError, r"labels: .* 500 rows.* \(3,\)"),
        (lambda: told_apart(X, X[:, :4], train=10), ValueError, r"draws: the shape \(500, 6\)"),
        (lambda: fit_mixture(X * math.nan, 2), ValueError, "codes: finite numbers"),
    ],
)
def test_a_learners_mistake_is_named(call, error, says):
    with pytest.raises(error, match=says):
        call()
