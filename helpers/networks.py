"""The other networks of lessons: a denoiser, a classifier and what it tells apart; a mixture."""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.distributions import MultivariateNormal

from helpers._arguments import check_floats, check_integer
from helpers.training import preserves_torch_state, seeded


class Denoiser(nn.Module):
    """Predicts something of the size of z from a noisy z_t and from its noise level.

    z_t (n, size), t (n, 1), from 0 to 1 -> (n, size). It also reads sines and cosines of both, of three
    frequencies, so that it can be precise in places; then three hidden layers.
    """

    def __init__(self, size: int, hidden: int = 64):
        super().__init__()
        inner = [layer for _ in range(2) for layer in (nn.Linear(hidden, hidden), nn.SiLU())]
        first, last = nn.Linear(7 * (size + 1), hidden), nn.Linear(hidden, size)
        self.layers = nn.Sequential(first, nn.SiLU(), *inner, last)

    def forward(self, z_t: Tensor, t: Tensor) -> Tensor:
        read = torch.cat([z_t, t], 1)
        angles = [math.pi / 2 * k * read for k in (1, 2, 4)]
        waves = [wave(angle) for angle in angles for wave in (torch.sin, torch.cos)]
        return self.layers(torch.cat([read, *waves], 1))


@preserves_torch_state
def train_classifier(
    features: Tensor, labels: Tensor, *, hidden: int = 200, epochs: int = 10, seed: int = 0
) -> nn.Sequential:
    """A network with one hidden layer, trained to name the label of each row of `features`.

    features (n, k), labels (n,) from 0 up -> logits (n, classes). torch's global generator
    is left as it was.
    """
    check_floats("features", features, (None, None))
    check_integer("epochs", epochs, 1)
    if labels.dtype != torch.int64 or labels.shape != features.shape[:1]:
        raise ValueError(
            f"labels: one whole number (int64) is needed for each of the {len(features)} rows, "
            f"not {labels.dtype} of the shape {tuple(labels.shape)}"
        )
    with torch.enable_grad(), seeded(seed):
        network = nn.Sequential(
            nn.Linear(features.shape[1], hidden), nn.ReLU(), nn.Linear(hidden, int(labels.max()) + 1)
        ).to(features.dtype)
        optimizer = torch.optim.Adam(network.parameters(), lr=3e-3, fused=True)
        for _ in range(epochs):
            for batch in torch.randperm(len(features)).split(128):
                loss = F.cross_entropy(network(features[batch]), labels[batch])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
    return network.requires_grad_(False)


@preserves_torch_state
def told_apart(codes: Tensor, draws: Tensor, *, train: int, seed: int = 0) -> float:
    """How well a small classifier tells codes (n, D) from as many draws: its share of right answers.

    It is trained on the first `train` of each, and asked about the others. A toss of a coin gives 0.5.
    """
    check_floats("codes", codes, (None, None))
    check_floats("draws", draws, codes.shape)
    check_integer("train", train, 1)
    seen, new = torch.cat([codes[:train], draws[:train]]), torch.cat([codes[train:], draws[train:]])
    reader = train_classifier(seen, torch.arange(2).repeat_interleave(train), epochs=5, seed=seed)
    right = reader(new).argmax(1) == torch.arange(2).repeat_interleave(len(codes) - train)
    return right.double().mean().item()


@preserves_torch_state
def fit_mixture(codes: Tensor, parts: int, *, steps: int = 10, seed: int = 0) -> Callable[[int], Tensor]:
    """A mixture of `parts` normal distributions with full covariances, fitted to codes (n, D) by EM.

    Returns draw(m), which draws (m, D) of it. Each part starts with the codes that are nearest to one of
    them, drawn with `seed`.
    """
    check_floats("codes", codes, (None, None))
    check_integer("parts", parts, 1)
    with seeded(seed):
        near = torch.cdist(codes, codes[torch.randperm(len(codes))[:parts]]).argmin(1)
    share, flat = F.one_hot(near, parts).to(codes), 1e-2 * torch.eye(codes.shape[1]).to(codes)
    for _ in range(steps):
        weights = share.sum(0)  # share: (n, parts), to which part each code belongs
        means = share.T @ codes / weights[:, None]
        off = [codes - mean for mean in means]
        covariances = [flat + (of[:, None] * d).T @ d / of.sum() for of, d in zip(share.T, off, strict=True)]
        normals = [MultivariateNormal(*each) for each in zip(means, covariances, strict=True)]
        share = torch.softmax(weights.log() + torch.stack([each.log_prob(codes) for each in normals], 1), 1)
    roots = torch.linalg.cholesky(torch.stack(covariances))

    def draw(m: int) -> Tensor:
        part = torch.multinomial(weights, m, replacement=True)
        epsilon = torch.randn(m, codes.shape[1], 1).to(codes)
        return means[part] + (roots[part] @ epsilon)[..., 0]

    return draw
