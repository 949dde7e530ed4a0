// One dimension of latent space as a slider, with q of an image behind it.

import { clamp, fixed } from "./numbers.js";
import { element } from "./page.js";

// mu - sigma and mu + sigma in percent of a rail that goes from -reach to reach.
export function bar(mu, sigma, reach) {
  return [mu - sigma, mu + sigma].map((value) => (50 * (clamp(value, -reach, reach) + reach)) / reach);
}

// {node, input, set, own}: set(z) moves the knob, own(mu, sigma) the bar.
export function rail(name, reach) {
  const behind = element("div", { className: "vae-own" });
  const input = element("input", { type: "range", min: -reach, max: reach, step: 0.05, ariaLabel: name });
  const set = (z) => {
    input.value = z;
    input.ariaValueText = fixed(z);
  };
  const own = (mu, sigma) => {
    const [left, right] = bar(mu, sigma, reach);
    Object.assign(behind.style, { left: `${left}%`, width: `${right - left}%` });
  };
  return { node: element("div", { className: "vae-rail" }, behind, input), input, set, own };
}
