/** IF: integrate and fire without a leak. The equations are in lif-unroll.ts. */

import { checkFloat32, checkOptions, checkPositive } from "../checks.js";
import { Charge } from "../kernels/contract.js";
import type { StepMode } from "../module/module.js";
import type { Parameter } from "../module/parameter.js";
import { sigmoidSurrogate } from "../surrogates/sigmoid.js";
import type { Surrogate } from "../surrogates/surrogate.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Unrolled } from "./unrolled.js";
import { BaseNode, type NodeBackend } from "./base-node.js";
import { lifCharged, lifStep, lifUnroll } from "./lif-unroll.js";

/** Options of the neurons with a fixed threshold, with the defaults of the reference. */
export interface IFNodeOptions {
  /** Fixed threshold (default 1), > 0. */
  vThreshold?: number;
  /** A number: hard reset to it (default 0). null: soft reset. */
  vReset?: number | null;
  /** Default: the sigmoid with alpha 4. */
  surrogateFunction?: Surrogate;
  /** Default false. */
  detachReset?: boolean;
  /** 's' (default): x is one time step. 'm': x is [T, N, ...]. */
  stepMode?: StepMode;
  backend?: NodeBackend;
  storeVSeq?: boolean;
}

export const ifNodeOptionNames = [
  "vThreshold", "vReset", "surrogateFunction", "detachReset", "stepMode", "backend", "storeVSeq",
] as const; // prettier-ignore

export class IFNode extends BaseNode {
  readonly vThreshold: number;

  constructor(options: IFNodeOptions = {}) {
    const where = new.target.name;
    checkOptions(where, options, ifNodeOptionNames);
    const { vThreshold = 1, vReset = 0, surrogateFunction = sigmoidSurrogate(4), ...rest } = options;
    checkPositive(`${where}: vThreshold`, vThreshold);
    checkFloat32(`${where}: vThreshold`, vThreshold);
    if (vReset !== null) {
      checkFloat32(`${where}: vReset`, vReset);
      if (vReset >= vThreshold) {
        throw new RangeError(
          `${where}: vReset is ${vReset} and vThreshold ${vThreshold}; expected vReset below vThreshold, or it would fire at rest.`,
        );
      }
    }
    super({
      vReset: vReset === null ? null : Math.fround(vReset),
      surrogateFunction,
      detachReset: rest.detachReset ?? false,
      stepMode: rest.stepMode ?? "s",
      storeVSeq: rest.storeVSeq ?? false,
      ...(rest.backend === undefined ? {} : { backend: rest.backend }),
    });
    this.vThreshold = Math.fround(vThreshold);
  }

  get theta(): number {
    return this.vThreshold;
  }

  get supportedBackends(): readonly NodeBackend[] {
    return ["fused", "eager"];
  }

  /** How the input is taken in. */
  protected get charge(): Charge {
    return Charge.integrate;
  }

  /** tau or k [1], as `charge` says; null without a leak. */
  protected leak(_like: Tensor): Tensor | Parameter | null {
    return null;
  }

  charged(x: Tensor, v: Tensor): Tensor {
    const { charge, vReset } = this;
    return lifCharged(x, v, this.leak(x), { charge, vReset });
  }

  protected step(x: Tensor, v: Tensor | null): Unrolled {
    const { charge, vThreshold, vReset, detachReset } = this;
    return lifStep(x, v, this.leak(x), this.surrogateFunction, { charge, vThreshold, vReset, detachReset });
  }

  protected unroll(x: Tensor, v: Tensor | null, vSeq: Tensor | null): Unrolled {
    const { charge, vThreshold, vReset, detachReset } = this;
    return lifUnroll(x, v, this.leak(x), this.fusedAlpha, { charge, vThreshold, vReset, detachReset }, vSeq);
  }
}
