// What all widgets share: an MLP that runs in the browser, and its pictures.
// Prepended to each widget's own script; it exports nothing.

// A network from `layers` and the weights it reads, in order, out of one buffer of float32.
// layers: [{kind: "linear", inputs, outputs} | {kind: "relu" | "sigmoid"}]
// Gives run(input) -> Float32Array, the same array at each call; run.inputs and run.outputs say how many
// numbers it takes and gives, run.side the side of the square picture that they are.
function network(layers, view) {
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

// What Python sent as bytes (a DataView) as numbers from 0 to 255, and as float32; copies, since an offset
// need not be a multiple of 4.
const bytesOf = (view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice();
const floats = (view) => new Float32Array(bytesOf(view).buffer);

// The decoder of a widget with codes, how many there are, and the code and the image of one.
function codesOf(model) {
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

// Dotted circles of one, two and three standard deviations around a centre; one is `unit` pixels.
function circlesOfPrior(context, centre, unit) {
  context.setLineDash([4, 8]);
  for (const radius of [1, 2, 3]) {
    context.beginPath();
    context.arc(centre, centre, radius * unit, 0, 2 * Math.PI);
    context.stroke();
  }
  context.setLineDash([]);
}

const BLUE = "#0072b2", RED = "#d55e00"; // the same in widgets.css: a canvas does not read it

// A canvas of side x side pixels that shows numbers from 0 (white) to 1 (black).
function picture(side, label, size) {
  const canvas = element("canvas", { width: side, height: side, className: `vae-picture ${size}` });
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", label);
  const context = canvas.getContext("2d");
  const image = context.createImageData(side, side);
  image.data.fill(255);
  const pixels = new Uint32Array(image.data.buffer);
  canvas.paint = (values, scale = 255) => {
    for (let i = 0; i < pixels.length; i++) {
      const grey = 255 - Math.round(Math.min(255, Math.max(0, values[i] * scale)));
      pixels[i] = 0xff000000 | (grey << 16) | (grey << 8) | grey;
    }
    context.putImageData(image, 0, 0);
  };
  return canvas;
}

function element(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

// Keys pressed in a widget stay in it: JupyterLab would take arrows and enter for its own shortcuts.
function keepKeys(root, signal) {
  root.addEventListener("keydown", (event) => {
    const runs = event.key === "Enter" && event.shiftKey; // the notebook's own key
    if (event.key !== "Tab" && !runs && !event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
  }, { signal });
}

// A labelled range slider: {node, input, set}. `words` says its value.
function slider(name, { min, max, step, value }, words = (v) => v.toFixed(2)) {
  const id = `vae-slider-${Math.random().toString(36).slice(2)}`; // each pad has a copy of this script
  const input = element("input", { type: "range", id, min, max, step, value });
  const output = element("output", { htmlFor: id });
  const node = element("div", { className: "vae-slider" },
    element("label", { htmlFor: id, textContent: name }), input, output);
  const say = (v) => {
    output.textContent = words(v);
    input.setAttribute("aria-valuetext", output.textContent);
  };
  input.addEventListener("input", () => say(Number(input.value)));
  const set = (v) => {
    input.value = v; // rounded to a step, between the ends; the words say the number itself
    say(v);
  };
  set(value);
  return { node, input, set };
}

// Two numbers from N(0, 1): Box and Muller 1958.
function normalPair() {
  const radius = Math.sqrt(-2 * Math.log(1 - Math.random())), angle = 2 * Math.PI * Math.random();
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

// later(call): calls `call` in the next frame, once, however often it was asked to until then.
function onceAFrame(signal) {
  const due = new Set();
  let frame = 0;
  const paint = () => {
    frame = 0;
    const calls = [...due];
    due.clear();
    for (const call of calls) call();
  };
  signal.addEventListener("abort", () => cancelAnimationFrame(frame));
  return (call) => () => {
    due.add(call);
    frame ||= requestAnimationFrame(paint);
  };
}

// Calls each of `changes`, {trait: call}, when its trait changes, until the signal comes.
function follow(model, changes, signal) {
  for (const [name, call] of Object.entries(changes)) {
    model.on(`change:${name}`, call);
    signal.addEventListener("abort", () => model.off(`change:${name}`, call));
  }
}

// Moving a slider sets a trait, whose change event redraws.
function bind(model, name, { input }, signal) {
  input.addEventListener("input", () => {
    model.set(name, Number(input.value));
    model.save_changes();
  }, { signal });
}

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
