// A sheet to draw a digit on. The drawing becomes a digit as MNIST's were made, and goes to Python.

import { LONGER, SIDE, asDigit } from "./js/digit.js";
import { network } from "./js/network.js";
import { bytesOf, clamp, plain } from "./js/numbers.js";
import { BLUE, button, caption, element, inside, mount, picture, statusLine } from "./js/page.js";

const SHEET = 280; // the sheet's side: ten pixels for each pixel of a digit
const PEN = 22; // on the sheet
const LINE = 2.4; // the median width of the lines in MNIST, in pixels of a digit
const PAUSE = 150; // ms between two readings of a drawing that goes on
const STEP = 10; // of the pen that is moved with the arrow keys
const PATIENCE = 1500; // ms before a missing answer is spoken of
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

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
const numbers = (values) => `(${values.map((v) => plain(v)).join(", ")})`;

function sheet() {
  const sharp = Math.max(1, Math.round(devicePixelRatio));
  const canvas = element("canvas", { className: "vae-picture vae-sheet", width: SHEET * sharp,
    height: SHEET * sharp, tabIndex: 0, role: "application", // so that a screen reader passes the arrow keys on
    ariaLabel: "sheet to draw a digit on, with the pointer or with keys: "
      + "arrow keys move the pen, space puts it down or lifts it" });
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

// Buttons with pictures of digits: {node, buttons, show}.
function shelf(examples, labels) {
  const count = examples.length / SIDE ** 2;
  const buttons = Array.from({ length: count }, (_, i) => {
    const digit = examples.slice(i * SIDE ** 2, (i + 1) * SIDE ** 2);
    const face = Object.assign(picture(SIDE, "", "vae-face"), { ariaHidden: "true" });
    face.paint(digit);
    const title = `take the ${labels[i]}, digit ${i + 1} of ${count}`;
    return { digit, node: element("button", { type: "button", title, ariaLabel: title }, face) };
  });
  const words = "Or take one of these:";
  const node = element("div", { className: "vae-shelf", role: "group", ariaLabel: words },
    caption(words), element("div", {}, ...buttons.map((each) => each.node)));
  return { node, buttons, show: (digit) => {
    for (const each of buttons) each.node.ariaPressed = String(same(each.digit, digit));
  } };
}

function render({ model, el }) {
  const { canvas, context, sharp } = sheet();
  const desk = element("canvas", { width: SHEET, height: SHEET }) // where a drawing is read, out of sight
    .getContext("2d", { willReadFrequently: true });
  const small = picture(SIDE, "the digit that the encoder reads", "vae-read");
  const clear = button("Clear"), status = statusLine("vae-two-lines-high");
  const encode = model.get("_layers") && network(model.get("_layers"), model.get("_weights")); // an exported page's
  const examples = shelf(bytesOf(model.get("_examples")), model.get("_labels"));

  let base = NOTHING, strokes = []; // what is on the sheet
  let stroke = null, pointer = null; // what is being drawn, and by which pointer
  let digit = NOTHING; // what was read last
  let readAt = -Infinity, answered = true;
  const pen = { x: SHEET / 2, y: SHEET / 2, down: false, shown: false };

  return mount({ model, el }, ({ listen, follow, send, timer, frames }) => {
    const waiting = timer(), painting = frames();
    const paint = () => painting(() => {
      context.setTransform(sharp, 0, 0, sharp, 0, 0);
      context.fillStyle = "#fff";
      context.fillRect(0, 0, SHEET, SHEET);
      enlarge(context, base);
      trace(context, strokes, PEN);
      if (!base.length && !strokes.length && !pen.shown) hint(context);
      if (pen.shown) penMark(context, pen);
    });
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
      examples.show(pixels);
    };
    const give = (pixels) => {
      showDigit(pixels);
      answered = false;
      waiting(tell, PATIENCE);
      const image = new DataView(pixels.slice().buffer);
      send({ image, ...(encode ? answer(pixels) : {}) });
      if (!pixels.length) tell();
    };
    const answer = (pixels) => { // without a kernel
      const said = pixels.length ? encode(pixels) : NOTHING, latent = said.length / 2;
      const mu = Array.from(said.slice(0, latent));
      const sigma = Array.from(said.slice(latent), (logvar) => Math.exp(logvar / 2));
      const pad = model.get("_pad"); // on a page that shows it too
      pad?.set("drawn", [...mu, ...sigma]);
      if (latent) pad?.set("z", mu);
      return { mu, sigma, _answers: model.get("_answers") + 1 };
    };
    const settle = () => { // read the drawing
      readAt = performance.now();
      const found = read(desk, base, strokes);
      if (!same(found, digit)) give(found);
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
    const hear = () => { answered = true; waiting.stop(); tell(); };

    // The pointer.
    const point = (event) => inside(canvas, event).map((part) => part * SHEET);
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
    const take = (pixels) => { place(pixels); give(pixels); };
    listen(clear, "click", () => take(NOTHING));
    for (const { node, digit: example } of examples.buttons) listen(node, "click", () => take(example));

    follow({ image: showImage, _answers: hear });
    place(bytesOf(model.get("image")));
    tell();
    return [element("div", { className: "vae-row" },
      element("div", { className: "vae-drawing" }, canvas, status,
        caption("Mouse or finger. Keys: arrows move the pen, space puts it down or lifts it.")),
      element("div", { className: "vae-row vae-reading" },
        element("div", {}, small, caption("What the encoder reads: 28 × 28 pixels")), clear),
      ...(examples.buttons.length ? [examples.node] : []))];
  });
}

export default { render };
