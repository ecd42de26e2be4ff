/** The reference's estimates of energy and counts of operations, row by row: of rates that are given, and of rates measured here. */

import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { Dataset } from "../../src/datasets/dataset.js";
import { countOperations } from "../../src/energy/count-operations.js";
import { estimateEnergy, type EnergyOptions } from "../../src/energy/estimate-energy.js";
import { accessEnergy } from "../../src/energy/memory-energy.js";
import { measureActivity } from "../../src/energy/measure-activity.js";
import type { LayerTraffic, NetworkActivity, Traffic } from "../../src/energy/network-activity.js";
import { operationEnergy } from "../../src/energy/operation-energy.js";
import type { OpEstimation, SramEstimation } from "../../src/energy/estimations.js";
import type { AnyLayerSpec } from "../../src/graph/layer-spec.js";
import { init } from "../../src/kernels/select.js";
import { GraphModel } from "../../src/models/graph-model.js";
import type { SpikingModel } from "../../src/models/spiking-model.js";
import type { StepMode } from "../../src/module/module.js";
import "../../src/ops/install.js";
import {
  channelsLast,
  flatStateDict,
  referenceModel,
  type Nested,
  type ReferenceNeuron,
} from "./reference-model.js";

type Row = Readonly<Record<string, number | string | boolean | null>>;
type Rates = Readonly<Record<string, number>>;
type Flags = Readonly<Record<string, boolean>>;

interface GraphNode {
  readonly name: string;
  readonly type: string;
  /** [[T, H, W, C], …] */
  readonly input_shape: readonly (readonly number[])[];
  readonly output_shape: readonly (readonly number[])[];
  readonly inputs: readonly string[];
  readonly kernel_size: readonly number[] | null;
  readonly strides: readonly number[] | null;
  readonly use_bias: boolean | null;
}

interface Case {
  readonly name: string;
  readonly part: "synthetic" | "measured" | "formal";
  readonly timesteps: number;
  readonly graph: readonly GraphNode[];
  readonly input_spikerate: Rates;
  readonly output_spikerate: Rates;
  readonly input_is_binary: Flags;
  readonly is_sj: Flags;
  readonly energy: readonly {
    readonly params: Readonly<Record<string, unknown>>;
    readonly e_add: number;
    readonly e_mul: number;
    readonly rows: readonly Row[];
  }[];
  readonly operations: readonly Row[];
}

interface MeasuredCase extends Case {
  readonly params: Readonly<Record<string, unknown>>;
  readonly neuron: ReferenceNeuron;
  readonly step_mode: StepMode;
  readonly batch_size: number;
  readonly x: Nested;
  readonly state_dict: Parameters<typeof flatStateDict>[0];
  readonly input_count: Rates;
  readonly output_count: Rates;
  readonly output_is_binary: Flags;
}

interface Golden {
  readonly cases: readonly Case[];
  readonly op_energy: readonly { bits: number; op: "add" | "mul"; type: OpEstimation; pJ: number | string }[];
  readonly default_op_energy: readonly { mem_width: number; e_add: number; e_mul: number }[];
  readonly ram_energy: readonly {
    sram: SramEstimation | null;
    elements: number;
    bits: number;
    pJ: number | string;
  }[];
}

const golden = JSON.parse(readFileSync(new URL("energy.json", import.meta.url), "utf8")) as Golden;
const ofPart = (part: Case["part"]): [string, Case][] =>
  golden.cases.filter((each) => each.part === part).map((each) => [each.name, each]);
const measuredCases = ofPart("measured") as [string, MeasuredCase][];

const TOLERANCE = 1e-6;

function expectClose(value: unknown, expected: unknown, what: string): void {
  if (typeof expected !== "number") return expect(value, what).toEqual(expected);
  expect(typeof value, what).toBe("number");
  const difference = Math.abs((value as number) - expected);
  expect(difference, `${what}: ${String(value)} for ${expected}`).toBeLessThanOrEqual(
    TOLERANCE * Math.abs(expected),
  );
}

const arithmetics = new Map<unknown, string>([
  [true, "spiking"],
  [false, "formal"],
  ["Hybrid", "hybrid"],
]);
const renamed: Readonly<Record<string, string>> = {
  is_sj: "arithmetic",
  opsaddr: "opsAddr",
  input_spikerate: "inputRate",
  output_spikerate: "outputRate",
};
const camelCase = (key: string): string =>
  renamed[key] ?? key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

function expectRows(rows: readonly object[], expected: readonly Row[], what: string): void {
  expect(rows.map((row) => (row as { name: string }).name).sort(), what).toEqual(
    expected.map(({ name }) => name).sort(),
  );
  for (const each of expected) {
    const row = rows.find((own) => (own as { name: string }).name === each.name) as Record<string, unknown>;
    for (const [key, value] of Object.entries(each)) {
      const wanted = key === "is_sj" ? arithmetics.get(value) : value;
      expectClose(row[camelCase(key)], wanted, `${what}: ${String(each.name)}.${key}`);
    }
  }
}

/** Only options that the case has. */
function optionsOf(params: Readonly<Record<string, unknown>>): EnergyOptions {
  const given = {
    memWidth: params.mem_width,
    fifoSize: params.fifo_size,
    opEstimation: params.op_estimation_type,
    sramEstimation: params.sram_estimation_type,
  };
  const own = Object.entries(given).filter(([, value]) => value !== null && value !== undefined);
  return { ...Object.fromEntries(own), compat: "qualia" } as EnergyOptions;
}

function expectCase(each: Case, model: SpikingModel, activity: NetworkActivity | null): void {
  for (const { params, e_add, e_mul, rows } of each.energy) {
    const estimate = estimateEnergy(model, activity, optionsOf(params));
    const what = JSON.stringify(params);
    expectClose(estimate.operations.add, e_add, what);
    expectClose(estimate.operations.mul, e_mul, what);
    expectRows([...estimate.rows, estimate.total], rows, what);
  }
  const { rows, total } = countOperations(model, activity, { compat: "qualia" });
  expectRows([...rows, total], each.operations, "operations");
}

/** Layers of the reference's graph: of what stands before a neuron, the name is without that of the neuron. */
function modelOf({ graph, timesteps = 1 }: Case): SpikingModel {
  const ownName = new Map(
    graph.map(({ name }) => {
      const neuron = graph.find(
        (other) => ["TIfLayer", "TLifLayer"].includes(other.type) && other.inputs[0] === name,
      );
      return [name, neuron === undefined ? name : name.slice(0, -neuron.name.length)];
    }),
  );
  // A network of the reference without spikes has activations, which nothing here computes and nobody counts.
  const skipped = new Map(
    graph.filter(({ type }) => type === "TActivationLayer").map(({ name, inputs }) => [name, inputs[0]]),
  );
  const layers = graph
    .filter(({ name, inputs }) => inputs.length > 0 && !skipped.has(name))
    .map((node): AnyLayerSpec => ({
      name: ownName.get(node.name) ?? "",
      inputs: node.inputs.map((input) => {
        const read = skipped.get(input) ?? input;
        return ownName.get(read) ?? read;
      }),
      ...layerOf(node),
    }));
  const [input] = graph;
  const output = graph[graph.length - 1];
  return new GraphModel({
    inputShape: input.output_shape[0].slice(1),
    outputShape: output.output_shape[0].slice(1),
    layers,
    timesteps,
  });
}

function layerOf({ type, input_shape, output_shape, kernel_size, strides, use_bias }: GraphNode): {
  kind: string;
  options: Readonly<Record<string, unknown>>;
} {
  const [inputs, outputs] = [input_shape[0].slice(1), output_shape[0].slice(1)];
  const [inChannels, outChannels] = [inputs, outputs].map((shape) => shape[shape.length - 1]);
  const bias = use_bias === true;
  switch (type) {
    case "TConv2DLayer": {
      const [[kernel], [stride]] = [kernel_size ?? [], strides ?? []];
      // The least that gives the shape.
      const padding = Math.ceil(((outputs[0] - 1) * stride + kernel - inputs[0]) / 2);
      return {
        kind: "Conv2d",
        options: { inChannels, outChannels, kernelSize: kernel, stride, padding, bias },
      };
    }
    case "TIfLayer":
      return { kind: "IFNode", options: {} };
    case "TLifLayer":
      return { kind: "LIFNode", options: {} };
    case "TMaxPooling2DLayer":
      return { kind: "MaxPool2d", options: { kernelSize: strides?.[0] } };
    case "TBatchNormalization2DLayer":
      return { kind: "BatchNorm2d", options: { numFeatures: inChannels } };
    case "TFlattenLayer":
      return { kind: "Flatten", options: {} };
    case "TDenseLayer":
      return { kind: "Linear", options: { inFeatures: inChannels, outFeatures: outChannels, bias } };
    default:
      throw new RangeError(type);
  }
}

/** Counts are not part of the case: the i-th layer has i + 1 and 2 i + 1, as its rows say. */
function givenActivity(each: Case): NetworkActivity {
  const names = Object.keys(each.is_sj);
  const traffic = (rate: number, count: number, isBinary: boolean): Traffic => ({ rate, count, isBinary });
  const layers = names.map((name, i): [string, LayerTraffic] => [
    name,
    {
      input: traffic(each.input_spikerate[name], i + 1, each.input_is_binary[name]),
      output: traffic(each.output_spikerate[name], 2 * i + 1, true),
      isFormal: !each.is_sj[name],
    },
  ]);
  return {
    timesteps: each.timesteps,
    layers: Object.fromEntries(layers),
    total: {
      inputRate: each.input_spikerate.__TOTAL__,
      outputRate: each.output_spikerate.__TOTAL__,
      inputCount: 10,
      outputCount: 20,
    },
  };
}

function measuredActivity(each: MeasuredCase): { model: SpikingModel; activity: NetworkActivity } {
  const dict = flatStateDict(each.state_dict);
  const model = referenceModel(classOf(each), each.params, each.neuron, dict, each.step_mode);
  const x = channelsLast(each.x, 1);
  const [samples, ...sampleShape] = x.shape;
  const data = new Dataset({ name: each.name, x: x.toArray(), labels: new Int32Array(samples), sampleShape });
  return { model, activity: measureActivity(model, data, { batchSize: each.batch_size }) };
}

const classOf = ({ name }: Case): string => name.replace(/_.*/, "");

describe("energy", () => {
  beforeAll(() => init({ backend: "wasm" }));

  it.each(ofPart("synthetic"))("%s, of given rates", (_, each) => {
    expectCase(each, modelOf(each), givenActivity(each));
  });

  it.each(ofPart("formal"))("%s, a network without spikes", (_, each) => {
    expectCase(each, modelOf(each), null);
  });

  it.each(measuredCases)("%s: rates, counts and totals", (_, each) => {
    const { reference } = measuredActivity(each).activity;
    const { layers, total } = reference ?? { layers: {}, total: undefined };
    expect(Object.keys(layers).sort()).toEqual(Object.keys(each.is_sj).sort());
    for (const [name, { input, output, isFormal = false }] of Object.entries(layers)) {
      expectClose(input.rate, each.input_spikerate[name], `${name} input rate`);
      expectClose(output.rate, each.output_spikerate[name], `${name} output rate`);
      expectClose(input.count, each.input_count[name], `${name} input count`);
      expectClose(output.count, each.output_count[name], `${name} output count`);
      expect(input.isBinary, `${name} input`).toBe(each.input_is_binary[name]);
      expect(output.isBinary, `${name} output`).toBe(each.output_is_binary[name]);
      expect(!isFormal, `${name} is_sj`).toBe(each.is_sj[name]);
    }
    expectClose(total?.inputRate, each.input_spikerate.__TOTAL__, "total input rate");
    expectClose(total?.outputRate, each.output_spikerate.__TOTAL__, "total output rate");
    expectClose(total?.inputCount, each.input_count.__TOTAL__, "total input count");
    expectClose(total?.outputCount, each.output_count.__TOTAL__, "total output count");
  });

  it.each(measuredCases)("%s, measured here", (_, each) => {
    const { model, activity } = measuredActivity(each);
    expectCase(each, model, activity);
  });

  it("of operations, by width and estimation", () => {
    for (const { bits, op, type, pJ } of golden.op_energy) {
      const own = (): number => operationEnergy("test", op, bits, type);
      if (typeof pJ === "string") expect(own, `${op} ${bits} ${type}`).toThrow(RangeError);
      else expectClose(own(), pJ, `${op} ${bits} ${type}`);
    }
    for (const { mem_width, e_add, e_mul } of golden.default_op_energy) {
      expect(operationEnergy("test", "add", mem_width, null)).toBe(e_add);
      expect(operationEnergy("test", "mul", mem_width, null)).toBe(e_mul);
    }
    expect(golden.op_energy.length + golden.default_op_energy.length).toBeGreaterThan(90);
  });

  it("of accesses to memory, by size and width", () => {
    for (const { sram, elements, bits, pJ } of golden.ram_energy) {
      const own = (): number => accessEnergy("test", elements, bits, sram ?? "old");
      if (typeof pJ === "string") expect(own, `${elements} x ${bits}`).toThrow(RangeError);
      else expectClose(own(), pJ, `${String(sram)} ${elements} x ${bits}`);
    }
    expect(golden.ram_energy.length).toBeGreaterThan(100);
  });
});
