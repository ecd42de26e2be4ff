import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FormatError } from "../../src/errors.js";
import {
  decodeModel,
  encodeModel,
  loadModel,
  readModelFile,
  readStateDict,
  saveModel,
  type ModelFacts,
} from "../../src/formats/model-file.js";
import { encodeSafetensors, parseSafetensors, type TensorToStore } from "../../src/formats/safetensors.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { init } from "../../src/kernels/select.js";
import { SCNN } from "../../src/models/scnn.js";
import { SMLP } from "../../src/models/smlp.js";
import type { SpikingModel } from "../../src/models/spiking-model.js";
import { defaultGenerator, Generator, manualSeed } from "../../src/random/generator.js";
import { memory } from "../../src/tensor/memory.js";
import { tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";
import { expectSameBits } from "../closeness.js";
import { expectSameModel, tinySCNN, tinySMLP } from "../training/tiny.js";

const facts: ModelFacts = {
  dataset: "digits",
  epochs: 3,
  seed: 1,
  testAccuracy: 0.975,
  note: ["a", { b: null }],
};

/** The file of a model, with other metadata or tensors; a null leaves an entry out. */
function changed(
  model: SpikingModel,
  metadata: Record<string, string | null>,
  tensors: Record<string, TensorToStore | null> = {},
  options: { checksum?: boolean } = { checksum: true },
): Uint8Array {
  const file = parseSafetensors(encodeModel(model, facts));
  const kept = <T>(all: Iterable<readonly [string, T]>, changes: Record<string, T | null>): [string, T][] =>
    [...new Map<string, T | null>([...all, ...Object.entries(changes)])].filter(
      (entry): entry is [string, T] => entry[1] !== null,
    );
  return encodeSafetensors(
    kept<TensorToStore>(file.tensors, tensors),
    kept(file.metadata, metadata),
    options,
  );
}

describeBackends("model file", (backend) => {
  beforeAll(async () => {
    await init({ backend, threads: 1 });
  });

  it.each<[string, () => SpikingModel]>([
    ["SMLP", () => tinySMLP()],
    ["SCNN", () => tinySCNN()],
    ["SCNN in step mode s", () => tinySCNN(1, "s")],
    [
      "one-dimensional, separable SCNN of LIF neurons with a global sum",
      () =>
        new SCNN({
          inputShape: [12, 2], outputShape: [3], filters: [4, 5], kernelSizes: [3, 3], paddings: [1, 0], strides: [1, 2],
          poolSizes: [2, 0], separables: [true, false], fcUnits: [], gsp: true, timesteps: 2, dims: 1,
          neuron: { kind: "ParametricLIFNode", params: { vReset: null, initTau: 3 } },
        }), // prettier-ignore
    ],
  ])("stores a model and makes it again: %s", (_, build) => {
    const model = build();
    const { model: loaded, facts: told } = decodeModel(encodeModel(model, facts));
    expectSameModel(loaded, model);
    expect(loaded.constructor).toBe(model.constructor);
    expect(loaded.architecture).toEqual(model.architecture);
    expect(told).toEqual(facts);
    const x = new Generator(3);
    const shape = [2, ...model.inputShape];
    const samples = Array.from({ length: shape.reduce((a, b) => a * b) }, () => x.uniform());
    const run = (each: SpikingModel): Float32Array => each.eval().run(tensor(samples, shape)).toArray();
    expectSameBits(run(loaded), run(model));
  });
});

describe("model file", () => {
  beforeAll(async () => {
    await init({ backend: "reference" });
  });

  it("is plain safetensors with PyTorch's names and layouts", () => {
    const model = tinySCNN();
    const { metadata, tensors, checksum } = parseSafetensors(encodeModel(model, facts));
    expect(checksum).toBe("verified");
    expect([...metadata.keys()]).toEqual([
      "atif.architecture",
      "atif.facts",
      "atif.format",
      "atif.mode",
      "format",
    ]);
    expect(metadata.get("format")).toBe("pt");
    expect(metadata.get("atif.format")).toBe("model/1");
    expect(JSON.parse(metadata.get("atif.architecture") ?? "")).toMatchObject({ kind: "SCNN" });
    const shapes = Object.fromEntries([...tensors].map(([name, { shape }]) => [name, shape]));
    expect(shapes).toEqual({
      "layers.conv1.weight": [4, 1, 3, 3],
      "layers.bn1.weight": [4],
      "layers.bn1.bias": [4],
      "layers.bn1.running_mean": [4],
      "layers.bn1.running_var": [4],
      "layers.neuron1.v_threshold": [1],
      "layers.fc1.weight": [8, 16],
      "layers.fc1.bias": [8],
      "layers.neuron2.v_threshold": [1],
      "layers.fc2.weight": [3, 8],
      "layers.fc2.bias": [3],
    });
    expect([...tensors.values()].every(({ dtype }) => dtype === "F32")).toBe(true);
  });

  it("is the same bytes for the same model and facts", () => {
    expect(encodeModel(tinySCNN(), facts)).toEqual(encodeModel(tinySCNN(), facts));
  });

  it("keeps the mode", () => {
    expect(decodeModel(encodeModel(tinySCNN())).model.training).toBe(true);
    const { model } = decodeModel(encodeModel(tinySCNN().eval()));
    expect(model.namedModules().some(([, module]) => module.training)).toBe(false);
  });

  it("draws nothing from the default generator", () => {
    const bytes = encodeModel(tinySCNN());
    manualSeed(3);
    const before = defaultGenerator().state;
    decodeModel(bytes);
    expect(defaultGenerator().state).toEqual(before);
  });

  it("does not mind metadata of others", () => {
    const model = tinySMLP();
    const { model: loaded, facts: told } = decodeModel(
      changed(model, { format: null, author: "somebody", "atif.facts": null }),
    );
    expectSameModel(loaded, model);
    expect(told).toEqual({});
  });

  it("keeps thresholds that are not guarded, also below 0", () => {
    const build = (minThreshold: number | null): SMLP =>
      new SMLP({
        inputShape: [2], outputShape: [2], units: [2], timesteps: 2, neuron: { kind: "ATIF", params: { minThreshold } },
      }); // prettier-ignore
    const model = build(null);
    model.loadStateDict({ ...model.stateDict(), "layers.neuron1.v_threshold": { shape: [1], data: [-0.5] } });
    expectSameModel(decodeModel(encodeModel(model)).model, model);
    const threshold = { "layers.neuron1.v_threshold": { shape: [1], data: Float32Array.of(-0.5) } };
    expect(() => decodeModel(changed(build(0.1), {}, threshold), "m")).toThrow(
      "m: the weights do not fit the architecture: loadStateDict: layers.neuron1.v_threshold is -0.5; expected a threshold above 0.",
    );
  });

  it("keeps a threshold below 0 whose guard was taken away later", () => {
    const model = tinySCNN();
    for (const [name, parameter] of model.namedParameters()) {
      if (!name.endsWith("v_threshold")) continue;
      parameter.minimum = null;
      parameter.data[0] = -0.25;
      parameter.touched();
    }
    expectSameModel(decodeModel(encodeModel(model)).model, model);
  });

  it.each<[string, number, string]>([
    ["layers.neuron1.v_threshold", -0.5, "is -0.5; expected a threshold above 0."],
    ["layers.neuron1.v_threshold", 0, "is 0; expected a threshold above 0."],
    ["layers.bn1.running_var", -1, "holds -1 at element 0; expected variances of at least 0."],
  ])("does not store %s of %d, which could not be loaded", (name, value, problem) => {
    const model = tinySCNN();
    const tensors = new Map<string, Tensor>([...model.namedParameters(), ...model.namedBuffers()]);
    const tensor = tensors.get(name);
    if (tensor === undefined) throw new Error(`there is no ${name}`);
    tensor.data[0] = value;
    expect(() => encodeModel(model)).toThrow(
      new RegExp(`^encodeModel: ${name} ${problem.replaceAll(".", "\\.")}`),
    );
  });

  it("loads the weights of a file from elsewhere through loadStateDict", () => {
    const model = tinySCNN();
    const entries = Object.entries(model.stateDict());
    const foreign = encodeSafetensors(
      [
        ...entries.map(([name, { shape, data }]): [string, TensorToStore] => [
          name,
          name.endsWith("bias") ? { shape, data: Float64Array.from(data) } : { shape, data },
        ]),
        ["layers.bn1.num_batches_tracked", { shape: [], data: BigInt64Array.of(7n) }],
        ["__proto__", { shape: [1], data: Float32Array.of(1) }],
      ],
      { format: "pt" },
    );
    expect(() => decodeModel(foreign, "pt.safetensors")).toThrow(
      'pt.safetensors: it has weights but no architecture (metadata key "atif.architecture"); expected a file that saveModel wrote. ' +
        "For weights from elsewhere, make the model, for instance with new SCNN(...), and call loadStateDict(readStateDict(bytes)).",
    );
    const dict = readStateDict(foreign);
    const loaded = tinySCNN(2);
    expect(loaded.loadStateDict(dict, { strict: false })).toEqual({ missing: [], unexpected: ["__proto__"] });
    expectSameModel(loaded, model);
    expect(() => loaded.loadStateDict(dict)).toThrow("loadStateDict: unexpected __proto__;");
  });

  it("reads half precision, and refuses truth values, in a state dict", () => {
    const half = encodeSafetensors([["w", { dtype: "F16", shape: [2], data: Float32Array.of(0.5, -2) }]]);
    expect(readStateDict(half)["w"]).toEqual({ shape: [2], data: Float32Array.of(0.5, -2) });
    const truth = encodeSafetensors([["mask", { dtype: "BOOL", shape: [1], data: Uint8Array.of(1) }]]);
    expect(readStateDict(truth, "f")["mask"].shape).toEqual([1]);
    expect(() => readStateDict(truth, "f")["mask"].data).toThrow(
      'f: tensor "mask" is BOOL; expected numbers. Leave it out of the file, it is no weight.',
    );
  });

  const weight = (shape: number[], value = 0.5): TensorToStore => ({
    shape,
    data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value),
  });
  const architecture = (change: Record<string, unknown>): string => {
    const { kind, options } = tinySMLPArchitecture;
    return JSON.stringify({ kind, options: { ...options, ...change } });
  };
  const tinySMLPArchitecture = {
    kind: "SMLP",
    options: {
      inputShape: [4, 4, 1],
      outputShape: [3],
      units: [12],
      timesteps: 3,
      neuron: { kind: "ATIF" },
      stepMode: "s",
    },
  };

  it.each<[string, Record<string, string | null>, Record<string, TensorToStore | null>?]>([
    [
      'm: the format is "model/2" (metadata key "atif.format"); expected "model/1". Update atif, or save the model again with this version.',
      { "atif.format": "model/2" },
    ],
    ['m: the format is missing (metadata key "atif.format"); expected "model/1".', { "atif.format": null }],
    [
      'm: the format is "checkpoint/1" (metadata key "atif.format"); expected "model/1". It is a checkpoint of a run: continue the run from it, and take the model that it writes.',
      { "atif.format": "checkpoint/1", "atif.architecture": null },
    ],
    ["m: the architecture is no JSON (", { "atif.architecture": "{" }],
    ["m: the architecture is [1]; expected an object.", { "atif.architecture": "[1]" }],
    ["m: the architecture.kind is missing; expected text.", { "atif.architecture": "{}" }],
    [
      "m: the architecture.options is 3; expected an object.",
      { "atif.architecture": '{"kind":"SMLP","options":3}' },
    ],
    [
      'm: the architecture makes no network: model kind is "ResNet"; expected one of "SMLP", "SCNN",',
      { "atif.architecture": '{"kind":"ResNet","options":{}}' },
    ],
    [
      'm: the architecture makes no network: model kind is "toString"; expected one of',
      { "atif.architecture": '{"kind":"toString","options":{}}' },
    ],
    [
      "m: the architecture makes no network: SMLP: timesteps is 0; expected",
      { "atif.architecture": architecture({ timesteps: 0 }) },
    ],
    [
      "m: the architecture makes no network: SMLP: units[0] is -4; expected a whole number of at least 1.",
      { "atif.architecture": architecture({ units: [-4] }) },
    ],
    [
      'm: the architecture makes no network: SMLP: unknown option "depth"',
      { "atif.architecture": architecture({ depth: 1 }) },
    ],
    [
      'm: the architecture makes no network: SMLP: unknown option "__proto__"',
      { "atif.architecture": '{"kind":"SMLP","options":{"__proto__":1}}' },
    ],
    [
      'm: the architecture makes no network: neuron.kind is "Neuron"; expected one of',
      { "atif.architecture": architecture({ neuron: { kind: "Neuron" } }) },
    ],
    [
      "m: the architecture has 19000000 weights but the file holds 244 numbers; expected at least as many.",
      { "atif.architecture": architecture({ units: [1_000_000] }) },
    ],
    [
      "m: the weights do not fit the architecture: loadStateDict: layers.fc1.weight is [12, 16] with 192 numbers; expected [11, 16].",
      { "atif.architecture": architecture({ units: [11] }) },
    ],
    [
      "m: the weights do not fit the architecture: loadStateDict: missing layers.fc1.bias; expected the names of this model.",
      {},
      { "layers.fc1.bias": null },
    ],
    ["loadStateDict: unexpected layers.fc3.bias;", {}, { "layers.fc3.bias": weight([3]) }],
    [
      "loadStateDict: layers.fc1.bias is [2, 6] with 12 numbers; expected [12].",
      {},
      { "layers.fc1.bias": weight([2, 6]) },
    ],
    ["loadStateDict: layers.fc1.bias holds NaN at element 0;", {}, { "layers.fc1.bias": weight([12], NaN) }],
    [
      "layers.neuron1.v_threshold holds Infinity at element 0",
      {},
      { "layers.neuron1.v_threshold": weight([1], Infinity) },
    ],
    [
      "layers.neuron1.v_threshold is 0; expected a threshold above 0.",
      {},
      { "layers.neuron1.v_threshold": weight([1], 0) },
    ],
    [
      "layers.neuron1.v_threshold is -1; expected a threshold above 0.",
      {},
      { "layers.neuron1.v_threshold": weight([1], -1) },
    ],
    ["m: the facts is no JSON", { "atif.facts": "{,}" }],
    ["m: the facts is null; expected an object.", { "atif.facts": "null" }],
  ])("is refused: %s", (sentence, metadata, tensors) => {
    const bytes = changed(tinySMLP(), metadata, tensors);
    expect(() => decodeModel(bytes, "m")).toThrow(FormatError);
    expect(() => decodeModel(bytes, "m")).toThrow(sentence);
  });

  it("is refused without its checksum, or with a wrong one", () => {
    expect(() => decodeModel(changed(tinySMLP(), {}, {}, {}), "m")).toThrow(
      'm: it has an architecture but no checksum (metadata key "atif.crc64"); expected both, as saveModel writes them.',
    );
    const bytes = encodeModel(tinySMLP());
    bytes[bytes.length - 2] ^= 1;
    expect(() => decodeModel(bytes, "m")).toThrow(
      /^m: the contents have the checksum [0-9a-f]{16}; expected [0-9a-f]{16}/,
    );
  });

  it("spends no memory on an architecture that its weights cannot fill", () => {
    const before = memory().peakBytes;
    const options = {
      inputShape: [1000, 1000, 1], outputShape: [10], filters: [1], kernelSizes: [1], paddings: [0], strides: [1],
      poolSizes: [0], fcUnits: [1000], neuron: { kind: "ATIF" },
    }; // prettier-ignore
    const hostile = changed(tinySMLP(), { "atif.architecture": JSON.stringify({ kind: "SCNN", options }) });
    expect(() => decodeModel(hostile, "m")).toThrow(
      "m: the architecture has 1000010001 weights but the file holds 244 numbers; expected at least as many.",
    );
    expect(memory().peakBytes - before).toBeLessThan(100_000);
  });

  it("is either refused by a sentence or exact, under 1,000 random flips of a bit", () => {
    const model = tinySMLP(1, [3]);
    const expected = model.stateDict();
    const bytes = encodeModel(model, facts);
    const generator = new Generator(11);
    let exact = 0;
    for (let i = 0; i < 1000; i++) {
      const damaged = Uint8Array.from(bytes);
      // Half of them in the header, which is where damage can be subtle.
      const at = generator.integer(i % 2 === 0 ? bytes.length : bytes.length - 4 * 70);
      const bit = generator.integer(8);
      damaged[at] ^= 1 << bit;
      try {
        expect(decodeModel(damaged, "m").model.stateDict()).toEqual(expected);
        exact++;
      } catch (error) {
        expect(error, `bit ${bit} of byte ${at}`).toBeInstanceOf(FormatError);
        expect((error as Error).message).toMatch(/^m: .+; expected .+[.)]$/s);
      }
    }
    // A space of the padding that became a tab, and the like.
    expect(exact).toBeLessThan(20);
  });

  it("is refused at every length but its own", () => {
    const bytes = encodeModel(tinySMLP(1, [1]), facts);
    for (let length = 0; length < bytes.length; length += length < 16 ? 1 : 13) {
      expect(() => decodeModel(bytes.subarray(0, length), "m")).toThrow(FormatError);
    }
    const longer = new Uint8Array(bytes.length + 1);
    longer.set(bytes);
    expect(() => decodeModel(longer, "m")).toThrow(FormatError);
  });

  it.each<[string, () => unknown]>([
    [
      "encodeModel: model is an object; expected a model such as new SMLP(...).",
      () => encodeModel({} as SpikingModel),
    ],
    [
      'encodeModel: the fact "testAccuracy" is NaN; expected a finite number.',
      () => encodeModel(tinySMLP(), { testAccuracy: NaN }),
    ],
    [
      'encodeModel: the fact "run" is a function; expected plain data.',
      () => encodeModel(tinySMLP(), { run: () => 1 }),
    ],
    [
      "encodeModel: layers.fc1.bias holds NaN at element 3; expected finite numbers. Training diverged: train again with a lower learning rate.",
      () => {
        const model = tinySMLP();
        const bias = model.namedParameters().find(([name]) => name === "layers.fc1.bias")?.[1];
        if (bias !== undefined) bias.data[3] = NaN;
        return encodeModel(model);
      },
    ],
    [
      "parseSafetensors: bytes are not a Uint8Array",
      () => decodeModel("m.safetensors" as unknown as Uint8Array),
    ],
  ])("answers %s", (sentence, work) => {
    expect(work).toThrow(sentence);
  });

  describe("on disk", () => {
    let folder = "";
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "model-file-"));
    });
    afterEach(() => {
      rmSync(folder, { recursive: true });
    });

    it("is written and read", async () => {
      const path = join(folder, "model.safetensors");
      const model = tinySCNN();
      await saveModel(path, model, facts);
      expect(new Uint8Array(readFileSync(path))).toEqual(encodeModel(model, facts));
      expectSameModel(await loadModel(path), model);
      expect((await readModelFile(path)).facts).toEqual(facts);
    });

    it("rejects, never throws, and names the file", async () => {
      const missing = join(folder, "none.safetensors");
      await expect(loadModel(missing)).rejects.toThrow(`cannot read ${missing}: no such file`);
      await expect(saveModel(join(folder, "no", "m"), tinySMLP())).rejects.toThrow("the folder");
      const damaged = join(folder, "damaged.safetensors");
      writeFileSync(damaged, "hello");
      await expect(loadModel(damaged)).rejects.toThrow(
        `${damaged}: the file has 5 bytes; expected a safetensors file`,
      );
    });

    it("leaves the old file when the model cannot be stored", async () => {
      const path = join(folder, "m.safetensors");
      await saveModel(path, tinySMLP());
      const before = readFileSync(path);
      await expect(saveModel(path, tinySMLP(), { n: Infinity })).rejects.toThrow('the fact "n" is Infinity');
      expect(readFileSync(path)).toEqual(before);
      expect(existsSync(join(folder, ".m.safetensors"))).toBe(false);
    });
  });
});
