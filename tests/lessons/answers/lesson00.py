"""Answers to the exercises of lesson 00."""

# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, "times_smaller = 2 / 784", "turn it round"),
    (0, "times_smaller = 784 - 2", "1564 numbers, not an image's"),
    (0, "times_smaller = 784", "784 times the two numbers of z are 1568"),
    (0, "times_smaller = 28 / 2", "are 28 numbers"),
    (0, "times_smaller = 'many'", "should be one number, but is str"),
    (1, "never_below = 'A'", "of 10,000 z that line A drew, 5,"),
    (1, "never_below = 'B'", "smaller than mu"),
    (1, "never_below = 'C'", "smaller than mu"),
    (1, "never_below = 'rand'", "one of the letters"),
    (1, "never_below = 4", "as text, not 4"),
    (1, "never_below = 'A and D'", "one of the letters"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (0, "import numpy as np\ntimes_smaller = np.int64(784) // 2"),
    (0, "times_smaller = torch.tensor(28 * 28 / 2)"),
    (1, "never_below = ' d'"),
    (1, "torch.manual_seed(1)\nmu = torch.zeros(1000)\n"
        "lines = {'A': mu + torch.randn_like(mu), 'B': torch.normal(mu, 1.0), 'D': torch.rand_like(mu)}\n"
        "never_below = max(lines, key=lambda name: lines[name].min())"),
    (0, "times_smaller = torch.tensor([[392.0]])"),
    (1, "never_below = 'line D'"),
]
