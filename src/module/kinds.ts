/** The names of kinds of layers and neurons. Networks are described by kinds, so that each name has one meaning. */

import { show } from "../show.js";

const taken = new Set<string>();

/**
 * @param where who asks: "defineNeuron"
 * @throws TypeError unless it is a name; RangeError if a layer or a neuron has it
 */
export function claimKind(where: string, kind: unknown): string {
  if (typeof kind !== "string" || !/^[A-Za-z][A-Za-z0-9_]*$/.test(kind)) {
    throw new TypeError(
      `${where}: the kind is ${show(kind)}; expected a name of letters, digits and _, such as "MyNeuron".`,
    );
  }
  if (taken.has(kind))
    throw new RangeError(`${where}: the kind ${show(kind)} is taken; expected a new name. Choose another.`);
  taken.add(kind);
  return kind;
}
