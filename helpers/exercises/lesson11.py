"""Checks of lesson 11."""

import torch
from torch import Tensor
from torch.distributions import Categorical, kl_divergence

from helpers.exercises._check import Wrong, call, check, close, same_shape, seeded


@check
def gumbel_max(function) -> str:
    logits = torch.tensor([0.0, 1.0, -1.0, 0.5], dtype=torch.float64)  # argmax of nan is 0: not the largest
    rows = logits.expand(20_000, 4).clone()
    u = torch.rand(rows.shape, dtype=torch.float64, generator=seeded())
    g = -torch.log(-torch.log(u))
    target = (rows + g).argmax(-1)
    value = call(function, rows.clone(), u.clone())
    if isinstance(value, Tensor) and value.shape == rows.shape and bool(
            ((value == 0) | (value == 1)).all() and (value.sum(-1) == 1).all()):
        raise Wrong(f"what you return is one-hot, of the shape {tuple(value.shape)}; the categories "
                    f"themselves are asked for, of the shape {tuple(target.shape)} (argmax alone)")
    value = same_shape(value, target, "what you return")
    odd = value[value != value.round()] if value.is_floating_point() else value[:0]
    if len(odd):
        raise Wrong(f"one of the categories you return is {odd[0].item():.3g}; whole numbers are needed "
                    "(argmax, not max)")
    value = value.long()
    hints = {
        "the logits play no part: they are added to the noise": g.argmax(-1),
        "the noise plays no part: add it to the logits": rows.argmax(-1),
        "that is with u itself as the noise; turn it into Gumbel noise first": (rows + u).argmax(-1),
        "a minus sign is missing: the noise is -log(-log u)": (rows - g).argmax(-1),
        "that is with -log u as the noise; a second -log is missing":
            (rows - torch.log(u)).argmax(-1),
        "that is with log u as the noise; it takes two logarithms": (rows + torch.log(u)).argmax(-1),
        "the logits themselves are added, not the probabilities":
            (torch.softmax(rows, -1) + g).argmax(-1),
        "they are all 0, as argmax has it for nan. The log of a negative number is nan: log u is below 0, "
        "so the noise is -log(-log u)": torch.zeros_like(target),
        "that is the place of the smallest": (rows + g).argmin(-1),
        "the categories run from 0 to 3, not from 1 to 4": target + 1,
    }
    agree = (value == target).double().mean().item()
    if agree < 1:
        said = next((f"; {hint}" for hint, wrong in hints.items() if torch.equal(value, wrong)), "")
        share = (value == 0).double().mean().item()
        probability = torch.softmax(logits, 0)[0].item()
        raise Wrong(f"{agree:.1%} of the categories are those of the trick{said}. Category 0 came in "
                    f"{share:.3f} of the draws, its probability is {probability:.3f}")
    return "All 20,000 draws are those of the trick."


@check
def kl_to_prior(function) -> str:
    logits = torch.randn(4, 3, 5, dtype=torch.float64, generator=seeded())
    prior = torch.randn(3, 5, dtype=torch.float64, generator=seeded(1))
    q, p = Categorical(logits=logits), Categorical(logits=prior)
    each = kl_divergence(q, p)  # (4, 3)
    target = each.sum(-1)
    value = call(function, logits.clone(), prior.clone())
    value = same_shape(value, target, "the KL").double()
    log_q, log_p = torch.log_softmax(logits, -1), torch.log_softmax(prior, -1)
    hints = {
        "a KL divergence is never negative; look at the sign": -target,
        "the variables are summed, not averaged": each.mean(-1),
        "the variables and the categories are summed, not averaged": each.mean(-1) / 5,
        "the categories are summed, not averaged": target / 5,
        "that is KL(prior || q); the other way round is asked for": kl_divergence(p, q).sum(-1),
        "that is the KL to the uniform prior": kl_divergence(q, Categorical(logits=0 * prior)).sum(-1),
        "the logits are not normalised: log q is log_softmax of them":
            (log_q.exp() * (logits - log_p)).sum((-1, -2)),
        "the prior's logits are not normalised: log p is log_softmax of them":
            (log_q.exp() * (log_q - prior)).sum((-1, -2)),
        "neither kind of logits is normalised: log_softmax makes them log-probabilities":
            (log_q.exp() * (logits - prior)).sum((-1, -2)),
        "log q - log p has to be averaged with the weights q": (log_q - log_p).sum((-1, -2)),
    }
    axes = "log_softmax runs over the categories, the last axis, of both kinds of logits"
    swapped = []  # what softmax over another axis gives: of the logits, of the prior's, of both
    for axis, prior_axis in ((0, -1), (1, -1), (-1, 0), (0, 0), (1, 0)):
        log_q, log_p = torch.log_softmax(logits, axis), torch.log_softmax(prior, prior_axis)
        swapped.append((axes, (log_q.exp() * (log_q - log_p)).sum((-1, -2))))
    for hint, wrong in (*hints.items(), *swapped):
        if torch.allclose(value, wrong, atol=1e-5):
            raise Wrong(f"the KL of image 0 is {value[0]:.4g}, but should be {target[0]:.4g}: {hint}")
    for image in range(4):
        close(value[image].item(), target[image].item(), f"the KL of image {image}", 1e-5)
    same = call(function, prior.expand(2, 3, 5).clone(), prior.clone())
    for kl in same_shape(same, torch.zeros(2), "the KL"):
        close(kl.item(), 0.0, "the KL of the prior to itself", 1e-5)
    return "It equals torch.distributions for four images, and is 0 where q is the prior."
