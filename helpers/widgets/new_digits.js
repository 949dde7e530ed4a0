// NewDigits: ten draws, decoded here, in the browser: of the prior, or around one image.

import { codesOf } from "./js/network.js";
import { floats, normalPair } from "./js/numbers.js";
import { button, caption, element, mount, picture, shelf, slider, statusLine } from "./js/page.js";
import { saying } from "./js/words.js";

const COUNT = 10;

// The draws z = mu + width sigma epsilon, one array each; epsilon has those of the first draw first.
export function drawsOf(mu, sigma, width, epsilon) {
  return Array.from({ length: epsilon.length / mu.length }, (_, k) =>
    Float64Array.from(mu, (m, i) => m + width * sigma[i] * epsilon[k * mu.length + i]));
}

function render({ model, el }) {
  const said = saying(model);
  const { decode, code, image, count } = codesOf(model), labels = model.get("_labels"), latent = decode.inputs;
  const sigmas = floats(model.get("_sigmas")), prior = labels.length === 0;
  const cells = Array.from({ length: COUNT }, (_, i) => picture(decode.side, said("new digit {}", i + 1), "vae-cell"));
  const sheet = element("div", { className: "vae-new" }, ...cells);
  const again = button(said(prior ? "ten more" : "roll again")), status = statusLine();
  const width = slider(said("width"), { min: 0, max: 3, step: 0.1, value: model.get("width") },
    (value) => `${value.toFixed(1)} σ`);
  const original = picture(decode.side, said("the picked image"), "vae-original");
  const images = prior ? null
    : shelf(said("Take an image:"), count, decode.side, image, (i) => said("take this {}", labels[i]));

  return mount({ model, el }, ({ listen, follow, send, bind }) => {
    const show = () => {
      const picked = model.get("picked"), wide = model.get("width");
      const sigma = sigmas.subarray(picked * latent, (picked + 1) * latent);
      drawsOf(code(picked), sigma, wide, model.get("epsilon")).forEach((z, i) => cells[i].paint(decode(z)));
      if (prior) return;
      width.set(wide);
      original.paint(image(picked), 1);
      images.press(picked);
      status.textContent = said("Ten draws around this {}, {} σ wide, decoded.", labels[picked], wide.toFixed(1));
    };
    listen(again, "click", () => {
      const pairs = Array.from({ length: (COUNT * latent) / 2 }, normalPair);
      send({ epsilon: pairs.flat() });
    });
    images?.buttons.forEach((node, picked) => listen(node, "click", () => send({ picked })));
    bind("width", width);
    follow({ epsilon: show, width: show, picked: show });
    show();
    if (prior) return [sheet, element("div", { className: "vae-moves" }, again)];
    return [
      images.node,
      element("div", { className: "vae-row vae-moves" },
        element("div", { className: "vae-beside-new" }, original, caption(said("x, the picked image")), again),
        element("div", { className: "vae-sheet-new" }, width.node, sheet, status))];
  });
}

export default { render };
