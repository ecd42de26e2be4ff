/** The names of kinds of layers and neurons. A network is described by kinds, so that each name has one meaning. */

import { show } from "../show.js";

/** What has a name, in words: "a layer". */
const owners = new Map<string, string>(
  [
    ...["Linear", "Conv1d", "Conv2d", "BatchNorm1d", "BatchNorm2d", "MaxPool1d", "MaxPool2d"],
    ...["AvgPool1d", "AvgPool2d", "GlobalSumPool", "Flatten", "Dropout", "Sequential"],
  ].map((kind) => [kind, "a layer"]),
);

/**
 * @param owner what the name will stand for, in words: "a neuron"
 * @throws TypeError unless it is a name; RangeError if it is taken
 */
export function claimKind(where: string, kind: unknown, owner: string): string {
  if (typeof kind !== "string" || !/^[A-Za-z][A-Za-z0-9_]*$/.test(kind)) {
    throw new TypeError(
      `${where}: the kind is ${show(kind)}; expected a name of letters, digits and _, such as "MyNeuron".`,
    );
  }
  const taken = owners.get(kind);
  if (taken !== undefined) {
    throw new RangeError(
      `${where}: the kind is ${show(kind)}, which is ${taken} already; expected a new name. Choose another.`,
    );
  }
  owners.set(kind, owner);
  return kind;
}
