"""Checks of lesson 03."""

import torch

from helpers.exercises._check import (
    Wrong,
    call,
    check,
    new_generator,
    no_known_mistake,
    number,
    parts,
    same_shape,
)


@check
def draw_uniform(function) -> str:
    u = torch.tensor([0.0, 0.25, 0.5, 1.0])
    low, high = (torch.tensor(v, requires_grad=True) for v in (-1.0, 3.0))
    z = same_shape(call(function, low, high, u.clone()), u, "z")
    if not torch.equal(z, same_shape(call(function, low, high, u.clone()), u, "z")):
        raise Wrong(
            "two calls with the same u give two different z: it makes noise of its own, where u is the noise"
        )
    if (z == z[0]).all():
        raise Wrong(f"z is {z[0]:g} for every u. A draw without its noise is always the same number")
    for at, name, end in ((0, "low", low), (-1, "high", high)):
        if not torch.isclose(z[at], end):
            raise Wrong(f"with low = -1 and high = 3, u = {u[at]:g} gives z = {z[at]:g}, which is not {name}")
    if not torch.allclose(z, -1 + 4 * u):
        raise Wrong(
            "both ends are right, but in between z is not uniform: equal steps of u "
            "should be equal steps of z"
        )
    if not z.requires_grad:
        raise Wrong("the values are right, but z is a constant to autograd: no gradient can reach the ends")
    for name, end, at in (("low", low, -1), ("high", high, 0)):
        (moved,) = torch.autograd.grad(z.sum(), end, retain_graph=True, allow_unused=True)
        if moved is None:
            raise Wrong(f"the values are right, but the path to {name} is cut")
        (slope,) = torch.autograd.grad(z[at], end, retain_graph=True)
        if abs(slope.item()) > 1e-6:
            raise Wrong(
                f"the values are right, but at u = {u[at]:g}, where z is the other end, autograd "
                f"says that z moves with {name}: a part of the path is cut"
            )
    return "The values are right, and a right gradient reaches both ends."


@check
def train(function) -> str:
    k = 3 + 2 * torch.randn(2000, generator=new_generator())
    mu, loss = parts(
        call(function, k.clone()),
        2,
        "train should return two things: mu, and the loss of its last step per image",
    )
    mu, loss = same_shape(mu, k, "mu").detach(), number(loss, "the loss")
    miss = mu - k
    root_mean_square = miss.square().mean().sqrt().item()
    if (mu == 0).all():
        raise Wrong("each mu is still 0: no gradient arrives")
    if abs(miss.mean()) > 0.35 and miss.std() < 0.3:
        raise Wrong(
            f"on average mu settles {abs(miss.mean()):.2f} beside its target, always on the same "
            "side: what is the mean of your noise?"
        )
    if root_mean_square > 0.5 and loss < 0.1:
        raise Wrong(
            f"the last loss is {loss:.3f} per image, but mu misses its target by "
            f"{root_mean_square:.2f} (root mean square). Each mu has made up for one particular roll"
        )
    if not root_mean_square < 0.5:
        raise Wrong(
            f"mu ends {root_mean_square:.2f} from its target (root mean square): the steps do not "
            "lead there. Does each follow its own gradient only?"
        )
    if root_mean_square < 0.02:
        raise Wrong(
            "mu meets its target exactly, and nothing is random any more: is z still a draw from N(mu, 1)?"
        )
    if abs(loss / (1 + root_mean_square**2) - 1) > 0.2:  # more than 6 standard errors
        raise Wrong(
            f"mu is right, but the loss {loss:.4g} is not that of the last step per image: "
            + ("is it the sum over the images?" if loss > 100 else "is it that of the draws z?")
        )
    return (
        f"mu is {root_mean_square:.2f} from its target (root mean square), and the loss in training, "
        f"{loss:.2f}, is what new noise gives as well."
    )


@check
def paired_gradient(function) -> str:
    epsilon = torch.randn(10_000, generator=new_generator())
    spread = {}
    for name, f, slope in (
        ("(z - 3)^2", lambda z: (z - 3) ** 2, lambda z: 2 * (z - 3)),
        ("exp(z)", torch.exp, torch.exp),
    ):
        mu, sigma = 2.0, 0.5
        single, partner = slope(mu + sigma * epsilon), slope(mu - sigma * epsilon)
        target = (single + partner) / 2
        found = call(function, f, mu, sigma, epsilon.clone())
        found = same_shape(found, epsilon, "what is returned").detach()
        no_known_mistake(
            found,
            (
                (single, "this is the gradient at +epsilon alone: where is its partner?"),
                (partner, "this is the gradient at -epsilon alone: where is its partner?"),
                (
                    2 * target,
                    "each gradient is twice too large: is it that of the mean of two draws, or of their sum?",
                ),
                (epsilon * (single - partner) / 2, "this is the derivative with respect to sigma"),
            ),
            rtol=1e-4,
        )
        if not torch.allclose(found, target, rtol=1e-4, atol=1e-6):
            raise Wrong(
                f"for f = {name}, {(~torch.isclose(found, target, rtol=1e-4, atol=1e-6)).sum()} of "
                f"{len(epsilon)} gradients are off. The two draws of a pair lie at the same distance "
                "from mu, on both sides"
            )
        spread[name] = (target.std() / single.std()).item()
    words = ", ".join(f"for {name} {ratio:.2f}" for name, ratio in spread.items())
    return (
        "Standard deviation of a pair's gradient, as a share of a single draw's: "
        f"{words}; two draws without pairing have 0.71."
    )
