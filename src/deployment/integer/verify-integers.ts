/**
 * A quantized network and the same in whole numbers, shown the same samples: whether what every layer gives at every time step,
 * times 2^q, is the integer that a device has there.
 */

import { noGrad } from "../../autograd/grad-mode.js";
import { checkFunction, checkInteger, checkOptions } from "../../checks.js";
import type { Dataset } from "../../datasets/dataset.js";
import { identifierOf, type LayerGraph, type LayerNode } from "../../graph/layer-graph.js";
import { checkFits, inputOf } from "../../measuring/batch-input.js";
import { networkGraph } from "../../models/network-graph.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import { withMode } from "../../module/mode.js";
import { stack } from "../../ops/slice.js";
import { EventLoopTurns } from "../../platform/event-loop.js";
import { sizeOf } from "../../shapes.js";
import { scope } from "../../tensor/scope.js";
import { Tensor } from "../../tensor/tensor.js";
import { shownAt } from "../shown-at.js";
import { IntegerModel, type IntegerModelOptions } from "./integer-model.js";

export interface VerifyIntegersOptions extends Pick<IntegerModelOptions, "width" | "longWidth"> {
  /** How many of the data's samples are shown, from the first on (default 64). */
  readonly samples?: number;
  /** After each sample: samples done, and in all. */
  readonly onSample?: (done: number, total: number) => void;
}

/** What was compared, and what came out. */
export interface IntegerVerification {
  readonly samples: number;
  readonly timesteps: number;
  /** Layers whose outputs were compared. */
  readonly layers: number;
  /** All that were compared, and those that differ. */
  readonly integers: number;
  readonly differing: number;
  /** The first that differs: sample and step from 0, the layer by its graph name; null if none does. */
  readonly first: { readonly sample: number; readonly step: number; readonly layer: string } | null;
  /** Samples whose class was found in whole numbers. */
  readonly right: number;
}

const WHERE = "verifyIntegers";

/**
 * @param model of quantizeModel, with ranges
 * @param data samples and labels; their preprocessing is the model's
 * @throws as IntegerModel, and as evaluate for data that do not fit
 */
export async function verifyIntegers(
  model: SpikingModel,
  data: Dataset,
  options: VerifyIntegersOptions = {},
): Promise<IntegerVerification> {
  checkOptions(WHERE, options ?? null, ["samples", "onSample", "width", "longWidth"]);
  const { samples = 64, onSample, ...widths } = options;
  checkInteger(`${WHERE}: samples`, samples, 1);
  if (onSample !== undefined) checkFunction(`${WHERE}: onSample`, onSample, "(done, total) => …");
  checkFits(WHERE, model, data);
  const total = Math.min(samples, data.length);
  const comparison = new Comparison(model, new IntegerModel(model, widths));
  const turns = new EventLoopTurns();
  for (let i = 0; i < total; i++) {
    const batch = data.batch([i]);
    const x = scope(() => inputOf(model, batch).toArray());
    comparison.add(x, batch.labels[0]);
    onSample?.(i + 1, total);
    if (turns.due) await turns.next();
  }
  return comparison.result;
}

class Comparison {
  readonly #model: SpikingModel;
  readonly #integer: IntegerModel;
  readonly #graph: LayerGraph;
  /** Of the layers that are compared, by the name that they have in whole numbers: what they give is times 2^q there. */
  readonly #scales: ReadonlyMap<string, number>;
  #samples = 0;
  #integers = 0;
  #differing = 0;
  #first: IntegerVerification["first"] = null;
  #right = 0;

  constructor(model: SpikingModel, integer: IntegerModel) {
    this.#model = model;
    this.#integer = integer;
    this.#graph = networkGraph(model);
    const raw = rawOf(this.#graph);
    const names = new Set(
      this.#graph.nodes.filter(({ name }) => !raw.has(name)).map(({ name }) => identifierOf(name)),
    );
    const { layers } = integer.program;
    // A change of grid before a layer is the quantizer of its input, and no layer.
    this.#scales = new Map(layers.filter(({ name }) => names.has(name)).map(({ name, q }) => [name, 2 ** q]));
  }

  get result(): IntegerVerification {
    return {
      samples: this.#samples,
      timesteps: this.#model.timesteps,
      layers: this.#scales.size,
      integers: this.#integers,
      differing: this.#differing,
      first: this.#first,
      right: this.#right,
    };
  }

  /** @param x of one sample, prepared: [size], or [T, size] */
  add(x: Float32Array, label: number): void {
    const { inputShape, timesteps } = this.#model;
    const seen = this.#outputsOf(x);
    const integers = this.#integer.quantizeInput(x);
    const sums: number[] = [];
    this.#integer.reset();
    for (let step = 0; step < timesteps; step++) {
      const output = this.#integer.step(shownAt(integers, step, sizeOf(inputShape)));
      output.forEach((value, i) => (sums[i] = (sums[i] ?? 0) + value));
      const { maps } = this.#integer;
      for (const [layer, scale] of this.#scales) {
        this.#compare(maps[layer], seen.get(layer)?.[step] ?? new Float32Array(0), scale, { layer, step });
      }
    }
    this.#samples++;
    if (sums.indexOf(Math.max(...sums)) === label) this.#right++;
  }

  #compare(
    own: Int32Array,
    given: Float32Array,
    scale: number,
    { layer, step }: { readonly layer: string; readonly step: number },
  ): void {
    this.#integers += own.length;
    for (let i = 0; i < own.length; i++) {
      if (given[i] * scale === own[i]) continue;
      this.#differing++;
      this.#first ??= { sample: this.#samples, step, layer };
    }
  }

  /** What every layer gives, by time step. */
  #outputsOf(x: Float32Array): Map<string, Float32Array[]> {
    const model = this.#model;
    const { timesteps: T, inputShape, stepMode } = model;
    const seen = new Map<string, Float32Array[]>([...this.#scales.keys()].map((name) => [name, []]));
    const [parameter] = model.parameters();
    const at = (step: number): Tensor => {
      const shape = [1, ...inputShape];
      const shown = parameter === undefined ? Tensor.empty(shape) : Tensor.empty(shape, parameter.backend);
      shown.data.set(shownAt(x, step, sizeOf(inputShape)));
      return shown;
    };
    try {
      withMode(model, false, () =>
        noGrad(() =>
          scope(() => {
            model.reset();
            const steps = Array.from({ length: T }, (_, step) => at(step));
            if (stepMode === "m") return void this.#show(stack(steps), T, seen);
            for (const step of steps) scope(() => void this.#show(step, 1, seen));
          }),
        ),
      );
    } finally {
      scope(() => model.reset());
    }
    return seen;
  }

  /** @param count time steps in x */
  #show(x: Tensor, count: number, seen: ReadonlyMap<string, Float32Array[]>): void {
    const outputs = new Map<LayerNode, Tensor>([[this.#graph.input, x]]);
    for (const node of this.#graph.nodes) {
      if (node === this.#graph.input) continue;
      const [first, ...others] = node.inputs.map((from) => outputs.get(from) ?? x);
      const y =
        node.module?.forward(first, ...others) ?? others.reduce((sum, other) => sum.add(other), first);
      outputs.set(node, y);
      const steps = seen.get(identifierOf(node.name));
      if (steps === undefined) continue;
      const all = y.toArray();
      const size = all.length / count;
      for (let t = 0; t < count; t++) steps.push(all.slice(t * size, (t + 1) * size));
    }
  }
}

/** Names of what hands the network's input on as it is: nothing has quantized it yet. */
function rawOf({ nodes, input }: LayerGraph): ReadonlySet<string> {
  const raw = new Set([input.name]);
  for (const { name, kind, inputs } of nodes) {
    if (["Flatten", "Dropout"].includes(kind) && raw.has(inputs[0].name)) raw.add(name);
  }
  return raw;
}
