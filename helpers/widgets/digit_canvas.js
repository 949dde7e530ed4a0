// A sheet to draw a digit on. The drawing becomes a digit as MNIST's were made, and goes to Python.

const SHEET = 280; // the sheet's side: ten pixels for each pixel of a digit
const SIDE = 28, LONGER = 20; // a digit's side, and the longer side of its ink
const CENTRE = 14.5; // where MNIST's digits have their centre of mass: the middle of pixel 14, counted from 0
const NUDGE = 0.05; // in pixels of a digit
const PEN = 22; // on the sheet
const LINE = 2.4; // the median width of the lines in MNIST, in pixels of a digit
const PAUSE = 150; // ms between two readings of a drawing that goes on
const STEP = 10; // of the pen that is moved with the arrow keys
const PATIENCE = 1500; // ms before a missing answer is spoken of
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// -- from ink to a digit -----------------------------------------------------------------------

// Ink, side x side numbers from 0 to 1, as a digit: 28 x 28 bytes of 0 or 1, as MNIST was made.
// The box around the ink is scaled, its ratio kept, until its longer side is 20 pixels. Then it moves by
// whole pixels, which brings its centre of mass to the centre; it stops where ink would be cut off.
// A pixel is 1 where the mean of its ink is above 0.5.
function asDigit(ink, side) {
  const digit = new Uint8Array(SIDE * SIDE);
  const box = around(ink, side);
  if (!box) return digit;
  const size = Math.max(box.right - box.left, box.bottom - box.top) / LONGER; // of a pixel, in the ink
  const left = start(box.left, box.right, box.x, size), top = start(box.top, box.bottom, box.y, size);
  const upTo = sums(ink, side);
  for (let i = 0, row = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++, i++) {
      const x = left + column * size, y = top + row * size;
      const total = upTo(x + size, y + size) - upTo(x, y + size) - upTo(x + size, y) + upTo(x, y);
      digit[i] = total / (size * size) > 0.5 ? 1 : 0;
    }
  }
  return digit;
}

// Where a digit begins in the ink, along one axis. The box keeps to the pixels, as in MNIST, so that its
// edges stay sharp. A box in balance would be half a pixel from either place: NUDGE settles it, since
// otherwise a drawing as even as a 0 would jump to and fro.
function start(first, last, mass, size) {
  const room = SIDE - Math.ceil((last - first) / size - 1e-9);
  const place = Math.round(CENTRE - (mass - first) / size - NUDGE);
  return first - clamp(place, 0, room) * size;
}

// The box around the ink and its centre of mass; null where there is no ink.
function around(ink, side) {
  let left = side, right = 0, top = side, bottom = 0, total = 0, x = 0, y = 0;
  for (let i = 0, row = 0; row < side; row++) {
    for (let column = 0; column < side; column++, i++) {
      const value = ink[i];
      total += value;
      x += value * (column + 0.5);
      y += value * (row + 0.5);
      if (value < 0.5) continue; // the soft edge of a line is not its box
      left = Math.min(left, column);
      right = Math.max(right, column + 1);
      top = Math.min(top, row);
      bottom = row + 1;
    }
  }
  return right ? { left, right, top, bottom, x: x / total, y: y / total } : null;
}

// upTo(x, y): all ink left of x and above y, exact for fractions of a pixel too.
function sums(ink, side) {
  const table = new Float64Array((side + 1) * (side + 1));
  for (let row = 0; row < side; row++) {
    for (let column = 0, line = 0; column < side; column++) {
      line += ink[row * side + column];
      table[(row + 1) * (side + 1) + column + 1] = table[row * (side + 1) + column + 1] + line;
    }
  }
  return (x, y) => {
    x = clamp(x, 0, side);
    y = clamp(y, 0, side);
    const column = Math.min(side - 1, Math.floor(x)), row = Math.min(side - 1, Math.floor(y));
    const a = x - column, b = y - row, i = row * (side + 1) + column, j = i + side + 1;
    return (1 - b) * ((1 - a) * table[i] + a * table[i + 1]) + b * ((1 - a) * table[j] + a * table[j + 1]);
  };
}

// -- strokes -----------------------------------------------------------------------------------

// A stroke is a list of points; the curve goes through the middles between them.
function trace(context, strokes, width) {
  Object.assign(context, { lineWidth: width, lineCap: "round", lineJoin: "round", strokeStyle: "#000" });
  for (const points of strokes) {
    const [first] = points, last = points[points.length - 1];
    context.beginPath();
    context.moveTo(first[0], first[1]);
    for (let i = 1; i < points.length - 1; i++) {
      const [x, y] = points[i], [nextX, nextY] = points[i + 1];
      context.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
    }
    context.lineTo(last[0] + 0.01, last[1]); // a line of no length would draw nothing, not a dot
    context.stroke();
  }
}

// Places the strokes in the middle of the sheet, at one size, so that the pen is MNIST's whatever
// the size of the drawing.
function fit(context, strokes) {
  const points = strokes.flat(), xs = points.map(([x]) => x), ys = points.map(([, y]) => y);
  const low = [xs, ys].map((a) => a.reduce((b, c) => Math.min(b, c)));
  const high = [xs, ys].map((a) => a.reduce((b, c) => Math.max(b, c)));
  const longer = Math.max(high[0] - low[0], high[1] - low[1], 1);
  const unit = SHEET / SIDE, zoom = ((LONGER - LINE) * unit) / longer;
  context.translate(SHEET / 2, SHEET / 2);
  context.scale(zoom, zoom);
  context.translate(-(low[0] + high[0]) / 2, -(low[1] + high[1]) / 2);
  return (LINE * unit) / zoom; // the pen
}

// A digit, enlarged to the whole sheet.
function enlarge(context, digit) {
  const size = SHEET / SIDE;
  context.fillStyle = "#000";
  digit.forEach((ink, i) => {
    if (ink) context.fillRect((i % SIDE) * size, Math.floor(i / SIDE) * size, size, size);
  });
}

// base: a digit that was taken, under the strokes; its lines have their width already.
function read(context, base, strokes) {
  context.canvas.width = SHEET; // empties it, and takes the last placing back
  enlarge(context, base);
  if (strokes.length) trace(context, strokes, base.length ? LINE * (SHEET / SIDE) : fit(context, strokes));
  const { data } = context.getImageData(0, 0, SHEET, SHEET);
  const ink = new Float32Array(SHEET * SHEET);
  for (let i = 0; i < ink.length; i++) ink[i] = data[4 * i + 3] / 255; // how opaque it is
  return asDigit(ink, SHEET);
}

// -- the widget --------------------------------------------------------------------------------

const NOTHING = new Uint8Array(0);
const same = (a, b) => a.length === b.length && a.every((value, i) => value === b[i]);
const numbers = (values) => `(${values.map((v) => v.toFixed(2).replace(/^-0\.00$/, "0.00")).join(", ")})`;

function sheet() {
  const sharp = Math.max(1, Math.round(devicePixelRatio));
  const canvas = element("canvas", { className: "vae-picture vae-sheet", width: SHEET * sharp,
    height: SHEET * sharp, tabIndex: 0 });
  canvas.setAttribute("role", "application"); // so that a screen reader passes the arrow keys on
  canvas.setAttribute("aria-label", "sheet to draw a digit on, with the pointer or with keys: "
    + "arrow keys move the pen, space puts it down or lifts it");
  return { canvas, context: canvas.getContext("2d"), sharp };
}

function hint(context) {
  Object.assign(context, { fillStyle: "#6b6b6b", font: "15px system-ui, sans-serif", textAlign: "center" });
  context.fillText("draw a digit here", SHEET / 2, SHEET / 2);
}

function penMark(context, { x, y, down }) {
  context.beginPath();
  context.arc(x, y, PEN / 2, 0, 2 * Math.PI);
  Object.assign(context, { lineWidth: 3, strokeStyle: BLUE, fillStyle: BLUE });
  if (down) context.fill();
  else context.stroke();
}

// Buttons with pictures of digits; take(digit) is called with the one that is pressed.
function shelf(examples, labels, take, signal) {
  const count = examples.length / SIDE ** 2;
  const buttons = Array.from({ length: count }, (_, i) => {
    const digit = examples.slice(i * SIDE ** 2, (i + 1) * SIDE ** 2);
    const face = picture(SIDE, "", "vae-face");
    face.setAttribute("aria-hidden", "true");
    face.paint(digit);
    const button = element("button", { type: "button" }, face);
    button.setAttribute("aria-label", `take the ${labels[i]}, digit ${i + 1} of ${count}`);
    button.title = button.getAttribute("aria-label");
    button.addEventListener("click", () => take(digit), { signal });
    return { button, digit };
  });
  const words = "Or take one of these:";
  const node = element("div", { className: "vae-shelf" },
    element("p", { className: "vae-caption", textContent: words }),
    element("div", {}, ...buttons.map(({ button }) => button)));
  node.setAttribute("role", "group");
  node.setAttribute("aria-label", words);
  return { node, show: (digit) => buttons.forEach((b) =>
    b.button.setAttribute("aria-pressed", String(same(b.digit, digit)))) };
}

function render({ model, el }) {
  const abort = new AbortController(), { signal } = abort;
  const { canvas, context, sharp } = sheet();
  const desk = element("canvas", { width: SHEET, height: SHEET }) // where a drawing is read, out of sight
    .getContext("2d", { willReadFrequently: true });
  const small = picture(SIDE, "the digit that the encoder reads", "vae-read");
  const clear = element("button", { type: "button", textContent: "Clear" });
  const status = element("p", { className: "vae-status vae-two-lines-high" });
  status.setAttribute("aria-live", "polite");

  let base = NOTHING, strokes = []; // what is on the sheet
  let stroke = null, pointer = null; // what is being drawn, and by which pointer
  let digit = NOTHING; // what was read last
  let readAt = -Infinity, answered = true, waiting;
  const pen = { x: SHEET / 2, y: SHEET / 2, down: false, shown: false };
  const encode = model.get("_layers") && network(model.get("_layers"), model.get("_weights")); // an exported page's
  const examples = bytesOf(model.get("_examples"));
  const { node: taken, show } = shelf(examples, model.get("_labels"),
    (chosen) => { place(chosen); send(chosen); }, signal);

  const paint = () => {
    context.setTransform(sharp, 0, 0, sharp, 0, 0);
    context.fillStyle = "#fff";
    context.fillRect(0, 0, SHEET, SHEET);
    enlarge(context, base);
    trace(context, strokes, PEN);
    if (!base.length && !strokes.length && !pen.shown) hint(context);
    if (pen.shown) penMark(context, pen);
  };
  const place = (pixels) => { // a digit that was not drawn by hand
    base = pixels;
    strokes = [];
    stroke = pointer = null;
    pen.down = false;
    showDigit(pixels);
    paint();
  };
  const showDigit = (pixels) => {
    digit = pixels;
    small.paint(pixels.length ? pixels : new Uint8Array(SIDE * SIDE));
    show(pixels);
  };
  const send = (pixels) => {
    showDigit(pixels);
    answered = false;
    clearTimeout(waiting);
    waiting = setTimeout(tell, PATIENCE);
    model.set("image", new DataView(pixels.slice().buffer));
    if (encode) answer(pixels);
    model.save_changes();
    if (!pixels.length) tell();
  };
  const answer = (pixels) => { // without a kernel
    const said = pixels.length ? encode(pixels) : NOTHING, latent = said.length / 2;
    model.set("mu", Array.from(said.slice(0, latent)));
    model.set("sigma", Array.from(said.slice(latent), (logvar) => Math.exp(logvar / 2)));
    model.set("_answers", model.get("_answers") + 1);
    const pad = model.get("_pad"); // on a page that shows it too
    pad?.set("drawn", [...model.get("mu"), ...model.get("sigma")]);
    if (latent) pad?.set("z", model.get("mu"));
  };
  const settle = () => { // read the drawing
    readAt = performance.now();
    const found = read(desk, base, strokes);
    if (!same(found, digit)) send(found);
  };
  const settleNowAndThen = () => { if (performance.now() - readAt >= PAUSE) settle(); };

  const tell = () => {
    const text = words();
    if (status.textContent !== text) status.textContent = text; // a screen reader reads each change
  };
  const words = () => {
    if (!digit.length) return "Draw a digit";
    if (!answered) return "No answer from the encoder yet: it runs in Python.";
    if (model.get("message")) return model.get("message");
    const mu = model.get("mu"), sigma = model.get("sigma");
    return mu.length > 3 ? "encoded" : `the encoder says mu = ${numbers(mu)}, sigma = ${numbers(sigma)}`;
  };
  const showImage = () => {
    const pixels = bytesOf(model.get("image"));
    if (same(pixels, digit)) return; // drawn here
    place(pixels);
    tell();
  };
  const hear = () => { answered = true; clearTimeout(waiting); tell(); };

  // The pointer.
  const point = (event) => {
    const box = canvas.getBoundingClientRect(), zoom = SHEET / canvas.clientWidth;
    return [(event.clientX - box.left - canvas.clientLeft) * zoom,
      (event.clientY - box.top - canvas.clientTop) * zoom];
  };
  const listen = (node, name, call) => node.addEventListener(name, call, { signal });
  listen(canvas, "pointerdown", (event) => {
    if (event.button !== 0 || pointer !== null) return; // one finger draws
    canvas.setPointerCapture(event.pointerId);
    pointer = event.pointerId;
    pen.shown = pen.down = false;
    strokes.push(stroke = [point(event)]);
    readAt = performance.now();
    paint();
  });
  listen(canvas, "pointermove", (event) => {
    if (event.pointerId !== pointer || !stroke) return;
    const events = event.getCoalescedEvents?.() ?? [];
    stroke.push(...(events.length ? events : [event]).map(point));
    paint();
    settleNowAndThen();
  });
  const lift = (event) => {
    if (event.pointerId !== pointer) return;
    pointer = stroke = null;
    settle();
  };
  listen(canvas, "pointerup", lift);
  listen(canvas, "pointercancel", lift);

  // The keyboard.
  listen(canvas, "keydown", (event) => {
    const way = ARROWS[event.key];
    if (pointer !== null || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!way && event.key !== " ") return;
    event.preventDefault(); // the page does not scroll
    pen.shown = true;
    if (way) {
      pen.x = clamp(pen.x + STEP * way[0], 0, SHEET);
      pen.y = clamp(pen.y + STEP * way[1], 0, SHEET);
    } else if (!event.repeat) {
      pen.down = !pen.down;
      stroke = null;
    }
    if (pen.down) {
      if (!stroke) strokes.push(stroke = []);
      stroke.push([pen.x, pen.y]);
    }
    paint();
    if (pen.down) settleNowAndThen();
  });
  listen(canvas, "keyup", (event) => { if (pen.down && (ARROWS[event.key] || event.key === " ")) settle(); });
  listen(canvas, "focus", () => { pen.shown = canvas.matches(":focus-visible"); paint(); });
  listen(canvas, "blur", () => {
    pen.shown = pen.down = false;
    if (pointer === null) stroke = null;
    paint();
  });
  listen(clear, "click", () => { place(NOTHING); send(NOTHING); });

  const how = element("p", { className: "vae-caption",
    textContent: "Mouse or finger. Keys: arrows move the pen, space puts it down or lifts it." });
  const drawing = element("div", { className: "vae-drawing" }, canvas, status, how);
  const name = element("p", { className: "vae-caption",
    textContent: "What the encoder reads: 28 × 28 pixels" });
  const reading = element("div", { className: "vae-row vae-reading" }, element("div", {}, small, name), clear);
  const row = element("div", { className: "vae-row" }, drawing, reading);
  if (examples.length) row.append(taken);
  const root = element("div", { className: "vae-widget" }, row);
  keepKeys(root, signal);
  el.append(root);

  place(bytesOf(model.get("image")));
  tell();
  follow(model, { image: showImage, _answers: hear }, signal);
  return () => {
    abort.abort();
    clearTimeout(waiting);
    root.remove();
  };
}

export default { render };
