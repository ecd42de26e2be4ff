/** Starter files are read without a word, say what holds, and train. */

import { beforeAll, describe, expect, it } from "vitest";
import { parseExperiment } from "../../../src/experiment/description/index.js";
import {
  STARTER_CHOICE,
  starterExperiment,
  starterKinds,
  type StarterChoice,
} from "../../../src/experiment/description/starter.js";
import { Dataset, init, runExperiment } from "../../../src/index.js";

const choices: readonly StarterChoice[] = starterKinds.dataset.flatMap((dataset) =>
  starterKinds.model.flatMap((model) => starterKinds.neuron.map((neuron) => ({ dataset, model, neuron }))),
);

/** With every `#key = value` in force. */
const withDefaultsSpelledOut = (text: string): string => text.replace(/^#(?=\w+ = )/gm, "");

const nameOf = ({ dataset, model, neuron }: StarterChoice): string => `${dataset}, ${model}, ${neuron}`;

describe.each(choices.map((choice) => [nameOf(choice), choice] as const))("%s", (_name, choice) => {
  const text = starterExperiment(choice);

  it("is read strictly, without a warning, as what was chosen", () => {
    const { experiment, warnings } = parseExperiment(text);
    expect(warnings).toEqual([]);
    expect(experiment.dataset.kind).toBe(choice.dataset);
    expect(experiment.models).toHaveLength(1);
    expect(experiment.models[0]).toMatchObject({
      kind: choice.model,
      params: { stepMode: "m", neuron: { kind: choice.neuron } },
    });
  });

  it("says the defaults as they are: without the # the experiment is the same", () => {
    const spelledOut = withDefaultsSpelledOut(text);
    expect(spelledOut).not.toBe(text);
    expect(parseExperiment(spelledOut).experiment).toEqual(parseExperiment(text).experiment);
  });

  it("has a comment above every key, and no line that is wider than a screen", () => {
    const lines = text.trimEnd().split("\n");
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
    const bare = lines.filter((line, i) => /^#?\w+ = /.test(line) && !/^# /.test(lines[i - 1] ?? ""));
    expect(bare.filter((line) => !line.startsWith("name = "))).toEqual([]);
  });
});

describe("a starter file", () => {
  it("has the common keys", () => {
    const keys = [...starterExperiment(STARTER_CHOICE).matchAll(/^#?(\w+) = /gm)].map(([, key]) => key);
    expect(keys).toEqual(
      expect.arrayContaining([
        "seed", "first_run", "use_test_as_valid", "use_best_epoch", "loss", "epochs", "batch_size", "filters",
        "kernel_sizes", "timesteps", "batch_norm", "dropouts", "v_threshold", "vth_init_l", "vth_init_h", "alpha",
        "min_threshold", "step_mode", "lr", "weight_decay", "T_max",
      ]),
    ); // prettier-ignore
    expect(keys).not.toContain("enable_confusion_matrix");
  });

  it.each(["/usr/share/datasets/fashion-mnist", 'C:\\data "mine"\\\u007fé', "with space"])(
    "names the folder %j",
    (path) => {
      const { experiment } = parseExperiment(
        starterExperiment({ ...STARTER_CHOICE, dataset: "FashionMNIST", path }),
      );
      expect(experiment.dataset.params).toMatchObject({ path });
    },
  );

  it("names a folder if nobody does", () => {
    const { experiment } = parseExperiment(starterExperiment({ ...STARTER_CHOICE, dataset: "MNIST" }));
    expect(experiment.dataset.params).toMatchObject({ path: "datasets/mnist" });
  });
});

describe("trains", () => {
  beforeAll(() => init({ threads: 1 }));

  const few = (size: number): { train: Dataset; test: Dataset } => {
    const set = (count: number): Dataset =>
      new Dataset({
        name: "few",
        x: Uint8Array.from({ length: count * size * size }, (_, i) => (37 * i) % 256),
        labels: Array.from({ length: count }, (_, i) => i % 10),
        sampleShape: [size, size, 1],
        classes: 10,
        // As they are loaded: the digits from 0 to 1, pixels of files as they are.
        divisor: size === 8 ? 255 : 1,
      });
    return { train: set(20), test: set(10) };
  };

  const trained = choices.filter(
    ({ dataset, neuron }) => dataset !== "MNIST" && (neuron === "ATIF" || neuron === "LIFNode"),
  );

  it.each(trained.map((choice) => [nameOf(choice), choice] as const))(
    "%s, one epoch",
    async (_name, choice) => {
      const { experiment } = parseExperiment(starterExperiment(choice));
      const [result] = await runExperiment(
        { ...experiment, models: experiment.models.map((model) => ({ ...model, epochs: 1, batchSize: 10 })) },
        { load: () => Promise.resolve(few(choice.dataset === "Digits" ? 8 : 28)) },
      );
      expect(result.history).toHaveLength(1);
      expect(Number.isFinite(result.history[0].trainLoss)).toBe(true);
      expect(result.test?.samples).toBe(10);
    },
  );
});
