// From ink to a digit, as MNIST's were made.

import { clamp } from "./numbers.js";

export const SIDE = 28; // a digit's side
export const LONGER = 20; // the longer side of its ink
const CENTRE = 14.5; // where MNIST's digits have their centre of mass: the middle of pixel 14, counted from 0
const NUDGE = 0.05; // in pixels of a digit

// Ink, side x side numbers from 0 to 1, as a digit: 28 x 28 bytes of 0 or 1, as MNIST was made.
// The box around the ink is scaled, its ratio kept, until its longer side is 20 pixels. Then it moves by
// whole pixels, which brings its centre of mass to the centre; it stops where ink would be cut off.
// A pixel is 1 where the mean of its ink is above 0.5.
export function asDigit(ink, side) {
  const digit = new Uint8Array(SIDE * SIDE);
  const box = around(ink, side);
  if (!box) return digit;
  const size = Math.max(box.right - box.left, box.bottom - box.top) / LONGER; // of a pixel, in the ink
  const left = start(box.left, box.right, box.x, size), top = start(box.top, box.bottom, box.y, size);
  const upTo = sums(ink, side);
  for (let i = 0, row = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++, i++) {
      const x = left + column * size, y = top + row * size;
      const total = upTo(x + size, y + size) - upTo(x, y + size) - upTo(x + size, y) + upTo(x, y);
      digit[i] = total / (size * size) > 0.5 ? 1 : 0;
    }
  }
  return digit;
}

// Where a digit begins in the ink, along one axis. The box keeps to the pixels, as in MNIST, so that its
// edges stay sharp. A box in balance would be half a pixel from either place: NUDGE settles it, since
// otherwise a drawing as even as a 0 would jump to and fro.
function start(first, last, mass, size) {
  const room = SIDE - Math.ceil((last - first) / size - 1e-9);
  const place = Math.round(CENTRE - (mass - first) / size - NUDGE);
  return first - clamp(place, 0, room) * size;
}

// The box around the ink and its centre of mass; null where there is no ink.
function around(ink, side) {
  let left = side, right = 0, top = side, bottom = 0, total = 0, x = 0, y = 0;
  for (let i = 0, row = 0; row < side; row++) {
    for (let column = 0; column < side; column++, i++) {
      const value = ink[i];
      total += value;
      x += value * (column + 0.5);
      y += value * (row + 0.5);
      if (value < 0.5) continue; // the soft edge of a line is not its box
      left = Math.min(left, column);
      right = Math.max(right, column + 1);
      top = Math.min(top, row);
      bottom = row + 1;
    }
  }
  return right ? { left, right, top, bottom, x: x / total, y: y / total } : null;
}

// upTo(x, y): all ink left of x and above y, exact for fractions of a pixel too.
function sums(ink, side) {
  const table = new Float64Array((side + 1) * (side + 1));
  for (let row = 0; row < side; row++) {
    for (let column = 0, line = 0; column < side; column++) {
      line += ink[row * side + column];
      table[(row + 1) * (side + 1) + column + 1] = table[row * (side + 1) + column + 1] + line;
    }
  }
  return (x, y) => {
    x = clamp(x, 0, side);
    y = clamp(y, 0, side);
    const column = Math.min(side - 1, Math.floor(x)), row = Math.min(side - 1, Math.floor(y));
    const a = x - column, b = y - row, i = row * (side + 1) + column, j = i + side + 1;
    return (1 - b) * ((1 - a) * table[i] + a * table[i + 1]) + b * ((1 - a) * table[j] + a * table[j + 1]);
  };
}
