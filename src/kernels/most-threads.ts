import { availableCores } from "../platform/available-cores.js";

/** On any machine. */
const ALWAYS = 16;
const PER_CORE = 4;
/** More than a process can start in reasonable time. */
const EVER = 1024;

/**
 * Threads that may be asked for: four to a core, and 16 on small machines. A thread takes some 8 MB whether or not it has
 * a core to run on, and those without one only hold the others up.
 */
export function mostThreads(cores = availableCores()): number {
  return Math.min(EVER, Math.max(ALWAYS, PER_CORE * cores));
}
