/**
 * Work of one turn that can be given up on the way: long work that never waits. It is asked wherever memory is taken for a
 * tensor. There any work may fail, for want of memory, and leaves things as they were.
 */

let isAsked: (() => boolean) | null = null;

/** Work ended early because it was asked to. */
export class GivenUp extends Error {
  override name = "GivenUp";
}

/**
 * @param asked whether to give up; called often
 * @throws GivenUp soon after `asked` has said yes; what the work throws
 */
export function canBeGivenUp<R>(asked: () => boolean, work: () => R): R {
  const outer = isAsked;
  isAsked = asked;
  try {
    return work();
  } finally {
    isAsked = outer;
  }
}

/** @throws GivenUp, once: what tidies up afterwards is not asked again */
export function giveUpIfAsked(): void {
  if (isAsked?.() !== true) return;
  isAsked = null;
  throw new GivenUp("the work was given up; expected to be waited for. Start it again.");
}
