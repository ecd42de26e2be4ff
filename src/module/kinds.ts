/** The names of kinds of layers and neurons. Networks are described by kinds, so that each name has one meaning. */

import { show } from "../show.js";

const taken = new Set<string>();
/** Names that give way to whoever defines one of them: what undoes them. */
const yielding = new Map<string, () => void>();

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
  const undo = yielding.get(kind);
  undo?.();
  yielding.delete(kind);
  if (undo === undefined && taken.has(kind))
    throw new RangeError(`${where}: the kind ${show(kind)} is taken; expected a new name. Choose another.`);
  taken.add(kind);
  return kind;
}

/**
 * Takes a name of the library that programs may have for something of their own: theirs counts, whoever is first.
 *
 * @param undo makes what has the name unknown
 * @returns whether it was free
 */
export function claimYielding(kind: string, undo: () => void): boolean {
  if (taken.has(kind)) return false;
  taken.add(kind);
  yielding.set(kind, undo);
  return true;
}
