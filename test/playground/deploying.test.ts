/** A network on its way to a device, as the worker takes it: what the page shows is what the library says. */

import { beforeAll, describe, expect, it } from "vitest";
import type { DeploySettings, ExportForm } from "../../playground/deploy/deploy-protocol.js";
import { Deploying } from "../../playground/worker/deploying.js";
import {
  Dataset,
  decodeModel,
  evaluate,
  init,
  loadDigits,
  manualSeed,
  SMLP,
  type QuantParams,
  type SpikingModel,
  type TrainTest,
} from "atif";

const settings: DeploySettings = {
  weights: 6,
  activations: 8,
  potentials: 12,
  roundtype: "floor",
  ownBits: {},
};
const target = "c99";

let model: SpikingModel;
let data: TrainTest;

beforeAll(async () => {
  await init();
  manualSeed(5);
  model = new SMLP({
    inputShape: [8, 8, 1],
    outputShape: [10],
    units: [12],
    timesteps: 2,
    neuron: { kind: "ATIF" },
  }).eval();
  const { train, test } = await loadDigits();
  data = { train: train.subset({ start: 0, end: 60 }), test: test.subset({ start: 0, end: 40 }) };
});

const deploying = (): Deploying => new Deploying(model, { classNames: ["x"] }, data);

describe("Deploying", () => {
  it("measures before and after, and proves every integer of the first samples", async () => {
    const report = await deploying().measure(settings);
    expect(report).toMatchObject({ settings, samples: 40, calibrated: 60, timesteps: 2, width: 16 });
    expect(report.float.accuracy).toBe((await evaluate(model, data.test)).accuracy);
    expect(report.integers).toMatchObject({ samples: 40, differing: 0, first: null });
    expect(report.integers.right / 40).toBeCloseTo(report.quantized.accuracy, 12);
    // 64 x 12 and 12 x 10 weights, 22 biases: four bytes each. The threshold is code.
    expect(report.float.flash).toBe(4 * (64 * 12 + 12 * 10 + 22));
    expect(report.quantized.flash).toBeLessThan(report.float.flash);
    expect(report.layers.map(({ name }) => name)).toEqual(["fc1", "neuron1", "fc2"]);
    expect(report.energy).toMatchObject({ reluBits: 2, memWidth: 16 });
    expect(report.energy?.spiking.total).toBeGreaterThan(0);
  });

  it("gives single layers bits of their own, and proves their integers, too", async () => {
    const all = await deploying().measure(settings);
    const own = deploying();
    const report = await own.measure({ ...settings, ownBits: { fc1: 12, neuron1: 5, elsewhere: 3 } });
    expect(all.layers.map(({ holds }) => holds)).toEqual(["weights", "potentials", "weights"]);
    expect(report.integers).toMatchObject({ samples: 40, differing: 0, first: null });
    // Weights of more than 8 bits take two bytes each, in that layer alone; what sums start from is as it was.
    expect(report.quantized.flash - all.quantized.flash).toBe(64 * 12);
    // As a network whose layers all have them.
    const { layers: twelve } = await deploying().measure({ ...settings, weights: 12 });
    const { layers: five } = await deploying().measure({ ...settings, potentials: 5 });
    expect(report.layers.map(({ weightsQ }) => weightsQ)).toEqual([
      twelve[0].weightsQ,
      five[1].weightsQ,
      all.layers[2].weightsQ,
    ]);
    expect(report.layers[0].weightsQ).not.toBe(all.layers[0].weightsQ);
    expect(report.layers[1].weightsQ).not.toBe(all.layers[1].weightsQ);
    // What was measured last is not what another layer's bits give.
    const other = await own.measure({ ...settings, ownBits: { fc2: 12 } });
    expect(other.quantized.flash - all.quantized.flash).toBe(12 * 10);
    // The file keeps them.
    const { file } = await own.export({ form: "quantized", settings: other.settings, target, anew: false });
    const { model: read } = decodeModel(file?.bytes ?? new Uint8Array(), "own");
    const kept = read.architecture.options.layers as { name: string; options: { quantParams?: QuantParams } }[];
    expect(kept.map(({ options }) => options.quantParams?.w?.bits)).toEqual(
      kept.map(({ name, options }) => (options.quantParams && (name === "layers.fc2" ? 12 : 6))),
    );
  });

  it("copies the network: it may go on learning", async () => {
    const before = deploying();
    const [weight] = model.parameters();
    const kept = weight.data.slice();
    weight.data.fill(0);
    try {
      const { float } = await before.measure(settings);
      weight.data.set(kept);
      expect(float.accuracy).toBe((await evaluate(model, data.test)).accuracy);
    } finally {
      weight.data.set(kept);
    }
  });

  it.each([
    ["c", "digits-c.zip"],
    ["float-c", "digits-c-float32.zip"],
    ["onnx", "digits.onnx"],
    ["nir", "digits.nir"],
    ["quantized", "digits-quantized.safetensors"],
  ] as const)("writes %s as %s, with what is known of it", async (form, name) => {
    const exported = await deploying().export({ form, settings, target, anew: true });
    expect(exported.file?.name).toBe(name);
    expect(exported.file?.bytes.length).toBeGreaterThan(1000);
    const isWhole = ["c", "quantized"].includes(form);
    expect(exported.integers?.differing).toBe(isWhole ? 0 : undefined);
    expect(exported.tests).toBe(form.endsWith("c") ? 20 : null);
    expect(exported.report?.measured?.samples).toBe(form === "nir" ? 40 : undefined);
    if (form !== "quantized") return;
    const { model: read, facts } = decodeModel(exported.file?.bytes ?? new Uint8Array(), name);
    const { accuracy } = await evaluate(read, data.test);
    expect(facts).toMatchObject({ classNames: ["x"], testAccuracy: accuracy });
  });

  it("takes sequences: what is measured, proved and written is of samples that change over time", async () => {
    const x = Float32Array.from({ length: 40 * 128 }, (_, i) => ((i * 7919) % 11) / 10);
    const labels = Array.from({ length: 40 }, (_, i) => i % 10);
    const moving = new Dataset({ name: "moving", x, labels, sampleShape: [2, 8, 8, 1], time: true });
    const own = new Deploying(model, {}, { train: moving, test: moving });
    const report = await own.measure(settings);
    expect(report).toMatchObject({ samples: 40, timesteps: 2, integers: { samples: 40, differing: 0 } });
    expect(report.float.accuracy).toBe((await evaluate(model, moving)).accuracy);
    for (const form of ["c", "float-c", "onnx", "nir", "quantized"] as const) {
      const { file } = await own.export({ form, settings, target, anew: false });
      expect(file?.bytes.length, form).toBeGreaterThan(100);
    }
  });

  it("writes what needs no data without any", async () => {
    const without = new Deploying(model, {}, null);
    const ask = (form: ExportForm) => without.export({ form, settings, target, anew: true });
    expect((await ask("float-c")).tests).toBeNull();
    expect((await ask("onnx")).file?.name).toBe("network.onnx");
    expect((await ask("nir")).report?.measured).toBeUndefined();
    await expect(ask("c")).rejects.toThrow();
  });
}); // prettier-ignore
