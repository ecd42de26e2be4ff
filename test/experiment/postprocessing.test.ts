/** What is done after the training of a run: the steps of [[postprocessing]] give what the library's functions give one by one. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { evaluateModel } from "../../src/cli/commands/eval.js";
import { train } from "../../src/cli/commands/train.js";
import { printTo } from "../../src/cli/terminal.js";
import {
  activationsRange,
  calibrate,
  ConfigError,
  countOperations,
  Dataset,
  estimateEnergy,
  evaluate,
  fuseBatchNorm,
  init,
  IntegerModel,
  loadDigits,
  loadModel,
  measureActivity,
  parseExperiment,
  quantizeModel,
  runExperiment,
  Trainer,
  type ExperimentResult,
  type PostprocessingProgress,
  type PostprocessingResult,
  type SpikingModel,
  type TrainTest,
} from "../../src/index.js";
import { configText, SMALL_SCNN, SMALL_SMLP, temporaryFolder, writeConfig } from "../cli/atif.js";

const folder = temporaryFolder();
const at = (...path: string[]): string => join(folder, ...path);

const FUSE = '[[postprocessing]]\nkind = "FuseBatchNorm"\nexport = true\n';
const QUANTIZE = `[[postprocessing]]
kind = "QuantizationAwareTraining"
export = true
[postprocessing.params]
epochs = 2
batch_size = 50
optimizer = { params = { lr = 0.002 } }
[postprocessing.params.model.params.quant_params]
bits = 6
roundtype = "floor"
w = { bits = 5, LSQ = true }
`;
const ENERGY =
  '[[postprocessing]]\nkind = "EnergyEstimationMetric"\nparams = { mem_width = 8, fifo_size = 100, sram_estimation_type = "new" }\n';
const COUNT = '[[postprocessing]]\nkind = "OperationCounter"\n';

/** With all that draws numbers: dropout, augmentation; and a validation set. */
const sections = (steps: string): string => `[[preprocessing]]
kind = "DatasetSplitter"
params = { source = "train", dest = "valid", ratio = 0.1 }
[[data_augmentation]]
kind = "GaussianNoise"
params = { sigma = 0.1 }
${steps}`;

const textOf = (steps: string, epochs = 1): string =>
  configText({ epochs, batchSize: 32, model: SMALL_SCNN, sections: sections(steps) });
const experimentOf = (steps: string, epochs?: number): ReturnType<typeof parseExperiment>["experiment"] =>
  parseExperiment(textOf(steps, epochs)).experiment;

/** A part of the digits, in the place of all. */
const load = (): Promise<TrainTest> => Promise.resolve(digits);

async function only(
  source: Parameters<typeof runExperiment>[0],
  options: Parameters<typeof runExperiment>[1] = {},
): Promise<ExperimentResult> {
  const results = await runExperiment(source, { load, ...options });
  expect(results).toHaveLength(1);
  return results[0];
}

const arrays = (model: SpikingModel | null): unknown => model?.stateDict({ extras: true });
const plain = (steps: readonly PostprocessingResult[]): unknown[] =>
  steps.map(
    ({ model: _, folder: __, ...summary }) =>
      // The folder of the run is another one.
      JSON.parse(JSON.stringify(summary), (key, value: unknown) => (key === "of" ? "" : value)) as unknown,
  );

function figures({ accuracy, loss, spikesPerInference }: Awaited<ReturnType<typeof evaluate>>): object {
  return { accuracy, loss, spikesPerInference };
}

function part({ name, classes, sampleShape, ...set }: Dataset, samples: number): Dataset {
  const values = sampleShape.reduce((product, length) => product * length, 1);
  const [x, labels] = [set.x.slice(0, samples * values), set.labels.slice(0, samples)];
  return new Dataset({ name, classes, sampleShape, x, labels, divisor: set.divisor });
}

let digits: TrainTest;
let whole: ExperimentResult;
const NAMES = ["net_fused", "net_fused_q6_force_qoff_e2_LSQFalse"];

beforeAll(async () => {
  await init();
  const all = await loadDigits();
  digits = { train: part(all.train, 300), test: part(all.test, 100) };
  whole = await only(experimentOf(FUSE + QUANTIZE + ENERGY + COUNT), { out: at("whole") });
});

/** What the sections of the experiment make of the digits. */
async function splitDigits(): Promise<{ train: Dataset; valid: Dataset; test: Dataset }> {
  const { prepareData } = await import("../../src/experiment/data.js");
  const { valid, ...sets } = await prepareData(experimentOf(""), { load });
  if (valid === undefined || sets.test === undefined) throw new Error("there is a set too few");
  return { train: sets.train, valid, test: sets.test };
}

describe("the steps after a training", () => {
  it("give what the library gives step by step, to the bit", async () => {
    const { train: set, valid, test } = await splitDigits();
    const alone = await only(experimentOf(""));
    expect(arrays(whole.model)).toEqual(arrays(alone.model));
    expect(whole.test).toEqual(alone.test);
    const [fuse, quantize, energy, count] = whole.postprocessing;

    const fused = fuseBatchNorm(alone.model);
    expect(arrays(fuse.model)).toEqual(arrays(fused));
    if (alone.test === null) throw new Error("it was not tested");
    expect(fuse).toMatchObject({
      kind: "FuseBatchNorm",
      network: NAMES[0],
      fused: ["layers.bn1"],
      test: { before: figures(alone.test), after: figures(await evaluate(fused, test, { batchSize: 32 })) },
    });

    const own = quantizeModel(fused, { bits: 6, roundtype: "floor", w: { bits: 5, LSQ: true } });
    calibrate(own, set, { batchSize: 50 });
    const calibrated = figures(await evaluate(own, test, { batchSize: 50 }));
    const { augmentationsOf } = await import("../../src/experiment/data.js");
    const trainer = new Trainer(own, set, {
      optimizer: { kind: "Adam", params: { lr: 0.002 } },
      epochs: 2,
      batchSize: 50,
      seed: 5,
      validation: valid,
      augmentations: augmentationsOf(experimentOf("")),
    });
    await trainer.fit();
    expect(arrays(quantize.model)).toEqual(arrays(own));
    expect(quantize).toMatchObject({
      kind: "QuantizationAwareTraining",
      network: NAMES[1],
      quantization: {
        test: {
          float: figures(await evaluate(fused, test, { batchSize: 50 })),
          calibrated,
          trained: figures(await evaluate(own, test, { batchSize: 50 })),
        },
        words: "6 bits (w 5), rounded down, trained on for 2 epochs",
      },
    });

    const activity = measureActivity(own, test);
    expect(energy).toMatchObject({
      network: NAMES[1],
      samples: 100,
      energy: estimateEnergy(own, activity, { memWidth: 8, fifoSize: 100, sramEstimation: "new" }),
    });
    expect(count).toMatchObject({ network: NAMES[1], operations: countOperations(own, activity) });
    expect(energy.model).toBe(quantize.model);
  });

  it("leave folders of networks that were to be kept, and their results in that of the run", async () => {
    expect(readdirSync(at("whole")).sort()).toEqual(
      ["config.toml", "metrics.jsonl", "model.safetensors", "summary.json", ...NAMES].sort(),
    );
    const summary = JSON.parse(readFileSync(at("whole", "summary.json"), "utf8")) as Record<string, unknown>;
    expect(summary).toMatchObject({ status: "complete" });
    const stored = summary.postprocessing as PostprocessingResult[];
    expect(plain(stored)).toEqual(plain(whole.postprocessing));
    expect(stored.map((each) => each.folder)).toEqual([...NAMES, null, null]);
    for (const [i, name] of NAMES.entries()) {
      const model = await loadModel(at("whole", name, "model.safetensors"));
      expect(arrays(model)).toEqual(arrays(whole.postprocessing[i].model));
      const own = JSON.parse(readFileSync(at("whole", name, "summary.json"), "utf8")) as object;
      expect(own).toMatchObject({
        status: "complete",
        test: { accuracy: (await evaluate(model, digits.test)).accuracy },
      });
      parseExperiment(readFileSync(at("whole", name, "config.toml"), "utf8"));
    }
    const quantized = await loadModel(at("whole", NAMES[1], "model.safetensors"));
    expect(readFileSync(at("whole", NAMES[1], "activations_range.txt"), "utf8")).toBe(
      activationsRange(quantized),
    );
    const again = await only(experimentOf(FUSE + QUANTIZE + ENERGY + COUNT), {
      out: at("whole"),
      resume: true,
    });
    expect(again.postprocessing).toHaveLength(4);
    expect(plain(again.postprocessing)).toEqual(plain(whole.postprocessing));
    expect(again.postprocessing.map(({ model }) => arrays(model))).toEqual(
      whole.postprocessing.map(({ model }) => arrays(model)),
    );
  });

  it("keep nothing that was not to be kept, and do nothing that is disabled", async () => {
    const steps =
      FUSE.replace("export = true", "export = false") +
      QUANTIZE.replace("export = true", "disabled = true") +
      COUNT;
    const result = await only(experimentOf(steps), { out: at("less") });
    expect(result.postprocessing.map(({ kind, network }) => [kind, network])).toEqual([
      ["FuseBatchNorm", "net_fused"],
      ["OperationCounter", "net_fused"],
    ]);
    expect(existsSync(at("less", "net_fused"))).toBe(false);
    const again = await only(experimentOf(steps), { out: at("less"), resume: true });
    expect(plain(again.postprocessing)).toEqual(plain(result.postprocessing));
    expect(again.postprocessing.map(({ model }) => model)).toEqual([null, null]);
  });

  it("calibrate alone with 0 epochs, by the options of each model, and test only what is asked for", async () => {
    const step = QUANTIZE.replace("epochs = 2", "epochs = 0\nevaluate_before = false")
      .replace("optimizer = { params = { lr = 0.002 } }\n", "")
      .replace("export = true\n", "");
    const two =
      configText({
        epochs: 0,
        model: `${SMALL_SMLP}[[model]]\nname = "narrow"\n${SMALL_SMLP}`,
        sections: FUSE.replace("export = true", "params.evaluate = false") + step,
      }) + "[model.update.quant_params]\nbits = 4\nforce_q = 2\nw = { LSQ = false }\n";
    const [wide, narrow] = await runExperiment(parseExperiment(two).experiment, { load });
    for (const [result, params, suffix] of [
      [wide, { bits: 6, roundtype: "floor", w: { bits: 5, LSQ: true } }, "q6_force_qoff"],
      [narrow, { bits: 4, forceQ: 2, roundtype: "floor", w: { bits: 5, LSQ: false } }, "q4_force_q2"],
    ] as const) {
      const [fuse, quantize] = result.postprocessing;
      expect(fuse).toMatchObject({
        fused: [],
        test: { before: figures(await evaluate(result.model, digits.test)), after: null },
      });
      const own = quantizeModel(fuseBatchNorm(result.model), params);
      calibrate(own, digits.train, { batchSize: 50 });
      expect(arrays(quantize.model)).toEqual(arrays(own));
      expect(quantize).toMatchObject({
        network: `${result.name}_fused_${suffix}_e0_LSQFalse`,
        quantization: {
          params,
          test: {
            float: null,
            calibrated: figures(await evaluate(own, digits.test, { batchSize: 50 })),
            trained: null,
          },
        },
      });
    }
  });
});

it("examples/digits-integers.toml does all of it", async () => {
  const path = fileURLToPath(new URL("../../examples/digits-integers.toml", import.meta.url));
  const { postprocessing } = await only(path, {
    overrides: [
      ["model.0.epochs", 1],
      ["postprocessing.1.params.epochs", 1],
    ],
  });
  expect(postprocessing.map(({ kind }) => kind)).toEqual([
    "FuseBatchNorm",
    "QuantizationAwareTraining",
    "EnergyEstimationMetric",
    "OperationCounter",
  ]);
  const [fuse, quantize] = postprocessing;
  expect(fuse).toMatchObject({ fused: ["layers.bn1", "layers.bn2"] });
  expect(quantize).toMatchObject({ network: "digits_fused_q8_force_qoff_e1_LSQFalse" });
  // What a device computes with.
  expect(() => new IntegerModel(quantize.model as SpikingModel)).not.toThrow();
});

/** Stops a run in the middle of the work after its training. */
async function interrupted(
  out: string | null,
  when: (progress: PostprocessingProgress) => boolean,
  epochs?: number,
): Promise<ExperimentResult> {
  const stop = new AbortController();
  return only(experimentOf(FUSE + QUANTIZE + ENERGY + COUNT, epochs), {
    out,
    resume: out !== null,
    signal: stop.signal,
    callbacks: { onPostprocessing: (progress) => (when(progress) ? stop.abort() : undefined) },
  });
}

describe("steps that were interrupted", () => {
  it("go on to the same bits, wherever that was", async () => {
    const stops: ((progress: PostprocessingProgress) => boolean)[] = [
      ({ kind, done }) => kind === "FuseBatchNorm" && done === 1,
      ({ work, done }) => work === "training" && done === 3,
      ({ work, done }) => work === "training" && done === 9,
      ({ work, done, total }) => work === "training" && done === total,
      ({ kind, done }) => kind === "EnergyEstimationMetric" && done === 1,
    ];
    const steps: number[] = [];
    for (const stop of stops) {
      const result = await interrupted(at("stopped"), stop);
      expect(result).toMatchObject({ interrupted: true, test: whole.test });
      expect(arrays(result.model)).toEqual(arrays(whole.model));
      steps.push(result.postprocessing.length);
      expect(JSON.parse(readFileSync(at("stopped", "summary.json"), "utf8"))).toMatchObject({
        status: "interrupted",
      });
      expect(arrays(await loadModel(at("stopped", "model.safetensors")))).toEqual(arrays(whole.model));
    }
    expect(steps).toEqual([0, 1, 1, 1, 2]);
    const trained: number[] = [];
    const result = await only(experimentOf(FUSE + QUANTIZE + ENERGY + COUNT), {
      out: at("stopped"),
      resume: true,
      callbacks: {
        onPostprocessing: ({ work, done }) => (work === "training" ? void trained.push(done) : undefined),
      },
    });
    expect(trained).toEqual([]);
    expect(plain(result.postprocessing)).toEqual(plain(whole.postprocessing));
    expect(result.postprocessing.map(({ model }) => arrays(model))).toEqual(
      whole.postprocessing.map(({ model }) => arrays(model)),
    );
    expect(readdirSync(at("stopped")).sort()).toEqual(readdirSync(at("whole")).sort());
    for (const file of ["model.safetensors", ...NAMES.map((name) => join(name, "model.safetensors"))])
      expect(readFileSync(at("stopped", file)).equals(readFileSync(at("whole", file))), file).toBe(true);
  });

  it("train from the checkpoint, not from the beginning", async () => {
    await interrupted(at("half"), ({ work, done }) => work === "training" && done === 9);
    const trained: number[] = [];
    await interrupted(at("half"), ({ work, done }) => {
      if (work === "training") trained.push(done);
      return done === 11 && work === "training";
    });
    expect(trained).toEqual([10, 11]);
  });

  it("begin again where the network has learned for longer since", async () => {
    await interrupted(at("longer"), ({ work, done }) => work === "training" && done === 9);
    const longer = experimentOf(FUSE + QUANTIZE, 2);
    const other = experimentOf(FUSE + QUANTIZE + ENERGY + COUNT, 2);
    const refused = await runExperiment(longer, { load, out: at("longer"), resume: true }).catch(
      (thrown: unknown) => thrown,
    );
    expect(refused).toBeInstanceOf(ConfigError);
    const result = await only(other, { out: at("longer"), resume: true });
    const direct = await only(other);
    expect(plain(result.postprocessing)).toEqual(plain(direct.postprocessing));
    expect(result.postprocessing.map(({ model }) => arrays(model))).toEqual(
      direct.postprocessing.map(({ model }) => arrays(model)),
    );
  });

  it("end where nothing is written, too, with what is done", async () => {
    const result = await interrupted(null, ({ work, done }) => work === "training" && done === 2);
    expect(result).toMatchObject({ interrupted: true, folder: null });
    expect(result.postprocessing.map(({ kind }) => kind)).toEqual(["FuseBatchNorm"]);
  });
});

describe("the command line", () => {
  async function said(work: () => Promise<void>): Promise<string> {
    let out = "";
    printTo({ write: (text) => (out += text) }, { write: () => undefined });
    try {
      await work();
    } finally {
      printTo(process.stdout, process.stderr);
    }
    return out;
  }

  it("prints what the steps measured, answers with it, and shows what was made", async () => {
    const config = at(
      writeConfig(folder, {
        epochs: 1,
        model: SMALL_SCNN,
        sections: FUSE + QUANTIZE.replace("epochs = 2", "epochs = 0") + ENERGY + COUNT,
      }),
    );
    const text = await said(() => train({ config, out: at("printed") }));
    for (const line of [
      /^FuseBatchNorm: net_fused$/m,
      /^before +\d+\.\d % +\d/m,
      /^fused +\d+\.\d % +\d/m,
      /^fused: layers\.bn1$/m,
      /^QuantizationAwareTraining: net_fused_q6_force_qoff_e0_LSQFalse$/m,
      /^6 bits \(w 5\), rounded down, not trained$/m,
      /^calibrated +\d/m,
      /^neuron1 +\d/m,
      /^EnergyEstimationMetric: /m,
      /^layers\.conv1 \+ neuron1|^layers\.conv1 \+ layers\.neuron1/m,
      /J per inference, rates measured on 360 samples; an estimate, not a measurement$/m,
      /^OperationCounter: /m,
      /^ {2}net_fused\/ +the network after FuseBatchNorm$/m,
    ])
      expect(text).toMatch(line);
    const json = JSON.parse(await said(() => train({ config, out: at("answered"), json: true }))) as {
      postprocessing: unknown[];
    };
    expect(json.postprocessing).toHaveLength(4);
    const seen = await said(() => evaluateModel({ model: at("printed") }));
    expect(seen).toMatch(/^net_fused +FuseBatchNorm +\d+\.\d %$/m);
    expect(seen).toMatch(/^net_fused_q6_force_qoff_e0_LSQFalse +QuantizationAwareTraining +\d+\.\d %$/m);
    expect(JSON.parse(await said(() => evaluateModel({ model: at("printed"), json: true })))).toMatchObject({
      postprocessing: [{ folder: "net_fused" }, { folder: "net_fused_q6_force_qoff_e0_LSQFalse" }],
    });
    expect(await said(() => evaluateModel({ model: at("printed", "net_fused") }))).not.toContain(
      "made of it",
    );
  });
});
