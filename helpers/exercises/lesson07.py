"""Checks of lesson 07."""

import torch
from torch import Tensor
from torch.distributions import MultivariateNormal, Normal, kl_divergence

from helpers.exercises._check import Wrong, call, check, new_generator, no_known_mistake, number, same_shape


@check
def beta(answer) -> str:
    value = number(answer, "beta")
    hints = {
        1 / 96: "that is the weight of the pixels beside the KL; the question is the other one",
        32.0: "a colour image has more than one number per pixel",
        4096.0: "a colour image has more than one number per pixel, and the KL is a mean too",
        12288.0: "the KL is a mean too",
        1 / 128: "the pixels are a mean too",
        1.0: "the two means are over different numbers of terms",
    }
    for wrong, hint in hints.items():
        if abs(value / wrong - 1) < 1e-3:
            raise Wrong(f"beta is {value:.4g}: {hint}")
    if not abs(value - 96) < 0.05:
        raise Wrong(
            f"beta is {value:.4g}: it should be what stands before the sum of the KL terms once "
            "the pixels are summed"
        )
    return "The KL term of that loss weighs 96 times what the ELBO gives it."


@check
def sticking_the_landing(function) -> str:
    epsilon = torch.randn(1000, generator=new_generator())
    target = Normal(torch.tensor(1.5), 0.4)  # the posterior; the evidence is e^-2
    noise = {}
    for where, mean, width in (("twice as wide as the posterior", 1.1, 0.8), ("the posterior", 1.5, 0.4)):
        m, t = (torch.full_like(epsilon, v, requires_grad=True) for v in (mean, width))
        z = mean + width * epsilon
        slope, score = -(z - 1.5) / 0.4**2, epsilon / width  # of log p(x, z) in z; of log q in m
        joint = target.log_prob(z) - 2
        value = same_shape(
            call(function, lambda z: target.log_prob(z) - 2, m, t, epsilon.clone()),
            epsilon,
            "what is returned",
        )
        if not _near(value, joint - Normal(mean, width).log_prob(z)):
            raise Wrong(
                "log q(z) is missing from the values: this is log p(x, z) alone"
                if _near(value, joint)
                else "the values are not those of log p(x, z) - log q(z), whatever their gradient"
            )
        d_m, d_t = _gradients(value, m, t)
        for misconception, of_m, of_t in (
            ("nothing is left out of the gradient: this is estimator A", slope, slope * epsilon + 1 / width),
            (
                "the path through z is cut in log q, and the score is kept: should it not be the other way "
                "round?",
                slope - score,
                slope * epsilon - (epsilon**2 - 1) / width,
            ),
            ("log q gives no gradient at all: with that, q only climbs log p(x, z)", slope, slope * epsilon),
        ):
            if _near(d_m, of_m) and _near(d_t, of_t):
                raise Wrong(misconception)
        for name, found, right in (("m", d_m, slope + score), ("t", d_t, (slope + score) * epsilon)):
            if not _near(found, right):
                raise Wrong(
                    f"the values are right. With q {where}, the gradient with respect to {name} is "
                    "not what the path through z gives alone"
                )
        noise[where] = d_m.var().item(), slope.var().item()
    wide = noise["twice as wide as the posterior"]
    return (
        "At the posterior all 1,000 gradients are 0, draw for draw. With a q twice as wide, d/dm has "
        f"the variance {wide[0]:.1f}, where A has {wide[1]:.1f}."
    )


def _near(found: Tensor, right: Tensor) -> bool:
    return torch.allclose(found, right, atol=1e-4)  # in single precision, too


def _gradients(value: Tensor, m: Tensor, t: Tensor) -> list[Tensor]:
    found = torch.autograd.grad(value.sum(), [m, t], allow_unused=True) if value.requires_grad else [None] * 2
    arrived = []
    for name, gradient in zip("mt", found, strict=True):
        if gradient is None:
            raise Wrong(f"no gradient arrives at {name}: the path through z has to stay open")
        arrived.append(gradient)
    return arrived


@check
def other_widths(function) -> str:
    ratios = []
    for S in ([[0.3, 0.5], [0.5, 1.0]], [[1.0, -0.5, 0.2], [-0.5, 2.0, 0.1], [0.2, 0.1, 0.3]]):
        given = torch.tensor(S)
        S = given.double()
        own, inside = S.diag().sqrt(), 1 / torch.linalg.inv(S).diag().sqrt()
        t = same_shape(call(function, given.clone()), own, "what is returned").detach().double()
        if not (t > 0).all():
            raise Wrong("a standard deviation has to be positive")
        along = torch.linalg.eigvalsh(S).sqrt()
        no_known_mistake(
            t,
            (
                (
                    inside,
                    "these widths make the KL of section 4 smallest, an average over draws from q: "
                    "which distribution are the draws from now?",
                ),
                (own**2, "these are variances; the standard deviations are asked for"),
                *(
                    (
                        widths,
                        "these are the widths along the ellipse's own axes. The axes of q are those of z",
                    )
                    for widths in (along, along.flip(0))
                ),
            ),
            rtol=1e-3,
        )
        p = MultivariateNormal(torch.zeros_like(own), S)
        found, least, other = (
            kl_divergence(p, MultivariateNormal(p.mean, torch.diag(widths**2))).item()
            for widths in (t, own, inside)
        )
        if found > least + 2e-3:
            raise Wrong(
                f"with {len(S)} latent variables your q has a KL(posterior || q) of {found:.3f} "
                "nats, and there are widths with less"
            )
        ratios += [f"{least:.2f} nats, where the q of section 4 has {other:.2f}"]
    return (
        f"It covers the posterior. KL(posterior || q): {ratios[0]}; with three latent variables {ratios[1]}."
    )
