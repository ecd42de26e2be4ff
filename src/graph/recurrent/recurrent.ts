/**
 * A network with feedback as one layer: where an edge goes back, the layer reads what the step before gave, 0 before the first
 * one, added to its other input or joined with it. It is computed step by step in both step modes; gradients go back through time.
 *
 *   new Recurrent({
 *     inputs: [[4]],
 *     layers: [
 *       { name: "lif", kind: "CurrentLIF" },
 *       { name: "w", kind: "Linear", options: { inFeatures: 4, outFeatures: 4 } },
 *     ],
 *     feedback: [{ from: "w", to: "lif" }],
 *     output: "lif",
 *   });
 *
 * The layers inside are part of it under their names: "w.weight" in its state dict. They are always in step mode 's'.
 */

import { ShapeError } from "../../errors.js";
import { groupedBy } from "../group.js";
import { INPUT, type HoldsNetwork, type LayerNode } from "../layer-graph.js";
import { addYieldingLayer } from "../../layers/table.js";
import { Module, type StepMode } from "../../module/module.js";
import { Membrane } from "../../neurons/membrane.js";
import { at, stack } from "../../ops/slice.js";
import { readOptions } from "../../schema/schema.js";
import { formatShape, sameShape, sizeOf, type Shape } from "../../shapes.js";
import { checkSameBackend } from "../../tensor/same-backend.js";
import { Tensor } from "../../tensor/tensor.js";
import {
  planRecurrent,
  recurrentSchema,
  type RecurrentOptions,
  type RecurrentPlan,
  type RecurrentSettings,
} from "./recurrent-plan.js";

export class Recurrent extends Module implements HoldsNetwork {
  readonly #settings: RecurrentSettings;
  readonly #plan: RecurrentPlan;
  /** In the order in which they are computed. */
  readonly #layers: readonly Module[];
  /** By the index of a layer, what it gave in the step before. */
  readonly #memory: ReadonlyMap<number, Membrane>;

  /** @throws TypeError, RangeError for what makes no network; ShapeError where layers do not fit one another */
  constructor(options: RecurrentOptions) {
    super();
    this.#settings = readOptions("Recurrent", options, recurrentSchema);
    this.#plan = planRecurrent("Recurrent", this.#settings);
    const { layers: planned, places, feedback, joined } = this.#plan;
    const layers = new Array<Module>(planned.length);
    const hold = groupedBy((name, layer) => this.registerChild(name, layer));
    const joints = planned.map((_, i) => i + 1).filter((place) => !places.includes(place));
    for (const place of [...places, ...joints]) {
      const { name, row, options: own } = planned[place - 1];
      hold(name, (layers[place - 1] = row.create(own, "s")));
    }
    this.#layers = layers;
    this.#memory = new Map([...feedback, ...joined].map(({ from }) => [from, new Membrane(0)]));
  }

  override get stepMode(): StepMode {
    return super.stepMode;
  }

  /** Of the layer as a whole. @throws RangeError unless 's' or 'm' */
  override set stepMode(mode: StepMode) {
    super.stepMode = mode;
    for (const [, child] of this.children()) child.stepMode = "s";
  }

  /** Its inputs, what is joined with others among them, and its layers, in the order in which they are computed. */
  get inside(): readonly LayerNode[] {
    const { inputs: given } = this.#settings;
    const shapes = [...given, ...this.#plan.joined.map(({ shape }) => shape)];
    const sources = shapes.map((shape, i): LayerNode => {
      return { name: nameOfInput(-i), kind: "Input", options: {}, inputs: [], shape, module: null };
    });
    const nodes: LayerNode[] = [];
    this.#plan.layers.forEach(({ name, row, inputs: places, shape }, i) => {
      const inputs = places.map((place) => (place > 0 ? nodes[place - 1] : sources[-place]));
      const module = this.#layers[i];
      nodes.push({ name, kind: row.kind, options: row.optionsOf(module), inputs, shape, module });
    });
    return [...sources, ...nodes];
  }

  /** The options that make it again, as its layers are now; what they have learned is in the state dict. */
  presentOptions(): RecurrentSettings {
    const { inputs, feedback, output } = this.#settings;
    const { layers: planned, places } = this.#plan;
    const nameOf = (place: number): string => (place > 0 ? planned[place - 1].name : nameOfInput(place));
    const behindJoints = (place: number): number => {
      if (place <= 0 || places.includes(place)) return place;
      return behindJoints(planned[place - 1].inputs[0]);
    };
    const layers = places.map((place) => {
      const { name, row, inputs: read } = planned[place - 1];
      const options = row.optionsOf(this.#layers[place - 1]);
      return { name, kind: row.kind, options, inputs: read.map((each) => nameOf(behindJoints(each))) };
    });
    const named = output === undefined ? {} : { output };
    return {
      inputs: inputs.map((shape) => [...shape]),
      layers,
      feedback: feedback.map((edge) => ({ ...edge })),
      ...named,
    };
  }

  /** Forgets what was fed back, and the state of the layers inside. */
  override reset(): void {
    super.reset();
    for (const memory of this.#memory.values()) memory.reset();
  }

  override detach(): void {
    super.detach();
    for (const memory of this.#memory.values()) memory.detach();
  }

  /**
   * @param inputs one for each shape in `inputs`: [N, ...] in step mode 's', [T, N, ...] in 'm'
   * @throws ShapeError
   */
  forward(...inputs: readonly Tensor[]): Tensor {
    checkSameBackend("Recurrent", ...inputs);
    this.#checkInputs(inputs);
    if (this.stepMode === "s") return this.#step(inputs);
    const steps = Array.from({ length: inputs[0].shape[0] }, (_, t) =>
      this.#step(inputs.map((x) => at(x, t))),
    );
    return stack(steps);
  }

  #step(given: readonly Tensor[]): Tensor {
    const { layers: planned, feedback, joined, output } = this.#plan;
    const [{ shape: [N], backend }] = given; // prettier-ignore
    const inputs = [
      ...given,
      ...joined.map(({ from, shape }) => {
        const whole = [N, ...shape];
        const before = this.#memory.get(from)?.before("Recurrent: what is joined", whole, backend);
        return before ?? Tensor.full(whole, 0, backend);
      }),
    ];
    const values: Tensor[] = [];
    planned.forEach(({ name, inputs: places }, i) => {
      const [first, ...others] = places.map((place) => (place > 0 ? values[place - 1] : inputs[-place]));
      const x = feedback.reduce((sum, { from, to }) => {
        const before = to === i ? this.#before(from, name, sum) : null;
        return before === null ? sum : sum.add(before);
      }, first);
      values.push(this.#layers[i].forward(x, ...others));
    });
    // Handles of their own: what is given out is the caller's.
    for (const [from, memory] of this.#memory) memory.v = values[from];
    return values[output];
  }

  #before(from: number, to: string, like: Tensor): Tensor | null {
    const where = `Recurrent: the feedback to ${to}`;
    return this.#memory.get(from)?.before(where, like.shape, like.backend) ?? null;
  }

  #checkInputs(given: readonly Tensor[]): void {
    const { inputs } = this.#settings;
    const leading = this.stepMode === "m" ? 2 : 1;
    const [first] = given;
    const fits =
      given.length === inputs.length &&
      given.every(
        ({ shape }, i) =>
          shape.length === leading + inputs[i].length &&
          sameShape(shape.slice(leading), inputs[i]) &&
          sameShape(shape.slice(0, leading), first.shape.slice(0, leading)),
      );
    if (fits && (leading === 1 || first.shape[0] > 0)) return;
    const axes = leading === 2 ? ["T", "N"] : ["N"];
    throw new ShapeError(
      `Recurrent: the inputs are ${given.map(({ shape }) => formatShape(shape)).join(", ")}; ` +
        `expected ${inputs.map((shape) => `[${[...axes, ...shape].join(", ")}]`).join(", ")}.`,
    );
  }
}

/** "input" at place 0, "input2" at -1. */
function nameOfInput(place: number): string {
  return place === 0 ? INPUT : `${INPUT}${1 - place}`;
}

export const recurrentKind = addYieldingLayer<RecurrentSettings>("Recurrent", {
  layer: Recurrent,
  schema: recurrentSchema,
  inputs: "any",
  create: (options) => new Recurrent(options),
  outputShape(options, inputs, where) {
    const { inputs: expected } = options;
    if (inputs.length !== expected.length || !inputs.every((shape, i) => sameShape(shape, expected[i]))) {
      throw new ShapeError(
        `${where} gets ${inputs.map(formatShape).join(" and ")}; expected its inputs, ${expected.map(formatShape).join(" and ")}.`,
      );
    }
    const { layers, output } = planRecurrent(where, options);
    return layers[output].shape;
  },
  weights: (options) =>
    planRecurrent("Recurrent", options).layers.reduce(
      (sum, { row, options: own }) => sum + row.weights(own),
      0,
    ),
  operations(options) {
    const { layers, feedback } = planRecurrent("Recurrent", options);
    const shapeAt = (place: number): Shape => (place > 0 ? layers[place - 1].shape : options.inputs[-place]);
    const each = layers.map(({ row, options: own, inputs, shape }) =>
      row.operations(own, inputs.map(shapeAt), shape),
    );
    const back = feedback.reduce((sum, { from }) => sum + sizeOf(layers[from].shape), 0);
    return {
      macs: each.reduce((sum, { macs }) => sum + macs, 0),
      adds: each.reduce((sum, { adds }) => sum + adds, back),
    };
  },
  options: (layer) => (layer as Recurrent).presentOptions(),
});
