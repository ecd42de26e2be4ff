/**
 * A ReLU of a few bits whose step s is learned: what a spiking neuron is compared with. It has no state and no time; a network
 * of it shows its input for one time step.
 *
 *   y = s round(clamp(x / s, 0, 2^bits - 1)), halves to even
 *
 * Its gradients, for x and for s, are those of LSQ (learned-step.ts), with n the values of all time steps.
 *
 * @source S. K. Esser et al., "Learned Step Size Quantization", ICLR 2020
 */

import type { StepMode } from "../module/module.js";
import { Parameter } from "../module/parameter.js";
import { BaseNode, type NodeBackend } from "../neurons/base-node.js";
import type { NeuronRow } from "../neurons/neuron-row.js";
import { addNeuron } from "../neurons/table.js";
import type { NeuronTraits } from "../neurons/traits.js";
import type { Unrolled } from "../neurons/unrolled.js";
import { optional, readOptions, withDefault, type Schema } from "../schema/schema.js";
import { float32, whole } from "../schema/value-types.js";
import { sigmoidSurrogate } from "../surrogates/sigmoid.js";
import { Tensor } from "../tensor/tensor.js";
import { LearnedStep } from "./learned-step.js";

export interface QuantReLUOptions {
  /** 1 to 8 (default 2): it gives 2^bits values, 0 among them. */
  bits?: number;
  /** The step before training, above 0 (default 1.6 / sqrt(2^bits - 1)). */
  initialStep?: number;
}

type QuantReLUSettings = Required<Pick<QuantReLUOptions, "bits">> & Pick<QuantReLUOptions, "initialStep">;

/** 2 E|x| of a standard normal x, as behind batch normalisation: what LSQ would measure. */
const TWICE_MEAN_SIZE = 1.6;

/** The optimizer keeps the step at or above this. */
const LEAST_STEP = 1e-6;

const schema: Schema<QuantReLUSettings> = {
  fields: {
    bits: withDefault(whole(1, 8), 2, "1 to 8: it gives 2^bits values, 0 among them."),
    initialStep: optional(
      float32({ from: LEAST_STEP }),
      "The step between two values before training. 1.6 / sqrt(2^bits - 1) if it is left out, LSQ's for inputs of variance 1.",
    ),
  },
};

export class QuantReLU extends BaseNode {
  readonly #step: Parameter;
  readonly #given: QuantReLUSettings;

  /** @throws TypeError, RangeError */
  constructor(options: QuantReLUOptions & { stepMode?: StepMode } = {}) {
    const { stepMode = "s", ...given } = options;
    const settings = readOptions(new.target.name, given, schema);
    super({ vReset: null, surrogateFunction: sigmoidSurrogate(1), stepMode });
    this.#given = settings;
    const { initialStep = TWICE_MEAN_SIZE / Math.sqrt(this.high) } = settings;
    const step = new Parameter(Tensor.full([1], initialStep), { decays: false, minimum: LEAST_STEP });
    this.#step = this.registerParameter("step", step, {
      check: (name, values) => void float32({ above: 0 }).read(values[0], this.optionPlace().at(name)),
    });
  }

  protected override get ownTraits(): NeuronTraits {
    return {
      kind: "QuantReLU",
      spikeHeight: "theta",
      threshold: "learned",
      staircase: false,
      isGraded: true,
    };
  }

  get bits(): number {
    return this.#given.bits;
  }

  /** Of its values in steps, the largest. */
  get high(): number {
    return 2 ** this.bits - 1;
  }

  /** The step s. */
  get theta(): number {
    return this.#step.item();
  }

  override get learnedThreshold(): Parameter {
    return this.#step;
  }

  get supportedBackends(): readonly NodeBackend[] {
    return ["fused"];
  }

  presentOptions(): QuantReLUOptions {
    return { ...this.#given };
  }

  charged(x: Tensor, _v: Tensor): Tensor {
    return x;
  }

  protected step(x: Tensor): Unrolled {
    return this.#quantized(x, x.shape);
  }

  /** Nothing goes from one time step to the next. */
  protected unroll(x: Tensor): Unrolled {
    return this.#quantized(x, x.shape.slice(1));
  }

  #quantized(x: Tensor, state: readonly number[]): Unrolled {
    const { high } = this;
    const gradientScale = 1 / Math.sqrt(high * Math.max(1, x.size));
    const y = LearnedStep.apply(x, this.#step, { low: 0, high, gradientScale });
    return { y, v: Tensor.full(state, 0, x.backend) };
  }
}

declare module "../neurons/table.js" {
  interface NeuronParams {
    QuantReLU: QuantReLUOptions;
  }
}

const quantReluRow: NeuronRow<QuantReLUOptions, QuantReLU, QuantReLUSettings> = {
  summary: "no neuron: a ReLU of a few bits with a learned step, to compare with, in one time step",
  classes: [QuantReLU],
  isDerived: true,
  schema,
  create: (options, stepMode) => new QuantReLU({ ...options, stepMode }),
  options: (neuron) => neuron.presentOptions(),
};

export const quantReluKind = addNeuron("QuantReLU", quantReluRow);
