"""In a kernel: every linear layer's starting weights differ by a unit of rounding, as on another processor.

Python imports this by itself where PYTHONPATH names its folder; VAE_COURSE_JITTER is the seed.
"""

import os
import sys

if "ipykernel_launcher" in sys.orig_argv:
    import torch
    from torch import nn

    generator = torch.Generator().manual_seed(int(os.environ["VAE_COURSE_JITTER"]))
    reset = nn.Linear.reset_parameters

    @torch.no_grad()
    def jittered(self: nn.Linear) -> None:
        reset(self)
        noise = torch.randn(self.weight.shape, generator=generator, dtype=torch.float64)
        self.weight *= 1 + 2e-16 * noise

    nn.Linear.reset_parameters = jittered
