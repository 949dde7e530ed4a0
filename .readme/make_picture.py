"""Makes .readme/course.png, the picture at the top of the README: python .readme/make_picture.py"""

from pathlib import Path

import matplotlib.pyplot as plt
import torch
from torch.distributions import Normal

from helpers import figures
from helpers.training import trained_vae

figures.use_style()
model, _ = trained_vae(2)
mu, sigma = torch.tensor(2.0, requires_grad=True), torch.tensor(0.5, requires_grad=True)
torch.manual_seed(0)
epsilon = torch.randn(())
fig, (cut, trick, plane) = plt.subplots(1, 3, figsize=(14, 4.6), width_ratios=[1, 1.25, 1.05])
figures.autograd_graph((torch.normal(mu, sigma) - 3) ** 2, {"mu": mu, "sigma": sigma},
                       title="torch.normal: the gradient is cut", ax=cut)
figures.autograd_graph((mu + sigma * epsilon - 3) ** 2, {"mu": mu, "sigma": sigma, "epsilon": epsilon},
                       title="mu + sigma * epsilon: it passes", ax=trick)
values = Normal(0.0, 1.0).icdf(torch.linspace(0.03, 0.97, 13))
with torch.no_grad():
    manifold = model.decode(torch.cartesian_prod(values.flip(0), values).flip(1))
figures.show_digits(manifold, columns=13, title="and a VAE learns to write", ax=plane)
fig.savefig(Path(__file__).with_name("course.png"), dpi=100)
