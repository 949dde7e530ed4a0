"""Checks of lesson 10."""

import copy
import functools
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from helpers.data import load_digits
from helpers.exercises._check import Wrong, call, check, close, number, unsolved
from helpers.training import seeded
from helpers.vae import VAE, kl_divergence, log_likelihood


@check
def free_bits_cost(function) -> str:
    kl = torch.tensor(
        [
            [0.0, 1.0, 0.25, 0.05, 0.1, 0.1],  # means 0.2, 1.5, 0.6, 0.05, 0.1, 0.2
            [0.4, 2.0, 0.95, 0.05, 0.1, 0.3],
        ]
    )
    for size, floor in ((2, 0.5), (3, 0.5), (1, 0.15), (6, 4.0), (2, 0.0), (2, 2.0)):
        groups = kl.view(2, -1, size)
        each = groups.sum(-1)  # (image, group)
        target = each.mean(0).clamp(min=floor).sum().item()
        value = number(call(function, kl.clone(), floor, size), "the cost")
        hints = {
            "the mean over images comes before the maximum": each.clamp(min=floor).mean(0).sum(),
            "the floor is that of a group, not of each dimension": kl.mean(0).clamp(min=floor).sum(),
            "each group has a floor of its own, not only the total": each.sum(1).mean().clamp(min=floor),
            "a group is made of neighbours: for the size 2 dimensions 0 and 1, then 2 and 3": kl.view(
                2, size, -1
            )
            .sum(1)
            .mean(0)
            .clamp(min=floor)
            .sum(),
            "the size is the number of dimensions in a group, not the number of groups": kl.view(2, size, -1)
            .sum(-1)
            .mean(0)
            .clamp(min=floor)
            .sum(),
            "the KL of a group is the sum over its dimensions, not their mean": groups.mean(-1)
            .mean(0)
            .clamp(min=floor)
            .sum(),
        }
        where = f"with groups of {size} and a floor of {floor:g} the cost"
        if not abs(value - target) <= 1e-5:
            for hint, wrong in hints.items():
                if abs(value - wrong.item()) <= 1e-5:
                    raise Wrong(f"{where} is {value:.4g}, but should be {target:.4g}: {hint}")
        close(value, target, where, 1e-5)
    leaf = kl.clone().requires_grad_()
    cost = call(function, leaf, 0.5, 2)
    close(number(cost, "the cost"), 2.85, "with a KL that has gradients the cost", 1e-5)
    gradient = None
    if isinstance(cost, Tensor) and cost.requires_grad:
        (gradient,) = torch.autograd.grad(cost, leaf, allow_unused=True)
    if gradient is None:
        raise Wrong("the cost is cut off from the KL: nothing can be trained with it")
    if not bool((gradient[:, 4:] == 0).all()):  # nan neither
        raise Wrong("the dimensions of a group below its floor should have no gradient, but have one")
    for entry in gradient[:, :4].flatten():  # the mean of two images
        close(entry.item(), 0.5, "the gradient of a dimension in a group above its floor", 1e-5)
    return "Right values for groups of four sizes, and no gradient below the floor."


@check
def active_units(function) -> str:
    model = VAE(10, hidden=2, pixels=4)  # mu is a straight line in the first pixel
    for weights in model.parameters():
        weights.data.zero_()
    next(model.encoder.parameters()).data[:, 0] = 1
    model.to_mu.weight.data[:, 0] = torch.tensor([2.0, 0.0, 0.0, 0.015, 0.4, 0.0, 0.0, 0.198, 0.202, 0.15])
    model.to_mu.bias.data = torch.tensor([-1.0, 2.0, -1.5] + 7 * [0.0])
    model.to_logvar.bias.data[5] = -6.0
    x = torch.tensor([[0.0, 1, 0, 1], [1, 0, 0, 1]]).repeat(100, 1)
    with seeded(0):
        value = number(call(function, model, x.clone()), "the number of active units")
    with torch.no_grad(), seeded(0):
        mu, logvar = model.encode(x)
        z = mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)
        hints = {
            "q(z|x) of most of these dimensions is the same for all images, and its draws still vary": (
                z.var(0) > 0.01
            ),
            "a KL above 0 does not make a dimension active: q(z|x) may differ from the prior and be the same "
            "for all images": kl_divergence(mu, logvar, per_dimension=True).mean(0) > 0.01,
            "that looks at the size of mu; a mu far from 0 that is the same for all images says nothing": (
                mu.square().mean(0) > 0.01
            ),
            "the limit of 0.01 is that of a variance, not of a standard deviation": mu.std(0) > 0.01,
            "that counts every dimension": torch.ones(10),
            "that counts images: the variance is over images, for each dimension": torch.ones(200),
        }
    if value != 3:
        fit = [words for words, counted in hints.items() if counted.sum() == value]
        raise Wrong(
            f"for a model with 10 dimensions you count {value:g}" + (f": {fit[0]}" if len(fit) == 1 else "")
        )
    with torch.no_grad():
        model.to_mu.weight.zero_()
    value = number(call(function, model, x.clone()), "the number of active units")
    if value != 0:
        raise Wrong(f"where mu is the same for all images, you count {value:g}")
    return "Three dimensions of ten tell images apart, and none where mu is the same for all."


_STEPS = 300


@functools.cache
def _digits() -> Tensor:
    images = load_digits().train[:5000].view(-1, 1, 28, 28)
    return (F.avg_pool2d(images, 2) >= 0.5).to(images.dtype).flatten(1)


def _terms(model: VAE, x: Tensor) -> tuple[Tensor, Tensor]:
    mu, logvar = model.encode(x)
    z = mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)
    return log_likelihood(model.decoder(z), x), kl_divergence(mu, logvar, per_dimension=True)


def _trained(loss: Callable, model: VAE | None = None) -> tuple[VAE, list[float]]:
    """The lesson's loop, 300 steps; a given model is trained on from where it is, with the loss at t = 1."""
    with seeded(0):
        go_on = model is not None
        model, losses = copy.deepcopy(model) if go_on else VAE(10, 64, 196), []
        adam = torch.optim.Adam(model.parameters(), lr=1e-2, fused=True)
        for step in range(_STEPS):
            batch = _digits()[torch.randint(5000, (100,))]
            value = call(loss, *_terms(model, batch), 1.0 if go_on else step / _STEPS)
            losses.append(number(value, f"the loss at step {step + 1}"))
            if not (isinstance(value, Tensor) and value.requires_grad):
                raise Wrong("the loss is cut off from the two terms: nothing can be trained with it")
            adam.zero_grad()
            value.backward()
            adam.step()
    return model, losses


@functools.cache
def _in_use() -> VAE:
    """A model whose z says something."""
    return _trained(lambda reconstruction, kl, t: (kl.sum(1) - reconstruction).mean())[0]


@torch.no_grad()
def _measured(model: VAE) -> tuple[Tensor, float]:
    """The KL of each dimension, and the distortion."""
    with seeded(1):
        reconstruction, kl = _terms(model, _digits()[:1000])
    return kl.mean(0), -reconstruction.mean().item()


@check
def my_collapse(loss, why) -> str:
    model, losses = _trained(loss)
    kl, distortion = _measured(model)
    first, last = (sum(part) / 20 for part in (losses[:20], losses[-20:]))
    if not last < first:
        raise Wrong(
            f"the loss does not fall: {first:.4g} on average over the first 20 steps, {last:.4g} "
            "over the last 20"
        )
    x = _digits()
    average = -log_likelihood(torch.logit(x.mean(0).clamp(1e-3, 1 - 1e-3)).expand_as(x), x).mean().item()
    if distortion > average + 3:
        raise Wrong(
            f"the decoder does not learn what it can: its distortion is {distortion:.0f} nats, and "
            f"the average image alone has {average:.0f}"
        )
    if kl.max() >= 0.05:
        raise Wrong(
            f"{int((kl >= 0.05).sum())} of 10 dimensions have 0.05 nats or more, the largest "
            f"{kl.max():.2f}: z still says something"
        )
    if unsolved(why):
        raise Wrong(
            f"z says {kl.sum():.2f} nats, and the loss fell: it has collapsed. Now measure why, and "
            "fill in `why`"
        )
    if why not in ("loss", "start"):
        raise Wrong('`why` should be "loss" or "start"')
    before = _measured(_in_use())[0].sum()
    after = _measured(_trained(loss, _in_use())[0])[0].sum()
    cause = "loss" if after < before / 4 else "start"
    measured = (
        f"from a z that says {before:.1f} nats, and with your loss as it is at t = 1, training ends "
        f"at {after:.1f} nats"
    )
    if why != cause:
        raise Wrong(
            f"it has collapsed, but not for the reason you give: {measured}. Would a loss that wants "
            "an empty z leave it there, and would one that does not?"
        )
    return f"From the start it ends at {kl.sum():.2f} nats; {measured}. " + (
        "The loss itself empties z. Can you make one collapse that would keep a z in use?"
        if cause == "loss"
        else "The loss keeps a z in use, and never finds it from the start."
    )
