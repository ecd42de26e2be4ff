/** The multiplications of an inference of the network of ReLUs, which has no spikes: those of its shapes. */

import { readdirSync } from "node:fs";
import { join } from "node:path";

/** @param folder of a sweep, any network of which has the shapes */
export async function productsOf(folder) {
  const { countOperations, init, loadModel } = await import("../../dist/index.js");
  await init({ threads: 1 });
  const run = readdirSync(folder).find((name) => name.startsWith("ATIF"));
  const model = await loadModel(join(folder, run, "model.safetensors"));
  return countOperations(model, null).total.synMac;
}
