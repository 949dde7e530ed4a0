// What the widgets put on the page, and how they live there.

export const BLUE = "#0072b2"; // the same in widgets.css: a canvas does not read it
export const RED = "#d55e00";

export function element(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

export const caption = (textContent, className = "") =>
  element("p", { className: `vae-caption ${className}`.trim(), textContent });

// A sentence that screen readers are told when it changes.
export const statusLine = (className = "") =>
  element("p", { className: `vae-status ${className}`.trim(), ariaLive: "polite" });

export const button = (textContent) => element("button", { type: "button", textContent });

export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

// A canvas of side x side pixels that shows numbers from 0 (white) to 1 (black).
export function picture(side, label, size) {
  const canvas = element("canvas",
    { width: side, height: side, className: `vae-picture ${size}`, role: "img", ariaLabel: label });
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

// Buttons with pictures, image(i) bytes from 0 to 255: {node, buttons, press}; press(i) shows which is chosen.
export function shelf(words, count, side, image, title) {
  const buttons = Array.from({ length: count }, (_, i) => {
    const face = Object.assign(picture(side, "", "vae-face"), { ariaHidden: "true" });
    face.paint(image(i), 1);
    return element("button", { type: "button", title: title(i), ariaLabel: title(i) }, face);
  });
  const node = element("div", { className: "vae-shelf", role: "group", ariaLabel: words },
    caption(words), element("div", {}, ...buttons));
  const press = (chosen) => buttons.forEach((each, i) => { each.ariaPressed = String(i === chosen); });
  return { node, buttons, press };
}

// A name that no other node of the page has.
export const fresh = (kind) => `vae-${kind}-${Math.random().toString(36).slice(2)}`;

// A labelled range slider: {node, input, set}. `words` says its value.
export function slider(name, { min, max, step, value }, words = (v) => v.toFixed(2)) {
  const id = fresh("slider");
  const input = element("input", { type: "range", id, min, max, step, value });
  const output = element("output", { htmlFor: id });
  const node = element("div", { className: "vae-slider" },
    element("label", { htmlFor: id, textContent: name }), input, output);
  const say = (v) => { output.textContent = input.ariaValueText = words(v); };
  input.addEventListener("input", () => say(Number(input.value)));
  const set = (v) => {
    input.value = v; // rounded to a step, between the ends; the words say the number itself
    say(v);
  };
  set(value);
  return { node, input, set };
}

// Dotted circles of one, two and three standard deviations around a centre; one is `unit` pixels.
export function circlesOfPrior(context, centre, unit) {
  context.setLineDash([4, 8]);
  for (const radius of [1, 2, 3]) {
    context.beginPath();
    context.arc(centre, centre, radius * unit, 0, 2 * Math.PI);
    context.stroke();
  }
  context.setLineDash([]);
}

// Where a pointer is on a node, from 0 to 1 across and down its inside.
export function inside(node, { clientX, clientY }) {
  const box = node.getBoundingClientRect();
  return [(clientX - box.left - node.clientLeft) / node.clientWidth,
    (clientY - box.top - node.clientTop) / node.clientHeight];
}

// Which way an arrow key points, to the right and downwards.
export const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// Puts a widget on the page, and returns what takes it away again, with all that it listens to or waits for.
// build(page) returns its nodes. It has
//   listen(node, event, call)   an event of the page
//   follow({trait: call})       a change in the model: once a frame, however many there were
//   send({trait: value})        a change for the model, and for Python
//   bind(trait, slider)         a slider that sends its value
//   timer()                     wait(call, ms), of which the last counts; wait.stop(), wait.running()
//   frames()                    the same for the next animation frame
export function mount({ model, el }, build) {
  const stop = new AbortController(), { signal } = stop, due = new Set();
  const root = element("div", { className: "vae-widget" });

  const waiting = (ask, cancel) => {
    let asked = 0;
    const halt = () => { cancel(asked); asked = 0; };
    const wait = (call, ms) => {
      halt();
      asked = ask((time) => { asked = 0; call(time); }, ms);
    };
    signal.addEventListener("abort", halt);
    return Object.assign(wait, { stop: halt, running: () => asked !== 0 });
  };
  const timer = () => waiting((call, ms) => setTimeout(call, ms), (asked) => clearTimeout(asked));
  const frames = () => waiting((call) => requestAnimationFrame(call), (asked) => cancelAnimationFrame(asked));
  const painting = frames();
  const paint = () => {
    const calls = [...due];
    due.clear();
    for (const call of calls) call();
  };

  const listen = (node, event, call) => node.addEventListener(event, call, { signal });
  const follow = (changes) => {
    for (const [trait, call] of Object.entries(changes)) {
      const changed = () => {
        due.add(call);
        if (!painting.running()) painting(paint);
      };
      model.on(`change:${trait}`, changed);
      signal.addEventListener("abort", () => model.off(`change:${trait}`, changed));
    }
  };
  const send = (traits) => {
    for (const [trait, value] of Object.entries(traits)) model.set(trait, value);
    model.save_changes();
  };
  const bind = (trait, { input }) => listen(input, "input", () => send({ [trait]: Number(input.value) }));

  root.append(...build({ root, signal, listen, follow, send, bind, timer, frames }));
  // Keys pressed in a widget stay in it: JupyterLab would take arrows and enter for its own shortcuts.
  listen(root, "keydown", (event) => {
    const runs = event.key === "Enter" && event.shiftKey; // the notebook's own key
    if (event.key !== "Tab" && !runs && !event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
  });
  el.append(root);
  return () => {
    stop.abort();
    root.remove();
  };
}
