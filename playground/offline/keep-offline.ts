/** Lets the page work without a network after the first visit: docs/playground.md says what is kept, and how it is renewed. */

/** After everything else. Not in the development server, whose files change while they are looked at. */
export function keepOffline(): void {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  // By a browser that forbids it, or without a network, the page is as it was: for this visit.
  navigator.serviceWorker.register("./service-worker.js", { updateViaCache: "none" }).catch(() => undefined);
}
