/** float32 numbers in C. What a layer computes stands in ../float; here it is written down. */

import type { FloatLayer, FloatNeuron, FloatProgram } from "../float/float-layer.js";
import { byInput } from "../outline.js";
import { withOwnNames } from "./c-names.js";
import type { CNetwork, Constants, LayerNumbers, NeuronText, NumberFamily } from "./c-network.js";

export function floatNetwork({ inputShape, layers: own }: FloatProgram): CNetwork {
  const layers = withOwnNames(own, []);
  return { inputShape, layers, numbers: layers.map(numbersOf), family };
}

const family: NumberFamily = {
  number: "float",
  bytes: 4,
  sum: "float",
  title: "float32 numbers",
  promise: "No memory is allocated, and no\nmathematical function is called.",
  literal: floatLiteral,
  input: ["numbers, float32, SHAPE, channels last."],
  output: "numbers",
  macros: () => [],
  helpers: () => [],
  flags: {
    option: "-ffp-contract=off",
    why: "A product and a sum that are made one operation round once, not twice, and a spike may hang on it.",
  },
};

/** The float32 number, as an element of a list: of nine digits, so that no compiler can read another one. */
export function floatText(value: number): string {
  // They lie ten times closer to it than to its neighbours, so that they may be rounded twice.
  const digits = String(Number(Math.fround(value).toPrecision(9)));
  return `${digits}${/[.e]/.test(digits) ? "" : ".0"}f`;
}

/** The same in an expression. */
export function floatLiteral(value: number): string {
  return value < 0 ? `(${floatText(value)})` : floatText(value);
}

const lowest = "(-3.40282347e+38f)";

const floats = (values: Float32Array): Constants => ({
  type: "float",
  bytes: 4,
  values: Array.from(values, floatText),
});

function numbersOf(layer: FloatLayer): LayerNumbers {
  const ends = layer.kind === "weightedSum" || layer.kind === "channelScale" ? layer : null;
  const F = layer.kind === "weightedSum" ? layer.output[2] : 1;
  const isBiased = ends !== null && ends.bias !== null;
  return {
    type: "float",
    zero: "0.0f",
    lowest,
    passes: (spike) => spike,
    cast: (value) => `(float)${value}`,
    weight: (value) => value,
    scale: (value) => value,
    element: ({ spike }, array, i) =>
      spike === null ? `${array}[${i}]` : `(${array}[${i}] != 0 ? ${floatLiteral(spike)} : 0.0f)`,
    larger: (a, b) => `${a} > ${b}`,
    weights: ends === null ? null : floats(byInput(ends.weights, F)),
    start: isBiased ? floats(ends.bias ?? new Float32Array(0)) : null,
    finish: (sum, start, factor) => {
      const scaled = factor === 1 ? sum : `${sum} * ${floatLiteral(factor)}`;
      return start === null ? scaled : `${scaled} + ${start}`;
    },
    largest: (total) => total,
    mean: (total) =>
      layer.kind === "averagePool" ? `${total} / ${floatLiteral(layer.kernel[0] * layer.kernel[1])}` : total,
    total: (total) => total,
    sum: (parts) => parts.join(" + "),
    neuron: layer.kind === "neuron" ? neuronText(layer) : null,
  };
}

function neuronText({ threshold, reset, leak, decay, decaysInput, initial }: FloatNeuron): NeuronText {
  const theta = floatLiteral(threshold);
  const r = reset ?? 0;
  const above = r === 0 ? "before" : `(before - ${floatLiteral(r)})`;
  const whole =
    r === 0
      ? `before * ${floatLiteral(decay)} + input`
      : `before - ${above} * ${floatLiteral(leak ?? 0)} + input`;
  return {
    before: "v[i]",
    input: (element) => element,
    charge:
      leak === null
        ? "before + input"
        : decaysInput
          ? `before + (input - ${above}) * ${floatLiteral(leak)}`
          : whole,
    fires: `u >= ${theta}`,
    after: reset === null ? `u - ${theta}` : floatLiteral(reset),
    kept: "u",
    initial: floatLiteral(initial),
  };
}
