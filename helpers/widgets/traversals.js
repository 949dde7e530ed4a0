// Traversals: one row of pictures per latent dimension, all of them from one start code.

import { codesOf } from "./js/network.js";
import { clamp, fixed } from "./js/numbers.js";
import { caption, element, mount, picture, slider } from "./js/page.js";

const SCROLLS_ABOVE = 10; // rows

function render({ model, el }) {
  const kl = model.get("_kl"), values = model.get("_values");
  const { decode, count, code, image: given } = codesOf(model), { side } = decode;

  const rows = model.get("_order").map((i) => dimensionRow(i, kl[i], Math.max(...kl), values, side));
  const value = slider("value", { min: values[0], max: values.at(-1), step: 0.05, value: model.get("value") });
  const start = slider("image", { min: 0, max: count - 1, step: 1, value: model.get("start") }, String);
  const image = picture(side, "image", "vae-start"), decoded = picture(side, "decoded code", "vae-start");
  const head = header(values, rows.length > SCROLLS_ABOVE);

  const drawLive = () => {
    const z = code(model.get("start")), now = model.get("value");
    for (const row of rows) row.live.paint(decode(z.with(row.dimension, now)));
    head.live.textContent = now.toFixed(2);
    value.set(now);
  };
  const drawAll = () => {
    const index = model.get("start"), z = code(index);
    start.set(index);
    image.paint(given(index), 1);
    decoded.paint(decode(z));
    for (const row of rows) {
      row.still.forEach((canvas, k) => canvas.paint(decode(z.with(row.dimension, values[k]))));
    }
    drawLive();
  };
  drawAll();

  return mount({ model, el }, ({ root, bind, follow }) => {
    root.style.setProperty("--vae-values", values.length);
    bind("value", value);
    bind("start", start);
    follow({ value: drawLive, start: drawAll });
    return [element("div", { className: "vae-row" },
      startPanel([[image, "image"], [decoded, "decoded code"]], start.node, value.node),
      element("div", { className: "vae-traversals" }, head.node, tableOf(rows)))];
  });
}

function dimensionRow(dimension, kl, largest, values, side) {
  const name = `z${dimension + 1}`, nats = `${fixed(kl)} nats`;
  const still = values.map((value) => picture(side, `${name} set to ${value}`, "vae-cell"));
  const live = picture(side, `${name} set to the value of the slider`, "vae-cell vae-live");
  const bar = element("div", { className: "vae-bar" });
  bar.style.width = `${largest > 0 ? 100 * clamp(kl / largest, 0, 1) : 0}%`;
  const label = element("div", { className: "vae-name" },
    element("span", { textContent: `${name} ·` }), " ", element("span", { textContent: nats }), bar);
  const node = element("div", { className: "vae-grid", role: "group", ariaLabel: `${name}, ${nats}` },
    label, ...still, element("span"), live);
  return { node, still, live, dimension };
}

function header(values, scrolls) {
  const live = element("div", { className: "vae-now" });
  const node = element("div", { className: `vae-grid vae-head${scrolls ? " vae-gutter" : ""}` },
    element("div", { textContent: "set to" }),
    ...values.map((value) => element("div", { textContent: value })), element("span"), live);
  return { node, live };
}

// The rows; more than ten of them scroll, so that the cell keeps its height.
function tableOf(rows) {
  const nodes = rows.map((row) => row.node);
  if (rows.length <= SCROLLS_ABOVE) return element("div", { className: "vae-table" }, ...nodes);
  return element("div", { className: "vae-table vae-gutter vae-scrolls", tabIndex: 0, role: "region",
    ariaLabel: `Pictures of ${rows.length} latent dimensions, the largest KL first` }, ...nodes);
}

function startPanel(pictures, ...controls) {
  const figures = pictures.map(([canvas, name]) => element("div", {}, canvas, caption(name)));
  return element("div", { className: "vae-start-panel" },
    element("div", { className: "vae-row" }, ...figures), ...controls,
    caption("Each row changes one dimension of this code. The last column sets it to the value above."));
}

export default { render };
