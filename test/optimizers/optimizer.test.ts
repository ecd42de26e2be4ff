/** What all optimizers share. */

import { beforeAll, describe, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import { SMLP } from "../../src/models/smlp.js";
import { ATIF } from "../../src/neurons/atif.js";
import { crossEntropy } from "../../src/ops/cross-entropy.js";
import type { Optimizer } from "../../src/optimizers/optimizer.js";
import { Adam } from "../../src/optimizers/adam.js";
import { SGD } from "../../src/optimizers/sgd.js";
import { createOptimizer, optimizerKinds, type OptimizerSpec } from "../../src/optimizers/table.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { scope } from "../../src/tensor/scope.js";
import { tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";
import { expectSameBits } from "../closeness.js";
import { gradients, leaf, start, stepWith } from "./leaves.js";

const specs: OptimizerSpec[] = [
  { kind: "SGD", params: { lr: 0.5, momentum: 0.9, weightDecay: 0.5 } },
  { kind: "Adam", params: { lr: 0.5, weightDecay: 0.5 } },
  { kind: "AdamW", params: { lr: 0.5, weightDecay: 0.5 } },
  { kind: "RMSprop", params: { lr: 0.5, weightDecay: 0.5, momentum: 0.5, centered: true } },
  { kind: "RAdam", params: { lr: 0.5, weightDecay: 0.5 } },
  { kind: "NAdam", params: { lr: 0.5, weightDecay: 0.5 } },
];

describeBackends("optimizers", (backend) => {
  beforeAll(async () => {
    await init({ backend, threads: 1 });
  });

  it("are all tested here", () => {
    expect(specs.map(({ kind }) => kind)).toEqual(optimizerKinds);
  });

  it.each(specs)("keep thresholds at or above their minimum: $kind", (spec) => {
    const neuron = new ATIF({ minThreshold: 0.25 });
    const optimizer = createOptimizer(spec, neuron.parameters());
    for (let i = 0; i < 5; i++) stepWith(optimizer, [100]);
    expect(neuron.theta).toBe(0.25);
    // It is no wall: a gradient in the other direction lifts it again.
    for (let i = 0; i < 20; i++) stepWith(optimizer, [-100]);
    expect(neuron.theta).toBeGreaterThan(0.25);
  });

  it.each(specs)("let thresholds fall where the guard is off: $kind", (spec) => {
    const neuron = new ATIF({ minThreshold: null });
    const optimizer = createOptimizer(spec, neuron.parameters());
    for (let i = 0; i < 5; i++) stepWith(optimizer, [100]);
    expect(neuron.theta).toBeLessThan(0);
  });

  it.each(specs)("do not decay thresholds, unless asked to: $kind", (spec) => {
    const [kept, decaying, weight] = [new ATIF(), new ATIF(), leaf([1])];
    decaying.vThreshold.decays = true;
    const before = [kept.theta, decaying.theta];
    const parameters = [...kept.parameters(), ...decaying.parameters(), weight];
    const optimizer = createOptimizer(spec, parameters);
    stepWith(optimizer, [0], [0], [0]);
    expect(kept.theta).toBe(before[0]);
    expect(decaying.theta).toBeLessThan(before[1]);
    expect(weight.item()).toBeLessThan(1);
  });

  it.each(specs)("continue from a saved state to the same bits: $kind", (spec) => {
    const p = leaf(start);
    const optimizer = createOptimizer(spec, [p]);
    const saved = gradients.map((gradient) => {
      stepWith(optimizer, gradient);
      return { state: optimizer.state(), values: p.toArray() };
    });
    saved.forEach(({ state, values }, step) => {
      const q = leaf(Array.from(values));
      const other = createOptimizer(spec, [q]);
      other.loadState(state);
      for (const gradient of gradients.slice(step + 1)) stepWith(other, gradient);
      expectSameBits(q.toArray(), p.toArray(), `from step ${step + 1}`);
      expect(other.state()).toEqual(optimizer.state());
    });
  });

  it("train a network, and leave memory as it was after every step", () => {
    const model = new SMLP({
      inputShape: [2],
      outputShape: [2],
      units: [4],
      timesteps: 2,
      neuron: { kind: "ATIF" },
    });
    const optimizer = new SGD(model.parameters(), { lr: 0.1 });
    const { heap } = model.parameters()[0].backend;
    const uses: number[] = [];
    for (let i = 0; i < 10; i++) {
      scope(() => {
        const loss = crossEntropy(model.run(tensor([0, 1, 1, 0], [2, 2])), [0, 1]);
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        model.reset();
      });
      uses.push(heap.use().liveBytes);
    }
    expect(new Set(uses.slice(1)).size).toBe(1);
  });
});

describe("optimizers", () => {
  beforeAll(async () => {
    await init({ backend: "reference" });
  });

  it("forget gradients when told to", () => {
    const p = leaf([1]);
    const optimizer = new SGD([p], { lr: 1 });
    p.mul(3).sum().backward();
    expect(p.grad?.item()).toBe(3);
    optimizer.zeroGrad();
    expect(p.grad).toBeNull();
    optimizer.step();
    expect(p.item()).toBe(1);
  });

  it("announce that values changed, so that an older graph is not used with them", () => {
    const p = leaf([1]);
    const y = p.mul(p).sum();
    stepWith(new SGD([p], { lr: 1 }), [1]);
    expect(() => y.backward()).toThrow(/changed in place/);
  });

  it("take another rate, and refuse one that is none", () => {
    const optimizer = new SGD([leaf([1])], { lr: 1 });
    optimizer.lr = 0.25;
    stepWith(optimizer, [1]);
    expect(optimizer.params[0].item()).toBe(0.75);
    expect(() => (optimizer.lr = -1)).toThrow("SGD: lr is -1; expected a learning rate of at least 0.");
    expect(() => (optimizer.lr = Infinity)).toThrow(
      "SGD: lr is Infinity; expected a finite number. Look at the computation that gave it.",
    );
    expect(optimizer.lr).toBe(0.25);
  });

  it.each<[string, () => Optimizer]>([
    [
      "SGD: got no parameters; expected model.parameters(). Layers have to be registered, this.registerChild(name, layer) in the constructor of their model; those in #private fields are not seen otherwise.",
      () => new SGD([], { lr: 1 }),
    ],
    ["Adam: a parameter is 3; expected a Tensor.", () => new Adam([3 as unknown as Tensor])],
    ["is no leaf that requires a gradient; expected model.parameters()", () => new Adam([tensor([1])])],
    ["is no leaf that requires a gradient", () => new Adam([leaf([1]).mul(2)])],
    [
      "Adam: a parameter is listed twice; expected each once.",
      () => {
        const p = leaf([1]);
        return new Adam([p, p]);
      },
    ],
  ])("refuse with: %s", (sentence, make) => {
    expect(make).toThrow(sentence);
  });

  it("refuse the state of another optimizer or other parameters, and change nothing", () => {
    const adam = new Adam([leaf([1, 2]), leaf([3])]);
    stepWith(adam, [1, 1], [1]);
    const state = adam.state();
    const { arrays } = state;
    const cases: [Optimizer, typeof state, string][] = [
      [
        new SGD([leaf([1, 2]), leaf([3])], { lr: 1 }),
        state,
        'SGD: the saved state does not fit: it has "m", which this optimizer has not; expected the state of the same optimizer on the same model.',
      ],
      [new SGD([leaf([1, 2]), leaf([3])], { lr: 1, momentum: 0.9 }), state, 'it has no fitting "momentum"'],
      [new Adam([leaf([1, 2])]), state, 'Adam: the saved state does not fit: it has no fitting "m"'],
      [new Adam([leaf([1]), leaf([3])]), state, 'it has no fitting "m"'],
      [
        new Adam([leaf([1, 2]), leaf([3])]),
        { ...state, arrays: { m: arrays["m"] } },
        'it has no fitting "v"',
      ],
      [
        new Adam([leaf([1, 2]), leaf([3])]),
        { ...state, moves: [1] },
        "Adam: the saved state counts 1 steps and [1] per parameter; expected whole numbers, one for each of 2 parameters.",
      ],
      [
        new Adam([leaf([1, 2]), leaf([3])]),
        { ...state, steps: NaN },
        "Adam: the saved state counts NaN steps",
      ],
    ];
    for (const [optimizer, saved, sentence] of cases) {
      const before = optimizer.state();
      expect(() => optimizer.loadState(saved)).toThrow(sentence);
      expect(optimizer.state()).toEqual(before);
    }
  });

  it("refuse a kind that is not known", () => {
    const spec = { kind: "Lion", params: {} } as unknown as OptimizerSpec;
    expect(() => createOptimizer(spec, [leaf([1])])).toThrow(
      'optimizer.kind is "Lion"; expected one of "SGD", "Adam", "AdamW", "RMSprop", "RAdam", "NAdam".',
    );
  });
});
