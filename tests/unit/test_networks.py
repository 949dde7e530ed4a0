"""helpers.networks."""

import math

import pytest
import torch

from helpers.networks import Denoiser, frechet_distance, train_classifier

X = torch.randn(500, 6, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_classifier_learns_what_can_be_learned_and_leaves_torchs_generator(dtype):
    features, labels, state = X.to(dtype), (X[:, 0] > 0).long(), torch.get_rng_state()
    reader = train_classifier(features, labels, hidden=20, epochs=40)
    assert torch.equal(torch.get_rng_state(), state)
    assert (reader(features).argmax(1) == labels).double().mean() > 0.95
    assert not any(p.requires_grad for p in reader.parameters())


def test_frechet_distance_of_normals_that_are_known():
    white = (X - X.mean(0)) @ torch.linalg.inv(torch.linalg.cholesky(X.T.cov())).T  # mean 0, covariance I
    scale, shift = torch.tensor([1.0, 2.0, 3.0, 0.5, 1.0, 1.0], dtype=torch.float64), 2.0
    assert frechet_distance(white, white) == pytest.approx(0, abs=1e-8)
    # for covariances that commute: |m1 - m2|^2 + sum of (sigma1 - sigma2)^2
    assert frechet_distance(white, white * scale + shift) == pytest.approx(6 * 4 + 1 + 4 + 0.25)
    # C1 and C2 do not commute: tr (C1 C2)^(1/2) from the eigenvalues of the product
    c1 = torch.tensor([[2.0, 1.0], [1.0, 2.0]], dtype=torch.float64)
    c2 = torch.diag(torch.tensor([4.0, 1.0], dtype=torch.float64))
    one, other = (white[:, :2] @ torch.linalg.cholesky(c).T for c in (c1, c2))
    # the root of a 2 x 2 matrix has the trace sqrt(tr + 2 sqrt(det))
    cross = math.sqrt(torch.trace(c1 @ c2) + 2 * math.sqrt(torch.det(c1 @ c2)))
    assert frechet_distance(one, other) == pytest.approx(4 + 5 - 2 * cross)


def test_one_level_for_all_is_that_level_for_each():
    torch.manual_seed(0)
    denoiser, z_t = Denoiser(5, width=8), torch.randn(4, 5)
    a, s = torch.tensor(0.6), torch.tensor(0.8)
    together = denoiser(z_t, a, s)
    assert together.shape == (4, 5)
    assert torch.equal(together, denoiser(z_t, a.expand(4, 1), s.expand(4, 1)))
    assert not torch.allclose(together, denoiser(z_t, s, a), atol=1e-3)


def test_its_middle_layers_add_to_what_they_get():
    denoiser, (z_t, a, s) = Denoiser(5, width=8), (torch.randn(4, 5), torch.rand(4, 1), torch.rand(4, 1))
    for weights in denoiser.layers[1:4].parameters():
        weights.data.zero_()
    first, last = denoiser.layers[0], denoiser.layers[-1]
    plain = last(torch.nn.functional.silu(first(torch.cat([z_t, a, s], 1))))
    assert torch.allclose(denoiser(z_t, a, s), plain)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: train_classifier(X, torch.zeros(500)), ValueError, "labels: .* 500 rows, not torch.float32"),
        (lambda: train_classifier(X, torch.zeros(3).long()), ValueError, r"labels: .* 500 rows.* \(3,\)"),
        (lambda: frechet_distance(X, X[:, :4]), ValueError, r"other: the shape \(n, 6\)"),
        (lambda: frechet_distance(X * math.nan, X), ValueError, "one: finite numbers"),
    ],
)
def test_a_learners_mistake_is_named(call, error, says):
    with pytest.raises(error, match=says):
        call()
