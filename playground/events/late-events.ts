/** What shows sequences, once there is one to be shown. */

import { signal } from "@preact/signals";
import { told } from "../actions.js";
import { notLoaded } from "../state/not-loaded.js";

type Parts = typeof import("./event-parts.js");

const loaded = signal<Parts | null>(null);
let isAsked = false;

/** null until it is there: who reads it is drawn again then. */
export function eventParts(): Parts | null {
  if (!isAsked) {
    isAsked = true;
    void told(async () => {
      try {
        const parts = await import("./event-parts.js").catch(notLoaded);
        await parts.speakOfEvents(document.documentElement.lang);
        document.head.append(Object.assign(document.createElement("style"), { textContent: parts.styles }));
        loaded.value = parts;
      } catch (error) {
        isAsked = false;
        throw error;
      }
    });
  }
  return loaded.value;
}
