/** Options between steps: those that may change act and are checked, all others stay, and a state holds them. */

import { beforeAll, describe, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import { Adam, AdamW } from "../../src/optimizers/adam.js";
import { NAdam } from "../../src/optimizers/nadam.js";
import { RAdam } from "../../src/optimizers/radam.js";
import { RMSprop } from "../../src/optimizers/rmsprop.js";
import { StepLR } from "../../src/optimizers/schedulers.js";
import { SGD } from "../../src/optimizers/sgd.js";
import { expectClose } from "../closeness.js";
import { gradients, leaf, start, stepWith } from "./leaves.js";

describe("options of optimizers", () => {
  beforeAll(async () => {
    await init({ backend: "reference" });
  });

  it("act from the next step on", () => {
    const p = leaf([1]);
    const optimizer = new SGD([p], { lr: 0.5 });
    stepWith(optimizer, [1]);
    expect(p.item()).toBe(0.5);
    optimizer.weightDecay = 0.5;
    stepWith(optimizer, [0]);
    // g = 0.5 * 0.5, p = 0.5 - 0.5 * 0.25
    expect(p.item()).toBe(0.375);
    optimizer.weightDecay = 0;
    optimizer.momentum = 0.5;
    for (let i = 0; i < 2; i++) stepWith(optimizer, [1]);
    // The sum begins at 0: b = 1, then 1.5.
    expect(p.item()).toBe(0.375 - 0.5 * (1 + 1.5));
    optimizer.momentum = 0;
    stepWith(optimizer, [1]);
    expect(p.item()).toBe(-0.875 - 0.5);
  });

  it("act in Adam: betas, eps and the decay", () => {
    const p = leaf([1]);
    const optimizer = new Adam([p], { lr: 0.5 });
    optimizer.betas = [0, 0];
    optimizer.eps = 1;
    // m = g, v = g g: a step of lr g / (|g| + 1)
    stepWith(optimizer, [3]);
    expectClose(p.toArray(), [1 - (0.5 * 3) / 4], 1e-6);
    const decaying = leaf([1]);
    const other = new AdamW([decaying], { lr: 0.5, weightDecay: 0 });
    other.weightDecay = 0.5;
    stepWith(other, [0]);
    expect(decaying.item()).toBe(0.75);
  });

  it("act in RMSprop: the mean's, eps, the decay and the momentum, whose sum starts at 0", () => {
    const p = leaf([1]);
    const optimizer = new RMSprop([p], { lr: 0.5 });
    optimizer.alpha = 0;
    optimizer.eps = 1;
    // v = g g: a step of lr g / (|g| + 1)
    stepWith(optimizer, [3]);
    expectClose(p.toArray(), [0.625], 1e-6);
    optimizer.momentum = 0.5;
    for (let i = 0; i < 2; i++) stepWith(optimizer, [3]);
    expectClose(p.toArray(), [0.625 - 0.5 * 0.75 * (1 + 1.5)], 1e-6);
    optimizer.momentum = 0;
    optimizer.weightDecay = 2;
    const before = p.item();
    stepWith(optimizer, [0]);
    expectClose(p.toArray(), [before - (0.5 * 2 * before) / (Math.abs(2 * before) + 1)], 1e-6);
  });

  it("act in RAdam and NAdam", () => {
    const [p, q] = [leaf([1]), leaf([1])];
    const radam = new RAdam([p], { lr: 0.5 });
    radam.betas = [0, 0.5];
    radam.weightDecay = 2;
    // Its first step is lr m / (1 - beta1): with the decay in the gradient, 0.5 * 2.
    stepWith(radam, [0]);
    expectClose(p.toArray(), [0], 1e-6);
    radam.decoupledWeightDecay = true;
    expect(radam).toMatchObject({ betas: [0, 0.5], weightDecay: 2, decoupledWeightDecay: true });
    const nadam = new NAdam([q], { lr: 0.5 });
    nadam.betas = [0, 0];
    nadam.eps = 1;
    nadam.momentumDecay = 0;
    // mu is 0, so that the step is lr g / (|g| + 1).
    stepWith(nadam, [3]);
    expectClose(q.toArray(), [0.625], 1e-6);
    nadam.decoupledWeightDecay = true;
    nadam.weightDecay = 1;
    stepWith(nadam, [0]);
    expectClose(q.toArray(), [0.625 * (1 - 0.5)], 1e-6);
    expect(() => (nadam.momentumDecay = -1)).toThrow(
      "NAdam: momentumDecay is -1; expected a number of at least 0.",
    );
    expect(() => (radam.eps = 0)).toThrow("RAdam: eps is 0; expected a number above 0.");
  });

  it("are checked when they are set, and stay as they were when refused", () => {
    const sgd = new SGD([leaf([1])], { lr: 1, momentum: 0.5, nesterov: true });
    const adam = new Adam([leaf([1])]);
    const cases: [() => void, string][] = [
      [() => (sgd.weightDecay = "x" as never), 'SGD: weightDecay is "x"; expected a number.'],
      [() => (sgd.weightDecay = -1), "SGD: weightDecay is -1; expected a number of at least 0."],
      [() => (sgd.momentum = 2), "SGD: momentum is 2; expected a number from 0 to 1."],
      [
        () => (sgd.momentum = 0),
        "SGD: nesterov is true with momentum 0 and dampening 0; expected a momentum above 0 and no dampening.",
      ],
      [() => (adam.betas = [0.5, 1]), "Adam: betas[1] is 1; expected a number of at least 0 and below 1."],
      [() => (adam.eps = 0), "Adam: eps is 0; expected a number above 0."],
      [() => (adam.lr = undefined as never), "Adam: lr is undefined; expected a number."],
    ];
    for (const [set, sentence] of cases) expect(set).toThrow(sentence);
    expect(sgd).toMatchObject({ lr: 1, weightDecay: 0, momentum: 0.5 });
    expect(adam).toMatchObject({ lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8 });
  });

  it("are read-only where a change would not act", () => {
    const sgd = new SGD([leaf([1])], { lr: 1 }) as unknown as Record<string, unknown>;
    const schedule = new StepLR(sgd as unknown as SGD, { stepSize: 2 }) as unknown as Record<string, unknown>;
    for (const name of ["nesterov", "dampening", "params"]) {
      expect(() => (sgd[name] = 1), name).toThrow(TypeError);
    }
    for (const name of ["stepSize", "gamma", "epoch", "baseLr", "optimizer"]) {
      expect(() => (schedule[name] = 1), name).toThrow(TypeError);
    }
  });

  it("are part of a saved state, and of the run that goes on from it", () => {
    const run = (optimizer: Adam, from: number): void =>
      gradients.slice(from).forEach((gradient) => stepWith(optimizer, gradient));
    const p = leaf(start);
    const optimizer = new Adam([p], { lr: 0.1 });
    stepWith(optimizer, gradients[0]);
    Object.assign(optimizer, { lr: 0.25, betas: [0.5, 0.75], eps: 1e-3, weightDecay: 0.125 });
    const state = optimizer.state();
    expect(state.options).toEqual({ lr: 0.25, betas: [0.5, 0.75], eps: 1e-3, weightDecay: 0.125 });
    const q = leaf([...p.toArray()]);
    const resumed = new Adam([q], { lr: 0.1 });
    resumed.loadState(state);
    run(optimizer, 1);
    run(resumed, 1);
    expect(q.toArray()).toEqual(p.toArray());
    expect(resumed.state()).toEqual(optimizer.state());
  });

  it("of a saved state are refused if they are none, and nothing is changed", () => {
    const optimizer = new Adam([leaf(start)]);
    const before = optimizer.state();
    const other = new Adam([leaf(start)], { lr: 0.5 });
    stepWith(other, gradients[0]);
    const bad = { ...other.state(), options: { lr: -1 } };
    expect(() => optimizer.loadState(bad)).toThrow(
      "Adam: the saved state: lr is -1; expected a learning rate of at least 0.",
    );
    expect(optimizer.state()).toEqual(before);
    const { options: _, ...withoutOptions } = other.state();
    optimizer.loadState(withoutOptions);
    expect(optimizer.lr).toBe(1e-3);
  });
});
