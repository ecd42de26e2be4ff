/** A network taken apart: its layers as data and its arrays by name, to be changed and made into another model. */

import { INPUT } from "../graph/layer-graph.js";
import type { KnownLayer, PlainOptions } from "../layers/table.js";
import type { ParameterSettings } from "../module/parameter.js";
import type { StateEntry } from "../module/state-dict.js";
import type { Architecture } from "../models/architecture.js";
import { checkModel } from "../models/check-model.js";
import { planGraphModel } from "../models/graph-model.js";
import type { SpikingModel } from "../models/spiking-model.js";
import { createWithoutDrawing, storedArchitecture } from "../models/stored-architecture.js";
import { networkOf } from "../models/table.js";
import { sameData } from "../schema/plain-copy.js";
import type { Shape } from "../shapes.js";

/** A layer that may be changed. */
export interface DraftLayer {
  readonly name: string;
  kind: string;
  options: PlainOptions;
  inputs: readonly string[];
  /** Of its kind when it was taken out. */
  readonly row: KnownLayer;
  /** Of its output, channels last. */
  readonly shape: Shape;
}

export interface Draft {
  /** What the network was made from: a template's options, or a list of layers. */
  readonly architecture: Architecture;
  /** In the order of the state dict. */
  layers: readonly DraftLayer[];
  /** The same in an order in which they can be computed, as they were; the last is the output. */
  readonly computed: readonly DraftLayer[];
  /** The arrays, in PyTorch's names and layouts. */
  readonly state: Map<string, StateEntry>;
  readonly settings: Map<string, ParameterSettings>;
  readonly training: boolean;
  /** Names of layers that are in the other mode. */
  readonly otherMode: ReadonlySet<string>;
}

/**
 * A copy; the model is left as it is.
 *
 * @throws TypeError unless it is a model of layers that are known by kind
 */
export function draftOf(where: string, model: SpikingModel): Draft {
  checkModel(where, model);
  const architecture = storedArchitecture(model);
  const plan = planGraphModel(where, networkOf(architecture));
  const names = [INPUT, ...plan.layers.map(({ name }) => name)];
  const computed = plan.layers.map(({ name, row, options, inputs, shape }): DraftLayer => {
    return { name, kind: row.kind, options, inputs: inputs.map((place) => names[place]), row, shape };
  });
  const others = model.namedModules().filter(([, { training }]) => training !== model.training);
  return {
    architecture,
    layers: plan.places.map((place) => computed[place - 1]),
    computed,
    state: new Map(Object.entries(model.stateDict({ extras: true }))),
    settings: new Map(Object.entries(model.parameterSettings())),
    training: model.training,
    otherMode: new Set(others.map(([name]) => name)),
  };
}

/**
 * The model that a changed draft describes, in the modes of the one that was taken apart.
 *
 * @param template what it shall be made from if that gives the same layers, instead of the list of them
 * @throws as GraphModel, and as loadStateDict
 */
export function modelOf(draft: Draft, template: Architecture | null = null): SpikingModel {
  const { inputShape, outputShape, timesteps, stepMode } = networkOf(draft.architecture);
  const layers = draft.layers.map(({ name, kind, options, inputs }) => ({ name, kind, options, inputs }));
  const listed = {
    kind: "GraphModel",
    options: { inputShape, outputShape, layers, timesteps, stepMode },
  };
  const isTemplate = template !== null && sameNetwork(template, listed);
  const { preprocessing } = draft.architecture;
  const model = createWithoutDrawing({
    ...(isTemplate ? template : listed),
    ...(preprocessing === undefined ? {} : { preprocessing }),
  });
  model.setParameterSettings(Object.fromEntries(draft.settings));
  model.loadStateDict(Object.fromEntries(draft.state));
  model.train(draft.training);
  for (const [name, module] of model.namedModules())
    if (draft.otherMode.has(name)) module.training = !draft.training;
  return model;
}

/** Whether two architectures give the same layers under the same names, in the same order. */
function sameNetwork(one: Architecture, other: Architecture): boolean {
  const [a, b] = [one, other].map((architecture) => {
    const { layers, places } = planGraphModel(architecture.kind, networkOf(architecture));
    return {
      places,
      layers: layers.map(({ name, row, options, inputs }) => ({
        name,
        kind: row.kind,
        options: row.complete(options),
        inputs,
      })),
    };
  });
  return sameData(a, b);
}

/** The layers that read one. */
export function readersOf({ layers }: Draft, name: string): DraftLayer[] {
  return layers.filter(({ inputs }) => inputs.includes(name));
}
