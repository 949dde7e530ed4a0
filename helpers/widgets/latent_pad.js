// A square of latent space. Every pointer or key event decodes and paints here, in the browser.

const SIZE = 800; // pixels of the drawing, shown at half that size or less

function render({ model, el }) {
  const stop = new AbortController();
  const listen = (node, event, call, options = {}) =>
    node.addEventListener(event, call, { ...options, signal: stop.signal });
  const data = readData(model), decode = network(model.get("_layers"), model.get("_weights"));

  // -- what stands on the page
  const plane = element("canvas", { width: SIZE, height: SIZE });
  const marks = element("canvas", { width: SIZE, height: SIZE, tabIndex: 0 });
  marks.setAttribute("role", "application");
  marks.setAttribute("aria-roledescription", "two-dimensional slider");
  marks.setAttribute("aria-label", "latent space: drag, or use the arrow keys, with shift for small steps; "
    + "home goes to the centre, enter picks the nearest image, escape lets go of it");
  const square = element("div", { className: "vae-plane" }, plane, marks);

  const decoded = picture(decode.side, "the picture decoded from z", "vae-decoded");
  const where = element("p", { className: "vae-caption" });
  const original = picture(decode.side, "the picked image", "vae-half");
  const rebuilt = picture(decode.side, "its reconstruction", "vae-half");
  const again = element("button", { type: "button", textContent: "draw ε again", disabled: true });
  const about = element("p", { className: "vae-caption vae-two-lines" });
  const chosen = element("div", {}, element("div", { className: "vae-row vae-close" }, original, rebuilt),
    about, again);
  original.hidden = !data.images.length;
  chosen.hidden = !data.count;
  again.hidden = !data.sigmas.length; // no posterior, no dice
  const side = element("div", { className: "vae-beside-plane" }, decoded, where, chosen);

  const sliders = ["z₁", "z₂"].map((name, axis) => {
    const range = slider(name, { min: -data.extent, max: data.extent, step: 0.01, value: model.get("z")[axis] });
    listen(range.input, "input", () => {
      const z = [...model.get("z")];
      z[axis] = Number(range.input.value);
      model.set("z", z);
      model.save_changes();
    });
    return range;
  });
  const status = element("p", { className: "vae-status vae-two-lines-high" });
  status.setAttribute("aria-live", "polite");
  const root = element("div", { className: "vae-widget" }, element("div", { className: "vae-row" }, square, side),
    ...sliders.map((range) => range.node), status);
  keepKeys(root, stop.signal);
  el.append(root);

  // -- from the model to the page
  const overlay = marks.getContext("2d");
  let telling = 0;

  function showZ() {
    const z = model.get("z");
    decoded.paint(decode(z));
    where.textContent = `z = ${pair(z)}, decoded`;
    sliders.forEach((range, axis) => range.set(z[axis]));
    showMarks();
    tell();
  }

  function tell() { // screen readers are told once the point rests
    clearTimeout(telling);
    telling = setTimeout(() => { status.textContent = describe(model, data); }, 300);
  }

  function showMarks() {
    overlay.clearRect(0, 0, SIZE, SIZE);
    const drawn = model.get("drawn"), picked = model.get("picked");
    if (drawn.length) posterior(overlay, data, drawn, BLUE);
    if (picked !== null && data.count) {
      const at = parameters(data, picked);
      posterior(overlay, data, at, "#111");
      if (data.sigmas.length) dot(overlay, data, sample(at, model.get("epsilon")), 9, RED);
    }
    ring(overlay, data, model.get("z"));
  }

  function showPicked() {
    const picked = model.get("picked");
    again.disabled = picked === null || !data.sigmas.length;
    if (picked === null || !data.count) {
      original.paint(new Float32Array(decode.outputs));
      rebuilt.paint(new Float32Array(decode.outputs));
      about.textContent = "click a digit on the pad";
    } else {
      const at = parameters(data, picked), epsilon = model.get("epsilon");
      if (data.images.length) {
        original.paint(data.images.subarray(picked * decode.outputs, (picked + 1) * decode.outputs), 1);
      }
      rebuilt.paint(decode(sample(at, epsilon)));
      const what = data.labels.length ? `a ${data.labels[picked]}` : `image ${picked}`;
      about.textContent = `${what}, reconstructed`
        + (data.sigmas.length ? ` with\nε = ${pair(epsilon)}` : "");
      original.setAttribute("aria-label", `the picked image: ${what}`);
      rebuilt.setAttribute("aria-label", `${what}, reconstructed`);
    }
    tell();
    showMarks();
  }

  // -- from the page to the model
  function move(z) {
    model.set("z", z.map((value) => clamp(value, -data.extent, data.extent)));
    model.save_changes();
  }

  function pick(index) {
    model.set("epsilon", [0, 0]);
    model.set("picked", index);
    if (index !== null) model.set("z", [...parameters(data, index).slice(0, 2)]);
    model.save_changes();
  }

  function fromPointer(event) {
    const box = marks.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width * 2 - 1) * data.extent,
      (1 - (event.clientY - box.top) / box.height * 2) * data.extent];
  }

  let pressed = null; // the pointer that went down, and where, until it goes up; one at a time
  const isPressed = (event) => event.pointerId === pressed?.id;
  listen(marks, "pointerdown", (event) => {
    if (event.button !== 0 || !event.isPrimary || pressed) return;
    marks.setPointerCapture(event.pointerId);
    marks.focus({ preventScroll: true });
    pressed = { id: event.pointerId, x: event.clientX, y: event.clientY, moved: false,
      slack: event.pointerType === "touch" ? 10 : 4 }; // pixels: a finger is never quite still
    move(fromPointer(event));
    event.preventDefault();
  });
  listen(marks, "pointermove", (event) => {
    if (!isPressed(event)) return;
    if (!(event.buttons & 1)) { pressed = null; return; } // it went up where we could not see it
    pressed.moved ||= Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > pressed.slack;
    if (pressed.moved) move(fromPointer(event));
  });
  listen(marks, "pointerup", (event) => {
    if (!isPressed(event)) return;
    const { moved, slack } = pressed;
    pressed = null;
    if (moved || !data.count) return;
    const reach = (8 + slack) / marks.getBoundingClientRect().width * 2 * data.extent; // 12 or 18 pixels
    const { index, distance } = nearest(data, fromPointer(event));
    if (distance <= reach) pick(index);
  });
  for (const lost of ["pointercancel", "lostpointercapture"]) {
    listen(marks, lost, (event) => { if (isPressed(event)) pressed = null; });
  }

  listen(marks, "keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || (event.key === "Enter" && event.shiftKey)) return;
    const step = event.shiftKey ? 0.01 : 0.1;
    const [a, b] = model.get("z");
    const moves = { ArrowLeft: [a - step, b], ArrowRight: [a + step, b], ArrowUp: [a, b + step],
      ArrowDown: [a, b - step], Home: [0, 0] };
    if (event.key in moves) move(moves[event.key]);
    else if (event.key === "Enter" && data.count) pick(nearest(data, [a, b]).index);
    else if (event.key === "Escape") pick(null);
    else return;
    event.preventDefault();
  });
  listen(again, "click", () => {
    model.set("epsilon", normalPair());
    model.save_changes();
  });

  follow(model, { z: showZ, picked: showPicked, epsilon: showPicked, drawn: showMarks }, stop.signal);
  drawPlane(plane.getContext("2d"), data);
  showPicked();
  showZ();

  return () => {
    stop.abort();
    clearTimeout(telling);
    root.remove();
  };
}

// -- data -------------------------------------------------------------------------------------

function readData(model) {
  const means = floats(model.get("_means"));
  return { means, sigmas: floats(model.get("_sigmas")), labels: model.get("_labels"),
    images: bytesOf(model.get("_images")), count: means.length / 2, extent: model.get("extent"),
    prior: model.get("_prior"), colours: model.get("_colours") };
}

// [mu1, mu2, sigma1, sigma2] of one mean; the sigmas are 0 where there are none.
function parameters(data, index) {
  const i = 2 * index;
  return [data.means[i], data.means[i + 1], data.sigmas[i] ?? 0, data.sigmas[i + 1] ?? 0];
}

const sample = ([mu1, mu2, sigma1, sigma2], epsilon) => [mu1 + sigma1 * epsilon[0], mu2 + sigma2 * epsilon[1]];

function nearest(data, [a, b]) {
  let index = -1, best = Infinity;
  for (let i = 0; i < data.count; i++) {
    const square = (data.means[2 * i] - a) ** 2 + (data.means[2 * i + 1] - b) ** 2;
    if (square < best) [index, best] = [i, square];
  }
  return { index, distance: Math.sqrt(best) };
}

const pair = ([a, b]) => `(${a.toFixed(2)}, ${b.toFixed(2)})`;

// Where one is, in words.
function describe(model, data) {
  const [a, b] = model.get("z");
  const words = [`z = ${pair([a, b])}`], picked = model.get("picked");
  if (data.prior) {
    const beyond = 100 * Math.exp(-(a * a + b * b) / 2); // the share of N(0, I) that is farther out
    words.push(`${beyond >= 1 ? beyond.toFixed(0) : beyond.toFixed(2)} % of the prior lies farther out`);
  }
  if (data.count && data.labels.length) words.push(`nearest image: a ${data.labels[nearest(data, [a, b]).index]}`);
  if (picked !== null) {
    words.push(`picked: ${data.labels.length ? `a ${data.labels[picked]}` : `image ${picked}`}, `
      + `reconstructed with ε = ${pair(model.get("epsilon"))}`);
  }
  return words.join("; ");
}

// -- drawing ----------------------------------------------------------------------------------

const toPixels = (data, [a, b]) => [(a / data.extent + 1) * SIZE / 2, (1 - b / data.extent) * SIZE / 2];

function drawPlane(context, data) {
  const unit = SIZE / 2 / data.extent, centre = SIZE / 2;
  context.fillStyle = "#fff";
  context.fillRect(0, 0, SIZE, SIZE);
  if (data.prior) {
    const shade = context.createRadialGradient(centre, centre, 0, centre, centre, 4 * unit);
    for (let i = 0; i <= 16; i++) { // the density of N(0, I), as grey
      shade.addColorStop(i / 16, `rgba(90, 110, 140, ${(0.38 * Math.exp(-((i / 4) ** 2) / 2)).toFixed(4)})`);
    }
    context.fillStyle = shade;
    context.fillRect(0, 0, SIZE, SIZE);
  }
  context.font = "22px system-ui, sans-serif";
  context.fillStyle = context.strokeStyle = "#595959";
  context.lineWidth = 1.5;
  const apart = Math.max(1, Math.round(data.extent / 5)); // about ten ticks at most
  for (let tick = -Math.ceil(data.extent / apart) * apart + apart; tick < data.extent; tick += apart) {
    const [x, y] = toPixels(data, [tick, tick]);
    context.beginPath();
    context.moveTo(x, SIZE), context.lineTo(x, SIZE - 10), context.moveTo(0, y), context.lineTo(10, y);
    context.stroke();
    context.textAlign = "center";
    if (tick) context.fillText(tick, x, SIZE - 16);
    context.textAlign = "left";
    if (tick) context.fillText(tick, 16, y + 8);
  }
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.font = "bold 19px system-ui, sans-serif";
  for (let i = 0; i < data.count; i++) {
    const [x, y] = toPixels(data, parameters(data, i));
    const label = data.labels[i] ?? "·";
    context.fillStyle = data.colours[data.labels[i] ?? 0];
    context.fillText(label, x, y);
  }
  if (data.prior) {
    context.setLineDash([4, 8]);
    for (const radius of [1, 2, 3]) {
      context.beginPath();
      context.arc(centre, centre, radius * unit, 0, 2 * Math.PI);
      context.stroke();
    }
    context.setLineDash([]);
  }
}

// The ellipses of one and two sigma around a mean, and the mean.
function posterior(context, data, at, colour) {
  const [x, y] = toPixels(data, at), unit = SIZE / 2 / data.extent;
  for (const [times, dash] of [[1, []], [2, [10, 8]]]) {
    if (!at[2]) continue;
    for (const [width, style] of [[8, "#fff"], [4, colour]]) { // a white edge, to be seen on digits
      context.setLineDash(style === colour ? dash : []);
      context.lineWidth = width;
      context.strokeStyle = style;
      context.beginPath();
      context.ellipse(x, y, Math.max(2, times * at[2] * unit), Math.max(2, times * at[3] * unit), 0, 0, 2 * Math.PI);
      context.stroke();
    }
  }
  context.setLineDash([]);
  dot(context, data, at, 7, colour);
}

function dot(context, data, at, radius, colour) {
  context.beginPath();
  context.arc(...toPixels(data, at), radius, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.strokeStyle = "#fff";
  context.lineWidth = 3;
  context.fill();
  context.stroke();
}

function ring(context, data, z) {
  const [x, y] = toPixels(data, z).map((value) => clamp(value, 0, SIZE)); // at the edge if z is beyond
  for (const [width, style] of [[9, "#fff"], [4, "#111"]]) { // wide enough for a small posterior in it
    context.lineWidth = width;
    context.strokeStyle = style;
    context.beginPath();
    context.arc(x, y, 26, 0, 2 * Math.PI);
    context.stroke();
  }
}

export default { render };
