/** What a network with feedback is, as plain data, and the plan of it. */

import { planLayers, type AnyLayerSpec, type LayerSpec, type Plan } from "../layer-spec.js";
import { INPUT } from "../layer-graph.js";
import { jointKind } from "./joint.js";
import { didYouMean } from "../../nearest.js";
import { ShapeError } from "../../errors.js";
import { refuse } from "../../schema/place.js";
import { plainCopy } from "../../schema/plain-copy.js";
import { groupOf, optional, required, withDefault, type Schema } from "../../schema/schema.js";
import { listOf, oneOf, text, whole, type ValueType } from "../../schema/value-types.js";
import { formatShape, sameShape, type Shape } from "../../shapes.js";
import { show } from "../../show.js";

/** What `from` gave in the step before is added to what `to` reads first, or joined with it. */
export interface Feedback {
  readonly from: string;
  readonly to: string;
  /** "add" (default), of the same shape; "concat": behind it, along the channels. */
  readonly join?: "add" | "concat";
  /** Of one sample, what `from` gives: "concat" wants to know it, since the layers of the circle are made for it. */
  readonly shape?: Shape;
}

export interface RecurrentOptions {
  /** Shapes of the inputs for one sample, channels last; inside they are called "input", "input2" … */
  readonly inputs: readonly Shape[];
  /** The network inside; without its feedback it has no circle. */
  readonly layers: readonly (LayerSpec | AnyLayerSpec)[];
  readonly feedback?: readonly Feedback[];
  /** The layer whose output is given; may be left out where there is one that no other layer reads. */
  readonly output?: string;
}

export type RecurrentSettings = Required<Omit<RecurrentOptions, "output">> & Pick<RecurrentOptions, "output">;

const MOST_INPUTS = 64;
const MOST_AXES = 8;

const layerName = text("the name of a layer");

const feedbackSchema: Schema<Feedback> = {
  fields: {
    from: required(layerName),
    to: required(layerName),
    // Stated where they are given alone, so that files of all others are those of ever.
    join: optional(oneOf(["add", "concat"])),
    shape: optional(listOf(whole(1), 1, MOST_AXES)),
  },
  check({ join, shape }, place) {
    if (join === "concat" && shape === undefined)
      place
        .at("shape")
        .fail('is left out; expected the shape of what is fed back, such as [16], since join is "concat".');
    if (join !== "concat" && shape !== undefined)
      place
        .at("shape")
        .fail('is given; expected none, since what is fed back is added. For joining, give join: "concat".');
  },
};

const expectsLayers = "a list of layers, such as [{ name, kind, options }]";

/** A copy: what each layer is, planLayers checks. */
const layerList: ValueType<RecurrentSettings["layers"]> = {
  expects: expectsLayers,
  read(value, place) {
    if (!Array.isArray(value)) return place.mistype(value, "an array", expectsLayers);
    if (value.length === 0) return refuse(place, value, expectsLayers);
    return Object.values(plainCopy("Recurrent", value)) as unknown as RecurrentSettings["layers"];
  },
  write: (value) => value,
};

export const recurrentSchema: Schema<RecurrentSettings> = {
  fields: {
    inputs: required(listOf(listOf(whole(1), 0, MOST_AXES), 1, MOST_INPUTS)),
    layers: required(layerList),
    feedback: withDefault(listOf(groupOf(feedbackSchema)), []),
    output: optional(layerName),
  },
};

export interface RecurrentPlan extends Plan {
  /** Index of the layer whose output is given, in the order in which they are computed. */
  readonly output: number;
  /** Indices of layers: what is remembered, and what it is added to. */
  readonly feedback: readonly { readonly from: number; readonly to: number }[];
  /** What is remembered and joined, an input each behind those that are given. */
  readonly joined: readonly Joined[];
}

interface Joined {
  readonly from: number;
  readonly shape: Shape;
}

/** @throws TypeError, RangeError, ShapeError for what makes no such network */
export function planRecurrent(where: string, options: RecurrentSettings): RecurrentPlan {
  const { inputs, layers, feedback } = options;
  const names = layers.map((layer) => layer?.name);
  const edgesOf = (join: "add" | "concat"): Feedback[] =>
    feedback.filter((edge) => (edge.join ?? "add") === join);
  const joins = edgesOf("concat");
  const sources = [...inputs, ...joins.map(({ shape = [] }) => shape)];
  const clash = sources.slice(1).findIndex((_, i) => names.includes(`${INPUT}${i + 2}`));
  if (clash >= 0) {
    throw new RangeError(
      `${where}: a layer is called "${INPUT}${clash + 2}", which is an input; expected another name.`,
    );
  }
  for (const { from, to } of feedback) for (const name of [from, to]) checkName(where, name, names);
  const output = options.output ?? soleOutput(where, layers, feedback);
  checkName(where, output, names);
  const read = [output, ...feedback.map(({ from }) => from)];
  const whole = withJoints(layers, joins, inputs.length);
  const plan = planLayers(where, sources[0], whole, { inputs: sources.slice(1), read });
  const indices = new Map(plan.layers.map(({ name }, i) => [name, i]));
  const indexOf = (name: string): number => indices.get(name) ?? 0;
  const edges = edgesOf("add").map(({ from, to }) => ({ from: indexOf(from), to: indexOf(to) }));
  for (const { from, to } of edges) {
    const [first] = plan.layers[to].inputs;
    const shape = first > 0 ? plan.layers[first - 1].shape : inputs[-first];
    const given = plan.layers[from];
    if (sameShape(given.shape, shape)) continue;
    throw new ShapeError(
      `${where}: the feedback of ${given.name} is ${formatShape(given.shape)}, and ${plan.layers[to].name} reads ${formatShape(shape)}; ` +
        `expected the same shape, since they are added.`,
    );
  }
  const joined = joins.map(({ from, shape = [] }) => {
    const index = indexOf(from);
    const { shape: given } = plan.layers[index];
    if (sameShape(given, shape)) return { from: index, shape };
    throw new ShapeError(
      `${where}: the feedback of ${from} is ${formatShape(given)}; expected ${formatShape(shape)}, its shape as it is stated.`,
    );
  });
  return {
    ...plan,
    places: plan.places.filter((_, i) => names.includes(whole[i].name)),
    output: indexOf(output),
    feedback: edges,
    joined,
  };
}

/** Before each layer that something is joined with what it reads, one that joins. @param inputs how many are given */
function withJoints(
  layers: RecurrentSettings["layers"],
  joins: readonly Feedback[],
  inputs: number,
): RecurrentSettings["layers"] {
  const list: (LayerSpec | AnyLayerSpec)[] = [...layers];
  joins.forEach(({ to }, k) => {
    const i = list.findIndex((layer) => layer.name === to);
    const [first, ...others] = list[i].inputs ?? [i === 0 ? INPUT : list[i - 1].name];
    let name = `${to}_joined`;
    while (list.some((layer) => layer.name === name)) name += "_";
    const joint = { name, kind: jointKind, inputs: [first, `${INPUT}${inputs + k + 1}`] };
    list.splice(i, 1, joint, { ...list[i], inputs: [name, ...others] } as AnyLayerSpec);
  });
  return list;
}

function checkName(where: string, name: string, names: readonly string[]): void {
  if (names.includes(name)) return;
  throw new RangeError(
    `${where}: there is no layer ${show(name)} inside; expected the name of one.${didYouMean(name, [...names])}`,
  );
}

/** The layer that no other reads. @throws RangeError unless there is exactly one */
function soleOutput(
  where: string,
  layers: RecurrentSettings["layers"],
  feedback: readonly Feedback[],
): string {
  const read = new Set(feedback.flatMap(({ from, to }) => (from === to ? [] : [from])));
  layers.forEach((layer, i) => {
    for (const name of layer?.inputs ?? [i === 0 ? INPUT : layers[i - 1].name]) read.add(name);
  });
  const outputs = layers.flatMap((layer) => (read.has(layer?.name) ? [] : [layer.name]));
  if (outputs.length === 1) return outputs[0];
  throw new RangeError(
    `${where}: ${outputs.length === 0 ? "every layer inside is read by another" : `nothing reads ${outputs.join(" and ")}`}; ` +
      `expected output, the name of the layer whose output is given.`,
  );
}
