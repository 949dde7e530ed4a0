// A sheet to draw a digit on. The drawing becomes a digit as MNIST's were made.

import { LONGER, SIDE, asDigit } from "./digit.js";
import { clamp } from "./numbers.js";
import { ARROWS, BLUE, element, inside } from "./page.js";

const SHEET = 280; // the sheet's side: ten pixels for each pixel of a digit
const PEN = 22; // on the sheet
const LINE = 2.4; // the median width of the lines in MNIST, in pixels of a digit
const PAUSE = 150; // ms between two readings of a drawing that goes on
const STEP = 10; // of the pen that is moved with the arrow keys

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

// -- the sheet ---------------------------------------------------------------------------------

const NOTHING = new Uint8Array(0);
const same = (a, b) => a.length === b.length && a.every((value, i) => value === b[i]);

function hint(context, words) {
  Object.assign(context, { fillStyle: "#6b6b6b", font: "15px system-ui, sans-serif", textAlign: "center" });
  context.fillText(words, SHEET / 2, SHEET / 2);
}

function penMark(context, { x, y, down }) {
  context.beginPath();
  context.arc(x, y, PEN / 2, 0, 2 * Math.PI);
  Object.assign(context, { lineWidth: 3, strokeStyle: BLUE, fillStyle: BLUE });
  if (down) context.fill();
  else context.stroke();
}

// {canvas, place}: a sheet on a page (see mount, words.js). heard(digit) is told each digit that was drawn;
// place(digit) puts one there that was not drawn by hand, or none, [].
export function sheet({ said, listen, frames }, heard) {
  const sharp = Math.max(1, Math.round(devicePixelRatio));
  const canvas = element("canvas", { className: "vae-picture vae-sheet", width: SHEET * sharp,
    height: SHEET * sharp, tabIndex: 0, role: "application", // so that a screen reader passes the arrow keys on
    ariaLabel: said("sheet to draw a digit on, with the pointer or with keys: "
      + "arrow keys move the pen, space puts it down or lifts it") });
  const context = canvas.getContext("2d"), painting = frames();
  const desk = element("canvas", { width: SHEET, height: SHEET }) // where a drawing is read, out of sight
    .getContext("2d", { willReadFrequently: true });

  let base = NOTHING, strokes = []; // what is on the sheet
  let stroke = null, pointer = null; // what is being drawn, and by which pointer
  let digit = NOTHING; // what was read last
  let readAt = -Infinity;
  const pen = { x: SHEET / 2, y: SHEET / 2, down: false, shown: false };

  const paint = () => painting(() => {
    context.setTransform(sharp, 0, 0, sharp, 0, 0);
    context.fillStyle = "#fff";
    context.fillRect(0, 0, SHEET, SHEET);
    enlarge(context, base);
    trace(context, strokes, PEN);
    if (!base.length && !strokes.length && !pen.shown) hint(context, said("draw a digit here"));
    if (pen.shown) penMark(context, pen);
  });
  const place = (pixels) => {
    if (same(pixels, digit) && (pixels.length || !strokes.length)) return; // it was drawn here
    base = digit = pixels;
    strokes = [];
    stroke = pointer = null;
    pen.down = false;
    paint();
  };
  const settle = () => { // read the drawing
    readAt = performance.now();
    const found = read(desk, base, strokes);
    if (same(found, digit)) return;
    digit = found;
    heard(found);
  };
  const settleNowAndThen = () => { if (performance.now() - readAt >= PAUSE) settle(); };

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
  paint();
  return { canvas, place };
}
