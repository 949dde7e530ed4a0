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
import { across, bellPath, finiteDifference, slopePlace } from "../../helpers/widgets/jump_and_slide.js";
import { nearest, sample, ticks, toPixels, within } from "../../helpers/widgets/latent_pad.js";
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

test("the pad's places, its nearest image and its ticks", () => {
  const data = { extent: 4, means: Float32Array.from([-2, 0, 2, 1, 0, -2.5]), count: 3 };
  close(toPixels(data, [4, 4]), [800, 0]);
  close(toPixels(data, [0, -1]), [400, 500]);
  assert.equal(nearest(data, [1, 1]), 1);
  assert.deepEqual(within(data, [0, -1], 2.5), [2, 0]);
  assert.deepEqual(ticks(data), [-3, -2, -1, 0, 1, 2, 3]);
  close(sample([1, 2, 0.5, 0.1], [2, -1]), [2, 1.9]);
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
  const place = onCanvas(2);
  close(place(-2, -2), [0, 720]);
  close(place(30, 30), [720, 0]);
  close(place(6, 14), [180, 360]);
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
