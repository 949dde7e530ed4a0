"""The network that lesson 13 trains to remove noise."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


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
        self.layers = nn.Sequential(
            nn.Linear(size + 2, width),
            _Residual(width),
            _Residual(width),
            _Residual(width),
            nn.SiLU(),
            nn.Linear(width, size),
        )

    def forward(self, z_t: Tensor, a: Tensor, s: Tensor) -> Tensor:
        levels = [level.expand(len(z_t), 1) for level in (a, s)]
        return self.layers(torch.cat([z_t, *levels], 1))
