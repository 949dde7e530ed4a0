"""Answers to the exercises of lesson 02."""

_LINES = ("relu(mu)", "relu(mu - 1)", "round(mu)", "bernoulli(mu)", "normal(mu, 1.0) + mu",
          "tensor(mu.item())")


def _said(*answers):
    said = zip(_LINES, answers, strict=True)
    return "arrives = {" + ", ".join(f"'z = torch.{line}': {answer}" for line, answer in said) + "}"


_FIND = "def unreached(module, loss):\n    module.zero_grad()\n    loss.backward()\n    return "
_ALL = "[name for name, p in module.named_parameters() if %s]"

# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, _said(True, True, False, False, True, False), "For one of the others: a path"),
    (0, _said(True, False, True, False, True, False), "what is its slope?"),
    (0, _said(False, False, False, False, True, False), "is ReLU flat at 0.4?"),
    (0, _said(True, False, False, True, True, False), "would it have moved with mu?"),
    (0, _said(True, False, False, False, False, False), "how many paths lead to mu?"),
    (0, _said(True, False, False, False, True, True), "what does autograd know of this z?"),
    (0, _said(False, True, True, True, False, True), "0 of 6 agree"),
    (0, _said("'yes'", False, False, False, True, False), "without quotes, not 'yes'"),
    (0, "arrives = [True, False, False, False, True, False]", "keep the dictionary"),
    (1, _FIND + _ALL % "p.grad is not None and (p.grad == 0).all()", "(None) is missing from your list"),
    (1, _FIND + _ALL % "p.grad is None", "0 in every entry is missing"),
    (1, _FIND + _ALL % "p.grad is None or (p.grad == 0).any()", "only some entries are 0"),
    (1, _FIND + _ALL % "p.grad is None or p.grad.sum() == 0", "has the sum 0"),
    (1, _FIND + _ALL % "p.grad is not None and (p.grad != 0).any()", "those that the gradient reaches"),
    (1, "def unreached(module, loss):\n    loss.backward()\n"
        "    return " + _ALL % "p.grad is None or (p.grad == 0).all()", "an old gradient"),
    (1, "def unreached(module, loss):\n    return []", "an old gradient"),
    (1, _FIND + "len(" + _ALL % "p.grad is None" + ")", "a list of names is needed, not int"),
    (1, _FIND + _ALL % "name.startswith('first')", "has 2, 0 of them rightly; 0 are missed"),
    (1, _FIND + _ALL % "(p.grad == 0).all()", "AttributeError"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (0, _said(1, 0, 0, 0, 1, 0)),
    (0, _said("1 == 1", False, 1 == 2, False, True, False)),
    (1, "def unreached(module, loss):\n    names, ps = zip(*module.named_parameters())\n"
        "    grads = torch.autograd.grad(loss, ps, allow_unused=True)\n"
        "    return {n for n, g in zip(names, grads) if g is None or not g.any()}"),
    (1, "def unreached(module, loss):\n    for p in module.parameters():\n        p.grad = None\n"
        "    loss.backward()\n"
        "    return tuple(n for n, p in module.named_parameters() if p.grad is None or p.grad.norm() == 0)"),
]
