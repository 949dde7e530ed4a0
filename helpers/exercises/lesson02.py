"""Checks of lesson 02."""

import torch

from helpers.exercises._check import NotYet, Wrong, call, check, new_generator, number, same_shape, unsolved

# The six lines of exercise 1, run by the check: the answer key is what autograd does.
LINES = {
    "z = mu * torch.randn(())": lambda mu: mu * torch.randn(()),
    "z = torch.normal(mu, 1.0)": lambda mu: torch.normal(mu, 1.0),
    "z = torch.exp(mu) + torch.randn(())": lambda mu: torch.exp(mu) + torch.randn(()),
    "z = (torch.rand(()) < mu).float()": lambda mu: (torch.rand(()) < mu).float(),
    "z = mu.detach() + torch.randn(())": lambda mu: mu.detach() + torch.randn(()),
    "z = torch.tensor(mu.item())": lambda mu: torch.tensor(mu.item()),
}
# What was not seen where a line is answered wrongly; in the order of the lines.
REASONS = [
    "a random number in a line does not cut by itself; would z move if mu did, and the number stayed?",
    "a path to mu is not enough: ask what arrives at its end",
    "a random number in a line does not cut by itself; would z move if mu did, and the number stayed?",
    "where z can only jump from 0 to 1, there is nothing to differentiate",
    "some calls take the value out of a tensor and leave its record behind",
    "some calls take the value out of a tensor and leave its record behind",
]


def gradient_arrives(line: str) -> bool:
    mu = torch.tensor(0.4, requires_grad=True)
    z = LINES[line](mu)
    if not z.requires_grad:
        return False
    (z - 3.0).square().backward()
    return mu.grad is not None and mu.grad.item() != 0.0


@check
def arrives(answers: dict) -> str:
    if not isinstance(answers, dict) or set(answers) != set(LINES):
        raise Wrong("keep the dictionary with its six lines; change only the values")
    if any(unsolved(answer) for answer in answers.values()):
        raise NotYet
    words = next((answer for answer in answers.values() if isinstance(answer, str)), None)
    if words is not None:
        raise Wrong(f"True or False is needed for each line, without quotes, not {words!r}")
    wrong = [line for line in LINES if bool(answers[line]) is not gradient_arrives(line)]
    if wrong:
        reason = REASONS[list(LINES).index(wrong[0])]
        raise Wrong(f"{6 - len(wrong)} of 6 agree with autograd. For one of the others: {reason}.")
    return "All six lines do what you said."


@check
def sample(function) -> str:
    x = torch.linspace(-1, 2, 20_000)
    weights = torch.randn(len(x), generator=new_generator())
    for start in ((1.5, -0.7), (-0.5, 0.4)):
        w, log_sigma = (torch.tensor(value, requires_grad=True) for value in start)
        z = same_shape(call(function, w, log_sigma, x.clone()), x, "what it returns")
        if not z.requires_grad:
            raise Wrong("z is only numbers: there is no path from it to w, nor to log_sigma")
        if torch.equal(z, same_shape(call(function, w, log_sigma, x.clone()), x, "what it returns")):
            raise Wrong("two calls give the same numbers: each call should draw fresh noise")
        off = (z - w * x).detach()
        _check_noise(off / log_sigma.exp().detach())
        # z = w x + off, and off is exp(log_sigma) times noise: dz/dw = x, dz/dlog_sigma = off
        found = torch.autograd.grad((weights * z).sum(), [w, log_sigma], allow_unused=True)
        for name, gradient, right in zip(("w", "log_sigma"), found, (x, off), strict=True):
            if gradient is None:
                raise Wrong(f"no gradient arrives at {name}: there is no path to it")
            if gradient == 0:
                raise Wrong(f"a path leads to {name}, but what arrives is exactly 0")
            target = (weights * right).sum()
            if not torch.isclose(gradient, target, rtol=1e-3, atol=0.05):
                raise Wrong(
                    f"a gradient arrives at {name}, but z does not move so when {name} does: "
                    f"it is {gradient / target:.2f} times the right one"
                )
    return "The draws are the same, and the gradient arrives at both parameters."


def _check_noise(noise: torch.Tensor) -> None:
    """`noise` should look like draws from N(0, 1), within 5 standard errors."""
    error = len(noise) ** -0.5
    if noise.std() < 0.01:
        raise Wrong("every entry gets the same noise; each should get its own")
    if noise.mean().abs() > 5 * error:
        raise Wrong(f"the draws do not lie around w x: the noise in them has the mean {noise.mean():.2f}")
    if (noise.var() - 1).abs() > 5 * 2**0.5 * error:
        raise Wrong(f"the standard deviation of the draws is {noise.std():.2f} times exp(log_sigma)")
    if (noise.pow(4).mean() - 3).abs() > 5 * 96**0.5 * error:  # 3 for a normal distribution
        raise Wrong("mean and standard deviation are right, but the draws do not have the shape of a bell")


@check
def gradient_for_a_coin(function) -> str:
    costs = (lambda z: (z - 3.0) ** 2, lambda z: 3.0 * z**3 + z, lambda z: 1 / (1 + z))
    slopes = (lambda z: 2 * (z - 3.0), lambda z: 9.0 * z**2 + 1, lambda z: -1 / (1 + z) ** 2)
    for f, slope in zip(costs, slopes, strict=True):
        for mu in (0.2, 0.7):
            value = number(call(function, f, mu), "the gradient")
            if value != number(function(f, mu), "the gradient"):
                raise Wrong("two calls differ: an expectation is not random, so nothing needs to be drawn")
            up, down = f(1.0), f(0.0)
            if abs(value - (up - down)) > 5e-3:  # finite differences in float32 are this coarse
                for mistaken, reason in (
                    (0.0, "that is the derivative of one toss; asked is that of the average over all tosses"),
                    (slope(mu), "you differentiated f at mu, but a coin never lands on mu"),
                    (mu * up + (1 - mu) * down, "that is the expectation itself, not its derivative"),
                    (down - up, "right in size, wrong in sign: which outcome gains as mu grows?"),
                    (up + down, "as one outcome becomes more likely, what happens to the other?"),
                ):
                    if abs(value - mistaken) < 5e-3:
                        raise Wrong(reason)
                raise Wrong(
                    f"at mu = {mu} it is off by {abs(value - up + down):.2g} for one of the "
                    "functions that were tried"
                )
    return "It holds for three functions, and none of their derivatives was needed."
