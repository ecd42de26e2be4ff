/**
 * init() for who runs networks and trains none: a function of its own, so that bundlers leave out the kernels for training
 * and the twins of the kernels where nobody calls init().
 */

import { createInferenceBackend } from "./wasm/inference-backend.js";
import { checkOptions } from "../checks.js";
import { turnIfDue } from "../platform/event-loop.js";
import { backendIfAny, createdBackend, keepBackend, setCurrentBackend } from "./current.js";
import type { Backend } from "./backend.js";
import { nativeOffer } from "./native-offer.js";
import type { InitOptions } from "./select.js";
import { threadCount } from "./thread-count.js";

export type InitInferenceOptions = Pick<InitOptions, "threads">;

/**
 * Loads the kernels that run a network, and no others: half of what init() loads, with the same bits. What takes a kernel
 * for training (backward(), a step of an optimizer, batch normalisation in training) throws a StateError. After init() it
 * changes the number of threads alone; an init() after it makes all kernels those of tensors made from then on.
 *
 * @throws TypeError, RangeError on options that are not known
 */
export async function initInference(options: InitInferenceOptions = {}): Promise<void> {
  checkOptions("initInference", options, ["threads"]);
  const threads = threadCount("initInference", options.threads);
  const offer = nativeOffer();
  const native = offer?.usual() === "native";
  const whole = (): Promise<Backend> | undefined => createdBackend("native") ?? createdBackend("wasm");
  for (;;) {
    const now = backendIfAny();
    const loading = now?.name === "wasm" ? createdBackend("wasm") : (whole() ?? createdBackend("inference"));
    const make = native ? (threads: number) => offer.createInference(threads) : createInferenceBackend;
    const backend = await (loading ?? keepBackend("inference", make(threads)));
    await backend.setThreads(threads);
    // An init() that was called meanwhile has the last word, whichever of the two is ready first.
    if (!backend.trains && whole() !== undefined) continue;
    setCurrentBackend(backend);
    return turnIfDue();
  }
}
