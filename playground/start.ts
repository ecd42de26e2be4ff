/**
 * What computes is begun before the page itself is loaded: a script of its own, so that the worker, its data and the page come at the
 * same time. The built page names it first (start-first.ts).
 */

export const worker = new Worker(new URL("./worker/worker.ts", import.meta.url), { type: "module" });

/** What it could not be loaded for; null while nothing is known. */
export let stillborn: string | null = null;

worker.addEventListener("error", ({ message }) => (stillborn = message), { once: true });
