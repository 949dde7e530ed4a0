"""Answers to the exercises of lesson 06."""

_DECODER = "def decoder(net, z, label):\n    y = {y}\n    return {back}"


def _decoder(y="torch.eye(10)[[label] * len(z)]", back="torch.sigmoid(net.decoder(torch.cat([z, y], 1)))"):
    return _DECODER.format(y=y, back=back)


_SWAPPED = "def swapped(net, a, y_a, b, y_b):\n    return "

# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, _decoder(back="net.decoder(torch.cat([z, y], 1))"), "these are logits"),
    (0, _decoder(back="torch.sigmoid(net.decoder(torch.cat([y, z], 1)))"), "the label comes before z"),
    (0, _decoder(y="torch.zeros(len(z), 10)"), "hears no label"),
    (0, _decoder(y="torch.full((len(z), 10), float(label))"), "all ten numbers of the label"),
    (0, _decoder(y="label * torch.eye(10)[[label] * len(z)]"), "the 1 of the label is the digit itself"),
    (0, _decoder(y="torch.eye(10)[[label - 1] * len(z)]"), "one place too early"),
    (0, _decoder(y="torch.eye(10)[[7] * len(z)]"), "for the label 2"),
    (0, _decoder(back="torch.sigmoid(net.logits(z + torch.randn_like(z), y))"), "z is drawn"),
    (1, _SWAPPED + "net.logits(net.encode(b, y_b)[0], y_a)", "these are logits"),
    (1, _SWAPPED + "torch.sigmoid(net.logits(net.encode(a, y_a)[0], y_b))", "of b in the hand of a"),
    (1, _SWAPPED + "torch.sigmoid(net.logits(net.encode(b, y_a)[0], y_a))", "with the label of a"),
    (1, _SWAPPED + "torch.sigmoid(net.logits(net.encode(b, y_b)[0], y_b))", "this is b rebuilt"),
    (1, _SWAPPED + "torch.sigmoid(net.logits(net.encode(a, y_a)[0], y_a))", "this is a rebuilt"),
    (1, _SWAPPED + "(a + b) / 2", "a pixel is off by"),
]

# (exercise, answer), written in another way than the solution
RIGHT = [
    (
        0,
        "def decoder(net, z, label):\n"
        "    y = F.one_hot(torch.tensor(label), 10).double().expand(len(z), 10)\n"
        "    return net.logits(z, y).sigmoid()",
    ),
    (
        0,
        "def decoder(net, z, label):\n    y = torch.eye(10)[label]\n"
        "    return torch.stack([torch.sigmoid(net.decoder(torch.cat([one, y]))) for one in z])",
    ),
    (
        1,
        "def swapped(net, a, y_a, b, y_b):\n    z = net.encoder(torch.cat([b, y_b], 1))[:, :3]\n"
        "    return torch.sigmoid(net.decoder(torch.cat([z, y_a], 1)))",
    ),
]
