/** A model that computes what a graph of NIR says, and what was lost. */

import { FormatError, messageOf, OutOfMemoryError } from "../../errors.js";
import { INPUT } from "../../graph/layer-graph.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import { createWithoutDrawing } from "../../models/stored-architecture.js";
import { formatShape, sizeOf } from "../../shapes.js";
import type { FidelityNote } from "../fidelity-report.js";
import { channelsLast } from "./become-layers.js";
import { closeCircles } from "./close-circles.js";
import { checkOutputShape, draftLayers, type LayerDraft } from "./draft-layers.js";
import { flatten } from "./flat-graph.js";
import type { NirGraph } from "./nir-graph.js";
import { orderOf } from "./order.js";
import { recognise, type Resets } from "./recognise.js";
import { timeBaseOf } from "./time-base.js";

export interface ToModelOptions extends Resets {
  readonly dt: number | undefined;
  readonly timesteps: number | undefined;
}

/**
 * @param notes what was lost is added
 * @throws FormatError for a graph that there are no layers for; RangeError where dt is needed
 */
export function modelFrom(graph: NirGraph, options: ToModelOptions, notes: FidelityNote[]): SpikingModel {
  const flat = flatten(graph, notes);
  const time = timeBaseOf(flat.nodes, options.dt, graph.metadata, notes);
  const reading = { ...options, time, notes };
  const known = recognise(flat, reading);
  const order = orderOf(known);
  const drafted = draftLayers(known, order, reading);
  const { layers, output } = closeCircles(known, order, drafted, notes);
  const inputShape = channelsLast(drafted.drafts[known.input].shape);
  const outputShape = drafted.drafts[known.output].shape;
  const last: LayerDraft[] = [];
  const isReshaped = checkOutputShape(known, outputShape) === "reshaped";
  if (outputShape.length > 1 || output === INPUT) {
    const name = drafted.names.take("flatten_output");
    last.push({ name, kind: "Flatten", options: {}, inputs: [output], state: {} });
  }
  if (outputShape.length > 1 || isReshaped) {
    const why = `the output ${formatShape(outputShape)} is a list here, in the order of the file: channels first`;
    notes.push({ layer: null, what: "output as a list", why, verdict: "exact" });
  }
  const all = [...layers, ...last];
  return made({
    inputShape,
    outputShape: [sizeOf(outputShape)],
    layers: all,
    timesteps: stepsOf(graph, options, notes),
  });
}

function stepsOf(
  { metadata }: NirGraph,
  { timesteps }: Pick<ToModelOptions, "timesteps">,
  notes: FidelityNote[],
): number {
  if (timesteps !== undefined) return timesteps;
  const told = metadata.get("timesteps");
  if (typeof told === "number" && Number.isInteger(told) && told >= 1 && told <= 65536) return told;
  const why = "a file of NIR does not say how many time steps a still input is shown for; give timesteps";
  notes.push({ layer: null, what: "1 time step", why, verdict: "exact" });
  return 1;
}

interface Described {
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
  readonly layers: readonly LayerDraft[];
  readonly timesteps: number;
}

function made({ layers: drafts, ...shapes }: Described): SpikingModel {
  const layers = drafts.map(({ name, kind, options, inputs }) => ({ name, kind, options, inputs }));
  const state = drafts.flatMap(({ name, state: arrays }) =>
    Object.entries(arrays).map(([array, entry]) => [`${name}.${array}`, entry] as const),
  );
  try {
    const model = createWithoutDrawing({ kind: "GraphModel", options: { ...shapes, layers, stepMode: "s" } });
    model.loadStateDict(Object.fromEntries(state));
    return model;
  } catch (cause) {
    if (cause instanceof OutOfMemoryError) throw cause;
    throw new FormatError(`there are no layers for it here: ${messageOf(cause)}`, { cause });
  }
}
