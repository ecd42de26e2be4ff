/** Runs a model over all time steps, and shows what each spiking layer took in and gave. */

import { noGrad } from "../autograd/grad-mode.js";
import { checkInteger } from "../checks.js";
import { ShapeError, StateError } from "../errors.js";
import { checkModel } from "../models/check-model.js";
import type { SpikingModel } from "../models/spiking-model.js";
import { withMode } from "../module/mode.js";
import type { BaseNode } from "../neurons/base-node.js";
import { observing, type Observation } from "../neurons/observation.js";
import { at, repeat, stack } from "../ops/slice.js";
import { formatShape, sameShape } from "../shapes.js";
import { show } from "../show.js";
import { scope } from "../tensor/scope.js";
import { Tensor } from "../tensor/tensor.js";

/** One spiking layer at work. The tensors live until the visit ends. */
export interface LayerVisit {
  /** In the state dict: "layers.neuron1". */
  readonly name: string;
  readonly neuron: BaseNode;
  /** What the neurons took in, [T, N, ...]. */
  readonly input: Tensor;
  /** What they gave, [T, N, ...]. */
  readonly output: Tensor;
  /** v after every step, [T, N, ...]; null unless asked for. */
  readonly potential: Tensor | null;
}

export interface WalkOptions {
  /** How many time steps: those of the model if it is left out. */
  readonly timesteps?: number;
  readonly potentials?: boolean;
  /** true: x is what runSequence() takes, [T, N, ...]. */
  readonly time?: boolean;
  readonly visit: (layer: LayerVisit) => void;
}

/**
 * Shows x to the model for T time steps, in evaluation mode, from rest, whatever class it has and wherever its neurons are.
 * The state of the neurons is forgotten, and modes are given back.
 *
 * @param x [N, ...inputShape]; or [T, N, ...inputShape] with `time`
 * @param read what to take from the outputs of all steps [T, N, classes], before they are freed
 * @throws TypeError, ShapeError, RangeError for an input that the model does not take; StateError for a neuron that is not
 *   called once in each time step
 */
export function walkLayers<R>(
  where: string,
  model: SpikingModel,
  x: Tensor,
  options: WalkOptions,
  read: (outputs: Tensor) => R,
): R {
  checkModel(where, model);
  const { potentials = false, time = false, visit } = options;
  const leading = time ? 2 : 1;
  if (!Tensor.isTensor(x) || x.rank < leading || !sameShape(x.shape.slice(leading), model.inputShape)) {
    throw new ShapeError(
      `${where}: x is ${Tensor.isTensor(x) ? formatShape(x.shape) : show(x)}; ` +
        `expected [${time ? "T, " : ""}N, ${model.inputShape.join(", ")}]. One sample is a batch of one.`,
    );
  }
  const wrong = x.data.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new RangeError(
      `${where}: x holds ${x.data[wrong]} at element ${wrong} of ${formatShape(x.shape)}; expected finite numbers. Repair or leave out that sample.`,
    );
  }
  const T = checkInteger(
    `${where}: timesteps`,
    options.timesteps ?? (time ? x.shape[0] : model.timesteps),
    1,
  );
  if (time && T !== x.shape[0]) {
    throw new RangeError(
      `${where}: timesteps is ${T} but x has ${x.shape[0]} time steps; expected the same. Leave it out.`,
    );
  }
  try {
    return withMode(model, false, () =>
      scope(() =>
        noGrad(() => {
          model.reset();
          const { outputs, seen } = showAll(model, time ? x : repeat(x, T), potentials);
          for (const layer of visitsOf(where, model, seen, T)) visit(layer);
          return read(outputs);
        }),
      ),
    );
  } finally {
    scope(() => model.reset());
  }
}

/** By neuron, in the order in which they are called. */
type Seen = Map<BaseNode, Observation[]>;

function showAll(model: SpikingModel, xs: Tensor, potentials: boolean): { outputs: Tensor; seen: Seen } {
  const seen: Seen = new Map();
  const observerOf = (neuron: BaseNode) => ({
    potentials,
    seen({ input, output, potential }: Observation): void {
      const before = seen.get(neuron) ?? [];
      const kept = { input: input.alias(), output: output.alias(), potential: potential?.alias() ?? null };
      seen.set(neuron, [...before, kept]);
    },
  });
  const outputs = observing(model.neurons(), observerOf, () =>
    model.stepMode === "m"
      ? model.forward(xs)
      : stack(Array.from({ length: xs.shape[0] }, (_, t) => model.forward(at(xs, t)))),
  );
  return { outputs, seen };
}

function* visitsOf(where: string, model: SpikingModel, seen: Seen, T: number): Iterable<LayerVisit> {
  const names = new Map(model.spikingLayers().map(([name, neuron]) => [neuron, name]));
  // Inside a layer with feedback, neurons take one time step after another, whatever the model does.
  const isWhole = (neuron: BaseNode): boolean => neuron.stepMode === "m";
  for (const [neuron, name] of names) {
    const count = seen.get(neuron)?.length ?? 0;
    const calls = isWhole(neuron) ? 1 : T;
    if (count === calls) continue;
    throw new StateError(
      `${where}: the neuron ${name} was called ${count} times in ${calls === 1 ? "a call of the model" : `${calls} time steps`}; ` +
        `expected once in each. A forward() of its own must call super.forward(), and each place in a network needs a neuron of its own.`,
    );
  }
  for (const [neuron, observations] of seen) {
    const all = (part: (each: Observation) => Tensor | null): Tensor | null => {
      const tensors = observations.flatMap((each) => part(each) ?? []);
      if (tensors.length < observations.length) return null;
      return isWhole(neuron) ? tensors[0] : stack(tensors);
    };
    yield {
      name: names.get(neuron) ?? "",
      neuron,
      input: all(({ input }) => input) as Tensor,
      output: all(({ output }) => output) as Tensor,
      potential: all(({ potential }) => potential),
    };
  }
}
