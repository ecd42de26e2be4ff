/** Arrays travel as raw little-endian files, with their shape in the message. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export function readArray({ file }) {
  // Copied: a small file's buffer may start at any byte of a pool.
  return new Float32Array(Uint8Array.from(readFileSync(file)).buffer);
}

/** {name: {file, shape}} of {name: {data, shape}}, in files of the folder. */
export function writeArrays(peer, folder, arrays) {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { data, shape }]) => {
      const file = join(folder, `${peer}-${name}`);
      writeFileSync(file, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      return [name, { file, shape }];
    }),
  );
}

/** Axis i of the result is axis axes[i] of the array. */
export function permuted({ data, shape }, axes) {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const to = { data: new Float32Array(data.length), shape: axes.map((axis) => shape[axis]) };
  const steps = axes.map((axis) => strides[axis]);
  const index = axes.map(() => 0);
  for (let i = 0, from = 0; i < data.length; i++) {
    to.data[i] = data[from];
    for (let axis = axes.length - 1; axis >= 0; axis--) {
      from += steps[axis];
      if (++index[axis] < to.shape[axis]) break;
      from -= steps[axis] * to.shape[axis];
      index[axis] = 0;
    }
  }
  return to;
}
