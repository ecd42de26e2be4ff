/** Quantized networks of the reference, replayed: two passes in training mode, an evaluation, ranges, the range file. */

import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { noGrad } from "../../src/autograd/grad-mode.js";
import { init } from "../../src/kernels/select.js";
import type { SpikingModel } from "../../src/models/spiking-model.js";
import { createModel } from "../../src/models/table.js";
import "../../src/ops/install.js";
import { activationsRange } from "../../src/quantization/activations-range.js";
import { quantizeModel } from "../../src/quantization/quantize-model.js";
import { Quantizer } from "../../src/quantization/quantizer.js";
import { scope } from "../../src/tensor/scope.js";
import { tensor, type Tensor } from "../../src/tensor/tensor.js";

type Nested = number | readonly Nested[];

interface StoredQuantizer {
  readonly global_max: number | string;
  readonly global_min: number | string;
  readonly q: number | null;
  readonly bits: number;
  readonly enabled: boolean;
}

interface GoldenModel {
  readonly name: string;
  readonly cls: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly neuron: { readonly kind: string; readonly params: Readonly<Record<string, unknown>> };
  readonly quant_params: Readonly<Record<string, unknown>>;
  readonly state_dict: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: Nested }>>;
  readonly x_a: Nested;
  readonly x_b: Nested;
  readonly y_train_a: Nested;
  readonly y_train_b: Nested;
  readonly y_eval_a: Nested;
  readonly quantizers: Readonly<Record<string, StoredQuantizer>>;
  readonly neuron_hyperparams_after: Readonly<Record<string, Readonly<Record<string, number | null>>>>;
  readonly activations_range_txt: string;
}

const { models } = JSON.parse(readFileSync(new URL("quantized_models.json", import.meta.url), "utf8")) as {
  models: readonly GoldenModel[];
};

const camelCase = (key: string): string =>
  key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

const renamed = (params: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(params).map(([key, value]: [string, unknown]) => {
      const isTable = typeof value === "object" && value !== null && !Array.isArray(value);
      return [camelCase(key), isTable ? renamed(value) : value];
    }),
  );

const flat = (nested: Nested): number[] =>
  typeof nested === "number" ? [nested] : nested.flatMap((each) => flat(each));
const shapeOf = (nested: Nested): number[] =>
  typeof nested === "number" ? [] : [nested.length, ...shapeOf(nested[0])];

/** [N, C, ...] to [N, ..., C] */
function channelsLast(nested: Nested): Tensor {
  const x = tensor(flat(nested), shapeOf(nested));
  return x.permute([0, ...x.shape.map((_, axis) => axis).slice(2), 1]);
}

function build({ cls, params, neuron, state_dict: dict }: GoldenModel): SpikingModel {
  const { v_reset: vReset, step_mode: stepMode, ...rest } = neuron.params;
  const spec = { kind: neuron.kind, params: { ...renamed(rest), vReset: vReset === false ? null : vReset } };
  const model = createModel({ kind: cls, options: { ...renamed(params), neuron: spec, stepMode } });
  model.loadStateDict(
    Object.fromEntries(
      Object.entries(dict).map(([name, { shape, data }]) => [name, { shape, data: flat(data) }]),
    ),
  );
  return model;
}

function expectNear(actual: ArrayLike<number>, expected: Nested, what: string): void {
  const values = flat(expected);
  expect(actual.length, what).toBe(values.length);
  values.forEach((value, i) =>
    expect(Math.abs(actual[i] - value), `${what}, element ${i}`).toBeLessThan(1e-6),
  );
}

describe.each(models.map((golden) => [golden.name, golden] as const))("%s", (_, golden) => {
  beforeAll(() => init({ backend: "wasm" }));

  const quantized = (): SpikingModel =>
    quantizeModel(build(golden), renamed(golden.quant_params), { compat: "qualia" });

  it("has the weights of the float network, under its names", () => {
    const float = build(golden);
    const dict = quantized().stateDict();
    expect(Object.keys(dict)).toEqual(Object.keys(float.stateDict()));
    expect(dict).toEqual(float.stateDict());
  });

  it.each([true, false])("gives the same, in training and then in evaluation; gradients on: %s", (grad) => {
    const model = quantized();
    const run = (x: Nested): Float32Array =>
      scope(() => (grad ? model.run(channelsLast(x)) : noGrad(() => model.run(channelsLast(x)))).toArray());
    expectNear(run(golden.x_a), golden.y_train_a, "a in training");
    expectNear(run(golden.x_b), golden.y_train_b, "b in training");
    model.eval();
    expectNear(run(golden.x_a), golden.y_eval_a, "a in evaluation");
    const found = model
      .namedModules()
      .filter((each): each is [string, Quantizer] => each[1] instanceof Quantizer);
    expect(found.map(([name]) => name)).toEqual(Object.keys(golden.quantizers));
    for (const [name, { globalMax, globalMin, fractionalBits, bits, quantEnable }] of found) {
      const { global_max: max, global_min: min, q, bits: width, enabled } = golden.quantizers[name];
      expect([fractionalBits, bits, quantEnable], name).toEqual([q, width, enabled]);
      if (typeof max === "string" || typeof min === "string")
        expect([globalMax, globalMin]).toEqual([-Infinity, Infinity]);
      else expectNear([globalMax, globalMin], [max, min], name);
    }
    const neurons = new Map<string, object>(model.spikingLayers());
    for (const [name, { v_threshold: theta, tau }] of Object.entries(golden.neuron_hyperparams_after)) {
      expect(neurons.get(name)).toMatchObject({ vThreshold: theta, ...(tau === undefined ? {} : { tau }) });
    }
    expect(activationsRange(model)).toBe(golden.activations_range_txt);
  });
});
