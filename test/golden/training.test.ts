/**
 * Replays the training traces of the reference, and of its twin in generate/: every train*.json of this folder. Losses and
 * thresholds within 1e-5 relative over the first ten steps and 1e-1 over all (a spike near its threshold may flip after
 * that), on both backends.
 */

import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import type { SpikingModel } from "../../src/models/spiking-model.js";
import type { LoadableStateDict } from "../../src/module/state-dict.js";
import { crossEntropy } from "../../src/ops/cross-entropy.js";
import "../../src/ops/install.js";
import type { Optimizer } from "../../src/optimizers/optimizer.js";
import { noGrad } from "../../src/autograd/grad-mode.js";
import { scope } from "../../src/tensor/scope.js";
import { tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";
import { goldenFiles } from "./read-golden.js";
import { buildNetwork, buildOptimizer, referenceRuns, type TrainingRun } from "./training-run.js";

interface Trace extends TrainingRun {
  order: number[][];
  init: LoadableStateDict;
  final: LoadableStateDict;
  trace: { loss: number; correct: number; thresholds: number[] }[];
  eval_logits_last360: { shape: number[]; data: number[] };
  eval_accuracy_last360: number;
}

function read(name: string): Trace {
  const stored = JSON.parse(readFileSync(new URL(`${name}.json`, import.meta.url), "utf8")) as Trace;
  return { ...stored, ...referenceRuns[name] };
}

/** The digits as the traces used them: read from the csv itself, not through the product's loader. */
const rows = gunzipSync(readFileSync(new URL("../../data/digits.csv.gz", import.meta.url)))
  .toString()
  .trim()
  .split("\n")
  .map((line) => line.split(",").map(Number));

function batchOf(indices: readonly number[]): { x: number[]; labels: number[] } {
  return {
    x: indices.flatMap((i) => rows[i].slice(0, 64).map((pixel) => pixel / 16)),
    labels: indices.map((i) => rows[i][64]),
  };
}

const runs = goldenFiles("train").map(
  (file): [string, () => SpikingModel, (model: SpikingModel) => Optimizer] => {
    const golden = read(file);
    return [file, () => buildNetwork(golden), (model) => buildOptimizer(golden, model)];
  },
);

const relative = (actual: number, expected: number): number =>
  Math.abs(actual - expected) / Math.abs(expected);

it("has the traces of the reference", () => {
  expect(runs.map(([file]) => file)).toEqual(expect.arrayContaining(Object.keys(referenceRuns)));
});

describeBackends("golden training", (backend) => {
  beforeAll(async () => {
    await init({ backend });
  });

  describe.each(runs)("%s", (file, build, optimize) => {
    it("replays losses, thresholds, weights and evaluation", () => {
      const golden = read(file);
      const model = build();
      model.loadStateDict(golden.init);
      const optimizer = optimize(model);
      golden.order.forEach((indices, step) => {
        const { x, labels } = batchOf(indices);
        const loss = scope(() => {
          const value = crossEntropy(model.run(tensor(x, [labels.length, ...model.inputShape])), labels);
          optimizer.zeroGrad();
          value.backward();
          optimizer.step();
          return value.item();
        });
        const expected = golden.trace[step];
        const tolerance = step < 10 ? 1e-5 : 1e-1;
        expect(relative(loss, expected.loss), `loss of step ${step}`).toBeLessThan(tolerance);
        const thetas = model.spikingLayers().map(([, neuron]) => neuron.theta);
        expect(thetas).toHaveLength(expected.thresholds.length);
        thetas.forEach((theta, layer) => {
          expect(relative(theta, expected.thresholds[layer]), `theta ${layer} of step ${step}`).toBeLessThan(
            tolerance,
          );
        });
      });
    });

    it("gives the evaluation logits of the trained weights", () => {
      const golden = read(file);
      const model = build().eval();
      model.loadStateDict(golden.final);
      const { x, labels } = batchOf(rows.map((_, i) => i).slice(-360));
      const logits = scope(() => noGrad(() => model.run(tensor(x, [360, ...model.inputShape]))).toArray());
      const { data } = golden.eval_logits_last360;
      let differing = 0;
      for (let row = 0; row < 360; row++) {
        const errors = Array.from({ length: 10 }, (_, c) =>
          Math.abs(logits[row * 10 + c] - data[row * 10 + c]),
        );
        // A potential within rounding of its threshold may fire on one side only: such a row differs as a whole.
        if (Math.max(...errors) > 1e-4) differing++;
      }
      expect(differing).toBeLessThanOrEqual(4);
      const correct = labels.filter((label, row) => {
        const scores = logits.subarray(row * 10, row * 10 + 10);
        return scores.indexOf(Math.max(...scores)) === label;
      }).length;
      expect(Math.abs(correct / 360 - golden.eval_accuracy_last360)).toBeLessThanOrEqual(4 / 360);
    });
  });
});

/**
 * The twins part earlier here (train_scnn_s at step 8), and train_scnn_m at step 23 on any backend: KNOWN-ISSUES.md says
 * why. Hence ten steps.
 */
describe.each([1, 2])("golden training on wasm, %i threads, neurons from tensor operations", (threads) => {
  beforeAll(async () => {
    await init({ backend: "wasm", threads });
  });

  it.each(runs)("%s: the first ten steps", (file, build, optimize) => {
    const golden = read(file);
    const model = build();
    model.loadStateDict(golden.init);
    for (const [, neuron] of model.spikingLayers()) neuron.backend = "eager";
    const optimizer = optimize(model);
    golden.order.slice(0, 10).forEach((indices, step) => {
      const { x, labels } = batchOf(indices);
      const loss = scope(() => {
        const value = crossEntropy(model.run(tensor(x, [labels.length, ...model.inputShape])), labels);
        optimizer.zeroGrad();
        value.backward();
        optimizer.step();
        return value.item();
      });
      expect(relative(loss, golden.trace[step].loss), `loss of step ${step}`).toBeLessThan(1e-5);
    });
  });
});
