/** Groups of parameters with options of their own. */

import { beforeAll, describe, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import { Adam } from "../../src/optimizers/adam.js";
import { NAdam } from "../../src/optimizers/nadam.js";
import type { Optimizer } from "../../src/optimizers/optimizer.js";
import { RAdam } from "../../src/optimizers/radam.js";
import { RMSprop } from "../../src/optimizers/rmsprop.js";
import { ReduceLROnPlateau } from "../../src/optimizers/reduce-lr-on-plateau.js";
import { StepLR } from "../../src/optimizers/schedulers.js";
import { SGD } from "../../src/optimizers/sgd.js";
import { expectSameBits } from "../closeness.js";
import { gradients, leaf, start, stepWith } from "./leaves.js";

beforeAll(() => init({ backend: "wasm", threads: 1 }));

const classes = { SGD, Adam, RMSprop, RAdam, NAdam };
/** What an optimizer may be given by name, other than the defaults. */
const others = {
  SGD: { lr: 0.3, momentum: 0.5, weightDecay: 0.1 },
  Adam: { lr: 0.3, betas: [0.5, 0.9], eps: 1e-3 },
  RMSprop: { lr: 0.3, momentum: 0.5, centered: true },
  RAdam: { lr: 0.3, betas: [0.5, 0.9] },
  NAdam: { lr: 0.3, betas: [0.5, 0.9], momentumDecay: 0.1 },
} as const;

type Any = new (params: unknown, options: object) => Optimizer & { paramGroups: readonly { lr?: number }[] };

describe.each(Object.keys(classes) as (keyof typeof classes)[])("%s of two groups", (name) => {
  const Class = classes[name] as unknown as Any;

  it("moves each as an optimizer of its own", () => {
    const [a, b, c, d] = [leaf(start), leaf(start), leaf(start), leaf(start)];
    const both = new Class([{ params: [a] }, { params: new Set([b]), ...others[name] }], { lr: 0.01 });
    const [first, second] = [new Class([c], { lr: 0.01 }), new Class([d], others[name])];
    for (const gradient of gradients) {
      stepWith(both, gradient, gradient);
      stepWith(first, gradient);
      stepWith(second, gradient);
    }
    expectSameBits(a.data, c.data);
    expectSameBits(b.data, d.data);
    expect(a.data).not.toEqual(b.data);
    expect(both.params).toEqual([a, b]);
  });

  it("goes on from a saved state, with the options of each", () => {
    const make = (): [InstanceType<Any>, ReturnType<typeof leaf>[]] => {
      const leaves = [leaf(start), leaf(start)];
      return [
        new Class([{ params: [leaves[0]] }, { params: [leaves[1]], ...others[name] }], { lr: 0.01 }),
        leaves,
      ];
    };
    const [whole, [a, b]] = make();
    for (const gradient of gradients.slice(0, 2)) stepWith(whole, gradient, gradient);
    whole.paramGroups[1].lr = 0.07;
    const [resumed, [c, d]] = make();
    resumed.loadState(structuredClone(whole.state()));
    c.data.set(a.data);
    d.data.set(b.data);
    for (const gradient of gradients.slice(2))
      for (const each of [whole, resumed]) stepWith(each, gradient, gradient);
    expectSameBits(d.data, b.data);
    expectSameBits(c.data, a.data);
    expect(resumed.paramGroups[1].lr).toBe(0.07);
  });
});

describe("groups of parameters", () => {
  it("follow what is set on the optimizer, but for options of their own", () => {
    const optimizer = new SGD([{ params: [leaf([1])] }, { params: [leaf([1])], lr: 0.5 }], { lr: 0.1 });
    optimizer.lr = 0.2;
    stepWith(optimizer, [1], [1]);
    expect(optimizer.params.map((each) => each.item())).toEqual([Math.fround(0.8), 0.5]);
    optimizer.paramGroups[0].lr = 0;
    stepWith(optimizer, [1], [1]);
    expect(optimizer.params.map((each) => each.item())).toEqual([Math.fround(0.8), 0]);
    // No group had one before.
    optimizer.paramGroups[1].momentum = 0.5;
    stepWith(optimizer, [1], [1]);
    stepWith(optimizer, [1], [1]);
    expect(optimizer.params[1].item()).toBe(-1.25);
  });

  it("have their rates scaled by schedules, each from its own", () => {
    const groups = [{ params: [leaf([1])] }, { params: [leaf([1])], lr: 0.04 }];
    const optimizer = new Adam(groups, { lr: 0.4 });
    const schedule = new StepLR(optimizer, { stepSize: 1, gamma: 0.5 });
    schedule.setEpoch(2);
    expect([optimizer.lr, optimizer.paramGroups[0].lr, optimizer.paramGroups[1].lr]).toEqual([
      0.1,
      undefined,
      0.01,
    ]);
    expect(schedule.baseLr).toBe(0.4);
  });

  it("reach the lowest rate of a plateau each for itself", () => {
    const optimizer = new SGD([{ params: [leaf([1])] }, { params: [leaf([1])], lr: 0.2 }], { lr: 0.8 });
    const schedule = new ReduceLROnPlateau(optimizer, { patience: 0, factor: 0.5, minLr: 0.15 });
    const rates: (number | undefined)[][] = [];
    for (const value of [1, 1, 1, 1]) {
      schedule.observe(value);
      schedule.step();
      rates.push([optimizer.lr, optimizer.paramGroups[1].lr]);
    }
    expect(rates).toEqual([[0.8, 0.2], [0.4, 0.15], [0.2, 0.15], [0.15, 0.15]]); // prettier-ignore
  });

  it.each<[string, () => unknown]>([
    [
      "Adam: params[1]: lr is -1; expected a learning rate of at least 0.",
      () => new Adam([{ params: [leaf([1])] }, { params: [leaf([2])], lr: -1 }]),
    ],
    [
      'Adam: params[0]: unknown option "rate"; known options are lr, betas, eps, weightDecay.',
      () => new Adam([{ params: [leaf([1])], rate: 1 } as never]),
    ],
    ["Adam: the parameters are 3; expected a list of tensors.", () => new Adam([{ params: 3 } as never])],
    [
      "Adam: a parameter is listed twice; expected each once.",
      () => {
        const p = leaf([1]);
        return new Adam([{ params: [p] }, { params: [p] }]);
      },
    ],
    [
      "Adam: the parameters are undefined; expected a list of tensors.",
      () => new Adam([{ params: [leaf([1])] }, leaf([1])] as never),
    ],
    ["Adam: got no parameters; expected model.parameters().", () => new Adam([{ params: [] }])],
    [
      'Adam: the saved state does not fit: it has no fitting "groups"; expected the state of the same optimizer on the same model.',
      () =>
        new Adam([{ params: [leaf([1])] }, { params: [leaf([1])] }]).loadState(
          new Adam([leaf([1]), leaf([1])]).state(),
        ),
    ],
  ])("are refused: %s", (sentence, make) => {
    expect(make).toThrow(sentence);
  });
});
