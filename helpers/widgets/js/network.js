// An MLP that runs in the browser.

import { bytesOf, floats } from "./numbers.js";

// A network from `layers` and the weights it reads, in order, out of one buffer of float32.
// layers: [{kind: "linear", inputs, outputs} | {kind: "relu" | "sigmoid"}]
// Gives run(input) -> Float32Array, the same array at each call; run.inputs and run.outputs say how many
// numbers it takes and gives, run.side the side of the square picture that they are.
export function network(layers, view) {
  const weights = floats(view);
  let at = 0;
  const take = (count) => weights.subarray(at, (at += count));
  const steps = layers.map((layer) => {
    if (layer.kind !== "linear") return ACTIVATIONS[layer.kind];
    const matrix = take(layer.inputs * layer.outputs); // row by row: the weights of one output
    const bias = take(layer.outputs);
    return linear(matrix, bias, layer.inputs, new Float32Array(layer.outputs));
  });
  const run = (input) => steps.reduce((values, step) => step(values), input);
  const { inputs } = layers[0], { outputs } = layers.findLast((layer) => layer.kind === "linear");
  return Object.assign(run, { inputs, outputs, side: Math.sqrt(outputs) });
}

function linear(matrix, bias, inputs, out) {
  return (values) => {
    for (let row = 0, start = 0; row < out.length; row++, start += inputs) {
      let sum = bias[row], i = 0;
      for (; i + 3 < inputs; i += 4) {
        const k = start + i;
        sum += matrix[k] * values[i] + matrix[k + 1] * values[i + 1]
          + matrix[k + 2] * values[i + 2] + matrix[k + 3] * values[i + 3];
      }
      for (; i < inputs; i++) sum += matrix[start + i] * values[i];
      out[row] = sum;
    }
    return out;
  };
}

const each = (change) => (values) => {
  for (let i = 0; i < values.length; i++) values[i] = change(values[i]);
  return values;
};
const ACTIVATIONS = {
  relu: each((a) => (a > 0 ? a : 0)),
  sigmoid: each((a) => 1 / (1 + Math.exp(-a))),
};

// The decoder of a widget with codes, how many there are, and the code and the image of one.
export function codesOf(model) {
  const decode = network(model.get("_layers"), model.get("_weights"));
  const { inputs: latent, outputs: pixels } = decode;
  const codes = floats(model.get("_codes")), images = bytesOf(model.get("_images"));
  return {
    decode,
    count: codes.length / latent,
    code: (i) => codes.slice(i * latent, (i + 1) * latent),
    image: (i) => images.subarray(i * pixels, (i + 1) * pixels),
  };
}
