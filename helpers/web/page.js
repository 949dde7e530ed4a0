// What every page of the web edition runs: the theme, and the widgets that come near the view.
import { withoutKernel } from "../widgets/js/without_kernel.js";

const course = globalThis.course = { widgets: {}, states: {} };

const home = new URL(".", document.currentScript.src); // where the scripts of all languages are
const scripts = {};
const load = (src) => scripts[src] ??= new Promise((done, failed) => document.head.append(
  Object.assign(document.createElement("script"), { src, onload: done, onerror: failed })));

// A widget's model; two places that show one widget share it, and so do widgets that are linked.
const models = {};
const modelOf = (id) => models[id] ??= load(`${id}.js`).then(async () => {
  const state = course.states[id];
  for (const [name, value] of Object.entries(state)) if (value?.model) state[name] = await modelOf(value.model);
  return withoutKernel(state).model;
});

async function wake(place) {
  const { widget, model } = place.dataset, el = document.createElement("div");
  await load(new URL(`widgets/${widget}.js`, home).href);
  course.widgets[widget]({ model: await modelOf(model), el });
  place.replaceChildren(el); // until now, and where a script is missing, its picture
  place.classList.add("awake");
}

const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    wake(target);
  }
}, { rootMargin: "800px" });
for (const place of document.querySelectorAll(".live")) near.observe(place);

// What scrolls sideways can be scrolled by keys.
for (const node of document.querySelectorAll("pre, .wide, .broad, math[display=block]")) {
  if (node.scrollWidth > node.clientWidth) node.tabIndex = 0;
}

// The map of estimators, on a narrow screen: its first question, in the middle, comes into view.
for (const map of document.querySelectorAll(".output_html > div")) {
  map.scrollLeft = (map.scrollWidth - map.clientWidth) / 2;
}

const toggle = document.getElementById("theme"), root = document.documentElement;
toggle.hidden = false;
toggle.addEventListener("click", () => {
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  try {
    localStorage.setItem("theme", root.dataset.theme);
  } catch { /* not allowed here: the choice holds for this page */ }
});

// A question that is answered opens what came out below it.
document.addEventListener("predicted", ({ target }) => {
  const below = (node) => target.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING;
  const answer = [...document.querySelectorAll("details.answer")].find(below);
  if (answer) answer.open = true;
});

// A page prints whole: what is folded is open while it prints.
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")];
  for (const node of opened) node.open = true;
});
addEventListener("afterprint", () => { for (const node of opened) node.open = false; });
