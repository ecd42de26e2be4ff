/** Small IDX files: images of 28 x 28 in which the row of a bright bar is the class. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export function writeIdxFolder(
  folder: string,
  counts: { readonly train: number; readonly test: number },
): void {
  mkdirSync(folder, { recursive: true });
  for (const [prefix, count] of [
    ["train", counts.train],
    ["t10k", counts.test],
  ] as const) {
    const images = new Uint8Array(count * 784);
    const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
    labels.forEach((label, i) =>
      images.fill(200 + (i % 50), i * 784 + label * 56, i * 784 + label * 56 + 56),
    );
    writeFileSync(join(folder, `${prefix}-images-idx3-ubyte`), idx([count, 28, 28], images));
    writeFileSync(join(folder, `${prefix}-labels-idx1-ubyte`), idx([count], labels));
  }
}

function idx(shape: readonly number[], data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0, 0, 8, shape.length]);
  shape.forEach((dimension, i) => view.setUint32(4 + 4 * i, dimension));
  bytes.set(data, 4 + 4 * shape.length);
  return bytes;
}
