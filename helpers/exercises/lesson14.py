"""Checks of lesson 14."""

import torch

from helpers.exercises._check import Wrong, call, check, new_generator, no_known_mistake, parts, same_shape


@check
def noisy_and_target(function) -> str:
    generator = new_generator()
    z, epsilon = torch.randn(2, 6, 3, generator=generator)
    for t in (0.2, 0.0, 1.0, 0.7):
        level, one, zero = torch.full((6, 1), t), torch.ones(6, 3), torch.zeros(6, 3)
        a, s = (_z_t(function, *given)[0] for given in ((one, level, zero), (zero, level, one)))
        squares = (a**2 + s**2).mean().item()
        if abs(squares - 1) > 1e-3:
            raise Wrong(
                f"at t = {t:g} the squares of the factors of z and epsilon sum to {squares:.2f}. "
                "Which variance has z_t then, if z and epsilon have the variance 1?"
            )
        if t == 0 and a.mean() < 0.5:
            raise Wrong("at t = 0 your z_t is noise, not z: the noise runs the wrong way")
        if t in (0, 1) and not torch.allclose(a, 1 - t * one, atol=1e-3):
            raise Wrong(f"at t = {t:g} the factor of z is {a.mean():.2f}, and should be {1 - t:g}")
        z_t, v = _z_t(function, z, level, epsilon)
        if 0 < t < 1:
            no_known_mistake(
                v,
                (
                    (epsilon, "this target is epsilon. With it, a * z_t - s * target is not z: put z_t in"),
                    (z, "this target is z itself; a * z_t - s * target should give z"),
                    (s * z - a * epsilon, "the sign of the target is wrong: try a * z_t - s * target"),
                    (
                        a * z - s * epsilon,
                        "z and epsilon are exchanged in the target: a * z_t - s * target should give z",
                    ),
                    (epsilon - z, "this target goes with the factors 1 - t and t, not with these"),
                ),
                atol=1e-4,
            )
        _same(a * z_t - s * v, z, f"at t = {t:g} a * z_t - s * target is", "It should give z back.")
        _same(
            s * z_t + a * v, epsilon, f"at t = {t:g} s * z_t + a * target is", "It should give epsilon back."
        )
    levels = torch.tensor([0.1, 0.9, 0.0, 0.5, 1.0, 0.3])[:, None]
    together = _z_t(function, z, levels, epsilon)
    for row, t in enumerate(levels[:, 0].tolist()):
        alone = _z_t(function, z[[row]], levels[[row]], epsilon[[row]])
        for what, found, right in zip(("z_t", "the target"), together, alone, strict=True):
            _same(
                found[[row]],
                right,
                f"in a batch whose rows differ in t, {what} of the row with t = {t:g} is",
                "Each row has a noise level of its own.",
            )
    return "z and epsilon come back from z_t and the target, at the noise level of each row."


def _z_t(function, z, t, epsilon) -> list[torch.Tensor]:
    found = parts(
        call(function, z.clone(), t.clone(), epsilon.clone()), 2, "two things are needed, z_t and the target"
    )
    return [same_shape(part, z, what) for part, what in zip(found, ("z_t", "the target"), strict=True)]


def _same(found, target, what: str, hint: str) -> None:
    off = (found - target).abs().max().item()
    if not off < 1e-3:
        raise Wrong(f"{what} off by up to {off:.2g}. {hint}")
