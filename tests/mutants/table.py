"""The mutants: (file, tests that should notice) -> (the wrong idea, old text, new text).

A number is a lesson, of which one code cell is changed. Without tests it is run by nbval, against its saved
outputs.
"""

from tests.mutants.mutant import Mutant

TABLE = {
    ("helpers/networks.py", "tests/unit/test_networks.py"): [
        ("the Frechet distance with the cross term once", "- 2 * cross", "- cross"),
        ("a pixel reads itself", "pixel[:, None] > last", "pixel[:, None] >= last"),
        ("all pixels painted from what is said before the first", "+ self(x)[:, i]", "+ self(0 * x)[:, i]"),
        (
            "a denoiser whose middle layers forget what they get",
            "return h + self.layer(F.silu(h))",
            "return self.layer(F.silu(h))",
        ),
    ],
    ("helpers/vae.py", "tests/unit/test_vae.py"): [
        (
            "sigma squared in the place of sigma",
            "return mu + sigma * epsilon",
            "return mu + sigma**2 * epsilon",
        ),
        ("rand in the place of randn", "epsilon = torch.randn_like(mu)", "epsilon = torch.rand_like(mu)"),
        ("the pixels averaged, not summed", 'reduction="none").sum(-1)', 'reduction="none").mean(-1)'),
        (
            "the KL added to the ELBO",
            "return self.reconstruction - self.kl",
            "return self.reconstruction + self.kl",
        ),
        (
            "the KL averaged over the latent dimensions",
            "return kl if per_dimension else kl.sum(-1)",
            "return kl if per_dimension else kl.mean(-1)",
        ),
        (
            "the KL per dimension summed all the same",
            "return kl if per_dimension else kl.sum(-1)",
            "return kl.sum(-1)",
        ),
        (
            "the log-variance read as log sigma",
            "z = sampler(mu, torch.exp(0.5 * logvar))",
            "z = sampler(mu, torch.exp(logvar))",
        ),
        (
            "the likelihood computed in half the precision",
            "return -F.binary_cross_entropy_with_logits(logits, x, ",
            "return -F.binary_cross_entropy_with_logits(logits.float().to(x.dtype), x, ",
        ),
        (
            "the baseline added, not subtracted",
            "reward = reward - leave_one_out_mean(reward)",
            "reward = reward + leave_one_out_mean(reward)",
        ),
        (
            "the baseline contains the draw's own cost",
            "return (costs.sum(0) - costs) / (len(costs) - 1)",
            "return costs.mean(0).expand_as(costs)",
        ),
        ("the reward is not held still", "reward = log_p.detach()", "reward = log_p"),
        (
            "the draws of the score function summed, not averaged, in the loss",
            "return -(surrogate.mean(0) - kl",
            "return -(surrogate.sum(0) - kl",
        ),
    ],
    ("helpers/vae.py", "tests/unit/test_vae.py tests/unit/test_autograd.py"): [
        (
            "z detached before the decoder",
            "model.decoder(z), x), kl_divergence",
            "model.decoder(z.detach()), x), kl_divergence",
        )
    ],
    ("helpers/training.py", "tests/unit/test_training.py"): [
        (
            "a training that was stopped counts as finished",
            "return len(self.test) == self.epochs",
            "return len(self.test) <= self.epochs",
        ),
        (
            "the KL's weight ignored",
            "loss = (beta * terms.kl - terms.reconstruction)",
            "loss = (terms.kl - terms.reconstruction)",
        ),
        (
            "z = mu in evaluation",
            "_mean([elbo_terms(model, x, sampler)",
            "_mean([elbo_terms(model, x, lambda mu, sigma: mu)",
        ),
        (
            "evaluation of the first thousand images only",
            "for x in images.split(1000)]",
            "for x in images.split(1000)[:1]]",
        ),
        (
            "evaluation ignores its seed",
            "with evaluating(model), seeded(seed):",
            "with evaluating(model), seeded(0):",
        ),
        (
            "the score on held-out images taken on training images",
            "_evaluate(model, test, sampler, seed=0)",
            "_evaluate(model, images[: len(test)], sampler, seed=0)",
        ),
        ("the step size never changed", "                    schedule.step()\n", ""),
        ("the images always in the same order", "torch.randperm(len(train))", "torch.arange(len(train))"),
        ("the history of training has the last batch only", "_mean(seen)", "_mean(seen[-1:])"),
        (
            "the callback is called before the epoch is in the history",
            "                history.test.append(tested)\n",
            "",
        ),
    ],
    ("helpers/pretrained.py", "tests/unit/test_pretrained.py"): [
        (
            "the shared models trained on the held-out digits",
            "fit(model, digits.train, digits.test,",
            "fit(model, digits.test, digits.test,",
        ),
        ("the shared models' first weights from another seed", "with seeded(seed):", "with seeded(0):"),
        ("a half-trained model goes into the cache", "if history.finished:", "if True:"),
        (
            "a model of yesterday's code is taken for today's",
            'if str(found.pop("made_from")) != made_from:',
            'if not str(found.pop("made_from")):',
        ),
        (
            "weights in another precision are read all the same",
            "if terms.shape != (2, epochs, 2) or _form(weights) != _form(wanted):",
            "if terms.shape != (2, epochs, 2) or weights.keys() != wanted.keys():",
        ),
        (
            "the two histories exchanged in the cache",
            "history=[history.train, history.test]",
            "history=[history.test, history.train]",
        ),
        (
            "a file written in place, so that half of it can be left",
            'part = path.with_name(f"{path.name}.{os.getpid()}.part")',
            "part = path",
        ),
    ],
    ("helpers/autograd.py", "tests/unit/test_autograd.py"): [
        (
            "a gradient of exactly zero counts as one that arrives",
            'return "reached" if bool((gradient != 0).any()) else "zero"',
            'return "reached"',
        ),
        (
            "a gradient of zero drawn as one that arrives",
            'carries = "gradient" if _reach(gradient) == "reached" else "zero"',
            'carries = "gradient"',
        ),
    ],
    ("helpers/data/__init__.py", "tests/unit/test_data.py"): [
        ("slant to the left for slant to the right", "lean = -torch", "lean = torch"),
        ("width as a variance", "width.sqrt()], 1)", "width], 1)"),
        ("labels shuffled", "array.long() if array.ndim == 1", "array.long().flip(0) if array.ndim == 1"),
        (
            "the digits of training and of testing exchanged",
            'for part in ("train", "test")\n                for what',
            'for part in ("test", "train")\n                for what',
        ),
        ("the threshold of black one grey value lower", "else pixels > 127)", "else pixels >= 127)"),
        ("grey values over 256", "pixels / 255 if grey", "pixels / 256 if grey"),
    ],
    ("helpers/figures/digits.py", "tests/unit/test_figures.py"): [
        ("a blank sheet of digits", "ax.imshow(sheet, vmin=0", "ax.imshow(0 * sheet, vmin=0"),
        ("row labels for images of 28 x 28 only", "(side + 2) * index + (side - 1) / 2", "30 * index + 13"),
        (
            "the two axes of the latent plane exchanged",
            "ax.scatter(chosen[:, 0], chosen[:, 1],",
            "ax.scatter(chosen[:, 1], chosen[:, 0],",
        ),
    ],
    ("helpers/_arguments.py", "tests/unit/test_mistakes.py"): [
        ("NaN taken for a number", "if not math.isfinite(value) or value < 0", "if value < 0"),
        ("pixels below 0 taken", "if low < 0 or high > 1:", "if high > 1:"),
    ],
    ("helpers/__init__.py", "tests/unit/test_importing.py"): [
        (
            "importing the helpers sets torch's threads",
            'that lesson\'s cells."""',
            'that lesson\'s cells."""\n\nimport torch\n\ntorch.set_num_threads(1)',
        )
    ],
    ("helpers/exercises/lesson10.py", "tests/lessons/test_form.py -k 10"): [
        (
            "lesson 10's check of active units takes the limit for a standard deviation",
            "if value != 3:",
            "if value not in (3, 5):",
        ),
        (
            "lesson 10's check goes on with the loss as it is at the start",
            "1.0 if go_on else step / _STEPS",
            "step / _STEPS",
        ),
        (
            "lesson 10's check takes an untrained decoder for a collapse",
            "if distortion > average + 3:",
            "if distortion > average + 300:",
        ),
    ],
    ("helpers/exercises/_check.py", "tests/lessons/test_form.py -k 08"): [
        ("every answer near enough", "<= tolerance:", "<= 1e6 * tolerance:")
    ],
    ("helpers/exercises/lesson00.py", "tests/lessons/test_form.py -k 00"): [
        ("lesson 00's check takes draws above mu for draws below", "(mu, sigma) < mu)", "(mu, sigma) > mu)")
    ],
    ("helpers/exercises/lesson01.py", "tests/lessons/test_form.py -k 01"): [
        (
            "lesson 01's check takes any z that has the right shape",
            "lambda: noise, {}, what",
            "lambda: z, {}, what",
        ),
        ("lesson 01's check asks for the variance", "mu + torch.exp(0.5 * logvar)", "mu + torch.exp(logvar)"),
    ],
    ("helpers/exercises/lesson02.py", "tests/lessons/test_form.py -k 02"): [
        (
            "lesson 02's check takes a gradient of zero for one that arrives",
            "return gradient.item() != 0.0",
            "return True",
        ),
        (
            "lesson 02's check has no old gradient in its modules",
            "weights.grad = torch.ones_like(weights)",
            "weights.grad = None",
        ),
    ],
    ("helpers/exercises/lesson03.py", "tests/lessons/test_form.py -k 03"): [
        (
            "lesson 03's check takes rolls that come back for fresh ones",
            "if len(noise[steps].unique(dim=0)) < steps:",
            "if not steps:",
        ),
        (
            "lesson 03's check does not see a cut path",
            "        if gradient is None:",
            "        if not found:",
        ),
        ("lesson 03's check refuses the other sign", "sign = -1  #", "sign = 1  #"),
    ],
    ("helpers/exercises/lesson08.py", "tests/lessons/test_form.py -k 08"): [
        (
            "lesson 08's check of the gradient takes sigma for its square",
            "lambda mu, sigma: -math.sin(mu) * math.exp(-(sigma**2) / 2)",
            "lambda mu, sigma: -math.sin(mu) * math.exp(-sigma / 2)",
        ),
        (
            "lesson 08's check does not look for the z that autograd follows",
            "followed.append(isinstance(z, torch.Tensor) and z.requires_grad)",
            "followed.append(False)",
        ),
        (
            "lesson 08's check of the two estimators exchanges their variances",
            '(("pathwise", path, exact[0]), ("score-function", score, exact[1]))',
            '(("pathwise", path, exact[1]), ("score-function", score, exact[0]))',
        ),
        (
            "lesson 08's check takes the mean of all for a baseline",
            "_estimates(function, torch.cos, 1.0, 0.5, 2)",
            "_estimates(function, torch.cos, 1.0, 0.5, 500)",
        ),
    ],
    ("helpers/exercises/lesson07.py", "tests/lessons/test_form.py -k 07"): [
        (
            "lesson 07's check wants minus the ELBO",
            "lambda joint, q, area: (q.exp() * (q - posterior(joint, area))).sum() * area,\n        {",
            "lambda joint, q, area: (q.exp() * (q - joint)).sum() * area,\n        {",
        ),
        ("lesson 07's check wants beta upside down", "abs(value - 96) < 0.05", "abs(value - 1 / 96) < 0.05"),
    ],
    ("helpers/exercises/lesson09.py", "tests/lessons/test_form.py -k 09"): [
        (
            "lesson 09's check does not see epsilon inside the root",
            "torch.tensor([1, 1e-5, 10, 1])",
            "torch.tensor([1, 0.5, 10, 1])",
        ),
        (
            "lesson 09's check takes the noise of a mean to fall with n, not with its root",
            "        lambda g, times: _law(g.mean(0), g.std(0) / times**0.5),\n        {",
            "        lambda g, times: _law(g.mean(0), g.std(0) / times),\n        {",
        ),
        (
            "lesson 09's check lets the shrinking go through Adam's division",
            "steps(lambda theta, g, averages, lr, decay: theta - lr * (_adam(g, averages) + decay * theta)),",
            "steps(lambda theta, g, averages, lr, decay: theta - lr * _adam(g + decay * theta, averages)),",
        ),
    ],
    ("helpers/exercises/lesson14.py", "tests/lessons/test_form.py -k 14"): [
        ("lesson 14's check takes any schedule", "if abs(squares - 1) > 1e-3:", "if abs(squares - 1) > 1e3:"),
        (
            "lesson 14's check does not know the target epsilon",
            '(epsilon, "this target is epsilon',
            '(2 * epsilon, "this target is epsilon',
        ),
        ("lesson 14's check lets noise be left out at t = 1", "if t in (0, 1) and not", "if t == 0 and not"),
    ],
    ("helpers/exercises/lesson15.py", "tests/lessons/test_form.py -k 15"): [
        (
            "lesson 15's check forgets the range of the motor",
            "AffineTransform(0.0, limit)",
            "AffineTransform(0.0, 1.0)",
        )
    ],
    ("helpers/exercises/lesson04.py", "tests/lessons/test_form.py -k 04"): [
        ("lesson 04's check takes any weight of the KL", "if abs(ratio - 1) < 1e-6:", "if ratio:"),
        (
            "lesson 04's check takes sigma squared for sigma",
            '("", lambda logvar: torch.exp(0.5 * logvar))',
            '("", torch.exp)',
        ),
        (
            "lesson 04's check does not ask for what the loop reached",
            "if not reached < reference + SLACK:",
            "if not reached:",
        ),
        ("lesson 04's check sees no cut", "1e-3 * abs(measured)", "1e3 * abs(measured)"),
        ("lesson 04's check takes shared noise", "if len(numbers) == count:", "if len(numbers) == -count:"),
    ],
    ("helpers/exercises/lesson05.py", "tests/lessons/test_form.py -k 05"): [
        (
            "lesson 05's check wants the cheapest dimensions",
            """        with_dimensions(lambda cost, keep: cost.argsort(descending=True)[:keep]),
        {""",
            """        with_dimensions(lambda cost, keep: cost.argsort()[:keep]),
        {""",
        ),
        (
            "lesson 05's check wants the step from b to a",
            "a, b, c: c + b - a)(model",
            "a, b, c: c + a - b)(model",
        ),
        ("lesson 05's check lets z be drawn", "if draws.calls:", "if False:"),
    ],
    ("helpers/exercises/lesson06.py", "tests/lessons/test_form.py -k 06"): [
        (
            "lesson 06's check wants the label one place early",
            "told(lambda labels: torch.eye(10)[labels]),",
            "told(lambda labels: torch.eye(10)[labels - 1]),",
        ),
        (
            "lesson 06's check wants the hand of a",
            "net.decode(net.encode(b, y_b)[0], y_a),\n        {",
            "net.decode(net.encode(a, y_a)[0], y_b),\n        {",
        ),
    ],
    ("helpers/exercises/lesson11.py", "tests/lessons/test_form.py -k 11"): [
        (
            "lesson 11's check wants the effective number upside down",
            "square().sum(0).reciprocal()",
            "square().sum(0)",
        ),
        (
            "lesson 11's check has no image far below the others",
            "torch.tensor([0.0, -100.0, -2000.0, -1000.0], ",
            "torch.tensor([0.0, 0.0, 0.0, 0.0], ",
        ),
        ("lesson 11's check takes no float32", "/ target[image] - 1) < 5e-3", "/ target[image] - 1) < 1e-6"),
        ("lesson 11's check gives all parts the same size", "(2, 1, 6)", "(3, 3, 3)"),
        (
            "lesson 11's check takes the variance's best for its square",
            "best = math.sqrt(2 / (3 - math.sqrt(1 + 8 * rho**2)))",
            "best = 2 / (3 - math.sqrt(1 + 8 * rho**2))",
        ),
    ],
    ("helpers/exercises/_check.py", "tests/lessons/test_form.py -k 03"): [
        (
            "a check keeps the precision of the answer",
            "return value.to(like) if like.is_floating_point() else value",
            "return value",
        ),
        ("noise of another kind is not named", "if name not in self.NORMAL), None)", "if not name), None)"),
        ("a check's own error is told as the learner's", 'print(f"This check broke', 'print(f"Not right yet'),
        (
            "known mistakes are told where they nearly fit",
            "{words: mistake(*args) for words",
            "{w: found[w] for w",
        ),
    ],
    ("helpers/exercises/lesson12.py", "tests/lessons/test_form.py -k 12"): [
        (
            "lesson 12's check lets the shares be off by half",
            "if errors.max() > 5:",
            "if errors.max() > 150:",
        ),
        ("lesson 12's check looks at one kind of logits", "for row in range(2):", "for row in range(1):"),
        (
            "lesson 12's check forgets that the first has left",
            "exact = p[:, None] * p / (1 - p)[:, None]",
            "exact = p[:, None] * p.expand(K, K)",
        ),
        (
            "lesson 12's check takes a staircase for a smooth cost",
            "if (_slopes(f, inside) == 0).all():",
            "if (_slopes(f, inside) != 0).all():",
        ),
        (
            "lesson 12's check wants the KL from the prior to q",
            "each = kl_divergence(q, p)",
            "each = kl_divergence(p, q)",
        ),
    ],
    ("helpers/widgets/explorer.py", "tests/unit/test_explorer.py"): [
        (
            "a slider wired to the wrong argument",
            "return {name: control.value for name, control in self._controls.items()}",
            "return dict(zip(self._controls, [c.value for c in self._controls.values()][::-1]))",
        ),
        ("a slider moves, and the old picture stays", 'control.observe(self._redraw, "value")', "pass"),
        ("a slider one step short", "min=low, max=high,", "min=low, max=high - step,"),
        ("a slider starts at its low end", "value=start", "value=low"),
    ],
    ("helpers/widgets/latent_pad.py", "tests/unit/test_widgets.py"): [
        (
            "the pad's ellipses have variances for half-axes",
            "torch.exp(0.5 * logvar), mu.shape",
            "torch.exp(logvar), mu.shape",
        )
    ],
    ("helpers/widgets/handwriting.py", "tests/unit/test_widgets.py"): [
        (
            "the handwriting says variances for sigma",
            "return mu, torch.exp(0.5 * logvar)",
            "return mu, torch.exp(logvar)",
        ),
        ("the encoder is told no label", "torch.tensor(self.label), LABELS)", "torch.tensor(0), LABELS)"),
    ],
    ("helpers/widgets/traversals.py", "tests/unit/test_widgets.py"): [
        ("the dimension with the smallest KL first", "argsort(descending=True,", "argsort(descending=False,"),
        (
            "a row changes the dimension beside its own",
            "z[:, dimension - 1] =",
            "z[:, dimension % len(self._kl)] =",
        ),
        ("the last picture of a row at 2.5, not 3", "2.0, 3.0)  #", "2.0, 2.5)  #"),
        (
            "the bar of q twice as long",
            "place(mu - sigma), place(mu + sigma)",
            "place(mu - sigma), place(mu + 3 * sigma)",
        ),
        ("z stays when another image is picked", 'self._z[change["new"]]', 'self._z[change["old"]]'),
    ],
    ("helpers/widgets/_base.py", "tests/unit/test_widgets.py"): [
        (
            "images packed with ink and paper exchanged",
            "(255 * images).round()",
            "(255 - 255 * images).round()",
        ),
        (
            "the weights sent with half the precision",
            'value.detach().numpy().astype("<f4")',
            'value.detach().half().numpy().astype("<f4")',
        ),
    ],
    ("helpers/widgets/attribute_sliders.py", "tests/unit/test_widgets.py"): [
        ("an attribute's direction subtracted", "self._z + a @ self._vectors", "self._z - a @ self._vectors"),
        (
            "two attributes exchanged",
            "amounts.get(name, 0.0) for name in self._names]",
            "amounts.get(name, 0.0) for name in sorted(self._names, reverse=True)]",
        ),
        (
            "amounts beyond the limit taken",
            "-self._limit <= amount <= self._limit",
            "-2 * self._limit <= amount <= 2 * self._limit",
        ),
    ],
    ("helpers/widgets/jump_and_slide.js", "tests/browser -k jump"): [
        (
            "the dots that should jump keep their noise",
            "[[normals(n), normals(n)], [kept, kept]]",
            "[[kept, kept], [kept, kept]]",
        ),
        ("the dots slide with sigma squared", "mu + sigma * e)", "mu + sigma ** 2 * e)"),
        ("the finite difference divided by twice its step", "here), k)) / h;", "here), k)) / (2 * h);"),
    ],
    ("helpers/widgets/training_replay.py", "tests/unit/test_widgets.py"): [
        (
            "a replay starts with the epoch after the first",
            "frame.epoch < epoch]",
            "0 < frame.epoch < epoch]",
        ),
        (
            "the manifold upside down",
            "values.flip(0).repeat_interleave(ACROSS)",
            "values.repeat_interleave(ACROSS)",
        ),
        (
            "the manifold in equal steps of z, not of probability",
            "torch.special.ndtri((torch.arange(ACROSS, dtype=dtype) + 0.5) / ACROSS)",
            "torch.linspace(-1.69, 1.69, ACROSS, dtype=dtype)",
        ),
        (
            "a replay says the score of the first epoch at each",
            "history.test[-1].elbo",
            "history.test[0].elbo",
        ),
        (
            "a model is recorded with its dropout on",
            "        with evaluating(model):\n            sheet",
            "        with torch.no_grad():\n            sheet",
        ),
    ],
    ("helpers/widgets/training_replay.js", "tests/browser -k replay"): [
        (
            "the dots of one epoch beside the manifold of another",
            "return all.subarray(index * size, (index + 1) * size);",
            (
                "const k = all === frames.sheets && index ? index - 1 : index; return "
                "all.subarray(k * size, (k + 1) * size);"
            ),
        ),
        ("the plane of a replay upside down", "at(-codes[2 * i + 1])", "at(codes[2 * i + 1])"),
        (
            "a replay stops one epoch short",
            "if (index >= last()) stop();",
            "if (index >= last() - 1) stop();",
        ),
        ("dots jump where they should glide", "const jumps = !dots ||", "const jumps = true ||"),
    ],
    ("helpers/widgets/backprop.js", "tests/browser/test_backprop.py"): [
        ("factors left blank", "✂\\uFE0E` : factor", '✂\\uFE0E` : ""')
    ],
    ("helpers/widgets/widgets.css", "tests/browser/test_backprop.py"): [
        (
            "a cut gradient that is not red",
            ".vae-zero.vae-arrow path { fill: var(--vae-red); }",
            ".vae-zero.vae-arrow path { fill: #009e73; }",
        )
    ],
    ("helpers/widgets/jump_and_slide.js", "tests/browser/test_jump_and_slide.py"): [
        ("slopes upside down", "(1 - clamp(slope", "(1 + clamp(slope"),
        ("the bell beside mu", "((z - mu) / sigma) ** 2", "((z - mu - 1) / sigma) ** 2"),
    ],
    ("helpers/widgets/js/network.js", "tests/unit/test_modules.py"): [
        (
            "the decoder's hidden layer dropped",
            "(input) => steps.reduce(",
            "(input) => steps.filter((_, i) => i !== 1).reduce(",
        ),
        ("the biases left out", "let sum = bias[row]", "let sum = 0"),
    ],
    ("helpers/widgets/js/page.js", "tests/browser/test_latent_pad.py"): [
        ("the third circle at 2.5", "of [1, 2, 3]", "of [1, 2, 2.5]")
    ],
    ("helpers/widgets/js/numbers.js", "tests/unit/test_modules.py"): [
        ("noise of one side only", "2 * Math.PI * Math.random()", "Math.PI * Math.random()"),
        ("noise with a variance of a half", "Math.sqrt(-2 * Math.log", "Math.sqrt(-Math.log"),
    ],
    ("helpers/widgets/js/digit.js", "tests/unit/test_modules.py"): [
        (
            "the drawn digit is not scaled as MNIST's were",
            "Math.max(box.right - box.left, box.bottom - box.top) / LONGER;",
            "side / SIDE;",
        ),
        (
            "the drawn digit is not moved to its centre of mass",
            "const place = Math.round(CENTRE - (mass - first) / size - NUDGE);",
            "const place = Math.round((SIDE - (last - first) / size) / 2);",
        ),
        ("the centre of mass half a pixel off", "const CENTRE = 14.5", "const CENTRE = 14"),
    ],
    ("helpers/widgets/latent_pad.js", "tests/browser -k pad"): [
        ("the pad upside down", "(1 - down * 2) * data.extent", "(down * 2 - 1) * data.extent"),
        (
            "each slider of the pad moves the other axis",
            ".with(axis, Number(input.value))",
            ".with(1 - axis, Number(input.value))",
        ),
        (
            "the pad draws z with sigma squared",
            "[mu1 + sigma1 * epsilon[0], mu2 + sigma2 * epsilon[1]]",
            "[mu1 + sigma1 ** 2 * epsilon[0], mu2 + sigma2 ** 2 * epsilon[1]]",
        ),
        (
            "the pad draws its means with x and y exchanged",
            "const [x, y] = toPixels(data, parameters(data, i));",
            "const [y, x] = toPixels(data, parameters(data, i));",
        ),
        ("a finger that trembles drags", '"touch" ? 10 : 4', '"touch" ? 4 : 4'),
        ("the pad's sliders end at 4, whatever its size", "max: data.extent, step", "max: 4, step"),
        ("the second ellipse at three sigma", "[2, [10, 8]]", "[3, [10, 8]]"),
        ("the share of the prior squared", "Math.exp(-(a * a + b * b) / 2)", "Math.exp(-(a * a + b * b))"),
    ],
    ("helpers/widgets/traversals.js", "tests/browser -k traversals"): [
        ("a knob moves the dimension beside its own", "z.with(dimension, values[k])", "z.with(0, values[k])"),
        ("the rows are not decoded again", "resting(drawRows, REST);", ""),
        ("back to the image goes to the first one", 'start(model.get("picked"))', "start(0)"),
        (
            "the bars are those of the first image",
            "sigmas[picked * latent + dimension]",
            "2 * sigmas[dimension]",
        ),
    ],
    ("helpers/widgets/js/rail.js", "tests/unit/test_modules.py"): [
        ("the bar from mu - sigma to mu", "[mu - sigma, mu + sigma].map", "[mu - sigma, mu].map"),
        ("the bar beyond its rail", "clamp(value, -reach, reach)", "value"),
    ],
    ("helpers/widgets/handwriting.js", "tests/browser -k handwriting"): [
        ("the worst label taken", "Math.max(...scores)", "Math.min(...scores)"),
        ("variances for sigma", "Math.exp(logvar / 2)", "Math.exp(logvar)"),
        ("the ten digits without a sigmoid", "1 / (1 + Math.exp(-l))", "l"),
        ("the label that is told is not framed", "!empty && i === label", "false"),
        (
            "a drawing sent upside down",
            "image: new DataView(digit.slice().buffer)",
            "image: new DataView(digit.slice().reverse().buffer)",
        ),
    ],
    ("helpers/widgets/js/sheet.js", "tests/browser -k handwriting"): [
        ("every button draws", "event.button !== 0 || pointer !== null", "pointer !== null"),
        ("points between two events lost", "(events.length ? events : [event])", "[event]"),
    ],
    ("helpers/widgets/attribute_sliders.js", "tests/browser -k attribute"): [
        ("an attribute's direction subtracted", "sum + amount * directions", "sum - amount * directions"),
        ("a slider moves the attribute before its own", "[names[k]]: amount", "[names.at(k - 1)]: amount"),
        ("the sliders of attributes end at 3, whatever the limit", "=> limit * (step", "=> 3 * (step"),
        (
            "reset leaves the last attribute as it is",
            "send({ amounts: Object.fromEntries(names.map((name) => [name, 0])) })",
            (
                "send({ amounts: Object.fromEntries(names.map((name, k) => [name, k < 2 ? 0 : "
                'model.get("amounts")[name]])) })'
            ),
        ),
    ],
    ("helpers/figures/map.py", "notebooks/13_beyond_the_bell_curve.ipynb"): [
        (
            "yes and no exchanged on the map",
            '("bias", "leave-one-out", "no"),\n    ("bias", "hot", "yes")',
            '("bias", "leave-one-out", "yes"), ("bias", "hot", "no")',
        )
    ],
    ("helpers/exercises/lesson13.py", "tests/lessons/test_form.py -k 13"): [
        (
            "a flow's check with sigma squared",
            "target, of_y = LogNormal(mu, sigma)",
            "target, of_y = LogNormal(mu, sigma**2)",
        ),
        (
            "a mixture's check with its weights exchanged",
            "density = r * first.log_prob(z).exp() + (1 - r) * second",
            "density = (1 - r) * first.log_prob(z).exp() + r * second",
        ),
        ("a gap's check in bits", "target = -math.log(share)", "target = -math.log2(share)"),
    ],
    ("00", ""): [
        ("uniform numbers for those of the prior", "z = torch.randn(10, 2)", "z = torch.rand(10, 2)"),
        ("the plane upside down", "torch.cartesian_prod(-axis, axis)", "torch.cartesian_prod(axis, axis)"),
        (
            "the figure shows the plane, not the ten",
            "show_digits(x, columns=5",
            "show_digits(sheet[:10], columns=5",
        ),
        ("the button's ten are others", "NewDigits(model, seed=8)", "NewDigits(model, seed=9)"),
    ],
    ("01", ""): [
        ("coins with the frequency of white", "(torch.rand(10, 784) < freq", "(torch.rand(10, 784) > freq"),
        (
            "sigma squared in the place of sigma",
            "torch.exp(0.5 * logvar)  # logvar",
            "torch.exp(logvar)  # logvar",
        ),
        ("the widths of the rows exchanged", "for w in (1.0, 2.0, 3.0)", "for w in (3.0, 2.0, 1.0)"),
        ("clouds of one sigma are called two", "*(4 * sigma).T", "*(2 * sigma).T"),
        ("the bias of the codes is not stretched", "twin[0][2].bias *= factor", "twin[0][2].bias *= 1"),
        ("the decoder keeps its weights", "twin[1][0].weight /= factor", "twin[1][0].weight /= 1"),
        ("three planes show the same codes", "codes = twin[0](", "codes = ae[0]("),
    ],
    ("02", ""): [
        ("a sampler that lets the gradient through", "sampler=torch.normal, ep", "ep"),
        ("the wrong derivative by hand", "{2 * (z.item() - k) * 2:.2f}", "{2 * (z.item() - k):.2f}"),
        ("the graphs in another order", "zip(axes, runs.items())", "zip(axes[::-1], runs.items())"),
        ("other images of the same digits", "x = digits.test[first]", "x = digits.train[first]"),
        ("the ghosts' row shows what went in", "torch.cat([x, ghosts])", "torch.cat([x, x])"),
        ("one term in the place of the other", "terms.reconstruction.mean())", "terms.kl.mean())"),
    ],
    ("03", ""): [
        (
            "sigma squared in the place of sigma",
            "z = mu + sigma * epsilon\nat_mu",
            "z = mu + sigma**2 * epsilon\nat_mu",
        ),
        ("a wrong sign of the expectation's slope", "mus.grad, 2 * (2 - 3))", "mus.grad, 2 * (3 - 2))"),
        (
            "rand in the place of randn, where it learns",
            '"trick": learn(lambda mu: mu + torch.randn(()))',
            '"trick": learn(lambda mu: mu + torch.rand(()))',
        ),
        ("the same noise where fresh noise is meant", "draws(1 + h, seed=1)", "draws(1 + h, seed=0)"),
        ("the standard error not divided", "gradient.std() / math.sqrt(100_000)", "gradient.std()"),
        ("one gradient in a diagram in the place of another", "$f'(z)\\\\,\\\\epsilon$", "$f'(z)$"),
        ("a blank figure", "bbox_to_anchor=(1, 0.4))", "bbox_to_anchor=(1, 0.4))\nax.clear()"),
        ("both VAEs are trained with the trick", "test, sampler=line,", "test,"),
    ],
    ("08", ""): [
        (
            "the baseline added, not subtracted",
            "(((costs - baseline(costs)) * (z - mu))",
            "(((costs + baseline(costs)) * (z - mu))",
        ),
        ("the KL's gradient twice", ".mean() + mu)", ".mean() + 2 * mu)"),
        (
            "leave-one-out divides by all draws",
            "return (costs.sum(0) - costs) / (len(costs) - 1)",
            "return (costs.sum(0) - costs) / len(costs)",
        ),
        (
            "a constant in an exact variance: the mean cost taken for m^2",
            "for b in (0, m**2 + 1, m**2 + 3, 20)",
            "for b in (0, m**2, m**2 + 3, 20)",
        ),
        (
            "two columns of the exact variances exchanged",
            "slope * e, f * (e**2 - 1))]",
            "f * (e**2 - 1), slope * e)]",
        ),
        ("a slider that cannot reach one draw", "n=(1, 50, 3)", "n=(2, 50, 3)"),
        ("rand for randn among the draws of D dimensions", "e = torch.randn(n, D)", "e = torch.rand(n, D)"),
        (
            "the standard error not divided by the root of n",
            "error = values.std().item() / math.sqrt(len(values))",
            "error = values.std().item()",
        ),
        (
            "Adam's step as signal over noise",
            "short((1 + noise / signal) ** -0.5)",
            "short((noise / signal) ** -0.5)",
        ),
        (
            "the signal not squared",
            "signal = many.mean(0).square().sum().item()",
            "signal = many.mean(0).norm().item()",
        ),
        ("the other images' baseline from the same image", "lambda r: leave_one_out(r.T).T", "leave_one_out"),
        (
            "the pathwise gradient with z detached in part",
            "    z = mu + sigma * epsilon\n    return torch.autograd.grad(f(z).sum(), [mu, sigma])",
            (
                "    z = mu + sigma.detach() * epsilon + 0 * sigma\n"
                "    return torch.autograd.grad(f(z).sum(), [mu, sigma])"
            ),
        ),
        (
            "the baseline of the score-function loss has the wrong sign",
            "reward = reward - baseline(reward)",
            "reward = reward + baseline(reward)",
        ),
        (
            "estimators scored on the digits of the training",
            "elbo_terms(model, digits.test[:1000]).elbo",
            "elbo_terms(model, digits.train[:1000]).elbo",
        ),
        ("a legend missing", "ax.legend()\nplt.show()\nlast = exact", "plt.show()\nlast = exact"),
    ],
    ("08", "tests/lessons/test_definitions.py"): [
        (
            "the KL left out of the score-function loss",
            "return -(surrogate.mean(0) - kl_divergence(mu, logvar)).mean()",
            "return -surrogate.mean()",
        )
    ],
    ("07", ""): [
        ("the prior left out of the joint density", "keepdim=True) + log_prior", "keepdim=True)"),
        ("the area of a cell left out", "joint, 0) + area.log()", "joint, 0)"),
        ("the entropy of q with the wrong sign", "@ weights + entropy", "@ weights - entropy"),
        ("the log-variance read as log sigma", "exp(0.5 * logvar)[:, None]", "exp(logvar)[:, None]"),
        ("the gap the other way round", "(lq.exp() * (lq - j + e)).sum()", "(lq.exp() * (j - e - lq)).sum()"),
        ("the best digit for the worst", "value=options[-1]", "value=options[0]"),
        ("q drawn in the middle", "ring = mu[i, :, None]", "ring = middle[:, None]"),
        ("a q for each image with the encoder's mean", "own_gap = gap_of(own_mu,", "own_gap = gap_of(mu,"),
        ("the derivatives in beta exchanged", "(d_kl[0, 0] / d_pixel[0, 0])", "(d_pixel[0, 0] / d_kl[0, 0])"),
    ],
    ("09", ""): [
        (
            "bias correction of the first average dropped",
            "return self.m / (1 - self.beta1**self.t), self.v",
            "return self.m, self.v",
        ),
        ("the noise exchanged between the parameters", "torch.tensor([2, 20])", "torch.tensor([20, 2])"),
        ("all rules with the learning rate of SGD", "start, lrs[rule], 80", 'start, lrs["SGD"], 80'),
        ("the corrected training twice", "without = train(Uncorrected())", "without = train(Averages())"),
        ("the noise with the signal in it", "n = (square - s**2).sqrt()", "n = square.sqrt()"),
        ("sizes in the place of steps", "(g, g**2, step, step.abs())", "(g, g**2, step.abs(), step.abs())"),
        ("the curve of signal over noise", "1 / np.sqrt(1 + 10 ** (-2 * line))", "10**line"),
        ("the floor without what averaging takes away", "2 * 0.1 / (math.pi * 1.9))  #", "2 / math.pi)  #"),
        ("the jitter as a mean absolute distance", ".square().mean().sqrt().item()", ".abs().mean().item()"),
        ("the band as a diameter", "axhspan(-found[lr], found[lr]", "axhspan(-found[lr] / 2, found[lr] / 2"),
    ],
    ("09", "tests/lessons/test_definitions.py"): [
        (
            "epsilon inside the root",
            '"Adam": lambda g, m, v: m / (v.sqrt() + 1e-8)',
            '"Adam": lambda g, m, v: m / (v + 1e-8).sqrt()',
        ),
        ("no correction dropped", "return self.m, self.v", "return super().add(g)"),
    ],
    ("04", ""): [
        (
            "the log-variance read as log sigma",
            "sigma = torch.exp(0.5 * logvar)\n    z = draw",
            "sigma = torch.exp(logvar)\n    z = draw",
        ),
        (
            "the KL averaged over the numbers of z",
            "- 1 - logvar).sum(1)\n    return",
            "- 1 - logvar).mean(1)\n    return",
        ),
        ("a uniform cloud around mu", "(mu + sigma / 2) ** 2", "mu**2"),
        ("the variance of uniform noise is its standard deviation", "sigma**2 / 12", "sigma / 12**0.5"),
        ("the report charged with the right KL", "= -report.elbo,", "= own_kl - report.reconstruction,"),
        ("all three are trained with line A", "sampler=samplers[line],", ""),
        ("new digits from rand", "vae.decode(torch.randn(10, 20))", "vae.decode(torch.rand(10, 20))"),
        ("the replay records nothing before training", "replay.record(flat)  # before training", ""),
        ("the KL's arrow starts at the wrong node", "(mu_, kl_),", "(epsilon_, kl_),"),
        ("the scores beside the wrong rows", "59 + 60 * i", "179 - 60 * i"),
    ],
    ("05", ""): [
        (
            "the log-variance read as log sigma",
            "sigma = torch.exp(0.5 * logvar)",
            "sigma = torch.exp(logvar)",
        ),
        ("the KL without its -1", "sigma**2 - 1 - logvar)", "sigma**2 - logvar)"),
        ("the cheapest dimension first", "cost.argsort(descending=True)", "cost.argsort()"),
        (
            "attributes of all digits together",
            "d = less_mean(strokes(digits.train))",
            "d = strokes(digits.train)",
        ),
        ("the line walked from its end", "return (1 - t) * a + t * b", "return t * a + (1 - t) * b"),
        ("two sliders exchanged", "zip(attributes, vectors)", "zip(attributes, vectors[::-1])"),
        (
            "digits that it was trained on",
            "x, labels = digits.test[:1000], digits.test_labels[:1000]",
            "x, labels = digits.train[:1000], digits.train_labels[:1000]",
        ),
    ],
    ("06", ""): [
        ("rand for randn in the conditional VAE", "torch.randn_like(mu)", "torch.rand_like(mu)"),
        (
            "the label told to the plain VAE",
            "train(plain, nothing)",
            "train(plain, F.one_hot(digits.train_labels, 10).double())",
        ),
        (
            "the columns not in the order of their labels",
            "torch.eye(10)[label].expand",
            "torch.eye(10)[9 - label].expand",
        ),
        ("the principal axes of the smallest variance", "eigenvectors[:, -3:]", "eigenvectors[:, :3]"),
    ],
    ("10", ""): [
        (
            "the pixels summed where the collapse needs their mean",
            "return (kl.sum(1) - reconstruction / pixels).mean()",
            "return (kl.sum(1) - reconstruction).mean()",
        ),
        (
            "free bits: the maximum before the mean over images",
            "return kl.mean(0).clamp(min=floor).sum()",
            "return kl.clamp(min=floor).mean(0).sum()",
        ),
        (
            "the KL at full weight from the start, in spite of annealing",
            "min(1.0, 2 * t) * kl.sum(1)",
            "max(1.0, 2 * t) * kl.sum(1)",
        ),
        (
            "rand for randn in the training",
            "* torch.randn_like(mu)\n    logits",
            "* torch.rand_like(mu)\n    logits",
        ),
        (
            "the variance for sigma where digits are decoded",
            "z = mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)\n    return model.decode(z), model",
            "z = mu + torch.exp(logvar) * torch.randn_like(mu)\n    return model.decode(z), model",
        ),
        ("dimensions counted from a tenth of the limit", "(kl.mean(0) > 0.1)", "(kl.mean(0) > 0.01)"),
        (
            "the slope upside down",
            "saved = (D[b] - D[a]) / (R[a] - R[b])",
            "saved = (R[a] - R[b]) / (D[b] - D[a])",
        ),
        ("the average nat counted from D = 0", "{(empty - D[1.0]) / R[1.0]:.1f}", "{empty / R[1.0]:.1f}"),
        (
            "the ink of reconstructions called that of new digits",
            "    _, new, z = decoded[beta]\n",
            "    new, _, z = decoded[beta]\n",
        ),
        ("the standard error without the root of n", "change.std() / len(change) ** 0.5", "change.std()"),
        (
            "draws with no bar forgotten",
            "bar_left * bar_right + (1 - bar_left) * (1 - bar_right)",
            "bar_left * bar_right",
        ),
        (
            "the smallest beta missing from the dial",
            'options=[(f"{b:g}", b) for b in betas]',
            'options=[(f"{b:g}", b) for b in betas[1:]]',
        ),
        (
            "all models measured on digits they were trained on",
            "reconstruction, kl = terms(model, held_out)",
            "reconstruction, kl = terms(model, images[:1000])",
        ),
    ],
    ("11", ""): [
        ("z = mu without the KL", '{\n    "z = mu": at_mu - kl,', '{\n    "z = mu": at_mu,'),
        (
            "the noise of the sampled KL left out",
            'all sampled": at_z - kl_sampled',
            'all sampled": at_z - kl',
        ),
        ("all four scores on digits of the training", "x = digits.test[:200]", "x = digits.train[:200]"),
        (
            "the cost of noise without its half",
            "(W @ S @ W.T).item() / (2 * s**2)",
            "(W @ S @ W.T).item() / s**2",
        ),
        (
            "the gap's KL the other way round",
            "return -kl_divergence(axis_aligned(width), posterior).item()",
            "return -kl_divergence(posterior, axis_aligned(width)).item()",
        ),
        (
            "the width as a variance",
            "torch.diag(width**2 / precision.diag())",
            "torch.diag(width / precision.diag())",
        ),
        (
            "q and posterior exchanged in the variance",
            "both = 2 * precision - of_q ",
            "both = 2 * of_q - precision ",
        ),
        ("the sliders of q end too early", "width=(0.4, 3.0, 1.0)", "width=(0.4, 2.0, 1.0)"),
        (
            "the two trained models exchanged",
            "models = train(1, seed), train(10, seed)",
            "models = train(10, seed), train(1, seed)",
        ),
        (
            "the standard error of unpaired scores said to be paired",
            "mean_and_error(b - a)[1], math",
            "mean_and_error(b)[1], math",
        ),
        ("bits for nats the wrong way", "{-mean / 784 / math.log(2):.2f}", "{-mean / 784 * math.log(2):.2f}"),
        (
            "the encoder's bytes shrunk to 128",
            "minus_elbo(new_model(seed), 255 * batch, batch)",
            "minus_elbo(new_model(seed), 128 * batch, batch)",
        ),
        ("the evidence's KL the other way round", "kl_divergence(p_A, p_B)", "kl_divergence(p_B, p_A)"),
        ("the runs without a NaN counted", "ends.isnan().sum()", "ends.isfinite().sum()"),
        ("softplus read as a log-variance", "2 * torch.log(F.softplus(output) + 1e-6)", "F.softplus(output)"),
    ],
    ("12", ""): [
        ("Gumbel noise with one logarithm", "return -torch.log(-torch.log(u))", "return -torch.log(u)"),
        (
            "the baseline added, not subtracted",
            "(f(z) - leave_one_out_mean(f(z)))",
            "(f(z) + leave_one_out_mean(f(z)))",
        ),
        (
            "straight-through: the soft part is not detached",
            "return one_hot(scores) + soft - soft.detach()",
            "return one_hot(scores) + soft",
        ),
        (
            "the KL to the uniform prior with its sign flipped",
            "(log_q.exp() * (log_q + math.log(logits.shape[-1])))",
            "(log_q.exp() * (-log_q - math.log(logits.shape[-1])))",
        ),
        (
            "normal noise with the standard deviation for the variance",
            "* math.pi / math.sqrt(6)",
            "* math.pi**2 / 6",
        ),
        ("uniform noise of half the variance", "* math.pi * math.sqrt(2)", "* math.pi"),
        (
            "the logits divided by the temperature, the noise not",
            "torch.softmax((logits + gumbel(logits)) / tau, -1)",
            "torch.softmax(logits / tau + gumbel(logits), -1)",
        ),
        ("a slider of the temperature that ends at 1", "tau=(0.05, 5.0, 1.0)", "tau=(0.05, 1.0, 1.0)"),
        (
            "two temperatures exchanged",
            '"Gumbel-softmax 0.2": lambda logits: gumbel_softmax(logits, 0.2)',
            '"Gumbel-softmax 0.2": lambda logits: gumbel_softmax(logits, 0.5)',
        ),
        (
            "the raised cost is raised at the corners too",
            "12 * (1 - z.square().sum(-1)).sum(-1)",
            "12 * (2 - z.square().sum(-1)).sum(-1)",
        ),
        (
            "categorical models scored on the digits of the training",
            "-through_objective(model, digits.test, sample, draws=1)",
            "-through_objective(model, digits.train, sample, draws=1)",
        ),
        (
            "leave-one-out works half as hard",
            "leave_one_out_objective(model, x, draws=4)",
            "leave_one_out_objective(model, x, draws=2)",
        ),
        (
            "the commitment moves the codebook, not the encoder",
            "commitment = (v - e.detach())",
            "commitment = (v.detach() - e)",
        ),
        (
            "the farthest entry of the codebook",
            "torch.cdist(v, self.codebook).argmin(-1)",
            "torch.cdist(v, self.codebook).argmax(-1)",
        ),
        (
            "the perplexity in bits",
            "(-torch.special.xlogy(s, s).sum()).exp()",
            "(-torch.special.xlogy(s, s).sum()).exp2()",
        ),
        (
            "the prior reads the code that it predicts",
            "torch.ones(8, 8).tril(-1)",
            "torch.ones(8, 8).tril(0)",
        ),
        (
            "the price per code, not per image",
            "log_prob(code).sum(-1).mean()",
            "log_prob(code).mean(-1).mean()",
        ),
    ],
    ("13", ""): [
        (
            "the implicit derivative with the wrong sign",
            "return -dF / Gamma(alpha, 1.0)",
            "return dF / Gamma(alpha, 1.0)",
        ),
        ("the CDF's difference divided by h, not by 2 h", "(2 * h)\n    return -dF", "h\n    return -dF"),
        (
            "the variance of the noise for its standard deviation",
            "Normal(z[..., 1] + z[..., 0] ** 2, s)",
            "Normal(z[..., 1] + z[..., 0] ** 2, s**2)",
        ),
        (
            "reverse and forward KL exchanged",
            (
                "reverse, forward = lambda log_p, log_q: kl(log_q, log_p), lambda log_p, log_q: "
                "kl(log_p, log_q)"
            ),
            (
                "forward, reverse = lambda log_p, log_q: kl(log_q, log_p), lambda log_p, log_q: "
                "kl(log_p, log_q)"
            ),
        ),
        ("the log-determinants of a flow added", "log_q = log_q - log_det", "log_q = log_q + log_det"),
        ("the derivative of tanh without its square", "(w @ v) * (1 - tanh**2)", "(w @ v) * (1 - tanh)"),
        (
            "L stretches, and the density does not know",
            "Normal(0, 1).log_prob(epsilon).sum(1) - log_diagonal.sum()",
            "Normal(0, 1).log_prob(epsilon).sum(1)",
        ),
        ("rand for randn in the training of q", "q(torch.randn(draws, 2))", "q(torch.rand(draws, 2))"),
        (
            "the posterior's tail cut at another height than those of q",
            "posterior[grid[:, 1] < -1.5]",
            "posterior[grid[:, 1] < -1.0]",
        ),
        ("the score of a Gamma without the mean of log z", "score = z.log() - mean", "score = z.log()"),
        ("a slider that presses no draws together", "along=(-0.4, 1.6, 0.5)", "along=(0.0, 1.6, 0.5)"),
        ("a flow's v that is not lifted", "v = lifted(w, free)", "v = free"),
        ("effective sample size without the square", "1 / weight.square().sum(1)", "1 / weight.sum(1)"),
    ],
    ("14", "tests/lessons/test_definitions.py -k lesson_14"): [
        (
            "a schedule whose squares do not sum to 1",
            "return torch.cos(math.pi / 2 * t), torch.sin(math.pi / 2 * t)",
            "return 1 - t, t",
        ),
        (
            "the denoiser's target is epsilon, not v",
            "    v = a * epsilon - s * z\n    return",
            "    v = epsilon\n    return",
        ),
        ("a denoising KL without its half", "denoising_kl + 0.5 * kl", "denoising_kl + kl"),
        (
            "a standard deviation for a variance in p(x|z_1)",
            "V if wider else 1 / ratios[0]",
            "V if wider else ratios[0] ** -0.5",
        ),
        (
            "the best guess without the shares of the parts",
            "x_hat = (share * guess).sum(-1)",
            "x_hat = guess.mean(-1)",
        ),
        (
            "Var[x|z_t] without the spread inside the parts",
            "(share * (width**2 * s**2 / variance + guess**2))",
            "(share * guess**2)",
        ),
        (
            "a wider step that charges its log twice",
            "kl = np.log(1 + rho * V)",
            "kl = 2 * np.log(1 + rho * V)",
        ),
    ],
    ("14", ""): [
        (
            "the control draws from the digits that it is tested on",
            "torch.randint(8000, (n,))",
            "8000 + torch.randint(2000, (n,))",
        ),
        (
            "uniform noise in the codes",
            "sigma_x[rows] * torch.randn(len(rows), 20)",
            "sigma_x[rows] * torch.rand(len(rows), 20)",
        ),
        (
            "a slider that ends half-way to noise",
            "Explorer(picture, noise=(0.0, 1.0, 0.4)",
            "Explorer(picture, noise=(0.0, 0.5, 0.4)",
        ),
        (
            "the digits that the classifier was trained on, where the kept ones are meant",
            'f"{sure(digits.train[kept]):.0%}"\n)',
            'f"{sure(digits.train[seen]):.0%}"\n)',
        ),
    ],
    ("15", ""): [
        (
            "RLOO with the step size of the others",
            "learn(leave_one_out, torch.optim.SGD, 0.6)",
            "learn(leave_one_out, torch.optim.SGD, 0.3)",
        ),
        (
            "policies that all start alike",
            "theta = (0.5 * torch.randn(seeds, 6, 4)",
            "theta = (0.5 * torch.zeros(seeds, 6, 4)",
        ),
        ("the slope of the wiggly reward is of another one", "torch.sin(5 * action))", "torch.sin(action))"),
        (
            "where pathwise is quieter, for where the baseline is",
            '[1] < mean_and_noise(each["pathwise"])[1]',
            '[1] > mean_and_noise(each["pathwise"])[1]',
        ),
        (
            "GRPO divides by the variance",
            "return mean_of_all(R) / (R.std(",
            "return mean_of_all(R) / (R.var(",
        ),
        (
            "the score of a normal draw without its sigma",
            "values.detach(), epsilon / sigma",
            "values.detach(), epsilon",
        ),
    ],
    ("15", "tests/lessons/test_definitions.py -k lesson_15"): [
        (
            "mean-of-all taken for leave-one-out",
            "return R - (R.sum(-1, keepdim=True) - R) / (R.shape[-1] - 1)",
            "return R - R.mean(-1, keepdim=True)",
        ),
        ("a squashed density without its log-det", "log_prob(u) - torch.log1p(-(action**2))", "log_prob(u)"),
    ],
}

MUTANTS = [
    Mutant(idea, file, old, new, run) for (file, run), rows in TABLE.items() for idea, old, new in rows
]
