// Interpolation: two walks between the codes of two images, and how likely their steps are.

import { codesOf } from "./js/network.js";
import { clamp } from "./js/numbers.js";
import { caption, element, mount, picture, slider, statusLine } from "./js/page.js";

const ALL_DRAWS = "of all prior draws";

function render({ model, el }) {
  const steps = model.get("_steps"), labels = model.get("_labels");
  const table = model.get("_shares"), farthest = model.get("_farthest");
  const { decode, count, code, image } = codesOf(model), { side } = decode;

  const pickers = ["first", "second"].map((name) => picker(name, count, side, model.get(name)));
  const walks = [walk("straight line", line, steps, side), walk("great circle", circle, steps, side)];
  const status = statusLine();

  const draw = () => {
    for (const { name, slide, canvas, label } of pickers) {
      const index = model.get(name);
      slide.set(index);
      canvas.paint(image(index), 1);
      label.textContent = `label ${labels[index]}`;
    }
    const found = walks.map(({ name, between, cells }) => {
      const z = between(code(model.get("first")), code(model.get("second")), steps);
      return cells.map((cell, k) => {
        const radius = norm(z[k]), part = share(table, farthest, radius);
        cell.show(decode(z[k]), radius, part);
        return { cell, name, k, radius, part };
      });
    }).flat();
    const { framed, sentence } = unlikeliest(found, steps);
    for (const step of found) step.cell.frame(framed.includes(step));
    if (status.textContent !== sentence) status.textContent = sentence;
  };
  draw();

  return mount({ model, el }, ({ bind, follow }) => {
    for (const { name, slide } of pickers) bind(name, slide);
    follow({ first: draw, second: draw });
    return [element("div", { className: "vae-row vae-apart" }, ...pickers.map((p) => p.node)),
      ...walks.map((w) => w.node),
      caption("Under each picture: its distance |z| from the centre, and the share of draws from the prior N(0, I) "
        + "that are nearer to the centre."),
      keepsRoom(status, steps)];
  });
}

// -- the two walks and their shares -------------------------------------------------------------

const mix = (a, b, u, v) => Float64Array.from(a, (value, i) => u * value + v * b[i]);
const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
const norm = (a) => Math.sqrt(dot(a, a));
const times = (steps) => Array.from({ length: steps }, (_, k) => k / (steps - 1));

export function line(a, b, steps) {
  return times(steps).map((t) => mix(a, b, 1 - t, t));
}

export function circle(a, b, steps) {
  const omega = Math.acos(clamp(dot(a, b) / (norm(a) * norm(b)), -1, 1)), sine = Math.sin(omega);
  if (!(sine >= 1e-6)) return line(a, b, steps); // also where a or b is 0 and the angle is NaN
  return times(steps).map((t) => mix(a, b, Math.sin((1 - t) * omega) / sine, Math.sin(t * omega) / sine));
}

// The share of draws from N(0, I) that are nearer to the centre than `radius`, out of a table that Python
// computed for radii from 0 to `farthest`, in equal steps.
export function share(table, farthest, radius) {
  const at = Math.min(radius / farthest, 1) * (table.length - 1), i = Math.min(Math.floor(at), table.length - 2);
  return table[i] + (at - i) * (table[i + 1] - table[i]);
}

// -- words -------------------------------------------------------------------------------------

export function percent(part) { // never 0 % or 100 %, which no step is; the same words as in interpolation.py
  const value = 100 * part;
  if (value < 0.1) return "< 0.1 %";
  if (value > 99.9) return "> 99.9 %";
  return `${value.toFixed(value < 1 || value > 99 ? 1 : 0)} %`;
}

// The step that is farthest out in either tail, on both paths where they tie, and what to say of it.
// found: [{name, k, radius, part}], of all steps
export function unlikeliest(found, steps) {
  const beyond = (a, b) => a.radius > b.radius * (1 + 1e-9); // what is equal but for rounding is not
  const outermost = found.reduce((a, b) => (beyond(b, a) ? b : a));
  const innermost = found.reduce((a, b) => (beyond(a, b) ? b : a));
  const nearer = innermost.part < 1 - outermost.part, worst = nearer ? innermost : outermost;
  const framed = found.filter((step) => step.k === worst.k && !beyond(step, worst) && !beyond(worst, step));
  const who = framed.length > 1 ? "both paths are" : `the ${worst.name} is`;
  const words = percent(nearer ? 1 - worst.part : worst.part).replace("> ", "at least ");
  return { framed, sentence: `${place(worst.k, steps)}, ${who} ${nearer ? "nearer to" : "farther from"} the centre `
    + `than ${words} ${ALL_DRAWS}.` };
}

function place(k, steps) {
  if (k === 0) return "At the first image";
  if (k === steps - 1) return "At the second image";
  return 2 * k === steps - 1 ? "Half way" : `At picture ${k + 1} of ${steps}`;
}

// -- parts -------------------------------------------------------------------------------------

function picker(name, count, side, value) {
  const slide = slider(name, { min: 0, max: count - 1, step: 1, value }, String);
  const canvas = picture(side, `${name} image`, "vae-end"), label = caption("");
  const node = element("div", { className: "vae-picker" }, canvas, element("div", {}, slide.node, label));
  return { name, slide, canvas, label, node };
}

function walk(name, between, steps, side) {
  const cells = Array.from({ length: steps }, (_, k) => stepCell(`${name}, picture ${k + 1}`, side));
  const row = element("div", { className: "vae-steps" }, ...cells.map((cell) => cell.node));
  row.style.setProperty("--vae-steps", steps);
  const node = element("div", { className: "vae-walk", role: "group", ariaLabel: name },
    element("div", { textContent: name }), row);
  return { name, between, cells, node };
}

function stepCell(label, side) {
  const canvas = picture(side, label, "vae-cell"), radius = element("div"), part = element("div");
  const node = element("div", { className: "vae-step" }, canvas, element("div", {}, radius, part));
  return {
    node,
    show: (values, length, found) => {
      canvas.paint(values);
      radius.textContent = `|z| ${length.toFixed(1)}`;
      part.textContent = percent(found);
    },
    frame: (on) => node.classList.toggle("vae-framed", on),
  };
}

// Room for the longest sentence, so that nothing below moves.
function keepsRoom(status, steps) {
  const room = element("p", { className: "vae-status", ariaHidden: "true", textContent:
    `At picture ${steps} of ${steps}, the straight line is farther from the centre than at least 99.9 % `
    + `${ALL_DRAWS}.` });
  return element("div", { className: "vae-keeps-room" }, status, room);
}

export default { render };
