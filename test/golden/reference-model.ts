/** Networks of the reference made here: from its options and state dict, with its inputs in our layout. */

import { createModel } from "../../src/models/table.js";
import type { SpikingModel } from "../../src/models/spiking-model.js";
import type { LoadableStateDict } from "../../src/module/state-dict.js";
import type { StepMode } from "../../src/module/module.js";
import { tensor, type Tensor } from "../../src/tensor/tensor.js";

export type Nested = number | readonly Nested[];

/** Options as the reference writes them. */
export type ReferenceParams = Readonly<Record<string, unknown>>;

export interface ReferenceNeuron {
  readonly kind: string;
  readonly params?: ReferenceParams;
}

const camelCase = (key: string): string =>
  key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** The reference writes soft reset as v_reset = false, and gives neurons the step mode of the network. */
function neuronParams(params: ReferenceParams): Record<string, unknown> {
  const { v_reset: vReset, step_mode: _, ...rest } = params;
  const own = Object.fromEntries(Object.entries(rest).map(([key, value]) => [camelCase(key), value]));
  return vReset === undefined ? own : { ...own, vReset: vReset === false ? null : vReset };
}

/** A model in evaluation mode. @param cls "SCNN" */
export function referenceModel(
  cls: string,
  params: ReferenceParams,
  neuron: ReferenceNeuron,
  dict: LoadableStateDict,
  stepMode: StepMode = "s",
): SpikingModel {
  const options = Object.fromEntries(Object.entries(params).map(([key, value]) => [camelCase(key), value]));
  const spec = { kind: neuron.kind, params: neuronParams(neuron.params ?? {}) };
  const model = createModel({ kind: cls, options: { ...options, neuron: spec, stepMode } });
  model.loadStateDict(dict);
  return model.eval();
}

export const flat = (nested: Nested): number[] =>
  typeof nested === "number" ? [nested] : nested.flatMap((each) => flat(each));

export const shapeOf = (nested: Nested): number[] =>
  typeof nested === "number" ? [] : [nested.length, ...shapeOf(nested[0])];

/** Channels go from behind the leading axes to the end. */
export function channelsLast(nested: Nested, leading: number): Tensor {
  const x = tensor(flat(nested), shapeOf(nested));
  const axes = x.shape.map((_, axis) => axis);
  return x.permute([...axes.slice(0, leading), ...axes.slice(leading + 1), leading]);
}

/** A state dict of nested lists. */
export function flatStateDict(
  dict: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: Nested }>>,
): LoadableStateDict {
  return Object.fromEntries(
    Object.entries(dict).map(([name, { shape, data }]) => [name, { shape, data: flat(data) }]),
  );
}
