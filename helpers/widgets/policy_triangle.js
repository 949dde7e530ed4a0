// PolicyTriangle: a policy over three answers, and what three estimators make of a group of draws.

import { clamp } from "./js/numbers.js";
import { ARROWS, button, caption, element, mount, slider, statusLine, svg } from "./js/page.js";

const WIDTH = 240, HEIGHT = 252, SCALE = 138; // SCALE: pixels for a gradient of length 1
const INK = "#222", ABOVE = 42, DOT = 11; // room above the triangle; from dot to dot
const NAMES = ["REINFORCE", "RLOO", "GRPO"];

function render({ model, el }) {
  const answers = model.get("_answers"), [fewest, most, highest, least] = model.get("_limits");
  const panels = NAMES.map((name, i) => panel(name, model.get("_colours")[i]));
  const n = slider("draws, n", { min: fewest, max: most, step: 1, value: model.get("n") }, String);
  const bonus = slider("points for all", { min: 0, max: highest, step: 0.25, value: model.get("bonus") });
  const again = button("new draws"), status = statusLine("vae-two-lines-high");

  return mount({ model, el }, ({ bind, follow, listen, send, timer }) => {
    const tell = timer(); // screen readers are told once the point rests
    const show = () => {
      const p = model.get("policy"), size = model.get("n"), points = model.get("bonus");
      const rewards = model.get("_rewards").map((reward) => reward + points);
      const counts = drawn(p, model.get("uniforms").slice(0, size));
      for (const each of panels) each.show(p, rewards, counts, answers);
      n.set(size);
      bonus.set(points);
      tell(() => {
        status.textContent = `Policy: ${answers.map((words, i) => `${words} ${p[i].toFixed(2)}`).join(", ")}. `
          + `Drawn: ${answers.map((words, i) => `${counts[i]} × ${words}`).join(", ")}.`;
      }, 200);
    };
    show();

    bind("n", n);
    bind("bonus", bonus);
    listen(again, "click", () => send({ uniforms: model.get("uniforms").map(() => Math.random()) }));
    follow({ policy: show, n: show, bonus: show, uniforms: show });
    for (const { paper, knob } of panels) {
      const to = (x, y) => send({ policy: policyAt(x, y, least) });
      listen(knob, "pointerdown", (event) => {
        if (event.button) return;
        knob.setPointerCapture(event.pointerId);
        event.preventDefault();
        paper.focus();
      });
      listen(knob, "touchstart", (event) => event.preventDefault()); // it is dragged, the page is not scrolled
      listen(knob, "pointermove", (event) => {
        if (!knob.hasPointerCapture(event.pointerId)) return;
        const box = paper.getBoundingClientRect();
        to(((event.clientX - box.left) / box.width) * WIDTH, ((event.clientY - box.top) / box.height) * HEIGHT);
      });
      listen(paper, "keydown", (event) => {
        const step = ARROWS[event.key];
        if (!step) return;
        event.preventDefault();
        const [x, y] = place(model.get("policy"));
        to(x + 6 * step[0], y + 6 * step[1]);
      });
    }
    return [element("div", { className: "vae-row vae-close" }, again, caption("Drag the policy, too.")),
      n.node, bonus.node, element("div", { className: "vae-row vae-close" }, ...panels.map(({ node }) => node)), status];
  });
}

// -- numbers ------------------------------------------------------------------------------------

const sum = (values) => values.reduce((a, b) => a + b, 0);
const dot = (a, b) => sum(a.map((value, i) => value * b[i]));
export const length = (v) => Math.sqrt(dot(v, v));

// How often each answer comes, when numbers from 0 to 1 are looked up in the policy.
export function drawn(p, uniforms) {
  const counts = [0, 0, 0];
  for (const u of uniforms) counts[u < p[0] ? 0 : u < p[0] + p[1] ? 1 : 2]++;
  return counts;
}

// What each answer is worth in a group in which it stands counts[i] times.
export function advantages(name, rewards, counts) {
  const n = sum(counts), mean = dot(rewards, counts) / n;
  if (name === "REINFORCE") return rewards;
  const above = rewards.map((reward) => reward - mean);
  if (name === "RLOO") return above.map((value) => (value * n) / (n - 1));
  const deviation = Math.sqrt(dot(above.map((value) => value * value), counts) / (n - 1));
  return above.map((value) => (deviation > 1e-6 ? value / deviation : 0));
}

// The mean of advantage times score; the score of answer i is a 1 at i, minus the policy.
export function estimate(name, p, rewards, counts) {
  const n = sum(counts), weights = advantages(name, rewards, counts).map((value, i) => (value * counts[i]) / n);
  const total = sum(weights);
  return p.map((value, i) => weights[i] - total * value);
}

export const exact = (p, rewards) => p.map((value, i) => value * (rewards[i] - dot(p, rewards)));

// Each group of n: its probability, and what the estimator makes of it.
export function everyGroup(name, p, rewards, n) {
  const found = [], logs = [0];
  for (let k = 1; k <= n; k++) logs.push(logs[k - 1] + Math.log(k)); // of k!
  for (let a = 0; a <= n; a++) {
    for (let b = 0; a + b <= n; b++) {
      const counts = [a, b, n - a - b];
      const chance = Math.exp(logs[n] - sum(counts.map((k) => logs[k]))) * counts.reduce((c, k, i) => c * p[i] ** k, 1);
      found.push({ chance, value: estimate(name, p, rewards, counts) });
    }
  }
  return found;
}

export function average(groups) {
  const mean = [0, 1, 2].map((i) => sum(groups.map(({ chance, value }) => chance * value[i])));
  const off = ({ chance, value }) => chance * sum(value.map((v, i) => (v - mean[i]) ** 2));
  return { mean, noise: Math.sqrt(sum(groups.map(off))) };
}

// -- drawing ------------------------------------------------------------------------------------

const TOP = Math.sqrt(1.5), HALF = Math.sqrt(0.5); // of a triangle whose corners are one-hot vectors

// Where a vector stands, and how far an arrow with these entries goes: the entries of one sum to 1, of the other to 0.
const along = ([a, b]) => [SCALE * HALF * (b - a), SCALE * TOP * (a + b)];
export const place = (p) => {
  const [x, y] = along(p);
  return [WIDTH / 2 + x, ABOVE + SCALE * TOP - y];
};
export const tip = (p, gradient) => {
  const [x, y] = place(p), [right, up] = along(gradient);
  return [x + right, y - up];
};

// The policy that stands at a place, or near it: each answer keeps a probability of about `least`.
export function policyAt(x, y, least) {
  const both = (ABOVE + SCALE * TOP - y) / (SCALE * TOP), apart = (x - WIDTH / 2) / (SCALE * HALF);
  const p = [(both - apart) / 2, (both + apart) / 2, 1 - both].map((value) => clamp(value, least, 1));
  return p.map((value) => value / sum(p));
}

export const radius = (chance) => Math.sqrt(520 * chance);

function arrow(colour, width) {
  const line = svg("line", { stroke: colour, "stroke-width": width }), head = svg("path", { fill: colour });
  const show = ([x, y], [to, down]) => {
    const far = Math.hypot(to - x, down - y), size = Math.min(far, 3 + 2.4 * width);
    const [right, up] = far ? [(to - x) / far, (down - y) / far] : [0, 0]; // a unit vector along it
    const [bx, by] = [to - size * right, down - size * up], side = 0.45 * size;
    for (const [name, value] of Object.entries({ x1: x, y1: y, x2: bx, y2: by })) line.setAttribute(name, value.toFixed(2));
    const points = [[to, down], [bx - side * up, by + side * right], [bx + side * up, by - side * right]];
    head.setAttribute("d", `M${points.map((point) => point.map((v) => v.toFixed(2)).join(" ")).join("L")}Z`);
  };
  return { node: svg("g", {}, line, head), show };
}

function panel(name, colour) {
  const corners = [[1, 0, 0], [0, 1, 0], [0, 0, 1]].map(place);
  const words = corners.map(([x, y], i) => svg("text", { x, y: i < 2 ? y - 16 : y + 28, fill: INK, "font-size": 13,
    "text-anchor": ["start", "end", "middle"][i] }));
  const draws = svg("g", { fill: INK }), cloud = svg("g", { fill: colour, "fill-opacity": 0.4 });
  const mine = arrow(colour, 5), right = arrow(INK, 2);
  const mean = svg("circle", { r: 7, fill: "none", stroke: INK, "stroke-width": 1.5 });
  const knob = svg("g", {}, svg("circle", { r: 18, fill: "#0000" }),
    svg("circle", { r: 5, fill: "#fff", stroke: INK, "stroke-width": 2 }));
  knob.classList.add("vae-knob");
  const paper = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "application", tabindex: 0 },
    svg("path", { d: `M${corners.map((corner) => corner.map((v) => v.toFixed(1)).join(" ")).join("L")}Z`, fill: "none",
      stroke: "#767676" }), ...words, draws, cloud, mine.node, right.node, mean, knob);
  const lengths = caption("", "vae-two-lines"), title = element("p", { className: "vae-way" }, element("b", { textContent: name }));
  title.style.borderColor = colour;

  const show = (p, rewards, counts, answers) => {
    const groups = everyGroup(name, p, rewards, sum(counts)), own = estimate(name, p, rewards, counts);
    const { mean: middle, noise } = average(groups), [x, y] = place(p);
    words.forEach((node, i) => { node.textContent = `${answers[i]}: ${Number(rewards[i].toFixed(2))}`; });
    draws.replaceChildren(...counts.flatMap((count, i) => Array.from({ length: count }, (_, k) => svg("circle", {
      cx: corners[i][0] + DOT * [k, -k, k - (count - 1) / 2][i], cy: corners[i][1] + (i < 2 ? -8 : 9), r: 3.5 }))));
    cloud.replaceChildren(...groups.filter(({ chance }) => chance > 1e-5).map(({ chance, value }) => {
      const [cx, cy] = tip(p, value);
      return svg("circle", { cx: cx.toFixed(2), cy: cy.toFixed(2), r: radius(chance).toFixed(2) });
    }));
    mine.show([x, y], tip(p, own));
    right.show([x, y], tip(p, exact(p, rewards)));
    const [cx, cy] = tip(p, middle);
    mean.setAttribute("cx", cx.toFixed(2));
    mean.setAttribute("cy", cy.toFixed(2));
    knob.setAttribute("transform", `translate(${x.toFixed(2)} ${y.toFixed(2)})`);
    lengths.textContent = `exact ${length(exact(p, rewards)).toFixed(2)}, this group ${length(own).toFixed(2)}\n`
      + `average ${length(middle).toFixed(2)}, noise ${noise.toFixed(2)}`;
    paper.setAttribute("aria-label", `the policy in the triangle of ${name}`);
  };
  return { node: element("div", { className: "vae-panel" }, title, paper, lengths), paper, knob, show };
}

export default { render };
