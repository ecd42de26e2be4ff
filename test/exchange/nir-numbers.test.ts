/**
 * Networks of NIR, built from the kinds here, against an independent evaluation of their graphs in float64 (nir-networks.json: data
 * written by real packages; x and outputs are [T, N, ...], channels first). Spikes are equal; potentials within 1e-5.
 */

import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { noGrad } from "../../src/autograd/grad-mode.js";
import "../../src/exchange/kinds.js";
import type { AnyLayerSpec, LayerSpec } from "../../src/graph/layer-spec.js";
import { init } from "../../src/kernels/select.js";
import { GraphModel } from "../../src/models/graph-model.js";
import type { StepMode } from "../../src/module/module.js";
import "../../src/ops/install.js";
import { at, stack } from "../../src/ops/slice.js";
import type { Shape } from "../../src/shapes.js";
import { tensor, type Tensor } from "../../src/tensor/tensor.js";
import { expectClose } from "../closeness.js";

interface Stored {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface Network {
  readonly dt: number;
  readonly state: Readonly<Record<string, Stored>>;
  readonly x: Stored;
  readonly expected?: Stored;
  readonly expected_hard?: Stored;
  readonly expected_subtract?: Stored;
  readonly expected_hard_start_at_reset?: Stored;
  readonly framework_output?: Stored;
}

const file = new URL("./nir-networks.json", import.meta.url);
const networks = JSON.parse(readFileSync(file, "utf8")) as Readonly<Record<string, Network>>;

type Firing = { readonly reset: "hard" | "subtract"; readonly startAtReset?: boolean };
type Layers = (dt: number, firing: Firing) => readonly (LayerSpec | AnyLayerSpec)[];

const linear = (name: string, inFeatures: number, outFeatures: number, bias = true): LayerSpec => ({
  name,
  kind: "Linear",
  options: { inFeatures, outFeatures, bias },
});
const shape = [8];
const conv = (padding: number): LayerSpec => ({
  name: "conv1",
  kind: "Conv2d",
  options: { inChannels: 2, outChannels: 3, kernelSize: 3, padding },
});

interface Built {
  readonly layers: Layers;
  readonly input: Shape;
  readonly output: Shape;
  /** What names of the file are called here. */
  readonly inside?: string;
}

const recurrent = (name: string, layers: readonly (LayerSpec | AnyLayerSpec)[]): AnyLayerSpec => ({
  name,
  kind: "Recurrent",
  options: { inputs: [[8]], layers, feedback: [{ from: "w_rec", to: "n1" }], output: "n1" },
});

const built: Readonly<Record<string, Built>> = {
  hand_if_perneuron: {
    layers: (dt, firing) => [linear("fc1", 6, 8), { name: "if1", kind: "CurrentIF", options: { dt, shape, ...firing } }],
    input: [6], output: [8],
  },
  hand_if_r: {
    layers: (dt, firing) => [linear("fc1", 6, 8), { name: "if1", kind: "CurrentIF", options: { dt, shape, ...firing } }],
    input: [6], output: [8],
  },
  hand_if_vreset: {
    layers: (dt, firing) => [linear("fc1", 6, 8), { name: "if1", kind: "CurrentIF", options: { dt, shape, ...firing } }],
    input: [6], output: [8],
  },
  hand_lif_leak: {
    layers: (dt, firing) => [linear("fc1", 6, 8), { name: "lif1", kind: "CurrentLIF", options: { dt, shape, ...firing } }],
    input: [6], output: [8],
  },
  hand_linear_li: {
    layers: (dt, firing) => [
      linear("lin", 6, 8, false),
      { name: "if1", kind: "CurrentIF", options: { dt, shape, ...firing } },
      { name: "li", kind: "LI", options: { dt, shape } },
    ],
    input: [6], output: [8],
  },
  hand_cubalif: {
    layers: (dt, firing) => [linear("fc1", 6, 8), { name: "lif1", kind: "CubaLIF", options: { dt, shape, ...firing } }],
    input: [6], output: [8],
  },
  hand_conv_same: {
    layers: (dt, firing) => [
      { name: "pad", kind: "ZeroPad", options: { padding: [[1, 1], [1, 1]] } },
      conv(0),
      { name: "if1", kind: "CurrentIF", options: { dt, shape: [6, 6, 3], ...firing } },
      { name: "flat", kind: "Flatten" },
    ],
    input: [6, 6, 2], output: [108],
  },
  hand_conv_sumpool: {
    layers: (dt, firing) => [
      conv(1),
      { name: "if1", kind: "CurrentIF", options: { dt, shape: [6, 6, 3], ...firing } },
      { name: "pool1", kind: "SumPool2d", options: { kernelSize: 2 } },
      { name: "flat", kind: "Flatten" },
      linear("fc1", 27, 3),
      { name: "if2", kind: "CurrentIF", options: { dt, shape: [3], ...firing } },
    ],
    input: [6, 6, 2], output: [3],
  },
  hand_exact_soft_reset: {
    layers: (dt) => [
      linear("fc1", 6, 8),
      {
        name: "n1", kind: "Recurrent", options: {
          inputs: [[8]],
          layers: [
            { name: "n1_v", kind: "Integrator", options: { dt, shape } },
            { name: "n1_z", kind: "ThresholdSpikes", options: { shape } },
            { name: "n1_back", kind: "Scale", options: { shape } },
            { name: "n1_out", kind: "Scale", options: { shape }, inputs: ["n1_z"] },
          ],
          feedback: [{ from: "n1_back", to: "n1_v" }],
        },
      },
      linear("fc2", 8, 3),
    ],
    input: [6], output: [3], inside: "n1",
  },
  hand_recurrent_if: {
    layers: (dt, firing) => [
      linear("fc1", 6, 8),
      recurrent("rec", [{ name: "n1", kind: "CurrentIF", options: { dt, shape, ...firing } }, linear("w_rec", 8, 8, false)]),
    ],
    input: [6], output: [8], inside: "rec",
  },
  hand_recurrent_cubalif: {
    layers: (dt, firing) => [
      linear("fc1", 6, 8),
      recurrent("rec", [{ name: "n1", kind: "CubaLIF", options: { dt, shape, ...firing } }, linear("w_rec", 8, 8, false)]),
    ],
    input: [6], output: [8], inside: "rec",
  },
  norse_lif: {
    layers: (dt, firing) => [linear("_0", 6, 8), { name: "_1", kind: "CubaLIF", options: { dt, shape, ...firing } }],
    input: [6], output: [8],
  },
}; // prettier-ignore

/** The network with the numbers of the file. */
function modelOf(
  name: string,
  firing: Firing,
  stepMode: StepMode,
  change?: (layers: LayerSpec[]) => void,
): GraphModel {
  const { dt, state } = networks[name];
  const { layers, input, output, inside } = built[name];
  const specs = structuredClone(layers(dt, firing)) as LayerSpec[];
  change?.(specs);
  const model = new GraphModel({
    inputShape: input,
    outputShape: output,
    timesteps: 6,
    layers: specs,
    stepMode,
  });
  const own = Object.keys(model.stateDict());
  const dict = Object.entries(state).map(([key, entry]) => [
    own.includes(key) ? key : `${inside ?? ""}.${key}`,
    entry,
  ]);
  const { missing, unexpected } = model.loadStateDict(
    Object.fromEntries(dict) as Readonly<Record<string, Stored>>,
    {
      strict: false,
    },
  );
  // A file without biases of its own is read with zeros there, or without them.
  expect([...missing, ...unexpected]).toEqual([]);
  return model;
}

/** Channels first there, last here. */
function channelsLast({ shape, data }: Stored): Tensor {
  const x = tensor([...data], [...shape]);
  const { rank } = x;
  return rank === 3 ? x : x.permute([0, 1, ...Array.from({ length: rank - 3 }, (_, i) => i + 3), 2]);
}

function outputs(model: GraphModel, x: Stored): Tensor {
  const xs = channelsLast(x);
  if (model.stepMode === "m") return noGrad(() => model.forward(xs));
  return noGrad(() => stack(Array.from({ length: xs.shape[0] }, (_, t) => model.stream(at(xs, t)))));
}

/** Of a map, the outputs are flattened, in PyTorch's order: that of the file. */
function expectNumbers(model: GraphModel, { x }: Network, expected: Stored): void {
  const given = outputs(model, x);
  expect(given.shape.slice(0, 2)).toEqual(expected.shape.slice(0, 2));
  expectClose(given.data, expected.data, 1e-5, { floor: 1 });
}

beforeAll(async () => {
  await init({ threads: 1 });
});

describe.each(["s", "m"] as const)("in step mode '%s'", (stepMode) => {
  const cases = Object.keys(built).flatMap((name) => {
    const { expected, expected_hard, expected_subtract, expected_hard_start_at_reset } = networks[name];
    const all: [string, Firing, Stored | undefined][] = [
      ["as it is", { reset: "hard" }, expected],
      ["hard reset", { reset: "hard" }, expected_hard],
      ["subtracting", { reset: "subtract" }, expected_subtract],
      ["hard reset, from v_reset", { reset: "hard", startAtReset: true }, expected_hard_start_at_reset],
    ];
    return all.flatMap(([how, firing, wanted]) =>
      wanted === undefined ? [] : [[name, how, firing, wanted] as const],
    );
  });

  it.each(cases)("%s, %s", (name, _, firing, expected) => {
    expectNumbers(modelOf(name, firing, stepMode), networks[name], expected);
  });

  it("with the order of norse's LIFCell, its own numbers", () => {
    const network = networks.norse_lif;
    const model = modelOf("norse_lif", { reset: "hard" }, stepMode, (layers) => {
      Object.assign(layers[1].options ?? {}, { order: "potential-first" });
    });
    expectNumbers(model, network, network.framework_output as Stored);
  });
});
