"""A learner's mistake at a door of the helpers: an error that names the argument and what is accepted.

Each row is a mistake that learners make. Those of other doors are in the tests of their modules.
"""

import math

import pytest
import torch

from helpers.figures import latent_plane, show_digits
from helpers.pretrained import trained_vae
from helpers.training import evaluate, fit
from helpers.vae import VAE

X = torch.zeros(10, 784)
MODEL = VAE(2, 8)


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("train", lambda x: fit(MODEL, x, X)),
        ("test", lambda x: fit(MODEL, X, x)),
        ("images", lambda x: evaluate(MODEL, x)),
    ],
    ids=["fit, train", "fit, test", "evaluate"],
)
@pytest.mark.parametrize(
    ("images", "error", "says"),
    [
        (X.long(), TypeError, "a float tensor is needed, not torch.int64"),
        (X.double(), TypeError, "torch.float32 is needed, as the model's, not torch.float64"),
        (X.view(10, 28, 28), ValueError, r"the shape \(n, 784\) is needed, not \(10, 28, 28\)"),
        (X[:, :700], ValueError, r"the shape \(n, 784\) is needed, not \(10, 700\)"),
        (X[:0], ValueError, "at least one image"),
        (255 * torch.ones(2, 784), ValueError, "pixels from 0 to 1 are needed, not from 255 to 255"),
        (X - 0.001, ValueError, "pixels from 0 to 1 are needed, not from -0.001 to -0.001"),
        (X * math.nan, ValueError, "finite numbers"),
    ],
)
def test_images(images, error, says, name, call):
    with pytest.raises(error, match=f"^{name}: {says}"):
        call(images)


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        (dict(epochs=0), ValueError, "epochs: at least 1 needed, not 0"),
        (dict(epochs=1.5), TypeError, "epochs: a whole number is needed, not 1.5"),
        (dict(batch_size=0), ValueError, "batch_size: at least 1"),
        (dict(lr=0.0), ValueError, "lr: a positive number is needed, not 0.0"),
        (dict(lr="1e-3"), TypeError, "lr: a number is needed, not '1e-3'"),
        (dict(beta=-1), ValueError, "beta: a number of at least 0 is needed, not -1"),
        (dict(sampler=None), TypeError, "sampler: a function of mu and sigma is needed, not None"),
        (dict(sampler=lambda mu, sigma: None), TypeError, r"sampler: .* the shape of mu, .* not None"),
        (dict(sampler=lambda mu, sigma: mu[:, :1]), TypeError, r"sampler: .* not \(2, 1\)"),
        (dict(after_epoch=True), TypeError, "after_epoch: a function of the model and its history"),
    ],
)
def test_fit(arguments, error, says):
    with pytest.raises(error, match=f"^{says}"):
        fit(MODEL, X, X, progress=False, **arguments)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: trained_vae("two"), TypeError, "latent: a whole number is needed, not 'two'"),
        (lambda: show_digits(X[0]), ValueError, "images: the shape .* is needed"),
        (lambda: show_digits(torch.zeros(2, 15)), ValueError, "images: at least one square image"),
        (lambda: show_digits(X, columns=0), ValueError, "columns: at least 1"),
        (lambda: latent_plane(torch.zeros(5, 20), torch.zeros(5)), ValueError, r"codes: the shape \(n, 2\)"),
        (lambda: latent_plane(torch.zeros(5, 2), torch.zeros(4)), ValueError, "labels: one for each of the"),
    ],
)
def test_elsewhere(call, error, says):
    with pytest.raises(error, match=says):
        call()
