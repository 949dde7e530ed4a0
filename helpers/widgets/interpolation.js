// Interpolation: two walks between the codes of two images, and how likely their steps are.

const RED = "#d55e00"; // the frame of the most unlikely step
const ALL_DRAWS = "of all prior draws";

function render({ model, el }) {
  const steps = model.get("_steps"), labels = model.get("_labels");
  const decode = network(model.get("_layers"), model.get("_weights"));
  const { inputs: latent, outputs: pixels, side } = decode;
  const codes = floats(model.get("_codes")), images = octets(model.get("_images"));
  const count = codes.length / latent;
  const code = (name) => codes.subarray(model.get(name) * latent, (model.get(name) + 1) * latent);

  const pickers = ["first", "second"].map((name) => picker(name, count, side, model.get(name)));
  const walks = [walk("straight line", line, steps, side), walk("great circle", circle, steps, side)];
  const status = statusLine(steps);

  const draw = () => {
    for (const { name, slide, canvas, caption } of pickers) {
      const index = model.get(name);
      slide.set(index);
      canvas.paint(images.subarray(index * pixels, (index + 1) * pixels), 1);
      caption.textContent = labels.length ? `label ${labels[index]}` : "";
    }
    const found = walks.map(({ between, cells }) => {
      const z = between(code("first"), code("second"), steps);
      cells.forEach((cell, k) => cell.show(decode(z[k]), norm(z[k]), share(latent, norm(z[k]) ** 2)));
      return cells.map((cell) => cell.share);
    });
    status.say(sentence(found, walks, steps));
  };

  const root = element("div", { className: "vae-widget" },
    element("div", { className: "vae-row", style: "margin-bottom: 8px" }, ...pickers.map((p) => p.node)),
    ...walks.map((w) => w.node),
    element("p", { className: "vae-caption", textContent:
      "Under each picture: its distance |z| from the centre, and the share of draws from the prior N(0, I) "
      + "that are nearer to the centre." }),
    status.node);
  el.append(root);

  const controller = new AbortController(), { signal } = controller;
  keepKeys(root, signal);
  for (const { name, slide } of pickers) bind(model, name, slide, signal);
  follow(model, { first: draw, second: draw }, signal);
  draw();
  return () => {
    controller.abort();
    root.remove();
  };
}

// -- the two walks and their shares -------------------------------------------------------------

const mix = (a, b, u, v) => Float64Array.from(a, (value, i) => u * value + v * b[i]);
const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
const norm = (a) => Math.sqrt(dot(a, a));
const times = (steps) => Array.from({ length: steps }, (_, k) => k / (steps - 1));

function line(a, b, steps) {
  return times(steps).map((t) => mix(a, b, 1 - t, t));
}

function circle(a, b, steps) {
  const omega = Math.acos(clamp(dot(a, b) / (norm(a) * norm(b)), -1, 1)), sine = Math.sin(omega);
  if (!(sine >= 1e-6)) return line(a, b, steps); // also where a or b is 0 and the angle is NaN
  return times(steps).map((t) => mix(a, b, Math.sin((1 - t) * omega) / sine, Math.sin(t * omega) / sine));
}

// The share of draws from N(0, I) in `latent` dimensions whose squared norm is below `squared`: the
// regularized lower incomplete gamma function P(latent/2, squared/2).
function share(latent, squared) {
  const a = latent / 2, x = squared / 2;
  if (x <= 0) return 0;
  const front = Math.exp(a * Math.log(x) - x - logGammaOfHalf(latent));
  return x < a + 1 ? front * series(a, x) : 1 - front * fraction(a, x);
}

function series(a, x) { // P = front * (1/a + x/(a (a+1)) + ...)
  let term = 1 / a, sum = term;
  for (let n = 1; term > 1e-16 * sum; n++) sum += (term *= x / (a + n));
  return sum;
}

function fraction(a, x) { // 1 - P = front / (x + 1 - a - 1 (1-a)/(x + 3 - a - ...)), by Lentz's method
  let b = x + 1 - a, c = 1e300, d = 1 / b, value = d, change = 0;
  for (let n = 1; Math.abs(change - 1) > 1e-15 && n < 10000; n++) {
    const above = n * (a - n);
    b += 2;
    d = 1 / (b + above * d);
    c = b + above / c;
    value *= change = c * d;
  }
  return value;
}

function logGammaOfHalf(count) { // log Γ(count/2), from Γ(1/2) = √π or Γ(1) = 1 upwards
  let log = count % 2 ? Math.log(Math.PI) / 2 : 0;
  for (let a = count % 2 ? 0.5 : 1; a < count / 2; a++) log += Math.log(a);
  return log;
}

// -- words -------------------------------------------------------------------------------------

function percent(part) { // never 0 % or 100 %, which no step is; the same words as in interpolation.py
  const value = 100 * part;
  if (value < 0.1) return "< 0.1 %";
  if (value > 99.9) return "> 99.9 %";
  return `${value.toFixed(value < 1 || value > 99 ? 1 : 0)} %`;
}

// What the status line says of the step that is farthest out in either tail; it frames that step.
function sentence(found, walks, steps) {
  const tail = (part) => Math.min(part, 1 - part);
  const all = found.flatMap((shares, w) => shares.map((part, k) => ({ w, k, part })));
  const worst = all.reduce((a, b) => (tail(b.part) < tail(a.part) * (1 - 1e-9) ? b : a));
  const tied = all.filter(({ k, part }) =>
    k === worst.k && Math.abs(part - worst.part) <= 1e-9 * tail(worst.part));
  walks.forEach(({ cells }, w) => cells.forEach((cell, k) =>
    cell.frame(tied.some((step) => step.w === w && step.k === k))));
  const who = tied.length > 1 ? "both paths are" : `the ${walks[worst.w].name} is`;
  const nearer = worst.part < 0.5;
  const words = percent(nearer ? 1 - worst.part : worst.part).replace("> ", "at least ");
  return `${place(worst.k, steps)}, ${who} ${nearer ? "nearer to" : "farther from"} the centre than `
    + `${words} ${ALL_DRAWS}.`;
}

function place(k, steps) {
  if (k === 0) return "At the first image";
  if (k === steps - 1) return "At the second image";
  return 2 * k === steps - 1 ? "Half way" : `At picture ${k + 1} of ${steps}`;
}

// -- parts -------------------------------------------------------------------------------------

function picker(name, count, side, value) {
  const slide = slider(name, { min: 0, max: count - 1, step: 1, value }, String);
  const canvas = picture(side, `${name} image`), caption = element("p", { className: "vae-caption" });
  canvas.style.cssText = "width: 72px; flex: none; align-self: flex-start";
  slide.node.querySelector("output").style.minWidth = "2em"; // or 320 px are too narrow
  caption.style.minHeight = "1.4em";
  const node = element("div", { style: "flex: 1 1 260px; min-width: 0; display: flex; gap: 12px" }, canvas,
    element("div", { style: "flex: 1; min-width: 0" }, slide.node, caption));
  return { name, slide, canvas, caption, node };
}

function walk(name, between, steps, side) {
  const cells = Array.from({ length: steps }, (_, k) => stepCell(`${name}, picture ${k + 1}`, side));
  const node = element("div", { style: "margin-bottom: 10px" },
    element("div", { textContent: name, style: "font-weight: bold; margin-bottom: 4px" }),
    element("div", { style: "display: grid; gap: 6px; grid-template-columns: repeat(auto-fit, "
      + `minmax(50px, 1fr)); max-width: ${90 * steps}px` }, ...cells.map((cell) => cell.node)));
  node.setAttribute("role", "group");
  node.setAttribute("aria-label", name);
  return { name, between, cells, node };
}

function stepCell(label, side) {
  const canvas = picture(side, label), radius = element("div"), part = element("div");
  canvas.style.width = "100%";
  const node = element("div", {}, canvas, element("div", { style: "font-size: 12px; line-height: 1.3; "
    + "margin-top: 3px; text-align: center; white-space: nowrap; font-variant-numeric: tabular-nums" },
  radius, part));
  const cell = { node, share: 0 };
  cell.show = (values, length, found) => {
    canvas.paint(values);
    cell.share = found;
    radius.textContent = `|z| ${length.toFixed(1)}`;
    part.textContent = percent(found);
  };
  cell.frame = (on) => {
    canvas.style.boxShadow = on ? `0 0 0 3px ${RED}` : "";
    part.style.fontWeight = on ? "bold" : "";
  };
  return cell;
}

// A line that keeps room for its longest sentence, so that nothing below it moves.
function statusLine(steps) {
  const style = "grid-area: 1 / 1";
  const said = element("p", { className: "vae-status", style });
  said.setAttribute("aria-live", "polite");
  const room = element("p", { className: "vae-status", style: `${style}; visibility: hidden`, textContent:
    `At picture ${steps} of ${steps}, the straight line is farther from the centre than at least 99.9 % `
    + `${ALL_DRAWS}.` });
  room.setAttribute("aria-hidden", "true");
  return {
    node: element("div", { style: "display: grid" }, said, room),
    say: (text) => { if (said.textContent !== text) said.textContent = text; },
  };
}

export default { render };
