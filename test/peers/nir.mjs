/**
 * NIR: the package nir reads the files, checks their types and writes them again; nirsim.py, NumPy in float64 after the text of
 * NIR, computes them beside the library.
 */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeNir } from "atif";
import { channelsFirst, json, logitsPerStep, names, network } from "./networks.mjs";

export const needs = ["nir", "nirtorch", "h5py", "numpy"];

const profiles = ["portable", "annotated", "exact"];

/** Networks that NIR cannot say, and the layer that stands in the way. */
const unsupported = {
  sresnet: "pool",
  sresnet_stride: "pool",
  sresnet_stride_sum: "pool",
  sresnet_1d_lif: "pool",
  graph_rare: "norm",
  // Maxima of spikes whose heights differ by channel.
  scnn_1d_channel: "maxpool",
  scnn_2d_channel_bn: "maxpool",
  sresnet_channel: "pool",
};

/** @returns checks { name, script, args }, or { name, wrong } */
export async function* checks(folder) {
  for (const name of names) {
    const { model, xs } = network(name);
    for (const profile of profiles) {
      const file = join(folder, `${name}.${profile}.nir`);
      const { bytes, report } = await writeNir(model, { profile });
      const stands = report.notes.filter(({ verdict }) => verdict === "unsupported");
      if (bytes === null && stands.some(({ layer }) => layer.includes(unsupported[name]))) continue;
      if (bytes === null || unsupported[name] !== undefined) {
        yield { name: `${name}.${profile}`, wrong: JSON.stringify(stands) };
        continue;
      }
      writeFileSync(file, bytes);
      const expectation = expected(folder, `${name}.${profile}.json`, model, xs, profile);
      yield { name: `${name}.${profile}`, script: "check_nir.py", args: [file, expectation] };
    }
  }
}

function expected(folder, name, model, xs, profile) {
  // What is spelled out needs no notes.
  const key = profile === "exact" ? "expected_hard" : "expected_metadata";
  const [T, N] = xs.shape;
  const logits = logitsPerStep(model, xs);
  const facts = {
    dt: 1,
    start: "reset",
    x: json(channelsFirst(xs, 2)),
    [key]: { shape: [T, N, ...model.outputShape], data: [...logits] },
  };
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(facts));
  return path;
}
