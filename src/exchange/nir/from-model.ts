/** A graph of NIR that computes what a model does in evaluation, and what is lost on the way. */

import { counted } from "../../counted.js";
import { fuseBatchNorm } from "../../deployment/fuse-batch-norm.js";
import { messageOf } from "../../errors.js";
import { INPUT, type LayerGraph, type LayerNode } from "../../graph/layer-graph.js";
import type { AnyLayerSpec } from "../../graph/layer-spec.js";
import type { PlainOptions } from "../../layers/table.js";
import { networkGraph } from "../../models/network-graph.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import { describePreprocessing } from "../../preprocessing/describe.js";
import type { FidelityNote } from "../fidelity-report.js";
import { channelsFirst, NirBuilder, type NirValue } from "./nir-builder.js";
import { GraphWriter, type LayerToRead } from "./graph-writer.js";
import type { NirGraph } from "./nir-graph.js";
import type { NirProfile } from "./profiles.js";
import { inSteps } from "./write-neurons.js";

export interface WrittenGraph {
  /** null: the notes say what stands in the way. */
  readonly graph: NirGraph | null;
  readonly notes: readonly FidelityNote[];
}

export function graphFrom(model: SpikingModel, profile: NirProfile): WrittenGraph {
  const folded = withoutNormalisations(model);
  if (typeof folded === "string") {
    return {
      graph: null,
      notes: [{ layer: null, what: "layers that are not known", why: folded, verdict: "unsupported" }],
    };
  }
  const graph = networkGraph(folded);
  const builder = new NirBuilder(profile, stepOf(graph));
  const before = networkGraph(model).nodes.filter(({ kind }) => kind.startsWith("BatchNorm"));
  for (const { name } of before.filter((norm) => !graph.nodes.some((node) => node.name === norm.name))) {
    builder.note(
      name,
      "exact",
      "normalisation folded",
      "into the weights of the layer before it, as fuseBatchNorm does",
    );
  }
  const writing = new GraphWriter(builder, folded.stateDict());
  const first = channelsFirst(folded.inputShape);
  const input = builder.add(INPUT, "Input", { shape: first }, null);
  const shape = folded.inputShape;
  const start: NirValue = { sources: [input], factor: 1, height: null, shape, channels: 1, pads: null };
  const values = new Map([[INPUT, start]]);
  for (const node of graph.nodes.slice(1)) writing.write(layerOf(node), values);
  const output = values.get(graph.output.name);
  if (output === undefined) return { graph: null, notes: builder.notes };
  writing.end(output, graph.output.name, folded.outputShape);
  noteModel(builder, model);
  const metadata = new Map<string, string | number>([
    ["atif_spec", "1"],
    ["timesteps", folded.timesteps],
    ["dt", builder.dt],
  ]);
  const written = builder.graph(metadata);
  writing.checkFeedback(written);
  const isWritten = !builder.notes.some(({ verdict }) => verdict === "unsupported");
  return { graph: isWritten ? written : null, notes: builder.notes };
}

/** @returns a sentence where it has layers that are not known by kind */
function withoutNormalisations(model: SpikingModel): SpikingModel | string {
  try {
    return fuseBatchNorm(model);
  } catch (thrown) {
    if (!(thrown instanceof TypeError) && !(thrown instanceof RangeError)) throw thrown;
    return messageOf(thrown).replace(/\.$/, "");
  }
}

/** That of the layers that have one, where all have the same and none counts in time steps; else 1. */
function stepOf({ nodes }: LayerGraph): number {
  const steps = new Set<unknown>();
  const look = (kind: string, options: PlainOptions): void => {
    if (inSteps.has(kind)) steps.add(1);
    // An IF alone does not tell a step: it has no time constant.
    if (typeof options.dt === "number" && kind !== "CurrentIF" && kind !== "Integrator")
      steps.add(options.dt);
    if (kind !== "Recurrent") return;
    for (const layer of options.layers as readonly AnyLayerSpec[]) look(layer.kind, layer.options ?? {});
  };
  for (const { kind, options } of nodes.slice(1)) look(kind, options);
  const [only] = steps;
  return steps.size === 1 && typeof only === "number" ? only : 1;
}

function noteModel(builder: NirBuilder, model: SpikingModel): void {
  const { timesteps, preprocessing } = model;
  const why = `${counted(timesteps, "time step")} and the mean of what they give: NIR says what one step gives`;
  builder.note(null, "exact", "time steps and decoding are not part of NIR", why);
  const learned = "surrogates, and which numbers are learned: NIR holds what a network computes";
  builder.note(null, "exact", "nothing for training", learned);
  if (preprocessing.length === 0) return;
  const prepared = `samples come prepared (${describePreprocessing(preprocessing)}), as run() takes them`;
  builder.note(null, "exact", "preprocessing is not part of NIR", prepared);
}

function layerOf({ name, kind, options, inputs, shape }: LayerNode): LayerToRead {
  return { name, kind, options, shape, inputs: inputs.map((node) => node.name) };
}
