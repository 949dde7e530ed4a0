"""What the pixels before a pixel say about it: the part of a decoder that can do without z."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Earlier(nn.Module):
    """Adds to each pixel's logit a function of the pixels before it, row by row from the top left.

    Two masked layers, as in MADE (Germain et al. 2015): hidden unit j reads the pixels up to last[j], and
    is read by the pixels after that, so no pixel sees itself.
    """

    def __init__(self, pixels: int):
        super().__init__()
        units = 2 * (pixels - 1)
        self.read, self.write = nn.Linear(pixels, units), nn.Linear(units, pixels, bias=False)
        last, pixel = torch.arange(units) % (pixels - 1), torch.arange(pixels)
        self.may_read = (pixel[None, :] <= last[:, None]).float()  # (units, pixels)
        self.may_write = (pixel[:, None] > last[None, :]).float()  # (pixels, units)

    def forward(self, x: Tensor) -> Tensor:
        """What to add to the logits: (n, pixels) -> (n, pixels)."""
        h = F.relu(F.linear(x, self.read.weight * self.may_read, self.read.bias))
        return F.linear(h, self.write.weight * self.may_write)

    @torch.no_grad()
    def paint(self, logits: Tensor) -> Tensor:
        """Draws images pixel by pixel, each from `logits` (n, pixels) and the pixels drawn before it."""
        x = torch.zeros_like(logits)
        for i in range(logits.shape[1]):
            x[:, i] = torch.bernoulli(torch.sigmoid(logits[:, i] + self(x)[:, i]))
        return x
