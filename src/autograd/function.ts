/** User-defined operations: a forward and a backward that belong together. */

import { StateError } from "../errors.js";
import { scope } from "../tensor/scope.js";
import { Tensor } from "../tensor/tensor.js";
import { gradEnabled, withGrad } from "./grad-mode.js";
import { record } from "./node.js";

/** What forward and backward of an AutogradFunction share. */
export interface FunctionContext {
  /** Keeps tensors for backward. Call it in forward, once. */
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

/**
 * Derive from this class and define two static methods:
 *
 *   static forward(ctx, ...args): Tensor                 // runs without recording
 *   static backward(ctx, gradOutput): (Tensor | null)[]  // one entry per argument of apply()
 *
 * then call `YourFunction.apply(...args)`.
 */
export class AutogradFunction {
  /**
   * Runs forward and puts the operation on the tape if a tensor argument requires a gradient.
   *
   * @throws StateError if backward returns another number of gradients than apply had arguments
   */
  static apply<Args extends readonly unknown[]>(this: FunctionClass<Args>, ...args: Args): Tensor {
    const inputs = args.filter((arg): arg is Args[number] & Tensor => arg instanceof Tensor);
    const needsInputGrad = args.map((arg) => gradEnabled() && arg instanceof Tensor && arg.requiresGrad);
    let saved: readonly Tensor[] = [];
    const output = scope(() =>
      withGrad(false, () => {
        const made = this.forward(
          {
            saveForBackward: (...tensors) => void (saved = tensors.map((tensor) => tensor.alias())),
            savedTensors: [],
            needsInputGrad,
          },
          ...args,
        );
        // An argument handed through unchanged becomes a tensor of its own.
        return [inputs.includes(made) ? made.alias() : made, saved] as const;
      }),
    )[0];
    record(this.name, inputs, [output], saved, ([gradOutput], node) => {
      if (gradOutput === null) return inputs.map(() => null);
      const savedTensors = saved.map((_, i) => node.tensor(i));
      const gradients = this.backward(
        { saveForBackward: refuseSaving, savedTensors, needsInputGrad },
        gradOutput,
      );
      if (gradients.length !== args.length) {
        throw new StateError(
          `${this.name}.backward returned ${gradients.length} gradients; expected one per argument: ${args.length}.`,
        );
      }
      return gradients.filter((_, i) => args[i] instanceof Tensor);
    });
    for (const tensor of saved) tensor.dispose();
    return output;
  }
}

function refuseSaving(): never {
  throw new StateError("saveForBackward was called in backward; call it in forward.");
}
