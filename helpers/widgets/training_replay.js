// TrainingReplay: what a model made of the same images after each epoch. Python recorded it; here it moves.

const SIZE = 800; // pixels of the plane, shown at half that size or less
const BEAT = 600, GLIDE = 300; // ms from epoch to epoch while it plays, and on the way from one to the next

function render({ model, el }) {
  const labels = model.get("_labels"), colours = model.get("_colours"), count = labels.length;
  const epochs = () => model.get("_epochs"), last = () => epochs().length - 1;
  const now = () => epochs().indexOf(model.get("epoch"));

  const plane = element("canvas", { width: SIZE, height: SIZE, className: "vae-picture vae-replayed" });
  plane.setAttribute("role", "img");
  const manifold = picture(model.get("_side"), "", "vae-replayed");
  const play = element("button", { type: "button", textContent: "play" });
  const range = slider("epoch", { min: 0, max: 0, step: 1, value: 0 }, (index) => String(epochs()[index]));
  const status = element("p", { className: "vae-status vae-epoch" });
  const digits = [...new Set(labels)].sort().map((digit) => ({ digit, node: legendButton(digit, colours[digit]) }));
  const legend = element("div", { className: "vae-legend" }, ...digits.map(({ node }) => node));
  legend.setAttribute("role", "group");
  legend.setAttribute("aria-label", "one digit alone");
  const root = element("div", { className: "vae-widget" },
    element("div", { className: "vae-play" }, play, range.node), status,
    element("div", { className: "vae-row" },
      element("div", { className: "vae-replay" }, plane, legend, element("p", { className: "vae-caption", textContent:
        `The posterior means of ${count.toLocaleString("en")} images. Press a digit to see it alone. `
        + "Circles: 1, 2, 3 standard deviations of the prior. Square: the z of the manifold." })),
      element("div", { className: "vae-replay" }, manifold, element("p", { className: "vae-caption", textContent:
        "The manifold: each picture is decoded from its place in the square, z₁ to the right and z₂ upwards. "
        + "The places are even in the prior's probability." }))));
  el.append(root);

  let frames = null; // the codes and pixels of all epochs, once they are unpacked
  let alone = null; // the digit that is shown alone
  let dots = null, pixels = null; // where they are on their way
  let frame = 0, timer = 0;

  const load = async () => {
    const packed = model.get("_sheets"), sheets = await inflate(packed);
    if (packed !== model.get("_sheets") || signal.aborted) return; // newer ones have come
    frames = { count: epochs().length, codes: floats(model.get("_codes")), sheets };
    show();
  };

  const paint = () => {
    const extent = model.get("_extent"), at = (z) => (clamp(z / extent, -1, 1) + 1) * (SIZE / 2 - 8) + 8;
    drawAxes(plane.getContext("2d"), at, extent, model.get("_reach"));
    drawDots(plane.getContext("2d"), at, dots, labels, colours, alone);
    manifold.paint(pixels, 1);
  };

  // Glides to the epoch that is asked for, from wherever the dots are.
  const show = () => {
    if (frames?.count !== epochs().length) return; // not yet
    const index = now(), epoch = model.get("epoch"), score = model.get("_scores")[index];
    range.input.max = last();
    range.set(index);
    status.textContent = `epoch ${epoch}: `
      + (score === null ? "before training" : `held-out −ELBO ${score.toFixed(1)} nats per image`);
    plane.setAttribute("aria-label", `the means at epoch ${epoch}`);
    manifold.setAttribute("aria-label", `the manifold at epoch ${epoch}`);
    const [z, sheet] = [frames.codes, frames.sheets].map((all) => {
      const size = all.length / frames.count;
      return all.subarray(index * size, (index + 1) * size);
    });
    const jumps = !dots || matchMedia("(prefers-reduced-motion: reduce)").matches;
    dots ??= Float32Array.from(z);
    pixels ??= Float32Array.from(sheet);
    const start = performance.now();
    let done = 0;
    const step = (time) => {
      const part = jumps ? 1 : clamp((time - start) / GLIDE, 0, 1), share = (part - done) / (1 - done);
      done = part;
      approach(dots, z, share);
      approach(pixels, sheet, share);
      paint();
      if (part < 1) frame = requestAnimationFrame(step);
    };
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(step);
  };

  const stop = () => {
    clearInterval(timer);
    timer = 0;
    play.textContent = "play";
    status.setAttribute("aria-live", "polite");
  };
  const go = (index) => {
    model.set("epoch", epochs()[Math.min(index, last())]);
    model.save_changes();
    if (index >= last()) stop();
  };
  const playOrPause = () => {
    if (timer) return stop();
    timer = setInterval(() => go(now() + 1), BEAT);
    play.textContent = "pause";
    status.setAttribute("aria-live", "off"); // or a screen reader would be told of each epoch
    go(now() === last() ? 0 : now() + 1);
  };

  const controller = new AbortController(), { signal } = controller;
  keepKeys(root, signal);
  play.addEventListener("click", playOrPause, { signal });
  range.input.addEventListener("input", () => {
    stop();
    go(Number(range.input.value));
  }, { signal });
  for (const { digit, node } of digits) {
    node.addEventListener("click", () => {
      alone = alone === digit ? null : digit;
      for (const other of digits) other.node.setAttribute("aria-pressed", other.digit === alone);
      if (dots) paint();
    }, { signal });
  }
  follow(model, { epoch: show, _sheets: load }, signal);
  stop();
  load();
  return () => {
    stop();
    cancelAnimationFrame(frame);
    controller.abort();
    root.remove();
  };
}

// Moves numbers a share of the way to others.
function approach(now, target, share) {
  for (let i = 0; i < now.length; i++) now[i] = share === 1 ? target[i] : now[i] + share * (target[i] - now[i]);
}

async function inflate(view) {
  const stream = new Blob([view]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function legendButton(digit, colour) {
  const swatch = element("span");
  swatch.style.background = colour;
  const node = element("button", { type: "button" }, swatch, String(digit));
  node.setAttribute("aria-pressed", "false");
  return node;
}

// Circles of the prior, the square of the manifold and the numbers of both axes. at(z): where on the canvas.
function drawAxes(context, at, extent, reach) {
  Object.assign(context, { fillStyle: "#fff", strokeStyle: "#767676", lineWidth: 2 });
  context.fillRect(0, 0, SIZE, SIZE);
  context.strokeRect(at(-reach), at(-reach), at(reach) - at(-reach), at(reach) - at(-reach));
  circlesOfPrior(context, at(0), at(1) - at(0));
  Object.assign(context, { fillStyle: "#595959", font: "28px system-ui, sans-serif", textAlign: "center" });
  const most = Math.floor(extent - 0.6); // none in the corners
  for (let tick = -most; tick <= most; tick++) {
    context.fillText(tick, at(tick), SIZE - 12);
    context.fillText(tick, 24, at(-tick) + 10);
  }
}

// The codes, the digit that is alone above all others; what is beyond the plane stands at its edge.
function drawDots(context, at, codes, labels, colours, alone) {
  const dot = (i, opacity) => {
    Object.assign(context, { globalAlpha: opacity, fillStyle: colours[labels[i]] });
    context.beginPath();
    context.arc(at(codes[2 * i]), at(-codes[2 * i + 1]), 6, 0, 2 * Math.PI);
    context.fill();
  };
  labels.forEach((label, i) => { if (label !== alone) dot(i, alone === null ? 0.85 : 0.12); });
  labels.forEach((label, i) => { if (label === alone) dot(i, 1); });
  context.globalAlpha = 1;
}

export default { render };
