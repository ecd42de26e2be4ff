/** Kinds and options in files are those of the tables of classes: nothing is listed twice. */

import { beforeAll, describe, expect, it } from "vitest";
import { buildModel } from "../../../src/experiment/model.js";
import { init } from "../../../src/kernels/select.js";
import { augmentations } from "../../../src/datasets/augmentations/table.js";
import { preprocessings } from "../../../src/datasets/preprocessing/table.js";
import { parseExperiment, writeExperiment } from "../../../src/experiment/description/index.js";
import { AUGMENTATIONS, DATASETS, PREPROCESSING } from "../../../src/experiment/description/data-schema.js";
import { MODELS } from "../../../src/experiment/description/model-schema.js";
import { NEURONS } from "../../../src/experiment/description/neuron-schema.js";
import { FRAMEWORKS, OPTIMIZERS, SCHEDULERS } from "../../../src/experiment/description/training-schema.js";
import { templateTable } from "../../../src/models/table.js";
import { IFNode } from "../../../src/neurons/if-node.js";
import { defineNeuron, neuronKinds, type NeuronSpec } from "../../../src/neurons/table.js";
import { optimizerKinds, schedulerKinds } from "../../../src/optimizers/table.js";
import { withDefault, type Schema } from "../../../src/schema/schema.js";
import { flag, real } from "../../../src/schema/value-types.js";
import { base, edited, messageFor } from "./base.js";

class NoisyNode extends IFNode {
  readonly noiseLevel: number;

  constructor(noiseLevel: number, stepMode: "s" | "m") {
    super({ stepMode });
    this.noiseLevel = noiseLevel;
  }
}

interface NoisyOptions {
  noiseLevel: number;
  secret?: boolean;
}

const noisySchema: Schema<NoisyOptions> = {
  fields: {
    noiseLevel: withDefault(real({ from: 0 }), 0.5, "How loud it is."),
    secret: { ...withDefault(flag, false, "Of code alone."), inFiles: false } as never,
  },
  check({ noiseLevel }, place) {
    if (noiseLevel > 10)
      place.at("noiseLevel").fail(`is too loud; expected less ${place.name("noiseLevel")}.`);
  },
};

defineNeuron<NoisyOptions, NoisyNode, NoisyOptions>("NoisyNode", {
  summary: "a neuron of another package",
  classes: [NoisyNode],
  schema: noisySchema,
  create: ({ noiseLevel }, stepMode) => new NoisyNode(noiseLevel, stepMode),
  options: ({ noiseLevel }) => ({ noiseLevel }),
});

describe("kinds in files", () => {
  it.each<[string, readonly string[], object]>([
    ["models", [...Object.keys(templateTable), "GraphModel"], MODELS.rows],
    ["neurons", [...neuronKinds, "QuantReLU"], NEURONS.rows],
    ["optimizers", optimizerKinds, OPTIMIZERS.rows],
    ["schedules", schedulerKinds, SCHEDULERS.rows],
    ["augmentations", Object.keys(augmentations), AUGMENTATIONS.rows],
    ["preprocessing", Object.keys(preprocessings), PREPROCESSING.rows],
  ])("are all %s", (_, kinds, rows) => {
    expect(Object.keys(rows)).toEqual([...kinds]);
  });

  it("are not counted among those of Qualia that are missing", () => {
    for (const { rows, elsewhere } of [
      MODELS,
      NEURONS,
      OPTIMIZERS,
      SCHEDULERS,
      AUGMENTATIONS,
      PREPROCESSING,
      DATASETS,
      FRAMEWORKS,
    ] as const) {
      // prettier-ignore
      expect(elsewhere.filter((kind) => Object.hasOwn(rows, kind))).toEqual([]);
    }
  });

  const atif = 'neuron.kind = "ATIF"\nneuron.params.v_threshold = 1.0';

  it("are neurons that a program defines, with their options, defaults and rules", () => {
    const text = (params: string): string => edited(atif, `neuron = { kind = "NoisyNode"${params} }`);
    const { experiment } = parseExperiment(text(", params = { noise_level = 2 }"));
    expect(experiment.models[0].params.neuron).toEqual({ kind: "NoisyNode", params: { noiseLevel: 2 } });
    expect(parseExperiment(text("")).experiment.models[0].params.neuron?.params).toEqual({ noiseLevel: 0.5 });
    expect(parseExperiment(writeExperiment(experiment)).experiment).toEqual(experiment);
    expect(messageFor(text(", params = { noise_level = 11 }"))).toBe(
      "config.toml:42:43: model_template.params.neuron.params.noise_level (merged into model[0]) is too loud; expected less noise_level.",
    );
    expect(messageFor(text(", params = { secret = true }"))).toContain(
      "is not a known key of NoisyNode; expected one of noise_level.",
    );
  });

  it("have the options of code, but those that no file can hold", () => {
    const spec: NeuronSpec = { kind: "IFNode", params: { vThreshold: 1 } };
    const keys = (find: string): string =>
      messageFor(edited(atif, `neuron.kind = "${find}"\nneuron.params.x = 1`));
    expect(keys(spec.kind)).toContain(
      "expected one of v_threshold, v_reset, alpha, detach_reset, backend, store_v_seq.",
    );
  });
});

describe("residual networks in files", () => {
  const file = `
    bench = { name = "a", seed = 1 }
    learningframework.kind = "SpikingJelly"
    dataset.kind = "Digits"
    [[model]]
    name = "m"
    kind = "SResNet"
    [model.params]
    filters = [4, 8]
    kernel_sizes = [3, 3]
    paddings = [1, 1]
    strides = [1, 2]
    num_blocks = [1]
    dims = 2
    neuron.kind = "ATIF"`;

  beforeAll(async () => {
    await init({ backend: "reference" });
  });

  it("have the defaults of the class, dims = 1 as in Qualia, and fit the data", () => {
    const [model] = parseExperiment(file).experiment.models;
    expect(model).toMatchObject({ kind: "SResNet", params: { timesteps: 2, postpool: "max", dims: 2 } });
    const built = buildModel(model, { inputShape: [8, 8, 1], classes: 10, seed: 1 });
    expect([built.constructor.name, built.timesteps]).toEqual(["SResNet", 2]);
    expect(messageFor(file.replace("dims = 2", ""))).toContain(
      "model[0].params.dims is 1, but Digits gives samples of [8, 8, 1]; expected dims = 2, or Reshape2DTo1D",
    );
    expect(messageFor(file.replace("num_blocks = [1]", "num_blocks = [0]"))).toContain(
      "model[0].params.num_blocks[0] is 0; expected a whole number of at least 1.",
    );
  });
});

describe("runs of a bench", () => {
  it("are one, the first, unless the file says more", () => {
    const runs = (text: string): number[] => {
      const { firstRun, lastRun } = parseExperiment(text).experiment.bench;
      return [firstRun, lastRun];
    };
    expect(runs(base)).toEqual([1, 2]);
    expect(runs(edited("last_run = 2\n", ""))).toEqual([1, 1]);
    expect(runs(edited("first_run = 1\nlast_run = 2\n", "first_run = 3\n"))).toEqual([3, 3]);
    expect(runs(edited("first_run = 1\n", ""))).toEqual([1, 2]);
    expect(messageFor(edited("first_run = 1\n", "first_run = 4\n"))).toBe(
      "config.toml:5:1: bench.last_run is 2; expected at least first_run, 4.",
    );
  });
});
