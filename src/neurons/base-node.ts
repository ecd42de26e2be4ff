/** What all spiking neurons share: state between steps, step modes, reset and detach, backends. */

import { gradEnabled } from "../autograd/grad-mode.js";
import { checkBoolean, checkInteger, checkOneOf } from "../checks.js";
import { show } from "../show.js";
import { ShapeError, StateError } from "../errors.js";
import { Module, type StepMode } from "../module/module.js";
import { checkSameBackend } from "../tensor/same-backend.js";
import { countNonZero } from "../ops/reduce.js";
import { at, repeat, stack } from "../ops/slice.js";
import { formatShape, type Shape } from "../shapes.js";
import type { Surrogate } from "../surrogates/surrogate.js";
import { keep } from "../tensor/scope.js";
import { Tensor } from "../tensor/tensor.js";
import type { Unrolled } from "./unrolled.js";
import { Membrane } from "./membrane.js";
import { checkSpikeCount, type SpikeCount } from "./spike-count.js";

/**
 * How a neuron computes. 'fused': one kernel for the whole time loop. 'eager': tensor operations step by step,
 * for surrogates that the kernels do not know and as a check.
 */
export type NodeBackend = "fused" | "eager";

export interface BaseNodeOptions {
  vReset: number | null;
  surrogateFunction: Surrogate;
  detachReset?: boolean;
  stepMode?: StepMode;
  backend?: NodeBackend;
  storeVSeq?: boolean;
}

export abstract class BaseNode extends Module {
  /** null: soft reset, v = u - z theta. A number: hard reset to it. */
  readonly vReset: number | null;
  #detachReset: boolean;
  #storesVSeq: boolean;
  #spikeCount: SpikeCount | null = null;
  #surrogateFunction: Surrogate;
  #backend: NodeBackend;
  #membrane: Membrane;
  #vSeq: Tensor | null = null;

  protected constructor(options: BaseNodeOptions) {
    super();
    this.vReset = options.vReset;
    this.#surrogateFunction = this.#checkSurrogate(options.surrogateFunction);
    const where = this.constructor.name;
    this.#detachReset = checkBoolean(`${where}: detachReset`, options.detachReset ?? false);
    this.#storesVSeq = checkBoolean(`${where}: storeVSeq`, options.storeVSeq ?? false);
    this.#membrane = new Membrane(options.vReset ?? 0);
    this.#backend =
      options.backend ?? (options.surrogateFunction.sigmoidAlpha === undefined ? "eager" : "fused");
    checkOneOf(`${where}: backend`, this.#backend, ["fused", "eager"]);
    super.stepMode = options.stepMode ?? "s";
  }

  /** One number per layer that says when a neuron fires. */
  abstract get theta(): number;

  /** u: the potential once x was taken in and before the neuron fires, elementwise. v is the potential before. */
  abstract charged(x: Tensor, v: Tensor): Tensor;

  /** One time step from tensor operations. v null: at rest at 0. */
  protected abstract step(x: Tensor, v: Tensor | null): Unrolled;

  /** All time steps in one kernel. */
  protected abstract unroll(x: Tensor, v: Tensor | null, vSeq: Tensor | null): Unrolled;

  /** As unroll() of x repeated T times. Neurons whose kernel can show it the same x again do not repeat it. */
  protected unrollStill(x: Tensor, T: number, v: Tensor | null, vSeq: Tensor | null): Unrolled {
    return this.unroll(repeat(x, T), v, vSeq);
  }

  /** The backends that work in the present step mode. @throws RangeError if there is none */
  abstract get supportedBackends(): readonly NodeBackend[];

  /** true: no gradient flows through the spike into the reset. */
  get detachReset(): boolean {
    return this.#detachReset;
  }

  /** @throws TypeError unless true or false */
  set detachReset(detach: boolean) {
    this.#detachReset = checkBoolean(`${this.constructor.name}: detachReset`, detach);
  }

  /** true: vSeq holds v after every time step of the last multi-step forward. */
  get storeVSeq(): boolean {
    return this.#storesVSeq;
  }

  /** @throws TypeError unless true or false */
  set storeVSeq(store: boolean) {
    this.#storesVSeq = checkBoolean(`${this.constructor.name}: storeVSeq`, store);
  }

  /** Counts spikes while it is not null; set it to { spikes: 0, opportunities: 0 } to start. */
  get spikeCount(): SpikeCount | null {
    return this.#spikeCount;
  }

  /** @throws TypeError, RangeError unless it is null or holds two counts */
  set spikeCount(count: SpikeCount | null) {
    this.#spikeCount = count === null ? null : checkSpikeCount(this.constructor.name, count);
  }

  /** q = u - theta to z. Another one than the sigmoid needs backend = 'eager'. */
  get surrogateFunction(): Surrogate {
    return this.#surrogateFunction;
  }

  /** @throws TypeError unless it is a function */
  set surrogateFunction(surrogate: Surrogate) {
    this.#surrogateFunction = this.#checkSurrogate(surrogate);
  }

  get backend(): NodeBackend {
    return this.#backend;
  }

  /** @throws RangeError naming the supported ones */
  set backend(backend: NodeBackend) {
    this.#backend = checkOneOf(`${this.constructor.name}: backend`, backend, this.supportedBackends);
  }

  /** The membrane potential [N, ...] after the last step; before the first, [1]. A new handle at every call. */
  get v(): Tensor {
    return this.#membrane.v;
  }

  /** A tensor with one element stands for all neurons of the next input. */
  set v(v: Tensor) {
    this.#membrane.v = v;
  }

  /** v after every step [T, N, ...] of the last multi-step forward, if storeVSeq was set; not differentiable. */
  get vSeq(): Tensor | null {
    return this.#vSeq?.detach() ?? null;
  }

  /** Forgets the state: the next input may have any batch size. The learned parameters stay. */
  override reset(): void {
    this.#membrane.reset();
    this.#storeVSeq(null);
  }

  /** Keeps the state but cuts it from the graph that made it. */
  override detach(): void {
    this.#membrane.detach();
  }

  /**
   * @param x [N, ...] in step mode 's', [T, N, ...] in 'm'
   * @returns the same shape
   * @throws ShapeError if the state is of another shape; RangeError if the backend does not support the mode
   */
  forward(x: Tensor): Tensor {
    const where = this.constructor.name;
    checkSameBackend(where, x);
    checkOneOf(`${where}: backend`, this.#backend, this.supportedBackends);
    if (this.stepMode === "s") {
      const v = this.#membrane.before(where, x.shape, x.backend);
      const next = this.#backend === "eager" ? this.step(x, v) : this.#single(x, v);
      return this.#finish(next);
    }
    if (x.rank < 1 || x.shape[0] === 0) {
      throw new ShapeError(
        `${where}: x is ${formatShape(x.shape)} in step mode 'm'; expected [T, N, ...] with T of at least 1.`,
      );
    }
    const v = this.#membrane.before(where, x.shape.slice(1), x.backend);
    return this.#finish(this.#backend === "eager" ? this.#loop(x, v) : this.#fused(x, v));
  }

  /**
   * As forward() in step mode 'm' of an input that is the same at all T time steps.
   *
   * @param x [N, ...]
   * @returns [T, N, ...]
   * @throws as forward
   */
  forwardStill(x: Tensor, T: number): Tensor {
    const where = this.constructor.name;
    if (this.stepMode !== "m" || this.#backend === "eager") return this.forward(repeat(x, T));
    checkSameBackend(where, x);
    checkInteger(`${where}: T`, T, 1);
    checkOneOf(`${where}: backend`, this.#backend, this.supportedBackends);
    const v = this.#membrane.before(where, x.shape, x.backend);
    const vSeq = this.storeVSeq ? Tensor.empty([T, ...x.shape], x.backend) : null;
    const next = this.unrollStill(x, T, v, vSeq);
    this.#storeVSeq(vSeq);
    return this.#finish(next);
  }

  /**
   * Whether nothing but the output of all steps is asked of the layer, now and in backward: then its kernel may take its
   * neighbours along.
   */
  protected get isFusable(): boolean {
    if (gradEnabled() || this.stepMode !== "m" || this.#backend !== "fused") return false;
    return !this.storeVSeq && this.#spikeCount === null && this.surrogateFunction.sigmoidAlpha !== undefined;
  }

  /** As forward(), of an output that `unroll` makes of the state. @throws as forward */
  protected forwardFused(x: Tensor, shape: Shape, unroll: (v: Tensor | null) => Unrolled): Tensor {
    const where = this.constructor.name;
    checkSameBackend(where, x);
    checkOneOf(`${where}: backend`, this.#backend, this.supportedBackends);
    const next = unroll(this.#membrane.before(where, shape, x.backend));
    this.#storeVSeq(null);
    return this.#finish(next);
  }

  #single(x: Tensor, v: Tensor | null): Unrolled {
    const next = this.unroll(x.reshape([1, ...x.shape]), v, null);
    return { y: next.y.reshape(x.shape), v: next.v };
  }

  #fused(x: Tensor, v: Tensor | null): Unrolled {
    const vSeq = this.storeVSeq ? Tensor.empty(x.shape, x.backend) : null;
    const next = this.unroll(x, v, vSeq);
    this.#storeVSeq(vSeq);
    return next;
  }

  #loop(x: Tensor, start: Tensor | null): Unrolled {
    const [ys, vs]: Tensor[][] = [[], []];
    let v = start;
    for (let t = 0; t < x.shape[0]; t++) {
      const next = this.step(at(x, t), v);
      ys.push(next.y);
      vs.push(next.v);
      v = next.v;
    }
    if (this.storeVSeq) this.#storeVSeq(stack(vs.map((each) => each.detach())));
    return { y: stack(ys), v: vs[vs.length - 1] };
  }

  #finish({ y, v }: Unrolled): Tensor {
    this.#membrane.replace(v);
    if (this.spikeCount !== null) {
      this.spikeCount.spikes += countNonZero(y);
      this.spikeCount.opportunities += y.size;
    }
    return y;
  }

  #checkSurrogate(surrogate: unknown): Surrogate {
    if (typeof surrogate === "function") return surrogate as Surrogate;
    throw new TypeError(
      `${this.constructor.name}: surrogateFunction is ${show(surrogate)}; expected a function of q = u - theta, such as sigmoidSurrogate(1).`,
    );
  }

  #storeVSeq(vSeq: Tensor | null): void {
    this.#vSeq?.dispose();
    this.#vSeq = vSeq === null ? null : keep(vSeq);
  }

  /** The steepness that the fused kernels use. @throws StateError for a surrogate they do not know */
  protected get fusedAlpha(): number {
    const alpha = this.surrogateFunction.sigmoidAlpha;
    if (alpha === undefined) {
      throw new StateError(
        `${this.constructor.name}: the fused kernels know the sigmoid surrogate only; set backend = 'eager' to use another.`,
      );
    }
    return alpha;
  }
}
