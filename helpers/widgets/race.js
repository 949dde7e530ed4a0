// Race: two points on one cost, each moved by its own estimate of the gradient, with the same draws.

import { clamp, fixed, normalPair } from "./js/numbers.js";
import { button, caption, element, mount, slider, statusLine, still, svg } from "./js/page.js";

const WIDTH = 480, MARGIN = 8, CURVE = 190, TOP = 222, FLOOR = 420, HEIGHT = 446; // of the curve; of the steps
const LOW = -4, HIGH = 6; // the mu that are shown
const BEAT = 110, KEPT = 20; // ms from step to step; earlier races that are shown
const INK = "#222", DIM = "#595959";
const POINTS = [
  { name: "pathwise", colour: "#009e73", dashes: "none", mark: (r) => svg("circle", { r }) },
  { name: "score function", colour: "#0072b2", dashes: "6 2 2 2",
    mark: (r) => svg("path", { d: `M${-1.15 * r} ${-0.8 * r}H${1.15 * r}L0 ${1.2 * r}Z` }) },
];

function render({ model, el }) {
  const { k, height, lr, start, steps, most } = model.get("_constants");
  const now = () => model.get("mus").at(-1), made = () => model.get("mus").length - 1;
  const go = button("go"), one = button("next"), again = button("again");
  const costs = ["parabola", "step"].map((cost) => button(cost));
  const baseline = element("input", { type: "checkbox" });
  const draws = slider("draws", { min: 1, max: most, step: 1, value: model.get("draws") }, String);
  const said = POINTS.map(({ name, colour }) => {
    const words = element("span"), node = element("p", { className: "vae-way" });
    node.append(element("b", { textContent: name }), " ", words);
    node.style.borderColor = colour;
    return { node, words };
  });
  const track = drawn(steps), status = statusLine();

  return mount({ model, el }, ({ bind, follow, listen, send, timer }) => {
    const beat = timer();
    // Of either point: where it is, its next move, and what that move is on average, with its noise.
    const points = () => {
      const f = problem(model.get("cost"), k, height), n = model.get("draws");
      return now().map((mu, i) => {
        const plain = exact(f, mu, 0), { cost } = plain, b = model.get("baseline") ? cost : 0;
        const { means, noises } = b ? exact(f, mu, b) : plain;
        const noise = noises[i] / Math.sqrt(n);
        const move = -lr * estimates(f, mu, model.get("epsilon").slice(0, n), b)[i];
        return { mu, cost, move, noise, bar: [-lr * means[i] - lr * noise, -lr * means[i] + lr * noise] };
      });
    };
    const show = () => {
      const at = points();
      track.show(model.get("cost"), problem(model.get("cost"), k, height), at, model.get("mus"));
      said.forEach(({ words }, i) => {
        words.textContent = `μ = ${fixed(at[i].mu)}, noise ${fixed(at[i].noise, 1)}`;
      });
      for (const node of costs) node.ariaPressed = String(node.textContent === model.get("cost"));
      baseline.checked = model.get("baseline");
      draws.set(model.get("draws"));
      one.disabled = go.disabled = made() >= steps;
      status.textContent = `${made()} of ${steps} steps`;
    };
    const normals = () => Array.from({ length: most }, () => normalPair()[0]);
    const step = () => {
      send({ mus: [...model.get("mus"), points().map(({ mu, move }) => mu + move)], epsilon: normals() });
    };
    const stop = () => {
      beat.stop();
      go.textContent = "go";
      status.ariaLive = "polite";
    };
    const run = () => {
      step();
      if (made() >= steps) stop();
      else if (still()) run();
      else beat(run, BEAT);
    };
    const restart = () => {
      stop();
      send({ mus: [[start, start]], epsilon: normals() });
    };
    const changed = () => {
      track.forget();
      show();
    };
    listen(go, "click", () => {
      if (beat.running()) return stop();
      go.textContent = "pause";
      status.ariaLive = "off"; // or a screen reader would be told of each step
      run();
    });
    listen(one, "click", () => { stop(); step(); });
    listen(again, "click", () => { track.keep(); restart(); });
    for (const node of costs) listen(node, "click", () => { send({ cost: node.textContent }); restart(); });
    listen(baseline, "change", () => send({ baseline: baseline.checked }));
    bind("draws", draws);
    follow({ mus: show, epsilon: show, cost: changed, baseline: changed, draws: changed });
    show();
    return [
      element("div", { className: "vae-buttons" }, go, one, again,
        element("span", { role: "group", ariaLabel: "the cost", className: "vae-buttons" }, ...costs),
        element("label", {}, baseline, "baseline")),
      draws.node, ...said.map(({ node }) => node), track.node,
      caption("Dotted: the cost of one z. Solid: its mean, at μ. Arrow: the next step. Bar: its mean ± one noise. "
        + "Below: the steps so far; pale, earlier races."),
      status];
  });
}

// -- numbers ------------------------------------------------------------------------------------

// A cost f of z, its slope, and the place that its picture marks.
export const problem = (cost, k, height) => (cost === "parabola"
  ? { f: (z) => (z - k) ** 2, slope: (z) => 2 * (z - k), marked: k, words: "k" }
  : { f: (z) => (z < 0 ? height : 0), slope: () => 0, marked: 0, words: "the edge" });

// Of d/dmu E[f(mu + epsilon)]: the mean of the pathwise and of the score-function estimates, baseline b.
export function estimates({ f, slope }, mu, epsilon, b) {
  const mean = (of) => epsilon.reduce((sum, e) => sum + of(e), 0) / epsilon.length;
  return [mean((e) => slope(mu + e)), mean((e) => (f(mu + e) - b) * e)];
}

// E[f(mu + epsilon)]; mean and noise of one draw of either estimate: sums over epsilon.
export function exact(cost, mu, b) {
  const means = [0, 0], squares = [0, 0];
  let expected = 0;
  for (let e = -6.995; e < 7; e += 0.01) {
    const weight = 0.01 * Math.exp(-0.5 * e * e) / Math.sqrt(2 * Math.PI);
    expected += weight * cost.f(mu + e);
    estimates(cost, mu, [e], b).forEach((value, i) => {
      means[i] += weight * value;
      squares[i] += weight * value * value;
    });
  }
  return { cost: expected, means, noises: means.map((m, i) => Math.sqrt(Math.max(0, squares[i] - m * m))) };
}

// -- drawing ------------------------------------------------------------------------------------

export const across = (mu) => MARGIN + ((clamp(mu, LOW, HIGH) - LOW) / (HIGH - LOW)) * (WIDTH - 2 * MARGIN);
const grid = Array.from({ length: 201 }, (_, i) => LOW + i / 20);
const HIGHEST = { parabola: 26, step: 12 };
export const up = (cost, value) => CURVE * (1 - clamp(value, 0, HIGHEST[cost]) / HIGHEST[cost]) + 8;

function drawn(steps) {
  const text = (words, x, y, anchor = "middle") =>
    svg("text", { x, y, "text-anchor": anchor, fill: DIM, "font-size": 13 }, words);
  const down = (step) => TOP + (step / steps) * (FLOOR - TOP);
  const costLine = svg("path", { fill: "none", stroke: "#999", "stroke-width": 1.5, "stroke-dasharray": "3 4" });
  const meanLine = svg("path", { fill: "none", stroke: INK, "stroke-width": 2 });
  const best = svg("line", { y1: 8, y2: FLOOR, stroke: "#bbb", "stroke-dasharray": "2 3" });
  const bestName = text("k", 0, 18, "start");
  const before = svg("g", { opacity: 0.3 });
  const racers = POINTS.map(({ colour, dashes, mark }) => {
    const bar = svg("line", { stroke: colour, "stroke-width": 12, "stroke-opacity": 0.28 });
    const shaft = svg("line", { stroke: colour, "stroke-width": 2.5 });
    const head = svg("path", { fill: colour });
    const trace = svg("path", { fill: "none", stroke: colour, "stroke-width": 2, "stroke-dasharray": dashes });
    const [here, end] = [7, 5].map((r) => {
      const node = mark(r);
      for (const [name, value] of Object.entries({ fill: colour, stroke: "#fff", "stroke-width": 1.5 })) {
        node.setAttribute(name, value);
      }
      return node;
    });
    return { bar, shaft, head, trace, here, end };
  });
  const node = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" }, best, bestName, costLine, meanLine,
    svg("line", { x1: MARGIN, x2: WIDTH - MARGIN, y1: CURVE + 8, y2: CURVE + 8, stroke: DIM }),
    ...[-2, 0, 2, 4].map((mu) => text(mu, across(mu), CURVE + 23)), text("μ", WIDTH - 4, CURVE + 23, "end"),
    ...[0, steps / 2, steps].map((step) => text(step, 4, down(step) + 4, "start")), text("step", 4, FLOOR + 20, "start"),
    before, ...racers.flatMap((r) => [r.trace, r.end]), ...racers.flatMap((r) => [r.bar, r.shaft, r.head]),
    ...racers.map((r) => r.here));
  node.classList.add("vae-paper", "vae-track");

  const keep = () => { // the steps stay as lines behind those of the next race
    before.append(...racers.map(({ trace }) => trace.cloneNode()));
    while (before.childElementCount > 2 * KEPT) before.firstChild.remove();
  };
  const forget = () => before.replaceChildren();
  let curves = null; // the cost whose lines are drawn
  const show = (cost, { f, slope, marked, words }, at, mus) => {
    const line = (height) => { // what is too high is left out
      const points = grid.map((mu) => [mu, height(mu)]).filter(([, value]) => value <= HIGHEST[cost]);
      return `M${points.map(([mu, value]) => `${across(mu).toFixed(1)} ${up(cost, value).toFixed(1)}`).join("L")}`;
    };
    if (curves !== cost) {
      costLine.setAttribute("d", line(f));
      meanLine.setAttribute("d", line((mu) => exact({ f, slope }, mu, 0).cost));
      for (const x of ["x1", "x2"]) best.setAttribute(x, across(marked));
      bestName.setAttribute("x", across(marked) + 4);
      bestName.textContent = words;
      curves = cost;
    }
    racers.forEach((racer, i) => {
      const { mu, move, bar } = at[i], x = across(mu), y = up(cost, at[i].cost), to = across(mu + move);
      const lane = y + (i ? 9 : -9);
      put(racer.bar, across(mu + bar[0]), lane, across(mu + bar[1]), lane);
      put(racer.shaft, x, lane, to, lane);
      racer.head.setAttribute("d", `M${to.toFixed(2)} ${lane.toFixed(2)}l${-clamp(to - x, -8, 8).toFixed(2)} -5v10Z`);
      place(racer.here, x, y);
      racer.trace.setAttribute("d", `M${mus.map((pair, step) =>
        `${across(pair[i]).toFixed(1)} ${down(step).toFixed(1)}`).join("L")}`);
      place(racer.end, x, down(mus.length - 1));
    });
    node.setAttribute("aria-label", `after ${mus.length - 1} steps on the ${cost}: `
      + POINTS.map(({ name }, i) => `${name} at mu = ${at[i].mu.toFixed(2)}`).join(", "));
  };
  return { node, show, keep, forget };
}

const place = (node, x, y) => node.setAttribute("transform", `translate(${x.toFixed(2)} ${y.toFixed(2)})`);
function put(node, x1, y1, x2, y2) {
  for (const [name, value] of Object.entries({ x1, y1, x2, y2 })) node.setAttribute(name, value.toFixed(2));
}

export default { render };
