// An Explorer without a kernel: its pictures were drawn beforehand, one for each setting of its controls.

function render({ model, el }) {
  const stop = new AbortController(), controls = model.get("controls"), at = model.get("at");
  const [width, height] = model.get("size");
  const picture = element("img", { width, height, className: "vae-explored" });

  const show = () => {
    const index = controls.reduce((sum, { labels }, i) => sum * labels.length + at[i], 0);
    picture.src = `${model.get("pictures")}-${index}.webp`;
    picture.alt = `the picture for ${controls.map(({ name, labels }, i) => `${name} = ${labels[at[i]]}`).join(", ")}`;
  };
  const move = (i) => (value) => {
    at[i] = value;
    show();
  };

  const fewer = controls.filter(({ labels, of }) => labels.length < of)
    .map(({ name, labels }) => `${name} has ${labels.length} positions`);
  const note = element("p", { className: "vae-caption",
    textContent: `In the web edition ${fewer.join(", ")}; in Jupyter it is finer.` });
  note.hidden = !fewer.length;
  const root = element("div", { className: "vae-widget" },
    ...controls.map((control, i) => (control.buttons ? choice : track)(control, move(i), stop.signal)), picture, note);
  keepKeys(root, stop.signal);
  el.append(root);
  show();
  return () => {
    stop.abort();
    root.remove();
  };
}

function track({ name, labels, start }, move, signal) {
  const { node, input } = slider(name, { min: 0, max: labels.length - 1, step: 1, value: start }, (v) => labels[v]);
  input.addEventListener("input", () => move(Number(input.value)), { signal });
  return node;
}

function choice({ name, labels, start }, move, signal) {
  const group = `choice-${Math.random()}`;
  return element("fieldset", { className: "vae-choice" }, element("legend", { textContent: name }),
    ...labels.map((label, i) => {
      const input = element("input", { type: "radio", name: group, checked: i === start });
      input.addEventListener("change", () => move(i), { signal });
      return element("label", {}, input, label);
    }));
}

export default { render };
