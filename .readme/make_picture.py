"""Makes .readme/course.png, the picture at the top of the README: python .readme/make_picture.py"""

from pathlib import Path

import matplotlib.pyplot as plt
import torch

from helpers import figures
from helpers.data import load_digits
from helpers.training import fit
from helpers.vae import VAE, reparameterize

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)  # as the lessons
figures.use_style()
digits = load_digits()
first = [digits.test_labels.tolist().index(digit) for digit in range(10)]
rows = [digits.test[first]]
for sampler in (torch.normal, reparameterize):  # lesson 03, section 6; here for longer
    torch.manual_seed(0)
    vae = VAE(latent=20)
    fit(vae, digits.train, digits.test, sampler=sampler, epochs=12)
    mu, logvar = vae.encode(rows[0])
    rows.append(vae.decode(torch.normal(mu, torch.exp(0.5 * logvar))).detach())
figure, ax = plt.subplots(figsize=(10, 3.3))
names = ["digits in", "out: one line wrong", "out: one line right"]
figures.show_digits(torch.cat(rows), row_labels=names, ax=ax)
figure.savefig(Path(__file__).with_name("course.png"), dpi=100)
