// Traversals: one row of pictures per latent dimension, all of them from one start code.

const VALUES = [-3, -1.5, 0, 1.5, 3]; // the same in traversals.py
const SCROLLS_ABOVE = 10; // rows
const LABEL = "clamp(66px, (100% - 400px) * 999, 116px)"; // one line where there is room, else two
// 52 px: the height of 420 px then ends within a row, which says that there are more
const COLUMNS = `${LABEL} repeat(${VALUES.length}, minmax(0, 52px)) 2px minmax(0, 52px)`;
const GRID = `display: grid; grid-template-columns: ${COLUMNS}; gap: 4px; align-items: center;`;
const GUTTER = "overflow: hidden auto; scrollbar-gutter: stable;"; // room for the rows' scroll bar
const BLUE = "#0072b2"; // the live column, the bars

function render({ model, el }) {
  const kl = model.get("_kl"), decode = network(model.get("_layers"), model.get("_weights"));
  const { inputs: latent, outputs: pixels, side } = decode;
  const codes = floats(model.get("_codes")), images = octets(model.get("_images"));
  const count = codes.length / latent;
  const code = () => codes.slice(model.get("start") * latent, (model.get("start") + 1) * latent);

  const ordered = kl.map((_, i) => i).sort((a, b) => kl[b] - kl[a]); // a stable sort, as in Python
  const rows = ordered.map((i) => dimensionRow(i, kl[i], Math.max(...kl), side));
  const value = slider("value", { min: -3, max: 3, step: 0.05, value: model.get("value") });
  const start = slider("image", { min: 0, max: count - 1, step: 1, value: model.get("start") }, String);
  for (const { node } of [value, start]) node.querySelector("label").style.minWidth = "3.4em"; // in line
  const image = picture(side, "image"), decoded = picture(side, "decoded code");
  const head = header(rows.length > SCROLLS_ABOVE);

  const drawLive = () => {
    const z = code(), now = model.get("value");
    for (const row of rows) row.live.paint(decodeWith(decode, z, row.dimension, now));
    head.live.textContent = now.toFixed(2);
    value.set(now);
    // the slider rounds what Python sets to its own steps: the words say the number itself
    value.node.querySelector("output").textContent = now.toFixed(2);
    value.input.setAttribute("aria-valuetext", now.toFixed(2));
  };
  const drawAll = () => {
    const z = code(), index = model.get("start");
    start.set(index);
    if (images.length) image.paint(images.subarray(index * pixels, (index + 1) * pixels), 1);
    decoded.paint(decode(z));
    for (const row of rows) {
      row.still.forEach((canvas, k) => canvas.paint(decodeWith(decode, z, row.dimension, VALUES[k])));
    }
    drawLive();
  };

  const root = element("div", { className: "vae-widget" },
    element("div", { className: "vae-row" },
      startPanel(images.length ? [[image, "image"], [decoded, "decoded code"]] : [[decoded, "decoded code"]],
        start.node, value.node),
      element("div", { style: "flex: 1 1 485px; min-width: 0; max-width: 485px" },
        head.node, tableOf(rows))));
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
  const shown = decode(z);
  z[dimension] = before;
  return shown;
}

function dimensionRow(dimension, kl, largest, side) {
  const name = `z${dimension + 1}`, nats = `${(Math.round(kl * 100) / 100 || 0).toFixed(2)} nats`;
  const small = (label) => {
    const canvas = picture(side, label);
    canvas.style.width = "100%";
    return canvas;
  };
  const still = VALUES.map((value) => small(`${name} set to ${value}`));
  const live = small(`${name} set to the value of the slider`);
  live.style.boxShadow = `0 0 0 1px ${BLUE}`;
  live.style.borderColor = BLUE;
  const bar = element("div", { style: `height: 4px; background: ${BLUE}; width: ${share(kl, largest)}%` });
  const label = element("div", { style: "line-height: 1.25; font-size: 13px" },
    words(`${name} ·`), " ", words(nats), bar);
  const node = element("div", { style: `${GRID} margin-bottom: 4px` }, label, ...still,
    element("span"), live);
  node.setAttribute("role", "group");
  node.setAttribute("aria-label", `${name}, ${nats}`);
  return { node, still, live, dimension };
}

const words = (text) => element("span", { textContent: text, style: "white-space: nowrap" });
const share = (part, whole) => (whole > 0 ? 100 * clamp(part / whole, 0, 1) : 0);

function header(scrolls) {
  const cell = (text) => element("div", { textContent: text, style: "text-align: center" });
  const live = cell("");
  live.style.cssText += "; font-weight: bold; font-variant-numeric: tabular-nums";
  const node = element("div", { className: "vae-caption",
    style: `${GRID} margin: 0 0 4px; padding-right: 3px; font-size: 12px; ${scrolls ? GUTTER : ""}` },
  element("div", { textContent: "set to" }), ...VALUES.map((value) => cell(String(value))),
  element("span"), live);
  return { node, live };
}

// The rows; more than ten of them scroll, so that the cell keeps its height.
function tableOf(rows) {
  const table = element("div", { style: "padding-right: 3px" }, ...rows.map((row) => row.node));
  if (rows.length <= SCROLLS_ABOVE) return table;
  table.style.cssText += `; max-height: 420px; ${GUTTER} scrollbar-color: #767676 transparent`;
  table.tabIndex = 0;
  table.setAttribute("role", "region");
  table.setAttribute("aria-label", `Pictures of ${rows.length} latent dimensions, the largest KL first`);
  return table;
}

function startPanel(pictures, ...controls) {
  const figures = pictures.map(([canvas, name]) => {
    canvas.style.width = "96px";
    return element("div", {}, canvas, element("p", { className: "vae-caption", textContent: name }));
  });
  return element("div", { style: "flex: 1 1 220px; min-width: 0" },
    element("div", { className: "vae-row", style: "margin-bottom: 8px" }, ...figures), ...controls,
    element("p", { className: "vae-caption", textContent:
      "Each row changes one dimension of this code. The last column sets it to the value above." }));
}

export default { render };
