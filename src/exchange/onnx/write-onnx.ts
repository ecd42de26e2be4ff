/** Networks as ONNX: all time steps in one graph, or one time step whose potentials come in and go out. */

import { checkBoolean, checkOneOf, checkOptions } from "../../checks.js";
import { INPUT } from "../../graph/layer-graph.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import { describePreprocessing } from "../../preprocessing/describe.js";
import { shapeBefore } from "../../preprocessing/table.js";
import { channelsFirst } from "../channels-first.js";
import { fidelityReport, type FidelityNote, type FidelityReport } from "../fidelity-report.js";
import { outlineOf, type Outline } from "../outline.js";
import { isOnnxLayer } from "./layer-nodes.js";
import { MAX_BYTES, OnnxGraph } from "./onnx-graph.js";
import { preprocessingNodes } from "./preprocessing-nodes.js";
import { StepNodes, type Potentials } from "./step-nodes.js";

const FORMS = ["unrolled", "step"] as const;

export type OnnxForm = (typeof FORMS)[number];

export interface OnnxOptions {
  /** "unrolled" (default): the model's T time steps one after the other. "step": one of them. */
  form?: OnnxForm;
  /** Unrolled: whether the input changes over time, [T, N, ...]. Default false: it is still, [N, ...]. */
  temporal?: boolean;
  /** Whether the graph begins with what the model does to samples (default true); false: it takes prepared ones, as run(). */
  preprocessing?: boolean;
}

export interface WrittenOnnx {
  /** The file; null where the verdict is "unsupported". */
  readonly bytes: Uint8Array<ArrayBuffer> | null;
  /** What the file says of itself, texts by key; for runtimes that do not tell it. Empty where there is no file. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly report: FidelityReport;
}

const LOGITS = "logits";
const PER_STEP = "logits_per_step";
const BATCH = "N";

/** Nodes of a graph that a runtime still loads in reasonable time. */
const MAX_NODES = 200_000;

/**
 * The network in evaluation, channels first: `input` [N, C, H, W], [N, C, S] or [N, F], N of any size. IR version 8, operator
 * set 17. Arrays have their names of the state dict.
 *
 * Unrolled: `logits` [N, classes], the mean over time, and `logits_per_step` [T, N, classes].
 * Step: `logits` [N, classes] of this step; for each neuron an input "NAME.v" and an output "NAME.v_next", of its shape. The
 * metadata `states` lists them with the value that a sequence begins with.
 *
 * @throws TypeError, RangeError for options; StateError for a class of one's own that cannot be traced
 */
export function writeOnnx(model: SpikingModel, options: OnnxOptions = {}): WrittenOnnx {
  checkOptions("writeOnnx", options, ["form", "temporal", "preprocessing"]);
  const form = checkOneOf("writeOnnx: form", options.form ?? "unrolled", FORMS);
  const isTemporal = checkBoolean("writeOnnx: temporal", options.temporal ?? false);
  const prepares = checkBoolean("writeOnnx: preprocessing", options.preprocessing ?? true);
  if (isTemporal && form === "step") {
    throw new RangeError(
      "writeOnnx: temporal is true with form 'step'; expected it left out: whoever runs steps gives each its input.",
    );
  }
  const outline = outlineOf("writeOnnx", model, { form: "ONNX", isLayer: isOnnxLayer });
  if ("refused" in outline) return nothing(outline.refused);
  const tooLarge = sizeProblem(outline, form);
  if (tooLarge !== null) return nothing([tooLarge]);
  const steps = prepares ? model.preprocessing : [];
  const sample = channelsFirst(shapeBefore(steps, model.inputShape));
  const writer = new Writer(outline, form);
  const shape = form === "unrolled" && isTemporal ? [model.timesteps, BATCH, ...sample] : [BATCH, ...sample];
  writer.graph.input(INPUT, shape);
  const prepared = (x: string): string =>
    preprocessingNodes(writer.graph, x, steps, shapeBefore(steps, model.inputShape));
  if (form === "step") writer.step(prepared(INPUT));
  else writer.unrolled(isTemporal, prepared);
  const metadata = metadataOf(outline, form, prepares);
  const description = `${model.constructor.name} written by atif: ${form === "step" ? "one time step" : `${model.timesteps} time steps`}`;
  const bytes = writer.graph.toModel("network", description, metadata).toBytes();
  return { bytes, metadata, report: fidelityReport(notesOf(outline, form, prepares)) };
}

function nothing(notes: readonly FidelityNote[]): WrittenOnnx {
  return { bytes: null, metadata: {}, report: fidelityReport(notes) };
}

class Writer {
  readonly graph: OnnxGraph;
  readonly #outline: Outline;
  readonly #nodes: StepNodes;

  constructor(outline: Outline, form: OnnxForm) {
    this.#outline = outline;
    const potentials =
      form === "step" ? statesOf(outline).flatMap(({ input, output }) => [input, output]) : [];
    const arrays = [...Object.keys(outline.state), ...fixedThresholds(outline)];
    this.graph = new OnnxGraph([INPUT, LOGITS, PER_STEP, ...arrays, ...potentials]);
    this.#nodes = new StepNodes(this.graph, outline);
  }

  unrolled(isTemporal: boolean, prepared: (x: string) => string): void {
    const { graph } = this;
    const { model } = this.#outline;
    const T = model.timesteps;
    const still = isTemporal ? null : prepared(INPUT);
    let potentials: Potentials = this.#nodes.rest();
    const each: string[] = [];
    for (let t = 0; t < T; t++) {
      const x =
        still ?? prepared(graph.node("Gather", [INPUT, graph.integers([t], [])], `input/t${t}`, { axis: 0 }));
      const step = this.#nodes.write(x, potentials, { t, isStill: !isTemporal, names: null });
      potentials = step.potentials;
      each.push(graph.node("Unsqueeze", [step.y, graph.integers([0])], `logits/t${t}`));
    }
    graph.nodeTo("Concat", each, PER_STEP, { axis: 0 });
    graph.nodeTo("ReduceMean", [PER_STEP], LOGITS, { axes: [0], keepdims: 0 });
    graph.output(LOGITS, [BATCH, ...model.outputShape]);
    graph.output(PER_STEP, [T, BATCH, ...model.outputShape]);
  }

  step(x: string): void {
    const { graph } = this;
    const states = statesOf(this.#outline);
    const shapes = states.map(({ shape }) => [BATCH, ...shape]);
    states.forEach(({ input }, i) => graph.input(input, shapes[i]));
    const before = new Map(states.map(({ place, input }) => [place, input]));
    const names = new Map(states.map(({ place, output }) => [place, output]));
    const { y } = this.#nodes.write(x, before, { t: 0, isStill: false, names });
    graph.nodeTo("Identity", [y], LOGITS);
    graph.output(LOGITS, [BATCH, ...this.#outline.model.outputShape]);
    states.forEach(({ output }, i) => graph.output(output, shapes[i]));
  }
}

interface State {
  /** Of the layer in the outline. */
  readonly place: number;
  readonly layer: string;
  readonly kind: string;
  readonly input: string;
  readonly output: string;
  /** Of one sample, channels first. */
  readonly shape: readonly number[];
  readonly initial: number;
  readonly reset: "subtract" | number;
}

/** The potentials of all neurons. */
function statesOf({ layers }: Outline): State[] {
  return layers.flatMap(({ name, kind, equations, shape }, place) => {
    if (equations === null) return [];
    const { reset } = equations;
    const [input, output] = [`${name}.v`, `${name}.v_next`];
    const own = { place, layer: name, kind, input, output, shape: channelsFirst(shape) };
    return [{ ...own, initial: reset ?? 0, reset: reset ?? "subtract" }];
  });
}

function fixedThresholds({ layers }: Outline): string[] {
  return layers.flatMap(({ path, equations }) =>
    equations === null ? [] : [`${path}.${equations.threshold.name}`],
  );
}

function metadataOf(outline: Outline, form: OnnxForm, prepares: boolean): Record<string, string> {
  const { model } = outline;
  const states = statesOf(outline);
  const resets = new Set(states.map(({ reset }) => String(reset)));
  const steps = describePreprocessing(model.preprocessing);
  return {
    form,
    timesteps: String(model.timesteps),
    // "subtract", or the number that potentials are set to; of several kinds, `states` tells.
    reset: resets.size === 0 ? "none" : resets.size === 1 ? [...resets][0] : "mixed",
    decoding: "mean of the logits over time",
    layout: "channels first",
    preprocessing:
      model.preprocessing.length === 0 ? "none" : `${prepares ? "" : "not "}in the graph: ${steps}`,
    states: JSON.stringify(
      states.map(({ layer, kind, input, output, shape, initial, reset }) => {
        return { layer, kind, reset, initial, ...(form === "step" ? { input, output, shape } : {}) };
      }),
    ),
  };
}

function sizeProblem({ state, layers, model }: Outline, form: OnnxForm): FidelityNote | null {
  const unsupported = { layer: null, verdict: "unsupported" } as const;
  const bytes = Object.values(state).reduce((sum, { data }) => sum + data.byteLength, 0);
  if (bytes > MAX_BYTES - 2 ** 24) {
    return { ...unsupported, what: `${bytes} bytes of weights`, why: "a file of ONNX holds at most 2 GB." };
  }
  const nodes = 8 * layers.length * (form === "step" ? 1 : model.timesteps);
  if (nodes <= MAX_NODES) return null;
  const why = "a graph has all of them one after the other; write form 'step', and run it as often.";
  return { ...unsupported, what: `${model.timesteps} time steps of ${layers.length} layers`, why };
}

function notesOf({ model, layers }: Outline, form: OnnxForm, prepares: boolean): FidelityNote[] {
  const notes: FidelityNote[] = [];
  const note = (layer: string | null, what: string, why: string): void => {
    notes.push({ layer, what, why, verdict: "exact" });
  };
  for (const { name, kind } of layers) {
    if (kind === "Dropout")
      note(name, "left out", "ONNX has the network in evaluation, where it does nothing.");
  }
  if (layers.some(({ equations }) => equations !== null)) {
    note(null, "surrogate gradients left out", "the graph computes forward; it is not for training on.");
  }
  if (form === "step") {
    const what = `one of ${model.timesteps} time steps`;
    note(null, what, "potentials come in and go out; whoever runs it takes the mean of the logits.");
  }
  const why =
    "nothing here runs ONNX: the verdict says what the graph computes; ONNX Runtime's logits are the same to 1e-5.";
  note(null, "not measured", why);
  if (model.preprocessing.length > 0) {
    const steps = describePreprocessing(model.preprocessing);
    if (prepares)
      note(null, "preprocessing in the graph", `input takes samples as data have them: ${steps}.`);
    else note(null, "preprocessing left out", `input takes prepared samples: ${steps}.`);
  }
  return notes;
}
