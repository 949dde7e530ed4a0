// TrainingReplay: what a model made of the same images after each epoch. Python recorded it; here it moves.

import { clamp, floats } from "./js/numbers.js";
import { button, caption, circlesOfPrior, element, mount, picture, slider, statusLine, still } from "./js/page.js";
import { saying } from "./js/words.js";

const SIZE = 800; // pixels of the plane, shown at half that size or less
const BEAT = 600, GLIDE = 300; // ms from epoch to epoch while it plays, and on the way from one to the next

function render({ model, el }) {
  const said = saying(model);
  const labels = model.get("_labels"), colours = model.get("_colours"), count = labels.length;
  const epochs = () => model.get("_epochs"), last = () => epochs().length - 1;
  const now = () => epochs().indexOf(model.get("epoch"));

  const plane = element("canvas", { width: SIZE, height: SIZE, className: "vae-picture vae-replayed", role: "img" });
  const manifold = picture(model.get("_side"), "", "vae-replayed");
  const play = button(said("play")), status = statusLine("vae-epoch");
  const range = slider(said("epoch"), { min: 0, max: 0, step: 1, value: 0 }, (index) => String(epochs()[index]));
  const digits = [...new Set(labels)].sort().map((digit) => ({ digit, node: legendButton(digit, colours[digit]) }));
  const legend = element("div", { className: "vae-legend", role: "group", ariaLabel: said("one digit alone") },
    ...digits.map(({ node }) => node));

  let frames = null; // the codes and pixels of all epochs, once they are unpacked
  let alone = null; // the digit that is shown alone
  let dots = null, pixels = null; // where they are on their way

  const paint = () => {
    const extent = model.get("_extent"), at = placed(extent);
    drawAxes(plane.getContext("2d"), at, extent, model.get("_reach"));
    drawDots(plane.getContext("2d"), at, dots, labels, colours, alone);
    manifold.paint(pixels, 1);
  };

  return mount({ model, el }, ({ signal, listen, follow, send, timer, frames: animation }) => {
    const glide = animation(), beat = timer();

    const load = async () => {
      const packed = model.get("_sheets"), sheets = await inflate(packed);
      if (packed !== model.get("_sheets") || signal.aborted) return; // newer ones have come
      frames = { count: epochs().length, codes: floats(model.get("_codes")), sheets };
      show();
    };

    // Glides to the epoch that is asked for, from wherever the dots are.
    const show = () => {
      if (frames?.count !== epochs().length) return; // not yet
      const index = now(), epoch = model.get("epoch"), score = model.get("_scores")[index];
      range.input.max = last();
      range.set(index);
      status.textContent = score === null ? said("epoch {}: before training", epoch)
        : said("epoch {}: held-out −ELBO {} nats per image", epoch, score.toFixed(1));
      plane.ariaLabel = said("the means at epoch {}", epoch);
      manifold.ariaLabel = said("the manifold at epoch {}", epoch);
      const [z, sheet] = [frames.codes, frames.sheets].map((all) => {
        const size = all.length / frames.count;
        return all.subarray(index * size, (index + 1) * size);
      });
      const jumps = !dots || still();
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
        if (part < 1) glide(step);
      };
      glide(step);
    };

    const stop = () => {
      beat.stop();
      play.textContent = said("play");
      status.ariaLive = "polite";
    };
    const go = (index) => send({ epoch: epochs()[Math.min(index, last())] });
    const playOn = (index) => {
      go(index);
      if (index >= last()) stop();
      else beat(() => playOn(now() + 1), BEAT);
    };
    listen(play, "click", () => {
      if (beat.running()) return stop();
      play.textContent = said("pause");
      status.ariaLive = "off"; // or a screen reader would be told of each epoch
      playOn(now() === last() ? 0 : now() + 1);
    });
    listen(range.input, "input", () => {
      stop();
      go(Number(range.input.value));
    });
    for (const { digit, node } of digits) {
      listen(node, "click", () => {
        alone = alone === digit ? null : digit;
        for (const other of digits) other.node.ariaPressed = String(other.digit === alone);
        if (dots) paint();
      });
    }
    follow({ epoch: show, _sheets: load });
    load();
    return [element("div", { className: "vae-play" }, play, range.node), status,
      element("div", { className: "vae-row" },
        element("div", { className: "vae-replay" }, plane, legend,
          caption(said("The encoder's means of {} images. Press a digit to see it alone. "
            + "Circles: 1, 2, 3 standard deviations of the prior. Square: the z of the manifold.",
          count.toLocaleString(said("en"))))),
        element("div", { className: "vae-replay" }, manifold,
          caption(said("The manifold: each picture is decoded from its place in the square, z₁ to the right and z₂ upwards. "
            + "The places are even in the prior's probability."))))];
  });
}

// at(z): where a number stands on the canvas, whose edge is `extent`; what is beyond stands at the edge.
export const placed = (extent) => (z) => (clamp(z / extent, -1, 1) + 1) * (SIZE / 2 - 8) + 8;

// Moves numbers a share of the way to others.
export function approach(now, target, share) {
  for (let i = 0; i < now.length; i++) now[i] = share === 1 ? target[i] : now[i] + share * (target[i] - now[i]);
}

async function inflate(view) {
  const stream = new Blob([view]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function legendButton(digit, colour) {
  const swatch = element("span");
  swatch.style.background = colour;
  return element("button", { type: "button", ariaPressed: "false" }, swatch, String(digit));
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
