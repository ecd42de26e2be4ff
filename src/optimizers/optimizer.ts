/** What all optimizers share: the parameters, the learning rate, the threshold guard, state that can be saved. */

import { checkFinite } from "../checks.js";
import { StateError } from "../errors.js";
import { Parameter } from "../module/parameter.js";
import { keep } from "../tensor/scope.js";
import { Tensor } from "../tensor/tensor.js";

/** Everything an optimizer remembers between steps: steps taken, and arrays by name, one per parameter. */
export interface OptimizerState {
  steps: number;
  arrays: Record<string, Float32Array[]>;
}

export abstract class Optimizer {
  readonly params: readonly Tensor[];
  /** Steps taken. */
  steps = 0;
  #lr: number;
  /** Running arrays, one per parameter, by name. */
  readonly #arrays = new Map<string, Tensor[]>();

  /**
   * @param params leaves that require a gradient
   * @throws TypeError, RangeError if there are none or one of them is no leaf
   */
  protected constructor(params: Iterable<Tensor>, lr: number, arrayNames: readonly string[]) {
    const where = this.constructor.name;
    this.params = [...params];
    if (this.params.length === 0)
      throw new RangeError(`${where}: got no parameters; expected model.parameters().`);
    for (const param of this.params) {
      if (!(param instanceof Tensor))
        throw new TypeError(`${where}: a parameter is ${String(param)}; expected a Tensor.`);
      if (!param.requiresGrad || !param.isLeaf) {
        throw new TypeError(
          `${where}: ${param.toString()} is no leaf that requires a gradient; expected model.parameters(), or tensors made with requiresGrad.`,
        );
      }
    }
    if (new Set(this.params).size !== this.params.length)
      throw new RangeError(`${where}: a parameter is listed twice; expected each once.`);
    this.#lr = checkLearningRate(where, lr);
    for (const name of arrayNames) {
      this.#arrays.set(
        name,
        this.params.map((param) => keep(Tensor.full(param.shape, 0, param.backend))),
      );
    }
  }

  get lr(): number {
    return this.#lr;
  }

  /** @throws RangeError unless finite and at least 0 */
  set lr(lr: number) {
    this.#lr = checkLearningRate(this.constructor.name, lr);
  }

  /** Updates one parameter in place. */
  protected abstract update(
    param: Tensor,
    grad: Tensor,
    arrays: (name: string) => Float32Array,
    decays: boolean,
  ): void;

  /** Moves every parameter that has a gradient, then puts guarded ones (thresholds) back above their minimum. */
  step(): void {
    this.steps++;
    this.params.forEach((param, i) => {
      if (param.grad === null) return;
      const decays = !(param instanceof Parameter) || param.decays;
      this.update(param, param.grad, (name) => this.#array(name, i).data, decays);
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
    return { steps: this.steps, arrays };
  }

  /** @throws StateError if it is the state of another optimizer or other parameters */
  loadState(state: OptimizerState): void {
    for (const [name, tensors] of this.#arrays) {
      const saved = state.arrays[name];
      if (
        saved === undefined ||
        saved.length !== tensors.length ||
        saved.some((array, i) => array.length !== tensors[i].size)
      ) {
        throw new StateError(
          `${this.constructor.name}: the saved state has no fitting "${name}"; expected the state of the same optimizer on the same model.`,
        );
      }
    }
    for (const [name, tensors] of this.#arrays)
      tensors.forEach((each, i) => each.data.set(state.arrays[name][i]));
    this.steps = state.steps;
  }

  #array(name: string, i: number): Tensor {
    const tensors = this.#arrays.get(name);
    if (tensors === undefined) throw new StateError(`${this.constructor.name}: there is no array "${name}".`);
    return tensors[i];
  }
}

function checkLearningRate(where: string, lr: number): number {
  if (checkFinite(`${where}: lr`, lr) < 0)
    throw new RangeError(`${where}: lr is ${lr}; expected a learning rate of at least 0.`);
  return lr;
}

function clampBelow(param: Tensor, minimum: number): void {
  const { data } = param;
  for (let i = 0; i < data.length; i++) if (data[i] < minimum) data[i] = minimum;
}
