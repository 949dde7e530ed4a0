// An Explorer without a kernel: its pictures were drawn beforehand, one for each setting of its controls.

import { caption, element, fresh, mount, slider } from "../widgets/js/page.js";
import { saying } from "../widgets/js/words.js";

function render({ model, el }) {
  const said = saying(model);
  const controls = model.get("controls"), at = model.get("at"), [width, height] = model.get("size");
  const picture = element("img", { width, height, className: "vae-explored" });

  const show = () => {
    const index = controls.reduce((sum, { labels }, i) => sum * labels.length + at[i], 0);
    picture.src = `${model.get("pictures")}-${index}.webp`;
    picture.alt = said("the picture for {}", controls.map(({ name, labels }, i) => `${name} = ${labels[at[i]]}`).join(", "));
  };
  show();

  const fewer = controls.filter(({ labels, of }) => labels.length < of)
    .map(({ name, labels }) => said("{} has {} positions", name, labels.length));
  const note = caption(said("In the web edition {}; in Jupyter it is finer.", fewer.join(", ")));
  note.hidden = !fewer.length;
  return mount({ model, el }, ({ listen }) => [...controls.map((control, i) => {
    const move = (value) => {
      at[i] = value;
      show();
    };
    return (control.buttons ? choice : track)(control, move, listen);
  }), picture, note]);
}

function track({ name, labels, start }, move, listen) {
  const { node, input } = slider(name, { min: 0, max: labels.length - 1, step: 1, value: start }, (v) => labels[v]);
  listen(input, "input", () => move(Number(input.value)));
  return node;
}

function choice({ name, labels, start }, move, listen) {
  const group = fresh("choice");
  return element("fieldset", { className: "vae-choice" }, element("legend", { textContent: name }),
    ...labels.map((label, i) => {
      const input = element("input", { type: "radio", name: group, checked: i === start });
      listen(input, "change", () => move(i));
      return element("label", {}, input, label);
    }));
}

export default { render };
