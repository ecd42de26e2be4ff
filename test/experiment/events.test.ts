/** Experiments on events: built in, and in folders. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { testDataFor } from "../../src/cli/test-data.js";
import { loadDigits } from "../../src/datasets/digits.js";
import { withEpochs } from "../../src/experiment/adjust.js";
import { loadDataset } from "../../src/experiment/data.js";
import { parseExperiment, writeExperiment } from "../../src/experiment/description/index.js";
import { runExperiment } from "../../src/experiment/run-experiment.js";
import { init } from "../../src/kernels/select.js";
import { evaluate } from "../../src/training/evaluate.js";
import { dat } from "../formats/events/written.js";
import "../../src/ops/install.js";

const example = fileURLToPath(new URL("../../examples/moving-digits.toml", import.meta.url));

const folderOf = (path: string, more = ""): string => `
[bench]
name = "cells"
seed = 1

[learningframework]
kind = "SpikingJellyMultiStepTimeStepsInData"

[dataset]
kind = "EventFolder"

[dataset.params]
path = ${JSON.stringify(path)}
sensor_shape = [4, 4]
classes = 2
timesteps = 3
${more}

[[model]]
name = "small"
kind = "SMLP"
epochs = 6
batch_size = 4
params = { units = [8], timesteps = 3, neuron = { kind = "ATIF", params = { step_mode = "m" } } }
optimizer = { kind = "Adam", params = { lr = 0.05 } }
`;

describe("experiments on events", () => {
  beforeAll(async () => {
    await init({ backend: "wasm", threads: 1 });
  });

  it("examples/moving-digits.toml learns from the digits as they move, and is measured on them", async () => {
    const { experiment, warnings } = parseExperiment(readFileSync(example, "utf8"));
    expect(warnings).toEqual([]);
    const { train, test } = await loadDataset(experiment.dataset);
    const still = await loadDigits();
    expect([train.sampleShape, train.time, train.classes]).toEqual([[8, 16, 16, 2], true, 10]);
    expect([train.labels, test.labels]).toEqual([still.train.labels, still.test.labels]);
    const some = { train: train.subset({ start: 0, end: 640 }), test: test.subset({ start: 0, end: 100 }) };
    const [run] = await runExperiment(withEpochs(experiment, 1), {
      load: () => Promise.resolve(some),
    });
    // Of ten classes, after one pass.
    expect(run.test?.accuracy).toBeGreaterThan(0.25);
    const stored = writeExperiment(experiment);
    const found = await testDataFor(run.model, { experiment: stored }, null, undefined, () =>
      Promise.resolve(some),
    );
    expect(found.name).toBe("the moving digits");
    expect((await evaluate(run.model, found.data, { batchSize: 32 })).accuracy).toBe(run.test?.accuracy);
  });

  it("a folder of recordings trains, and files say where it is", async () => {
    const root = mkdtempSync(join(tmpdir(), "atif-cells-"));
    try {
      for (const set of ["train", "test"]) {
        for (const [label, x] of [
          ["left", 0],
          ["right", 3],
        ] as const) {
          // prettier-ignore
          mkdirSync(join(root, set, label), { recursive: true });
          for (let i = 0; i < 8; i++) {
            const events = Array.from({ length: 9 }, (_, t) => ({ t: 10 * t + i, x, y: t % 4, p: 1 }));
            writeFileSync(join(root, set, label, `${i}.dat`), dat(events, "% Version 2\n"));
          }
        }
      }
      const [run] = await runExperiment(parseExperiment(folderOf(root)).experiment);
      expect(run.test?.accuracy).toBe(1);
      const { dataset } = parseExperiment(
        folderOf(root, 'split_by = "duration"\nduration = 20\nmax_count = 3'),
      ).experiment;
      const { train } = await loadDataset(dataset);
      // 80 us are four frames of 20: one sample of three each.
      expect([train.length, train.classNames, train.x.constructor.name]).toEqual([
        16,
        ["left", "right"],
        "Uint8Array",
      ]);
      const { experiment } = parseExperiment(folderOf(root));
      expect(parseExperiment(writeExperiment(experiment)).experiment).toEqual(experiment);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });

  it.each([
    ['split_by = "duration"', "dataset.params.duration is missing; expected microseconds of a frame"],
    ["duration = 5", 'dataset.params.duration is 5, but split_by is "time"; expected split_by = "duration"'],
    ["max_count = 256", "dataset.params.max_count is 256; expected a whole number"],
    ['split_by = "events"', 'dataset.params.split_by is "events"; expected'],
  ])("refuses %s", (line, message) => {
    expect(() => parseExperiment(folderOf("there", line))).toThrow(message);
  });

  it("refuses networks that do not fit", () => {
    const text = folderOf("there");
    expect(() =>
      parseExperiment(text.replace("units = [8], timesteps = 3", "units = [8], timesteps = 4")),
    ).toThrow("timesteps is 4, but samples of EventFolder have 3 time steps; expected 3.");
    expect(() => parseExperiment(text.replace("TimeStepsInData", ""))).toThrow(
      "which shows still samples, but those of EventFolder have 3 time steps",
    );
  });
});
