"""Checks of lesson 01."""

import math

import torch

from helpers.exercises._check import NotYet, Wrong, call, check, close_mean, same_shape, unsolved


@check
def generate(function) -> str:
    seen = []

    def decoder(z):
        if not isinstance(z, torch.Tensor):
            raise Wrong(f"the decoder takes a tensor, not {type(z).__name__}")
        seen.append(z)
        return z.sum(-1, keepdim=True).expand(*z.shape[:-1], 784)

    pictures = call(function, decoder, 2000, 3)
    if not seen:
        raise Wrong("the decoder was never called, so what you return is not decoded")
    if any(z.shape[-1:] != (3,) for z in seen):
        raise Wrong(
            f"a z with latent = 3 numbers is needed, and the decoder was given one "
            f"of the shape {tuple(seen[0].shape)}"
        )
    z = torch.cat([given.reshape(-1, 3) for given in seen])  # a loop may decode one z after the other
    if len(z) != 2000:
        raise Wrong(f"n = 2000 pictures were asked for, and {len(z):,} z were decoded")
    close_mean(z.mean(1), 0.0, "the mean of your z")
    close_mean(z.square().mean(1), 1.0, "the mean of your z squared (the variance of N(0, 1))")
    close_mean(z.pow(4).mean(1), 3.0, "the mean of the fourth power of your z (3 for N(0, 1))")
    close_mean(z[:, 0] * z[:, 1], 0.0, "the mean product of two numbers of a z (0 if independent)")
    pictures = same_shape(pictures, torch.empty(2000, 784), "what you return")
    if not torch.allclose(pictures, z.sum(1, keepdim=True).expand(-1, 784).to(pictures), atol=1e-6):
        raise Wrong("what you return is not what the decoder made of your z")
    return "6,000 numbers with mean 0 and variance 1, decoded."


@check
def draw_z(function) -> str:
    mu, logvar = torch.tensor([3.0, -5.0]), torch.tensor([-2.0, 1.0])
    sigma = torch.exp(0.5 * logvar)
    given = mu.repeat(20_000, 1), logvar.repeat(20_000, 1)
    z = same_shape(call(function, *given), given[0], "what you return")
    off, spread = (z - mu) / sigma, z.std(0) / sigma  # of N(mu, sigma^2): N(0, 1), and 1
    if not bool(torch.isfinite(off).all()):
        raise Wrong("some of your z are nan or infinite")
    if spread.max() < 0.01:
        again = same_shape(call(function, *given), z, "what you return")
        raise Wrong(
            "nothing in your z is random"
            if torch.equal(z, again)
            else "all your images share one draw; each needs a noise of its own"
        )
    if (off.mean(0).abs() / spread).max() > 0.05:
        raise Wrong(
            "your clouds are not centred on mu: their z lie on average "
            f"{off.mean(0)[0]:.2f} and {off.mean(0)[1]:.2f} sigma away from it"
        )
    if (spread - 1).abs().max() > 0.05:
        raise Wrong(
            f"your clouds have the wrong size: where logvar is -2 their standard deviation is "
            f"{spread[0]:.2f} times sigma, where it is 1, {spread[1]:.2f} times"
        )
    if (off.pow(4).mean(0) - 3).abs().max() > 0.3:
        raise Wrong("your clouds have the right centre and size, and not the shape of a bell curve")
    if abs((off[:, 0] * off[:, 1]).mean().item()) > 5 / math.sqrt(20_000):
        raise Wrong("the numbers of one z move together; each needs a noise of its own")
    return "Clouds with the right centre, size and shape."


# What each task needs, whether an image is at hand, and why another distribution does not do.
_TASKS = {
    "digit from nothing": "p(z)",
    "another version of this 7": "q(z|x)",
    "black at pixel 300": "p(x|z)",
    "place on the plane": "q(z|x)",
    "missing in an autoencoder": "p(z)",
}


@check
def needed(answer) -> str:
    if not isinstance(answer, dict) or set(answer) != set(_TASKS):
        raise Wrong(f"a dictionary with the {len(_TASKS)} tasks of the stub as its keys is needed")
    if all(map(unsolved, answer.values())):
        raise NotYet
    given = {task: str(said).lower().replace(" ", "") for task, said in answer.items()}
    for task, right in _TASKS.items():
        if given[task] not in ("p(z)", "q(z|x)", "p(x|z)"):
            raise Wrong(f"{task!r}: one of 'q(z|x)', 'p(x|z)' and 'p(z)' is needed, not {answer[task]!r}")
        if given[task] != right:
            raise Wrong(f"{task!r}: {_why_not(given[task], right)}")
    return "Each of the three has its own use."


def _why_not(chosen: str, right: str) -> str:
    """What is wrong with a distribution, without the name of the one that is needed."""
    if right == "p(x|z)":
        return f"{chosen} is a distribution over z, and here z is given"
    if chosen == "p(x|z)":
        return "p(x|z) starts from a z and gives pixels, and here no z is given yet"
    if chosen == "q(z|x)":
        return "q(z|x) is another one for each image, and here there is no image"
    return "p(z) is the same for all images, and here one certain image is meant"
