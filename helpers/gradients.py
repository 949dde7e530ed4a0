"""Two estimators of the gradient of an expectation, the VAE's loss under the second, and its baseline."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor
from torch.distributions import Distribution, Normal

from helpers._arguments import check_integer
from helpers.vae import VAE, kl_divergence, log_likelihood

Cost = Callable[[Tensor], Tensor]  # (samples, *shape of one draw) -> (samples,)
Family = Callable[..., Distribution]  # called with the parameters by name, like Normal


def pathwise_gradient(
    cost: Cost, family: Family, parameters: Mapping[str, Tensor], samples: int
) -> dict[str, Tensor]:
    """`samples` one-draw estimates of d/dparameters E[cost(z)], z from `family(**parameters)`.

    The reparameterized draw z = z(parameters, epsilon) is differentiated through `cost`: AEVB,
    section 2.4; Mohamed et al. 2020, section 5. `cost` takes draws, (samples, *shape of one draw), and
    returns one number for each, (samples,). Returns for each parameter its estimates,
    (samples, *shape of the parameter); their mean over the first dimension is unbiased where z is
    continuous in the parameters and `cost` is differentiable. A cost with steps gives 0, silently.

    A parameter that the family does not use gets zeros. The draws come from torch's global generator.
    Raises TypeError for a distribution without `rsample`, and ValueError for a cost of another shape or
    cut off from z, parameters of different shapes, or estimates that are not finite.
    """
    theta, distribution = _one_per_draw(family, parameters, samples, least=1)
    if not distribution.has_rsample:
        raise TypeError(
            f"family: {_name(distribution)} has no rsample, it cannot be reparameterized; "
            "score_function_gradient needs none"
        )
    z = distribution.rsample()
    costs = _costs(cost, z, samples)
    if (
        not costs.requires_grad
        or torch.autograd.grad(costs.sum(), z, retain_graph=True, allow_unused=True)[0] is None
    ):
        raise ValueError(
            "cost: what it returns is cut off from z (detached, or made of whole numbers); "
            "score_function_gradient needs no derivative of the cost"
        )
    return _estimates(costs.sum(), theta)


def score_function_gradient(
    cost: Cost, family: Family, parameters: Mapping[str, Tensor], samples: int, *, leave_one_out: bool = False
) -> dict[str, Tensor]:
    """Like `pathwise_gradient`, by the score function: cost(z) * d/dparameters log q(z).

    Williams 1992; Mohamed et al. 2020, section 4. Unbiased where the range of z does not move with
    the parameters (one whose bounds are parameters is refused with a ValueError); `cost` may be any
    function. With `leave_one_out` the mean cost of the other draws is subtracted from each cost, which
    leaves the mean as it is.
    """
    theta, distribution = _one_per_draw(family, parameters, samples, least=2 if leave_one_out else 1)
    support = distribution.support
    support = getattr(support, "base_constraint", support)
    if any(
        getattr(getattr(support, end, None), "requires_grad", False) for end in ("lower_bound", "upper_bound")
    ):
        raise ValueError(
            f"family: the range of {_name(distribution)} moves with a parameter; "
            "there the score-function estimator is biased"
        )
    with torch.no_grad():
        z = distribution.sample()
        costs = _costs(cost, z, samples)
    log_q = distribution.log_prob(z).reshape(samples, -1).sum(1)
    costs = costs.to(log_q.dtype)
    if leave_one_out:
        costs = costs - leave_one_out_mean(costs)
    return _estimates((costs * log_q).sum(), theta)


def leave_one_out_mean(costs: Tensor) -> Tensor:
    """For each draw the mean cost of the other draws of its column: (draws, ...) -> (draws, ...).

    As a baseline it is independent of its own draw, and so keeps the score function unbiased: Kool,
    van Hoof & Welling 2019. Raises ValueError for fewer than 2 draws.
    """
    if len(costs) < 2:
        raise ValueError(f"costs: at least 2 draws are needed, not the shape {tuple(costs.shape)}")
    return (costs.sum(0) - costs) / (len(costs) - 1)


def score_function_loss(model: VAE, x: Tensor, draws: int = 4, *, leave_one_out: bool = True) -> Tensor:
    """A scalar whose gradient estimates that of -ELBO per image, with no gradient through z.

    The encoder gets the score function with `draws` draws of z for each image of x (n, pixels), the
    decoder its gradient directly, the KL is exact. The value of the scalar means nothing. Raises
    ValueError for fewer than 1 draw (2 with `leave_one_out`), or an encoder whose output is nan.
    """
    check_integer("draws", draws, 2 if leave_one_out else 1)
    mu, logvar = model.encode(x)
    q = Normal(mu, torch.exp(0.5 * logvar))
    z = q.sample((draws,))
    log_p = log_likelihood(model.decoder(z), x.expand(draws, *x.shape))
    reward = log_p.detach()
    if leave_one_out:
        reward = reward - leave_one_out_mean(reward)
    surrogate = log_p + reward * q.log_prob(z).sum(-1)
    return -(surrogate.mean(0) - kl_divergence(mu, logvar)).mean()


def _one_per_draw(
    family: Family, parameters: Mapping[str, Tensor], samples: int, least: int
) -> tuple[dict[str, Tensor], Distribution]:
    """Parameters of its own for each draw, as leaves, and the distribution made of them."""
    check_integer("samples", samples, least)
    for name, value in parameters.items():
        if not isinstance(value, Tensor) or not value.is_floating_point():
            raise TypeError(f"parameters: {name} must be a float tensor, not {value!r}")
    if len({value.shape for value in parameters.values()}) != 1:  # or draws would broadcast over dimensions
        raise ValueError(
            "parameters: the same shape is needed for all of them, not "
            f"{[tuple(value.shape) for value in parameters.values()]}"
        )
    theta = {
        name: value.detach().expand(samples, *value.shape).clone().requires_grad_()
        for name, value in parameters.items()
    }
    distribution = family(**theta)
    if not isinstance(distribution, Distribution):
        raise TypeError(
            "family: it must make a torch Distribution from the parameters, "
            f"not {type(distribution).__name__}"
        )
    return theta, distribution


def _costs(cost: Cost, z: Tensor, samples: int) -> Tensor:
    costs = cost(z)
    if not isinstance(costs, Tensor):
        raise TypeError(f"cost: it must return a tensor, not {type(costs).__name__}")
    if costs.shape != (samples,):
        raise ValueError(
            f"cost: for {samples} draws it must return the shape ({samples},), not {tuple(costs.shape)}"
        )
    return costs


def _estimates(total: Tensor, theta: dict[str, Tensor]) -> dict[str, Tensor]:
    found = torch.autograd.grad(total, list(theta.values()), allow_unused=True, materialize_grads=True)
    for name, gradient in zip(theta, found, strict=True):
        if not bool(torch.isfinite(gradient).all()):
            raise ValueError(f"cost, family: an estimate of the gradient by {name} is not finite")
    return dict(zip(theta, found, strict=True))


def _name(distribution: Distribution) -> str:
    return type(distribution).__name__
