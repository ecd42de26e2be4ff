/** Whether a layer computes what its class does, so that something faster may take its place. */

import type { Module } from "../module/module.js";

/** Also one whose constructor is protected. */
interface Class<L extends Module> {
  readonly prototype: L;
  [Symbol.hasInstance](value: unknown): boolean;
}

/** A layer of this class or a subclass, with the forward() of the class: one of its own is always called. */
export function isPlain<L extends Module>(layer: Module | undefined, ofClass: Class<L>): layer is L {
  return layer !== undefined && layer instanceof ofClass && layer.forward === ofClass.prototype.forward;
}

/** A layer of this class itself: a subclass may override what its forward() calls. */
export function isExactly<L extends Module>(layer: Module | undefined, ofClass: Class<L>): layer is L {
  return layer?.constructor === ofClass && isPlain(layer, ofClass);
}
