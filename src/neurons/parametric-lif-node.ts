/** PLIF: a leaky neuron that learns its time constant; k = sigmoid(w) = 1/tau. The equations are in lif-unroll.ts. */

import { checkBoolean, checkFinite, checkFloat32, checkOptions } from "../checks.js";
import { Charge } from "../kernels/contract.js";
import { Parameter } from "../module/parameter.js";
import { Tensor } from "../tensor/tensor.js";
import { IFNode, ifNodeOptionNames, type IFNodeOptions } from "./if-node.js";

export interface ParametricLIFNodeOptions extends IFNodeOptions {
  /** Initial time constant in time steps (default 2), > 1: w = -ln(initTau - 1). */
  initTau?: number;
  /** true (default): the input decays with the membrane, u = v + (x - v) k. */
  decayInput?: boolean;
}

export class ParametricLIFNode extends IFNode {
  /** w [], learned. */
  readonly w: Parameter;
  readonly decayInput: boolean;

  /** @throws RangeError unless initTau > 1 */
  constructor(options: ParametricLIFNodeOptions = {}) {
    // Not only for its names: what is no object cannot be taken apart.
    checkOptions("ParametricLIFNode", options, [...ifNodeOptionNames, "initTau", "decayInput"]);
    const { initTau = 2, decayInput = true, ...rest } = options;
    super(rest);
    if (checkFinite("ParametricLIFNode: initTau", initTau) <= 1) {
      throw new RangeError(
        `ParametricLIFNode: initTau is ${initTau}; expected a time constant above 1 time step.`,
      );
    }
    checkFloat32("ParametricLIFNode: initTau", initTau);
    this.decayInput = checkBoolean("ParametricLIFNode: decayInput", decayInput);
    this.w = this.registerParameter("w", new Parameter(Tensor.full([], -Math.log(initTau - 1))));
  }

  /** The present time constant, 1 / sigmoid(w). */
  get tau(): number {
    return 1 + Math.exp(-this.w.item());
  }

  protected override get charge(): Charge {
    return this.decayInput ? Charge.leakInputByRate : Charge.leakByRate;
  }

  protected override leak(): Tensor {
    return this.w.sigmoid().reshape([1]);
  }
}
