/** A network as a file of NIR. */

import { writeNir, type SpikingModel, type WriteNirOptions } from "../../../src/index.js";

/** @throws Error with what stands in the way */
export async function nirBytes(
  model: SpikingModel,
  options: WriteNirOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { bytes, report } = await writeNir(model, options);
  if (bytes === null) throw new Error(report.notes.map(({ why }) => why).join("; "));
  return bytes;
}
