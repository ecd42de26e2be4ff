/**
 * What the spiking neurons of NIR share: forward Euler with the step dt, arrays of numbers, firing and reset.
 *
 *   u = the potential once x was taken in                the class says how
 *   z = [u > theta], or [u >= theta]
 *   hard reset   v = (1 - z) u + z v_reset;   subtract   v = u - z theta
 *
 * v begins at 0, or at v_reset. y = z. The arrays broadcast against a sample: x, y, v [N, ...], channels last.
 *
 * @source J. E. Pedersen et al., "Neuromorphic intermediate representation", Nature Communications 15, 2024
 */

import { StateError } from "../../errors.js";
import { BaseNode, type NodeBackend } from "../../neurons/base-node.js";
import { detachResetField, stepModeField, storeVSeqField } from "../../neurons/node-options.js";
import { meanOf } from "../../neurons/threshold.js";
import type { NeuronTraits } from "../../neurons/traits.js";
import type { Unrolled } from "../../neurons/unrolled.js";
import type { StepMode } from "../../module/module.js";
import type { Parameter } from "../../module/parameter.js";
import { withDefault, type Fields } from "../../schema/schema.js";
import { flag, float32, oneOf } from "../../schema/value-types.js";
import type { Shape } from "../../shapes.js";
import { Tensor } from "../../tensor/tensor.js";
import { fireAt, type Compare } from "../firing.js";
import {
  surrogateFields,
  surrogateOf,
  surrogateOptions,
  type NamedSurrogateOptions,
} from "../named-surrogate.js";
import {
  asLearned,
  checkArrayShape,
  holdArrays,
  learnField,
  shapeField,
  type ArrayOptions,
  type NumberArray,
} from "../neuron-arrays.js";

/** An array of a class; of which shape and whether it is learned, the options say. */
export type OwnArray = Omit<NumberArray, "shape" | "isLearned">;

/** @typeParam K names of the arrays */
export interface EulerNodeOptions<K extends string> extends ArrayOptions<K>, NamedSurrogateOptions {
  /** What the arrays v_threshold and v_reset begin as (defaults 1 and 0). */
  vThreshold?: number;
  vReset?: number;
  /** Length of a time step, in the unit of the time constants (default 1), > 0. */
  dt?: number;
  /** 'hard' (default): v is set to v_reset. 'subtract': the threshold is subtracted. */
  reset?: "hard" | "subtract";
  /** Whether v begins at v_reset (default false: at 0). */
  startAtReset?: boolean;
  /** '>' (default) or '>=': whether a potential at the threshold fires. */
  compare?: Compare;
  /** true: no gradient flows through the spike into the reset (default false). */
  detachReset?: boolean;
  /** 's' (default): x is one time step. 'm': x is [T, N, ...]. */
  stepMode?: StepMode;
  /** Default false. */
  storeVSeq?: boolean;
}

export type EulerNodeSettings<K extends string> = Required<EulerNodeOptions<K>>;

/** What an array may begin as; a time constant above 0. */
export const arrayValue = float32();
export const positiveValue = float32({ above: 0 });

export function eulerNodeFields<K extends string>(names: readonly K[]): Fields<EulerNodeSettings<K>> {
  const fields: Fields<EulerNodeSettings<string>> = {
    vThreshold: withDefault(arrayValue, 1, "What the thresholds begin as."),
    vReset: withDefault(arrayValue, 0, "What the potentials after a hard reset begin as."),
    dt: withDefault(positiveValue, 1, "Length of a time step, in the unit of the time constants."),
    reset: withDefault(
      oneOf(["hard", "subtract"]),
      "hard",
      "Whether a spike sets the potential, or subtracts the threshold.",
    ),
    startAtReset: withDefault(flag, false, "Whether the potential begins where a hard reset sets it to."),
    compare: withDefault(
      oneOf([">", ">="]),
      ">",
      "Whether a potential at the threshold fires (>=), or only one above it (>).",
    ),
    ...surrogateFields("sigmoid", 4),
    shape: shapeField,
    learn: learnField<string>(names),
    detachReset: detachResetField,
    stepMode: stepModeField,
    storeVSeq: storeVSeqField,
  };
  return fields as unknown as Fields<EulerNodeSettings<K>>;
}

/** The arrays that all of them have; they come last. */
export type FiringArray = "v_threshold" | "v_reset";

export const firingArrays: readonly FiringArray[] = ["v_threshold", "v_reset"];

export abstract class EulerNode<K extends string> extends BaseNode {
  readonly #settings: EulerNodeSettings<K>;
  readonly #arrays: Readonly<Record<K | FiringArray, Tensor>>;

  /**
   * @param settings as the schema of the class has read them
   * @param own the arrays of the class, before those of firing
   * @param threshold what is asked of v_threshold
   */
  protected constructor(
    settings: EulerNodeSettings<K>,
    own: Readonly<Record<Exclude<K, FiringArray>, OwnArray>>,
    threshold: Partial<OwnArray> = {},
  ) {
    const { detachReset, stepMode, storeVSeq } = settings;
    const surrogateFunction = surrogateOf(settings);
    super({ vReset: null, surrogateFunction, detachReset, stepMode, backend: "eager", storeVSeq });
    this.#settings = settings;
    const { shape, learn, vThreshold, vReset } = settings;
    const values: Record<string, OwnArray> = {
      ...own,
      v_threshold: { value: vThreshold, ...threshold },
      v_reset: { value: vReset },
    };
    const arrays = Object.entries(values).map(([name, array]): [string, NumberArray] => {
      return [name, { ...array, shape, isLearned: (learn as readonly string[]).includes(name) }];
    });
    this.#arrays = holdArrays(
      {
        parameter: (name, parameter, options) => this.registerParameter(name, parameter, options),
        buffer: (name, buffer, options) => this.registerBuffer(name, buffer, options),
      },
      Object.fromEntries(arrays) as Record<K | FiringArray, NumberArray>,
    );
  }

  protected override get ownTraits(): NeuronTraits {
    const isLearned = (this.#settings.learn as readonly string[]).includes("v_threshold");
    const threshold = isLearned ? "learned" : "fixed";
    return { kind: this.constructor.name, spikeHeight: "one", threshold, staircase: false };
  }

  /** The arrays by their names in the state dict, each of the shape `shape`. */
  get arrays(): Readonly<Record<K | FiringArray, Tensor>> {
    return this.#arrays;
  }

  /** Length of a time step, in the unit of the time constants. */
  get dt(): number {
    return this.#settings.dt;
  }

  get compare(): Compare {
    return this.#settings.compare;
  }

  get resetMechanism(): "hard" | "subtract" {
    return this.#settings.reset;
  }

  get startAtReset(): boolean {
    return this.#settings.startAtReset;
  }

  override get supportedBackends(): readonly NodeBackend[] {
    return ["eager"];
  }

  /** The threshold, or the mean of several. */
  override get theta(): number {
    return meanOf(this.#arrays.v_threshold);
  }

  override get learnedThreshold(): Parameter | null {
    return asLearned(this.#arrays.v_threshold);
  }

  /** Of a hard reset, the potential after it, or the mean of several; null where the threshold is subtracted. */
  override get vReset(): number | null {
    return this.#settings.reset === "hard" ? meanOf(this.#arrays.v_reset) : null;
  }

  override get rest(): number {
    return this.#settings.startAtReset ? meanOf(this.#arrays.v_reset) : 0;
  }

  /** The options that make it again; the arrays are in its state dict. @throws TypeError for a surrogate that no option names */
  presentOptions(): EulerNodeOptions<K> {
    const { stepMode: _, shape, learn, ...settings } = this.#settings;
    const { detachReset, storeVSeq } = this;
    const surrogate = surrogateOptions(this.constructor.name, this.surrogateFunction);
    return { ...settings, ...surrogate, shape: [...shape], learn: [...learn], detachReset, storeVSeq };
  }

  override chargedFromRest(x: Tensor, after: Tensor): Tensor {
    return this.charged(x, this.potentialsBefore(x, after));
  }

  /** What each time step begins with, of what each has left [T, N, ...]. */
  protected potentialsBefore(x: Tensor, after: Tensor): Tensor {
    const [first, ...sample] = x.shape;
    const start = this.start(sample, x);
    const before = Tensor.empty(x.shape, x.backend);
    before.data.set(start.data);
    before.data.set(after.data.subarray(0, after.size - after.size / first), start.size);
    return before;
  }

  /** The potential that it begins with. */
  protected start(shape: Shape, like: Tensor): Tensor {
    const zeros = Tensor.full(shape, 0, like.backend);
    return this.#settings.startAtReset ? zeros.add(this.#arrays.v_reset) : zeros;
  }

  protected override step(x: Tensor, v: Tensor | null): Unrolled {
    checkArrayShape(this.constructor.name, this.#settings.shape, x.shape.slice(1));
    return this.fired(this.charged(x, v ?? this.start(x.shape, x)));
  }

  /** Fires and resets. */
  protected fired(u: Tensor): Unrolled {
    const { v_threshold: theta, v_reset: vReset } = this.#arrays;
    const y = fireAt(this.surrogateFunction, u.sub(theta), this.#settings.compare);
    const z = this.detachReset ? y.detach() : y;
    if (this.#settings.reset === "subtract") return { y, v: u.sub(z.mul(theta)) };
    return { y, v: z.neg().add(1).mul(u).add(z.mul(vReset)) };
  }

  protected override unroll(): Unrolled {
    throw new StateError(`${this.constructor.name}: it has no kernel; expected backend = 'eager'.`);
  }
}
