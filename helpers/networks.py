"""The other networks of lessons: a denoiser, a classifier; and a distance in its features."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from helpers._arguments import check_floats, check_integer
from helpers.training import preserves_torch_state, seeded


class _Residual(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.layer = nn.Linear(width, width)

    def forward(self, h: Tensor) -> Tensor:
        return h + self.layer(F.silu(h))


class Denoiser(nn.Module):
    """Predicts something of the size of a code from a noisy code z_t = a z + s epsilon, and from a and s.

    z_t (n, size); a and s (n, 1), or one number for all, as tensors -> (n, size). Three residual layers.
    """

    def __init__(self, size: int, width: int = 256):
        super().__init__()
        residual = [_Residual(width) for _ in range(3)]
        self.layers = nn.Sequential(nn.Linear(size + 2, width), *residual, nn.SiLU(), nn.Linear(width, size))

    def forward(self, z_t: Tensor, a: Tensor, s: Tensor) -> Tensor:
        levels = [level.expand(len(z_t), 1) for level in (a, s)]
        return self.layers(torch.cat([z_t, *levels], 1))


@preserves_torch_state
def train_classifier(
    features: Tensor, labels: Tensor, *, hidden: int = 200, epochs: int = 10, seed: int = 0
) -> nn.Sequential:
    """A network with one hidden layer, trained to name the label of each row of `features`.

    features (n, k), labels (n,) from 0 up -> logits (n, classes). All its layers but the last give what
    `frechet_distance` compares. torch's global generator is left as it was.
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


def frechet_distance(one: Tensor, other: Tensor) -> float:
    """Between normal distributions fitted to two sets of features, (n, k) and (m, k).

    |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)): Heusel et al. 2017, equation 6. It grows with noise in
    both means and covariances, so only sets of the same size compare.
    """
    check_floats("one", one, (None, None))
    check_floats("other", other, (None, one.shape[1]))
    if min(len(one), len(other)) < 2:
        raise ValueError(f"one, other: at least 2 rows are needed in each, not {len(one)} and {len(other)}")
    one, other = one.double(), other.double()
    c1, c2 = (torch.atleast_2d(features.T.cov()) for features in (one, other))
    values, vectors = torch.linalg.eigh(c1)
    root = vectors * values.clamp(min=0).sqrt() @ vectors.T
    cross = torch.linalg.eigvalsh(root @ c2 @ root).clamp(min=0).sqrt().sum()  # of (C1 C2)^(1/2)
    return ((one.mean(0) - other.mean(0)).square().sum() + c1.trace() + c2.trace() - 2 * cross).item()
