// Tokens: a digit as entries of a codebook. Choose another entry for a patch, and it is decoded here.

import { network } from "./js/network.js";
import { bytesOf, clamp, floats } from "./js/numbers.js";
import { ARROWS, button, caption, element, inside, mount, picture, shelf, statusLine } from "./js/page.js";

// Where a key leads from one of `count` places in rows of `columns`: a neighbour, or stay at the edge.
export function leadsTo(key, at, columns, count) {
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  const [x, y] = ARROWS[key], column = (at % columns) + x, place = at + x + y * columns;
  return column < 0 || column >= columns || place < 0 || place >= count ? at : place;
}

// The patch of a point from 0 to 1 across and down a picture of rows of `columns` patches.
export function patchAt([x, y], columns) {
  const [column, row] = [x, y].map((part) => clamp(Math.floor(part * columns), 0, columns - 1));
  return row * columns + column;
}

// What the decoder reads: the entries of all tokens, one after the other.
export function entriesOf(codebook, tokens, size) {
  const read = new Float32Array(tokens.length * size);
  tokens.forEach((token, i) => read.set(codebook.subarray(token * size, (token + 1) * size), i * size));
  return read;
}

// Buttons of which one is chosen, as radio buttons are: {node, buttons, faces, choose, columns}.
function grid(name, className, count, side) {
  const faces = Array.from({ length: count }, () => picture(side, "", "vae-face"));
  const buttons = faces.map((face) => {
    face.ariaHidden = "true";
    return element("button", { type: "button", role: "radio" }, face);
  });
  const node = element("div", { className, role: "radiogroup", ariaLabel: name }, ...buttons);
  const choose = (chosen) => buttons.forEach((each, i) => {
    each.ariaChecked = String(i === chosen);
    each.tabIndex = i === chosen ? 0 : -1;
  });
  const columns = () => buttons.filter((each) => each.offsetTop === buttons[0].offsetTop).length;
  return { node, buttons, faces, choose, columns };
}

function render({ model, el }) {
  const decode = network(model.get("_layers"), model.get("_weights")), { side, outputs: pixels } = decode;
  const own = model.get("_own"), labels = model.get("_labels"), patches = own[0].length;
  const columns = Math.sqrt(patches), size = decode.inputs / patches, small = side / columns;
  const codebook = floats(model.get("_codebook")), entries = codebook.length / size;
  const drawn = bytesOf(model.get("_drawn")), images = bytesOf(model.get("_images"));
  const face = (entry) => drawn.subarray(entry * small ** 2, (entry + 1) * small ** 2);
  const given = (i) => images.subarray(i * pixels, (i + 1) * pixels);

  const x = framed(picture(side, "the image", "vae-whole")), decoded = framed(picture(side, "decoded", "vae-whole vae-smooth"));
  const tokens = grid("the patches", "vae-patches", patches, small);
  const alphabet = grid("the codebook", "vae-codebook", entries, small);
  tokens.node.style.setProperty("--vae-columns", columns);
  alphabet.faces.forEach((canvas, entry) => canvas.paint(face(entry), 1));
  alphabet.buttons.forEach((each, entry) => Object.assign(each, { ariaLabel: `codebook entry ${entry}`, title: `entry ${entry}` }));
  const numbers = shelf("Take an image:", labels.length, side, given, (i) => `take this ${labels[i]}`);
  const reset = button("back to the image"), status = statusLine("vae-two-lines-high");

  return mount({ model, el }, ({ listen, follow, send }) => {
    const show = () => {
      const picked = model.get("picked"), now = model.get("tokens"), patch = model.get("patch");
      const exchanged = now.map((token, i) => token !== own[picked][i]);
      const words = (i) => (exchanged[i] ? `entry ${now[i]} instead of ${own[picked][i]}` : `entry ${now[i]}`);
      numbers.press(picked);
      x.canvas.paint(given(picked), 1);
      decoded.canvas.paint(decode(entriesOf(codebook, now, size)));
      now.forEach((token, i) => {
        tokens.faces[i].paint(face(token), 1);
        tokens.buttons[i].ariaLabel = `patch ${i}, ${words(i)}`;
        tokens.buttons[i].classList.toggle("vae-exchanged", exchanged[i]);
      });
      tokens.choose(patch);
      alphabet.choose(now[patch]);
      for (const { frame } of [x, decoded]) {
        frame.style.left = `${100 * (patch % columns) / columns}%`;
        frame.style.top = `${100 * Math.floor(patch / columns) / columns}%`;
        frame.style.width = frame.style.height = `${100 / columns}%`;
      }
      const count = exchanged.filter(Boolean).length;
      status.textContent = `Patch ${patch}: ${words(patch)}. ${count} of ${patches} exchanged.`;
      reset.disabled = !count;
    };
    const start = (picked) => send({ picked, tokens: [...own[picked]] });
    const pick = (patch) => send({ patch });
    const exchange = (entry) => send({ tokens: model.get("tokens").with(model.get("patch"), entry) });
    for (const [{ node, buttons, columns: across }, call] of [[tokens, pick], [alphabet, exchange]]) {
      buttons.forEach((each, i) => listen(each, "click", () => call(i)));
      listen(node, "keydown", (event) => {
        const at = buttons.indexOf(event.target);
        if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
        if (!ARROWS[event.key] && event.key !== "Home" && event.key !== "End") return;
        event.preventDefault(); // the page does not scroll
        const to = leadsTo(event.key, at, across(), buttons.length);
        buttons[to].focus();
        call(to);
      });
    }
    for (const { node, canvas } of [x, decoded]) {
      listen(node, "click", (event) => pick(patchAt(inside(canvas, event), columns)));
    }
    numbers.buttons.forEach((each, i) => listen(each, "click", () => start(i)));
    listen(reset, "click", () => start(model.get("picked")));
    follow({ picked: show, tokens: show, patch: show });
    show();
    return [
      numbers.node,
      element("div", { className: "vae-tokens vae-moves" },
        element("div", { className: "vae-token-x" }, x.node, caption("x")),
        element("div", {}, tokens.node, caption("its tokens: pick a patch")),
        element("div", {}, decoded.node, caption("decoded"))),
      caption(`The codebook: pick one of its ${entries} entries for the framed patch.`, "vae-moves"),
      alphabet.node,
      status,
      reset,
    ];
  });
}

// A picture with a frame around one of its patches.
function framed(canvas) {
  const frame = element("div", { className: "vae-frame" });
  return { node: element("div", { className: "vae-framed" }, canvas, frame), canvas, frame };
}

export default { render };
