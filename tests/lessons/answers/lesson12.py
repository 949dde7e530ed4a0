"""Answers to the exercises of lesson 12."""

_PAIR = "def two_categories(logits, g):\n"
_TOP = _PAIR + "    return ({}).topk(2, -1).indices"
_COST = "def cost(z, value):\n    return "
_BEND = "z**2 * (3 - 2 * z)"

# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, _PAIR + "    i = (logits + g).argmax(-1)\n    return torch.stack([i, i], -1)", "the winner again"),
    (0, _PAIR + "    return (logits + g).argsort(-1)[:, -2:]", "the two are in the wrong order"),
    (0, _PAIR + "    return (logits + g).topk(2).indices.sort(-1).values", "sorted by their numbers"),
    (0, _PAIR + "    return (logits + g).topk(2, largest=False).indices", "the places of the smallest sums"),
    (0, _PAIR + "    return (logits + g).topk(2).indices + 1", "counted from 1"),
    (0, _TOP.format("logits"), "the noise plays no part"),
    (0, _TOP.format("g"), "the logits play no part"),
    (0, _TOP.format("logits - g"), "the noise is subtracted"),
    (0, _TOP.format("torch.softmax(logits, -1) + g"), "not the probabilities"),
    (0, _TOP.format("logits[0] + g"), "the logits of the first"),
    (0, _TOP.format("logits + g[0]"), "the noise of the first"),
    (0, _TOP.format("logits.mean(0) + g"), "a category is off by"),
    (0, _TOP.format("logits + torch.randn_like(g)"), "a category is off by"),
    (0, _PAIR + "    return (logits + g).topk(2).values", "not its value"),
    (0, _PAIR + "    return (logits + g).argmax(0)[:2].expand(len(g), 2)", "a category is off by"),
    (0, _PAIR + "    return (logits + g).argsort(-1)", "the shape (12, 5); (12, 2) is needed"),
    (0, _PAIR + "    return (logits + g).argmax(-1)", "the shape (12,)"),
    (1, _COST + "z @ value", "where z is category 1 straight-through finds a slope"),
    (1, _COST + "z.square() @ value", "straight-through finds a slope"),
    (1, _COST + "z.round() @ value + 0 * z.sum(-1)", "your cost jumps"),
    (1, _COST + "(z > 0.5).to(z.dtype) @ value", "cut off from z"),
    (1, _COST + "F.one_hot(z.argmax(-1), 3).double() @ value + 0 * z.sum(-1)", "your cost jumps"),
    (1, _COST + "(2 * z - 0.5).clamp(0, 1) @ value", "has a kink"),
    (1, _COST + f"({_BEND}).detach() @ value + 0 * z.sum(-1)", "autograd's slope is not that of the values"),
    (1, _COST + "0 * z.sum(-1)", "every one-hot costs 0"),
    (1, _COST + "z.sum(-1)", "every one-hot costs 1"),
    (1, _COST + f"({_BEND}) @ value.flip(0)", "in another order"),
    (1, _COST + f"({_BEND}) @ torch.tensor([2.0, 0.5, 1.0])", "is off by 3 for the one-hots, with value [-1"),
    (1, _COST + "z.sqrt() @ value", "the slope of your cost is not finite"),
    (1, _COST + f"(({_BEND}) @ value).sum()", "the shape ()"),
    (1, _COST + f"({_BEND})[0] @ value + 0 * z.sum(-1)", "the cost is off by"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (0, _PAIR + "    return (logits + g).argsort(-1, descending=True)[:, :2]"),
    (
        0,
        _PAIR + "    sums = logits + g\n    i = sums.argmax(-1, keepdim=True)\n"
        "    return torch.cat([i, sums.scatter(1, i, -torch.inf).argmax(-1, keepdim=True)], -1)",
    ),
    (
        0,
        _PAIR + "    times = torch.exp(-g - logits)  # a race of exponentials\n"
        "    return times.topk(2, largest=False).indices.to(torch.int32)",
    ),
    (1, _COST + "torch.sin(torch.pi / 2 * z) ** 2 @ value"),
    (1, _COST + "(z**3 * (10 - 15 * z + 6 * z**2)) @ value"),
    (1, _COST + f"({_BEND}) @ value + z.sum(-1) - 1"),
    (1, "def cost(z, value):\n    s = torch.cos(torch.pi * z)\n    return ((1 - s) / 2 * value).sum(-1)"),
]
