/** What is said to those who do not see the page: one sentence at a time, in a live region (panels/announcer.tsx). */

import { signal, type ReadonlySignal } from "@preact/signals";

export interface Announcement {
  readonly sentence: string;
  /** What is said again is said anew. */
  readonly count: number;
}

const said = signal<Announcement>({ sentence: "", count: 0 });

export const announcement: ReadonlySignal<Announcement> = said;

export function announce(sentence: string): void {
  said.value = { sentence, count: said.peek().count + 1 };
}
