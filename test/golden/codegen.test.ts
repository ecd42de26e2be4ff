/** Networks that the reference exported to C and ran: the same integers, of weights and of every layer at every step. */

import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { IntegerModel } from "../../src/deployment/integer/integer-model.js";
import { init } from "../../src/kernels/select.js";
import "../../src/ops/install.js";
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
  readonly name: string;
  readonly cls: string;
  readonly params: ReferenceParams;
  readonly neuron: ReferenceNeuron;
  readonly quantize: "int8" | "int16" | "float32";
  readonly long_width: 16 | 32 | null;
  readonly timestep_mode: "duplicate" | "iterate";
  readonly state_dict: Parameters<typeof flatStateDict>[0];
  readonly activations_range_txt: string;
  /** [N, C, ...], or with time [N, T, C, ...] */
  readonly x: Nested;
  readonly c_weights: Readonly<Record<string, Nested>>;
  /** [N, T, classes] */
  readonly c_outputs: readonly (readonly (readonly number[])[])[];
  readonly featuremaps_sample0_per_timestep: Readonly<Record<string, readonly Nested[]>>;
}

const { cases } = JSON.parse(readFileSync(new URL("codegen.json", import.meta.url), "utf8")) as {
  cases: readonly Case[];
};

const whole = cases.filter(({ quantize }) => quantize !== "float32");

function integerModel(each: Case, compat: boolean): IntegerModel {
  const model = referenceModel(each.cls, each.params, each.neuron, flatStateDict(each.state_dict));
  return new IntegerModel(model, {
    width: each.quantize === "int8" ? 8 : 16,
    ...(each.long_width === null ? {} : { longWidth: each.long_width }),
    ranges: each.activations_range_txt,
    ...(compat ? { compat: "qualia" } : {}),
  });
}

/** Per sample and step, the integers of the input. */
function inputs(each: Case, model: IntegerModel): Int32Array[][] {
  const isChanging = each.timestep_mode === "iterate";
  const x = channelsLast(each.x, isChanging ? 2 : 1);
  const T = each.c_outputs[0].length;
  const size = model.program.inputShape.reduce((product, length) => product * length, 1);
  const values = x.toArray();
  return each.c_outputs.map((_, n) =>
    Array.from({ length: T }, (_, t) => {
      const first = (isChanging ? n * T + t : n) * size;
      return model.quantizeInput(values.subarray(first, first + size));
    }),
  );
}

describe.each(whole.map((each) => [each.name, each] as const))("%s", (_, each) => {
  beforeAll(() => init({ backend: "wasm" }));

  it("has the weights", () => {
    const { weights } = integerModel(each, true);
    const expected = Object.entries(each.c_weights).map(([name, value]) => [name, flat(value)]);
    expect(new Map(Object.entries(weights).map(([name, data]) => [name, [...data]]))).toEqual(
      new Map(expected as [string, number[]][]),
    );
  });

  it("gives the maps of every layer and the outputs at every step", () => {
    const model = integerModel(each, true);
    inputs(each, model).forEach((steps, n) => {
      model.reset();
      steps.forEach((x, t) => {
        expect([...model.step(x)], `sample ${n}, step ${t}`).toEqual(each.c_outputs[n][t]);
        if (n > 0) return;
        const { maps } = model;
        const expected = each.featuremaps_sample0_per_timestep;
        expect(Object.keys(maps).sort()).toEqual(Object.keys(expected).sort());
        for (const [name, steps] of Object.entries(expected))
          expect([...maps[name]], `${name}, step ${t}`).toEqual(flat(steps[t]));
      });
    });
  });
});
