/** What went well or wrong, as a sentence on the page. */

import { TaskError } from "../engine.js";
import { change, current } from "../state/page-state.js";

/** Runs an action; what goes wrong becomes a sentence on the page. */
export async function told(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    const detail = error instanceof TaskError ? error.detail : null;
    change({ notice: { kind: "error", sentence, ...(detail === null ? {} : { detail }) } });
  }
}

export function done(sentence: string): void {
  change({ notice: { kind: "done", sentence } });
}

/** Besides what is wrong already: of an address several things may be. */
export function complain(sentence: string): void {
  const { notice } = current();
  const before = notice?.kind === "error" ? `${notice.sentence} ` : "";
  change({ notice: { kind: "error", sentence: before + sentence } });
}

export function dismissNotice(): void {
  change({ notice: null });
}
