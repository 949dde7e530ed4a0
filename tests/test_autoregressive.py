"""No pixel sees itself or a later one, and painting uses what the earlier ones say."""

import torch

from helpers.autoregressive import Earlier


def test_a_pixel_is_reached_by_earlier_pixels_and_by_no_other():
    torch.manual_seed(0)
    earlier, x = Earlier(16), torch.rand(16)
    # autograd sees the hidden units that this x switches on; the product of the masks counts all paths
    reaches = torch.autograd.functional.jacobian(earlier, x).abs() > 0  # (output, input)
    paths = earlier.may_write @ earlier.may_read > 0
    assert torch.equal(paths, torch.ones(16, 16).tril(-1).bool())
    assert not (reaches & ~paths).any()
    assert reaches[-1].float().mean() > 0.5


def test_a_painted_pixel_follows_the_one_before_it():
    earlier = Earlier(9)
    for weights in earlier.parameters():
        weights.data.zero_()
    for i in range(8):  # unit i reads pixel i, and pixel i + 1 reads unit i: it becomes black if i is
        earlier.read.weight.data[i, i], earlier.write.weight.data[i + 1, i] = 1, 200
    logits = torch.full((50, 9), -100.0)
    logits[:, 0] = 0
    torch.manual_seed(0)
    x = earlier.paint(logits)
    assert torch.equal(x, x[:, :1].expand(-1, 9))
    assert 0 < x[:, 0].mean() < 1
