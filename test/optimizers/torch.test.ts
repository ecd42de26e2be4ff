/** Optimizers and schedules against PyTorch, by its names: golden/torch_training.json. */

import { beforeAll, describe, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import { LambdaLR } from "../../src/optimizers/lambda-lr.js";
import { ReduceLROnPlateau } from "../../src/optimizers/reduce-lr-on-plateau.js";
import { SGD } from "../../src/optimizers/sgd.js";
import {
  createOptimizer,
  createScheduler,
  type OptimizerSpec,
  type SchedulerSpec,
} from "../../src/optimizers/table.js";
import { describeBackends } from "../backends.js";
import { expectClose } from "../closeness.js";
import { camelCased, torchTraining } from "../golden/torch-training.js";
import { leaf, stepWith } from "./leaves.js";

const { start, gradients, optimizers, schedulers, values, plateaus } = torchTraining;
const named = <C extends { kind: string; params: object }>(cases: readonly C[]): [string, C][] =>
  cases.map((each) => [`${each.kind} ${JSON.stringify(each.params)}`, each]);

describeBackends("optimizers move as those of PyTorch", (backend) => {
  beforeAll(async () => {
    await init({ backend, threads: 1 });
  });

  it.each(named(optimizers))("%s", (_, { kind, params, steps }) => {
    const p = leaf(start);
    const optimizer = createOptimizer({ kind, params: camelCased(params) } as OptimizerSpec, [p]);
    gradients.forEach((gradient, step) => {
      stepWith(optimizer, gradient);
      expectClose(p.toArray(), steps[step], 3e-6, { floor: 1, what: `step ${step}` });
    });
  });
});

describe("schedules", () => {
  beforeAll(async () => {
    await init({ backend: "reference" });
  });

  it.each(named(schedulers))("give the rates of PyTorch: %s", (_, { kind, params, rates }) => {
    const optimizer = new SGD([leaf([1])], { lr: 0.8 });
    const scheduler = createScheduler({ kind, params: camelCased(params) } as SchedulerSpec, optimizer);
    rates.forEach((rate, epoch) => {
      expect(optimizer.lr, `epoch ${epoch}`).toBeCloseTo(rate, 12);
      expect(scheduler.lrAt(epoch)).toBeCloseTo(rate, 12);
      scheduler.step();
    });
  });

  it.each(named(plateaus))("decay on a plateau as in PyTorch: %s", (_, { params, rates }) => {
    const optimizer = new SGD([leaf([1])], { lr: 0.8 });
    const scheduler = new ReduceLROnPlateau(optimizer, camelCased(params));
    const run = (): void =>
      rates.forEach((rate, epoch) => {
        expect(optimizer.lr, `epoch ${epoch}`).toBeCloseTo(rate, 12);
        scheduler.observe(values[epoch]);
        scheduler.step();
      });
    run();
    expect(new Set(rates).size).toBeGreaterThan(1);
    scheduler.forget();
    scheduler.setEpoch(0);
    run();
  });

  it("follow a function of the epoch, which must give a rate", () => {
    const optimizer = new SGD([leaf([1])], { lr: 0.5 });
    const scheduler = new LambdaLR(optimizer, { lrLambda: (epoch) => 1 / (epoch + 1) });
    expect(optimizer.lr).toBe(0.5);
    scheduler.step();
    expect(optimizer.lr).toBe(0.25);
    expect(() => new LambdaLR(optimizer, { lrLambda: () => -1 })).toThrow(
      "LambdaLR: lrLambda(0) is -1; expected a finite number of at least 0, by which the rate is multiplied.",
    );
    expect(() => new LambdaLR(optimizer, { lrLambda: 3 as never })).toThrow(
      "LambdaLR: lrLambda is 3; expected a function, such as (epoch) => 0.95 ** epoch.",
    );
  });

  it("refuse what is no rate, and what was not measured", () => {
    const sgd = new SGD([leaf([1])], { lr: 1 });
    const make = (kind: string, params: object) => () =>
      createScheduler({ kind, params } as SchedulerSpec, sgd);
    expect(make("LinearLR", { startFactor: 0 })).toThrow(
      "LinearLR: startFactor is 0; expected a number above 0 and at most 1.",
    );
    expect(make("ExponentialLR", { gamma: 0 })).toThrow(
      "ExponentialLR: gamma is 0; expected a number above 0.",
    );
    expect(make("OneCycleLR", { maxLr: 1, totalSteps: 1 })).toThrow(
      "OneCycleLR: totalSteps is 1; expected a whole number of at least 2.",
    );
    expect(make("ReduceLROnPlateau", { factor: 1 })).toThrow(
      "ReduceLROnPlateau: factor is 1; expected a number above 0 and below 1.",
    );
    expect(() => new ReduceLROnPlateau(sgd).observe(NaN)).toThrow("ReduceLROnPlateau: the value is NaN");
  });
});
