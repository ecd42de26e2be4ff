/** LIF: leaky integrate and fire with a fixed time constant. The equations are in lif-unroll.ts. */

import { checkBoolean, checkFloat32, checkOptions } from "../checks.js";
import { Charge } from "../kernels/contract.js";
import { Tensor } from "../tensor/tensor.js";
import { IFNode, ifNodeOptionNames, type IFNodeOptions } from "./if-node.js";

export interface LIFNodeOptions extends IFNodeOptions {
  /** Membrane time constant in time steps (default 2), > 1. */
  tau?: number;
  /** true (default): the input decays with the membrane, u = v + (x - v) / tau. */
  decayInput?: boolean;
}

export class LIFNode extends IFNode {
  readonly tau: number;
  readonly decayInput: boolean;

  /** @throws RangeError unless tau > 1 */
  constructor(options: LIFNodeOptions = {}) {
    // Not only for its names: what is no object cannot be taken apart.
    checkOptions("LIFNode", options, [...ifNodeOptionNames, "tau", "decayInput"]);
    const { tau = 2, decayInput = true, ...rest } = options;
    super(rest);
    if (checkFloat32("LIFNode: tau", tau) <= 1)
      throw new RangeError(`LIFNode: tau is ${tau}; expected a time constant above 1 time step.`);
    this.tau = tau;
    this.decayInput = checkBoolean("LIFNode: decayInput", decayInput);
  }

  protected override get charge(): Charge {
    return this.decayInput ? Charge.leakInputByTau : Charge.leakByTau;
  }

  protected override leak(like: Tensor): Tensor {
    return Tensor.full([1], this.tau, like.backend);
  }
}
