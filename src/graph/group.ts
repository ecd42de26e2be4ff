/** Layers under one name, such as "layers": a part of a network whose connections are the network's. */

import { StateError } from "../errors.js";
import { Module } from "../module/module.js";
import type { Tensor } from "../tensor/tensor.js";

export class Group extends Module {
  /** Puts a layer here, under a name without dots. @throws RangeError unless the name is new */
  hold(name: string, layer: Module): void {
    this.registerChild(name, layer);
  }

  forward(_x: Tensor): Tensor {
    throw new StateError(
      "a group of layers was called; expected the model: how they are connected is its business. Call forward() or run() of the model.",
    );
  }
}
