/** What all optimizers share: the parameters, the learning rate, the threshold guard, state that can be saved. */

import { checkInteger } from "../checks.js";
import { show } from "../show.js";
import { StateError } from "../errors.js";
import { Parameter } from "../module/parameter.js";
import type { LiveOptions } from "../schema/live-options.js";
import { keep } from "../tensor/scope.js";
import { Tensor } from "../tensor/tensor.js";

/** Everything an optimizer remembers between steps. */
export interface OptimizerState {
  /** Steps taken. */
  steps: number;
  /** Steps in which each parameter had a gradient and was moved. */
  moves: number[];
  /** Arrays by name, one per parameter. */
  arrays: Record<string, Float32Array[]>;
  /**
   * The options as they are now, learning rate and all: some can be set between steps. A checkpoint of a Trainer goes
   * without, since its options are in the fingerprint.
   */
  options?: Readonly<Record<string, unknown>>;
}

export abstract class Optimizer {
  readonly #params: readonly Tensor[];
  readonly #options: LiveOptions<{ readonly lr: number }>;
  #steps = 0;
  /** Steps in which each parameter was moved: a parameter without a gradient does not take part in a step. */
  #moves: number[];
  /** Running arrays, one per parameter, by name. */
  readonly #arrays = new Map<string, Tensor[]>();

  /**
   * @param params leaves that require a gradient
   * @throws TypeError, RangeError if there are none or one of them is no leaf
   */
  protected constructor(
    params: Iterable<Tensor>,
    options: LiveOptions<{ readonly lr: number }>,
    arrayNames: readonly string[],
  ) {
    const where = this.constructor.name;
    this.#params = listParameters(where, params);
    if (this.params.length === 0)
      throw new RangeError(
        `${where}: got no parameters; expected model.parameters(). Layers have to be registered, ` +
          `this.registerChild(name, layer) in the constructor of their model; those in #private fields are not seen otherwise.`,
      );
    for (const param of this.params) {
      if (!Tensor.isTensor(param)) {
        throw new TypeError(
          `${where}: a parameter is ${show(param)}; expected a Tensor. Give it model.parameters().`,
        );
      }
      param.checkAlive();
      if (!param.requiresGrad || !param.isLeaf) {
        throw new TypeError(
          `${where}: ${param.toString()} is no leaf that requires a gradient; expected model.parameters(), or tensors made with requiresGrad.`,
        );
      }
    }
    if (new Set(this.params).size !== this.params.length)
      throw new RangeError(`${where}: a parameter is listed twice; expected each once.`);
    this.#options = options;
    this.#moves = this.params.map(() => 0);
    for (const name of arrayNames) this.addArray(name);
  }

  get params(): readonly Tensor[] {
    return this.#params;
  }

  /** Zeros beside every parameter, unless they are there. */
  protected addArray(name: string): void {
    if (this.#arrays.has(name)) return;
    const zeros = this.params.map((param) => keep(Tensor.full(param.shape, 0, param.backend)));
    this.#arrays.set(name, zeros);
  }

  /** Steps taken. */
  get steps(): number {
    return this.#steps;
  }

  /** @throws RangeError unless a whole number of at least 0 */
  set steps(steps: number) {
    this.#steps = checkInteger(`${this.constructor.name}: steps`, steps);
  }

  get lr(): number {
    return this.#options.current.lr;
  }

  /** @throws RangeError unless finite and at least 0 */
  set lr(lr: number) {
    this.#options.set("lr", lr);
  }

  /**
   * Updates one parameter in place.
   *
   * @param move 1 the first time that this parameter is moved
   */
  protected abstract update(
    param: Tensor,
    grad: Tensor,
    arrays: (name: string) => Float32Array,
    decays: boolean,
    move: number,
  ): void;

  /** Moves every parameter that has a gradient, then puts guarded ones (thresholds) back above their minimum. */
  step(): void {
    this.steps++;
    this.params.forEach((param, i) => {
      if (param.grad === null) return;
      const decays = !(param instanceof Parameter) || param.decays;
      this.#moves[i]++;
      this.update(param, param.grad, (name) => this.#array(name, i).data, decays, this.#moves[i]);
      if (param instanceof Parameter && param.minimum !== null) clampBelow(param, param.minimum);
      param.storage.version++;
    });
  }

  zeroGrad(): void {
    for (const param of this.params) param.grad = null;
  }

  /** A copy, for a checkpoint. */
  state(): OptimizerState {
    const arrays: Record<string, Float32Array[]> = {};
    for (const [name, tensors] of this.#arrays) arrays[name] = tensors.map((each) => each.toArray());
    return { steps: this.steps, moves: [...this.#moves], arrays, options: { ...this.#options.current } };
  }

  /**
   * The options become those of the saved state, if it has any. Nothing is changed if anything is wrong.
   *
   * @throws StateError if it is the state of another optimizer or other parameters; TypeError, RangeError for options
   *   that are none
   */
  loadState(state: OptimizerState): void {
    checkState(this.constructor.name, state);
    const own = [...this.#arrays.keys()];
    const names = new Set([...own, ...Object.keys(state.arrays)]);
    for (const name of names) {
      const tensors = this.#arrays.get(name);
      const saved = Object.hasOwn(state.arrays, name) ? state.arrays[name] : undefined;
      const fits =
        tensors?.length === saved?.length &&
        tensors?.every((tensor, i) => tensor.size === saved?.[i].length) === true;
      if (!fits) {
        throw new StateError(
          `${this.constructor.name}: the saved state does not fit: ${tensors === undefined ? `it has "${name}", which this optimizer has not` : `it has no fitting "${name}"`}; ` +
            `expected the state of the same optimizer on the same model.`,
        );
      }
    }
    const counts = [state.steps, ...state.moves];
    if (
      state.moves.length !== this.params.length ||
      !counts.every((n) => Number.isSafeInteger(n) && n >= 0)
    ) {
      throw new StateError(
        `${this.constructor.name}: the saved state counts ${String(state.steps)} steps and [${state.moves.join(", ")}] per parameter; ` +
          `expected whole numbers, one for each of ${this.params.length} parameters.`,
      );
    }
    const where = `${this.constructor.name}: the saved state`;
    if (state.options !== undefined) this.#options.replace(where, state.options);
    for (const [name, tensors] of this.#arrays)
      tensors.forEach((each, i) => each.data.set(state.arrays[name][i]));
    this.steps = state.steps;
    this.#moves = [...state.moves];
  }

  #array(name: string, i: number): Tensor {
    const tensors = this.#arrays.get(name);
    if (tensors === undefined) throw new StateError(`${this.constructor.name}: there is no array "${name}".`);
    return tensors[i];
  }
}

function listParameters(where: string, params: unknown): readonly Tensor[] {
  if (typeof params === "object" && params !== null && Symbol.iterator in params) {
    return [...(params as Iterable<Tensor>)];
  }
  throw new TypeError(
    `${where}: the parameters are ${show(params)}; expected a list of tensors. Give it model.parameters().`,
  );
}

/** @throws TypeError unless it is made like a state; whether it fits is for the optimizer to say */
function checkState(where: string, state: unknown): void {
  const { moves, arrays } = (state ?? {}) as Partial<Record<keyof OptimizerState, unknown>>;
  if (Array.isArray(moves) && typeof arrays === "object" && arrays !== null) {
    const lists: unknown[] = Object.values(arrays);
    const isArray = (each: unknown): boolean => each instanceof Float32Array;
    if (lists.every((list) => Array.isArray(list) && list.every(isArray))) return;
  }
  throw new TypeError(
    `${where}: the saved state is ${show(state)} without steps, moves and arrays of Float32Array; expected what state() returned.`,
  );
}

function clampBelow(param: Tensor, minimum: number): void {
  const { data } = param;
  for (let i = 0; i < data.length; i++) if (data[i] < minimum) data[i] = minimum;
}
