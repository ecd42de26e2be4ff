import { beforeAll, describe, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import {
  CosineAnnealingLR,
  MultiStepLR,
  SinDescent,
  StepLR,
  type SinDescentOptions,
} from "../../src/optimizers/schedulers.js";
import { SGD } from "../../src/optimizers/sgd.js";
import { createScheduler, schedulerKinds, type SchedulerSpec } from "../../src/optimizers/table.js";
import { leaf } from "./leaves.js";

/** The rates of the first epochs, epoch by epoch. */
function rates(spec: SchedulerSpec, epochs: number, lr = 0.8): number[] {
  const optimizer = new SGD([leaf([1])], { lr });
  const scheduler = createScheduler(spec, optimizer);
  return Array.from({ length: epochs }, () => {
    const current = optimizer.lr;
    scheduler.step();
    return current;
  });
}

describe("schedulers", () => {
  beforeAll(async () => {
    await init({ backend: "reference" });
  });

  it("decay in steps: StepLR", () => {
    const expected = [0.8, 0.8, 0.4, 0.4, 0.2, 0.2, 0.1];
    expect(rates({ kind: "StepLR", params: { stepSize: 2, gamma: 0.5 } }, 7)).toEqual(expected);
    expect(rates({ kind: "StepLR", params: { stepSize: 1 } }, 2)[1]).toBeCloseTo(0.08, 15);
  });

  it("decay at milestones: MultiStepLR, a milestone given twice counts twice, one at 0 from the start", () => {
    const steps = (milestones: number[]): number[] =>
      rates({ kind: "MultiStepLR", params: { milestones, gamma: 0.5 } }, 6);
    expect(steps([1, 4])).toEqual([0.8, 0.4, 0.4, 0.4, 0.2, 0.2]);
    expect(steps([2, 2])).toEqual([0.8, 0.8, 0.2, 0.2, 0.2, 0.2]);
    expect(steps([4, 1])).toEqual(steps([1, 4]));
    expect(steps([0, 3])).toEqual([0.4, 0.4, 0.4, 0.2, 0.2, 0.2]);
    expect(steps([])).toEqual([0.8, 0.8, 0.8, 0.8, 0.8, 0.8]);
  });

  it("fall and rise along a cosine: CosineAnnealingLR", () => {
    const actual = rates({ kind: "CosineAnnealingLR", params: { tMax: 4, etaMin: 0.2 } }, 9);
    // (1 + cos(n pi / 4)) / 2 of 0.6 above 0.2
    const half = 0.2 + 0.3 * (1 + Math.SQRT1_2);
    const low = 0.2 + 0.3 * (1 - Math.SQRT1_2);
    const expected = [0.8, half, 0.5, low, 0.2, low, 0.5, half, 0.8];
    actual.forEach((rate, n) => expect(rate, `epoch ${n}`).toBeCloseTo(expected[n], 14));
    expect(rates({ kind: "CosineAnnealingLR", params: { tMax: 2 } }, 3)[2]).toBe(0);
  });

  it("oscillate ever less around a line: SinDescent, whatever the optimizer's own rate", () => {
    const params: SinDescentOptions = { epochs: 8, pme: 0.1, w: 2, lr0: 0.5, lrf: 0.1 };
    const actual = rates({ kind: "SinDescent", params }, 9);
    // w = 2 oscillations in 8 epochs: sines of 0, 1, 0, -1, …
    const expected = [
      0.5,
      0.45 + (7 / 8) * 0.1,
      0.4,
      0.35 - (5 / 8) * 0.1,
      0.3,
      0.25 + (3 / 8) * 0.1,
      0.2,
      0.15 - (1 / 8) * 0.1,
      0.1,
    ];
    actual.forEach((rate, n) => expect(rate, `epoch ${n}`).toBeCloseTo(expected[n], 14));
  });

  it("are functions of the epoch alone: setEpoch goes anywhere", () => {
    const optimizer = new SGD([leaf([1])], { lr: 1 });
    const scheduler = new StepLR(optimizer, { stepSize: 3 });
    scheduler.setEpoch(7);
    expect(optimizer.lr).toBeCloseTo(0.01, 15);
    scheduler.setEpoch(0);
    expect(optimizer.lr).toBe(1);
    scheduler.step();
    expect(scheduler.epoch).toBe(1);
    expect(() => scheduler.setEpoch(-1)).toThrow(
      "StepLR: epoch is -1; expected a whole number of at least 0.",
    );
  });

  it("are all in the table", () => {
    expect(schedulerKinds).toEqual([
      "StepLR",
      "MultiStepLR",
      "CosineAnnealingLR",
      "SinDescent",
      "LinearLR",
      "ExponentialLR",
      "OneCycleLR",
      "ReduceLROnPlateau",
    ]);
  });

  const sgd = (): SGD => new SGD([leaf([1])], { lr: 1 });
  it.each<[string, () => unknown]>([
    [
      "StepLR: no options were given; expected an object like { stepSize: … }.",
      () => new StepLR(sgd(), undefined as never),
    ],
    [
      "StepLR: stepSize is 0; expected a whole number of at least 1.",
      () => new StepLR(sgd(), { stepSize: 0 }),
    ],
    ["StepLR: gamma is -1; expected a number above 0.", () => new StepLR(sgd(), { stepSize: 1, gamma: -1 })],
    [
      'StepLR: unknown option "step_size"; known options are stepSize, gamma. Did you mean "stepSize"?',
      () => new StepLR(sgd(), { step_size: 1 } as never),
    ],
    [
      "MultiStepLR: milestones is 3; expected an array.",
      () => new MultiStepLR(sgd(), { milestones: 3 } as never),
    ],
    [
      "MultiStepLR: milestones[0] is 1.5; expected a whole number of at least 0.",
      () => new MultiStepLR(sgd(), { milestones: [1.5] }),
    ],
    [
      "CosineAnnealingLR: tMax is 0; expected a whole number of at least 1.",
      () => new CosineAnnealingLR(sgd(), { tMax: 0 }),
    ],
    [
      "CosineAnnealingLR: etaMin is -1; expected a number of at least 0.",
      () => new CosineAnnealingLR(sgd(), { tMax: 1, etaMin: -1 }),
    ],
    [
      "SinDescent: pme is undefined; expected a number.",
      () => new SinDescent(sgd(), { epochs: 3, w: 1, lr0: 1, lrf: 1 } as never),
    ],
    [
      "SinDescent: pme is 1, so the rate of epoch 3 would be -0.15; expected at least 0. Use a smaller pme.",
      () => new SinDescent(sgd(), { epochs: 4, pme: 1, w: 1, lr0: 0.1, lrf: 0.1 }),
    ],
    [
      'scheduler.kind is "CyclicLR"; expected one of "StepLR", "MultiStepLR", "CosineAnnealingLR", "SinDescent", "LinearLR", "ExponentialLR", "OneCycleLR", "ReduceLROnPlateau".',
      () => createScheduler({ kind: "CyclicLR", params: {} } as never, sgd()),
    ],
  ])("refuse with: %s", (sentence, make) => {
    expect(make).toThrow(sentence);
  });
});
