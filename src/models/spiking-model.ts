/**
 * What all models share: layers by name, time steps, run, runSequence and stream, and a description from which one is
 * remade. A model of one's own extends this class in one of two ways:
 *
 *   class Mine extends SpikingModel {
 *     constructor() {
 *       super([8, 8, 1], [10], 4, "s");                 // input, classes, time steps T, step mode
 *       this.conv = this.registerChild("conv", new Conv2d(1, 8, 3));
 *       ...
 *     }
 *     override forward(x) { ... }                       // one call: x [N, ...] in 's', [T, N, ...] in 'm'
 *   }
 *
 * or it hands its layers up: super([8, 8, 1], [10], 4, "s", new Sequential({ ... })). Of layers that are known by kind it
 * is trained, inspected and saved; a saved one is loaded as the GraphModel that networkGraph() sees in it.
 */

import { checkInteger } from "../checks.js";
import { ShapeError, StateError } from "../errors.js";
import { Module, type StepMode } from "../module/module.js";
import { BaseNode } from "../neurons/base-node.js";
import {
  checkPreprocessing,
  readPreprocessing,
  type PreprocessingSpec,
  type PreprocessingStep,
} from "../preprocessing/table.js";
import { at, repeat } from "../ops/slice.js";
import { checkSameBackend } from "../tensor/same-backend.js";
import { chain, Runner } from "../graph/run.js";
import { isExactly } from "../layers/plain-layer.js";
import { Sequential } from "../layers/sequential.js";
import { close } from "../schema/fixed.js";
import { formatShape, sameShape, type Shape } from "../shapes.js";
import { scope } from "../tensor/scope.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Architecture } from "./architecture.js";
import { checkModelShapes } from "./model-shapes.js";
import { preparedTensor } from "./prepare-samples.js";
import { withPreprocessing } from "./traced-architecture.js";

type Describe = (model: SpikingModel) => Architecture;

/** Of a class of somebody's own. A page that has none leaves out what looks at the tape: own-model.ts brings it. */
let describeOwn: Describe = (model) => {
  throw new StateError(
    `${model.constructor.name}: nothing here describes a class of one's own; expected one that extends the SpikingModel ` +
      "that this library exports. Import that by its name.",
  );
};

/** @param describe without what is done to samples before the network */
export function describeOwnBy(describe: Describe): void {
  describeOwn = describe;
}

/** run() of more would not end in reasonable time. */
const MAX_TIMESTEPS = 65536;

export abstract class SpikingModel extends Module {
  #timesteps: number;
  /** Channels last, without batch and time: [H, W, C], [S, C] or [F]. */
  readonly inputShape: Shape;
  /** [classes] */
  readonly outputShape: Shape;
  /** Of a chain of layers that was handed up: what runs it. */
  #chain: Runner | null = null;
  #preprocessing: readonly PreprocessingStep[] = [];

  /**
   * @param layers what forward() calls; left out where a class has a forward() of its own
   * @throws TypeError, RangeError for shapes or time steps that make no model
   */
  protected constructor(
    inputShape: Shape,
    outputShape: Shape,
    timesteps: number,
    stepMode: StepMode,
    layers?: Module,
  ) {
    super();
    const where = new.target.name;
    checkModelShapes(where, inputShape, outputShape);
    this.#timesteps = checkTimesteps(where, timesteps);
    this.inputShape = [...inputShape];
    this.outputShape = [...outputShape];
    close<SpikingModel>(this, "inputShape", "outputShape");
    if (layers !== undefined) this.registerChild("layers", layers);
    this.stepMode = stepMode;
  }

  /** What holds the layers: what was handed up or is called "layers", or else the model itself. */
  get layers(): Module {
    return this.children().find(([name]) => name === "layers")?.[1] ?? this;
  }

  /** Time steps T of run(). It may be set: fewer are faster, more resolve finer levels. */
  get timesteps(): number {
    return this.#timesteps;
  }

  /** @throws RangeError unless a whole number from 1 to 65536 */
  set timesteps(timesteps: number) {
    this.#timesteps = checkTimesteps(this.constructor.name, timesteps);
  }

  /**
   * What is done to samples before the network sees them, as plain data: [{ kind: "Normalize", options: { mean, std } }].
   * evaluate(), inspectLayers(), recordActivity(), training and the command line do it, and files keep it; run(),
   * runSequence(), stream() and forward() take numbers that are prepared: run(model.prepare(x)). The Trainer sets it to what
   * its augmentations and data do alike to every sample.
   */
  get preprocessing(): readonly PreprocessingStep[] {
    return this.#preprocessing;
  }

  /** @throws TypeError, RangeError for what is no such list, or does not fit the network's input */
  set preprocessing(steps: readonly PreprocessingSpec[]) {
    const where = this.constructor.name;
    const own = readPreprocessing(where, steps);
    checkPreprocessing(where, own, this.inputShape);
    this.#preprocessing = own;
  }

  /**
   * Samples as data give them, prepared for run() as `preprocessing` says; x itself if that is empty.
   *
   * @param x [N, ...inputShape], or images [N, H, W, C] where the network sees them as sequences
   * @returns [N, ...inputShape], without a gradient
   * @throws ShapeError, RangeError for samples that do not fit the steps
   */
  prepare(x: Tensor): Tensor {
    if (this.#preprocessing.length > 0) checkSameBackend(`${this.constructor.name}.prepare`, x);
    return preparedTensor(this, x);
  }

  /**
   * Plain data from which the model is made again: of a class of one's own, the layers that networkGraph() sees.
   *
   * @throws TypeError for a part that is not known by kind
   */
  get architecture(): Architecture {
    return withPreprocessing(this, describeOwn(this));
  }

  /** One call of the network: x [N, ...] in step mode 's', [T, N, ...] in 'm'. State is kept. */
  forward(x: Tensor): Tensor {
    this.#checkInput("forward", x, this.stepMode === "m" ? 2 : 1);
    return this.network(x);
  }

  /** As forward(), of an input that was checked. */
  protected network(x: Tensor): Tensor {
    const { layers } = this;
    if (layers !== this) return (this.#runner() ?? layers).forward(x);
    throw new StateError(
      `${this.constructor.name}: there is no network; expected a method forward(x) in the class, ` +
        `or layers handed up: super(inputShape, outputShape, timesteps, stepMode, new Sequential(...)).`,
    );
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
    return scope(() => {
      const total = this.#isOwn ? this.#sumOfCalls(x) : this.sumOverTime(x);
      return total.div(this.timesteps);
    });
  }

  /**
   * Classifies inputs that change over time: forgets all state, shows x step by step and averages the outputs.
   *
   * @param xs [T, N, ...inputShape]; T may be another one than that of run()
   * @returns mean outputs [N, classes]; differentiable
   * @throws ShapeError; RangeError if xs is not finite
   */
  runSequence(xs: Tensor): Tensor {
    this.#checkInput("runSequence", xs, 2);
    const [T] = xs.shape;
    if (T === 0)
      throw new ShapeError(
        `${this.constructor.name}.runSequence: xs has no time step; expected at least one.`,
      );
    this.reset();
    return scope(() => {
      if (this.stepMode === "m") return this.#call(xs).sum(0).div(T);
      let total = this.#call(at(xs, 0));
      for (let t = 1; t < T; t++) total = total.add(this.#call(at(xs, t)));
      return total.div(T);
    });
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
    return this.#call(x);
  }

  /** Of a still input that was checked, the sum over T time steps of the outputs [N, classes]. */
  protected sumOverTime(x: Tensor): Tensor {
    return this.#runner()?.sumOverTime(x, this.timesteps, this.stepMode) ?? this.#sumOfCalls(x);
  }

  #sumOfCalls(x: Tensor): Tensor {
    if (this.stepMode === "m") return this.#call(repeat(x, this.timesteps)).sum(0);
    let total = this.#call(x);
    for (let t = 1; t < this.timesteps; t++) total = total.add(this.#call(x));
    return total;
  }

  /** Whether a class has a forward() of its own: it is always called. */
  get #isOwn(): boolean {
    return this.forward !== SpikingModel.prototype.forward;
  }

  #call(x: Tensor): Tensor {
    return this.#isOwn ? this.forward(x) : this.network(x);
  }

  /** Of a chain that was handed up, and of no class of somebody's own. */
  #runner(): Runner | null {
    const { layers } = this;
    if (!isExactly(layers, Sequential)) return null;
    return (this.#chain ??= new Runner(chain(layers.children().map(([, layer]) => layer))));
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
