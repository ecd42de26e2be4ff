/**
 * examples/onnx-web in ONNX Runtime Web, beside the library: node test/peers/onnx-web.mjs FOLDER, in whose node_modules
 * onnxruntime-web is. Exit 1 if a logit differs.
 */

import { copyFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { init, writeOnnx } from "atif";
import { channelsFirst, logitsPerStep, network } from "./networks.mjs";

const TRIED = ["smlp_atif", "smlp_if_hard", "smlp_plif", "scnn_2d_bn", "scnn_1d", "sresnet"];

// Packages are found from where a file lies.
const example = join(resolve(process.argv[2]), "stream.mjs");
copyFileSync(fileURLToPath(new URL("../../examples/onnx-web/stream.mjs", import.meta.url)), example);
const { openNetwork } = await import(pathToFileURL(example).href);

await init();
for (const name of TRIED) {
  const { model, xs } = network(name);
  const expected = logitsPerStep(model, xs);
  const { bytes, metadata } = writeOnnx(model, { form: "step" });
  const { reset, step } = await openNetwork(bytes, metadata.states);
  const first = channelsFirst(xs, 2);
  const [T, N, ...shape] = first.shape;
  const [values, size] = [first.toArray(), first.size / (T * N)];
  const classes = expected.length / (T * N);
  let worst = 0;
  for (let sample = 0; sample < N; sample++) {
    reset();
    for (let t = 0; t < T; t++) {
      const at = t * N + sample;
      const logits = await step(values.slice(at * size, (at + 1) * size), shape);
      logits.forEach((value, i) => (worst = Math.max(worst, Math.abs(value - expected[at * classes + i]))));
    }
  }
  const ok = worst <= 1e-5 * Math.max(1, ...expected.map(Math.abs));
  console.log(`onnx-web     ${name.padEnd(34)} ${ok ? "OK" : "WRONG"} max difference ${worst}`);
  if (!ok) process.exitCode = 1;
}
