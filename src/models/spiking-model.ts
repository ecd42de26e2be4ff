/** What all models share: layers by name, time steps, run and stream, and a description from which one is remade. */

import { checkInteger } from "../checks.js";
import { ShapeError } from "../errors.js";
import { Module, type StepMode } from "../module/module.js";
import { BaseNode } from "../neurons/base-node.js";
import { checkSameBackend } from "../tensor/same-backend.js";
import type { Sequential } from "../layers/sequential.js";
import { formatShape, sameShape, type Shape } from "../shapes.js";
import { scope } from "../tensor/scope.js";
import type { Tensor } from "../tensor/tensor.js";

/** Plain data from which a model is made again: what a model file stores beside the weights. */
export interface Architecture {
  readonly kind: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** run() of more would not end in reasonable time. */
const MAX_TIMESTEPS = 65536;

export abstract class SpikingModel extends Module {
  #timesteps: number;
  /** Channels last, without batch and time: [H, W, C], [S, C] or [F]. */
  readonly inputShape: Shape;
  /** [classes] */
  readonly outputShape: Shape;
  readonly layers: Sequential;

  protected constructor(
    inputShape: Shape,
    outputShape: Shape,
    timesteps: number,
    stepMode: StepMode,
    layers: Sequential,
  ) {
    super();
    this.#timesteps = checkTimesteps(this.constructor.name, timesteps);
    this.inputShape = [...inputShape];
    this.outputShape = [...outputShape];
    this.layers = this.registerChild("layers", layers);
    this.stepMode = stepMode;
  }

  /** Time steps T of run(). It may be set: fewer are faster, more resolve finer levels. */
  get timesteps(): number {
    return this.#timesteps;
  }

  /** @throws RangeError unless a whole number from 1 to 65536 */
  set timesteps(timesteps: number) {
    this.#timesteps = checkTimesteps(this.constructor.name, timesteps);
  }

  /** @throws TypeError if an option is no plain data */
  abstract get architecture(): Architecture;

  /** One call of the network: x [N, ...] in step mode 's', [T, N, ...] in 'm'. State is kept. */
  forward(x: Tensor): Tensor {
    this.#checkInput("forward", x, this.stepMode === "m" ? 2 : 1);
    return this.layers.forward(x);
  }

  /**
   * Classifies still inputs: forgets all state, shows x for T time steps and averages the outputs.
   *
   * @param x [N, ...inputShape]
   * @returns mean outputs [N, classes]; differentiable
   * @throws ShapeError; RangeError if x is not finite
   */
  run(x: Tensor): Tensor {
    this.#checkInput("run", x, 1);
    this.reset();
    return scope(() => this.layers.sumOverTime(x, this.timesteps).div(this.timesteps));
  }

  /**
   * Shows one time step and keeps the state, for signals that change over time. Call reset() before a new signal, and
   * wrap it in noGrad() unless you train through it.
   *
   * @param x [N, ...inputShape]
   * @returns outputs of this step [N, classes]
   * @throws ShapeError; RangeError in step mode 'm'
   */
  stream(x: Tensor): Tensor {
    if (this.stepMode !== "s") {
      throw new RangeError(
        `stream: the model is in step mode '${this.stepMode}'; expected 's'. Make it with stepMode: 's', the weights are the same.`,
      );
    }
    this.#checkInput("stream", x, 1);
    return this.layers.forward(x);
  }

  /** The spiking layers with their names in the state dict, in order. */
  spikingLayers(): [string, BaseNode][] {
    return this.namedModules().filter((entry): entry is [string, BaseNode] => entry[1] instanceof BaseNode);
  }

  /** The spiking layers, in order. */
  neurons(): BaseNode[] {
    return this.spikingLayers().map(([, neuron]) => neuron);
  }

  #checkInput(method: string, x: Tensor, leading: number): void {
    const where = `${this.constructor.name}.${method}`;
    checkSameBackend(where, x);
    if (x.rank < leading || !this.acceptsInput(x.shape.slice(leading))) {
      const axes = leading === 2 ? ["T", "N"] : ["N"];
      throw new ShapeError(
        `${where}: x is ${formatShape(x.shape)}; expected [${[...axes, ...this.inputShape].join(", ")}], channels last.` +
          this.#shapeAdvice(x.shape, leading),
      );
    }
    // A neuron does not fire on NaN: without this, the outputs would be finite and wrong.
    const { data } = x;
    for (let i = 0; i < data.length; i++) {
      if (data[i] - data[i] === 0) continue;
      throw new RangeError(
        `${where}: x holds ${data[i]} at element ${i} of ${formatShape(x.shape)}; expected finite numbers. Repair or leave out that sample.`,
      );
    }
  }

  #shapeAdvice(shape: Shape, leading: number): string {
    const [first, ...rest] = shape.slice(leading);
    if (rest.length > 0 && sameShape([...rest, first], this.inputShape)) {
      const axes = shape.map((_, axis) => axis);
      const last = [...axes.slice(0, leading), ...axes.slice(leading + 1), leading];
      return ` Its channels come first: use x.permute(${formatShape(last)}).`;
    }
    if (leading === 1 && sameShape(shape, this.inputShape))
      return ` One sample is a batch too: use x.reshape(${formatShape([1, ...shape])}).`;
    return "";
  }

  protected acceptsInput(shape: Shape): boolean {
    return sameShape(shape, this.inputShape);
  }
}

function checkTimesteps(where: string, timesteps: number): number {
  if (checkInteger(`${where}: timesteps`, timesteps, 1) > MAX_TIMESTEPS) {
    throw new RangeError(
      `${where}: timesteps is ${timesteps}; expected at most ${MAX_TIMESTEPS}. Use stream() for longer signals.`,
    );
  }
  return timesteps;
}
