/** User-defined operations: a forward and a backward that belong together. */

import { show } from "../show.js";
import { StateError } from "../errors.js";
import { scope } from "../tensor/scope.js";
import { Tensor } from "../tensor/tensor.js";
import { gradEnabled, withGrad } from "./grad-mode.js";
import { record } from "./node.js";

/** What forward and backward of an AutogradFunction share. */
export interface FunctionContext {
  /** Keeps tensors for backward. Call it in forward, once. @throws StateError, TypeError */
  saveForBackward(...tensors: readonly Tensor[]): void;
  /** The tensors saved by forward, in order. */
  readonly savedTensors: readonly Tensor[];
  /** Per argument of apply(): whether its gradient is wanted. False for arguments that are not tensors. */
  readonly needsInputGrad: readonly boolean[];
}

/** The class side of an AutogradFunction: what apply() calls. */
interface FunctionClass<Args extends readonly unknown[]> {
  readonly name: string;
  forward(ctx: FunctionContext, ...args: Args): Tensor;
  backward(ctx: FunctionContext, gradOutput: Tensor): readonly (Tensor | null)[];
}

/** The class side of one whose forward returns a list: M, a tensor per output. */
interface SeveralOutputsClass<Args extends readonly unknown[], M extends readonly Tensor[]> {
  readonly name: string;
  forward(ctx: FunctionContext, ...args: Args): M;
  // No method: a backward that does not expect null does not compile.
  readonly backward: (
    ctx: never,
    ...gradOutputs: { readonly [I in keyof M]: Tensor | null }
  ) => readonly (Tensor | null)[];
}

/** Either of them, as it is called. */
interface AnyFunctionClass {
  readonly name: string;
  forward(ctx: FunctionContext, ...args: readonly unknown[]): unknown;
  backward(ctx: FunctionContext, ...gradOutputs: readonly (Tensor | null)[]): readonly (Tensor | null)[];
}

/**
 * Derive from this class and define two static methods:
 *
 *   static forward(ctx, ...args): Tensor                 // runs without recording
 *   static backward(ctx, gradOutput): (Tensor | null)[]  // one entry per argument of apply()
 *
 * then call `YourFunction.apply(...args)`. A function with several outputs returns a list of them, and gets the gradient of
 * each, or null for one that the result of backward() was not computed from:
 *
 *   static forward(ctx, ...args): [Tensor, Tensor]
 *   static backward(ctx, gradFirst: Tensor | null, gradSecond: Tensor | null): (Tensor | null)[]
 */
export class AutogradFunction {
  /**
   * Runs forward and puts the operation on the tape, once, if a tensor argument requires a gradient.
   *
   * @returns one tensor, or a list of them, as forward does; what it hands through becomes a tensor of its own
   * @throws TypeError if forward returns something else than tensors; RangeError if it returns an empty list, or a tensor
   *   twice; StateError if backward returns another number of gradients than apply had arguments
   */
  static apply<Args extends readonly unknown[]>(this: FunctionClass<Args>, ...args: Args): Tensor;
  static apply<Args extends readonly unknown[], M extends readonly Tensor[]>(
    this: SeveralOutputsClass<Args, M>,
    ...args: Args
  ): { -readonly [I in keyof M]: Tensor };
  // First and last: an untyped forward takes the first that fits, bind() and ReturnType take the last.
  static apply<Args extends readonly unknown[]>(this: FunctionClass<Args>, ...args: Args): Tensor;
  static apply(this: AnyFunctionClass, ...args: readonly unknown[]): Tensor | Tensor[] {
    checkClass(this);
    const inputs = args.filter((arg) => arg instanceof Tensor);
    const ctx = new Context(
      this.name,
      args.map((arg) => gradEnabled() && arg instanceof Tensor && arg.requiresGrad),
    );
    // What forward saved leaves the scope with the output.
    const [isSingle, outputs, saved] = scope(() =>
      withGrad(false, () => {
        const made = this.forward(ctx, ...args);
        const list = Array.isArray(made) ? checkOutputs(this.name, made) : [checkOutput(this.name, made)];
        // An argument, or a tensor from elsewhere, that is handed through becomes a tensor of its own.
        return [made instanceof Tensor, list.map((output) => output.alias()), ctx.takeSaved()] as const;
      }),
    );
    record(this.name, inputs, outputs, saved, (gradOutputs, node) => {
      ctx.savedTensors = saved.map((_, i) => node.tensor(i));
      // The tape comes here for a gradient that has arrived: a single output has one.
      const gradients = this.backward(ctx, ...gradOutputs);
      checkGradients(this.name, gradients, args);
      return gradients.filter((_, i) => args[i] instanceof Tensor);
    });
    for (const tensor of saved) tensor.dispose();
    return isSingle ? outputs[0] : outputs;
  }
}

/** @throws TypeError unless it is a tensor */
function checkOutput(name: string, output: unknown): Tensor {
  if (output instanceof Tensor) return output;
  throw new TypeError(`${name}.forward returned ${show(output)}; expected a Tensor.`);
}

/** @throws TypeError unless all are tensors; RangeError unless there is one, and each is there once */
function checkOutputs(name: string, outputs: readonly unknown[]): readonly Tensor[] {
  if (outputs.length === 0) {
    throw new RangeError(
      `${name}.forward returned an empty list; expected a Tensor, or a list of at least one.`,
    );
  }
  return Array.from(outputs, (output, i) => {
    if (!(output instanceof Tensor)) {
      throw new TypeError(
        `${name}.forward returned ${show(output)} in place ${i} of its list; expected a Tensor. ` +
          `Keep other values as properties of ctx.`,
      );
    }
    const first = outputs.indexOf(output);
    if (first === i) return output;
    throw new RangeError(
      `${name}.forward returned the same tensor in places ${first} and ${i}; expected another for each output. ` +
        `Return it once, and use that output twice.`,
    );
  });
}

/** One per call of apply(); forward may leave notes on it for backward, as properties of its own. */
class Context implements FunctionContext {
  readonly needsInputGrad: readonly boolean[];
  savedTensors: readonly Tensor[] = [];
  readonly #name: string;
  #saved: readonly Tensor[] | null = [];

  constructor(name: string, needsInputGrad: readonly boolean[]) {
    this.#name = name;
    this.needsInputGrad = needsInputGrad;
  }

  saveForBackward(...tensors: readonly Tensor[]): void {
    if (this.#saved === null) {
      throw new StateError(`${this.#name}: saveForBackward was called in backward; call it in forward.`);
    }
    if (this.#saved.length > 0) {
      throw new StateError(`${this.#name}: saveForBackward was called twice; give it all tensors at once.`);
    }
    this.#saved = tensors.map((tensor: unknown, i) => {
      if (tensor instanceof Tensor) return tensor.alias();
      throw new TypeError(
        `${this.#name}: saveForBackward got ${show(tensor)} in place ${i}; expected tensors. Keep other values as properties of ctx.`,
      );
    });
  }

  takeSaved(): readonly Tensor[] {
    const saved = this.#saved ?? [];
    this.#saved = null;
    return saved;
  }
}

/** @throws TypeError unless it is a class with forward and backward */
function checkClass(called: unknown): void {
  if (typeof called !== "function")
    throw new TypeError(
      "apply: it was called without its class; expected a call such as SpikeFunctionSigmoid.apply(x, alpha).",
    );
  for (const method of ["forward", "backward"]) {
    if (typeof (called as unknown as Record<string, unknown>)[method] === "function") continue;
    throw new TypeError(
      `${called.name}.apply: the class has no static ${method}(ctx, …); expected forward and backward. Define both as static methods.`,
    );
  }
}

function checkGradients(name: string, gradients: unknown, args: readonly unknown[]): void {
  if (!Array.isArray(gradients) || gradients.length !== args.length) {
    const got = Array.isArray(gradients) ? `${gradients.length} gradients` : show(gradients);
    throw new StateError(
      `${name}.backward returned ${got}; expected an array with one gradient per argument of apply: ${args.length}.`,
    );
  }
  gradients.forEach((gradient: unknown, i) => {
    if (gradient === null) return;
    if (!Tensor.isTensor(gradient)) {
      throw new TypeError(
        `${name}.backward returned ${show(gradient)} for argument ${i}; expected a Tensor or null.`,
      );
    }
    if (!(args[i] instanceof Tensor)) {
      throw new TypeError(
        `${name}.backward returned a gradient for argument ${i}, which is ${show(args[i])}; expected null there. ` +
          `Return the gradients in the order of apply's arguments.`,
      );
    }
  });
}
