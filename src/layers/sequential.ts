/** Layers one after another. */

import { Module } from "../module/module.js";
import type { Tensor } from "../tensor/tensor.js";

/** `new Sequential(a, b)` names them "0", "1"; `new Sequential({ conv1: a, neuron1: b })` names them itself. */
export class Sequential extends Module {
  constructor(layers: Readonly<Record<string, Module>>);
  constructor(...layers: readonly Module[]);
  constructor(...layers: readonly [Readonly<Record<string, Module>>] | readonly Module[]) {
    super();
    const named =
      layers.length === 1 && !(layers[0] instanceof Module)
        ? layers[0]
        : { ...(layers as readonly Module[]) };
    for (const [name, layer] of Object.entries(named as Record<string, Module>)) {
      if (!(layer instanceof Module)) {
        throw new TypeError(
          `Sequential: layer ${name} is ${String(layer)}; expected a Module such as new Linear(64, 10).`,
        );
      }
      this.registerChild(name, layer);
    }
  }

  forward(x: Tensor): Tensor {
    let y = x;
    for (const [, layer] of this.children()) y = layer.forward(y);
    return y;
  }
}
