import { beforeAll, describe, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import { Adam, AdamW } from "../../src/optimizers/adam.js";
import type { AdamOptions } from "../../src/optimizers/adam-family.js";
import { describeBackends } from "../backends.js";
import { expectClose } from "../closeness.js";
import { gradients, leaf, start, stepWith } from "./leaves.js";

/** Kingma and Ba, algorithm 1, and Loshchilov and Hutter, algorithm 2, in float64. */
function byHand(options: Required<AdamOptions>, decoupled: boolean): number[][] {
  const { lr, betas, eps, weightDecay } = options;
  const p = [...start];
  const m = p.map(() => 0);
  const v = p.map(() => 0);
  return gradients.map((gradient, step) => {
    const t = step + 1;
    gradient.forEach((raw, i) => {
      const g = decoupled ? raw : raw + weightDecay * p[i];
      if (decoupled) p[i] -= lr * weightDecay * p[i];
      m[i] = betas[0] * m[i] + (1 - betas[0]) * g;
      v[i] = betas[1] * v[i] + (1 - betas[1]) * g * g;
      const mHat = m[i] / (1 - betas[0] ** t);
      const vHat = v[i] / (1 - betas[1] ** t);
      p[i] -= (lr * mHat) / (Math.sqrt(vHat) + eps);
    });
    return [...p];
  });
}

const cases: [string, Required<AdamOptions>][] = [
  ["the usual", { lr: 0.01, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0 }],
  ["other betas and eps", { lr: 0.05, betas: [0.5, 0.9], eps: 0.1, weightDecay: 0 }],
  ["weight decay", { lr: 0.05, betas: [0.9, 0.99], eps: 1e-8, weightDecay: 0.2 }],
  ["no memory at all", { lr: 0.05, betas: [0, 0], eps: 1e-8, weightDecay: 0 }],
];

describeBackends("Adam and AdamW", (backend) => {
  beforeAll(async () => {
    await init({ backend, threads: 1 });
  });

  it.each(cases)("move as the formulas: %s", (_, options) => {
    for (const Kind of [Adam, AdamW]) {
      const p = leaf(start);
      const optimizer = new Kind([p], options);
      const expected = byHand(options, Kind === AdamW);
      gradients.forEach((gradient, step) => {
        stepWith(optimizer, gradient);
        expectClose(p.toArray(), expected[step], 2e-6, { floor: 1, what: `${Kind.name} step ${step}` });
      });
    }
  });

  it("differ in what weight decay does", () => {
    const [a, b] = [leaf(start), leaf(start)];
    const options = { lr: 0.1, weightDecay: 0.5 };
    stepWith(new Adam([a], options), [0, 0, 0, 0]);
    stepWith(new AdamW([b], options), [0, 0, 0, 0]);
    // Adam: the decay is the whole gradient, and its first step is lr in its direction. AdamW: p (1 - lr decay).
    expectClose(a.toArray(), [0.9, -1.9, 0.4, 2.9], 1e-6);
    expectClose(b.toArray(), [0.95, -1.9, 0.475, 2.85], 1e-6);
  });

  it("correct the bias by the moves of each parameter", () => {
    const [p, late] = [leaf([0]), leaf([0])];
    const optimizer = new Adam([p, late], { lr: 0.1 });
    for (let i = 0; i < 3; i++) stepWith(optimizer, [1], null);
    expect(late.item()).toBe(0);
    stepWith(optimizer, [1], [1]);
    // A first step is lr, however late it comes.
    expectClose([late.item()], [-0.1], 1e-5);
    expect(optimizer.state()).toMatchObject({ steps: 4, moves: [4, 1] });
  });
});

describe("Adam and AdamW", () => {
  beforeAll(async () => {
    await init({ backend: "reference" });
  });

  it("have PyTorch's defaults", () => {
    const adam = new Adam([leaf([1])]);
    expect(adam).toMatchObject({ lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0 });
    expect(new AdamW([leaf([1])]).weightDecay).toBe(1e-2);
    expect(new AdamW([leaf([1])], { weightDecay: 0 }).weightDecay).toBe(0);
  });

  it.each<[string, unknown]>([
    ["Adam: betas[0] is 1; expected a number of at least 0 and below 1.", { betas: [1, 0.9] }],
    [
      "Adam: betas[1] is NaN; expected a finite number. Look at the computation that gave it.",
      { betas: [0.9, NaN] },
    ],
    ["Adam: betas is 0.9; expected an array.", { betas: 0.9 }],
    ["Adam: eps is 0; expected a number above 0.", { eps: 0 }],
    ["Adam: lr is -1; expected a learning rate of at least 0.", { lr: -1 }],
    ["Adam: weightDecay is -1; expected a number of at least 0.", { weightDecay: -1 }],
    [
      'Adam: unknown option "beta"; known options are lr, betas, eps, weightDecay. Did you mean "betas"?',
      { beta: 1 },
    ],
  ])("refuse with: %s", (sentence, options) => {
    expect(() => new Adam([leaf([1])], options as AdamOptions)).toThrow(sentence);
  });
});
