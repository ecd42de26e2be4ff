import { beforeAll, describe, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import { SGD, type SGDOptions } from "../../src/optimizers/sgd.js";
import { describeBackends } from "../backends.js";
import { expectClose } from "../closeness.js";
import { gradients, leaf, start, stepWith } from "./leaves.js";

/**
 * The algorithm as PyTorch's documentation of SGD states it, in float64:
 * g = g + wd p; b = g, or momentum b + (1 - dampening) g; g = nesterov ? g + momentum b : b; p = p - lr g
 */
function byHand(options: SGDOptions): number[][] {
  const { lr, momentum = 0, dampening = 0, weightDecay = 0, nesterov = false } = options;
  const p = [...start];
  let b: number[] | null = null;
  return gradients.map((gradient) => {
    let g = gradient.map((value, i) => value + weightDecay * p[i]);
    if (momentum !== 0) {
      const previous: number[] | null = b;
      const buffer: number[] =
        previous === null ? g : previous.map((value, i) => momentum * value + (1 - dampening) * g[i]);
      b = buffer;
      g = nesterov ? g.map((value, i) => value + momentum * buffer[i]) : buffer;
    }
    g.forEach((value, i) => (p[i] -= lr * value));
    return [...p];
  });
}

describeBackends("SGD", (backend) => {
  beforeAll(async () => {
    await init({ backend, threads: 1 });
  });

  it.each<[string, SGDOptions]>([
    ["plain", { lr: 0.1 }],
    ["weight decay", { lr: 0.1, weightDecay: 0.05 }],
    ["momentum", { lr: 0.1, momentum: 0.9 }],
    ["momentum and dampening", { lr: 0.1, momentum: 0.8, dampening: 0.3 }],
    ["Nesterov", { lr: 0.05, momentum: 0.9, nesterov: true }],
    ["Nesterov and weight decay", { lr: 0.05, momentum: 0.9, nesterov: true, weightDecay: 0.1 }],
    ["all but Nesterov", { lr: 0.05, momentum: 0.7, dampening: 0.2, weightDecay: 0.1 }],
  ])("moves as the formula: %s", (_, options) => {
    const p = leaf(start);
    const optimizer = new SGD([p], options);
    const expected = byHand(options);
    gradients.forEach((gradient, step) => {
      stepWith(optimizer, gradient);
      expectClose(p.toArray(), expected[step], 1e-6, { floor: 1, what: `step ${step}` });
    });
    expect(optimizer.steps).toBe(5);
  });

  it("moves by values that are exact in float32", () => {
    const p = leaf([1, 2]);
    const optimizer = new SGD([p], { lr: 0.5, momentum: 0.5, nesterov: true, weightDecay: 0.25 });
    stepWith(optimizer, [1, -0.5]);
    // g = (1.25, 0), b = g, g + b / 2 = (1.875, 0)
    expect(Array.from(p.data)).toEqual([0.0625, 2]);
    stepWith(optimizer, [0, 0]);
    // g = (0.015625, 0.5), b = (0.640625, 0.5), g + b / 2 = (0.3359375, 0.75)
    expect(Array.from(p.data)).toEqual([0.0625 - 0.16796875, 1.625]);
  });

  it("starts the momentum of a parameter at its own first gradient", () => {
    const [p, late] = [leaf([0]), leaf([0])];
    const optimizer = new SGD([p, late], { lr: 1, momentum: 0.5, dampening: 0.5 });
    stepWith(optimizer, [1], null);
    stepWith(optimizer, [1], [1]);
    // A first gradient is not dampened: -1; the other one has 0.5 * 1 + 0.5 * 1 = 1 as well.
    expect(late.item()).toBe(-1);
    expect(p.item()).toBe(-2);
    stepWith(optimizer, null, [1]);
    expect([p.item(), late.item()]).toEqual([-2, -2]);
  });
});

describe("SGD", () => {
  beforeAll(async () => {
    await init({ backend: "reference" });
  });

  it.each<[string, unknown]>([
    ["SGD: no options were given; expected an object like { lr: … }.", undefined],
    ["SGD: lr is undefined; expected a number.", {}],
    ["SGD: lr is -0.1; expected a learning rate of at least 0.", { lr: -0.1 }],
    ["SGD: lr is NaN; expected a finite number. Look at the computation that gave it.", { lr: NaN }],
    ["SGD: lr is 1e+39; expected a learning rate that float32 can hold.", { lr: 1e39 }],
    ["SGD: momentum is 1.5; expected a number from 0 to 1.", { lr: 1, momentum: 1.5 }],
    ["SGD: weightDecay is -1; expected a number of at least 0.", { lr: 1, weightDecay: -1 }],
    [
      "SGD: nesterov is true with momentum 0 and dampening 0; expected a momentum above 0 and no dampening.",
      { lr: 1, nesterov: true },
    ],
    [
      "SGD: nesterov is true with momentum 0.5 and dampening 0.1; expected a momentum above 0 and no dampening.",
      { lr: 1, nesterov: true, momentum: 0.5, dampening: 0.1 },
    ],
    ['SGD: unknown option "weight_decay"', { lr: 1, weight_decay: 0.1 }],
  ])("refuses with: %s", (sentence, options) => {
    expect(() => new SGD([leaf([1])], options as SGDOptions)).toThrow(sentence);
  });
});
