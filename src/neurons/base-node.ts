/** What all spiking neurons share: state between steps, step modes, reset and detach, backends, what they say of themselves. */

import { gradEnabled } from "../autograd/grad-mode.js";
import { checkInteger, checkOneOf } from "../checks.js";
import { ShapeError, StateError } from "../errors.js";
import { Module } from "../module/module.js";
import type { Parameter } from "../module/parameter.js";
import { ArgumentPlace, type Place } from "../schema/place.js";
import { readOptions } from "../schema/schema.js";
import { checkSameBackend } from "../tensor/same-backend.js";
import { countNonZero } from "../ops/reduce.js";
import { at, repeat, stack } from "../ops/slice.js";
import { formatShape, type Shape } from "../shapes.js";
import { sigmoidSurrogate } from "../surrogates/sigmoid.js";
import type { Surrogate } from "../surrogates/surrogate.js";
import { keep } from "../tensor/scope.js";
import { Tensor } from "../tensor/tensor.js";
import type { Unrolled } from "./unrolled.js";
import { kindOfClass } from "./known-classes.js";
import { Membrane } from "./membrane.js";
import { baseNodeSchema, steepness, type BaseNodeOptions, type NodeBackend } from "./node-options.js";
import type { NeuronObserver } from "./observation.js";
import type { PooledFiring } from "./pooled-firing.js";
import { checkSpikeCount, type SpikeCount } from "./spike-count.js";
import type { NeuronTraits } from "./traits.js";

export type { BaseNodeOptions, NodeBackend } from "./node-options.js";

const { fields } = baseNodeSchema;

export abstract class BaseNode extends Module {
  #vReset: number | null;
  #detachReset: boolean;
  #storesVSeq: boolean;
  #spikeCount: SpikeCount | null = null;
  #surrogateFunction: Surrogate;
  #backend: NodeBackend;
  #membrane: Membrane;
  #vSeq: Tensor | null = null;
  #observers: readonly { readonly observer: NeuronObserver }[] = [];

  /** @throws TypeError, RangeError for values that make no neuron; a subclass may hand up more than is read here */
  protected constructor(options: BaseNodeOptions) {
    super();
    const { vReset, surrogateFunction, detachReset, stepMode, backend, storeVSeq } = options;
    const given = { vReset, surrogateFunction, detachReset, stepMode, backend, storeVSeq };
    const settings = readOptions(new.target.name, given, baseNodeSchema);
    this.#vReset = settings.vReset === null ? null : Math.fround(settings.vReset);
    this.#surrogateFunction = settings.surrogateFunction;
    this.#detachReset = settings.detachReset;
    this.#storesVSeq = settings.storeVSeq;
    this.#membrane = new Membrane(this.#vReset ?? 0);
    const isSigmoid = this.#surrogateFunction.sigmoidAlpha !== undefined;
    this.#backend = settings.backend ?? (isSigmoid ? "fused" : "eager");
    super.stepMode = settings.stepMode;
  }

  /**
   * What others may rely on. A class states it by overriding ownTraits; one that does not inherits no claims: its kind is its
   * name, and it is no staircase.
   */
  get traits(): NeuronTraits {
    const { ownTraits } = this;
    const isStated = [this, Object.getPrototypeOf(this) as object].some((each) =>
      Object.hasOwn(each, "ownTraits"),
    );
    if (isStated) return ownTraits;
    return { ...ownTraits, kind: kindOfClass(this.constructor) ?? this.constructor.name, staircase: false };
  }

  /** The traits of exactly this class. */
  protected get ownTraits(): NeuronTraits {
    return { kind: "", spikeHeight: "one", threshold: "fixed", staircase: false };
  }

  /** What the output is where the neuron fires: theta, or 1. */
  get spikeHeight(): number {
    return this.traits.spikeHeight === "theta" ? this.theta : 1;
  }

  /** One number per layer that says when a neuron fires; the mean where there are several. */
  abstract get theta(): number;

  /** The parameter that theta is, where it is learned: to be overridden by a class whose traits say so. */
  get learnedThreshold(): Parameter | null {
    return null;
  }

  /** u: the potential once x was taken in and before the neuron fires, elementwise. v is the potential before. */
  abstract charged(x: Tensor, v: Tensor): Tensor;

  /** The potential that it begins with; of several, their mean. */
  get rest(): number {
    return this.vReset ?? 0;
  }

  /** As charged(), at all time steps from rest: of what came in, and of the potential after each step, [T, N, ...] both. */
  chargedFromRest(x: Tensor, after: Tensor): Tensor {
    const before = Tensor.full(x.shape, this.rest, x.backend);
    const step = x.size / x.shape[0];
    before.data.set(after.data.subarray(0, x.size - step), step);
    return this.charged(x, before);
  }

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

  /** null: soft reset, v = u - z theta. A number: hard reset to it, which is also where v starts. */
  get vReset(): number | null {
    return this.#vReset;
  }

  /** For classes whose equations know both. */
  protected changeReset(vReset: number | null): void {
    this.#vReset = vReset === null ? null : Math.fround(vReset);
    this.#membrane.rest = this.#vReset ?? 0;
  }

  /** true: no gradient flows through the spike into the reset. */
  get detachReset(): boolean {
    return this.#detachReset;
  }

  /** @throws TypeError unless true or false */
  set detachReset(detach: boolean) {
    this.#detachReset = fields.detachReset.type.read(detach, this.optionPlace().at("detachReset"));
  }

  /** true: vSeq holds v after every time step of the last multi-step forward. */
  get storeVSeq(): boolean {
    return this.#storesVSeq;
  }

  /** @throws TypeError unless true or false */
  set storeVSeq(store: boolean) {
    this.#storesVSeq = fields.storeVSeq.type.read(store, this.optionPlace().at("storeVSeq"));
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
    const place = this.optionPlace().at("surrogateFunction");
    this.#surrogateFunction = fields.surrogateFunction.type.read(surrogate, place);
  }

  /** Steepness of the sigmoid surrogate, rounded to float32; null with another surrogate. */
  get alpha(): number | null {
    return this.#surrogateFunction.sigmoidAlpha ?? null;
  }

  /** Makes the sigmoid of this steepness the surrogate. @throws TypeError, RangeError unless > 0 */
  set alpha(alpha: number) {
    this.#surrogateFunction = sigmoidSurrogate(steepness.read(alpha, this.optionPlace().at("alpha")));
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
      return this.#finish(next, x, next.v);
    }
    if (x.rank < 1 || x.shape[0] === 0) {
      throw new ShapeError(
        `${where}: x is ${formatShape(x.shape)} in step mode 'm'; expected [T, N, ...] with T of at least 1.`,
      );
    }
    const v = this.#membrane.before(where, x.shape.slice(1), x.backend);
    const { next, vSeq } = this.#backend === "eager" ? this.#loop(x, v) : this.#fused(x, v);
    return this.#finish(next, x, vSeq);
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
    const vSeq = this.#wantsVSeq ? Tensor.empty([T, ...x.shape], x.backend) : null;
    const next = this.unrollStill(x, T, v, vSeq);
    this.#storeVSeq(vSeq);
    return this.#finish(next, this.#observers.length > 0 ? repeat(x.detach(), T) : x, vSeq);
  }

  /**
   * Whether nothing but the output of all steps is asked of the layer, now and in backward: then its kernel may take its
   * neighbours along.
   */
  protected get isFusable(): boolean {
    if (gradEnabled() || this.stepMode !== "m" || this.#backend !== "fused") return false;
    if (this.storeVSeq || this.#spikeCount !== null || this.#observers.length > 0) return false;
    return this.surrogateFunction.sigmoidAlpha !== undefined;
  }

  /** Whether firePooled() may take the place of forward() for so many channels. */
  isPoolable(_channels: number): boolean {
    return false;
  }

  /**
   * Evaluation together with the layers around, in step mode 'm': the neuron keeps its state, `kernel` says how the spikes
   * come about.
   *
   * @param x what goes into the kernel
   * @param input shape of the neuron's own input [T, N, ..., C], which is never made
   * @param pooled shape of the output [T, N, ..., C]
   * @throws as forward; StateError unless it isPoolable()
   */
  firePooled(_x: Tensor, _input: Shape, _pooled: Shape, _kernel: PooledFiring): Tensor {
    throw new StateError(
      `${this.constructor.name}: its kernel does not pool; expected a neuron that isPoolable(). Use forward().`,
    );
  }

  /** Tells of every forward() until what is returned is called; observing() calls it. */
  observe(observer: NeuronObserver): () => void {
    const entry = { observer };
    this.#observers = [...this.#observers, entry];
    return () => {
      this.#observers = this.#observers.filter((each) => each !== entry);
    };
  }

  /** As forward(), of an output that `unroll` makes of the state. @throws as forward */
  protected forwardFused(x: Tensor, shape: Shape, unroll: (v: Tensor | null) => Unrolled): Tensor {
    const where = this.constructor.name;
    checkSameBackend(where, x);
    checkOneOf(`${where}: backend`, this.#backend, this.supportedBackends);
    const next = unroll(this.#membrane.before(where, shape, x.backend));
    this.#storeVSeq(null);
    return this.#finish(next, x, null);
  }

  #single(x: Tensor, v: Tensor | null): Unrolled {
    const next = this.unroll(x.reshape([1, ...x.shape]), v, null);
    return { y: next.y.reshape(x.shape), v: next.v };
  }

  #fused(x: Tensor, v: Tensor | null): { next: Unrolled; vSeq: Tensor | null } {
    const vSeq = this.#wantsVSeq ? Tensor.empty(x.shape, x.backend) : null;
    const next = this.unroll(x, v, vSeq);
    this.#storeVSeq(vSeq);
    return { next, vSeq };
  }

  #loop(x: Tensor, start: Tensor | null): { next: Unrolled; vSeq: Tensor | null } {
    const [ys, vs]: Tensor[][] = [[], []];
    let v = start;
    for (let t = 0; t < x.shape[0]; t++) {
      const next = this.step(at(x, t), v);
      ys.push(next.y);
      vs.push(next.v);
      v = next.v;
    }
    const vSeq = this.#wantsVSeq ? stack(vs.map((each) => each.detach())) : null;
    this.#storeVSeq(vSeq);
    return { next: { y: stack(ys), v: vs[vs.length - 1] }, vSeq };
  }

  /** @param potential after every step of x, if it is at hand */
  #finish({ y, v }: Unrolled, x: Tensor, potential: Tensor | null): Tensor {
    this.#membrane.replace(v);
    if (this.spikeCount !== null) {
      this.spikeCount.spikes += countNonZero(y);
      this.spikeCount.opportunities += y.size;
    }
    for (const { observer } of this.#observers) {
      const shown = observer.potentials === true ? (potential?.detach() ?? null) : null;
      observer.seen({ input: x, output: y, potential: shown });
    }
    return y;
  }

  get #wantsVSeq(): boolean {
    return this.storeVSeq || this.#observers.some(({ observer }) => observer.potentials === true);
  }

  /** Keeps it if the layer is to; what an observer alone asked for goes with its scope. */
  #storeVSeq(vSeq: Tensor | null): void {
    this.#vSeq?.dispose();
    this.#vSeq = vSeq === null || !this.storeVSeq ? null : keep(vSeq);
  }

  /** What every neuron has, for the options that make it again. @throws TypeError for a surrogate that no option names */
  protected sharedOptions(): Required<Pick<BaseNodeOptions, "detachReset" | "backend" | "storeVSeq">> & {
    alpha: number;
  } {
    const { alpha, detachReset, backend, storeVSeq } = this;
    if (alpha === null) {
      throw new TypeError(
        `${this.constructor.name}: surrogateFunction is a function that no option names, so that it cannot be described as data; expected the sigmoid. Set alpha to have it, or build in code and use stateDict().`,
      );
    }
    return { alpha, detachReset, backend, storeVSeq };
  }

  /** Where options stand that are set on a neuron that exists. */
  protected optionPlace(): Place {
    return new ArgumentPlace(this.constructor.name);
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
