/** A neuron of a user's own: it gives x back, and fires never. */

import { BaseNode, type NodeBackend } from "../../src/neurons/base-node.js";
import { sigmoidSurrogate } from "../../src/surrogates/sigmoid.js";
import type { Tensor } from "../../src/tensor/tensor.js";

export class OwnNode extends BaseNode {
  constructor(options: object = {}) {
    super({ vReset: null, surrogateFunction: sigmoidSurrogate(1), backend: "eager", ...options });
  }

  get theta(): number {
    return 2;
  }

  get supportedBackends(): readonly NodeBackend[] {
    return ["eager"];
  }

  charged(x: Tensor): Tensor {
    return x;
  }

  protected step(x: Tensor): { y: Tensor; v: Tensor } {
    return { y: x.mul(1), v: x.mul(0) };
  }

  protected unroll(x: Tensor): { y: Tensor; v: Tensor } {
    return this.step(x);
  }
}
