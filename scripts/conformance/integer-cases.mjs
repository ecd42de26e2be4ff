/** What a neuron of whole numbers must do: cases with a sentence each. */

const plain = {
  width: 8,
  input_q: 4,
  potential_q: 4,
  threshold: 16,
  spike: 16,
  reset: null,
  leak: null,
  decays_input: false,
  rounding: "floor",
};

export const integerCases = [
  {
    name: "adds_and_fires",
    what: "u = v + x; at the threshold it fires, and the threshold is subtracted.",
    x: [16, 8, 8, -4, 20],
  },
  {
    name: "compares_before_it_saturates",
    what: "The sum is compared as it is, and saturated only when the potential is stored: 120 + 100 is 220, fires, and leaves 127.",
    v0: 120,
    x: [100, 0, 0],
  },
  { name: "saturates_below", what: "A potential below -128 is stored as -128.", x: [-100, -100, 50] },
  {
    name: "input_has_more_fraction",
    what: "An input with more fractional bits than the potential: the sum has those of the input, and is compared so; what is stored is rounded down.",
    input_q: 6,
    x: [63, 1, 64, 3],
  },
  {
    name: "input_has_less_fraction",
    what: "An input with fewer fractional bits is shifted up before it is added.",
    input_q: 2,
    x: [3, 1, 4, -1],
  },
  {
    name: "rounds_to_nearest",
    what: "The same with rounding to the nearest: a half goes up.",
    input_q: 6,
    rounding: "nearest",
    x: [62, 1, 66, 2],
  },
  { name: "rounds_up", what: "The same with rounding up.", input_q: 6, rounding: "ceil", x: [61, 1, 65, 3] },
  {
    name: "gives_one",
    what: "Thresholds that are folded into the next weights: a spike is the integer 1.",
    spike: 1,
    x: [20, 20, 20],
  },
  {
    name: "threshold_of_other_bits",
    what: "The output has fractional bits of its own: a threshold of 1.5 is 24 here and 96 there.",
    threshold: 24,
    spike: 96,
    x: [16, 16, 16],
  },
  {
    name: "hard_reset",
    what: "Reset to a value: what was above the threshold is lost.",
    reset: 0,
    x: [40, 8, 8],
  },
  {
    name: "hard_reset_elsewhere",
    what: "Reset to -8, whatever the potential was.",
    reset: -8,
    x: [40, 23, 1],
  },
  {
    name: "leaks",
    what: "A leak of 1/2 (8 of 16) towards 0 before the whole input is added; the product keeps all its fractional bits until it is stored.",
    leak: 8,
    x: [15, 0, 0, 9],
  },
  {
    name: "leaks_with_its_input",
    what: "A leak of 1/2 of the input less the potential: the input decays too.",
    leak: 8,
    decays_input: true,
    x: [15, 15, 40, 31],
  },
  {
    name: "leaks_to_the_reset",
    what: "With a hard reset to 4, the leak is towards 4.",
    leak: 8,
    reset: 4,
    x: [10, 0, 0, 20],
  },
  {
    name: "sixteen_bits",
    what: "16 bits: potentials are kept up to 32767.",
    width: 16,
    threshold: 30000,
    spike: 30000,
    v0: 32000,
    x: [32000, -32768, -32768, -32768],
  },
].map((given) => ({ ...plain, v0: given.reset ?? 0, ...given }));
