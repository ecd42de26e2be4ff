import { beforeAll, describe, expect, it } from "vitest";
import { writeFileSync, mkdirSync } from "node:fs";
import {
  init, noGrad, readNir, SCNN, SMLP, SResNet, SResNetStride, GraphModel, tensor, writeNir, UnsupportedError, manualSeed, type NirProfile, type SpikingModel, type NeuronSpec,
} from "../../../src/index.js";
beforeAll(() => init());
const profiles: NirProfile[] = ["portable", "annotated", "exact"];
let state = 5;
const random = () => { state = (Math.imul(state, 1664525) + 1013904223) >>> 0; return state / 2 ** 32; };
function outputs(model: SpikingModel, xs: Float32Array[], N: number): number[] {
  model.eval(); model.reset();
  return noGrad(() => xs.flatMap((x) => [...model.stream(tensor(x, [N, ...model.inputShape])).toArray()]));
}
const soft: NeuronSpec[] = [{ kind: "ATIF" }, { kind: "IFSRL" }, { kind: "IFNode", params: { vReset: null } }, { kind: "LIFNode", params: { vReset: null, tau: 3 } }, { kind: "LIFNode", params: { vReset: null, tau: 3, decayInput: false } }, { kind: "ParametricLIFNode", params: { vReset: null } },
 { kind: "IFNode" }, { kind: "IFNode", params: { vReset: -0.25 } }, { kind: "LIFNode", params: { tau: 2.5 } }, { kind: "LIFNode", params: { tau: 2.5, vReset: -0.2, decayInput: false } }, { kind: "ParametricLIFNode" }];
const nets: Record<string, () => SpikingModel> = {};
soft.forEach((neuron, i) => { nets[`smlp_${i}_${neuron.kind}`] = () => new SMLP({ inputShape: [4, 3, 2], outputShape: [3], units: [8, 6], timesteps: 4, neuron }); });
for (const neuron of [soft[0], soft[6]]) {
  const k = neuron.kind;
  nets[`scnn_bn_${k}`] = () => new SCNN({ inputShape: [8, 8, 2], outputShape: [3], filters: [4, 6], kernelSizes: [3, 3], paddings: [1, 0], strides: [1, 1], dropouts: [0, 0, 0], poolSizes: [2, 0], fcUnits: [8], batchNorm: true, timesteps: 4, neuron });
  nets[`scnn_sep_${k}`] = () => new SCNN({ inputShape: [8, 8, 2], outputShape: [3], filters: [4, 6], kernelSizes: [3, 3], paddings: [1, 1], strides: [1, 1], dropouts: [0.5, 0], poolSizes: [0, 2], separables: [true, true], fcUnits: [], prepool: 2, timesteps: 4, neuron } as never);
  nets[`scnn_gsp_${k}`] = () => new SCNN({ inputShape: [8, 8, 2], outputShape: [3], filters: [4], kernelSizes: [3], paddings: [1], strides: [1], dropouts: [0], poolSizes: [2], gsp: true, fcUnits: [], postpool: 2, timesteps: 4, neuron } as never);
  nets[`scnn1d_${k}`] = () => new SCNN({ inputShape: [16, 2], outputShape: [3], filters: [4, 5], kernelSizes: [3, 3], paddings: [1, 1], strides: [1, 1], dropouts: [0, 0], poolSizes: [2, 0], postpool: 2, fcUnits: [], dims: 1, timesteps: 4, neuron } as never);
  nets[`sresstride_${k}`] = () => new SResNet({ inputShape: [8, 8, 2], outputShape: [3], filters: [4, 4, 6], kernelSizes: [3, 3, 3], numBlocks: [1, 1], strides: [1, 1, 1], paddings: [1, 1, 1], batchNorm: true, postpool: "avg", timesteps: 4, neuron } as never);
}
describe("round trips", () => {
  for (const [name, make] of Object.entries(nets)) for (const profile of profiles) {
    it(`${name} ${profile}`, async () => {
      manualSeed(3);
      const model = make();
      model.eval();
      const N = 3;
      const xs = Array.from({ length: 6 }, () => Float32Array.from({ length: N * model.inputShape.reduce((a, b) => a * b, 1) }, () => 2.5 * random() - 0.5));
      const { bytes, report } = await writeNir(model, { profile });
      mkdirSync("/tmp/nirout", { recursive: true });
      writeFileSync(`/tmp/nirout/${name}.${profile}.nir`, bytes);
      const again = await readNir(bytes);
      const [a, b] = [outputs(model, xs, N), outputs(again.model, xs, N)];
      let worst = 0; a.forEach((v, i) => { worst = Math.max(worst, Math.abs(v - b[i])); });
      const isBits = a.every((v, i) => Object.is(v, b[i]));
      console.log(name, profile, report.verdict, again.report.verdict, worst, isBits ? "BITS" : "", bytes.length, [...new Set((again.model as GraphModel).graph.nodes.map((n) => n.kind))].join(","));
      expect(worst).toBeLessThan(1e-5);
    });
  }
});
