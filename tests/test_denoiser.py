"""helpers.denoiser."""

import torch

from helpers.denoiser import Denoiser


def test_one_level_for_all_is_that_level_for_each():
    torch.manual_seed(0)
    denoiser, z_t = Denoiser(5, width=8), torch.randn(4, 5)
    a, s = torch.tensor(0.6), torch.tensor(0.8)
    together = denoiser(z_t, a, s)
    assert together.shape == (4, 5)
    assert torch.equal(together, denoiser(z_t, a.expand(4, 1), s.expand(4, 1)))
    assert not torch.allclose(together, denoiser(z_t, s, a), atol=1e-3)


def test_its_middle_layers_add_to_what_they_get():
    denoiser = Denoiser(5, width=8)
    for layer in denoiser.layers[1:4]:
        layer.layer.weight.data.zero_()
        layer.layer.bias.data.zero_()
    first, last = denoiser.layers[0], denoiser.layers[-1]
    z_t, a, s = torch.randn(4, 5), torch.rand(4, 1), torch.rand(4, 1)
    plain = last(torch.nn.functional.silu(first(torch.cat([z_t, a, s], 1))))
    assert torch.allclose(denoiser(z_t, a, s), plain)
