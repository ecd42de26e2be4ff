/** The C of compat "qualia": the integers of the reference's own C, and those of IntegerModel where sums wrap. */

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { exportC } from "../../src/deployment/c/export-c.js";
import { compileFloat } from "../../src/deployment/float/compile-float.js";
import { IntegerModel, type IntegerModelOptions } from "../../src/deployment/integer/integer-model.js";
import { identifierOf } from "../../src/graph/layer-graph.js";
import { init } from "../../src/kernels/select.js";
import { networkGraph } from "../../src/models/network-graph.js";
import type { SpikingModel } from "../../src/models/spiking-model.js";
import "../../src/ops/install.js";
import { Generator } from "../../src/random/generator.js";
import {
  channelsLast,
  flatStateDict,
  referenceModel,
  type Nested,
  type ReferenceNeuron,
  type ReferenceParams,
} from "../golden/reference-model.js";
import { runNetworks, type Exported, type Numbers } from "./many-networks.js";
import { randomNetwork, randomSamples } from "./random-networks.js";

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
  readonly x: Nested;
  /** [N, T, classes] */
  readonly c_outputs: readonly (readonly (readonly number[])[])[];
}

const { cases } = JSON.parse(readFileSync(new URL("../golden/codegen.json", import.meta.url), "utf8")) as {
  cases: readonly Case[];
};

const compiler = ["gcc", "clang"].find((each) => spawnSync(each, ["--version"]).status === 0);
if (compiler === undefined) console.warn("######## SKIPPED: the C of compat \"qualia\": there is no compiler. ########"); // prettier-ignore

const modelOf = (each: Case): SpikingModel =>
  referenceModel(each.cls, each.params, each.neuron, flatStateDict(each.state_dict));

/** Per sample and step, the input as it is. */
function inputsOf(each: Case, size: number): Float32Array[][] {
  const isChanging = each.timestep_mode === "iterate";
  const values = channelsLast(each.x, isChanging ? 2 : 1).toArray();
  const T = each.c_outputs[0].length;
  return each.c_outputs.map((_, n) =>
    Array.from({ length: T }, (__, t) => {
      const first = (isChanging ? n * T + t : n) * size;
      return values.slice(first, first + size);
    }),
  );
}

interface Tried extends Exported {
  readonly integer: IntegerModel;
}

function tried(
  model: SpikingModel,
  name: string,
  options: IntegerModelOptions & { readonly form?: "dense" },
  inputs: readonly (readonly Float32Array[])[],
): Tried {
  const { form, ...own } = options;
  const integer = new IntegerModel(model, { ...own, compat: "qualia" });
  const files = exportC(model, { ...options, name, compat: "qualia" });
  const { width } = integer.program;
  const whole = inputs.map((steps) =>
    steps.map((x): Numbers => {
      const integers = integer.quantizeInput(x);
      return width === 8 ? Int8Array.from(integers) : Int16Array.from(integers);
    }),
  );
  expect(form === "dense" || form === undefined).toBe(true);
  return { name, files, inputs: whole, integer };
}

/** Of all networks, integers of layers that differ from IntegerModel's; and the outputs [network][sample][step]. */
function compared(networks: readonly Tried[], options: readonly string[]) {
  const given = new Int32Array(runNetworks(networks, compiler ?? "", options));
  let at = 0;
  const differences: string[] = [];
  const outputs = networks.map(({ integer, inputs, name }) =>
    inputs.map((steps, n) => {
      integer.reset();
      return steps.map((x, t) => {
        integer.step(x);
        const { maps } = integer;
        let own = given.subarray(at, at);
        for (const { name: layer, kind } of integer.program.layers) {
          const expected = maps[layer];
          own = given.subarray(at, (at += expected.length));
          const wrong = own.findIndex((value, i) => value !== expected[i]);
          if (wrong >= 0)
            differences.push(
              `${name}, sample ${n}, step ${t}, ${layer} (${kind}), ${wrong}: ${own[wrong]}, not ${expected[wrong]}`,
            );
        }
        return [...own];
      });
    }),
  );
  expect(at).toBe(given.length);
  return { differences: differences.slice(0, 3), outputs };
}

/** Fractional bits with which sums of 16 and 32 bits wrap now and then. */
function rangesFor(model: SpikingModel, width: 8 | 16, seed: number): string {
  const g = new Generator(seed);
  const round = (): string => ["floor", "nearest", "ceil"][g.integer(3)];
  const middle = width === 8 ? 6 : 14;
  const q = (): number => middle + g.integer(5) - 2;
  const lines = networkGraph(model)
    .nodes.slice(1)
    .map(({ name, kind }) => {
      const hasWeights = /^(Conv|Linear|BatchNorm|ATIF|IF|LIF|Parametric)/.test(kind);
      const own = round();
      const bias = hasWeights && g.integer(3) === 0 ? q() : "None";
      return [identifierOf(name), middle, q(), hasWeights ? q() : "None", bias, own, own, round()].join(",");
    });
  return lines.join("\n");
}

describe.skipIf(compiler === undefined)('compat "qualia" in C', () => {
  beforeAll(() => init({ backend: "wasm", threads: 1 }));

  it("gives the integers of the reference's C, at every step", () => {
    const whole = cases.filter(({ quantize }) => quantize !== "float32");
    const networks = whole.map((each, i) => {
      const model = modelOf(each);
      const size = model.inputShape.reduce((product, length) => product * length, 1);
      const options = {
        width: each.quantize === "int8" ? 8 : 16,
        ...(each.long_width === null ? {} : { longWidth: each.long_width }),
        ranges: each.activations_range_txt,
      } as const;
      return tried(model, `g${i}`, options, inputsOf(each, size));
    });
    const { differences, outputs } = compared(networks, ["-O0"]);
    expect(differences).toEqual([]);
    expect(outputs).toEqual(whole.map(({ c_outputs: own }) => own));
  });

  it("wraps as IntegerModel does, in every kind of layer", () => {
    const seeds = Array.from({ length: Number(process.env.ATIF_SEEDS ?? 10) }, (_, i) => i);
    let wrapped = 0;
    const networks = seeds.map((seed) => {
      const model = randomNetwork(seed);
      const width = seed % 3 === 0 ? 16 : 8;
      const ranges = rangesFor(model, width, seed);
      const { x } = randomSamples(model, seed, 4, 2);
      const size = x.length / 4;
      const inputs = [0, 1].map((n) =>
        [0, 1].map((t) => Float32Array.from(x.slice((2 * n + t) * size, (2 * n + t + 1) * size))),
      );
      try {
        new IntegerModel(model, { width, longWidth: width === 8 ? 16 : 32, ranges });
      } catch {
        wrapped++;
      }
      const form = seed % 4 === 1 ? ({ form: "dense" } as const) : {};
      return tried(model, `w${seed}`, { width, ranges, ...form }, inputs);
    });
    expect(
      compared(networks, ["-O0", "-fsanitize=undefined", "-fno-sanitize-recover=all"]).differences,
    ).toEqual([]);
    expect(wrapped).toBeGreaterThan(seeds.length / 2);
  });

  it("of float32, gives the reference's outputs", () => {
    const [each] = cases.filter(({ quantize }) => quantize === "float32");
    const model = modelOf(each);
    const { layers, inputShape } = compileFloat("test", networkGraph(model));
    const inputs = inputsOf(each, inputShape.reduce((product, length) => product * length, 1)); // prettier-ignore
    const files = exportC(model, { name: "f", width: "float32" });
    const given = new Float32Array(runNetworks([{ name: "f", files, inputs }], compiler ?? "", ["-O1"]));
    const sizes = layers.map(({ shape }) => shape.reduce((product, length) => product * length, 1));
    const perStep = sizes.reduce((sum, size) => sum + size, 0);
    const last = sizes[sizes.length - 1];
    each.c_outputs.flat().forEach((expected, step) => {
      const end = (step + 1) * perStep;
      given.subarray(end - last, end).forEach((value, i) => expect(value).toBeCloseTo(expected[i], 6));
    });
  });
});
