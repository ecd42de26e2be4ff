/** initInference(): the same bits from fewer kernels, a sentence in place of the others, and what an init() after it does. */

import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it, vi } from "vitest";
import type * as Atif from "../../src/index.js";
import {
  Adam, applyGradients, BatchNorm1d, crossEntropy, createModel, Dataset, decodeModel, encodeModel, evaluate, gradientsOf, init,
  initInference, manualSeed, neuronKinds, noGrad, ones, Parameter, recordActivity, runExperiment, SGD, StateError, tensor,
  Trainer, threads, type Architecture, type SpikingModel,
} from "../../src/index.js"; // prettier-ignore
import { currentBackend } from "../../src/kernels/current.js";
import { forwardKernels, trainingKernels } from "../../src/kernels/kernel-table.js";
import { createInferenceBackend } from "../../src/kernels/wasm/inference-backend.js";
import { expectUsable } from "../bad-input/golden-forward.js";
import { expectSentence } from "../bad-input/sentence.js";

const REFUSED =
  "initInference() loaded the kernels that run a network, not those that train one; " +
  "call init() instead, before tensors and models are made.";

const images = { inputShape: [8, 8, 2], outputShape: [3], timesteps: 4 };
const convolution = { filters: [8], kernelSizes: [3], paddings: [1], strides: [1], poolSizes: [2] };

const residual = { filters: [8, 8], kernelSizes: [3, 3], paddings: [1, 1], strides: [1, 2], numBlocks: [1] };

/** Networks that take every way of the forward pass: packed and not, one time step after the other and all in one. */
function architectures(kind: string): Architecture[] {
  const neuron = { kind };
  return [
    { kind: "SMLP", options: { ...images, units: [9], neuron, stepMode: "m" } },
    {
      kind: "SCNN",
      options: { ...images, ...convolution, fcUnits: [5], batchNorm: true, neuron, stepMode: "m" },
    },
    { kind: "SCNN", options: { ...images, ...convolution, fcUnits: [], neuron, stepMode: "s" } },
    { kind: "SResNet", options: { ...images, ...residual, neuron } },
    {
      kind: "SResNetStride",
      options: { ...images, ...residual, poolSizes: [1, 2], batchNorm: true, neuron },
    },
  ] as Architecture[];
}

const hex = (values: Float32Array): string => Buffer.from(Float32Array.from(values).buffer).toString("hex");

/** What a network answers in all ways of running it. */
function answers(model: SpikingModel): string[] {
  const x = (): Atif.Tensor =>
    tensor(
      Array.from({ length: 3 * 128 }, (_, i) => Math.sin(i) * 3),
      [3, 8, 8, 2],
    );
  return [
    noGrad(() => hex(model.run(x()).toArray())),
    hex(model.run(x()).toArray()),
    hex(recordActivity(model, x().at(0).reshape([1, 8, 8, 2])).outputs),
    hex(crossEntropy(model.run(x()), Int32Array.of(0, 1, 2)).toArray()),
  ];
}

const stored = new Map<string, { bytes: Uint8Array; answers: string[] }>();
let early: SpikingModel;

beforeAll(async () => {
  await initInference({ threads: 3 });
  manualSeed(5);
  for (const kind of neuronKinds) {
    architectures(kind).forEach((architecture, i) => {
      const bytes = encodeModel(createModel(architecture).eval());
      const { model } = decodeModel(bytes);
      stored.set(`${kind}, ${architecture.kind} ${i}`, { bytes, answers: answers(model) });
      early = model;
    });
  }
});

describe("after initInference()", () => {
  it("kernels run on the threads that were asked for", async () => {
    expect(threads()).toBe(3);
    await initInference({ threads: 2 });
    expect(threads()).toBe(2);
  });

  it.each(Object.keys(trainingKernels))("%s is a sentence", (name) => {
    const { kernels } = currentBackend();
    const call = kernels[name as keyof typeof kernels] as () => void;
    expect(call).toThrow(new StateError(`${name}: ${REFUSED}`));
    expectSentence(`${name}: ${REFUSED}`);
  });

  it.each(Object.keys(forwardKernels))("%s is a kernel", (name) => {
    expect(currentBackend().kernels[name as keyof typeof forwardKernels]).toBeTypeOf("function");
  });

  it("what trains says so, and changes nothing", async () => {
    const weight = new Parameter(ones([2]));
    const data = new Dataset({ name: "d", x: new Float32Array(4), labels: [0, 1], sampleShape: [2] });
    const model = createModel({
      kind: "SMLP",
      options: { inputShape: [2], outputShape: [2], units: [2], timesteps: 1, neuron: { kind: "ATIF" } },
    });
    const before = encodeModel(model.eval());
    const batch = { x: new Float32Array(2), shape: [1, 2], labels: Int32Array.of(0) };
    expect(() => weight.mul(2).sum().backward()).toThrow(`backward: ${REFUSED}`);
    expect(weight.grad).toBeNull();
    expect(() => gradientsOf(model, batch, crossEntropy)).toThrow(`backward: ${REFUSED}`);
    weight.grad = ones([2]);
    for (const optimizer of [new SGD([weight], { lr: 1 }), new Adam([weight], { lr: 1 })])
      expect(() => optimizer.step()).toThrow(REFUSED);
    expect(weight.toArray()).toEqual(Float32Array.of(1, 1));
    const norm = new BatchNorm1d(2);
    expect(() => norm.forward(ones([4, 2]))).toThrow(`batchNormStatistics: ${REFUSED}`);
    expect(norm.runningMean.toArray()).toEqual(Float32Array.of(0, 0));
    const trainer = new Trainer(model, data, { optimizer: { kind: "SGD", params: { lr: 1 } }, epochs: 1 });
    await expect(trainer.fit()).rejects.toThrow(`backward: ${REFUSED}`);
    expect(encodeModel(model.eval())).toEqual(before);
  });

  it("an experiment is refused before it begins", async () => {
    const load = vi.fn();
    const experiment = fileURLToPath(new URL("../../examples/digits.toml", import.meta.url));
    await expect(runExperiment(experiment, { load })).rejects.toThrow(`runExperiment: ${REFUSED}`);
    expect(load).not.toHaveBeenCalled();
  });

  it("a network is evaluated, loss and all", async () => {
    const data = new Dataset({
      name: "d",
      x: Float32Array.from({ length: 4 * 128 }, (_, i) => Math.cos(i)),
      labels: [0, 1, 2, 0],
      sampleShape: [8, 8, 2],
    });
    const { loss, samples } = await evaluate(early, data);
    expect([samples, Number.isFinite(loss)]).toEqual([4, true]);
  });
});

describe("an init() after it", () => {
  beforeAll(() => init({ threads: 2 }));

  it.each(neuronKinds.flatMap((kind) => architectures(kind).map((each, i) => `${kind}, ${each.kind} ${i}`)))(
    "gives the same bits of a stored network: %s",
    (name) => {
      const { bytes, answers: expected } = stored.get(name) ?? { bytes: new Uint8Array(), answers: [] };
      expect(expected.length).toBeGreaterThan(3);
      expect(answers(decodeModel(bytes).model)).toEqual(expected);
    },
  );

  it("trains what is made from then on", () => {
    expectUsable();
    const [{ bytes }] = stored.values();
    const { model } = decodeModel(bytes);
    const batch = { x: new Float32Array(128).fill(1), shape: [1, 8, 8, 2], labels: Int32Array.of(2) };
    applyGradients(model, new SGD(model.parameters(), { lr: 0.1 }), [
      gradientsOf(model, batch, crossEntropy),
    ]);
    expect(encodeModel(model)).not.toEqual(bytes);
  });

  it("what was made before still runs, is not trained, and does not mix with what is made now", () => {
    const x = tensor(new Float32Array(128), [1, 8, 8, 2]);
    const [weight] = early.parameters();
    expect(() => early.run(x)).toThrow(/one tensor lives in the (inference|wasm) backend and one in the/);
    expect(() => weight.mul(2).sum().backward()).toThrow(`backward: ${REFUSED}`);
  });

  it("is not taken back by another initInference()", async () => {
    await initInference({ threads: 1 });
    expect(currentBackend().trains).toBe(true);
    expect(threads()).toBe(1);
    expectUsable();
  });
});

describe("initInference()", () => {
  it.each<[string, unknown, string]>([
    ["a backend", { backend: "wasm" }, "initInference"],
    ["no threads", { threads: 0 }, "initInference: threads is 0; expected a whole number of at least 1."],
    ["too many threads", { threads: 5000 }, "initInference: threads is 5000; expected at most"],
  ])("refuses %s", async (_, options, sentence) => {
    await expect(initInference(options as never)).rejects.toThrow(sentence);
  });

  /** The library as it is in another process. */
  async function anew(): Promise<typeof Atif> {
    vi.resetModules();
    return import("../../src/index.js");
  }

  it("works after a failed one", async () => {
    const atif = await anew();
    await expect(atif.initInference({ threads: 0 })).rejects.toThrow("threads is 0");
    expect(() => atif.tensor([1])).toThrow("atif is not initialised");
    await atif.initInference({ threads: 1 });
    expect(atif.tensor([1, 2]).sum().item()).toBe(3);
  });

  it.each(["init first", "initInference first"])(
    "beside an init(): %s, all kernels are there",
    async (order) => {
      const atif = await anew();
      const calls = [() => atif.init({ threads: 1 }), () => atif.initInference({ threads: 1 })];
      if (order === "initInference first") calls.reverse();
      await Promise.all(calls.map((call) => call()));
      const x = atif.tensor([3], [1], { requiresGrad: true });
      x.mul(x).backward();
      expect(x.grad?.item()).toBe(6);
    },
  );

  it("after the reference backend takes the compiled kernels", async () => {
    const atif = await anew();
    await atif.init({ backend: "reference" });
    await atif.initInference({ threads: 1 });
    expect(atif.tensor([1]).backend.name).toBe("inference");
  });

  it("makes the threads of a pool like that of all kernels", async () => {
    const backend = await createInferenceBackend(4, null);
    expect(backend.threads).toBe(1);
    const other = await createInferenceBackend(4);
    expect(other.threads).toBe(4);
    await other.setThreads(1);
  });
});
