// JumpAndSlide: one mu; above it draws again at each move, below its noise stays. All in the browser.

import { clamp, fixed, normalPair } from "./js/numbers.js";
import { RED, button, caption, element, mount, slider, statusLine, svg } from "./js/page.js";
import { saying } from "./js/words.js";

const WIDTH = 480, HEIGHT = 150, MARGIN = 72; // of the dots; at their left, mu
const LOW = -2.5, HIGH = 8.5; // which z they show
const LEVELS = [98, 58, 18], FLOOR = 126; // the draws now, one and two moves ago; the axis
const NARROW = 240, STEEPEST = 16, KEPT = 60; // of the slopes: how wide, how steep, how many
const GREEN = "#009e73", INK = "#222", DIM = "#595959";

function render({ model, el }) {
  const said = saying(model);
  const k = model.get("_k"), h = model.get("_h"), [lowest, highest, thinnest, widest] = model.get("_limits");
  const rows = [
    row(said, said("fresh noise"), said("the dots jump"), RED, square, k, lowest, highest),
    row(said, said("the same noise"), said("the dots slide"), GREEN, disc, k, lowest, highest),
  ];
  rows[1].node.classList.add("vae-slides");
  const mu = slider("μ", { min: lowest, max: highest, step: h, value: model.get("mu") });
  const sigma = slider("σ", { min: thinnest, max: widest, step: 0.05, value: model.get("sigma") });
  const again = button(said("new noise")), status = statusLine("vae-two-lines-high");

  return mount({ model, el }, ({ bind, follow, listen, send, timer }) => {
    const tell = timer(); // screen readers are told once the slider rests
    const move = (at = model.get("mu")) => {
      const sd = model.get("sigma"), kept = model.get("epsilon"), n = kept.length;
      const slopes = [[normals(n), normals(n)], [kept, kept]].map((epsilon, i) => {
        const slope = finiteDifference(at, h, sd, epsilon, k);
        rows[i].show(draws(at, sd, epsilon[0]), at, sd, slope);
        return fixed(slope);
      });
      mu.set(model.get("mu"));
      sigma.set(sd);
      tell(() => {
        status.textContent = said("The expectation's slope is 2(μ − k) = {}. "
          + "Measured from μ to μ + {}: above {}, below {}.", fixed(2 * (at - k)), h, ...slopes);
      }, 300);
    };
    for (const back of model.get("_earlier")) move(Math.max(lowest, model.get("mu") - back));
    move();

    bind("mu", mu);
    bind("sigma", sigma);
    listen(again, "click", () => send({ epsilon: normals(model.get("epsilon").length) }));
    const changed = () => move();
    follow({ mu: changed, sigma: changed, epsilon: changed });
    return [mu.node, sigma.node, ...rows.map((r) => r.node),
      element("div", { className: "vae-row vae-close" }, again, caption(said("Move μ and follow the black dot. "
        + "Above, each move draws again. Below, the noise stays until you ask for a new one."))),
      status];
  });
}

// -- numbers ------------------------------------------------------------------------------------

const draws = (mu, sigma, epsilon) => epsilon.map((e) => mu + sigma * e);
const meanLoss = (z, k) => z.reduce((sum, value) => sum + (value - k) ** 2, 0) / z.length;
// Of the mean of (z - k)^2, from mu to mu + h; the noise of either end.
export const finiteDifference = (mu, h, sigma, [here, there], k) =>
  (meanLoss(draws(mu + h, sigma, there), k) - meanLoss(draws(mu, sigma, here), k)) / h;
const normals = (n) => Array.from({ length: n }, () => normalPair()[0]);

// -- drawing ------------------------------------------------------------------------------------

const square = (r, fill) => svg("rect", { x: -r, y: -r, width: 2 * r, height: 2 * r, fill });
const disc = (r, fill) => svg("circle", { r: 1.1 * r, fill });
const put = (node, x, y) => { node.style.transform = `translate(${x.toFixed(2)}px, ${y}px)`; };
export const across = (z) => MARGIN + ((z - LOW) / (HIGH - LOW)) * (WIDTH - MARGIN);
const text = (words, x, y, anchor = "middle") =>
  svg("text", { x, y, "text-anchor": anchor, fill: DIM, "font-size": 13 }, words);
const paper = (width, ...children) => {
  const node = svg("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, role: "img" }, ...children);
  node.classList.add("vae-paper");
  return node;
};

// One way to draw: its dots, where they were two moves ago, and the slopes measured so far.
function row(said, name, words, colour, mark, k, lowest, highest) {
  const dots = dotsOf(said, colour, mark, k), slopes = slopesOf(said, colour, mark, k, lowest, highest);
  const measured = element("b");
  const title = element("p", { className: "vae-way" }, element("b", { textContent: name }), `: ${words}`);
  title.style.borderColor = colour;
  const node = element("div", { className: "vae-row vae-close vae-moves" },
    element("div", { className: "vae-dots" }, title, dots.node),
    element("div", { className: "vae-slopes" },
      element("p", { className: "vae-way" }, said("mean of D"), " ", measured), slopes.node));
  Object.assign(node, { role: "group", ariaLabel: name });
  const show = (z, mu, sigma, slope) => {
    dots.show(z, mu, sigma);
    slopes.show(mu, slope);
    measured.textContent = fixed(slope);
  };
  return { node, show };
}

function dotsOf(said, colour, mark, k) {
  const bell = svg("path", { fill: "#e8e8e8" });
  const lines = svg("path", { fill: "none", stroke: colour, "stroke-opacity": 0.45 });
  const followed = svg("path", { fill: "none", stroke: INK, "stroke-width": 2 });
  const before = svg("g", { opacity: 0.35 }), now = svg("g");
  const levels = LEVELS.map((y) => text("", 4, y + 4, "start"));
  const ticks = [-2, 0, 2, 4, 6, 8].map((z) => text(z, across(z), HEIGHT - 6));
  const node = paper(WIDTH, bell,
    svg("line", { x1: across(k), x2: across(k), y1: 0, y2: FLOOR, stroke: DIM, "stroke-dasharray": "3 4" }),
    svg("line", { x1: MARGIN, x2: WIDTH, y1: FLOOR, y2: FLOOR, stroke: DIM }), ...ticks,
    text("k", across(k) + 9, FLOOR - 4), ...levels, lines, before, followed, now);
  let moves = []; // [mu, draws]: now, one move ago, two moves ago

  const show = (z, mu, sigma) => {
    moves = [[mu, z], ...moves].filter(([, of]) => of.length === z.length).slice(0, LEVELS.length);
    const path = (i) => moves.map(([, of], level) => `${across(of[i]).toFixed(1)} ${LEVELS[level]}`).join("L");
    const each = z.map((_, i) => `M${path(i)}`);
    lines.setAttribute("d", each.slice(0, -1).join(""));
    followed.setAttribute("d", each.at(-1));
    levels.forEach((label, level) => { label.textContent = moves[level] ? `μ = ${moves[level][0].toFixed(2)}` : ""; });
    place(now, mark, colour, z, () => LEVELS[0]);
    place(before, mark, colour, moves.slice(1).flatMap(([, of]) => of), (i) => LEVELS[1 + Math.floor(i / z.length)]);
    now.lastChild.setAttribute("fill", INK);
    bell.setAttribute("d", bellPath(mu, sigma));
    node.setAttribute("aria-label", said("{} draws from the normal distribution with mean {} "
      + "and standard deviation {}", z.length, mu.toFixed(2), sigma.toFixed(2)));
  };
  return { node, show };
}

// As many marks in a group as there are draws, each in its place.
function place(group, mark, colour, z, height) {
  if (group.childElementCount !== z.length) group.replaceChildren(...z.map(() => mark(4, colour)));
  z.forEach((value, i) => put(group.children[i], across(value), height(i)));
}

export function bellPath(mu, sigma) { // as high as the room from the floor to the top, if sigma is 0.4
  let path = `M${MARGIN} ${FLOOR}`;
  for (let z = LOW; z <= HIGH; z += 0.05) {
    const high = (0.4 / sigma) * Math.exp(-0.5 * ((z - mu) / sigma) ** 2);
    path += `L${across(z).toFixed(1)} ${(FLOOR * (1 - Math.min(1, high))).toFixed(1)}`;
  }
  return `${path}L${WIDTH} ${FLOOR}Z`;
}

// Where a slope measured at mu stands; ends: of mu. Steeper ones stand at the edge.
export const slopePlace = (mu, slope, [lowest, highest]) => [
  34 + ((mu - lowest) / (highest - lowest)) * (NARROW - 44),
  (FLOOR / 2) * (1 - clamp(slope, -STEEPEST, STEEPEST) / STEEPEST),
];

function slopesOf(said, colour, mark, k, lowest, highest) {
  const x = (mu) => slopePlace(mu, 0, [lowest, highest])[0], y = (slope) => slopePlace(0, slope, [lowest, highest])[1];
  const seen = svg("g", { opacity: 0.5 }), newest = mark(5, INK);
  const node = paper(NARROW,
    svg("line", { x1: x(lowest), x2: x(lowest), y1: 0, y2: FLOOR, stroke: DIM }),
    svg("line", { x1: x(lowest), x2: NARROW, y1: y(0), y2: y(0), stroke: "#bbb" }),
    ...[-10, 0, 10].map((slope) => text(slope, 30, y(slope) + 4, "end")),
    ...[1, 3, 5].map((mu) => text(mu, x(mu), HEIGHT - 6)), text("μ", NARROW - 6, HEIGHT - 6),
    svg("line", { x1: x(lowest), x2: x(highest), y1: y(2 * (lowest - k)), y2: y(2 * (highest - k)), stroke: INK,
      "stroke-width": 1.5, "stroke-dasharray": "2 3" }),
    text("2(μ − k)", x(highest), y(-STEEPEST) - 6, "end"), seen, newest);
  const show = (mu, slope) => {
    const point = mark(2.5, colour);
    put(point, x(mu), y(slope).toFixed(2));
    seen.append(point);
    if (seen.childElementCount > KEPT) seen.firstChild.remove();
    put(newest, x(mu), y(slope).toFixed(2));
    node.setAttribute("aria-label", said("mean of D at mu = {}: {}", mu.toFixed(2), slope.toFixed(2)));
  };
  return { node, show };
}

export default { render };
