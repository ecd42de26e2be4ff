/** What all ranks find at the same time, one of them says. */

import { launchedBy, type Environment } from "./launched.js";

/** Milliseconds: rank 0 has said it by then, and the launcher is about to end the others. */
const FIRST = 900;
const NEXT = 150;
const MOST = 10;

/** How long a rank waits before it says why it failed; 0 for rank 0, and where there are no ranks. */
export function silenceBefore(environment: Environment): number {
  const rank = launchedBy(environment)?.rank ?? 0;
  return rank === 0 ? 0 : FIRST + NEXT * Math.min(rank - 1, MOST);
}
