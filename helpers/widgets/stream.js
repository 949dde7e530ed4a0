// Stream: points on their way from noise into a digit, forth and back, and a sheet to draw one of your own.
// Python computed the ways, and trains for what is drawn; here the points move.

import { SIDE } from "./js/digit.js";
import { bytesOf, clamp } from "./js/numbers.js";
import { button, caption, element, mount, picture, shelf, slider, statusLine, still } from "./js/page.js";
import { sheet } from "./js/sheet.js";
import { saying } from "./js/words.js";

const SIZE = 720; // pixels of the plane, shown at half that size or less
const DOT = 3.4; // the radius of a point, in these
const PLAYS = 4000; // ms from noise to digit
const HUES = 36; // colours that are told apart

// The positions in one frame of a way, x and y of each point, in pixels of a digit.
export function positions(way, points, unit, frame) {
  return Float64Array.from(way.subarray(2 * points * frame, 2 * points * (frame + 1)), (part) => part / unit);
}

// The hue of each point, from 0 to 1: its direction from the middle, in the noise, both axes made alike.
export function hues(noise) {
  const [x, y] = [0, 1].map((axis) => {
    const values = noise.filter((_, i) => i % 2 === axis);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
    return values.map((value) => (value - mean) / spread);
  });
  return x.map((value, i) => (Math.atan2(y[i], value) / (2 * Math.PI) + 1) % 1);
}

// Where a position is on the canvas, which goes `edge` pixels of a digit beyond it: x to the right, y upwards.
export const onCanvas = (edge) => (x, y) =>
  [x, SIDE - y].map((value) => ((value + edge) / (SIDE + 2 * edge)) * SIZE);

// The frame that plays `ms` after `from`, to the digit (way 1) or back to the noise (way -1).
export const playing = (from, way, ms, last) => clamp(Math.round(from + (way * ms * last) / PLAYS), 0, last);

function draw(context, at, place, hue) {
  context.fillStyle = "#fff";
  context.fillRect(0, 0, SIZE, SIZE);
  for (let bin = 0; bin < HUES; bin++) {
    context.fillStyle = `hsl(${((bin + 0.5) * 360) / HUES} 74% 46%)`;
    context.beginPath();
    hue.forEach((value, i) => {
      if (Math.floor(value * HUES) !== bin) return;
      const [x, y] = place(at[2 * i], at[2 * i + 1]);
      context.moveTo(x + DOT, y);
      context.arc(x, y, DOT, 0, 2 * Math.PI);
    });
    context.fill();
  }
}

function render({ model, el }) {
  const points = model.get("_points"), last = model.get("_frames") - 1, unit = model.get("_unit");
  const live = model.get("_kernel"), images = bytesOf(model.get("_images"));
  const count = images.length / SIDE ** 2, place = onCanvas(model.get("_edge"));
  const wayOf = (view) => new Int16Array(bytesOf(view).buffer), all = wayOf(model.get("_paths"));
  const long = 2 * points * (last + 1);

  const plane = element("canvas", { width: SIZE, height: SIZE, className: "vae-picture vae-cloud", role: "img" });
  const context = plane.getContext("2d"), play = button("play");
  const range = slider("t", { min: 0, max: last, step: 1, value: 0 }, (frame) => (1 - frame / last).toFixed(2));
  const known = shelf("Stream into:", count, SIDE, (i) => images.subarray(i * SIDE ** 2, (i + 1) * SIDE ** 2),
    (i) => `image ${i + 1}`);
  const train = button("train on my drawing"), clear = button("Clear"), mine = button("my drawing again");
  const bar = element("progress", { max: 1, className: "vae-training", ariaLabel: "training" });
  const status = statusLine(), read = picture(SIDE, "the digit that is trained on", "vae-face");

  return mount({ model, el }, ({ listen, follow, send, frames }) => {
    const ticking = frames();
    let way = null, hue = null, now = 0; // what is shown; the frame is sent when it rests

    const paint = () => {
      const at = positions(way, points, unit, now);
      draw(context, at, place, hue);
      range.set(now);
      plane.ariaLabel = `${points} points at t = ${(1 - now / last).toFixed(2)}`;
    };
    const rest = () => {
      ticking.stop();
      play.textContent = "play";
      if (model.get("frame") !== now) send({ frame: now });
    };
    const run = () => { // to the other end
      const direction = now === last ? -1 : 1, from = now, start = performance.now();
      play.textContent = "pause";
      const tick = (time) => {
        now = still() ? (direction > 0 ? last : 0) : playing(from, direction, Math.max(0, time - start), last);
        paint();
        if (now === (direction > 0 ? last : 0)) rest();
        else ticking(tick);
      };
      ticking(tick);
    };
    const show = () => {
      const picked = model.get("picked");
      way = picked < 0 ? wayOf(model.get("_own")) : all.subarray(picked * long, (picked + 1) * long);
      hue = hues(positions(way, points, unit, 0));
      known.press(picked);
      mine.ariaPressed = String(picked < 0);
      mine.hidden = !model.get("_own").byteLength;
      if (!ticking.running()) now = model.get("frame");
      paint();
    };
    const pick = (picked) => {
      ticking.stop();
      now = 0;
      send({ picked, frame: 0 });
      show();
      run();
    };
    const say = () => {
      const busy = model.get("training"), progress = model.get("progress"), trouble = model.get("trouble");
      const drawn = bytesOf(model.get("drawing"));
      train.disabled = busy || !drawn.includes(1);
      bar.hidden = !busy;
      if (progress > 0) bar.value = progress;
      else bar.removeAttribute("value"); // not known yet
      status.textContent = busy ? "Training: it waits until the kernel is free, then takes some seconds."
        : trouble ? `Not trained. ${trouble}` : "";
      read.hidden = !drawn.length;
      read.paint(drawn);
    };
    const drawing = live ? sheet({ said: saying(model), listen, frames }, (digit) => {
      send({ drawing: new DataView(digit.slice().buffer) });
      say();
    }) : null;
    const showDrawing = () => {
      drawing?.place(bytesOf(model.get("drawing")));
      say();
    };
    let wasBusy = false;
    const trained = () => {
      const busy = model.get("training");
      say();
      if (wasBusy && !busy && !model.get("trouble")) pick(-1);
      wasBusy = busy;
    };

    listen(play, "click", () => (ticking.running() ? rest() : run()));
    listen(range.input, "input", () => {
      ticking.stop();
      now = Number(range.input.value);
      paint();
      rest();
    });
    known.buttons.forEach((each, i) => listen(each, "click", () => pick(i)));
    listen(mine, "click", () => pick(-1));
    listen(clear, "click", () => send({ drawing: new DataView(new ArrayBuffer(0)) }));
    listen(train, "click", () => send({ training: true }));
    follow({ picked: show, frame: show, _own: show, drawing: showDrawing, progress: say, trouble: say,
      training: trained });
    show();
    showDrawing();
    return [element("div", { className: "vae-row" },
      element("div", { className: "vae-stream" },
        element("div", { className: "vae-play" }, play, range.node), plane,
        caption("A point keeps the colour that it has in the noise."), known.node, mine),
      ...(live ? [element("div", { className: "vae-drawing" }, drawing.canvas,
        caption("Draw anything. Keys: arrows move the pen, space puts it down or lifts it."),
        element("div", { className: "vae-buttons" }, clear, train, read), bar, status)]
        : [element("p", { className: "vae-caption",
          textContent: "In the notebook there is a sheet here: draw, train, and see the noise stream into it." })]))];
  });
}

export default { render };
