/** A quantized network beside integer arithmetic: the same at every time step. */

import { beforeAll, expect, it } from "vitest";
import { noGrad } from "../../src/autograd/grad-mode.js";
import { Dataset } from "../../src/datasets/dataset.js";
import { init } from "../../src/kernels/select.js";
import { SMLP } from "../../src/models/smlp.js";
import "../../src/ops/install.js";
import { activationsRange, parseActivationsRange } from "../../src/quantization/activations-range.js";
import { calibrate } from "../../src/quantization/calibrate.js";
import { quantizeModel } from "../../src/quantization/quantize-model.js";
import { Generator, manualSeed } from "../../src/random/generator.js";
import { tensor } from "../../src/tensor/tensor.js";

type Rounding = "floor" | "nearest";

const BITS = 8;
const T = 6;
const THETA = Math.fround(0.7);

const saturated = (value: number): number =>
  Math.min(2 ** (BITS - 1) - 1, Math.max(-(2 ** (BITS - 1)), value));

/** value 2^q of a number. */
const integer = (value: number, q: number, roundtype: Rounding): number =>
  saturated(Math.floor(value * 2 ** q + (roundtype === "nearest" ? 0.5 : 0)));

/** value 2^-n of a whole number: an arithmetic shift, to the left where n is negative. */
const shifted = (value: number, n: number, roundtype: Rounding): number =>
  n <= 0 ? value * 2 ** -n : Math.floor((value + (roundtype === "nearest" ? 2 ** (n - 1) : 0)) / 2 ** n);

beforeAll(() => init({ backend: "wasm", threads: 1 }));

it.each<Rounding>(["floor", "nearest"])("whole numbers give what the network gives: %s", (roundtype) => {
  manualSeed(4);
  const random = new Generator(3);
  const data = new Dataset({
    name: "random", x: Float32Array.from({ length: 72 }, () => random.normal()), labels: new Int32Array(12), sampleShape: [6],
  }); // prettier-ignore
  const float = new SMLP({
    inputShape: [6], outputShape: [3], units: [9, 8], timesteps: T,
    neuron: { kind: "IFNode", params: { vReset: null, vThreshold: THETA } },
  }); // prettier-ignore
  const quantized = quantizeModel(float, { bits: BITS, roundtype });
  calibrate(quantized, data);
  quantized.eval().reset();
  const ranges = parseActivationsRange(activationsRange(quantized));
  const bitsOf = (name: string) => {
    const { inputQ, activationQ, weightsQ } = ranges.get(`layers_${name}`) ?? {};
    return { qi: inputQ ?? NaN, qo: activationQ ?? NaN, qw: weightsQ ?? NaN };
  };
  const dict = quantized.stateDict();
  const layer = (name: string, x: readonly number[]): number[] => {
    const { qi, qo, qw } = bitsOf(name);
    const [weights, bias] = ["weight", "bias"].map((part) =>
      Array.from(dict[`layers.${name}.${part}`].data, (value) => integer(value, qw, roundtype)),
    );
    return bias.map((b, o) => {
      const sum = x.reduce((total, each, i) => total + each * weights[o * x.length + i], b * 2 ** qi);
      return saturated(shifted(sum, qi + qw - qo, roundtype));
    });
  };
  const potentials = new Map<string, number[]>();
  const fire = (name: string, x: readonly number[]): number[] => {
    const { qi, qo, qw } = bitsOf(name);
    const t = Math.max(qi, qw);
    const theta = integer(THETA, qw, roundtype) * 2 ** (t - qw);
    const before = potentials.get(name) ?? x.map(() => 0);
    const sums = x.map((each, i) => before[i] * 2 ** (t - qw) + each * 2 ** (t - qi));
    const after = sums.map((h) => saturated(shifted(h >= theta ? h - theta : h, t - qw, roundtype)));
    potentials.set(name, after);
    return sums.map((h) => (h >= theta ? saturated(2 ** qo) : 0));
  };
  const sample = Float32Array.from(data.x.slice(0, 6));
  const input = Array.from(sample, (value) => integer(value, bitsOf("fc1").qi, roundtype));
  let spikes = 0;
  for (let step = 0; step < T; step++) {
    const first = fire("neuron1", layer("fc1", input));
    const second = fire("neuron2", layer("fc2", first));
    const expected = layer("fc3", second).map((value) => value / 2 ** bitsOf("fc3").qo);
    const given = noGrad(() => quantized.stream(tensor(sample, [1, 6]))).toArray();
    expect(Array.from(given, (value) => value + 0), `step ${step}`).toEqual(expected.map((value) => value + 0)); // prettier-ignore
    spikes += [...first, ...second].filter((value) => value > 0).length;
  }
  expect(spikes).toBeGreaterThan(5);
});
