/** Waits for a state, never for a time: how long something takes is the machine's business. */

/** Less than the runner's limit of a test, so that what is missing is said. */
const LONGEST_MS = 25_000;

/**
 * Resolves as soon as it is so.
 *
 * @param what the state, for the message: "a checkpoint"
 * @throws Error if it is not so for long enough that it will not be
 */
export async function until(what: string, isSo: () => boolean, longest = LONGEST_MS): Promise<void> {
  const end = Date.now() + longest;
  while (!isSo()) {
    if (Date.now() > end) throw new Error(`waited ${longest / 1000} s for ${what}; it did not come.`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
