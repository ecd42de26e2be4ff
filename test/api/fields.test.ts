/**
 * Public fields that TypeScript calls read-only are read-only in JavaScript too: an assignment throws, or is a setter that
 * checks. Tensors are left out: their fields are the business of kernels, and are set at every operation.
 */

import { beforeAll, describe, expect, it } from "vitest";
import * as atif from "../../src/index.js";

beforeAll(() => atif.init({ backend: "reference" }));

function things(): object[] {
  const shapes = { inputShape: [8, 8, 1], outputShape: [10] };
  const smlp = new atif.SMLP({ ...shapes, units: [4], timesteps: 2, neuron: { kind: "ATIF" } });
  const scnn = new atif.SCNN({
    ...shapes, filters: [2], kernelSizes: [3], paddings: [1], strides: [1], poolSizes: [2], fcUnits: [],
    neuron: { kind: "LIFNode" }, batchNorm: true, dropouts: 0.1,
  }); // prettier-ignore
  const data = new atif.Dataset({ name: "d", x: new Float32Array(64), labels: [0], sampleShape: [8, 8, 1] });
  const optimizer = new atif.SGD(smlp.parameters(), { lr: 0.1 });
  const modules = [scnn, smlp].flatMap((model) => model.namedModules().map(([, module]) => module));
  return [
    ...modules,
    new atif.Conv1d(1, 1, 1), new atif.AvgPool1d(2), new atif.AvgPool2d(2), new atif.MaxPool1d(2),
    new atif.GlobalSumPool(), new atif.Add(), new atif.BatchNorm1d(2), new atif.Sequential(new atif.Linear(1, 1)),
    ...atif.neuronKinds.map((kind) => atif.createNeuron({ kind })),
    new atif.MultiStepATIF(), optimizer,
    new atif.Adam(smlp.parameters(), { lr: 0.1 }), new atif.AdamW(smlp.parameters(), { lr: 0.1 }),
    new atif.StepLR(optimizer, { stepSize: 1 }), new atif.MultiStepLR(optimizer, { milestones: [1] }),
    new atif.CosineAnnealingLR(optimizer, { tMax: 3 }),
    new atif.SinDescent(optimizer, { epochs: 2, pme: 0, w: 1, lr0: 0.1, lrf: 0.1 }),
    data, new atif.Generator(1), new atif.Crop({ size: [2, 2] }), new atif.GaussianNoise(), new atif.HorizontalFlip(),
    new atif.IntToFloat32({ scale: true }), new atif.Mixup(), new atif.Normalize({ mean: [0], std: [1] }),
    new atif.AugmentationPipeline([]),
    new atif.Trainer(smlp, data, { optimizer: { kind: "SGD", params: { lr: 1 } }, epochs: 0 }),
  ]; // prettier-ignore
}

describe("fields", () => {
  it("that can be written are none", () => {
    for (const thing of things()) {
      const writable = Object.entries(Object.getOwnPropertyDescriptors(thing))
        .filter(([, { writable: isWritable }]) => isWritable === true)
        .map(([name]) => name);
      expect(writable, thing.constructor.name).toEqual([]);
    }
  });

  it.each<[string, () => object, string, unknown]>([
    ["bn.eps", () => new atif.BatchNorm2d(2), "eps", -10],
    ["conv.bias", () => new atif.Conv2d(1, 1, 1), "bias", null],
    ["linear.weight", () => new atif.Linear(1, 1), "weight", null],
    ["dropout.p", () => new atif.Dropout(), "p", 2],
    ["lif.tau", () => new atif.LIFNode(), "tau", 0],
    ["node.vReset", () => new atif.IFNode(), "vReset", NaN],
    ["neuron.alpha", () => new atif.ATIF(), "alpha", -4],
    ["module.training", () => new atif.Linear(1, 1), "training", "yes"],
    ["optimizer.weightDecay", () => new atif.SGD([new atif.Parameter(atif.ones([1]))], { lr: 1 }), "weightDecay", "x"],
    ["parameter.decays", () => new atif.Parameter(atif.ones([1])), "decays", 1],
    ["parameter.minimum", () => new atif.Parameter(atif.ones([1])), "minimum", NaN],
    ["model.inputShape[0]", () => new atif.SMLP({ inputShape: [2], outputShape: [2], units: [], timesteps: 1, neuron: { kind: "ATIF" } }).inputShape, "0", 5],
  ])("%s refuses nonsense", (_, make, name, value) => {
    const thing = make();
    const before: unknown = Reflect.get(thing, name);
    expect(() => {
      (thing as Record<string, unknown>)[name] = value;
    }).toThrow();
    expect(Reflect.get(thing, name)).toBe(before);
  }); // prettier-ignore
});
