/** Steps against PyTorch's: golden/learning.json. And the penalty of firing rates against finite differences. */

import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import { Linear } from "../../src/layers/linear.js";
import { Sequential } from "../../src/layers/sequential.js";
import { crossEntropyWith } from "../../src/losses/cross-entropy-with.js";
import { firingRatePenalty } from "../../src/losses/firing-rate.js";
import { divisorOf, type LayerOutput } from "../../src/losses/table.js";
import { SpikingModel } from "../../src/models/spiking-model.js";
import type { StepMode } from "../../src/module/module.js";
import { ATIF } from "../../src/neurons/atif.js";
import { MultiStepATIF } from "../../src/neurons/atif.js";
import { IFSRL } from "../../src/neurons/ifsrl.js";
import "../../src/ops/install.js";
import { Adam } from "../../src/optimizers/adam.js";
import { StepLR } from "../../src/optimizers/schedulers.js";
import { tensor, type Tensor } from "../../src/tensor/tensor.js";
import { clipGradNorm } from "../../src/training/clip-gradients.js";
import { gradientsOf } from "../../src/training/gradients.js";
import { trainingStep } from "../../src/training/training-step.js";
import { expectClose } from "../closeness.js";

interface Golden {
  readonly T: number;
  readonly alpha: number;
  readonly x: number[];
  readonly labels: number[];
  readonly start: Record<string, number[]>;
  readonly penalty: { target: number; weight: number; value: number; gradients: Record<string, number[]> };
  readonly training: {
    class_weights: number[]; label_smoothing: number; lr: number; theta_lr: number; gamma: number; max_norm: number;
    micro: number[]; losses: number[]; norms: number[]; lrs: number[][]; end: Record<string, number[]>;
  }; // prettier-ignore
}

const golden = JSON.parse(
  readFileSync(new URL("../golden/learning.json", import.meta.url), "utf8"),
) as Golden;

class Network extends SpikingModel {
  constructor(mode: StepMode) {
    const { alpha, T } = golden;
    const first = mode === "m" ? new MultiStepATIF({ alpha }) : new ATIF({ alpha });
    const layers = {
      fc1: new Linear(6, 5),
      theta1: first,
      fc2: new Linear(5, 4),
      theta2: new IFSRL({ alpha }),
      fc3: new Linear(4, 3),
    };
    super([6], [3], T, mode, new Sequential(layers));
    for (const [name, values] of Object.entries(golden.start))
      parameterOf(this, name).data.set(flipped(name, values));
  }
}

/** A weight of PyTorch is [out, in]. */
function flipped(name: string, values: readonly number[]): number[] {
  if (!name.endsWith(".weight")) return [...values];
  const [inputs, outputs] = { fc1: [6, 5], fc2: [5, 4], fc3: [4, 3] }[name.slice(0, 3)] ?? [1, 1];
  return Array.from(values, (_, i) => values[(i % outputs) * inputs + Math.floor(i / outputs)]);
}

function parameterOf(model: SpikingModel, name: string): Tensor {
  const found = model.namedParameters().find(([own]) => own.startsWith(`layers.${name}`));
  if (found === undefined) throw new Error(`no parameter ${name}`);
  return found[1];
}

function batchOf(from: number, to: number): Parameters<typeof gradientsOf>[1] {
  return {
    x: Float32Array.from(golden.x.slice(6 * from, 6 * to)),
    shape: [to - from, 6],
    labels: Int32Array.from(golden.labels.slice(from, to)),
  };
}

beforeAll(() => init({ backend: "wasm", threads: 1 }));

describe.each(["s", "m"] as const)("steps are those of PyTorch, in step mode %s", (mode) => {
  it("along the penalty of firing rates: its value and every gradient, those of thresholds too", () => {
    const { target, weight, value, gradients } = golden.penalty;
    const model = new Network(mode);
    const loss = (_: Tensor, __: ArrayLike<number>, layers: Readonly<Record<string, LayerOutput>>): Tensor =>
      firingRatePenalty(layers, { target, weight });
    const pass = gradientsOf(model, batchOf(0, 60), loss, { layers: true });
    expect(pass.loss).toBeCloseTo(value, 5);
    expect(Object.keys(gradients).length).toBe(6);
    for (const [name, expected] of Object.entries(gradients)) {
      expectClose(parameterOf(model, name).grad?.data ?? [], flipped(name, expected), 2e-5, {
        floor: 0.1,
        what: name,
      });
    }
  });

  it("of ragged batches accumulated, with weights of classes, smoothing, clipping, groups and a schedule", () => {
    const {
      class_weights: weight,
      label_smoothing: labelSmoothing,
      lr,
      theta_lr,
      gamma,
      max_norm,
      ...run
    } = golden.training;
    const model = new Network(mode);
    const thetas = ["theta1", "theta2"].map((name) => parameterOf(model, name));
    const others = model.parameters().filter((each) => !thetas.includes(each));
    const optimizer = new Adam([{ params: others }, { params: thetas, lr: theta_lr }], { lr });
    const schedule = new StepLR(optimizer, { stepSize: 2, gamma });
    const loss = crossEntropyWith({ weight, labelSmoothing });
    run.losses.forEach((expected, step) => {
      const ends = run.micro.map((_, i) => 10 * step + run.micro.slice(0, i + 1).reduce((a, b) => a + b));
      const batches = ends.map((end, i) => batchOf(end - run.micro[i], end));
      let norm = 0;
      const clip = (): void => void (norm = clipGradNorm(model.parameters(), max_norm));
      expect([optimizer.lr, optimizer.paramGroups[1].lr]).toEqual(run.lrs[step]);
      const learned = trainingStep(model, batches, { loss, optimizer, clip }, { isAlone: false });
      const shares = learned.map(({ pass, batch }) => [pass.loss, divisorOf(loss, batch.labels)]);
      const [sum, total] = shares.reduce(([a, b], [value, share]) => [a + value * share, b + share], [0, 0]);
      expect(sum / total).toBeCloseTo(expected, 5);
      expect(norm).toBeCloseTo(run.norms[step], 5);
      schedule.step();
    });
    for (const [name, values] of Object.entries(run.end))
      expectClose(parameterOf(model, name).data, flipped(name, values), 1e-4, { floor: 0.1, what: name });
  });
});

describe("firingRatePenalty", () => {
  it("has the gradient that finite differences say, per layer with a target of its own", () => {
    const values = Float64Array.from({ length: 24 }, (_, i) => 0.5 + 0.4 * Math.sin(i));
    const at = (data: ArrayLike<number>): { loss: Tensor; leaf: Tensor } => {
      const leaf = tensor(Float32Array.from(data), [2, 3, 2, 2], { requiresGrad: true });
      const layers = { a: { output: leaf, spikes: leaf }, b: { output: leaf, spikes: leaf.mul(0.5) } };
      return { leaf, loss: firingRatePenalty(layers, { layers: ["b", "a"], target: [0.1, 0.7], weight: 3 }) };
    };
    const { loss, leaf } = at(values);
    loss.backward();
    values.forEach((value, i) => {
      const h = 1e-2;
      const [up, down] = [h, -h].map((by) => at(values.with(i, value + by)).loss.item());
      expect(leaf.grad?.data[i]).toBeCloseTo((up - down) / (2 * h), 4);
    });
  });

  it("is by hand: two samples, one of which fires as it should", () => {
    const spikes = tensor([1, 0, 1, 0, 1, 0, 0, 0], [2, 2, 2]);
    // rates: sample 0 (1 + 0 + 1 + 0) / 4 = 0.5, sample 1 (1 + 0 + 0 + 0) / 4 = 0.25
    const loss = firingRatePenalty({ only: { output: spikes, spikes } }, { target: 0.5, weight: 8 });
    expect(loss.item()).toBeCloseTo((8 * 0.0625) / 2, 6);
  });

  it("names a layer that it was not given", () => {
    expect(() => firingRatePenalty({}, { target: 0.1, layers: ["a"] })).toThrow(
      "firingRatePenalty: the outputs of a are not given;",
    );
    expect(() => firingRatePenalty({}, { target: 0.1 })).toThrow("firingRatePenalty: there are no layers;");
  });
});
