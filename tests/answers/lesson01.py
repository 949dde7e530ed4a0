"""Answers to the exercises of lesson 01."""

# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, "def generate(decoder, n, latent):\n    return decoder(torch.rand(n, latent))",
     "the mean of your z is 0."),
    (0, "def generate(decoder, n, latent):\n    return decoder(2 * torch.randn(n, latent))",
     "z squared"),
    (0, "def generate(decoder, n, latent):\n"
        "    return decoder((torch.rand(n, latent) - 0.5) * 12**0.5)", "fourth power"),
    (0, "def generate(decoder, n, latent):\n    return decoder(torch.randn(n, 1).expand(n, latent))",
     "mean product"),
    (0, "def generate(decoder, n, latent):\n    return decoder(torch.randn(2000, 3))", "with n = 7"),
    (0, "def generate(decoder, n, latent):\n    return torch.randn(n, latent)", "called 0 times"),
    (1, "def pixel_cross_entropy(p, x):\n    return torch.log(p)", "is -0.1054, but should be 0.1054"),
    (1, "def pixel_cross_entropy(p, x):\n    return -torch.log(p)", "for p = 0.9 and x = 0"),
    (1, "def pixel_cross_entropy(p, x):\n    return -torch.log2(p) if x else -torch.log2(1 - p)",
     "is 0.152, but should be 0.1054"),
    (2, "def line(start, end, steps):\n    return start", "shape (3,); (8, 3) is needed"),
    (2, "def line(start, end, steps):\n    s = torch.linspace(0, 1, steps)[:, None]\n"
        "    return end + s * (start - end)", "code 1 of 5"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (0, "def generate(decoder, n, latent):\n    return decoder(torch.normal(0.0, 1.0, (n, latent)))"),
    (1, "import torch.nn.functional as F\n"
        "def pixel_cross_entropy(p, x):\n    return F.binary_cross_entropy(p, x)"),
    (2, "def line(start, end, steps):\n"
        "    return torch.stack([torch.lerp(start, end, t) for t in torch.linspace(0, 1, steps)])"),
]
