/** The multiplications of an inference of the network of ReLUs, which has no spikes to leave any out: those of its shapes. */

import { readdirSync } from "node:fs";
import { join } from "node:path";

const both = (size) => (Array.isArray(size) ? size : [size, size]);

/** Of one layer, for the shape of its output, channels last. */
function products({ kind, options, shape }) {
  if (kind === "Linear") return options.inFeatures * options.outFeatures;
  if (kind !== "Conv2d") return 0;
  const { inChannels, kernelSize, groups = 1 } = options;
  const window = both(kernelSize).reduce((a, b) => a * b) * (inChannels / groups);
  return shape.reduce((a, b) => a * b) * window;
}

/** @param folder of a sweep, any network of which has the shapes */
export async function productsOf(folder) {
  const { init, loadModel, networkGraph } = await import("../../dist/index.js");
  await init({ threads: 1 });
  const run = readdirSync(folder).find((name) => name.startsWith("ATIF"));
  const model = await loadModel(join(folder, run, "model.safetensors"));
  return networkGraph(model)
    .nodes.map(products)
    .reduce((a, b) => a + b);
}
