// Predict: a question before a surprise. Choosing an option says why it is right or wrong, and is remembered.

import { element, fresh, mount, statusLine } from "./js/page.js";

const visit = new Map(); // where the page has no storage

function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return visit.get(key);
  }
}

function keep(key, choice) {
  try {
    localStorage.setItem(key, choice);
  } catch {
    visit.set(key, choice);
  }
}

function render({ model, el }) {
  const options = model.get("_options"), name = fresh("predict"), key = `vae-course:${model.get("_name")}`;
  const radios = options.map((_, value) => element("input", { type: "radio", name, value }));
  const labels = options.map(({ words }, i) => element("label", {}, radios[i], element("span", { innerHTML: words })));
  const said = statusLine("vae-two-lines-high");

  return mount({ model, el }, ({ root, listen, follow, send, frames }) => {
    const telling = frames();
    const show = () => {
      const choice = model.get("choice"), verdict = options[choice]?.right;
      const mark = verdict === undefined ? "chosen" : verdict ? "right" : "wrong";
      radios.forEach((radio, i) => { radio.checked = i === choice; });
      labels.forEach((label, i) => { label.className = i === choice ? `vae-${mark}` : ""; });
      said.innerHTML = choice === null ? "" : options[choice].why;
      if (choice !== null) telling(() => root.dispatchEvent(new CustomEvent("predicted", { bubbles: true })));
    };
    radios.forEach((radio, choice) => listen(radio, "change", () => {
      keep(key, options[choice].key);
      send({ choice });
    }));
    follow({ choice: show });
    const before = options.findIndex((option) => option.key === recall(key));
    if (model.get("choice") === null && before >= 0) send({ choice: before });
    show();
    return [element("fieldset", { className: "vae-predict" },
      element("legend", { innerHTML: model.get("_question") }), ...labels), said];
  });
}

export default { render };
