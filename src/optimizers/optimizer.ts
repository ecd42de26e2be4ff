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
  /** Of each group of parameters, the options of its own. */
  groups?: readonly object[];
}

/** Parameters with options of their own over those of all, as PyTorch has them: { params, lr: 1e-4 }. */
export type ParamGroup<O> = { readonly params: Iterable<Tensor> } & OwnOptions<O>;

type OwnOptions<O> = { -readonly [K in keyof O]?: O[K] };

/** What an optimizer moves: parameters alike, or in groups. */
export type Params<O> = Iterable<Tensor> | Iterable<ParamGroup<O>>;

type Group<O> = { readonly params: readonly Tensor[] } & OwnOptions<O>;

export abstract class Optimizer<O extends { readonly lr: number } = { readonly lr: number }> {
  readonly #options: LiveOptions<O>;
  #groups: readonly Group<O>[];
  #steps = 0;
  /** Steps in which each parameter was moved: a parameter without a gradient does not take part in a step. */
  #moves: number[];
  /** Running arrays, one per parameter, by name. */
  readonly #arrays = new Map<string, Tensor[]>();

  /**
   * @param params leaves that require a gradient, or groups of such, with options over those of all
   * @throws TypeError, RangeError if there are none or one of them is no leaf
   */
  protected constructor(params: Params<O>, options: LiveOptions<O>, arrayNames: readonly string[]) {
    const where = this.constructor.name;
    const given = listOf(where, params) as Group<O>[];
    const groups = given.some((each) => (each as Group<O> | null)?.params) ? given : [{ params: given }];
    this.#groups = groups.map((group) => ({ ...group, params: listOf(where, group.params) })) as Group<O>[];
    this.#options = options;
    this.#eachWithOptions();
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
    this.#moves = this.params.map(() => 0);
    for (const name of arrayNames) this.addArray(name);
  }

  get params(): readonly Tensor[] {
    return this.#groups.flatMap(({ params }) => params);
  }

  /**
   * At least one; one after the other, their parameters are `params`. Options of a group may be set, { params, lr }, and
   * count from the next step on; those that it has not are those of all.
   */
  get paramGroups(): readonly Group<O>[] {
    return this.#groups;
  }

  /** Every parameter with the options of its group. @throws TypeError, RangeError for options that are none */
  #eachWithOptions(): [Tensor, O][] {
    return this.#groups.flatMap(({ params, ...own }, i) => {
      const options = this.#options.over(`${this.constructor.name}: params[${i}]`, own);
      return params.map((param): [Tensor, O] => [param, options]);
    });
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

  /** Those of all parameters, as they are now. */
  protected get options(): O {
    return this.#options.current;
  }

  /** Counts from the next step on. @throws TypeError, RangeError, and nothing is changed */
  protected setOption(name: keyof O & string, value: unknown): void {
    this.#options.set(name, value);
  }

  get lr(): number {
    return this.options.lr;
  }

  /** Groups with a rate of their own keep it. @throws RangeError unless finite and at least 0 */
  set lr(lr: number) {
    this.setOption("lr", lr);
  }

  /**
   * Updates one parameter in place.
   *
   * @param move 1 the first time that this parameter is moved
   * @param options of its group
   */
  protected abstract update(
    param: Tensor,
    grad: Tensor,
    arrays: (name: string) => Float32Array,
    decays: boolean,
    move: number,
    options: O,
  ): void;

  /** Moves every parameter that has a gradient, then puts guarded ones (thresholds) back above their minimum. */
  step(): void {
    this.steps++;
    this.#eachWithOptions().forEach(([param, options], i) => {
      if (param.grad === null) return;
      const decays = !(param instanceof Parameter) || param.decays;
      this.#moves[i]++;
      const array = (name: string): Float32Array => this.#array(name, i).data;
      this.update(param, param.grad, array, decays, this.#moves[i], options);
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
    return {
      steps: this.steps,
      moves: [...this.#moves],
      arrays,
      options: { ...this.options },
      groups: this.#groups.map(({ params: _, ...own }) => own),
    };
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
    const { options, groups = [{}] } = state;
    const names = new Set([...own, ...Object.keys(state.arrays)]);
    for (const name of names) {
      const tensors = this.#arrays.get(name);
      const saved = Object.hasOwn(state.arrays, name) ? state.arrays[name] : undefined;
      const fits =
        tensors?.length === saved?.length &&
        tensors?.every((tensor, i) => tensor.size === saved?.[i].length) === true;
      if (!fits)
        throw this.#notFitting(
          tensors === undefined ? `"${name}", which this optimizer has not` : `no fitting "${name}"`,
        );
    }
    if (options !== undefined && groups.length !== this.#groups.length)
      throw this.#notFitting('no fitting "groups"');
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
    if (options !== undefined) {
      this.#options.replace(where, options);
      this.#groups = this.#groups.map(({ params }, i) => ({ ...groups[i], params })) as Group<O>[];
    }
    for (const [name, tensors] of this.#arrays)
      tensors.forEach((each, i) => each.data.set(state.arrays[name][i]));
    this.steps = state.steps;
    this.#moves = [...state.moves];
  }

  #notFitting(what: string): StateError {
    return new StateError(
      `${this.constructor.name}: the saved state does not fit: it has ${what}; expected the state of the same optimizer on the same model.`,
    );
  }

  /** An option of a group may ask for it after the first step. */
  #array(name: string, i: number): Tensor {
    this.addArray(name);
    return (this.#arrays.get(name) as Tensor[])[i];
  }
}

function listOf(where: string, params: unknown): unknown[] {
  if (typeof params === "object" && params !== null && Symbol.iterator in params) {
    return [...(params as Iterable<unknown>)];
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
