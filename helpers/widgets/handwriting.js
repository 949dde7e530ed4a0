// Handwriting: draw a digit, and a conditional VAE writes all ten in the same hand. It runs here, in the browser.

import { SIDE } from "./js/digit.js";
import { network } from "./js/network.js";
import { bytesOf } from "./js/numbers.js";
import { button, caption, element, mount, picture, shelf, statusLine } from "./js/page.js";
import { rail } from "./js/rail.js";
import { sheet } from "./js/sheet.js";
import { saying } from "./js/words.js";

const REACH = 3.5; // of the rails
const LABELS = Array.from({ length: 10 }, (_, i) => i);
const told = (values, label) => Float64Array.from([...values, ...LABELS.map((i) => Number(i === label))]);

// mu and sigma of q(z | x, label).
export function posterior(encode, x, label) {
  const said = encode(told(x, label)), latent = said.length / 2;
  return { mu: Array.from(said.subarray(0, latent)),
    sigma: Array.from(said.subarray(latent), (logvar) => Math.exp(logvar / 2)) };
}

// log p(x | z, label) - KL at z = mu: how well a label explains the picture. logits: what is decoded.
export function score(x, logits, mu, sigma) {
  const reconstruction = logits.reduce((sum, l, i) => sum + x[i] * l - Math.max(l, 0) - Math.log1p(Math.exp(-Math.abs(l))), 0);
  return mu.reduce((sum, m, i) => sum - (m ** 2 + sigma[i] ** 2 - 1) / 2 + Math.log(sigma[i]), reconstruction);
}

function render({ model, el }) {
  const said = saying(model);
  const encode = network(model.get("_encoder"), model.get("_encoder_weights"));
  const decode = network(model.get("_decoder"), model.get("_decoder_weights"));
  const examples = bytesOf(model.get("_examples")), labels = model.get("_labels");
  const latent = decode.inputs - LABELS.length;

  const small = picture(SIDE, said("the digit that the encoder reads"), "vae-read");
  const clear = button(said("Clear")), status = statusLine();
  const rails = Array.from({ length: latent }, (_, i) => ({ name: `z${i + 1}`, ...rail(`z${i + 1}`, REACH) }));
  const ten = LABELS.map((label) => picture(SIDE, said("a {} in this hand", label), "vae-cell"));
  const tell = LABELS.map((label) => element("button", { type: "button", ariaLabel: said("it is a {}", label) },
    ten[label], element("span", { textContent: label })));
  const taken = (i) => examples.subarray(i * SIDE ** 2, (i + 1) * SIDE ** 2);
  const images = shelf(said("Or take one of these:"), labels.length, SIDE, (i) => taken(i).map((ink) => 255 * ink),
    (i) => said("take this {}", labels[i]));

  return mount({ model, el }, ({ listen, follow, send, frames }) => {
    const give = (digit, label) => send({ image: new DataView(digit.slice().buffer), label,
      z: digit.length ? posterior(encode, digit, label).mu : [] });
    const guess = (digit) => {
      const scores = LABELS.map((label) => {
        const { mu, sigma } = posterior(encode, digit, label);
        return score(digit, decode(told(mu, label)), mu, sigma);
      });
      return scores.indexOf(Math.max(...scores));
    };
    const drawing = sheet({ said, listen, frames }, (digit) => give(digit, digit.length ? guess(digit) : 0));

    const showImage = () => {
      const digit = bytesOf(model.get("image")), label = model.get("label"), empty = !digit.length;
      drawing.place(digit);
      small.paint(empty ? new Uint8Array(SIDE ** 2) : digit, 255);
      images.press(labels.findIndex((_, i) => taken(i).every((ink, k) => ink === digit[k])));
      tell.forEach((each, i) => { each.ariaPressed = String(!empty && i === label); each.disabled = empty; });
      for (const { input } of rails) input.disabled = empty;
      status.textContent = empty ? said("Draw a digit.")
        : said("Taken for a {}. Is it another one? Press that one.", label);
      const { mu, sigma } = empty ? { mu: Array(latent).fill(0), sigma: Array(latent).fill(1) }
        : posterior(encode, digit, label);
      rails.forEach(({ own }, i) => own(mu[i], sigma[i]));
    };
    const showTen = () => {
      const z = model.get("z"), shown = z.length ? z : Array(latent).fill(0);
      rails.forEach(({ set }, i) => set(shown[i]));
      ten.forEach((canvas, label) => canvas.paint(decode(told(shown, label)).map((l) => 1 / (1 + Math.exp(-l)))));
    };
    listen(clear, "click", () => give(new Uint8Array(0), 0));
    images.buttons.forEach((each, i) => listen(each, "click", () => give(taken(i), labels[i])));
    tell.forEach((each, label) => listen(each, "click", () => give(bytesOf(model.get("image")), label)));
    rails.forEach(({ input }, i) => listen(input, "input", () =>
      send({ z: model.get("z").with(i, Number(input.value)) })));
    follow({ image: showImage, label: showImage, z: showTen });
    showImage();
    showTen();
    return [element("div", { className: "vae-row" },
      element("div", { className: "vae-drawing" }, drawing.canvas,
        caption(said("Mouse or finger. Keys: arrows move the pen, space puts it down or lifts it.")), clear),
      element("div", { className: "vae-reading" },
        small, caption(said("What the encoder reads")),
        ...rails.map(({ name, node }) => element("div", { className: "vae-coordinate" },
          element("span", { textContent: name }), node)),
        caption(said("Blue: μ ± σ of your digit. The knob is z: move it.")),
        ...(labels.length ? [images.node] : []))),
    status,
    element("div", { className: "vae-ten", role: "group", ariaLabel: said("ten digits from one z") }, ...tell)];
  });
}

export default { render };
