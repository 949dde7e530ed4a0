"""A learner's mistake at a door of the helpers: an error that names the argument and what is accepted.

Each row is a mistake that learners make. The widgets' doors are in the tests of the widgets.
"""

import math

import pytest
import torch
from torch import nn
from torch.distributions import Bernoulli, Independent, Normal, Uniform

from helpers.autograd import assert_grad_reaches, trace_autograd
from helpers.figures import latent_plane, show_digits
from helpers.pretrained import trained_vae
from helpers.training import evaluate, fit
from helpers.vae import (
    VAE,
    iwae_bound,
    leave_one_out_mean,
    pathwise_gradient,
    score_function_gradient,
    score_function_loss,
)

X = torch.zeros(10, 784)
IMAGES = [  # what is given for images, and what the error says of it
    (X.long(), TypeError, "a float tensor is needed, not torch.int64"),
    (X.numpy(), TypeError, "a float tensor is needed, not ndarray"),
    (X[0], ValueError, r"the shape \(n, 784\) is needed, not \(784,\)"),
    (X.view(10, 28, 28), ValueError, r"the shape \(n, 784\) is needed, not \(10, 28, 28\)"),
    (X[:, :700], ValueError, r"the shape \(n, 784\) is needed, not \(10, 700\)"),
    (X[:0], ValueError, "at least one image"),
    (255 * torch.ones(2, 784), ValueError, "pixels from 0 to 1 are needed, not from 255 to 255"),
    (X - 0.001, ValueError, "pixels from 0 to 1 are needed, not from -0.001 to -0.001"),
    (X * math.nan, ValueError, "finite numbers"),
]


@pytest.mark.parametrize(("images", "error", "says"), IMAGES)
@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("images", lambda x: fit(VAE(2, 8), x, X)),
        ("test", lambda x: fit(VAE(2, 8), X, x)),
        ("images", lambda x: evaluate(VAE(2, 8), x)),
    ],
    ids=["fit", "fit, held out", "evaluate"],
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
        (dict(lr=math.nan), ValueError, "lr: a positive number is needed, not nan"),
        (dict(lr="1e-3"), TypeError, "lr: a number is needed, not '1e-3'"),
        (dict(beta=-1), ValueError, "beta: a number of at least 0 is needed, not -1"),
        (dict(sampler=None), TypeError, "sampler: a function of mu and sigma is needed, not None"),
        (
            dict(sampler=lambda mu, sigma: None),
            TypeError,
            r"sampler: it must return z, a tensor of the shape of mu, \(2, 2\), not None",
        ),
        (dict(sampler=lambda mu, sigma: mu[:, :1]), TypeError, r"sampler: .* not \(2, 1\)"),
        (dict(after_epoch=True), TypeError, "after_epoch: a function of the model and its history"),
    ],
)
def test_fit(arguments, error, says):
    with pytest.raises(error, match=f"^{says}"):
        fit(VAE(2, 8), **{"images": X, "test": X, "progress": False} | arguments)


THETA = {"loc": torch.tensor(0.5), "scale": torch.tensor(1.5)}
RANGE = {"low": torch.tensor(0.0), "high": torch.tensor(2.0)}


@pytest.mark.parametrize(
    ("estimate", "arguments", "error", "says"),
    [
        (
            pathwise_gradient,
            dict(family=Bernoulli, parameters={"probs": torch.tensor(0.5)}),
            TypeError,
            "family: Bernoulli has no rsample",
        ),
        (
            pathwise_gradient,
            dict(family=lambda loc, scale: loc),
            TypeError,
            "family: .* a torch Distribution",
        ),
        (
            pathwise_gradient,
            dict(parameters={"loc": 1.0, "scale": 1.0}),
            TypeError,
            "loc must be a float tensor",
        ),
        (
            pathwise_gradient,
            dict(parameters={"loc": torch.zeros(2), "scale": torch.tensor(1.0)}),
            ValueError,
            "parameters: the same shape is needed",
        ),
        (pathwise_gradient, dict(samples=0), ValueError, "samples: at least 1 needed, not 0"),
        (pathwise_gradient, dict(cost=torch.mean), ValueError, r"cost: .* the shape \(5,\), not \(\)"),
        (pathwise_gradient, dict(cost=lambda z: 1.0), TypeError, "cost: it must return a tensor, not float"),
        (
            pathwise_gradient,
            dict(cost=lambda z: None),
            TypeError,
            "cost: it must return a tensor, not NoneType",
        ),
        (pathwise_gradient, dict(cost=lambda z: z.detach()), ValueError, "cost: .* cut off from z"),
        (pathwise_gradient, dict(cost=lambda z: z / 0), ValueError, "gradient by loc is not finite"),
        (score_function_gradient, dict(cost=lambda z: z / 0), ValueError, "gradient by loc is not finite"),
        (score_function_gradient, dict(samples=1, leave_one_out=True), ValueError, "samples: at least 2"),
        (
            score_function_gradient,
            dict(family=Uniform, parameters=RANGE),
            ValueError,
            "range of Uniform moves",
        ),
        (
            score_function_gradient,
            dict(
                family=lambda high: Independent(Uniform(0 * high, high), 0),
                parameters={"high": torch.tensor(2.0)},
            ),
            ValueError,
            "range of Ind",
        ),
    ],
)
def test_the_two_estimators(estimate, arguments, error, says):
    given = {"cost": torch.square, "family": Normal, "parameters": THETA, "samples": 5} | arguments
    with pytest.raises(error, match=says):
        estimate(given.pop("cost"), given.pop("family"), given.pop("parameters"), **given)


def freed():
    """A loss whose graph backward() has freed, and its model."""
    model = nn.Linear(1, 1)
    loss = model(torch.ones(1, 1)).square().sum()
    loss.backward()
    return model, loss


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: evaluate(VAE(2, 8), X, lambda mu, sigma: None), TypeError, "sampler: it must return z"),
        (lambda: trained_vae("two"), TypeError, "latent: a whole number is needed, not 'two'"),
        (lambda: iwae_bound(VAE(2, 8), X, samples=0), ValueError, "samples: at least 1 needed, not 0"),
        (lambda: iwae_bound(VAE(2, 8), X + 2, samples=5), ValueError, "x: pixels from 0 to 1"),
        (lambda: leave_one_out_mean(torch.ones(1, 3)), ValueError, "costs: at least 2 draws"),
        (lambda: score_function_loss(VAE(2, 8), X, draws=1), ValueError, "draws: at least 2 needed, not 1"),
        (lambda: score_function_loss(VAE(2, 8), X * math.nan), ValueError, "invalid values"),
        (
            lambda: assert_grad_reaches("model", torch.tensor(1.0)),
            TypeError,
            "module: an nn.Module is needed",
        ),
        (lambda: assert_grad_reaches(nn.Linear(1, 1), 3.0), TypeError, "loss_term: a tensor is needed"),
        (
            lambda: assert_grad_reaches(nn.Linear(1, 1), torch.zeros(2)),
            ValueError,
            r"a single number .* \(2,\)",
        ),
        (lambda: assert_grad_reaches(*freed()), ValueError, "compute it again"),
        (
            lambda: assert_grad_reaches(model := nn.Linear(1, 1), model(torch.ones(1, 1)).sum() * math.nan),
            ValueError,
            "gradient at weight is not finite",
        ),
        (lambda: trace_autograd(torch.zeros(2), {}), ValueError, "tensor: a single number"),
        (
            lambda: trace_autograd(torch.zeros(()), {"sigma": 1.0}),
            TypeError,
            "names: a tensor is needed as 'sigma', not float",
        ),
        (lambda: show_digits(X[0]), ValueError, "images: the shape .* is needed"),
        (lambda: show_digits(torch.zeros(2, 15)), ValueError, "images: at least one square image"),
        (lambda: show_digits(X * math.nan), ValueError, "images: finite numbers"),
        (lambda: show_digits(X, columns=0), ValueError, "columns: at least 1"),
        (lambda: latent_plane(torch.zeros(5, 20), torch.zeros(5)), ValueError, r"codes: the shape \(n, 2\)"),
        (
            lambda: latent_plane(torch.zeros(5, 2), torch.zeros(4)),
            ValueError,
            "labels: one for each of the 5",
        ),
    ],
)
def test_elsewhere(call, error, says):
    with pytest.raises(error, match=says):
        call()
