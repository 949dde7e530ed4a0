// AttributeSliders: digits moved along directions of latent space, one slider for each direction.

import { codesOf } from "./js/network.js";
import { floats } from "./js/numbers.js";
import { button, caption, element, mount, picture, slider } from "./js/page.js";
import { saying } from "./js/words.js";

const STEPS = 50; // of a slider, from 0 to each end: it counts them, so that 0 and both ends are met exactly

function render({ model, el }) {
  const said = saying(model);
  const { decode, count, code, image } = codesOf(model);
  const names = model.get("_names"), limit = model.get("_limit"), directions = floats(model.get("_directions"));
  const numbers = Array.from({ length: count }, (_, i) => i);
  const originals = numbers.map((i) => picture(decode.side, said("image {}", i + 1), "vae-cell"));
  const moved = numbers.map((i) => picture(decode.side, said("image {}, moved", i + 1), "vae-cell vae-live"));
  const amount = (step) => limit * (step / STEPS);
  const sliders = names.map((name) => slider(name, { min: -STEPS, max: STEPS, step: 1, value: 0 },
    (step) => amount(step).toFixed(2)));
  const reset = button(said("reset"));

  const draw = () => {
    const amounts = names.map((name) => model.get("amounts")[name]);
    sliders.forEach(({ set }, k) => set(STEPS * amounts[k] / limit));
    moved.forEach((canvas, i) => canvas.paint(decode(move(code(i), directions, amounts))));
  };
  originals.forEach((canvas, i) => canvas.paint(image(i), 1));
  draw();

  return mount({ model, el }, ({ listen, follow, send }) => {
    sliders.forEach(({ input }, k) => listen(input, "input", () =>
      send({ amounts: { ...model.get("amounts"), [names[k]]: amount(Number(input.value)) } })));
    listen(reset, "click", () => send({ amounts: Object.fromEntries(names.map((name) => [name, 0])) }));
    follow({ amounts: draw });
    const columns = element("div", { className: "vae-columns" },
      ...numbers.map((i) => element("div", {}, originals[i], moved[i])));
    columns.style.setProperty("--vae-count", count);
    return [columns,
      caption(said("Above: the image. Framed: decoded from its code, moved by amount × direction of each attribute.")),
      element("div", { className: "vae-attributes" }, ...sliders.map(({ node }) => node)), reset];
  });
}

// z + the sum of amount * direction; directions: one after the other, each as long as z.
export function move(z, directions, amounts) {
  return z.map((value, i) => amounts.reduce((sum, amount, k) => sum + amount * directions[k * z.length + i], value));
}

export default { render };
