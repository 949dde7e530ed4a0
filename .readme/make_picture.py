"""Makes .readme/course.png, the picture at the top of the README: python .readme/make_picture.py"""

from pathlib import Path

import matplotlib.pyplot as plt
import torch
from torch.distributions import Normal

from helpers import figures
from helpers.pretrained import trained_vae

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)  # the model that the lessons share
figures.use_style()
model, _ = trained_vae(2)
mu, sigma = torch.tensor(2.0, requires_grad=True), torch.tensor(0.5, requires_grad=True)
epsilon = torch.tensor(1.54)
z = mu + sigma * epsilon
f = (z - 3) ** 2
names = [
    f"${name}$\n{value:.3g}"
    for name, value in ((r"\mu", mu), (r"\sigma", sigma), (r"\epsilon", epsilon), ("z", z), ("f", f))
]
mu_, sigma_, epsilon_, z_, f_ = names
places = {mu_: (0, 0), sigma_: (1.2, 0), z_: (0.6, 1), f_: (0.6, 2)}
arrows = [(mu_, z_), (sigma_, z_), (z_, f_)]
back = {
    arrow: f"{gradient:.2f}"
    for arrow, gradient in zip(arrows, torch.autograd.grad(f, [mu, sigma, z]), strict=True)
}
cut = dict.fromkeys(arrows[:2], "0")  # what torch.normal sends to mu and sigma: lesson 02

fig, (left, middle, right) = plt.subplots(1, 3, figsize=(13, 4.6), width_ratios=[1, 1.25, 1.05])
figures.node_diagram(
    places, arrows, random=[z_], back=back | cut, title="torch.normal cuts the gradient", ax=left
)
figures.node_diagram(
    places | {epsilon_: (1.8, 1)},
    [*arrows, (epsilon_, z_)],
    random=[epsilon_],
    back=back,
    title="the trick moves the die off its path",
    ax=middle,
)
values = Normal(0.0, 1.0).icdf(torch.linspace(0.03, 0.97, 13))
with torch.no_grad():
    manifold = model.decode(torch.cartesian_prod(values.flip(0), values).flip(1))
figures.show_digits(manifold, columns=13, title="and a VAE learns to write", ax=right)
fig.savefig(Path(__file__).with_name("course.png"), dpi=100)
