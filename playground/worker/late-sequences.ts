/** What makes sequences, from the first network on that takes some. */

import { notLoaded } from "../state/not-loaded.js";
import { problems } from "../words/problems.js";

type Sequences = typeof import("./sequences.js");

let loaded: Sequences | null = null;

export async function loadSequences(): Promise<Sequences> {
  loaded ??= await import("./sequences.js").catch(notLoaded);
  return loaded;
}

/** Once there is a network that takes some. */
export function sequences(): Sequences {
  if (loaded === null) throw new Error(problems.network.notReady);
  return loaded;
}
