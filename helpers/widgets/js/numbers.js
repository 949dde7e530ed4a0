// Arithmetic that several widgets share.

export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

// A number without a minus where all its decimals are 0, as `fixed` in _base.py; and with a real minus sign.
export const plain = (value, decimals = 2) => value.toFixed(decimals).replace(/^-(?=0\.?0*$)/, "");
export const fixed = (value, decimals = 2) => plain(value, decimals).replace("-", "−");

// Two numbers from N(0, 1): Box and Muller 1958.
export function normalPair() {
  const radius = Math.sqrt(-2 * Math.log(1 - Math.random())), angle = 2 * Math.PI * Math.random();
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

// What Python sent as bytes (a DataView) as numbers from 0 to 255, and as float32; copies, since an offset
// need not be a multiple of 4.
export const bytesOf = (view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice();
export const floats = (view) => new Float32Array(bytesOf(view).buffer);
