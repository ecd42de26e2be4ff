/** Which parameters of a model an optimizer moves by options of their own. */

import type { OptimizerGroup, OptimizerSpec } from "../optimizers/table.js";
import type { SpikingModel } from "../models/spiking-model.js";
import type { Params } from "../optimizers/optimizer.js";
import { show } from "../show.js";
import type { Tensor } from "../tensor/tensor.js";

/**
 * The learned thresholds of the spiking layers.
 *
 * @throws TypeError for a neuron that says it learns one, and not which of its parameters that is
 */
export function thresholdsOf(model: SpikingModel): Tensor[] {
  return model.spikingLayers().flatMap(([name, { learnedThreshold, traits }]): Tensor[] => {
    if (learnedThreshold !== null) return [learnedThreshold];
    if (traits.threshold !== "learned") return [];
    throw new TypeError(
      `${name}, of the kind ${traits.kind}, has a learned threshold by its traits, and learnedThreshold is null; ` +
        `expected the parameter that is its threshold. Override the getter learnedThreshold of its class.`,
    );
  });
}

/**
 * The parameters in the order of the model, which is that of saved states, however they are grouped: those that follow one
 * another and are moved alike are a group.
 *
 * @throws RangeError for a group that is empty, or shares a parameter with another
 */
export function groupedParameters(
  model: SpikingModel,
  { thresholdLr, groups: given = [] }: OptimizerSpec,
): Params<object> {
  const groups: readonly OptimizerGroup[] = [
    ...given,
    ...(thresholdLr === undefined
      ? []
      : [{ parameters: "thresholds", params: { lr: thresholdLr } } as const]),
  ];
  if (groups.length === 0) return model.parameters();
  const ownOf = new Map<Tensor, object>();
  groups.forEach(({ parameters, params: own }, i) => {
    const where = i < given.length ? `Trainer: optimizer.groups[${i}]` : "Trainer: optimizer.thresholdLr";
    for (const [name, parameter] of selected(where, model, parameters)) {
      if (ownOf.has(parameter)) {
        throw new RangeError(
          `${where}: ${name} belongs to a group before; expected each parameter in one group.`,
        );
      }
      ownOf.set(parameter, own);
    }
  });
  const runs: { own: object; params: Tensor[] }[] = [];
  const shared = {};
  for (const parameter of model.parameters()) {
    const own = ownOf.get(parameter) ?? shared;
    const last = runs.at(-1);
    if (last?.own === own) last.params.push(parameter);
    else runs.push({ own, params: [parameter] });
  }
  return runs.map((run) => ({ ...run.own, params: run.params }));
}

/** @throws RangeError if there is none */
function selected(
  where: string,
  model: SpikingModel,
  parameters: OptimizerGroup["parameters"],
): [string, Tensor][] {
  const all = model.namedParameters();
  if (parameters === "thresholds") {
    const thresholds = thresholdsOf(model);
    const found = all.filter(([, parameter]) => thresholds.includes(parameter));
    if (found.length > 0) return found;
    throw new RangeError(`${where}: the model has no learned thresholds; expected some. Leave it out.`);
  }
  return parameters.flatMap((pattern) => {
    const found = all.filter(([name]) => matches(name, pattern));
    if (found.length > 0) return found;
    throw new RangeError(
      `${where}: no parameter is called ${show(pattern)}; expected names such as ${all
        .slice(0, 3)
        .map(([name]) => show(name))
        .join(", ")}, where * stands for anything.`,
    );
  });
}

function matches(name: string, pattern: string): boolean {
  const escaped = pattern.split("*").map((part) => part.replace(/[^\w]/g, "\\$&"));
  return new RegExp(`^${escaped.join(".*")}$`).test(name);
}
