"""Checks of lesson 02."""

import torch
from torch import nn

from helpers.exercises._check import NotYet, Wrong, call, check, unsolved
from helpers.training import seeded

# The lines of exercise 1, run by the check: the answer key is what autograd does. And what was not seen
# where a line is answered wrongly.
LINES = {
    "z = torch.relu(mu)": (torch.relu, "is ReLU flat at 0.4?"),
    "z = torch.relu(mu - 1)": (lambda mu: torch.relu(mu - 1), "a path is not enough: what is its slope?"),
    "z = torch.round(mu)": (torch.round, "a path is not enough: what is its slope?"),
    "z = torch.bernoulli(mu)": (torch.bernoulli, "z is what was drawn; would it have moved with mu?"),
    "z = torch.normal(mu, 1.0) + mu": (lambda mu: torch.normal(mu, 1.0) + mu, "how many paths lead to mu?"),
    "z = torch.tensor(mu.item())": (lambda mu: torch.tensor(mu.item()), "what does autograd know of this z?"),
}


def gradient_arrives(line: str) -> bool:
    mu = torch.tensor(0.4, requires_grad=True)
    z = LINES[line][0](mu)
    if not z.requires_grad:
        return False
    (gradient,) = torch.autograd.grad((z - 3.0).square(), mu)
    return gradient.item() != 0.0


@check
def arrives(answers) -> str:
    if not isinstance(answers, dict) or set(answers) != set(LINES):
        raise Wrong("keep the dictionary with its six lines; change only the values")
    if any(unsolved(answer) for answer in answers.values()):
        raise NotYet
    words = next((answer for answer in answers.values() if isinstance(answer, str)), None)
    if words is not None:
        raise Wrong(f"True or False is needed for each line, without quotes, not {words!r}")
    wrong = [line for line in LINES if bool(answers[line]) is not gradient_arrives(line)]
    if wrong:
        raise Wrong(f"{6 - len(wrong)} of 6 agree with autograd. For one of the others: {LINES[wrong[0]][1]}")
    return "All six lines do what you said."


class Cut(nn.Module):
    """Four layers in a row; the gradient passes, stops or is 0 on its way, as `how` says."""

    def __init__(self, how: str):
        super().__init__()
        self.first, self.second = nn.Linear(3, 2), nn.Linear(2, 2)
        self.third, self.last = nn.Linear(2, 2, bias=False), nn.Linear(2, 1)
        self.how = how
        with torch.no_grad():
            for i, weights in enumerate(self.parameters(), 1):
                weights.copy_(torch.arange(1.0, weights.numel() + 1).reshape(weights.shape) * 0.1 * i)

    def loss(self) -> torch.Tensor:
        x = torch.tensor([[1.0, 0.0, -1.0]])  # so that the first layer's gradient has zeros, and the sum 0
        h = self.second(torch.relu(self.first(x)))
        if self.how == "drawn":
            h = torch.normal(h, 1.0)
        elif self.how == "detached":
            h = h.detach()
        return self.last(self.third(h)).square().sum()


def _trained(how: str) -> Cut:
    """With an old gradient in each parameter, as after a step of training."""
    module = Cut(how)
    for weights in module.parameters():
        weights.grad = torch.ones_like(weights)
    return module


@check
def unreached(function) -> str:
    found, right, gradients = {}, {}, {}
    for how in ("open", "drawn", "detached"):
        with seeded(0):
            module, fresh = _trained(how), Cut(how)
            names = call(function, module, module.loss())
            parameters = dict(fresh.named_parameters())
            given = torch.autograd.grad(fresh.loss(), list(parameters.values()), allow_unused=True)
        if not isinstance(names, list | tuple | set):
            raise Wrong(f"a list of names is needed, not {type(names).__name__}")
        found[how], gradients[how] = set(names), dict(zip(parameters, given, strict=True))
        right[how] = {name for name, g in gradients[how].items() if g is None or not g.any()}
    if found == right:
        return "It finds what a draw, and what a detach leaves without a gradient, and nothing else."
    mistakes = {
        "a parameter without any gradient (None) is missing from your list": lambda g: (
            g is not None and bool((g == 0).all())
        ),
        "a parameter whose gradient is 0 in every entry is missing from your list": lambda g: g is None,
        "your list has parameters of whose gradient only some entries are 0": lambda g: (
            g is None or bool((g == 0).any())
        ),
        "your list has parameters whose gradient has the sum 0, though its entries are not": lambda g: (
            g is None or g.sum().item() == 0
        ),
        "an old gradient, which lay in .grad before, was taken for that of this loss": lambda g: False,
        "you listed those that the gradient reaches": lambda g: g is not None and bool((g != 0).any()),
    }
    for words, chosen in mistakes.items():
        if found == {how: {n for n, g in given.items() if chosen(g)} for how, given in gradients.items()}:
            raise Wrong(words)
    how = next(how for how in right if found[how] != right[how])
    raise Wrong(
        f"of the {len(gradients[how])} parameters of one module your list has {len(found[how])}, "
        f"{len(found[how] & right[how])} of them rightly; {len(right[how])} are missed by the gradient"
    )
