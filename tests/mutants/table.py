"""The mutants: (file, tests that should notice) -> (the wrong idea, old text, new text).

A number is a lesson, of which one code cell is changed. Without tests it is run by nbval, against its saved
outputs.
"""

from tests.mutants.mutant import Mutant

TABLE = {
    ("helpers/networks.py", "tests/unit/test_networks.py"): [
        (
            "a denoiser that reads no waves of t",
            "wave(angle) for angle",
            "wave(angle * (angle != angle[:, [-1]])) for angle",
        ),
        (
            "codes told apart on those that were trained on",
            "codes[train:], draws[train:]",
            "codes[:train], draws[:train]",
        ),
        (
            "a mixture of parts that are equally frequent",
            "torch.multinomial(weights,",
            "torch.multinomial(0 * weights + 1,",
        ),
        ("a mixture whose parts do not tilt", "(roots[part] @ epsilon)", "(roots[part].mT @ epsilon)"),
    ],
    ("helpers/words/__init__.py", "tests/unit/test_words.py"): [
        ("the field of a sentence stays English", "*map(said, found.groups())", "*found.groups()"),
        ("the shortest sentence that fits is told", "key=len, reverse=True", "key=len"),
        ("a sentence on two lines is not handed to the script", "in whole}", "in script}"),
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
            "return 0 * kl + kl.sum(-1, keepdim=True) if per_dimension else kl.sum(-1)",
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
            "for x in images.split(200)]",
            "for x in images.split(200)[:5]]",
        ),
        (
            "evaluation ignores its seed",
            "with evaluating(model), seeded(seed):",
            "with evaluating(model), seeded(0):",
        ),
        (
            "the score on held-out images taken on training images",
            "_evaluate(model, test, sampler, seed=0)",
            "_evaluate(model, train[: len(test)], sampler, seed=0)",
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
    ("helpers/_arguments.py", "tests/unit/test_widgets.py -k argument"): [
        ("NaN taken for a number", "if not math.isfinite(value) or value < 0", "if value < 0")
    ],
    ("helpers/_arguments.py", "tests/unit/test_mistakes.py"): [
        ("pixels below 0 taken", "if low < 0 or high > 1:", "if high > 1:")
    ],
    ("helpers/__init__.py", "tests/unit/test_importing.py"): [
        (
            "importing the helpers sets torch's threads",
            'that lesson\'s cells."""',
            'that lesson\'s cells."""\n\nimport torch\n\ntorch.set_num_threads(1)',
        )
    ],
    ("helpers/exercises/lesson10.py", "tests/lessons/test_form.py -k 10"): [
        ("lesson 10's check takes logits of the image after", "z.roll(1, 0)", "z.roll(-1, 0)"),
        (
            "lesson 10's check shuffles all dimensions",
            "right = each(one)",
            "right = each(lambda z, j: before(z))",
        ),
        (
            "lesson 10's check takes the maximum before the mean",
            "return groups(kl, size).sum(-1).mean(0).clamp(min=floor).sum()",
            "return groups(kl, size).sum(-1).clamp(min=floor).mean(0).sum()",
        ),
        ("lesson 10's check looks at no gradient", "gradient.flatten()])", "0 * gradient.flatten()])"),
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
            "lambda f, mu, sigma, e: (costs(f, mu, sigma, e) * e / sigma).mean(),",
            "lambda f, mu, sigma, e: (costs(f, mu, sigma, e) * e).mean(),",
        ),
        (
            "lesson 08's check wants the score of the logit",
            "lambda p, z: z / p - (1 - z) / (1 - p),",
            "lambda p, z: z - p,",
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
        (
            "lesson 14's check wants the noise, not the data",
            "return a * z_t - s * v\n",
            "return s * z_t + a * v\n",
        ),
        (
            "lesson 14's check gives all rows one t",
            "torch.tensor([0.1, 0.9, 0.4, 0.7, 0.25, 0.6])",
            "torch.full((6,), 0.4)",
        ),
        (
            "lesson 14's check wants the velocity the other way",
            "return epsilon - x\n",
            "return x - epsilon\n",
        ),
        ("lesson 14's denoiser does not read t", "+ t * z_t.flip(1) - t**2", "+ z_t.flip(1)"),
    ],
    ("helpers/exercises/lesson15.py", "tests/lessons/test_form.py -k 15"): [
        (
            "lesson 15's check forgets the range of the motor",
            "AffineTransform(0.0, limit)",
            "AffineTransform(0.0, 1.0)",
        ),
        (
            "lesson 15's check takes the mean of all for that of the others",
            "with_advantage(lambda R: R - others(R)),\n        {",
            "with_advantage(lambda R: R - R.mean(1, keepdim=True)),\n        {",
        ),
        ("lesson 15's check has one motor only", "torch.rand(3, 7 if seven else 1,", "torch.rand(3, 1,"),
        (
            "lesson 15's check has prompts that are all alike",
            "[[1, 0, 0, 0], [1, 1, 0.5, 1]]",
            "[[1, 0, 0, 0], [1, 0, 0, 0]]",
        ),
    ],
    ("helpers/widgets/policy_triangle.js", "tests/browser tests/slow/widgets -k policy"): [
        ("a circle as wide as it is probable", "Math.sqrt(520 * chance)", "52 * chance"),
        ("the ring at the exact gradient", "tip(p, middle);", "tip(p, exact(p, rewards));"),
        ("the arrow of the group where the exact one is", "tip(p, own));", "tip(p, exact(p, rewards)));"),
        ("points for all that count for nothing", "reward + points)", "reward)"),
        ("draws of another policy", "drawn(p, model", "drawn([0.3, 0.3, 0.4], model"),
        ("new draws that are the old ones", "map(() => Math.random())", "map((u) => u)"),
        ("the right mouse button drags", "if (event.button) return;", ""),
    ],
    ("helpers/widgets/policy_triangle.js", "tests/unit/test_modules.py"): [
        ("RLOO without n / (n - 1)", "(value * n) / (n - 1)", "value"),
        ("GRPO divides by the variance", "Math.sqrt(dot(above.map", "(dot(above.map"),
        ("groups that are all equally probable", "c * p[i] ** k, 1)", "c / 3 ** k, 1)"),
    ],
    ("helpers/widgets/policy_triangle.py", "tests/unit/test_widgets.py -k policy"): [
        ("the picture's ring at the exact gradient", "(p + average @ CORNERS)", "(p + self.exact @ CORNERS)"),
        ("the picture's clouds all alike", "s=1000 * chances", "s=1000 / len(chances)"),
        ("the picture's draws are not the policy's", "self.policy[:2], dtype", "[0.3, 0.3], dtype"),
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
            "torch.tensor([0.0, -100.0, -2000.0, -1000.0])",
            "torch.tensor([0.0, 0.0, 0.0, 0.0])",
        ),
        (
            "lesson 11's check divides by the number of parts",
            "math.log(sum(map(len, parts)))",
            "math.log(len(parts))",
        ),
    ],
    ("helpers/exercises/_check.py", "tests/unit/test_checks.py"): [
        (
            "a check keeps the precision of the answer",
            "return value.to(like) if like.is_floating_point() else value",
            "return value",
        ),
        ("a check's own error is told as the learner's", 'said(f"This check broke', 'said(f"Not right yet'),
    ],
    ("helpers/exercises/_check.py", "tests/lessons/test_form.py -k 03"): [
        ("noise of another kind is not named", "if name not in self.NORMAL), None)", "if not name), None)"),
        (
            "known mistakes are told where they nearly fit",
            "{words: mistake(*args) for words",
            "{w: found[w] for w",
        ),
    ],
    ("helpers/exercises/lesson12.py", "tests/lessons/test_form.py -k 12"): [
        (
            "lesson 12's check lets every row have the logits of the first",
            "lambda logits, g: two(logits + g),\n        {",
            "lambda logits, g: two(logits[:1] + g),\n        {",
        ),
        (
            "lesson 12's check takes a kink for smooth",
            "first.diff().abs().max() > LARGEST * STEP**2",
            "first.diff().abs().max() > LARGEST",
        ),
        ("lesson 12's check takes a jump for a kink", "LARGEST * STEP:", "1e9 * STEP:"),
        ("lesson 12's check forgets softmax's derivative", "- (soft @ slopes[j])[:, None]", ""),
        ("lesson 12's check looks at one value", "([2.0, 0.5, 1.0], [-1.0, 0.3, 4.0])", "([2.0, 0.5, 1.0],)"),
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
    ("helpers/widgets/tokens.py", "tests/unit/test_widgets.py"): [
        ("a picked image keeps the tokens of the last one", 'self.tokens = self._own[change["new"]]', "pass"),
        ("the frame of a patch in the wrong place", "divmod(index, columns)", "divmod(index, columns)[::-1]"),
        ("an entry beyond the codebook", "0 <= token < entries", "0 <= token <= entries"),
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
    ("helpers/widgets/jump_and_slide.js", "tests/browser tests/slow/widgets -k jump"): [
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
    ("helpers/widgets/training_replay.js", "tests/browser tests/slow/widgets -k replay"): [
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
    ("helpers/widgets/backprop.js", "tests/slow/widgets/test_backprop.py"): [
        ("factors left blank", "✂\\uFE0E` : factor", '✂\\uFE0E` : ""')
    ],
    ("helpers/widgets/widgets.css", "tests/slow/widgets/test_backprop.py"): [
        (
            "a cut gradient that is not red",
            ".vae-zero.vae-arrow path { fill: var(--vae-red); }",
            ".vae-zero.vae-arrow path { fill: #009e73; }",
        )
    ],
    ("helpers/widgets/jump_and_slide.js", "tests/slow/widgets/test_jump_and_slide.py"): [
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
    ("helpers/widgets/js/page.js", "tests/slow/widgets/test_latent_pad.py"): [
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
    ("helpers/widgets/latent_pad.js", "tests/browser tests/slow/widgets -k pad"): [
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
        ("the second ellipse at three sigma", "[2, [10, 8]]", "[3, [10, 8]]"),
        ("the share of the prior squared", "Math.exp(-(a * a + b * b) / 2)", "Math.exp(-(a * a + b * b))"),
    ],
    ("helpers/widgets/traversals.js", "tests/browser tests/slow/widgets -k traversals"): [
        ("a knob moves the dimension beside its own", "z.with(dimension, values[k])", "z.with(0, values[k])"),
        ("the rows are not decoded again", "resting(drawRows, REST);", ""),
        ("back to the image goes to the first one", 'start(model.get("picked"))', "start(0)"),
        (
            "the bars are those of the first image",
            "sigmas[picked * latent + dimension]",
            "2 * sigmas[dimension]",
        ),
    ],
    ("helpers/widgets/tokens.js", "tests/browser tests/slow/widgets -k tokens"): [
        ("an exchange forgets the one before", 'model.get("tokens").with(', 'own[model.get("picked")].with('),
        ("the token of the first patch exchanged", '.with(model.get("patch"), entry)', ".with(0, entry)"),
        ("the way back keeps the tokens", "tokens: [...own[picked]]", 'tokens: model.get("tokens")'),
        (
            "exchanged patches are not marked",
            'toggle("vae-exchanged", exchanged[i])',
            'remove("vae-exchanged")',
        ),
        (
            "the frame stands in the wrong row",
            "Math.floor(patch / columns) / columns",
            "(patch % columns) / columns",
        ),
        ("a click on a picture picks nothing", "pick(patchAt(inside(canvas, event), columns))", "pick(0)"),
    ],
    ("helpers/widgets/tokens.js", "tests/unit/test_modules.py"): [
        ("a key leads over the edge", "column < 0 || column >= columns || ", ""),
        ("rows and columns of a patch exchanged", "row * columns + column", "column * columns + row"),
        ("the entries in the order of the codebook", "i * size));", "token * size));"),
    ],
    ("helpers/widgets/js/rail.js", "tests/unit/test_modules.py"): [
        ("the bar from mu - sigma to mu", "[mu - sigma, mu + sigma].map", "[mu - sigma, mu].map"),
        ("the bar beyond its rail", "clamp(value, -reach, reach)", "value"),
    ],
    ("helpers/widgets/handwriting.js", "tests/browser tests/slow/widgets -k handwriting"): [
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
    ("helpers/widgets/js/sheet.js", "tests/browser tests/slow/widgets -k handwriting"): [
        ("every button draws", "event.button !== 0 || pointer !== null", "pointer !== null"),
        ("points between two events lost", "(events.length ? events : [event])", "[event]"),
    ],
    ("helpers/widgets/stream.js", "tests/browser tests/slow/widgets -k stream"): [
        ("a stream upside down", "[x, SIDE - y].map", "[x, y].map"),
        ("a stream that only goes forth", "now === last ? -1 : 1", "1"),
        (
            "a point changes its colour on its way",
            "hue = hues(positions(way, points, unit, 0))",
            "hue = hues(positions(way, points, unit, last))",
        ),
        ("the way of the image before", "picked * long, (picked + 1) * long", "0, long"),
        (
            "a drawing that stays on this page",
            'listen(train, "click", () => send({ training: true }))',
            'listen(train, "click", () => send({}))',
        ),
        ("a bar that never moves", "if (progress > 0) bar.value", "if (progress > 1) bar.value"),
    ],
    ("helpers/widgets/stream.py", "tests/unit/test_widgets.py"): [
        ("positions in whole pixels", "(UNIT * path.detach()).round()", "(UNIT * path.detach().round())"),
        (
            "progress told of the first half only",
            "(step + 1) / self._steps)",
            "(step + 1) / 2 / self._steps)",
        ),
        ("a training that fails is shown all the same", 'raise ValueError("nothing is drawn")', "pass"),
    ],
    ("helpers/widgets/attribute_sliders.js", "tests/browser tests/slow/widgets -k attribute"): [
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
            '("bias", "score", "no"),\n    ("bias", "nearest", "yes")',
            '("bias", "score", "yes"),\n    ("bias", "nearest", "no")',
        )
    ],
    ("helpers/figures/map.py", "tests/unit/test_map.py"): [
        ("an arrow through the boxes between", "if left0 == left1:", "if left0 != left1:"),
        (
            "an arrow from the wrong side of a box",
            "left0 + toward * wide0, y",
            "left0 + wide0 - toward * wide0, y",
        ),
        ("a box as high as one row only", "rows=2,", "rows=1,"),
        ("no way from the CDF to the score function", '    ("cdf", "score", "no"),\n', ""),
    ],
    ("helpers/exercises/lesson13.py", "tests/lessons/test_form.py -k 13"): [
        (
            "a flow's check with sigma squared",
            "LogNormal(mu, sigma).log_prob",
            "LogNormal(mu, sigma**2).log_prob",
        ),
        (
            "a coupling layer's check with its shift in the determinant",
            "with_det(lambda first, second, s, t: s(first)),\n        {",
            "with_det(lambda first, second, s, t: s(first) + t(first)),\n        {",
        ),
        (
            "a coupling layer's check that shifts first",
            "z = torch.stack([first, second * s(first).exp() + t(first)], 1)",
            "z = torch.stack([first, (second + t(first)) * s(first).exp()], 1)",
        ),
        (
            "a check that reads only the points",
            "columns(z, log_det(first, second, s, t))",
            "columns(z, s(first))",
        ),
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
        ("the draw not cut off", "z = (mu + epsilon).detach()", "z = mu + epsilon"),
        ("the baseline added", "(f(z) - b) * Normal", "(f(z) + b) * Normal"),
        ("the noise as a variance", "** 2 @ weights).sqrt()", "** 2 @ weights)"),
        (
            "leave-one-out with the draw's own cost",
            "(costs.sum(0) - costs) / (len(costs) - 1)",
            "costs.mean(0)",
        ),
        ("the KL left out", "(beta * kl_divergence(mu, logvar) - surrogate", "(-surrogate"),
        ("the score of a draw that autograd follows", "q.sample((2,)) if credit else q.rsample", "q.rsample"),
        ("scored on the digits of the training", "digits.test[:500]", "digits.train[:500]"),
    ],
    ("08", "tests/lessons/test_definitions.py -k 08"): [
        (
            "the log-variance read as log sigma",
            "q = Normal(mu, torch.exp(0.5 * logvar))",
            "q = Normal(mu, torch.exp(logvar))",
        )
    ],
    ("helpers/widgets/race.js", "tests/browser tests/slow/widgets -k race"): [
        ("uphill", "const move = -lr *", "const move = lr *"),
        ("the baseline never subtracted", 'model.get("baseline") ? cost : 0', "0"),
        ("noise that does not fall with the draws", "noises[i] / Math.sqrt(n)", "noises[i]"),
        ("the pathwise noise for both", "noises[i] / Math.sqrt", "noises[0] / Math.sqrt"),
        ("the same noise at every step", "+ move)], epsilon: normals() });", "+ move)] });"),
        ("the points exchanged", "at[i], x = across(mu)", "at[1 - i], x = across(mu)"),
        ("one draw more than is asked for", ".slice(0, n)", ".slice(0, n + 1)"),
        ("earlier races never shown", "track.keep(); restart();", "restart();"),
    ],
    ("helpers/widgets/race.js", "tests/unit/test_modules.py"): [
        ("a step that falls the other way", "z < 0 ? height : 0", "z > 0 ? height : 0"),
        (
            "a variance for the noise",
            "Math.sqrt(Math.max(0, squares[i] - m * m))",
            "Math.max(0, squares[i] - m * m)",
        ),
    ],
    ("helpers/widgets/race.py", "tests/unit/test_widgets.py"): [
        ("the pathwise estimate for both", ", b)[i].mean().item()", ", b)[0].mean().item()"),
        ("all noise for a step", "epsilon[: self.draws]", "epsilon"),
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
        ("two sliders exchanged", "zip(attributes, vectors)", "zip(attributes, vectors.flip(0))"),
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
            "each image keeps its own z",
            "other = z.roll(1, 0)  # the line",
            "other = z.roll(0, 0)  # the line",
        ),
        (
            "the log-variance read as log sigma",
            "torch.exp(0.5 * logvar) * torch.randn_like(mu)",
            "torch.exp(logvar) * torch.randn_like(mu)",
        ),
        (
            "the floor of free bits as a ceiling",
            "clamp(min=floor).sum()\n\n\njolted",
            "clamp(max=floor).sum()\n\n\njolted",
        ),
        ("annealing in the first quarter", "min(1, 2 * t)", "min(1, 4 * t)"),
        ("large steps for longer", "lr=3e-3, steps=1000", "lr=1e-2, steps=1000"),
        ("the dashed line rises", "D[beta] - beta * (ends - R[beta])", "D[beta] + beta * (ends - R[beta])"),
        (
            "the dial's two rebuilt rows exchanged",
            "for some in (z, z.roll(1, 0))]",
            "for some in (z.roll(1, 0), z)]",
        ),
        ("the dial starts at another beta", "value=1)", "value=3)"),
    ],
    ("10", "tests/lessons/test_definitions.py -k lesson_10"): [
        (
            "the dimensions of z shuffled, not the images",
            "other = z.roll(1, 0)  # the line",
            "other = z.roll(1, 1)  # the line",
        )
    ],
    ("11", ""): [
        ("z = mu without the KL", " - vae.kl_divergence(mu, logvar)", ""),
        ("the variance for sigma in the weights", "torch.exp(0.5 * logvar))", "torch.exp(logvar))"),
        ("no prior in the joint", " + Normal(0, 1).log_prob(z).sum(-1)", ""),
        ("scores on digits of the training", "x = digits.test[:100]", "x = digits.train[:100]"),
        ("the two sheets exchanged", "{name: model.decode(z) for", "{name: B.decode(z) for"),
        (
            "an error without the root of n",
            "d.std() / len(d) ** 0.5\n    print",
            "d.std() / len(d)\n    print",
        ),
        ("A minus B", "d = b - a", "d = a - b"),
        ("the mean of the logarithms for the bound", "iwae(group) for group", "group.mean(0) for group"),
        ("the fitted q narrower, not wider", "curvature / width**2", "curvature * width**2"),
        ("a climb cut short", "[z], steps=100, lr=0.1", "[z], steps=5, lr=0.1"),
        ("the frame on the lower bound", '"B" if d.mean() > 0', '"B" if d.mean() < 0'),
        ("z = mu drawn from the ELBO", "ax.plot(0.5, by_mu[name]", "ax.plot(0.5, elbo[name]"),
    ],
    ("12", "tests/lessons/test_definitions.py -k lesson_12"): [
        ("the value of the soft point, too", "return hard + soft - soft.detach()", "return soft")
    ],
    ("12", ""): [
        ("Gumbel noise with one logarithm", "g = -torch.log(-torch.log(", "g = -torch.log(("),
        ("the temperature multiplied", "(logits + g) / tau", "(logits + g) * tau"),
        ("the exact derivative without its mean", "(value[0] - p @ value)", "value[0]"),
        ("columns of patches for rows", ".transpose(2, 3).reshape(-1, 16, 49)", ".reshape(-1, 16, 49)"),
        ("no straight-through", "z = v + (e - v).detach()", "z = e"),
        ("the codebook does not move", "(v.detach() - e) ** 2 + 0.25", "0.25"),
        ("the exchanges of other digits", "[[9, 9, 9, 4, 5, 10], [", "[[9, 9, 9, 5, 4, 10], ["),
    ],
    ("13", ""): [
        ("the variance of the noise for its deviation", "z[:, 0] ** 2, 0.3)", "z[:, 0] ** 2, 0.09)"),
        ("the log-determinants of a flow added", "log_q = log_q - log_det", "log_q = log_q + log_det"),
        ("the derivative of tanh without its square", "grow * (1 - tanh**2)", "grow * (1 - tanh)"),
        ("L stretches, and the density does not know", "L.diagonal().abs().log().sum()", "torch.zeros(())"),
        ("a full matrix for a triangular one", "y @ L.tril().T", "y @ L.T"),
        ("the slide along w, not across", "torch.stack([-w[1], w[0]])", "torch.stack([w[0], w[1]])"),
        ("rand for randn in the training of q", "push(torch.randn(200, 2)", "push(torch.rand(200, 2)"),
        ("a triangle's area with a sum for the difference", "(x1 * y2 - x2 * y1)", "(x1 * y2 + x2 * y1)"),
        (
            "a gap without the area of a cell",
            "log_prob(grid).sum(1).exp() * area",
            "log_prob(grid).sum(1).exp()",
        ),
        ("one layer fewer on the slider", "push(mesh, flow[:layers])", "push(mesh, flow[: layers - 1])"),
        ("a density coloured by its inverse", "density = log_q.exp().view", "density = (-log_q).exp().view"),
        (
            "colours of the place, not of epsilon",
            "flow[:layers])[0].T, c=colours",
            "flow[:layers])[0].T, c=colours[::-1]",
        ),
    ],
    ("13", "tests/lessons/test_definitions.py -k lesson_13"): [
        (
            "a determinant of the push alone",
            "torch.log(1 + grow * (1 - tanh**2))",
            "torch.log(1 + grow * tanh)",
        ),
        (
            "the diagonal of L without its logarithm",
            "L.diagonal().abs().log().sum()",
            "L.diagonal().abs().sum()",
        ),
        ("the prior of one dimension", "Normal(0, 1).log_prob(z).sum(1)", "Normal(0, 1).log_prob(z)[:, 0]"),
    ],
    ("14", "tests/lessons/test_definitions.py -k lesson_14"): [
        (
            "a schedule whose squares do not sum to 1",
            "return torch.cos(math.pi / 2 * t), torch.sin(math.pi / 2 * t)",
            "return 1 - t, t",
        ),
        ("a walk that goes with the velocity", "a * way[-1] - s * v(", "a * way[-1] + s * v("),
        (
            "a walk that never gets to the end",
            "torch.linspace(1, 1 / steps, steps)",
            "torch.linspace(1, 0.5, steps)",
        ),
        ("ink upside down", ".flip(0).nonzero()", ".nonzero()"),
        ("the best guess without the shares of the humps", "(share * guess).sum(-1)", "guess.mean(-1)"),
        ("humps that do not widen", "+ s[..., None] ** 2", "+ 0 * s[..., None]"),
        ("a step's KL without its half", "prior - 0.5 * (snr[:-1]", "prior - (snr[:-1]"),
        ("a step's KL with the error of the step before", "@ error[1:]", "@ error[:-1]"),
    ],
    ("14", ""): [
        ("the denoiser's target is epsilon, not v", "- (a * epsilon - s * x))", "- epsilon)"),
        ("another image drawn", "[[142, 119, 84]]", "[[61, 119, 84]]"),
        ("a mixture of four", "fit_mixture(seen, 40)", "fit_mixture(seen, 4)"),
        (
            "diffusion that is not scaled back",
            "center + scale * walk(denoiser, noise",
            "center + walk(denoiser, noise",
        ),
    ],
    ("15", ""): [
        (
            "a group of seven, not of eight",
            "torch.multinomial(policy, 8, True",
            "torch.multinomial(policy, 7, True",
        ),
        ("every group counts alike", "average = chance @ estimates", "average = estimates.mean(0)"),
        (
            "no point for all",
            "average_and_noise(advantage, policy, rewards + more)",
            "average_and_noise(advantage, policy, rewards)",
        ),
        ("GRPO in the place of RLOO", '"RLOO": learn(rloo)', '"RLOO": learn(grpo)'),
        ("a step of twice the length", "lr * average_step", "2 * lr * average_step"),
        ("GRPO divides by the variance", "above / R.std(", "above / R.var("),
        ("the entropy as if actions were drawn evenly", "-width @ (p * log_p)", "-width @ (0.5 * log_p)"),
        ("the squashed draws of another mean", "mu = 0.5\n", "mu = 0.0\n"),
    ],
    ("15", "tests/lessons/test_definitions.py -k lesson_15"): [
        (
            "mean-of-all taken for leave-one-out",
            "others = (R.sum(-1, keepdim=True) - R) / (R.shape[-1] - 1)",
            "others = R.mean(-1, keepdim=True)",
        ),
        ("a squashed density without its log-det", "- log_det * log_slope", "- 0 * log_slope"),
        ("noise without the square root", "square().sum(1)).sqrt()", "square().sum(1))"),
    ],
}

MUTANTS = [
    Mutant(idea, file, old, new, run) for (file, run), rows in TABLE.items() for idea, old, new in rows
]
