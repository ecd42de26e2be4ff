/** Layers one after another. */

import { gradEnabled } from "../autograd/grad-mode.js";
import { checkInteger } from "../checks.js";
import { show } from "../show.js";
import { Module } from "../module/module.js";
import { BaseNode } from "../neurons/base-node.js";
import { checkSameBackend } from "../tensor/same-backend.js";
import { repeat } from "../ops/slice.js";
import { spikesOf } from "../tensor/packed-spikes.js";
import type { Tensor } from "../tensor/tensor.js";
import { BatchNorm2d } from "./batch-norm.js";
import { Conv2d } from "./convolution.js";
import { Dropout } from "./dropout.js";
import { fireStage, stageAt } from "./fused-stage.js";
import { isExactly, isPlain } from "./plain-layer.js";
import { StatelessLayer } from "./stateless-layer.js";

/** An input of fewer elements, all time steps together, is repeated: to run its layers once would save nothing. */
const LEAST_STILL_ELEMENTS = 1 << 14;

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
    return forwardThrough(this.#layers(), x);
  }

  /**
   * Shows x at T time steps and adds up the outputs. Layers before the first neuron give the same at every step: they
   * run once, and their gradients are added up over time before they go back through them.
   *
   * @param x [N, ...]
   * @returns the sum over time of the outputs [N, ...]
   * @throws ShapeError, RangeError as the layers
   */
  sumOverTime(x: Tensor, T: number): Tensor {
    checkSameBackend("Sequential", x);
    checkInteger("Sequential: T", T, 1);
    const layers = this.#layers();
    let still = x;
    let first = 0;
    const once = T * x.size >= LEAST_STILL_ELEMENTS;
    for (; once && first < layers.length; first++) {
      const layer = layers[first];
      if (!isPlain(layer, StatelessLayer) && !isPlain(layer, Dropout)) break;
      if (stageAt(layers, first, still, true) !== null) break;
      still = layer.applyStill(still, T);
    }
    const rest = layers.slice(first);
    if (this.stepMode === "m") {
      const stage = once ? stageAt(rest, 0, still, true) : null;
      if (stage !== null) return forwardThrough(rest.slice(stage.layers), fireStage(stage, still, T)).sum(0);
      const [neuron, ...behind] = rest;
      if (once && isPlain(neuron, BaseNode))
        return forwardThrough(behind, neuron.forwardStill(still, T)).sum(0);
      return forwardThrough(rest, repeat(still, T)).sum(0);
    }
    let total = forwardThrough(rest, still);
    for (let t = 1; t < T; t++) total = total.add(forwardThrough(rest, still));
    return total;
  }

  #layers(): Module[] {
    return [...this.children()].map(([, layer]) => layer);
  }
}

/** In evaluation, a neuron takes its neighbours along, or a convolution of packed spikes the normalisation behind it. */
function forwardThrough(layers: readonly Module[], x: Tensor): Tensor {
  let y = x;
  for (let i = 0; i < layers.length; i++) {
    const [layer, next] = [layers[i], layers[i + 1]];
    const stage = stageAt(layers, i, y, false);
    if (stage !== null) {
      y = fireStage(stage, y, null);
      i += stage.layers - 1;
    } else if (isExactly(next, BatchNorm2d) && foldable(layer, next, y)) {
      y = layer.forwardAffine(y, next.affine());
      i++;
    } else y = layer.forward(y);
  }
  return y;
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

/** Whether two layers are a convolution of packed spikes and a batch normalisation that can go along with it. */
function foldable(layer: Module, next: BatchNorm2d, x: Tensor): layer is Conv2d {
  if (gradEnabled() || !isExactly(layer, Conv2d)) return false;
  return !next.training && next.numFeatures === layer.outChannels && spikesOf(x) !== null;
}
