/** State dicts: the arrays of a module under PyTorch's names and in its layouts, read and written. */

import { checkBoolean, checkOptions } from "../checks.js";
import { ShapeError } from "../errors.js";
import { formatShape, sameShape, sizeOf } from "../shapes.js";
import { printable, show } from "../show.js";
import type { Tensor } from "../tensor/tensor.js";
import { sameLayout, type Layout } from "./layout.js";
import { Parameter } from "./parameter.js";

/** One array of a state dict, row-major, in PyTorch's layout. */
export interface StateEntry {
  shape: number[];
  data: Float32Array;
}

/** PyTorch's names, such as "layers.conv1.weight", to arrays. */
export type StateDict = Record<string, StateEntry>;

/** What a state dict may hold when it is loaded. */
export type LoadableStateDict = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly data: ArrayLike<number> }>
>;

/** A tensor of a module, and how state dicts show it. */
export interface StateSlot {
  readonly tensor: Tensor;
  /** Asked for when needed: a linear layer learns from its neighbours what its columns mean. */
  readonly layout: () => Layout;
  /** Values must pass this to be loaded; it throws a sentence that starts with the name. */
  readonly check: (name: string, values: ArrayLike<number>) => void;
  /** Of an extra: whether it holds anything to store. */
  readonly extra: (() => boolean) | null;
}

export interface SlotOptions {
  layout?: () => Layout;
  check?: (name: string, values: ArrayLike<number>) => void;
  /**
   * Makes it an extra: a number beside the weights, which a state dict may do without. It is read and loaded while this says
   * that it holds anything; what is not learned, only where extras are asked for.
   */
  extra?: () => boolean;
}

/** A copy of what the slots hold. */
export function readStateDict(slots: Iterable<readonly [string, StateSlot]>, extras = false): StateDict {
  const dict: StateDict = {};
  for (const [name, { tensor, layout, extra }] of slots) {
    if (extra !== null && !(extra() && (extras || tensor instanceof Parameter))) continue;
    const { foreign, toForeign } = layout();
    dict[name] = { shape: [...foreign], data: toForeign(tensor.data) };
  }
  return dict;
}

/** See Module.checkStateDict. */
export function checkSlots(where: string, slots: Iterable<readonly [string, StateSlot]>): void {
  for (const [name, { tensor, layout, check, extra }] of slots) {
    if (extra?.() !== false) check(`${where}: ${name}`, layout().toForeign(tensor.data));
  }
}

/** See Module.loadStateDict. */
export function writeStateDict(
  slots: ReadonlyMap<string, StateSlot>,
  dict: LoadableStateDict,
  options: { strict?: boolean },
): { missing: string[]; unexpected: string[] } {
  if (!isRecord(dict)) {
    throw new TypeError(
      `loadStateDict: got ${show(dict)}; expected an object of names to { shape, data }. Give it what stateDict() returns.`,
    );
  }
  checkOptions("loadStateDict", options ?? null, ["strict"]);
  const strict = checkBoolean("loadStateDict: strict", options.strict ?? true);
  const missing = [...slots].flatMap(([name, { extra }]) =>
    extra === null && !Object.hasOwn(dict, name) ? [name] : [],
  );
  const unexpected = Object.keys(dict).filter(
    (name) => !slots.has(name) && !name.endsWith("num_batches_tracked"),
  );
  if (strict && missing.length + unexpected.length > 0) {
    throw new RangeError(
      `loadStateDict: ${describe("missing", missing)}${describe("unexpected", unexpected)}` +
        `expected the names of this model. Check its layers, or pass { strict: false }.`,
    );
  }
  const loaded = [...slots]
    .filter(([name]) => Object.hasOwn(dict, name))
    .map(([key, slot]) => {
      const name = printable(key);
      const { foreign, toOwn } = slot.layout();
      const entry: unknown = dict[key];
      checkEntry(name, entry);
      if (!sameShape(entry.shape, foreign) || entry.data.length !== sizeOf(foreign)) {
        throw new ShapeError(
          `loadStateDict: ${name} is ${show(entry.shape)} with ${entry.data.length} numbers; expected ${formatShape(foreign)}. Load the weights of a model with the same layers.`,
        );
      }
      for (let i = 0; i < entry.data.length; i++) {
        if (typeof entry.data[i] !== "number") {
          throw new TypeError(
            `loadStateDict: ${name} holds ${show(entry.data[i])} at element ${i}; expected numbers. Use a Float32Array.`,
          );
        }
        if (!Number.isFinite(Math.fround(entry.data[i]))) {
          throw new RangeError(
            `loadStateDict: ${name} holds ${show(entry.data[i])} at element ${i}; expected finite float32 numbers. The model may have diverged in training.`,
          );
        }
      }
      slot.check(`loadStateDict: ${name}`, entry.data);
      return [slot.tensor, toOwn(entry.data)] as const;
    });
  for (const [tensor, values] of loaded) {
    tensor.data.set(values);
    tensor.storage.version++;
  }
  return { missing, unexpected };
}

/** An object of names, and not a list, a Map or something with a class of its own. */
function isRecord(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as { constructor?: unknown } | null;
  return prototype === null || prototype.constructor === Object;
}

/** @throws TypeError unless it is { shape, data } */
function checkEntry(name: string, entry: unknown): asserts entry is LoadableStateDict[string] {
  const { shape, data } = (entry ?? {}) as { shape?: unknown; data?: unknown };
  if (!Array.isArray(shape) || typeof data !== "object" || data === null || !("length" in data)) {
    throw new TypeError(
      `loadStateDict: ${name} is not an array with a shape; expected { shape: [...], data: Float32Array }.`,
    );
  }
}

export function stateSlot<T extends Tensor>(
  tensor: T,
  { layout, check, extra }: SlotOptions,
): StateSlot & { readonly tensor: T } {
  return {
    tensor,
    layout: layout ?? (() => sameLayout(tensor.shape)),
    check: check ?? (() => undefined),
    extra: extra ?? null,
  };
}

function describe(what: string, names: readonly string[]): string {
  if (names.length === 0) return "";
  const shown =
    names.slice(0, 5).map(printable).join(", ") + (names.length > 5 ? ` and ${names.length - 5} more` : "");
  return `${what} ${shown}; `;
}
