/** Neurons of snnTorch and norse in lists of layers: their arguments, and the kinds of neurons that compute as they do. */

import { show } from "../../show.js";
import { sizeOf } from "../../shapes.js";
// What a list may name must be known.
import { exchangedKinds } from "../kinds.js";
import type { ForeignArray, ForeignArrays } from "./foreign-arrays.js";
import type { Arguments, ListedKind } from "./listed-kind.js";

/** An array of an argument: one number, a list of numbers, or { shape, data }. */
interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** @source snnTorch 0.9.4, snntorch/_neurons/leaky.py */
export const leaky: ListedKind = {
  kind: "SnnTorchLeaky",
  order: ["beta", "threshold"],
  without: {
    spike_grad: "any",
    surrogate_disable: "any",
    init_hidden: "any",
    output: "any",
    inhibition: [false],
    state_quant: [false],
  },
  state: ["mem", "spk"],
  options({ beta, threshold, ...given }, arrays, name) {
    const shapes = ["beta", "threshold", "graded_spikes_factor"].flatMap((array) => {
      const shape = arrays.get(`${name}.${array}`)?.shape ?? [];
      return shape.length === 0 ? [] : [[`${array}_shape`, channelsLast(shape)] as const];
    });
    return {
      ...given,
      // A file holds them as arrays; what a list says counts where it does not.
      ...(typeof beta === "number" ? { beta } : {}),
      ...(typeof threshold === "number" ? { threshold } : {}),
      ...mechanismOf(arrays, name),
      ...Object.fromEntries(shapes),
    };
  },
  arrays({ beta, threshold, graded_spikes_factor = 1, reset_mechanism = "subtract" }) {
    const mechanism = ["subtract", "zero", "none"].indexOf(String(reset_mechanism));
    return {
      ...(beta === undefined ? {} : { beta: arrayOf(numbersOf("beta", beta)) }),
      threshold: arrayOf(numbersOf("threshold", threshold ?? 1)),
      graded_spikes_factor: arrayOf(numbersOf("graded_spikes_factor", graded_spikes_factor)),
      reset_mechanism_val: arrayOf({ shape: [], data: [mechanism] }),
    };
  },
};

function mechanismOf(arrays: ForeignArrays, name: string): Arguments {
  const value = arrays.get(`${name}.reset_mechanism_val`)?.data[0];
  const found = value === undefined ? undefined : ["subtract", "zero", "none"][value];
  return found === undefined ? {} : { reset_mechanism: found };
}

const ofTraining = { method: "any", alpha: "any", surrogate: "any", record_states: "any" } as const;
const neverArrays = ["p"];

/** norse integrates with steps of a millisecond. */
const NORSE_DT = 0.001;

/** @source norse, norse/torch/functional/lif_box.py */
export const lifBox = currentNeuron("CurrentLIF", { tau: inverse("tau_mem_inv", 100), ...membrane() });

/** @source norse, norse/torch/functional/lif.py: the input jumps on the current, and the potential sees that. */
export const lif: ListedKind = {
  ...currentNeuron("CubaLIF", {
    tau_syn: inverse("tau_syn_inv", 200),
    tau_mem: inverse("tau_mem_inv", 100),
    w_in: constant(1),
    ...membrane(),
  }),
  options: (given) => ({ ...settings(given), order: "potential-first" }),
};

/** @source norse, norse/torch/functional/iaf.py */
export const iaf = currentNeuron("CurrentIF", {
  r: constant(1),
  v_threshold: argument("v_th", 1),
  v_reset: argument("v_reset", 0),
});

type Rule = (given: Arguments) => Numbers;

function membrane(): Readonly<Record<string, Rule>> {
  return {
    r: constant(1),
    v_leak: argument("v_leak", 0),
    v_threshold: argument("v_th", 1),
    v_reset: argument("v_reset", 0),
  };
}

function currentNeuron(kind: string, rules: Readonly<Record<string, Rule>>): ListedKind {
  if (!exchangedKinds.has(kind)) throw new TypeError(`${kind} is no kind of other tools.`);
  return {
    kind,
    order: [],
    without: { ...ofTraining },
    options: settings,
    arrays(given) {
      const values = Object.entries(rules).map(([name, rule]) => [name, rule(given)] as const);
      const shape = values.map(([, numbers]) => numbers.shape).find((each) => each.length > 0) ?? [];
      return Object.fromEntries(
        values.map(([name, numbers]) => [name, arrayOf(spread(name, numbers, shape))]),
      );
    },
  };
}

/** What is no array: the step, and the shape of the arrays. */
function settings(given: Arguments): Arguments {
  const { dt = NORSE_DT } = given;
  const shape = Object.entries(given)
    .filter(([name]) => name !== "dt" && !neverArrays.includes(name))
    .map(([name, value]) => numbersOf(name, value).shape)
    .find((each) => each.length > 0);
  return { dt, reset: "hard", compare: ">", ...(shape === undefined ? {} : { shape: channelsLast(shape) }) };
}

function argument(name: string, fallback: number): Rule {
  return (given) => numbersOf(name, given[name] ?? fallback);
}

function inverse(name: string, fallback: number): Rule {
  return (given) => {
    const { shape, data } = numbersOf(name, given[name] ?? fallback);
    return { shape, data: data.map((value) => 1 / value) };
  };
}

function constant(value: number): Rule {
  return () => ({ shape: [], data: [value] });
}

/** @throws TypeError for what are no numbers */
function numbersOf(name: string, value: unknown): Numbers {
  if (typeof value === "number") return { shape: [], data: [value] };
  if (Array.isArray(value) && value.every((each) => typeof each === "number"))
    return { shape: [value.length], data: value };
  const { shape, data } = (value ?? {}) as { readonly shape?: unknown; readonly data?: unknown };
  if (Array.isArray(shape) && Array.isArray(data) && sizeOf(shape as number[]) === data.length)
    return { shape: shape as number[], data: data as number[] };
  throw new TypeError(
    `${name} is ${show(value)}; expected a number, a list of numbers, or { "shape": […], "data": […] }.`,
  );
}

function spread(name: string, { shape, data }: Numbers, to: readonly number[]): Numbers {
  if (shape.length === 0) return { shape: to, data: new Array<number>(sizeOf(to)).fill(data[0]) };
  if (sizeOf(shape) === sizeOf(to)) return { shape, data };
  throw new RangeError(
    `${name} has ${data.length} numbers; expected one, or ${sizeOf(to)} as another argument has.`,
  );
}

function arrayOf({ shape, data }: Numbers): ForeignArray {
  return { dtype: "F32", shape, data };
}

/** [C, H, W] of PyTorch is [H, W, C]. */
function channelsLast(shape: readonly number[]): number[] {
  return shape.length < 2 ? [...shape] : [...shape.slice(1), shape[0]];
}
