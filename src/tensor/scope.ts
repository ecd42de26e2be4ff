/** Scopes: memory that a step made is freed at its end, except what it returns and what modules keep. */

import { checkFunction } from "../checks.js";
import { StateError } from "../errors.js";
import type { Heap } from "../kernels/backend.js";
import { backendIfAny } from "../kernels/current.js";
import { contentOf } from "./content-of.js";
import { tellOfLeft } from "./unscoped.js";

/** What a scope may own. */
export interface Owned {
  readonly disposed: boolean;
  readonly size: number;
  dispose(): void;
}

const frames: Set<Owned>[] = [];

/** What was taken out of the scopes that run now. */
let kept: Owned[] = [];

/** Whether what is made now will be freed by a scope. */
export function inScope(): boolean {
  return frames.length > 0;
}

/** Called by every new tensor. */
export function trackTensor(tensor: Owned): void {
  frames.at(-1)?.add(tensor);
}

/** Takes a tensor out of every scope: its holder disposes of it. Returns it. */
export function keep<T extends Owned>(tensor: T): T {
  for (const frame of frames) frame.delete(tensor);
  if (inScope()) kept.push(tensor);
  return tensor;
}

/**
 * Runs fn and frees every tensor that was made inside, except those it returns (alone, or in arrays and plain
 * objects), parameters, gradients of outer tensors and the state that modules hold. What is returned stays
 * differentiable.
 *
 * @throws TypeError if fn is no function; StateError if it is asynchronous: other work could run between its parts
 */
export function scope<R>(fn: () => R): R {
  checkFunction("scope: the argument", fn, "() => loss.backward()");
  const frame = new Set<Owned>();
  const escaped = new Set<Owned>();
  const heap = inScope() ? null : (backendIfAny()?.heap ?? null);
  if (heap !== null) heap.heldBeforeScope = heap.use().liveBytes;
  frames.push(frame);
  try {
    const result = fn();
    checkSynchronous("scope", result);
    collectTensors(result, frame, escaped);
    return result;
  } finally {
    frames.pop();
    const outer = frames.at(-1);
    for (const tensor of frame) {
      if (!escaped.has(tensor)) tensor.dispose();
      else outer?.add(tensor);
    }
    if (heap !== null) endOutermost(heap, escaped);
  }
}

function endOutermost(heap: Heap, escaped: ReadonlySet<Owned>): void {
  heap.heldBeforeScope = null;
  const left = [...escaped, ...kept].filter(({ disposed }) => !disposed);
  kept = [];
  const [first] = left;
  if (first === undefined) return;
  const largest = left.reduce((most, each) => (each.size > most.size ? each : most), first);
  tellOfLeft(largest, heap);
}

/** @throws StateError if result is a promise, which nobody will wait for: its failure is not reported either */
export function checkSynchronous(where: string, result: unknown): void {
  if (typeof (result as { then?: unknown } | null | undefined)?.then !== "function") return;
  Promise.resolve(result).catch(() => undefined);
  throw new StateError(
    `${where}: the function returned a promise; expected a synchronous function. Await outside of it.`,
  );
}

/** Tensors of this frame found in a value made of arrays, sets, maps and plain objects. */
function collectTensors(value: unknown, own: Set<Owned>, found: Set<Owned>): void {
  const seen = new Set<object>();
  const pending: unknown[] = [value];
  while (pending.length > 0) {
    const next = pending.pop();
    if (typeof next !== "object" || next === null || seen.has(next) || ArrayBuffer.isView(next)) continue;
    seen.add(next);
    if (own.has(next as Owned)) found.add(next as Owned);
    // One by one: an array may have more elements than a call may have arguments.
    else for (const element of contentOf(next, (map) => map.values(), Object.values)) pending.push(element);
  }
}
