/** What a neuron must do: cases with a sentence each. Values that are exact in float32, so that every framework can have them. */

import { readFileSync } from "node:fs";

const steps = (...values) => values.map((value) => [value]);
const still = (value, T) => steps(...new Array(T).fill(value));

/** The float32 just below. */
function below(value) {
  const bits = new Uint32Array(Float32Array.of(value).buffer);
  bits[0] -= 1;
  return new Float32Array(bits.buffer)[0];
}

/** Forward only: each has a threshold (1), an input [T, N], and perhaps a potential v0 [N] (zeros). */
const forward = [
  { name: "silent", what: "An input of zero never fires, and leaves the potential at zero.", x: still(0, 4) },
  {
    name: "tie_fires",
    what: "A potential that reaches the threshold exactly fires: the comparison is >=, not >.",
    x: steps(1, 0.5, 0.5),
  },
  {
    name: "just_below",
    what: "The float32 number just below the threshold does not fire, and is kept.",
    x: steps(below(1), 0, below(1)),
  },
  {
    name: "subtracts",
    what: "What is above the threshold stays: the reset subtracts, it does not set to zero.",
    x: steps(1.5, 0.25, 0.25),
  },
  {
    name: "one_spike_a_step",
    what: "A potential of several thresholds fires once a step, and again at the next steps without any input.",
    x: steps(2.5, 0, 0, 0),
  },
  {
    name: "saturates",
    what: "An input above the threshold fires at every step, and the potential grows.",
    x: still(1.5, 4),
  },
  { name: "negative", what: "A negative input never fires; the potential has no floor.", x: still(-0.5, 4) },
  { name: "no_leak", what: "Nothing is lost between steps without input.", x: steps(0.75, 0, 0, 0, 0.25) },
  {
    name: "spikes_are_final",
    what: "A spike is not taken back by what comes after: (1, -1) fires once, then the potential is negative.",
    x: steps(1, -1),
  },
  {
    name: "late_input",
    what: "(0, 2) fires once where (2, 0) fires twice: there is one spike a step.",
    x: steps(0, 2),
  },
  { name: "early_input", what: "(2, 0) fires twice.", x: steps(2, 0) },
  { name: "quarter", what: "x = 1/4 of the threshold for 8 steps: 00010001.", x: still(0.25, 8) },
  { name: "three_eighths", what: "x = 3/8 for 8 steps: 00100101.", x: still(0.375, 8) },
  { name: "five_eighths", what: "x = 5/8 for 8 steps: 01011011.", x: still(0.625, 8) },
  {
    name: "every_level",
    what: "Constant inputs k / 4 give k spikes in 4 steps: T + 1 levels.",
    x: [0, 1, 2, 3].map(() => [0, 0.25, 0.5, 0.75, 1]),
  },
  {
    name: "outside_the_levels",
    what: "Inputs below 0 and above the threshold give the lowest and the highest level.",
    x: [0, 1, 2, 3].map(() => [-2, -0.25, 1.25, 8]),
  },
  {
    name: "other_threshold",
    what: "A threshold of 0.875: spikes are of height 0.875, and that is what is subtracted.",
    threshold: 0.875,
    x: still(0.5, 8),
  },
  {
    name: "begins_half_full",
    what: "A potential of 1/2 before the first step rounds where one of 0 truncates.",
    v0: [0.5],
    x: still(0.375, 8),
  },
  {
    name: "begins_above",
    what: "A potential of 3 before the first step fires without input, once a step.",
    v0: [3],
    x: still(0, 4),
  },
  { name: "begins_below", what: "A negative potential must be filled first.", v0: [-1], x: still(0.75, 4) },
  {
    name: "mixed_signs",
    what: "Inputs of both signs: what counts is the potential at each step, not the sum at the end.",
    x: steps(0.5, -1, 1.5, 1),
  },
  {
    name: "threshold_changes",
    what: "A threshold that changes between steps, as training does it: each step compares with its own and subtracts its own.",
    threshold: [1, 0.5, 2, 1],
    x: still(0.75, 4),
  },
  {
    name: "minus_zero",
    what: "An input of -0 is an input of 0; the potential at rest is 0 or -0.",
    x: steps(-0, -0),
  },
  {
    name: "infinite",
    what: "An infinite input fires. The potential is NaN then, as the reference has it (0 times infinity), and fires no more.",
    x: steps(Infinity, 0),
  },
  {
    name: "minus_infinite",
    what: "An input of minus infinity does not fire, and the potential is NaN from then on.",
    x: steps(-Infinity, 100),
  },
  {
    name: "not_a_number",
    what: "NaN does not fire; the potential is NaN from then on.",
    x: steps(0.5, NaN, 1),
  },
  {
    name: "rounds_each_operation",
    what: "float32, each sum rounded: eight times an eighth of this threshold stays below it. With more digits the last step fires.",
    threshold: Math.fround(0.01),
    x: still(Math.fround(0.01) / 8, 8),
  },
  {
    name: "outputs_of_one",
    what: "The same neuron with outputs of 1 instead of the threshold (IFSRL): it still subtracts the threshold.",
    output: "one",
    threshold: 0.5,
    x: still(0.375, 4),
  },
];

/** With gradients: dL/dy [T, N], and perhaps dL/dv of the potential after the last step [N] (zeros). */
const backward = [
  {
    name: "gradient_one_step_at_threshold",
    what: "One step, exactly at the threshold: dy/dx = theta g = 1/4, and dy/dtheta = z - theta g = 3/4.",
    x: steps(1),
    dy: steps(1),
  },
  {
    name: "gradient_silent_neuron",
    what: "A neuron that does not fire pulls its threshold down: the gradient to the threshold is negative for outputs that should grow.",
    x: still(0.125, 4),
    dy: still(1, 4),
  },
  {
    name: "gradient_one_spike",
    what: "One spike in four steps: gradients reach every step through the potential, also those before the spike.",
    x: still(0.375, 4),
    dy: still(1, 4),
  },
  { name: "gradient_two_spikes", what: "Two spikes in four steps.", x: still(0.625, 4), dy: still(1, 4) },
  {
    name: "gradient_reset_is_not_detached",
    what: "Mixed signs, two spikes. With the reset detached the gradient to the threshold would be another.",
    x: steps(0.5, -1, 1.5, 1),
    dy: still(1, 4),
  },
  {
    name: "gradient_other_threshold",
    what: "A threshold of 0.875.",
    threshold: 0.875,
    x: still(0.5, 4),
    dy: still(1, 4),
  },
  {
    name: "gradient_steeper",
    what: "A surrogate with alpha = 4, with weights of the outputs that differ.",
    alpha: 4,
    x: steps(0.5, 0.75, -0.25, 1),
    dy: steps(1, -2, 0.5, 3),
  },
  {
    name: "gradient_of_the_potential",
    what: "A loss that looks at the last potential too: its gradient goes back through the resets.",
    x: steps(0.5, 0.75, 0.25),
    dy: steps(1, -1, 2),
    dv: [0.5],
  },
  {
    name: "gradient_sums",
    what: "The gradient to the threshold is a sum over neurons and steps, not a mean.",
    x: [
      [0.5, 1, -0.5, 0.25],
      [0.75, 1, 2, 0.25],
      [0.25, 1, -1, 0.5],
    ],
    dy: [
      [1, 1, 1, 1],
      [0.5, -1, 2, 1],
      [0, 1, -0.5, 0.25],
    ],
  },
  {
    name: "gradient_outputs_of_one",
    what: "Outputs of 1 instead of the threshold (IFSRL): their own gradient, without the factor theta.",
    output: "one",
    threshold: 0.75,
    x: steps(0.5, 0.5, 0.5),
    dy: steps(1, 2, -1),
  },
];

/** Random inputs with what the PyTorch reference computes of them; the numbers expected here must be its. */
function reference(name, output) {
  const { cases } = JSON.parse(
    readFileSync(new URL(`../../test/golden/${name}.json`, import.meta.url), "utf8"),
  );
  const rows = ({ shape: [T, ...rest], data }) => {
    const n = rest.reduce((product, length) => product * length, 1);
    return Array.from({ length: T }, (_, t) => data.slice(t * n, (t + 1) * n).map(Number));
  };
  return cases
    .filter(({ x }) => x.data.length <= 1024)
    .map(({ v_threshold, alpha, x, grad_output, grad_v_last, y, grad_x, grad_threshold }, i) => ({
      name: `random_${name}_${i}`,
      what: `Random inputs, ${x.shape[0]} steps: computed by the PyTorch reference too.`,
      ...(output === "one" ? { output } : {}),
      threshold: Math.fround(v_threshold),
      alpha: Math.fround(alpha),
      x: rows(x),
      dy: rows(grad_output),
      ...(grad_v_last === undefined ? {} : { dv: grad_v_last.data.map(Number) }),
      reference: { outputs: rows(y), dx: rows(grad_x), dthreshold: grad_threshold },
    }));
}

export const neuronCases = () => [
  ...forward,
  ...backward,
  ...reference("atif"),
  ...reference("atif_state_grad"),
  ...reference("ifsrl", "one").slice(0, 3),
];
