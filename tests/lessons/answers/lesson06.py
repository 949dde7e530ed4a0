"""Answers to the exercises of lesson 06."""

_DECODED = "def decoded(net, z, labels):\n    y = {y}\n    return {back}"


def _decoded(y="torch.eye(10)[labels]", back="torch.sigmoid(net.decoder(torch.cat([z, y], 1)))"):
    return _DECODED.format(y=y, back=back)


_SWAPPED = "def swapped(net, a, y_a, b, y_b):\n    return "

# (exercise, answer, what the check has to say of it)
WRONG = [
    (0, _decoded(back="net.decoder(torch.cat([z, y], 1))"), "these are logits"),
    (0, _decoded(back="torch.sigmoid(net.decoder(torch.cat([y, z], 1)))"), "the label comes before z"),
    (0, _decoded(y="torch.zeros(len(z), 10)"), "hears no label"),
    (0, _decoded(y="torch.eye(10)[labels[0]].expand(len(z), 10)"), "with the first label"),
    (0, _decoded(y="labels[:, None].expand(len(z), 10)"), "all ten numbers of a label"),
    (0, _decoded(y="labels[:, None] * torch.eye(10)[labels]"), "the 1 of the label is the digit itself"),
    (0, _decoded(y="torch.eye(10)[labels - 1]"), "one place too early"),
    (0, _decoded(y="torch.eye(10)[[7] * len(z)]"), "for the labels [7, 2, 9, 4]"),
    (0, _decoded(back="torch.sigmoid(net.logits(z + torch.randn_like(z), y))"), "z is drawn"),
    (0, _decoded(back="z"), "has the shape (4, 3); (4, 784) is needed"),
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
        "def decoded(net, z, labels):\n    return net.logits(z, F.one_hot(labels, 10).to(z)).sigmoid()",
    ),
    (
        0,
        "def decoded(net, z, labels):\n    rows = []\n    for one, label in zip(z, labels):\n"
        "        y = torch.zeros(10)\n        y[label] = 1\n"
        "        rows.append(torch.sigmoid(net.decoder(torch.cat([one, y]))))\n    return torch.stack(rows)",
    ),
    (
        1,
        "def swapped(net, a, y_a, b, y_b):\n    z = net.encoder(torch.cat([b, y_b], 1))[:, :3]\n"
        "    return torch.sigmoid(net.decoder(torch.cat([z, y_a], 1)))",
    ),
]
