"""Checks of lesson 12."""

import functools

import torch
from torch import Tensor

from helpers.exercises._check import Wrong, call, check, compare, new_generator, same_shape


@check
def two_categories(function) -> str:
    logits = torch.tensor([0.0, 1.0, -1.0, 0.5, 0.2]) + torch.randn(12, 5, generator=new_generator())
    g = -torch.log(-torch.log(torch.rand(12, 5, generator=new_generator(1))))

    def whole(logits, g):
        found = call(function, logits, g)
        if isinstance(found, Tensor) and not found.is_floating_point():
            found = found.double()
        elif isinstance(found, Tensor) and (found != found.round()).any():
            raise Wrong("whole numbers are needed: the place of a sum, not its value")
        return found

    def two(sums):
        return sums.topk(2, -1).indices.double()

    compare(
        whole,
        {"twelve rows": (logits, g), "small logits": (logits - 9, g.flip(0)), "one row": (logits[:1], g[:1])},
        lambda logits, g: two(logits + g),
        {
            "the second is the winner again": lambda logits, g: two(logits + g)[:, [0, 0]],
            "the two are in the wrong order": lambda logits, g: two(logits + g).flip(1),
            "the two are sorted by their numbers; the first is the one drawn first": lambda logits, g: (
                two(logits + g).sort(1).values
            ),
            "those are the places of the smallest sums": lambda logits, g: two(-logits - g),
            "those are counted from 1; the first category is 0": lambda logits, g: two(logits + g) + 1,
            "the noise plays no part": lambda logits, g: two(logits),
            "the logits play no part": lambda logits, g: two(g),
            "the noise is subtracted": lambda logits, g: two(logits - g),
            "what is added to the noise should be the logits, not the probabilities": lambda logits, g: two(
                torch.softmax(logits, -1) + g
            ),
            "g is Gumbel noise already: it needs no logarithm": lambda logits, g: two(
                logits - torch.log(-torch.log(torch.sigmoid(g)))
            ),
            "every row has the logits of the first": lambda logits, g: two(logits[:1] + g),
            "every row has the noise of the first": lambda logits, g: two(logits + g[:1]),
        },
        what="a category",
    )
    return "The largest sum, and the second largest."


STEP = 1e-4  # between two values of the learner's cost
LARGEST = 1e3  # what its second derivative may be


@check
def cost(function) -> str:
    corners = torch.eye(3)
    values = {f"value {some}": torch.tensor(some) for some in ([2.0, 0.5, 1.0], [-1.0, 0.3, 4.0])}
    two_by_two = corners[torch.tensor([[2, 0], [1, 1]])]  # (2, 2, 3)
    inputs = {f"the one-hots, with {words}": (corners, value) for words, value in values.items()}
    inputs["one-hots of the shape (2, 2, 3)"] = two_by_two, values["value [2.0, 0.5, 1.0]"]
    compare(
        function,
        inputs,
        lambda z, value: z @ value,
        {
            "every one-hot costs 0": lambda z, value: 0 * z.sum(-1),
            "every one-hot costs 1": lambda z, value: z.sum(-1),
            "every one-hot costs the sum of all values": lambda z, value: 0 * z.sum(-1) + value.sum(),
            "the values are in another order": lambda z, value: z @ value.flip(0),
            "each value is squared": lambda z, value: z @ value**2,
        },
        what="the cost",
    )
    for words, value in values.items():
        with_value = functools.partial(_called, function, value)
        _no_slope(with_value, words)
        _smooth(with_value, words)
    return "It leads from cost to cost, and straight-through sees no slope."


def _called(function, value: Tensor, z: Tensor) -> Tensor:
    return call(function, z, value.clone())


def _no_slope(f, words: str) -> None:
    """Wrong unless the straight-through gradient of `f` is 0 at every corner, for some soft points."""
    slopes = _slopes(f, torch.eye(3))
    if not torch.isfinite(slopes).all():
        raise Wrong(f"at a corner the slope of your cost is not finite, for {words}")
    soft = torch.tensor([[0.6, 0.3, 0.1], [0.2, 0.5, 0.3]])
    for j in range(3):
        through = soft * (slopes[j] - (soft @ slopes[j])[:, None])  # the slope times that of softmax
        if through.abs().max() > 1e-6:
            shown = ", ".join(f"{slope:.3f}" for slope in slopes[j].tolist())
            raise Wrong(
                f"where z is category {j + 1} straight-through finds a slope: your cost has the slopes "
                f"({shown}) there, for {words}"
            )


def _smooth(f, words: str) -> None:
    """Wrong if `f` jumps, has a kink, or another slope than autograd's, from corner to corner and inside."""
    corners, t = torch.eye(3), torch.arange(0, 1 + STEP / 2, STEP)[:, None]
    ends = [(corners[i], corners[j]) for i, j in ((0, 1), (1, 2), (2, 0))]
    ends += [(corners[0], torch.tensor([0.0, 0.5, 0.5])), (torch.full((3,), 1 / 3), corners[2])]
    for start, end in ends:
        z = (1 - t) * start + t * end
        found = same_shape(f(z), t[:, 0], "what you return").detach()
        if not torch.isfinite(found).all():
            raise Wrong(f"between the corners your cost is not finite, for {words}")
        first = found.diff()
        if first.abs().max() > LARGEST * STEP:
            raise Wrong(f"your cost jumps between the corners, for {words}. Asked for is a smooth one")
        if first.diff().abs().max() > LARGEST * STEP**2:
            raise Wrong(f"your cost has a kink between the corners, for {words}. Asked for is a smooth one")
        slope = (_slopes(f, z) @ (end - start)) * STEP
        if (first - (slope[1:] + slope[:-1]) / 2).abs().max() > LARGEST * STEP**2:
            raise Wrong(
                f"autograd's slope is not that of the values of your cost, for {words}: it is cut off from z"
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
