// The widgets' arithmetic and geometry beside Python's numbers, which come as JSON (test_modules.py).
// node --test; a number that differs is shown.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { move } from "../../helpers/widgets/attribute_sliders.js";
import { score } from "../../helpers/widgets/handwriting.js";
import { asDigit } from "../../helpers/widgets/js/digit.js";
import { network } from "../../helpers/widgets/js/network.js";
import { bar } from "../../helpers/widgets/js/rail.js";
import { clamp, fixed, floats, normalPair } from "../../helpers/widgets/js/numbers.js";
import { saying } from "../../helpers/widgets/js/words.js";
import { across, bellPath, finiteDifference, slopePlace } from "../../helpers/widgets/jump_and_slide.js";
import { nearest, sample, ticks, toPixels, within } from "../../helpers/widgets/latent_pad.js";
import { estimates as estimatesOf, exact as exactOf, problem, up } from "../../helpers/widgets/race.js";
import { advantages, average, drawn, estimate, everyGroup, exact, place, policyAt, radius, tip } from
  "../../helpers/widgets/policy_triangle.js";
import { entriesOf, leadsTo, patchAt } from "../../helpers/widgets/tokens.js";
import { hues, onCanvas, playing, positions } from "../../helpers/widgets/stream.js";
import { approach, placed } from "../../helpers/widgets/training_replay.js";

const given = JSON.parse(readFileSync(process.env.VAE_COURSE_NUMBERS, "utf8"));
const view = (base64) => new DataView(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)).buffer);

function close(found, expected, off = 1e-6) {
  assert.equal(found.length, expected.length);
  expected.forEach((value, i) =>
    assert.ok(Math.abs(found[i] - value) <= off, `number ${i} is ${found[i]}, and should be ${value}`));
}

test("a network gives what torch gives", () => {
  const { layers, weights, inputs, outputs } = given.network, run = network(layers, view(weights));
  assert.deepEqual([run.inputs, run.outputs, run.side], [5, 49, 7]);
  inputs.forEach((input, i) => close(run(input), outputs[i]));
});

test("bytes at any offset are read as float32", () => {
  const bytes = new Uint8Array(9);
  new DataView(bytes.buffer).setFloat32(1, 1.5, true);
  assert.deepEqual([...floats(new DataView(bytes.buffer, 1, 4))], [1.5]);
});

test("numbers are said with a real minus, and 0 without one", () => {
  assert.deepEqual([-1.234, -0.001, 0, 2].map((value) => fixed(value)), ["−1.23", "0.00", "0.00", "2.00"]);
  assert.equal(fixed(-0.04, 1), "0.0");
});

test("a sentence has its fields, in the order of its language", () => {
  const said = (words) => saying({ get: () => words })("{} of {}", 3, "four");
  assert.deepEqual([said(undefined), said({ "{} of {}": "{1}: {0}" })], ["3 of four", "four: 3"]);
});

test("clamp keeps a number between two others", () => {
  assert.deepEqual([-3, 0.5, 3].map((value) => clamp(value, -1, 1)), [-1, 0.5, 1]);
});

test("epsilon has the mean and the variance of N(0, 1)", () => {
  const draws = Array.from({ length: 20_000 }, normalPair).flat();
  const mean = draws.reduce((a, b) => a + b) / draws.length;
  const variance = draws.reduce((sum, e) => sum + e * e, 0) / draws.length;
  close([mean, variance], [0, 1], 0.05); // ten standard errors of the mean, seven of the variance
});

test("codes move by the sum of amount times direction", () => {
  const { z, directions, amounts, moved } = given.attributes;
  close(move(Float32Array.from(z), directions.flat(), amounts), moved);
});

test("a label's score is the ELBO at z = mu", () => {
  const { x, logits, mu, sigma, score: expected } = given.score;
  close([score(x, logits, mu, sigma)], [expected], 1e-9);
});

test("the bar of q reaches from mu - sigma to mu + sigma, and not beyond its rail", () => {
  close(bar(0, 0.35, 3.5), [45, 55]);
  close(bar(-3, 1, 3.5), [0, 50 * 1.5 / 3.5]);
});

test("a finite difference is the mean loss's, with the noise of either end", () => {
  const { mu, h, sigma, here, there, k, slope } = given.slope;
  close([finiteDifference(mu, h, sigma, [here, there], k)], [slope], 1e-9);
});

test("a dot stands where its z is, a bell where its mean is, a slope upwards where it is positive", () => {
  close([across(-2.5), across(3), across(8.5)], [72, 276, 480]);
  const points = bellPath(3, 0.4).slice(1, -1).split("L").map((pair) => pair.split(" ").map(Number));
  const [x, y] = points.reduce((a, b) => (b[1] < a[1] ? b : a));
  close([x, y], [across(3), 0], 0.15);
  const [[left, low], [right, high]] = [slopePlace(-1, -8, [-1, 6]), slopePlace(6, 8, [-1, 6])];
  assert.ok(left < right && high < low, `${[left, low]} is not to the left of and below ${[right, high]}`);
  close([slopePlace(0, 0, [-1, 6])[1]], [63]);
});

test("the estimates of a group, and of every group, are Python's", () => {
  const { p, rewards, counts, n, gradient, found } = given.policy;
  close(exact(p, rewards), gradient, 1e-12);
  for (const [name, { mine, chances, estimates, mean, noise }] of Object.entries(found)) {
    close(estimate(name, p, rewards, counts), mine, 1e-12);
    const groups = everyGroup(name, p, rewards, n), seen = average(groups);
    close(groups.map(({ chance }) => chance), chances, 1e-12);
    groups.forEach(({ value }, i) => close(value, estimates[i], 1e-12));
    close(seen.mean, mean, 1e-12);
    close([seen.noise], [noise], 1e-12);
  }
});

test("a group of like rewards is worth nothing to RLOO and GRPO", () => {
  close(advantages("REINFORCE", [1, 1, 0], [3, 1, 0]), [1, 1, 0]);
  for (const name of ["RLOO", "GRPO"]) close(advantages(name, [1, 1, 0], [3, 1, 0]).slice(0, 2), [0, 0]);
});

test("draws are looked up in the policy", () => {
  assert.deepEqual(drawn([0.2, 0.3, 0.5], [0, 0.19, 0.2, 0.49, 0.5, 0.99, 0.7]), [2, 2, 3]);
});

test("the corners of the triangle, and the policy that stands at a place", () => {
  close([[1, 0, 0], [0, 1, 0], [0, 0, 1]].flatMap(place), [22.419, 42, 217.581, 42, 120, 211.015], 1e-3);
  const p = [0.2, 0.3, 0.5];
  close(policyAt(...place(p), 0.02), p);
  close(policyAt(120, 500, 0.02), [0.02 / 1.04, 0.02 / 1.04, 1 / 1.04]);
  close(tip(p, [0.8, -0.3, -0.5]), place([1, 0, 0])); // the score of the first answer reaches its corner
  close([radius(0.25) ** 2 / radius(0.05) ** 2], [5]); // areas are as probabilities
});

test("the pad's places, its nearest image and its ticks", () => {
  const data = { extent: 4, means: Float32Array.from([-2, 0, 2, 1, 0, -2.5]), count: 3 };
  close(toPixels(data, [4, 4]), [800, 0]);
  close(toPixels(data, [0, -1]), [400, 500]);
  assert.equal(nearest(data, [1, 1]), 1);
  assert.deepEqual(within(data, [0, -1], 2.5), [2, 0]);
  assert.deepEqual(ticks(data), [-3, -2, -1, 0, 1, 2, 3]);
  close(sample([1, 2, 0.5, 0.1], [2, -1]), [2, 1.9]);
});

test("a key leads to a neighbour in rows of three, and not beyond the edge", () => {
  const from = (at) => ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"].map((key) => leadsTo(key, at, 3, 8));
  assert.deepEqual(from(4), [3, 5, 1, 7, 0, 7]);
  assert.deepEqual(from(0), [0, 1, 0, 3, 0, 7]);
  assert.deepEqual(from(5), [4, 5, 2, 5, 0, 7]); // the last row has two
  assert.deepEqual(from(7), [6, 7, 4, 7, 0, 7]);
});

test("a point of a picture is in its patch, the edge in the last one", () => {
  assert.deepEqual([[0, 0], [0.3, 0], [0, 0.3], [0.99, 0.99], [1, 1], [-0.1, 0.5]].map((at) => patchAt(at, 4)),
    [0, 1, 4, 15, 15, 8]);
});

test("the decoder reads the entries of the tokens, one after the other", () => {
  assert.deepEqual([...entriesOf(Float32Array.from([1, 2, 3, 4, 5, 6]), [2, 0, 2], 2)], [5, 6, 1, 2, 5, 6]);
});

test("a replay's plane, with what is beyond it at its edge, and the way from one epoch to the next", () => {
  close([-9, -3, 0, 3].map(placed(3)), [8, 8, 400, 792]);
  const dots = Float32Array.from([0, 4]);
  approach(dots, [1, 0], 0.25);
  close(dots, [0.25, 3]);
});

test("the positions of a frame, and the colours of the points, are Python's", () => {
  const { way, whole, hues: expected } = given.stream, packed = Int16Array.from(whole);
  way.forEach((frame, i) => close(positions(packed, 30, 256, i), frame.flat(), 0.5 / 256 + 1e-9));
  close(hues(Float64Array.from(way[0].flat())), expected);
});

test("a stream's plane has x to the right, y upwards, and room around the digit", () => {
  const at = onCanvas(2);
  close(at(-2, -2), [0, 720]);
  close(at(30, 30), [720, 0]);
  close(at(6, 14), [180, 360]);
});

test("a stream plays in four seconds to its end, and back to its start", () => {
  assert.deepEqual([0, 2000, 4000, 9000].map((ms) => playing(0, 1, ms, 100)), [0, 50, 100, 100]);
  assert.deepEqual([0, 1000, 9000].map((ms) => playing(100, -1, ms, 100)), [100, 75, 0]);
  assert.equal(playing(60, 1, 400, 100), 70);
});

test("ink becomes the digit that Python expects of it", () => {
  for (const { ink, side, digit } of given.digits) {
    assert.deepEqual([...asDigit(Float32Array.from(ink), side)], digit);
  }
});

test("a race's means, noises and estimates are those of Python", () => {
  for (const { cost, mu, baseline, epsilon, expected } of given.race) {
    const f = problem(cost, 3, 10), b = baseline ? exactOf(f, mu, 0).cost : 0;
    const { cost: mean, means, noises } = exactOf(f, mu, b), one = estimatesOf(f, mu, epsilon, b);
    close([mean, means, noises, one].flat(), expected, 5e-3);
  }
});

test("a higher cost stands higher, up to the top of the paper", () => {
  close([up("parabola", 0), up("parabola", 13), up("step", 12), up("step", 99)], [198, 103, 8, 8]);
});
