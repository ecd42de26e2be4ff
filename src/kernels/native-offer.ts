/** What Node has besides WebAssembly: kernels/native/install.ts offers it, which pages do not load. */

import type { Backend, BackendName } from "./backend.js";

export interface NativeOffer {
  /** What init() takes where no option names one. @throws RangeError if the environment names something else */
  usual(): BackendName;
  /** @throws StateError, with what was tried, if there is none */
  create(threads: number): Promise<Backend>;
  /** The same, with the kernels that run a network alone. */
  createInference(threads: number): Promise<Backend>;
  /** Why another backend is taken, in words. */
  whyNot(): string;
}

let offer: NativeOffer | undefined;

export function offerNative(native: NativeOffer): void {
  offer = native;
}

export function nativeOffer(): NativeOffer | undefined {
  return offer;
}
