/** Batch normalisation fused by the reference: the same arrays, and the same outputs. */

import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { noGrad } from "../../src/autograd/grad-mode.js";
import { fuseBatchNorm } from "../../src/deployment/fuse-batch-norm.js";
import { readStateDict } from "../../src/formats/model-file.js";
import { init } from "../../src/kernels/select.js";
import { GraphModel } from "../../src/models/graph-model.js";
import type { SpikingModel } from "../../src/models/spiking-model.js";
import type { StepMode } from "../../src/module/module.js";
import type { LoadableStateDict } from "../../src/module/state-dict.js";
import "../../src/ops/install.js";
import { repeat } from "../../src/ops/slice.js";
import { tensor, type Tensor } from "../../src/tensor/tensor.js";
import {
  channelsLast,
  flat,
  flatStateDict,
  referenceModel,
  type Nested,
  type ReferenceNeuron,
  type ReferenceParams,
} from "./reference-model.js";

interface Case {
  readonly model: SpikingModel;
  readonly fused: LoadableStateDict;
  /** Channels last. */
  readonly x: Tensor;
  /** [T, N, classes] */
  readonly before: readonly number[];
  readonly after: readonly number[];
}

const at = (name: string): URL => new URL(name, import.meta.url);
const json = (name: string): unknown => JSON.parse(readFileSync(at(name), "utf8"));
const files = "../exchange/files";

/** Networks that were not trained, in nested lists. */
function drawn(): [string, (stepMode: StepMode) => Case][] {
  interface Drawn {
    readonly name: string;
    readonly cls: string;
    readonly params: ReferenceParams;
    readonly neuron: ReferenceNeuron;
    readonly state_dict: Parameters<typeof flatStateDict>[0];
    readonly fused_state_dict: Parameters<typeof flatStateDict>[0];
    readonly x: Nested;
    readonly y_per_timestep: Nested;
    readonly y_fused_per_timestep: Nested;
  }
  const { models } = json("fuse_batchnorm.json") as { models: readonly Drawn[] };
  return models.map((each) => [
    each.name,
    (stepMode) => ({
      model: referenceModel(each.cls, each.params, each.neuron, flatStateDict(each.state_dict), stepMode),
      fused: flatStateDict(each.fused_state_dict),
      x: channelsLast(each.x, 1),
      before: flat(each.y_per_timestep),
      after: flat(each.y_fused_per_timestep),
    }),
  ]);
}

/** Networks after some steps of training, as files. */
function trained(name: string, stepMode: StepMode): Case {
  interface Array {
    readonly shape: readonly number[];
    readonly data: readonly number[];
  }
  const expected = json(`${files}/fuse/${name}.expected.json`) as {
    readonly model: string;
    readonly params_before: ReferenceParams & { readonly neuron: ReferenceNeuron };
    readonly x: Array;
    readonly logits_per_step_before: Array;
    readonly logits_per_step_after: Array;
  };
  const { neuron, ...params } = expected.params_before;
  const dict = readStateDict(readFileSync(at(`${files}/safetensors/${name}.safetensors`)));
  const { x } = expected;
  const axes = x.shape.map((_, axis) => axis);
  return {
    model: referenceModel(expected.model, params, neuron, dict, stepMode),
    fused: readStateDict(readFileSync(at(`${files}/fuse/${name}.after.safetensors`))),
    x: tensor([...x.data], [...x.shape]).permute([0, ...axes.slice(2), 1]),
    before: expected.logits_per_step_before.data,
    after: expected.logits_per_step_after.data,
  };
}

const networks = ["scnn1d_atif", "scnn2d_atif_bn", "scnn2d_atif_sep", "sresnet1d_lif", "sresnet2d_atif"];
const cases = [
  ...drawn(),
  ...networks.map((name): [string, (stepMode: StepMode) => Case] => [
    name,
    (stepMode) => trained(name, stepMode),
  ]),
];

const steps = (model: SpikingModel, x: Tensor): Float32Array =>
  noGrad(() => {
    model.reset();
    const outputs = Array.from({ length: model.timesteps }, () => [...model.forward(x).toArray()]);
    return Float32Array.from(outputs.flat());
  });

function expectWithin(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < actual.length; i++) {
    const bound = tolerance * Math.max(1, Math.abs(expected[i]));
    expect(Math.abs(actual[i] - expected[i]), `element ${i}`).toBeLessThanOrEqual(bound);
  }
}

describe.each(cases)("%s", (_, make) => {
  beforeAll(() => init({ backend: "wasm" }));

  it("has the arrays of the reference in its order, within 2e-6 of their values", () => {
    const { model, fused } = make("s");
    const dict = fuseBatchNorm(model).stateDict();
    expect(new Set(Object.keys(dict))).toEqual(new Set(Object.keys(fused)));
    for (const [name, { shape, data }] of Object.entries(fused)) {
      expect(dict[name].shape, name).toEqual(shape);
      for (let i = 0; i < data.length; i++) {
        const difference = Math.abs(dict[name].data[i] - data[i]);
        expect(difference, `${name}[${i}]`).toBeLessThanOrEqual(2e-6 * Math.max(Math.abs(data[i]), 1e-2));
      }
    }
  });

  it("gives the outputs of the reference before and after, at every step, and in step mode 'm'", () => {
    const { model, x, before, after } = make("s");
    const fused = fuseBatchNorm(model);
    expectWithin(steps(model, x), before, 1e-5);
    expectWithin(steps(fused, x), after, 1e-5);
    const whole = fuseBatchNorm(make("m").model);
    expectWithin(noGrad(() => whole.forward(repeat(x, whole.timesteps))).toArray(), after, 1e-5);
  });

  it("is the template without batch normalisation, and leaves the model as it was", () => {
    const { model } = make("s");
    const { kind, options } = model.architecture;
    const dict = model.stateDict();
    const fused = fuseBatchNorm(model);
    expect(fused).toBeInstanceOf(GraphModel);
    expect(fused.architecture).toEqual({ kind, options: { ...options, batchNorm: false } });
    expect(model.stateDict()).toEqual(dict);
  });
});
