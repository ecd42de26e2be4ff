/** The base of everything with parameters: neurons, layers, models. */

import { checkBoolean, checkOneOf, checkOptions } from "../checks.js";
import { show } from "../show.js";
import { StateError } from "../errors.js";
import type { Shape } from "../shapes.js";
import { keep } from "../tensor/scope.js";
import { Tensor } from "../tensor/tensor.js";
import { unknownPart } from "./held-parts.js";
import { Parameter, type ParameterSettings } from "./parameter.js";
import {
  checkSlots,
  readStateDict,
  stateSlot,
  writeStateDict,
  type LoadableStateDict,
  type SlotOptions,
  type StateDict,
  type StateSlot,
} from "./state-dict.js";

/** 's': x is one time step [N, ...]. 'm': x is all of them [T, N, ...]. */
export type StepMode = "s" | "m";

export abstract class Module {
  #training = true;
  #stepMode: StepMode = "s";
  readonly #parameters = new Map<string, StateSlot & { readonly tensor: Parameter }>();
  readonly #buffers = new Map<string, StateSlot>();
  readonly #children = new Map<string, Module>();

  /** y of x, and of further inputs where the layer takes several. Layers and neurons keep no graph of their own. */
  abstract forward(x: Tensor, ...others: readonly Tensor[]): Tensor;

  /** True: batch norm uses the batch's statistics, dropout drops. Set with train() and eval(), or of one module alone. */
  get training(): boolean {
    return this.#training;
  }

  /** @throws TypeError unless true or false */
  set training(training: boolean) {
    this.#training = checkBoolean(`${this.constructor.name}: training`, training);
  }

  get stepMode(): StepMode {
    return this.#stepMode;
  }

  /** Sets this module alone; a container passes it on. @throws RangeError unless 's' or 'm' */
  set stepMode(mode: StepMode) {
    this.#stepMode = checkOneOf(`${this.constructor.name}: stepMode`, mode, ["s", "m"]);
    for (const child of this.#children.values()) child.stepMode = mode;
  }

  /**
   * Makes the parameter known to parameters(), optimizers and state dicts: `this.scale = this.registerParameter(…)`.
   *
   * @throws TypeError unless it is a Parameter; RangeError unless the name is new
   */
  protected registerParameter<P extends Parameter>(name: string, parameter: P, options: SlotOptions = {}): P {
    this.#checkNew("registerParameter", name);
    if (!(parameter instanceof Parameter)) {
      throw new TypeError(
        `${this.constructor.name}.registerParameter: ${show(name)} is ${show(parameter)}; expected a Parameter. Make one with new Parameter(tensor).`,
      );
    }
    this.#parameters.set(name, stateSlot(parameter, options));
    return parameter;
  }

  /** A tensor that belongs to the state dict and is not learned; it outlives scopes. */
  protected registerBuffer(name: string, buffer: Tensor, options: SlotOptions = {}): Tensor {
    this.#checkNew("registerBuffer", name);
    if (!Tensor.isTensor(buffer)) {
      throw new TypeError(
        `${this.constructor.name}.registerBuffer: ${show(name)} is ${show(buffer)}; expected a Tensor.`,
      );
    }
    this.#buffers.set(name, stateSlot(keep(buffer), options));
    return buffer;
  }

  /**
   * Makes a module part of this one, under a name of its own: `this.fc = this.registerChild("fc", new Linear(4, 2))`.
   *
   * @throws TypeError unless it is a Module with a forward method; RangeError unless the name is new
   */
  protected registerChild<M extends Module>(name: string, child: M): M {
    this.#checkNew("registerChild", name);
    if (!(child instanceof Module) || typeof child.forward !== "function") {
      throw new TypeError(
        `${this.constructor.name}.registerChild: ${show(name)} is ${show(child)}; expected a Module with a forward method.`,
      );
    }
    if (child.namedModules().some(([, module]) => module === this)) {
      throw new RangeError(
        `${this.constructor.name}.registerChild: ${show(name)} contains this module; expected a tree. Build a new one.`,
      );
    }
    this.#children.set(name, child);
    return child;
  }

  children(): [string, Module][] {
    return [...this.#children];
  }

  /**
   * This module and everything below it, with dotted names ("" for itself), in order of registration.
   *
   * @throws StateError if a field holds a module or a parameter that was not registered
   */
  namedModules(prefix = ""): [string, Module][] {
    this.#checkFields();
    const own: [string, Module][] = [[prefix, this]];
    const below = this.children().flatMap(([name, child]) => child.namedModules(join(prefix, name)));
    return [...own, ...below];
  }

  /** A parameter that several layers share is listed once, under its first name. */
  namedParameters(): [string, Parameter][] {
    const listed = new Set<Parameter>();
    return this.namedModules().flatMap(([prefix, module]) =>
      [...module.#parameters]
        .filter(([, { tensor }]) => !listed.has(tensor) && listed.add(tensor))
        .map(([name, { tensor }]): [string, Parameter] => [join(prefix, name), tensor]),
    );
  }

  /** Of the parameters that are treated otherwise than they were made (frozen, without decay …), how; by name. */
  parameterSettings(): Record<string, ParameterSettings> {
    const changed = this.namedParameters().filter(([, { settings }]) => Object.keys(settings).length > 0);
    return Object.fromEntries(changed.map(([name, { settings }]) => [name, settings]));
  }

  /** @throws RangeError for a name that is no parameter; TypeError, RangeError for a setting */
  setParameterSettings(settings: Readonly<Record<string, ParameterSettings>>): void {
    const parameters = new Map(this.namedParameters());
    for (const [name, setting] of Object.entries(settings)) {
      const parameter = parameters.get(name);
      if (parameter === undefined)
        throw new RangeError(
          `setParameterSettings: there is no parameter ${show(name)}; expected names of this model.`,
        );
      parameter.settings = setting;
    }
  }

  parameters(): Parameter[] {
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  train(mode = true): this {
    checkBoolean(`${this.constructor.name}.train: mode`, mode);
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

  /**
   * A copy of all parameters and buffers, in PyTorch's names, order and layouts. Neuron state is not in it.
   *
   * @param options extras (default false): with what modules hold beside their weights, such as the ranges of quantizers
   */
  stateDict(options: { extras?: boolean } = {}): StateDict {
    checkOptions("stateDict", options ?? null, ["extras"]);
    const extras = checkBoolean("stateDict: extras", options.extras ?? false);
    return readStateDict(this.#namedSlots(), extras);
  }

  /** Whether state dicts of this model may have an extra of this name, and its shape; null if not. */
  extraShape(name: string): Shape | null {
    const slot = this.#namedSlots().find(([each, { extra }]) => extra !== null && each === name);
    return slot === undefined ? null : slot[1].layout().foreign;
  }

  /**
   * Sets parameters and buffers from a state dict in PyTorch's names and layouts. Nothing is changed if
   * anything is wrong. Entries named `num_batches_tracked` are ignored; extras may be missing.
   *
   * @param options strict (default true): names that are missing or unexpected are errors
   * @returns the names that were missing and unexpected
   * @throws RangeError naming missing and unexpected entries; ShapeError, RangeError for an entry that does not fit
   */
  loadStateDict(
    dict: LoadableStateDict,
    options: { strict?: boolean } = {},
  ): { missing: string[]; unexpected: string[] } {
    return writeStateDict(new Map(this.#namedSlots()), dict, options);
  }

  /**
   * What files are checked for before they are written: loadStateDict would take the values that are there now.
   *
   * @param where opens the message: "encodeModel"
   * @throws RangeError for a threshold or a variance that is none
   */
  checkStateDict(where: string): void {
    checkSlots(where, this.#namedSlots());
  }

  /** The tensors of the state dict that are not learned, with their names. */
  namedBuffers(): [string, Tensor][] {
    return this.namedModules().flatMap(([prefix, module]) =>
      [...module.#buffers].map(([name, { tensor }]): [string, Tensor] => [join(prefix, name), tensor]),
    );
  }

  /** JSON holds no networks. @throws TypeError that says what holds them */
  toJSON(): never {
    throw new TypeError(
      `${this.constructor.name}: a network or layer cannot be written as JSON; expected stateDict() for its weights, ` +
        `model.architecture for its layers, or saveModel(path, model) for both.`,
    );
  }

  /** @throws TypeError, RangeError unless a parameter, buffer or child may have this name */
  #checkNew(method: string, name: unknown): void {
    const where = `${this.constructor.name}.${method}`;
    if (typeof name !== "string" || name === "" || name.includes(".")) {
      throw new TypeError(
        `${where}: the name is ${show(name)}; expected a string without a dot, which separates names in state dicts.`,
      );
    }
    if (this.#parameters.has(name) || this.#buffers.has(name) || this.#children.has(name)) {
      throw new RangeError(
        `${where}: the name ${show(name)} is taken; expected another. Rename one of the two.`,
      );
    }
  }

  /** A field that merely holds a layer would not be trained, nor stored: that is never meant. What is #private is not seen. */
  #checkFields(): void {
    const own = new Set<object>([...this.#children.values(), this]);
    for (const { tensor } of this.#parameters.values()) own.add(tensor);
    for (const field of Reflect.ownKeys(this)) {
      const held: unknown = Object.getOwnPropertyDescriptor(this, field)?.value;
      const part = unknownPart(held, isPart, (each) => own.has(each) || this.#isBelow(each));
      if (part === undefined) continue;
      const method = part instanceof Module ? "registerChild" : "registerParameter";
      throw new StateError(
        `${this.constructor.name}: the field "${String(field)}" holds ${show(part)} that is not registered, so it would not be trained or saved; ` +
          `expected this.${method}(name, …) in the constructor.`,
      );
    }
  }

  /** Of another module below this one: it may be listed here, too. */
  #isBelow(part: Module | Parameter): boolean {
    return [...this.#children.values()].some(
      (child) =>
        child === part ||
        [...child.#parameters.values()].some(({ tensor }) => tensor === part) ||
        child.#isBelow(part),
    );
  }

  #namedSlots(): [string, StateSlot][] {
    return this.namedModules().flatMap(([prefix, module]) =>
      [...module.#parameters, ...module.#buffers].map(([name, slot]): [string, StateSlot] => [
        join(prefix, name),
        slot,
      ]),
    );
  }
}

function isPart(value: object): value is Module | Parameter {
  return value instanceof Module || value instanceof Parameter;
}

function join(prefix: string, name: string): string {
  return prefix === "" ? name : name === "" ? prefix : `${prefix}.${name}`;
}
