/** What layers are called in C, where their names would be those of something else. */

import type { LayerPlace } from "../outline.js";

/** What follows the network's name in what is there besides layers. */
const taken = ["number", "state", "reset", "step", "classify", "trace", "still", "stepwise"];

/** @param helpers names of functions, after that of the network, that layers call */
export function withOwnNames<L extends LayerPlace>(layers: readonly L[], helpers: readonly string[]): L[] {
  const used = new Set([...taken, ...helpers]);
  return layers.map((layer) => {
    let { name } = layer;
    // Constants of a layer are called after it.
    while ([name, `${name}_weights`, `${name}_start`].some((each) => used.has(each))) name += "_";
    for (const each of [name, `${name}_weights`, `${name}_start`]) used.add(each);
    return name === layer.name ? layer : { ...layer, name };
  });
}
