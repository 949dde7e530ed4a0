// Traversals: one row of pictures per latent dimension, all of them from one start code.

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
    for (const row of rows) row.live.paint(decodeWith(decode, z, row.dimension, now));
    head.live.textContent = now.toFixed(2);
    value.set(now);
  };
  const drawAll = () => {
    const index = model.get("start"), z = code(index);
    start.set(index);
    image.paint(given(index), 1);
    decoded.paint(decode(z));
    for (const row of rows) {
      row.still.forEach((canvas, k) => canvas.paint(decodeWith(decode, z, row.dimension, values[k])));
    }
    drawLive();
  };

  const root = element("div", { className: "vae-widget" },
    element("div", { className: "vae-row" },
      startPanel([[image, "image"], [decoded, "decoded code"]], start.node, value.node),
      element("div", { className: "vae-traversals" }, head.node, tableOf(rows))));
  root.style.setProperty("--vae-values", values.length);
  el.append(root);

  const controller = new AbortController(), { signal } = controller;
  keepKeys(root, signal);
  bind(model, "value", value, signal);
  bind(model, "start", start, signal);
  follow(model, { value: drawLive, start: drawAll }, signal);
  drawAll();
  return () => {
    controller.abort();
    root.remove();
  };
}

// The picture of the code z with one dimension set to `value`; z is as before afterwards.
function decodeWith(decode, z, dimension, value) {
  const before = z[dimension];
  z[dimension] = value;
  const pixels = decode(z);
  z[dimension] = before;
  return pixels;
}

function dimensionRow(dimension, kl, largest, values, side) {
  const name = `z${dimension + 1}`, nats = `${(Math.round(kl * 100) / 100 || 0).toFixed(2)} nats`;
  const still = values.map((value) => picture(side, `${name} set to ${value}`, "vae-cell"));
  const live = picture(side, `${name} set to the value of the slider`, "vae-cell vae-live");
  const bar = element("div", { className: "vae-bar" });
  bar.style.width = `${largest > 0 ? 100 * clamp(kl / largest, 0, 1) : 0}%`;
  const label = element("div", { className: "vae-name" },
    element("span", { textContent: `${name} ·` }), " ", element("span", { textContent: nats }), bar);
  const node = element("div", { className: "vae-grid" }, label, ...still, element("span"), live);
  node.setAttribute("role", "group");
  node.setAttribute("aria-label", `${name}, ${nats}`);
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
  const table = element("div", { className: "vae-table" }, ...rows.map((row) => row.node));
  if (rows.length <= SCROLLS_ABOVE) return table;
  table.classList.add("vae-gutter", "vae-scrolls");
  table.tabIndex = 0;
  table.setAttribute("role", "region");
  table.setAttribute("aria-label", `Pictures of ${rows.length} latent dimensions, the largest KL first`);
  return table;
}

function startPanel(pictures, ...controls) {
  const figures = pictures.map(([canvas, name]) =>
    element("div", {}, canvas, element("p", { className: "vae-caption", textContent: name })));
  return element("div", { className: "vae-start-panel" },
    element("div", { className: "vae-row" }, ...figures), ...controls,
    element("p", { className: "vae-caption", textContent:
      "Each row changes one dimension of this code. The last column sets it to the value above." }));
}

export default { render };
