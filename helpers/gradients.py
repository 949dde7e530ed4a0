"""Gradients of expectations: which parameters they reach (lesson 02), and two estimators (lesson 04)."""

from collections.abc import Callable, Mapping
from typing import Literal

import torch
from torch import Tensor, nn
from torch.distributions import (
    Distribution,
    Independent,
    MixtureSameFamily,
    Normal,
    TransformedDistribution,
    constraints,
)

from helpers._arguments import check_callable, check_flag, check_model, check_tensor, check_whole
from helpers.vae import VAE, kl_divergence, log_likelihood

Cost = Callable[[Tensor], Tensor]  # (samples, *shape of one draw) -> (samples,)
Family = Callable[..., Distribution]  # called with the parameters by name, like Normal

MOST_SAMPLES = 100_000_000  # 1 GB for one parameter

Reach = Literal["reached", "zero", "none"]


def gradient_reach(module: nn.Module, loss_term: Tensor) -> dict[str, Reach]:
    """What the gradient of the scalar `loss_term` does at each parameter of `module`.

    "reached": some entry is not zero; "zero": every entry is exactly 0.0;
    "none": autograd knows no path from the term to the parameter, or the parameter is frozen.
    The graph is kept and no `.grad` is changed. Raises TypeError or ValueError for other input.
    """
    if not isinstance(module, nn.Module):
        raise TypeError(f"module: an nn.Module is needed, not {type(module).__name__}")
    check_tensor("loss_term", loss_term)
    if loss_term.numel() != 1:
        raise ValueError("loss_term: a single number is needed (a mean or a sum), "
                         f"not the shape {tuple(loss_term.shape)}")
    parameters = dict(module.named_parameters())
    if not parameters:
        raise ValueError("module: it has no parameters")
    asked = {name: p for name, p in parameters.items() if p.requires_grad}  # the others are frozen
    gradients = {}
    if asked and loss_term.requires_grad:
        try:
            found = torch.autograd.grad(loss_term, list(asked.values()), torch.ones_like(loss_term),
                                        retain_graph=True, allow_unused=True)
        except RuntimeError as error:  # a graph that backward() has freed, or a value changed in place
            raise ValueError("loss_term: autograd cannot go back through it; compute it again "
                             f"({str(error).split('.')[0]})") from error
        gradients = dict(zip(asked, found, strict=True))
    reach = {}
    for name in parameters:
        gradient = gradients.get(name)
        if gradient is not None and not bool(torch.isfinite(gradient).all()):
            raise ValueError(f"loss_term: its gradient at {name} is not finite")
        reach[name] = ("none" if gradient is None else
                       "reached" if bool((gradient != 0).any()) else "zero")
    return reach


def assert_grad_reaches(module: nn.Module, loss_term: Tensor) -> None:
    """Raise AssertionError unless the gradient of `loss_term` reaches every parameter of `module`.

    The message names the parameters that get no gradient, or one that is exactly zero.
    Give it one term of a loss at a time: in a sum, one term's gradient hides another's cut.
    """
    reach = gradient_reach(module, loss_term)
    missed = [name for name, found in reach.items() if found != "reached"]
    if missed:
        why = {"zero": "exactly zero", "none": "no gradient"}
        lines = [f"  {name}: {why[reach[name]]}" for name in missed]
        raise AssertionError(
            f"the gradient misses {len(missed)} of {len(reach)} parameters:\n" + "\n".join(lines))


# -- Two estimators of the gradient of an expectation ------------------------------------------


def pathwise_gradient(cost: Cost, family: Family, parameters: Mapping[str, Tensor],
                      samples: int) -> dict[str, Tensor]:
    """`samples` one-draw estimates of d/dparameters E[cost(z)], z from `family(**parameters)`.

    The reparameterized draw z = z(parameters, epsilon) is differentiated through `cost`: AEVB,
    section 2.4; Mohamed et al. 2020, section 5. `cost` takes draws, (samples, *shape of one draw), and
    returns one number for each, (samples,). Returns for each parameter its estimates,
    (samples, *shape of the parameter); their mean over the first dimension is unbiased where z is
    continuous in the parameters and `cost` is differentiable. A cost with steps gives 0, silently.

    A parameter that the family does not use gets zeros. The draws come from torch's global generator.

    Raises TypeError for a distribution without `rsample`, parameters that are no float tensors, a
    family that makes no Distribution, a cost that is no tensor, or `samples` that is no whole number;
    ValueError for fewer than 1 sample, no parameters, parameters whose shapes do not fit each other
    draw by draw, a cost of the wrong shape or cut off from z, or an estimate that is not finite.
    """
    theta, distribution = _expanded(family, parameters, samples)
    if not distribution.has_rsample:
        raise TypeError(f"family: {_name(distribution)} has no rsample, it cannot be reparameterized; "
                        "score_function_gradient needs none")
    z = distribution.rsample()
    costs = _costs(cost, z, samples)
    reached = costs.requires_grad and torch.autograd.grad(costs.sum(), z, retain_graph=True,
                                                          allow_unused=True)[0] is not None
    if not reached:
        raise ValueError("cost: what it returns is cut off from z (detached, or made of whole numbers); "
                         "score_function_gradient needs no derivative of the cost")
    return _estimates(costs.sum(), theta)


def score_function_gradient(cost: Cost, family: Family, parameters: Mapping[str, Tensor], samples: int,
                            *, leave_one_out: bool = False) -> dict[str, Tensor]:
    """Like `pathwise_gradient`, by the score function: cost(z) * d/dparameters log q(z).

    Williams 1992; Mohamed et al. 2020, section 4. Unbiased where the range of z does not move with
    the parameters; `cost` may be any function. With `leave_one_out` the mean cost of the other draws is
    subtracted from each cost, which leaves the mean as it is.

    Raises the errors of `pathwise_gradient`, but for `log_prob` in the place of `rsample` and 2 samples
    with `leave_one_out`; and ValueError where the range of z moves, or may move, with a parameter.
    """
    check_flag("leave_one_out", leave_one_out)
    theta, distribution = _expanded(family, parameters, samples, least=2 if leave_one_out else 1)
    if _range_moves(distribution):
        raise ValueError(f"family: the range of {_name(distribution)} moves with a parameter; "
                         "there the score-function estimator is biased")
    with torch.no_grad():
        z = distribution.sample()
        costs = _costs(cost, z, samples)
    try:
        log_q = distribution.log_prob(z)
    except NotImplementedError:
        raise TypeError(f"family: {_name(distribution)} has no log_prob; "
                        "the score function is its derivative") from None
    costs = costs.to(log_q.dtype)
    if leave_one_out:
        costs = costs - leave_one_out_mean(costs)
    return _estimates((costs * log_q.reshape(samples, -1).sum(1)).sum(), theta)


def leave_one_out_mean(costs: Tensor) -> Tensor:
    """For each draw the mean cost of the other draws of its column: (draws, ...) -> (draws, ...).

    As a baseline it is independent of its own draw, and so keeps the score function unbiased: Kool,
    van Hoof & Welling 2019. Raises TypeError for what is no float tensor and ValueError for fewer than
    2 draws.
    """
    check_tensor("costs", costs, floating=True)
    if costs.ndim < 1 or len(costs) < 2:
        raise ValueError(f"costs: at least 2 draws are needed, not the shape {tuple(costs.shape)}")
    return (costs.sum(0) - costs) / (len(costs) - 1)


def score_function_loss(model: VAE, x: Tensor, draws: int = 4, *, leave_one_out: bool = True) -> Tensor:
    """A scalar whose gradient estimates that of -ELBO per image, with no gradient through z.

    The encoder gets the score function with `draws` draws of z for each image of x (n, pixels), the
    decoder its gradient directly, the KL is exact. Lesson 04, section 9. The value of the scalar means
    nothing. Raises ValueError for fewer than 1 draw (2 with `leave_one_out`), and when the encoder's
    means or standard deviations are not finite.
    """
    check_flag("leave_one_out", leave_one_out)
    check_whole("draws", draws, 2 if leave_one_out else 1, MOST_SAMPLES)
    check_model("model", model)
    check_tensor("x", x, floating=True)
    if not x.numel():
        raise ValueError(f"x: at least one image is needed, not the shape {tuple(x.shape)}")
    mu, logvar = model.encode(x)
    sigma = torch.exp(0.5 * logvar)
    if not bool((torch.isfinite(mu) & torch.isfinite(sigma) & (sigma > 0)).all()):
        raise ValueError("model: for x its encoder gives means or standard deviations that are not finite, "
                         "or 0; with a step size too large the log-variance runs away")
    q = Normal(mu, sigma)
    z = q.sample((draws,))
    log_p = log_likelihood(model.decoder(z), x.expand(draws, *x.shape))
    reward = log_p.detach()
    if leave_one_out:
        reward = reward - leave_one_out_mean(reward)
    surrogate = log_p + reward * q.log_prob(z).sum(-1)
    return -(surrogate.mean(0) - kl_divergence(mu, logvar)).mean()


def _expanded(family: Family, parameters: Mapping[str, Tensor], samples: int,
              least: int = 1) -> tuple[dict[str, Tensor], Distribution]:
    """Parameters of its own for each draw, as leaves, and the distribution made of them."""
    check_whole("samples", samples, least, MOST_SAMPLES)
    check_callable("family", family, "the parameters")
    if not isinstance(parameters, Mapping):
        raise TypeError(f"parameters: a dictionary of tensors is needed, not {type(parameters).__name__}")
    if not parameters:
        raise ValueError("parameters: at least one is needed")
    for name, value in parameters.items():
        if not isinstance(value, Tensor) or not value.is_floating_point():
            kind = value.dtype if isinstance(value, Tensor) else type(value).__name__
            raise TypeError(f"parameters: {name} must be a float tensor, not {kind}")
        check_tensor(f"parameters: {name}", value, floating=True)

    def copies(count: int) -> dict[str, Tensor]:
        return {name: value.detach().expand(count, *value.shape).clone().requires_grad_()
                for name, value in parameters.items()}

    try:
        plain = family(**parameters)
    except RuntimeError as error:
        raise ValueError(f"parameters: the family can make no distribution of them ({error})") from error
    if not isinstance(plain, Distribution):
        raise TypeError("family: it must make a torch Distribution from the parameters, "
                        f"not {type(plain).__name__}")
    theta = copies(samples)
    try:  # two sizes: one alone may fit by chance, where torch broadcasts draws over dimensions
        distribution, one_more = family(**theta), family(**copies(samples + 1))
        fits = (distribution.batch_shape, one_more.batch_shape) == (
            (samples, *plain.batch_shape), (samples + 1, *plain.batch_shape))
    except (RuntimeError, ValueError):
        fits = False
    if not fits:
        raise ValueError("parameters: their shapes do not fit each other draw by draw; give all of them "
                         "(and constants inside the family) the same shape")
    return theta, distribution


def _costs(cost: Cost, z: Tensor, samples: int) -> Tensor:
    check_callable("cost", cost, "the draws")
    costs = cost(z)
    if not isinstance(costs, Tensor):
        raise TypeError(f"cost: it must return a tensor, not {type(costs).__name__}")
    check_tensor("cost: what it returns", costs)
    if costs.shape != (samples,):
        raise ValueError(f"cost: for {samples} draws it must return the shape ({samples},), "
                         f"not {tuple(costs.shape)}")
    return costs


def _estimates(total: Tensor, theta: dict[str, Tensor]) -> dict[str, Tensor]:
    found = torch.autograd.grad(total, list(theta.values()), allow_unused=True)
    estimates = {}
    for (name, parameter), gradient in zip(theta.items(), found, strict=True):
        estimates[name] = torch.zeros_like(parameter) if gradient is None else gradient
        if not bool(torch.isfinite(estimates[name]).all()):
            raise ValueError(f"cost, family: an estimate of the gradient by {name} is not finite")
    return estimates


def _range_moves(distribution: Distribution) -> bool:
    """Whether the values that z can take depend, or may depend, on a parameter."""
    if isinstance(distribution, Independent):
        return _range_moves(distribution.base_dist)
    if isinstance(distribution, MixtureSameFamily):
        return _range_moves(distribution.component_distribution)
    support = _support(distribution)
    if any(_learns(getattr(support, end, None)) for end in ("lower_bound", "upper_bound")):
        return True
    if isinstance(distribution, TransformedDistribution):
        base = distribution.base_dist
        whole_line = getattr(_support(base), "base_constraint", _support(base)) is constraints.real
        moves = any(_learns(value) for transform in distribution.transforms
                    for value in vars(transform).values())
        return _range_moves(base) or (moves and not whole_line)
    return False


def _learns(value: object) -> bool:
    return isinstance(value, Tensor) and value.requires_grad


def _support(distribution: Distribution):
    try:
        return distribution.support
    except NotImplementedError:  # not every distribution says its range
        return None


def _name(distribution: Distribution) -> str:
    return type(distribution).__name__
