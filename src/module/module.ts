/** The base of everything with parameters: neurons, layers, models. */

import { checkOneOf } from "../checks.js";
import { ShapeError } from "../errors.js";
import { formatShape, sameShape, sizeOf } from "../shapes.js";
import { keep } from "../tensor/scope.js";
import type { Tensor } from "../tensor/tensor.js";
import { sameLayout, type Layout } from "./layout.js";
import type { Parameter } from "./parameter.js";

/** 's': x is one time step [N, ...]. 'm': x is all of them [T, N, ...]. */
export type StepMode = "s" | "m";

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

interface Slot {
  readonly tensor: Tensor;
  /** Asked for when needed: a linear layer learns from its neighbours what its columns mean. */
  readonly layout: () => Layout;
  /** Values must pass this to be loaded; it throws a sentence that starts with the name. */
  readonly check: (name: string, values: ArrayLike<number>) => void;
}

export interface SlotOptions {
  layout?: () => Layout;
  check?: (name: string, values: ArrayLike<number>) => void;
}

export abstract class Module {
  /** True: batch norm uses the batch's statistics, dropout drops. Set with train() and eval(). */
  training = true;
  #stepMode: StepMode = "s";
  readonly #parameters = new Map<string, Slot & { readonly tensor: Parameter }>();
  readonly #buffers = new Map<string, Slot>();
  readonly #children = new Map<string, Module>();

  /** y of x. Layers and neurons keep no graph of their own. */
  abstract forward(x: Tensor): Tensor;

  get stepMode(): StepMode {
    return this.#stepMode;
  }

  /** Sets this module alone; a container passes it on. @throws RangeError unless 's' or 'm' */
  set stepMode(mode: StepMode) {
    this.#stepMode = checkOneOf(`${this.constructor.name}: stepMode`, mode, ["s", "m"]);
    for (const child of this.#children.values()) child.stepMode = mode;
  }

  protected registerParameter<P extends Parameter>(name: string, parameter: P, options: SlotOptions = {}): P {
    this.#parameters.set(name, slot(parameter, options) as Slot & { tensor: Parameter });
    return parameter;
  }

  /** A tensor that belongs to the state dict and is not learned; it outlives scopes. */
  protected registerBuffer(name: string, buffer: Tensor, options: SlotOptions = {}): Tensor {
    this.#buffers.set(name, slot(keep(buffer), options));
    return buffer;
  }

  protected registerChild<M extends Module>(name: string, child: M): M {
    this.#children.set(name, child);
    return child;
  }

  children(): [string, Module][] {
    return [...this.#children];
  }

  /** This module and everything below it, with dotted names ("" for itself), in order of registration. */
  namedModules(prefix = ""): [string, Module][] {
    const own: [string, Module][] = [[prefix, this]];
    const below = this.children().flatMap(([name, child]) => child.namedModules(join(prefix, name)));
    return [...own, ...below];
  }

  namedParameters(): [string, Parameter][] {
    return this.namedModules().flatMap(([prefix, module]) =>
      [...module.#parameters].map(([name, { tensor }]): [string, Parameter] => [join(prefix, name), tensor]),
    );
  }

  parameters(): Parameter[] {
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  train(mode = true): this {
    for (const [, module] of this.namedModules()) module.training = mode;
    return this;
  }

  eval(): this {
    return this.train(false);
  }

  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.grad = null;
  }

  /** Forgets all state of all neurons and dropout masks below: the next input may have any batch size. */
  reset(): void {
    for (const child of this.#children.values()) child.reset();
  }

  /** Cuts the state of all neurons below from the graph that made it (truncated backpropagation). */
  detach(): void {
    for (const child of this.#children.values()) child.detach();
  }

  /** A copy of all parameters and buffers, in PyTorch's names, order and layouts. Neuron state is not in it. */
  stateDict(): StateDict {
    const dict: StateDict = {};
    for (const [name, { tensor, layout }] of this.#namedSlots()) {
      const { foreign, toForeign } = layout();
      dict[name] = { shape: [...foreign], data: toForeign(tensor.data) };
    }
    return dict;
  }

  /**
   * Sets parameters and buffers from a state dict in PyTorch's names and layouts. Nothing is changed if
   * anything is wrong. Entries named `num_batches_tracked` are ignored.
   *
   * @param options strict (default true): names that are missing or unexpected are errors
   * @returns the names that were missing and unexpected
   * @throws RangeError naming missing and unexpected entries; ShapeError, RangeError for an entry that does not fit
   */
  loadStateDict(
    dict: LoadableStateDict,
    { strict = true }: { strict?: boolean } = {},
  ): { missing: string[]; unexpected: string[] } {
    if (typeof dict !== "object" || dict === null) {
      throw new TypeError(
        `loadStateDict: got ${String(dict)}; expected an object of names to { shape, data }.`,
      );
    }
    const slots = new Map(this.#namedSlots());
    const missing = [...slots.keys()].filter((name) => !Object.hasOwn(dict, name));
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
      .map(([name, slot]) => {
        const { foreign, toOwn } = slot.layout();
        const entry: unknown = dict[name];
        checkEntry(name, entry);
        if (!sameShape(entry.shape, foreign) || entry.data.length !== sizeOf(foreign)) {
          throw new ShapeError(
            `loadStateDict: ${name} is ${formatShape(entry.shape)} with ${entry.data.length} numbers; expected ${formatShape(foreign)}.`,
          );
        }
        for (let i = 0; i < entry.data.length; i++) {
          if (typeof entry.data[i] !== "number" || !Number.isFinite(Math.fround(entry.data[i]))) {
            throw new RangeError(
              `loadStateDict: ${name} holds ${String(entry.data[i])} at element ${i}; expected finite float32 numbers. The model may have diverged in training.`,
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

  #namedSlots(): [string, Slot][] {
    return this.namedModules().flatMap(([prefix, module]) =>
      [...module.#parameters, ...module.#buffers].map(([name, slot]): [string, Slot] => [
        join(prefix, name),
        slot,
      ]),
    );
  }
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

function slot(tensor: Tensor, { layout, check }: SlotOptions): Slot {
  return { tensor, layout: layout ?? (() => sameLayout(tensor.shape)), check: check ?? (() => undefined) };
}

function join(prefix: string, name: string): string {
  return prefix === "" ? name : name === "" ? prefix : `${prefix}.${name}`;
}

function describe(what: string, names: readonly string[]): string {
  if (names.length === 0) return "";
  const shown = names.slice(0, 5).join(", ") + (names.length > 5 ? ` and ${names.length - 5} more` : "");
  return `${what} ${shown}; `;
}
