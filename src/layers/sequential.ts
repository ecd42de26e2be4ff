/** Layers one after another. */

import { Module } from "../module/module.js";
import { show } from "../show.js";
import { checkSameBackend } from "../tensor/same-backend.js";
import type { Tensor } from "../tensor/tensor.js";
import { StatelessLayer } from "./stateless-layer.js";

/** `new Sequential(a, b)` names them "0", "1"; `new Sequential({ conv1: a, neuron1: b })` names them itself. */
export class Sequential extends Module {
  /** @throws TypeError for anything but modules; RangeError if a neuron or another layer with state stands twice */
  constructor(layers: Readonly<Record<string, Module>>);
  constructor(...layers: readonly Module[]);
  constructor(...layers: readonly [Readonly<Record<string, Module>>] | readonly Module[]) {
    super();
    const [first] = layers;
    const byName = layers.length === 1 && !(first instanceof Module);
    if (byName && (typeof first !== "object" || first === null)) {
      throw new TypeError(
        `Sequential: got ${show(first)}; expected layers, as in new Sequential(new Linear(64, 10), new ATIF()).`,
      );
    }
    const named = byName ? first : { ...(layers as readonly Module[]) };
    if (byName) checkOrder(Object.keys(named));
    const used = new Map<Module, string>();
    for (const [name, layer] of Object.entries(named as Record<string, Module>)) {
      if (!(layer instanceof Module) || typeof layer.forward !== "function") {
        throw new TypeError(
          `Sequential: layer ${name} is ${show(layer)}; expected a Module with a forward method, such as new Linear(64, 10).`,
        );
      }
      const before = used.get(layer);
      if (before !== undefined && !(layer instanceof StatelessLayer)) {
        throw new RangeError(
          `Sequential: layer ${name} is the same ${layer.constructor.name} as layer ${before}, and would go on with its state; ` +
            `expected a layer of its own. Make a new one for each place.`,
        );
      }
      used.set(layer, name);
      this.registerChild(name, layer);
    }
  }

  forward(x: Tensor): Tensor {
    checkSameBackend("Sequential", x);
    return this.children().reduce((y, [, layer]) => layer.forward(y), x);
  }
}

/** @throws RangeError for whole numbers among other names: JavaScript puts them first, whatever the order was */
function checkOrder(names: readonly string[]): void {
  const numbers = names.filter((name) => /^\d+$/.test(name));
  if (numbers.length === 0 || numbers.length === names.length) return;
  throw new RangeError(
    `Sequential: the names ${names.join(", ")} mix whole numbers with words, and JavaScript puts the numbers first; ` +
      `expected words, such as layer${numbers[0]}.`,
  );
}
