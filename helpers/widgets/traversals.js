// Traversals: one row of pictures per latent dimension, and under it where the image is and where z is.

import { codesOf } from "./js/network.js";
import { fixed, floats } from "./js/numbers.js";
import { button, caption, element, mount, picture, shelf } from "./js/page.js";
import { rail } from "./js/rail.js";
import { saying } from "./js/words.js";

const REST = 80; // ms without a movement, after which the rows are decoded anew

function render({ model, el }) {
  const said = saying(model);
  const kl = model.get("_kl"), values = model.get("_values"), labels = model.get("_labels");
  const { decode, count, code, image: given } = codesOf(model), { side, inputs: latent } = decode;
  const sigmas = floats(model.get("_sigmas"));
  const rows = model.get("_order").map((i) => dimensionRow(i, kl[i], values, model.get("_reach"), side, said));
  const images = shelf(said("Take an image:"), count, side, given, (i) => said("take this {}", labels[i]));
  const image = picture(side, said("image"), "vae-start");
  const decoded = picture(side, said("decoded from z"), "vae-start vae-live");
  const reset = button(said("back to the image"));

  return mount({ model, el }, ({ listen, follow, send, timer }) => {
    const resting = timer();
    const drawRows = () => {
      const z = model.get("z");
      for (const { cells, dimension } of rows) {
        cells.forEach((canvas, k) => canvas.paint(decode(z.with(dimension, values[k]))));
      }
    };
    const drawZ = () => {
      const z = model.get("z");
      decoded.paint(decode(z));
      for (const { place, dimension } of rows) place.set(z[dimension]);
      resting(drawRows, REST);
    };
    const drawImage = () => {
      const picked = model.get("picked"), mu = code(picked);
      images.press(picked);
      image.paint(given(picked), 1);
      for (const { place, dimension } of rows) place.own(mu[dimension], sigmas[picked * latent + dimension]);
    };
    const start = (picked) => send({ picked, z: Array.from(code(picked)) });
    images.buttons.forEach((each, picked) => listen(each, "click", () => start(picked)));
    listen(reset, "click", () => start(model.get("picked")));
    for (const { place: { input }, dimension } of rows) {
      listen(input, "input", () => send({ z: model.get("z").with(dimension, Number(input.value)) }));
    }
    follow({ z: drawZ, picked: drawImage });
    drawImage();
    drawZ();
    drawRows();
    return [element("div", { className: "vae-row" },
      element("div", {}, image, caption(said("the image"))), element("div", {}, decoded, caption(said("decoded from z"))),
      element("div", { className: "vae-start-panel" }, images.node, reset)),
    caption(said("Each row sets one dimension of z. Blue: μ ± σ of the image. The knob is z: move it.")),
    element("div", { className: "vae-rows" }, ...rows.map(({ node }) => node))];
  });
}

function dimensionRow(dimension, kl, values, reach, side, said) {
  const name = `z${dimension + 1}`, nats = `${fixed(kl)} nats`;
  const cells = values.map((value) => picture(side, said("{} set to {}", name, value), "vae-cell"));
  const place = rail(name, reach);
  const label = element("div", { className: "vae-name" },
    element("span", { textContent: name }), " ", element("span", { textContent: nats }));
  const strip = element("div", { className: "vae-strip" }, ...cells);
  const node = element("div", { className: "vae-dimension", role: "group", ariaLabel: `${name}, ${nats}` },
    label, element("div", {}, strip, place.node));
  return { node, cells, place, dimension };
}

export default { render };
