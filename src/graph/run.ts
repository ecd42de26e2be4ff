/** Computes a network layer by layer, in one call or over T showings of a still input. */

import { checkInteger } from "../checks.js";
import { Add } from "../layers/add.js";
import { Dropout } from "../layers/dropout.js";
import { isExactly, isPlain } from "../layers/plain-layer.js";
import { StatelessLayer } from "../layers/stateless-layer.js";
import type { Module, StepMode } from "../module/module.js";
import { BaseNode } from "../neurons/base-node.js";
import { repeat } from "../ops/slice.js";
import type { Tensor } from "../tensor/tensor.js";
import { canRunStill, planStages, runStage, type Stage, type Step } from "./stages.js";

export type { Step } from "./stages.js";

/** An input of fewer elements, all time steps together, is repeated: to run its layers once would save nothing. */
const LEAST_STILL_ELEMENTS = 1 << 14;

/** By place: 0 is the network's input, i the output of step i - 1. */
type Values = (Tensor | undefined)[];

/** A network that can be run. What may run as one kernel is found once, when it is made. */
export class Runner {
  readonly #steps: readonly Step[];
  readonly #stages: readonly (readonly Stage[])[];

  /** @param steps in an order in which they can be computed; the last one is the output */
  constructor(steps: readonly Step[]) {
    this.#steps = steps;
    this.#stages = planStages(steps);
  }

  /**
   * One call of the network.
   *
   * @param x [N, ...] where the layers are in step mode 's', [T, N, ...] in 'm'
   */
  forward(x: Tensor): Tensor {
    return this.#compute([x], [], 0);
  }

  /**
   * Shows x at T time steps and adds up the outputs. Layers without a neuron upstream give the same at every step: they
   * run once, and their gradients are added up over time before they go back through them.
   *
   * @param x [N, ...]
   * @param stepMode of the layers
   * @returns the sum over time of the outputs [N, ...]
   * @throws ShapeError, RangeError as the layers
   */
  sumOverTime(x: Tensor, T: number, stepMode: StepMode): Tensor {
    checkInteger("sumOverTime: T", T, 1);
    const once = T * x.size >= LEAST_STILL_ELEMENTS;
    const still = once ? this.#still(x, T) : [x];
    if (stepMode === "m") {
      const sequence = once ? this.#compute([], still, T) : this.#compute([repeat(x, T)], [], T);
      return sequence.sum(0);
    }
    let total = this.#compute([...still], [], 0);
    for (let t = 1; t < T; t++) total = total.add(this.#compute([...still], [], 0));
    return total;
  }

  /** What is the same at all T time steps: x, and the outputs [N, ...] of layers without a neuron upstream. */
  #still(x: Tensor, T: number): Values {
    const still: Values = [x];
    this.#steps.forEach(({ layer, inputs }, i) => {
      const from = inputs.flatMap((place) => still[place] ?? []);
      if (from.length < inputs.length) return;
      if (this.#stages[i].some((stage) => canRunStill(stage, from[0]))) return;
      if (isPlain(layer, StatelessLayer) || isPlain(layer, Dropout))
        still[i + 1] = layer.applyStill(from[0], T);
      else if (isExactly(layer, Add)) still[i + 1] = layer.forward(from[0], ...from.slice(1));
    });
    return still;
  }

  /**
   * Computes the output and what it needs.
   *
   * @param values known before; what is computed joins them
   * @param still [N, ...] each, the same at all T time steps, while values are [T, N, ...]
   */
  #compute(values: Values, still: Values, T: number): Tensor {
    const steps = this.#steps;
    const isDone = steps.map((_, i) => (values[i + 1] ?? still[i + 1]) !== undefined);
    const moving = (place: number): Tensor => (values[place] ??= repeat(still[place] as Tensor, T));
    steps.forEach(({ layer, inputs }, i) => {
      if (isDone[i]) return;
      const held = inputs.length === 1 && values[inputs[0]] === undefined ? still[inputs[0]] : undefined;
      const stage = this.#runStages(i, held ?? moving(inputs[0]), held === undefined ? null : T);
      if (stage !== null) {
        for (const step of stage.steps) isDone[step] = true;
        values[stage.steps[stage.steps.length - 1] + 1] = stage.y;
      } else if (held !== undefined && isPlain(layer, BaseNode)) {
        values[i + 1] = layer.forwardStill(held, T);
      } else {
        const [first, ...others] = inputs.map(moving);
        values[i + 1] = layer.forward(first, ...others);
      }
    });
    return moving(steps.length);
  }

  /** The first stage from step i on that runs on x, and its output. */
  #runStages(i: number, x: Tensor, still: number | null): { steps: readonly number[]; y: Tensor } | null {
    for (const stage of this.#stages[i]) {
      const y = runStage(stage, x, still);
      if (y !== null) return { steps: stage.steps, y };
    }
    return null;
  }
}

/** Layers one after another. */
export function chain(layers: readonly Module[]): Step[] {
  return layers.map((layer, i) => ({ layer, inputs: [i] }));
}
