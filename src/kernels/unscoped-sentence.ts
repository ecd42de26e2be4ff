/** What a full heap says of the bytes that no scope frees. */

import type { Heap } from "./backend.js";

/**
 * With a space in front; empty unless those bytes are most of what is held, and would make room for what was asked for.
 *
 * @param asked bytes that there is no room for
 */
export function unscopedSentence({ heldBeforeScope }: Heap, asked: number, liveBytes: number): string {
  const unscoped = heldBeforeScope ?? liveBytes;
  if (unscoped < asked || 2 * unscoped < liveBytes) return "";
  return (
    ` ${unscoped} of the bytes held were made outside of scope(), or have left one: what nothing refers to any more is ` +
    "freed only when the event loop turns. Put each step into a scope(), or call await nextTurn() after it; awaiting a " +
    "promise that is settled turns nothing."
  );
}
