/** From the thread that computes to the one that waits. */

import type { Report } from "./messages.js";

let port: { postMessage(report: Report): void } | null = null;

/** There is one that waits. */
export function tellTo(waiting: { postMessage(report: Report): void } | null): void {
  port = waiting;
}

/** Tells the thread that waits, if there is one. */
export function tell(report: Report): void {
  port?.postMessage(report);
}
