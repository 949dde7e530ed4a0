// A square of latent space. What is moved is decoded and painted here, in the browser, once a frame.

import { network } from "./js/network.js";
import { bytesOf, clamp, floats, normalPair } from "./js/numbers.js";
import { RED, button, caption, circlesOfPrior, element, inside, mount, picture, slider, statusLine }
  from "./js/page.js";
import { saying } from "./js/words.js";

const SIZE = 800; // pixels of the drawing, shown at half that size or less
const INK = "#111";
const BEAT = 100; // ms between two messages to Python while one drags
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

function render({ model, el }) {
  const said = saying(model);
  const data = readData(model), decode = network(model.get("_layers"), model.get("_weights"));

  const plane = element("canvas", { width: SIZE, height: SIZE });
  const marks = element("canvas", { width: SIZE, height: SIZE });
  const invitation = element("span", { textContent: said("drag me") });
  const ring = element("div", { className: "vae-ring" }, invitation);
  ring.classList.toggle("vae-right-half", model.get("z")[0] > 0);
  const square = element("div", { className: "vae-plane", tabIndex: 0, role: "application",
    ariaRoleDescription: said("two-dimensional slider"),
    ariaLabel: said("latent space: drag, or use the arrow keys, with shift for small steps; "
      + "home goes to the centre, enter picks the nearest image, escape lets go of it") },
  plane, marks, axesOf(data), ring);
  const decoded = picture(decode.side, said("the picture decoded from z"), "vae-decoded"), where = caption("");
  const original = picture(decode.side, said("the picked image"), "vae-half");
  const rebuilt = picture(decode.side, said("its reconstruction"), "vae-half");
  const again = button(said("draw ε again")), about = caption("", "vae-two-lines");
  const status = statusLine("vae-two-lines-high");
  const sliders = ["z₁", "z₂"].map((name, axis) =>
    slider(name, { min: -data.extent, max: data.extent, step: 0.01, value: model.get("z")[axis] }));
  drawPlane(plane.getContext("2d"), data);

  return mount({ model, el }, ({ root, listen, follow, send, timer }) => {
    const rest = timer(), sending = timer();

    // -- from the model to the page
    const tell = () => rest(() => { status.textContent = describe(model, data, said); }, 300); // once the point rests
    const showZ = () => {
      const z = model.get("z");
      decoded.paint(decode(z));
      where.textContent = said("z = {}, decoded", pair(z));
      sliders.forEach((range, axis) => range.set(z[axis]));
      const at = toPixels(data, z).map((value) => clamp(value, 0, SIZE)); // at the edge if z is beyond
      [ring.style.left, ring.style.top] = at.map((value) => `${100 * value / SIZE}%`);
      ring.classList.toggle("vae-beyond", z.some((value) => Math.abs(value) > data.extent));
      tell();
    };
    const showMarks = () => {
      const overlay = marks.getContext("2d"), picked = model.get("picked");
      overlay.clearRect(0, 0, SIZE, SIZE);
      if (picked === null) return;
      const at = parameters(data, picked);
      ellipses(overlay, data, at);
      badge(overlay, data, at, data.labels[picked]);
      dot(overlay, data, sample(at, model.get("epsilon")), 9, RED);
    };
    const showPicked = () => {
      const picked = model.get("picked"), nothing = picked === null;
      for (const node of [original, rebuilt, again]) node.style.visibility = nothing ? "hidden" : "";
      if (nothing) about.textContent = said("Click a digit. Click again: the next one there.");
      else {
        const at = parameters(data, picked), epsilon = model.get("epsilon"), what = data.labels[picked];
        original.paint(data.images.subarray(picked * decode.outputs, (picked + 1) * decode.outputs), 1);
        rebuilt.paint(decode(sample(at, epsilon)));
        about.textContent = said("a {}, reconstructed with\nε = {}", what, pair(epsilon));
        original.ariaLabel = said("the picked image: a {}", what);
        rebuilt.ariaLabel = said("a {}, reconstructed", what);
      }
      tell();
      showMarks();
    };

    // -- from the page to the model
    let sentAt = -Infinity;
    const sendNow = (traits) => {
      sending.stop();
      send(traits);
      sentAt = performance.now();
    };
    const move = (z) => {
      invitation.remove();
      const wait = sentAt + BEAT - performance.now();
      if (wait <= 0) return sendNow({ z });
      model.set("z", z);
      sending(() => sendNow({}), wait);
    };
    const moveInside = (z) => move(z.map((value) => clamp(value, -data.extent, data.extent)));
    const pick = (index) => {
      invitation.remove();
      const z = index === null ? {} : { z: parameters(data, index).slice(0, 2) };
      sendNow({ epsilon: [0, 0], picked: index, ...z });
    };

    const fromPointer = (event) => {
      const [across, down] = inside(square, event);
      return [(across * 2 - 1) * data.extent, (1 - down * 2) * data.extent];
    };
    let lastClick = null; // where it was, which means were near, the nearest first, and whose turn it is
    const click = (event, slack) => {
      const reach = (8 + slack) / square.clientWidth * 2 * data.extent; // 12 or 18 pixels
      const same = lastClick && Math.hypot(event.clientX - lastClick.x, event.clientY - lastClick.y) <= slack;
      lastClick = same ? { ...lastClick, turn: lastClick.turn + 1 }
        : { x: event.clientX, y: event.clientY, turn: 0, near: within(data, fromPointer(event), reach) };
      const { near, turn } = lastClick;
      if (near.length) pick(near[turn % near.length]);
    };

    let pressed = null; // the pointer that went down, and where, until it goes up; one at a time
    const isPressed = (event) => event.pointerId === pressed?.id;
    listen(square, "pointerdown", (event) => {
      if (event.button !== 0 || !event.isPrimary || pressed) return;
      square.setPointerCapture(event.pointerId);
      square.focus({ preventScroll: true });
      pressed = { id: event.pointerId, x: event.clientX, y: event.clientY, moved: false,
        slack: event.pointerType === "touch" ? 10 : 4 }; // pixels: a finger is never quite still
      moveInside(fromPointer(event));
      event.preventDefault();
    });
    listen(square, "pointermove", (event) => {
      if (!isPressed(event)) return;
      if (!(event.buttons & 1)) { pressed = null; return; } // it went up where we could not see it
      pressed.moved ||= Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > pressed.slack;
      if (pressed.moved) moveInside(fromPointer(event));
    });
    listen(square, "pointerup", (event) => {
      if (!isPressed(event)) return;
      const { moved, slack } = pressed;
      pressed = null;
      if (moved) sendNow({});
      else click(event, slack);
    });
    for (const lost of ["pointercancel", "lostpointercapture"]) {
      listen(square, lost, (event) => { if (isPressed(event)) pressed = null; });
    }
    listen(square, "keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || (event.key === "Enter" && event.shiftKey)) return;
      const step = event.shiftKey ? 0.01 : 0.1, z = model.get("z");
      if (event.key in ARROWS) moveInside(z.map((value, axis) => value + step * ARROWS[event.key][axis]));
      else if (event.key === "Home") move([0, 0]);
      else if (event.key === "Enter") pick(nearest(data, z));
      else if (event.key === "Escape") pick(null);
      else return;
      event.preventDefault();
    });
    sliders.forEach(({ input }, axis) =>
      listen(input, "input", () => move(model.get("z").with(axis, Number(input.value)))));
    listen(again, "click", () => sendNow({ epsilon: normalPair() }));
    follow({ z: showZ, picked: showPicked, epsilon: showPicked });
    showPicked();
    showZ();

    root.classList.add("vae-has-pad");
    const chosen = element("div", {}, about, element("div", { className: "vae-row vae-close" }, original, rebuilt),
      again);
    return [element("div", { className: "vae-pad" },
      element("div", {}, square,
        caption(said("Circles: 1, 2, 3 standard deviations of the prior. Grey: its density."), "vae-key")),
      element("div", { className: "vae-beside-plane" }, element("div", {}, decoded, where), chosen)),
    ...sliders.map(({ node }) => node), status];
  });
}

// -- data -------------------------------------------------------------------------------------

function readData(model) {
  const means = floats(model.get("_codes"));
  return { means, sigmas: floats(model.get("_sigmas")), labels: model.get("_labels"),
    images: bytesOf(model.get("_images")), count: means.length / 2, extent: model.get("_extent"),
    colours: model.get("_colours") };
}

// [mu1, mu2, sigma1, sigma2] of one mean.
export function parameters(data, index) {
  const i = 2 * index;
  return [data.means[i], data.means[i + 1], data.sigmas[i], data.sigmas[i + 1]];
}

export const sample = ([mu1, mu2, sigma1, sigma2], epsilon) => [mu1 + sigma1 * epsilon[0], mu2 + sigma2 * epsilon[1]];

export function nearest(data, [a, b]) {
  let index = -1, best = Infinity;
  for (let i = 0; i < data.count; i++) {
    const square = (data.means[2 * i] - a) ** 2 + (data.means[2 * i + 1] - b) ** 2;
    if (square < best) [index, best] = [i, square];
  }
  return index;
}

// The means that are no farther from z than `reach`, the nearest first.
export function within(data, [a, b], reach) {
  return Array.from({ length: data.count }, (_, i) =>
    [i, Math.hypot(data.means[2 * i] - a, data.means[2 * i + 1] - b)])
    .filter(([, distance]) => distance <= reach).sort((one, other) => one[1] - other[1]).map(([i]) => i);
}

const pair = ([a, b]) => `(${a.toFixed(2)}, ${b.toFixed(2)})`;

// Where one is, in words.
function describe(model, data, said) {
  const [a, b] = model.get("z");
  const words = [`z = ${pair([a, b])}`], picked = model.get("picked");
  if (Math.max(Math.abs(a), Math.abs(b)) > data.extent) words.push(said("beyond the square"));
  const beyond = 100 * Math.exp(-(a * a + b * b) / 2); // the share of N(0, I) that is farther out
  words.push(said("{} % of random z lie farther out", beyond.toFixed(beyond >= 1 ? 0 : 2)),
    said("nearest image: a {}", data.labels[nearest(data, [a, b])]));
  if (picked !== null) {
    words.push(said("picked: a {}, reconstructed with ε = {}", data.labels[picked], pair(model.get("epsilon"))));
  }
  return words.join("; ");
}

// -- drawing ----------------------------------------------------------------------------------

export const toPixels = (data, [a, b]) => [(a / data.extent + 1) * SIZE / 2, (1 - b / data.extent) * SIZE / 2];

function drawPlane(context, data) {
  const unit = SIZE / 2 / data.extent, centre = SIZE / 2;
  context.fillStyle = "#fff";
  context.fillRect(0, 0, SIZE, SIZE);
  const shade = context.createRadialGradient(centre, centre, 0, centre, centre, 4 * unit);
  for (let i = 0; i <= 16; i++) { // the density of N(0, I), as grey
    shade.addColorStop(i / 16, `rgba(90, 110, 140, ${(0.38 * Math.exp(-((i / 4) ** 2) / 2)).toFixed(4)})`);
  }
  context.fillStyle = shade;
  context.fillRect(0, 0, SIZE, SIZE);
  context.strokeStyle = "#595959";
  context.lineWidth = 1.5;
  for (const tick of ticks(data)) {
    const [x, y] = toPixels(data, [tick, tick]);
    context.beginPath();
    context.moveTo(x, SIZE);
    context.lineTo(x, SIZE - 6);
    context.moveTo(0, y);
    context.lineTo(6, y);
    context.stroke();
  }
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.font = "bold 19px system-ui, sans-serif";
  for (let i = 0; i < data.count; i++) {
    const [x, y] = toPixels(data, parameters(data, i));
    context.fillStyle = data.colours[data.labels[i]];
    context.fillText(data.labels[i], x, y);
  }
  circlesOfPrior(context, centre, unit);
}

// The ellipses of one and two sigma around a mean, and the mean.
function ellipses(context, data, at) {
  const [x, y] = toPixels(data, at), unit = SIZE / 2 / data.extent;
  for (const [times, dash] of [[1, []], [2, [10, 8]]]) {
    for (const [width, style] of [[8, "#fff"], [4, INK]]) { // a white edge, to be seen on digits
      context.setLineDash(style === INK ? dash : []);
      context.lineWidth = width;
      context.strokeStyle = style;
      context.beginPath();
      context.ellipse(x, y, Math.max(2, times * at[2] * unit), Math.max(2, times * at[3] * unit), 0, 0, 2 * Math.PI);
      context.stroke();
    }
  }
  context.setLineDash([]);
  dot(context, data, at, 7, INK);
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

// The picked digit once more, large, above its mean, or below at the top: which of a crowd it is.
function badge(context, data, at, label) {
  const [x, mean] = toPixels(data, at), y = mean + (mean < 100 ? 60 : -60);
  context.beginPath();
  context.arc(x, y, 24, 0, 2 * Math.PI);
  Object.assign(context, { fillStyle: "#fff", strokeStyle: "#111", lineWidth: 3 });
  context.fill();
  context.stroke();
  context.font = "bold 34px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = data.colours[label];
  context.fillText(label, x, y + 2);
}

// The whole numbers along an axis, eight or so.
export function ticks({ extent }) {
  const apart = Math.max(1, Math.round(extent / 4)), most = Math.ceil(extent / apart) - 1;
  return Array.from({ length: 2 * most + 1 }, (_, i) => (i - most) * apart);
}

// The numbers and names of the axes: as text, whose size does not shrink with the plane.
function axesOf(data) {
  const names = element("div", { className: "vae-axes", ariaHidden: "true" });
  const put = (text, className, z) => {
    const name = element("span", { textContent: text, className });
    [name.style.left, name.style.top] = toPixels(data, z).map((value) => `${100 * value / SIZE}%`);
    names.append(name);
  };
  const end = data.extent;
  for (const tick of ticks(data)) {
    put(tick, "vae-below", [tick, -end]);
    put(tick, "vae-beside", [-end, tick]);
  }
  put("z₁", "vae-below vae-last", [end, -end]);
  put("z₂", "vae-beside vae-last", [-end, end]);
  return names;
}

export default { render };
