/** Networks brought to kinds that have a quantized form, and back from it: the numbers stay. */

import { beforeAll, expect, it } from "vitest";
import { withQuantizedForms } from "../../src/deployment/with-quantized-forms.js";
import { withoutQuantizers } from "../../src/deployment/without-quantizers.js";
import { init } from "../../src/kernels/select.js";
import { createModel } from "../../src/models/table.js";
import type { SpikingModel } from "../../src/models/spiking-model.js";
import type { NeuronSpec } from "../../src/neurons/table.js";
import "../../src/ops/install.js";
import { Generator, manualSeed } from "../../src/random/generator.js";
import { quantizeModel } from "../../src/quantization/quantize-model.js";
import { noGrad } from "../../src/autograd/grad-mode.js";
import { scope } from "../../src/tensor/scope.js";
import { tensor } from "../../src/tensor/tensor.js";

beforeAll(() => init());

const kinds: readonly NeuronSpec[] = [
  { kind: "ATIF", params: { vThreshold: 0.2 } },
  { kind: "IFSRL", params: { vThreshold: 0.2, alpha: 3 } },
  { kind: "IFNode", params: { vThreshold: 0.2, vReset: null } },
  { kind: "LIFNode", params: { vThreshold: 0.2, tau: 3, decayInput: false } },
  { kind: "ParametricLIFNode", params: { vThreshold: 0.02, initTau: 1.7, vReset: -0.01, detachReset: true } },
];

function network(neuron: NeuronSpec): SpikingModel {
  manualSeed(4);
  return createModel({
    kind: "SResNet",
    options: {
      inputShape: [6, 6, 2], outputShape: [3], filters: [4, 4, 6], kernelSizes: [3, 3, 3], paddings: [1, 1, 1],
      strides: [1, 1, 2], numBlocks: [1, 1], batchNorm: true, dims: 2, timesteps: 3, neuron, stepMode: "m",
    },
  }).eval(); // prettier-ignore
}

function outputs(model: SpikingModel): number[] {
  const x = new Generator(8);
  const input = tensor(
    Float32Array.from({ length: 3 * 72 }, () => x.uniform(0, 3)),
    [3, 6, 6, 2],
  );
  return scope(() => noGrad(() => [...model.run(input).data]));
}

it.each(kinds)("$kind: what computes the same and has a quantized form takes its place", (neuron) => {
  const model = network(neuron);
  const { model: ready, fixed } = withQuantizedForms(model);
  const isFixed = ["IFSRL", "ParametricLIFNode"].includes(neuron.kind);
  expect(fixed).toEqual(isFixed ? model.spikingLayers().map(([name]) => name) : []);
  expect(ready === model).toBe(!isFixed);
  outputs(model).forEach((value, i) => expect(outputs(ready)[i]).toBeCloseTo(value, 5));
  expect(new Set(outputs(model)).size).toBeGreaterThan(4);
  for (const [i, [, own]] of ready.spikingLayers().entries()) {
    const before = model.neurons()[i];
    expect([own.alpha, own.detachReset, own.theta]).toEqual([before.alpha, before.detachReset, before.theta]);
  }
  expect(() => quantizeModel(ready, { bits: 8 })).not.toThrow();
});

it.each(kinds)("$kind: without its quantizers a network gives the float numbers, to the bit", (neuron) => {
  const { model } = withQuantizedForms(network(neuron));
  const back = withoutQuantizers(quantizeModel(model, { bits: 4, bias: {} }));
  expect(outputs(back)).toEqual(outputs(model));
  const names = (each: SpikingModel): string[] => each.namedModules().map(([name]) => name);
  expect(names(back)).toEqual(names(model));
});

it("refuses a network with the faults of the reference", () => {
  const quantized = quantizeModel(network({ kind: "IFNode" }), { bits: 8 }, { compat: "qualia" });
  expect(() => withoutQuantizers(quantized)).toThrow(
    /^withoutQuantizers: .* computes as the reference does, with its faults; expected quantized layers of this library/,
  );
});
