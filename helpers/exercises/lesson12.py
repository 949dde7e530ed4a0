"""Checks of lesson 12."""

import torch
from torch import Tensor
from torch.distributions import Categorical, kl_divergence

from helpers.exercises._check import Wrong, call, check, close, new_generator, no_known_mistake, same_shape


@check
def two_categories(function) -> str:
    # two kinds of rows, in turn: an answer that takes one row's logits for all, or mixes rows, is off
    kinds = torch.tensor([[0.0, 1.0, -1.0, 0.5], [2.0, -0.5, 1.5, 0.0]])
    n, K = 40_000, 4
    logits = kinds.repeat(n // 2, 1)
    u = torch.rand(n, K, generator=new_generator()).clamp_min(1e-30)
    value = _pairs(call(function, logits.clone(), u.clone()), n)
    again = _pairs(call(function, logits.clone(), u.clone()), n)
    if not torch.equal(value, again):
        raise Wrong("the same u gives other categories the second time: something else in it is random")
    other = torch.rand(n, K, generator=new_generator(1)).clamp_min(1e-30)
    if torch.equal(value, _pairs(call(function, logits.clone(), other), n)):
        raise Wrong("another u gives the same categories: the noise plays no part")
    if torch.equal(value, _pairs(call(function, logits.flip(0), u.clone()), n)):
        raise Wrong("other logits give the same categories: the logits play no part")
    same = (value[:, 0] == value[:, 1]).sum()
    if same:
        raise Wrong(f"{same:,} of {n:,} rows hold the same category twice")
    hint = _what_is_off(value, logits, u)
    for row in range(2):
        p = torch.softmax(kinds[row].double(), 0)
        exact = p[:, None] * p / (1 - p)[:, None]  # (first, second); never the same twice
        found = torch.bincount(value[row::2] @ torch.tensor([K, 1]), minlength=K * K).view(K, K) / (n // 2)
        errors = ((found - exact).abs() / (exact * (1 - exact) / (n // 2)).sqrt()).fill_diagonal_(0)
        if errors.max() > 5:
            i, j = divmod(int(errors.argmax()), K)
            raise Wrong(
                f"{hint}With the logits {kinds[row].tolist()} category {i} first and {j} second come "
                f"with the share {found[i, j]:.3f}, but should with {exact[i, j]:.3f}: "
                f"{errors[i, j]:.0f} standard errors away"
            )
    return "The shares of 40,000 pairs are right, for two kinds of logits."


def _pairs(value: object, n: int) -> Tensor:
    """The learner's categories as whole numbers (n, 2) from 0 to 3."""
    if isinstance(value, Tensor) and value.shape == (n, 4):
        raise Wrong(
            f"what you return has the shape {tuple(value.shape)}, a number for each category; two "
            "categories per row are asked for"
        )
    value = same_shape(value, torch.empty(n, 2), "what you return")
    if value.is_floating_point() and (value != value.round()).any():
        raise Wrong(
            f"one of the categories you return is {value[value != value.round()][0].item():.3g}; "
            "whole numbers are needed: the place of a sum, not its value"
        )
    if not ((value >= 0) & (value <= 3)).all():
        raise Wrong(f"the categories run from 0 to 3, and yours from {value.min():.0f} to {value.max():.0f}")
    return value.long()


def _what_is_off(value: Tensor, logits: Tensor, u: Tensor) -> str:
    g, p = -torch.log(-torch.log(u)), torch.softmax(logits, -1)
    if torch.equal(value.flip(1), (logits + g).topk(2).indices):
        return "the two are in the wrong order. "
    for wrong, words in (
        (logits + u, "u itself is the noise here. What kind of noise does the trick need? "),
        (logits - g, "a sign is lost: is your noise large where u is close to 1? "),
        (logits - torch.log(u), "one logarithm is missing. "),
        (logits + torch.log(u), "one logarithm is missing. "),  # also softmax(logits) * u
        (p + g, "what is added to the noise should be the logits, not the probabilities. "),
        (-logits - g, "those are the places of the smallest. "),
    ):
        if torch.equal(value, wrong.topk(2).indices):
            return words
    return ""


def _shown(numbers: Tensor) -> str:
    return ", ".join(f"{number:.3f}" for number in numbers.tolist())


@check
def kl_to_prior(function) -> str:
    logits = torch.randn(4, 3, 5, dtype=torch.float64, generator=new_generator())
    prior = torch.randn(3, 5, dtype=torch.float64, generator=new_generator(1))
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
        "that is KL(prior || q); the other direction is asked for": kl_divergence(p, q).sum(-1),
        "that is the KL to the uniform prior": kl_divergence(q, Categorical(logits=0 * prior)).sum(-1),
        "that is the colleague's. What is a logit, beside a log-probability?": (
            log_q.exp() * (logits - prior)
        ).sum((-1, -2)),
        "log q - log p has to be averaged with the weights q": (log_q - log_p).sum((-1, -2)),
    }
    half = "the logits of one of the two only are log-probabilities"
    more = [
        (half, (log_q.exp() * (logits - log_p)).sum((-1, -2))),
        (half, (log_q.exp() * (log_q - prior)).sum((-1, -2))),
    ]
    for axis, prior_axis in ((0, -1), (1, -1), (-1, 0), (0, 0), (1, 0)):  # softmax over another axis
        log_q, log_p = torch.log_softmax(logits, axis), torch.log_softmax(prior, prior_axis)
        more.append(
            (
                "over which axis do the probabilities add up to 1?",
                (log_q.exp() * (log_q - log_p)).sum((-1, -2)),
            )
        )
    off = f"the KL of image 0 is {value[0]:.4g}, but should be {target[0]:.4g}"
    no_known_mistake(value, ((wrong, f"{off}: {hint}") for hint, wrong in (*hints.items(), *more)), atol=1e-5)
    for image in range(4):
        close(value[image].item(), target[image].item(), f"the KL of image {image}", 1e-5)
    same = call(function, prior.expand(2, 3, 5).clone(), prior.clone())
    for kl in same_shape(same, torch.zeros(2), "the KL"):
        close(kl.item(), 0.0, "the KL of the prior to itself", 1e-5)
    return "It equals torch.distributions for four images, and is 0 where q is the prior."


@check
def cost(function) -> str:
    value, corners = torch.tensor([2.0, 0.5, 1.0]), torch.eye(3)

    def f(z):
        return function(z, value)

    found = same_shape(call(f, corners.clone()), value, "for three one-hots what you return")
    no_known_mistake(
        found,
        (
            (torch.zeros(3), "the cost of every one-hot is 0"),
            (found[:1].expand(3), "all one-hots cost the same, so the exact gradient is 0 too"),
        ),
        atol=1e-5,
    )
    for j in range(3):
        close(found[j].item(), value[j].item(), f"the cost of category {j + 1}", 1e-5)
    slopes = _slopes(f, corners)  # a row for each corner
    p = torch.softmax(torch.tensor([1.0, 0.0, -1.0]), 0)
    through = p * (slopes - (slopes @ p)[:, None])  # straight-through with p: the slope times that of softmax
    if not torch.isfinite(through).all():
        raise Wrong("at a corner the slope is not finite")
    for j in range(3):
        if through[j].abs().max() > 1e-4:
            raise Wrong(
                f"where z is category {j + 1} straight-through finds ({_shown(through[j])}), not 0. "
                f"Your cost has the slopes ({_shown(slopes[j])}) there"
            )
    inside = torch.softmax(2 * torch.randn(20, 3, generator=new_generator()), -1)
    if (_slopes(f, inside) == 0).all():
        raise Wrong("its slope is 0 between the corners too: that is a staircase. Asked for is a smooth cost")
    own = torch.tensor([1.0, 0.0, -1.0]).expand(20_000, 3).clone().requires_grad_()
    u = torch.rand(own.shape, generator=new_generator(2)).clamp_min(1e-30)
    means = []
    for tau in (1.0, 0.1):
        soft = torch.softmax((own - torch.log(-torch.log(u))) / tau, -1)
        (gradient,) = torch.autograd.grad(f(soft).sum(), own)
        means.append(f"{gradient.mean(0)[0]:.2f} at temperature {tau:g}")
    exact = (p * (value - p @ value))[0]
    return (
        "Straight-through gets 0 on every draw. For the first logit Gumbel-softmax gets, on average, "
        f"{' and '.join(means)}; the exact gradient is {exact:.2f}."
    )


def _slopes(f, z: Tensor) -> Tensor:
    z = z.clone().requires_grad_()
    total = f(z).sum()
    if not total.requires_grad:
        raise Wrong(
            "your cost is cut off from z, so that backward would raise an error. Gradients have to "
            "arrive, and be 0 at the corners"
        )
    (found,) = torch.autograd.grad(total, z, allow_unused=True)
    return torch.zeros_like(z) if found is None else found
