// Backprop: the gradient's run through the graphs that Python recorded. All numbers come from there.

import { clamp } from "./js/numbers.js";
import { button, caption, element, fresh, mount, statusLine, still, svg } from "./js/page.js";
import { saying } from "./js/words.js";

const BEAT = 1000; // ms from step to step while it plays
const ACROSS = 92, DOWN = 82, WIDE = 136, HIGH = 44; // of the graph's units, and of a box

function render({ model, el }) {
  const said = saying(model);
  const runs = model.get("_runs"), size = sizeOf(runs), name = fresh("run");
  const last = () => runs[model.get("run")].steps.length - 1;
  const now = () => Math.min(model.get("step"), last());

  const radios = runs.map((_, index) => element("input", { type: "radio", name, value: index }));
  const lines = runs.map(({ line }, index) =>
    element("label", {}, radios[index], element("code", { textContent: line })));
  const buttons = [said("step back"), "backward()", said("step")].map(button), [back, play, forth] = buttons;
  const where = element("span", { className: "vae-caption" }), status = statusLine("vae-run-words");
  const graph = element("div", { className: "vae-graph", tabIndex: 0, role: "application" });

  return mount({ model, el }, ({ root, listen, follow, send, timer }) => {
    const beat = timer();
    let shown; // the run whose graph is drawn
    const draw = () => {
      const run = runs[model.get("run")], step = now();
      if (shown?.run !== run) {
        shown = { run, ...graphOf(run, size, said) };
        graph.replaceChildren(shown.svg);
        graph.ariaLabel = said("The graph of {}", run.line);
      }
      radios.forEach((radio, index) => { radio.checked = index === model.get("run"); });
      shown.light(step);
      status.textContent = run.steps[step].words;
      where.textContent = said("{} of {}", step, last());
      play.textContent = beat.running() ? said("pause") : "backward()";
    };
    const go = (step, playing = false) => {
      if (playing && step < last()) beat(() => go(now() + 1, true), BEAT);
      else beat.stop();
      send({ step: clamp(step, 0, last()) });
      draw();
    };
    const playOrPause = () => {
      if (beat.running()) go(now());
      else if (still()) go(last());
      else go(now() === last() ? 1 : now() + 1, true);
    };

    listen(back, "click", () => go(now() - 1));
    listen(forth, "click", () => go(now() + 1));
    listen(play, "click", playOrPause);
    radios.forEach((radio, index) => listen(radio, "change", () => {
      send({ run: index });
      go(0);
    }));
    listen(root, "keydown", (event) => {
      if (event.target.type === "radio" || event.ctrlKey || event.metaKey || event.altKey) return;
      const to = { ArrowRight: now() + 1, ArrowLeft: now() - 1, Home: 0, End: last() }[event.key];
      if (to !== undefined) go(to);
      else if (event.key === " " && event.target === graph) playOrPause(); // a button has its own
      else return;
      event.preventDefault();
    });
    follow({ run: draw, step: draw });
    draw();
    return [element("div", { className: "vae-row" },
      element("div", { className: "vae-run" },
        element("fieldset", {}, element("legend", { textContent: said("How z is made") }), ...lines),
        element("div", { className: "vae-buttons" }, ...buttons, where), status,
        caption(said("Keys: → and ← step, Home and End jump, space plays. Each number is autograd's own."))),
      graph)];
  });
}

// -- the graph ------------------------------------------------------------------------------------

// Room for the largest of the graphs, so that nothing moves when the switch does.
function sizeOf(runs) {
  const reach = (name, nodes) => nodes.map((node) => node[name]).sort((a, b) => a - b);
  const spread = runs.map(({ nodes }) => reach("x", nodes).at(-1) - reach("x", nodes)[0]);
  const depth = runs.map(({ nodes }) => reach("y", nodes).at(-1));
  return { width: Math.max(300, Math.max(...spread) * ACROSS + WIDE + 24),
    height: Math.max(...depth) * DOWN + HIGH + 24 };
}

// The drawn graph, and light(step), which shows what the gradient has done up to a step.
function graphOf(run, { width, height }, said) {
  const xs = run.nodes.map((node) => node.x), middle = (Math.min(...xs) + Math.max(...xs)) / 2;
  const places = run.nodes.map(({ x, y }) => [width / 2 + (x - middle) * ACROSS, y * DOWN + HIGH / 2 + 12]);
  const arrows = run.edges.map((edge) => arrowOf(edge, places[edge.from], places[edge.to]));
  const boxes = run.nodes.map((node, index) => boxOf(node, places[index]));
  const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" },
    ...arrows.map((arrow) => arrow.node), ...boxes.map((box) => box.node));
  const light = (step) => {
    const done = run.steps.slice(0, step + 1), numbers = Object.assign({}, ...done.map((one) => one.numbers));
    const lit = new Set(done.flatMap((one) => one.edges)), newest = new Set(run.steps[step].edges);
    arrows.forEach(({ node }, i) => node.classList.toggle("vae-lit", lit.has(i)));
    boxes.forEach(({ node, number }, i) => {
      const text = numbers[i] ?? "";
      number.textContent = said(text);
      const cuts = run.edges.some((edge, k) => edge.from === i && edge.carries === "zero" && lit.has(k));
      node.classList.toggle("vae-lit", text.startsWith("gradient"));
      node.classList.toggle("vae-stop", cuts || text === "gradient 0" || text === "RuntimeError");
      node.classList.toggle("vae-here", run.edges.some((edge, k) => edge.to === i && newest.has(k)));
    });
  };
  return { svg: picture, light };
}

function arrowOf({ carries, factor }, [x1, y1], [x2, y2]) {
  const from = [x1, y1 + HIGH / 2], to = [x2, y2 - HIGH / 2 - 2], half = [(x1 + x2) / 2, (from[1] + to[1]) / 2];
  const line = { x1: from[0], y1: from[1], x2: to[0], y2: to[1] };
  const turn = Math.atan2(to[1] - from[1], to[0] - from[0]) * 180 / Math.PI;
  const beside = Math.abs(x1 - x2) < 1 ? 9 : 15, left = x2 < x1 - 1;
  const node = svg("g", { class: `vae-arrow vae-${carries}` }, svg("line", line),
    svg("line", { ...line, class: "vae-run-line", pathLength: 1 }),
    svg("path", { d: "M0 0L-10 -5V5Z", transform: `translate(${to}) rotate(${turn})` }),
    svg("text", { x: half[0] + (left ? -beside : beside), y: half[1] + 5, "text-anchor": left ? "end" : "start" },
      carries === "zero" ? `${factor} ✂\uFE0E` : factor));
  return { node };
}

function boxOf({ title, die, state }, [x, y]) {
  const number = svg("text", { y: 15, class: "vae-number" });
  const node = svg("g", { class: `vae-box vae-${state}`, transform: `translate(${x} ${y})` },
    svg("rect", { x: -WIDE / 2, y: -HIGH / 2, width: WIDE, height: HIGH, rx: 8 }),
    svg("text", { y: -4 }, title), number);
  if (die) node.append(dieAt(-WIDE / 2 - 18, -HIGH / 2 - 14));
  return { node, number };
}

function dieAt(x, y) {
  const pips = [[7, 7], [21, 7], [14, 14], [7, 21], [21, 21]];
  return svg("g", { class: "vae-die", transform: `translate(${x} ${y}) rotate(-8 14 14) scale(0.9)` },
    svg("rect", { width: 28, height: 28, rx: 5 }), ...pips.map(([cx, cy]) => svg("circle", { cx, cy, r: 2.8 })));
}

export default { render };
