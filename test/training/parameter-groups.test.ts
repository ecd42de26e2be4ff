/** Parameters of a model that a trainer moves by options of their own, thresholds above all. */

import { beforeAll, describe, expect, it } from "vitest";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/formats/checkpoint.js";
import { init } from "../../src/kernels/select.js";
import type { OptimizerSpec } from "../../src/optimizers/table.js";
import { Trainer, type TrainerOptions } from "../../src/training/trainer.js";
import { expectSameBits } from "../closeness.js";
import { expectSameModel, stripes, tinySCNN, tinySMLP } from "./tiny.js";

beforeAll(() => init({ backend: "wasm", threads: 1 }));

const data = stripes(22);
const sgd = (more: Partial<OptimizerSpec>): OptimizerSpec =>
  ({ kind: "SGD", params: { lr: 0.1, momentum: 0.9 }, ...more }) as OptimizerSpec;
const options = (more: Partial<OptimizerSpec>): TrainerOptions => ({
  optimizer: sgd(more),
  epochs: 2,
  batchSize: 5,
  seed: 3,
});

describe("thresholdLr and groups", () => {
  it("hold thresholds with a rate of 0, and move nothing else otherwise", async () => {
    const [held, moved] = [tinySMLP(), tinySMLP()];
    const before = held.stateDict();
    const { history } = await new Trainer(held, data, options({ thresholdLr: 0 })).fit();
    await new Trainer(moved, data, options({})).fit();
    const after = held.stateDict();
    const thetas = Object.keys(before).filter((name) => name.includes("neuron"));
    expect(thetas).toHaveLength(1);
    for (const name of thetas) {
      expectSameBits(after[name].data, before[name].data);
      expect(moved.stateDict()[name].data).not.toEqual(before[name].data);
    }
    expect(after["layers.fc1.weight"].data).not.toEqual(before["layers.fc1.weight"].data);
    expect(history[0]).toMatchObject({ lr: 0.1, thresholdLr: 0 });
  });

  it("give the bits of no groups where the options are the same", async () => {
    const [grouped, plain] = [tinySCNN(), tinySCNN()];
    const groups = [{ parameters: ["*.fc1.*"], params: { lr: 0.1 } }];
    await new Trainer(grouped, data, options({ thresholdLr: 0.1, groups })).fit();
    await new Trainer(plain, data, options({})).fit();
    expectSameModel(grouped, plain);
  });

  it("are scaled by a schedule, and go on from a checkpoint to the same bits", async () => {
    const settings: TrainerOptions = {
      ...options({
        thresholdLr: 0.02,
        groups: [{ parameters: ["*.fc2.bias"], params: { lr: 0.3, momentum: 0 } }],
      }),
      scheduler: { kind: "StepLR", params: { stepSize: 1, gamma: 0.5 } },
    };
    const model = tinySCNN();
    const states: Uint8Array[] = [];
    const callbacks = [
      { onBatch: () => void states.push(encodeCheckpoint(trainer.state(), model.architecture)) },
    ];
    const trainer = new Trainer(model, data, { ...settings, callbacks });
    const { history } = await trainer.fit();
    expect(history.map(({ lr, thresholdLr }) => [lr, thresholdLr])).toEqual([[0.1, 0.02], [0.05, 0.01]]); // prettier-ignore
    for (const bytes of [states[2], states[6]]) {
      const resumed = new Trainer(tinySCNN(9), data, settings);
      resumed.loadState(decodeCheckpoint(bytes).state);
      await resumed.fit();
      expectSameModel(resumed.model, model);
    }
  });

  it("may be others from some batch on, in any grouping: saved arrays are in the order of the model", async () => {
    const begun = new Trainer(tinySCNN(), data, { ...options({}), epochs: 1 });
    await begun.fit();
    const state = begun.state();
    const other = new Trainer(tinySCNN(5), data, options({ thresholdLr: 0 }));
    expect(() => other.loadState(state)).toThrow("its optimizer is");
    other.loadState(state, { mayDiffer: ["optimizer"] });
    expect(other.state().optimizer).toEqual(state.optimizer);
    const before = other.model.stateDict();
    await other.fit();
    const after = other.model.stateDict();
    const thetas = Object.keys(before).filter((name) => name.startsWith("layers.neuron"));
    expect(thetas.length).toBeGreaterThan(1);
    for (const name of thetas) expectSameBits(after[name].data, before[name].data);
    expect(after["layers.fc1.weight"].data).not.toEqual(before["layers.fc1.weight"].data);
  });

  it.each<[string, Partial<OptimizerSpec>]>([
    ["Trainer: optimizer.thresholdLr is -1; expected a learning rate of at least 0.", { thresholdLr: -1 }],
    [
      'Trainer: optimizer.groups[0]: no parameter is called "fc9"; expected names such as "layers.fc1.weight", "layers.fc1.bias",',
      { groups: [{ parameters: ["fc9"], params: {} }] },
    ],
    [
      "Trainer: optimizer.thresholdLr: layers.neuron1.",
      { thresholdLr: 1, groups: [{ parameters: "thresholds", params: {} }] },
    ],
    ["Trainer: optimizer.groups is [3]; expected a list such as", { groups: [3] as never }],
    [
      'unknown option "rate"; known options are lr, momentum,',
      { groups: [{ parameters: "thresholds", params: { rate: 1 } }] },
    ],
  ])("are refused: %s", (sentence, more) => {
    expect(() => new Trainer(tinySMLP(), data, options(more))).toThrow(sentence);
  });
});
