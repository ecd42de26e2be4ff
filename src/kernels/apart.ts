/** Kernels that few need: small modules of their own (kernels/apart) over the memory in which a backend has its arrays. */

import { StateError } from "../errors.js";
import type { Backend } from "./backend.js";

type Numbers = Float32Array | Float64Array | Int32Array;

/**
 * The functions of a module, made once for each backend; null for backends without a memory of WebAssembly, as the reference is.
 *
 * @param base64 of the module: a few kB, which engines compile while one waits
 */
export function apartKernels<Functions extends object>(
  base64: string,
): (backend: Backend) => Functions | null {
  let compiled: WebAssembly.Module | null = null;
  const made = new WeakMap<Backend, Functions>();
  return (backend) => {
    const { memory } = backend;
    if (memory === undefined) return null;
    let functions = made.get(backend);
    if (functions === undefined) {
      compiled ??= new WebAssembly.Module(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)));
      functions = new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as Functions;
      made.set(backend, functions);
    }
    return functions;
  };
}

/** Whether an array lies in the memory of a backend: an array of elsewhere would be an address like any other. */
export function isInMemory({ buffer }: Numbers): boolean {
  return !(buffer instanceof ArrayBuffer);
}

/** Of an array in the memory of a backend; of none 0, which is the address of no array. @throws StateError for arrays of elsewhere */
export function addressOf(array: Numbers | null): number {
  if (array === null) return 0;
  if (!isInMemory(array))
    throw new StateError(
      `an array of ${array.length} elements is not of the backend's heap; make it with heap.float32().`,
    );
  return array.byteOffset;
}
