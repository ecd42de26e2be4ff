/** Models of somebody's own class, for tests. */

import { Linear } from "../../src/layers/linear.js";
import { Sequential } from "../../src/layers/sequential.js";
import { SpikingModel } from "../../src/models/spiking-model.js";
import { Module, type StepMode } from "../../src/module/module.js";
import { createNeuron } from "../../src/neurons/table.js";
import type { Tensor } from "../../src/tensor/tensor.js";

/** y = neuron(fc x) + x */
export class OwnResidualBlock extends Module {
  readonly fc = this.registerChild("fc", new Linear(4, 4));
  readonly neuron;

  constructor(stepMode: StepMode) {
    super();
    this.neuron = this.registerChild("neuron", createNeuron({ kind: "ATIF" }, stepMode));
  }

  forward(x: Tensor): Tensor {
    return this.neuron.forward(this.fc.forward(x)).add(x);
  }
}

/** A block, a Sequential inside the Sequential, two classes. */
export class OwnResidual extends SpikingModel {
  constructor(stepMode: StepMode) {
    const inner = new Sequential({
      fc: new Linear(4, 3),
      neuron: createNeuron({ kind: "ATIF" }, stepMode),
    });
    const layers = new Sequential({ block: new OwnResidualBlock(stepMode), inner, last: new Linear(3, 2) });
    super([4], [2], 4, stepMode, layers);
  }
}

/** A model that calls a body and doubles what it gives, or does what it is told. */
export function inOwnForward(
  body: Module,
  call: (body: Module, x: Tensor) => Tensor = (own, x) => own.forward(x).mul(2),
): SpikingModel {
  class Own extends SpikingModel {
    readonly body = this.registerChild("body", body);
    constructor() {
      super([4], [2], 4, "s");
    }
    override forward(x: Tensor): Tensor {
      return call(this.body, x);
    }
  }
  return new Own();
}
