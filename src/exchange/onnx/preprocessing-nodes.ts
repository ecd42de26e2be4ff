/** What a model does to samples before the network sees them, as nodes of ONNX; a row per kind. */

import type { PreprocessingStep, StepKind } from "../../preprocessing/table.js";
import type { Shape } from "../../shapes.js";
import { channelsFirst } from "../channels-first.js";
import type { OnnxGraph } from "./onnx-graph.js";

type OptionsOfKind<K extends StepKind> = Extract<PreprocessingStep, { readonly kind: K }>["options"];

interface Prepared {
  readonly x: string;
  /** Of a sample, channels last. */
  readonly shape: Shape;
}

type Row<K extends StepKind> = (graph: OnnxGraph, before: Prepared, options: OptionsOfKind<K>) => Prepared;

const rows: { readonly [K in StepKind]: Row<K> } = {
  // Samples come as numbers, in the units that the network learned from.
  IntToFloat32: (_graph, before) => before,
  Normalize(graph, { x, shape }, { mean, std }) {
    const ofChannels = (values: readonly number[]): string =>
      graph.constant([values.length, ...shape.slice(1).map(() => 1)], values);
    return { x: standardized(graph, x, ofChannels(mean), ofChannels(std)), shape };
  },
  NormalizeDataset(graph, { x, shape }, { shape: kept, offset, scale }) {
    const ofElements = (values: readonly number[]): string =>
      graph.constant(channelsFirst(kept), channelsFirstValues(values, kept));
    return { x: standardized(graph, x, ofElements(offset), ofElements(scale)), shape };
  },
  Reshape2DTo1D(graph, { x }, { inputShape: [height, width, channels] }) {
    const sequence = graph.integers([0, channels, height * width]);
    return { x: graph.node("Reshape", [x, sequence], "prepared"), shape: [height * width, channels] };
  },
};

/** All steps. @param shape of a sample before them, channels last; @returns what prepared samples are called */
export function preprocessingNodes(
  graph: OnnxGraph,
  input: string,
  steps: readonly PreprocessingStep[],
  shape: Shape,
): string {
  const start: Prepared = { x: input, shape };
  return steps.reduce(
    (before, { kind, options }) => (rows[kind] as Row<StepKind>)(graph, before, options),
    start,
  ).x;
}

function standardized(graph: OnnxGraph, x: string, offset: string, scale: string): string {
  return graph.node("Div", [graph.node("Sub", [x, offset], "prepared"), scale], "prepared");
}

/** [.., C] as [C, ..] */
function channelsFirstValues(values: readonly number[], shape: Shape): Float32Array {
  const channels = shape[shape.length - 1];
  const positions = values.length / channels;
  return Float32Array.from(values, (_, i) => values[(i % positions) * channels + Math.floor(i / positions)]);
}
