/** Float networks of the reference, replayed: names, graphs, and outputs step by step. Each case is a network of models.json. */

import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { noGrad } from "../../src/autograd/grad-mode.js";
import { identifierOf } from "../../src/graph/layer-graph.js";
import { traceGraph } from "../../src/graph/trace.js";
import { init } from "../../src/kernels/select.js";
import { networkGraph } from "../../src/models/network-graph.js";
import type { StepMode } from "../../src/module/module.js";
import "../../src/ops/install.js";
import { repeat } from "../../src/ops/slice.js";
import {
  channelsLast,
  flat,
  flatStateDict,
  referenceModel,
  shapeOf,
  type Nested,
} from "./reference-model.js";

interface GoldenModel {
  readonly name: string;
  readonly cls: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly neuron: { readonly kind: string; readonly params: Readonly<Record<string, unknown>> };
  readonly state_dict: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: Nested }>>;
  /** [type, name, target, inputs] */
  readonly fx_nodes: readonly (readonly [string, string, string, readonly string[]])[];
  /** [N, C, ...]: shown at every time step. */
  readonly x: Nested;
  /** [T, N, classes] */
  readonly y_per_timestep: Nested;
  /** [N, classes] */
  readonly y_duplicated: Nested;
  /** [N, T, C, ...] */
  readonly x_timesteps: Nested;
  /** [N, classes] */
  readonly y_timesteps_in_data: Nested;
}

const { models } = JSON.parse(readFileSync(new URL("models.json", import.meta.url), "utf8")) as {
  models: readonly GoldenModel[];
};

function build({ cls, params, neuron, state_dict: dict }: GoldenModel, stepMode: StepMode) {
  return referenceModel(cls, params, neuron, flatStateDict(dict), stepMode);
}

function expectClose(actual: ArrayLike<number>, expected: Nested): void {
  const values = flat(expected);
  expect(actual.length).toBe(values.length);
  values.forEach((value, i) => expect(Math.abs(actual[i] - value), `element ${i}`).toBeLessThan(1e-6));
}

describe.each(models.map((golden) => [golden.name, golden] as const))("%s", (_, golden) => {
  beforeAll(() => init({ backend: "wasm" }));

  it("has the names of the reference in its order", () => {
    const names = Object.keys(golden.state_dict).filter((name) => !name.endsWith("num_batches_tracked"));
    expect(Object.keys(build(golden, "s").stateDict())).toEqual(names);
  });

  it("is the graph of the reference, as it was made and as it is seen on the tape", () => {
    const input = golden.fx_nodes[0][1];
    const expected = golden.fx_nodes
      .filter(([type]) => type === "call_module")
      .map(([, name, target, inputs]) => [
        name,
        target,
        inputs.map((each) => (each === input ? "input" : each)),
      ]);
    const model = build(golden, "s");
    for (const { nodes } of [networkGraph(model), traceGraph(model)]) {
      const found = nodes
        .slice(1)
        .map(({ name, inputs }) => [identifierOf(name), name, inputs.map((node) => identifierOf(node.name))]);
      // What is identity in evaluation is passed over by the reference's tracer, too.
      expect(found).toEqual(expected);
    }
  });

  it.each(["s", "m"] as const)("gives the same at every time step, in step mode '%s'", (stepMode) => {
    const model = build(golden, stepMode);
    const x = channelsLast(golden.x, 1);
    const [T] = shapeOf(golden.y_per_timestep);
    noGrad(() => {
      model.reset();
      const steps =
        stepMode === "m"
          ? model.forward(repeat(x, T)).toArray()
          : Array.from({ length: T }, () => [...model.forward(x).toArray()]).flat();
      expectClose(steps, golden.y_per_timestep);
      expectClose(model.run(x).toArray(), golden.y_duplicated);
    });
    expectClose(model.run(x).toArray(), golden.y_duplicated);
  });

  it.each(["s", "m"] as const)("gives the same for inputs that change, in step mode '%s'", (stepMode) => {
    const model = build(golden, stepMode);
    const xs = channelsLast(golden.x_timesteps, 2);
    const axes = xs.shape.map((_, axis) => axis);
    const timeFirst = xs.permute([1, 0, ...axes.slice(2)]);
    expectClose(model.runSequence(timeFirst).toArray(), golden.y_timesteps_in_data);
    expectClose(noGrad(() => model.runSequence(timeFirst)).toArray(), golden.y_timesteps_in_data);
  });
});
