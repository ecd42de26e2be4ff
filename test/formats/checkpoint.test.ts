import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { FormatError } from "../../src/errors.js";
import {
  decodeCheckpoint,
  encodeCheckpoint,
  loadCheckpoint,
  saveCheckpoint,
} from "../../src/formats/checkpoint.js";
import { encodeModel } from "../../src/formats/model-file.js";
import { encodeSafetensors, parseSafetensors, type TensorToStore } from "../../src/formats/safetensors.js";
import { init } from "../../src/kernels/select.js";
import { createModel } from "../../src/models/table.js";
import { Generator } from "../../src/random/generator.js";
import { Trainer, type TrainerOptions } from "../../src/training/trainer.js";
import type { TrainingState } from "../../src/training/training-state.js";
import { expectSameWeights, stripes, tinySCNN } from "../training/tiny.js";

const train = stripes(22);
const options: TrainerOptions = {
  optimizer: { kind: "Adam", params: { lr: 0.01 } },
  epochs: 2,
  batchSize: 5,
  validation: stripes(6, 2),
  useBestEpoch: true,
};

/** In the second epoch, with everything that a state can have. */
async function midway(): Promise<TrainingState> {
  const controller = new AbortController();
  let batches = 0;
  const trainer = new Trainer(tinySCNN(), train, {
    ...options,
    callbacks: [
      {
        onBatch: () => {
          if (++batches === 7) controller.abort();
        },
      },
    ],
  });
  await trainer.fit({ signal: controller.signal });
  return trainer.state();
}

describe("checkpoint", () => {
  let state: TrainingState;
  let bytes: Uint8Array;
  const { architecture } = { architecture: { kind: "SCNN", options: { some: "options" } } };
  beforeAll(async () => {
    await init({ backend: "reference" });
    state = await midway();
    bytes = encodeCheckpoint(state, architecture);
  });

  it("gives back every number of the state, to the bit", () => {
    expect(state).toMatchObject({ epoch: 1, batch: 2, stopped: false });
    expect(state.bestWeights).not.toBeNull();
    const decoded = decodeCheckpoint(bytes);
    expect(decoded.architecture).toEqual(architecture);
    expect(decoded.state).toEqual(state);
    expectSameWeights(decoded.state.weights, state.weights);
  });

  it("keeps numbers of an optimizer that are not finite, and signed zeros", () => {
    const arrays = { m: [Float32Array.of(NaN, -0, Infinity, 1e-45)] };
    const odd = { ...state, optimizer: { steps: 1, moves: [1], arrays } };
    const { optimizer } = decodeCheckpoint(encodeCheckpoint(odd, architecture)).state;
    expect(Array.from(optimizer.arrays["m"][0])).toEqual([NaN, -0, Infinity, 1.401298464324817e-45]);
  });

  it("makes the model again", () => {
    const model = tinySCNN();
    const decoded = decodeCheckpoint(encodeCheckpoint(state, model.architecture));
    const made = createModel(decoded.architecture);
    const trainer = new Trainer(made, train, options);
    trainer.loadState(decoded.state);
    expectSameWeights(made.stateDict(), state.weights);
  });

  it("is written and read, whole", async () => {
    const folder = mkdtempSync(join(tmpdir(), "checkpoint-"));
    try {
      const path = join(folder, "checkpoint.safetensors");
      await saveCheckpoint(path, state, architecture);
      await saveCheckpoint(path, state, architecture);
      expect(readdirSync(folder)).toEqual(["checkpoint.safetensors"]);
      expect((await loadCheckpoint(path)).state).toEqual(state);
      await expect(loadCheckpoint(join(folder, "none"))).rejects.toThrow("no such file");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("is refused under 500 random flips of a bit, by a sentence, or is exact", () => {
    const generator = new Generator(4);
    for (let i = 0; i < 500; i++) {
      const damaged = Uint8Array.from(bytes);
      const at = generator.integer(bytes.length);
      damaged[at] ^= 1 << generator.integer(8);
      try {
        expect(decodeCheckpoint(damaged, "c").state).toEqual(state);
      } catch (error) {
        expect(error, `byte ${at}`).toBeInstanceOf(FormatError);
        expect((error as Error).message).toMatch(/^c: .+; expected .+/s);
      }
    }
  });

  it("is refused when it was cut short", () => {
    for (let length = 0; length < bytes.length; length += 997) {
      expect(() => decodeCheckpoint(bytes.subarray(0, length), "c")).toThrow(FormatError);
    }
  });

  it("is not a model, and a model is none", () => {
    expect(() => decodeCheckpoint(encodeModel(tinySCNN()), "m")).toThrow(
      'm: the format is "model/1" (metadata key "atif.format"); expected "checkpoint/1". Name a checkpoint that a training run of this version wrote.',
    );
    expect(() => decodeCheckpoint(encodeSafetensors([]), "m")).toThrow("m: the format is missing");
  });

  /** The file with another run, metadata or tensors, and a checksum that is right. */
  function changed(
    run: (run: Record<string, unknown>) => unknown,
    tensors: (tensors: Map<string, TensorToStore>) => void = () => undefined,
    checksum = true,
  ): Uint8Array {
    const file = parseSafetensors(bytes);
    const metadata = new Map(file.metadata);
    const before = JSON.parse(metadata.get("atif.run") ?? "") as Record<string, unknown>;
    metadata.set("atif.run", JSON.stringify(run(before) ?? before));
    const stored = new Map<string, TensorToStore>(file.tensors);
    tensors(stored);
    return encodeSafetensors(stored, metadata, { checksum });
  }
  const same = (): undefined => undefined;

  it.each<[string, () => Uint8Array]>([
    ['c: no checksum (metadata key "atif.crc64"); expected one.', () => changed(same, undefined, false)],
    ["c: the run is []; expected an object.", () => changed(() => [])],
    [
      "c: the run.epoch is missing; expected a whole number of at least 0.",
      () => changed((run) => ({ ...run, epoch: undefined })),
    ],
    [
      "c: the run.epoch is 1.5; expected a whole number of at least 0.",
      () => changed((run) => ({ ...run, epoch: 1.5 })),
    ],
    [
      "c: the run.batch is -1; expected a whole number of at least 0.",
      () => changed((run) => ({ ...run, batch: -1 })),
    ],
    ["c: the run.stopped is 0; expected true or false.", () => changed((run) => ({ ...run, stopped: 0 }))],
    [
      'c: the run.fingerprint.\\"seed\\" is 3; expected text.'.replaceAll("\\", ""),
      () => changed((run) => ({ ...run, fingerprint: { seed: 3 } })),
    ],
    [
      "c: the run.dropout[1] is null; expected a whole number of at least 0.",
      () => changed((run) => ({ ...run, dropout: [1, null, 2, 3] })),
    ],
    [
      "c: the run.totals is missing; expected an object.",
      () => changed((run) => ({ ...run, totals: undefined })),
    ],
    [
      "c: the run.selection.best is 3; expected an object.",
      () => changed((run) => ({ ...run, selection: { best: 3, patience: null } })),
    ],
    ["c: the run.history is {}; expected a list.", () => changed((run) => ({ ...run, history: {} }))],
    [
      "c: the run.history[0].epoch is missing; expected a whole number of at least 0.",
      () => changed((run) => ({ ...run, history: [{}] })),
    ],
    [
      "c: the run.optimizer.arrays[0] is null; expected text.",
      () => changed((run) => ({ ...run, optimizer: { steps: 1, moves: [1], arrays: [null] } })),
    ],
    [
      'c: tensor "optimizer.z.0" is missing; expected F32.',
      () => changed((run) => ({ ...run, optimizer: { steps: 1, moves: [1], arrays: ["z"] } })),
    ],
    [
      'c: tensor "optimizer.m.3" is missing; expected F32.',
      () => changed(same, (tensors) => void tensors.delete("optimizer.m.3")),
    ],
    [
      'c: tensor "model.layers.fc1.bias" is I32; expected F32.',
      () =>
        changed(
          same,
          (tensors) => void tensors.set("model.layers.fc1.bias", { shape: [1], data: Int32Array.of(1) }),
        ),
    ],
    [
      'c: tensor "extra" has no place in a checkpoint; expected model, best and optimizer arrays only.',
      () => changed(same, (tensors) => void tensors.set("extra", { shape: [1], data: Float32Array.of(1) })),
    ],
    ["has no place in a checkpoint", () => changed((run) => ({ ...run, hasBestWeights: false }))],
  ])("is refused: %s", (sentence, make) => {
    const made = make();
    expect(() => decodeCheckpoint(made, "c")).toThrow(FormatError);
    expect(() => decodeCheckpoint(made, "c")).toThrow(sentence);
  });

  it("says which part is no JSON", () => {
    const file = parseSafetensors(bytes);
    const metadata = new Map(file.metadata).set("atif.run", "{");
    const broken = encodeSafetensors(file.tensors, metadata, { checksum: true });
    expect(() => decodeCheckpoint(broken, "c")).toThrow(
      /^c: the run is no JSON \(.*\); expected what atif writes/,
    );
    metadata.delete("atif.architecture");
    const without = encodeSafetensors(file.tensors, metadata, { checksum: true });
    expect(() => decodeCheckpoint(without, "c")).toThrow(/^c: the architecture is no JSON/);
  });
});
