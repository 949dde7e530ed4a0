"""Answers to the exercises of lesson 02."""

# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, "arrives = dict.fromkeys(arrives, True)", "2 of 6 agree"),
    (0, "arrives = dict.fromkeys(arrives, False)", "4 of 6 agree"),
    (0, "arrives = {'z': True}", "its six lines"),
    (1, "def gradient_of_expected_cube(mu, sigma):\n    return 3 * mu**2", "is 0, but should be 3"),
    (1, "def gradient_of_expected_cube(mu, sigma):\n    return 3 * mu**2 + 3 * sigma",
     "at mu = 1, sigma = 0.5"),
    (2, "def same_noise_gradient(f, mu, sigma, h, epsilon):\n"
        "    return ((f(mu + h + sigma * torch.randn_like(epsilon)) - f(mu + sigma * epsilon)) / h)"
        ".mean()", "fresh noise"),
    (2, "def same_noise_gradient(f, mu, sigma, h, epsilon):\n"
        "    return (f(mu + h + sigma * epsilon) - f(mu + sigma * epsilon)) / h",
     "tensor of shape (20000,)"),
    (2, "def same_noise_gradient(f, mu, sigma, h, epsilon):\n    return 2 * (mu - 3)", "for (z - 3)^2"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (0, "import numpy as np\narrives = dict(zip(arrives, np.array([1, 0, 1, 0, 0, 0], bool)))"),
    (2, "def same_noise_gradient(f, mu, sigma, h, epsilon):\n    z = mu + sigma * epsilon\n"
        "    return ((f(z + h) - f(z - h)) / (2 * h)).mean()"),
    (2, "def same_noise_gradient(f, mu, sigma, h, epsilon):\n    epsilon *= sigma\n"
        "    epsilon += mu\n    return ((f(epsilon + h) - f(epsilon)) / h).mean()"),
]
