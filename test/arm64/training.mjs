/**
 * 24 training steps of a convolutional network, an inference, and a digest of all losses, weights and logits: the last line.
 * What computes is what ATIF_BACKEND says.
 */

import { createHash } from "node:crypto";

const atif = await import(new URL("../../dist/node.js", import.meta.url).href);
const STEPS = 24;
const [N, SIDE] = [9, 16];

await atif.init({ threads: 2 });
atif.manualSeed(11);
const network = new atif.SCNN({
  inputShape: [SIDE, SIDE, 1],
  outputShape: [10],
  filters: [16, 40],
  kernelSizes: [3, 3],
  paddings: [1, 1],
  strides: [1, 1],
  poolSizes: [2, 2],
  fcUnits: [70],
  batchNorm: true,
  timesteps: 3,
  stepMode: "m",
  neuron: { kind: "ATIF", params: { alpha: 1 } },
});
const optimizer = new atif.Adam(network.parameters(), { lr: 5e-3 });
const pixels = Float32Array.from({ length: N * SIDE * SIDE }, (_, i) => 1 + Math.sin(i * 0.7));
const labels = Int32Array.from({ length: N }, (_, i) => (i * 7) % 10);
const images = () => atif.tensor(pixels, [N, SIDE, SIDE, 1]);
const digest = createHash("sha256");
const losses = Array.from({ length: STEPS }, () =>
  atif.scope(() => {
    optimizer.zeroGrad();
    const loss = atif.crossEntropy(network.run(images()), labels);
    loss.backward();
    optimizer.step();
    return loss.item();
  }),
);
network.eval();
atif.scope(() => {
  const logits = atif.noGrad(() => network.run(images()));
  for (const each of [logits, ...network.parameters()])
    digest.update(new Uint8Array(new Float32Array(each.toArray()).buffer));
});
digest.update(losses.join());
const { name, instructionSet } = atif.backend();
console.log(
  `${name}${instructionSet === null ? "" : `, ${instructionSet}`}, Node ${process.version} for ${process.arch}: ` +
    `${STEPS} steps, loss ${losses[0]} to ${losses.at(-1)}`,
);
console.log(digest.digest("hex"));
