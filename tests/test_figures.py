"""The plots of helpers.figures."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from helpers import figures
from helpers.training import History
from helpers.vae import Terms


def test_tile_puts_each_image_in_its_place():
    images = torch.arange(5).float()[:, None].expand(-1, 16) + 1
    sheet = figures.tile(images, columns=3)
    assert sheet.shape == (10, 16)
    assert [sheet[0, 0], sheet[0, 6], sheet[0, 12], sheet[6, 0], sheet[6, 6]] == [1, 2, 3, 4, 5]
    assert sheet[4:6].sum() == 0
    assert sheet[6:, 12:].sum() == 0


@pytest.mark.parametrize(("images", "columns"), [(torch.zeros(784), 1), (torch.zeros(2, 15), 1),
                                                 (torch.zeros(2, 16), 0), ([[0.0]], 1)])
def test_tile_refuses(images, columns):
    with pytest.raises(ValueError, match="images|columns"):
        figures.tile(images, columns)


def test_show_digits_shows_the_pixels_dark_on_white():
    digit = torch.linspace(0, 1, 784)
    image, = figures.show_digits(digit[None], columns=1).get_images()
    np.testing.assert_allclose(image.get_array(), digit.view(28, 28), atol=1e-6)
    assert image.cmap(1.0)[:3] == (0, 0, 0)
    assert image.get_clim() == (0, 1)
    plt.close("all")


def test_latent_plane_draws_each_code_as_its_digit():
    codes, labels = torch.tensor([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]), torch.tensor([7, 7, 2])
    ax = figures.latent_plane(codes, labels)
    drawn = {i: c.get_offsets() for i, c in enumerate(ax.collections) if len(c.get_offsets())}
    assert list(drawn) == [2, 7]
    assert drawn[7].tolist() == [[0.0, 1.0], [2.0, 3.0]]
    with pytest.raises(ValueError, match="codes"):
        figures.latent_plane(codes, labels[:2])
    plt.close("all")


def test_learning_curves_draw_the_history():
    history = History([Terms(-90.0, 10.0), Terms(-80.0, 12.0)], [Terms(-95.0, 11.0), Terms(-85.0, 13.0)])
    left, right = figures.learning_curves(history)
    lines = {line.get_label(): list(line.get_ydata()) for ax in (left, right) for line in ax.lines}
    assert lines == {"training": [100.0, 92.0], "held out": [106.0, 98.0],
                     "-reconstruction": [95.0, 85.0], "KL": [11.0, 13.0]}
    legends = [ax.get_legend() for ax in (left, right)]
    assert all(legends)
    assert [[text.get_text() for text in legend.get_texts()] for legend in legends] == [
        ["training", "held out"], ["-reconstruction", "KL"]]
    plt.close("all")
