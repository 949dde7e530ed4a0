"""helpers.scores: the small classifier, and the Frechet distance."""

import math

import pytest
import torch

from helpers.scores import classifier, frechet_distance

X = torch.randn(500, 6, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def test_the_classifier_learns_what_can_be_learned_and_leaves_torchs_generator():
    labels = (X[:, 0] > 0).long()
    state = torch.get_rng_state()
    reader = classifier(X.float(), labels, hidden=20, epochs=40)
    assert torch.equal(torch.get_rng_state(), state)
    assert reader(X.float()).shape == (500, 2)
    assert (reader(X.float()).argmax(1) == labels).double().mean() > 0.95
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


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: classifier(X, torch.zeros(500)), ValueError, "labels: .* 500 rows, not torch.float32"),
        (lambda: classifier(X, torch.zeros(3).long()), ValueError, r"labels: .* 500 rows.* \(3,\)"),
        (lambda: classifier(X.long(), torch.zeros(500).long()), TypeError, "features: a float tensor"),
        (lambda: classifier(X, torch.zeros(500).long(), epochs=0), ValueError, "epochs: at least 1"),
        (lambda: frechet_distance(X, X[:, :4]), ValueError, r"other: the shape \(n, 6\)"),
        (lambda: frechet_distance(X[:1], X), ValueError, "at least 2 rows"),
        (lambda: frechet_distance(X * math.nan, X), ValueError, "one: finite numbers"),
    ],
)
def test_a_learners_mistakes(call, error, says):
    with pytest.raises(error, match=says):
        call()
