import type { ReadArrays } from "./foreign-arrays.js";
export async function torchArrays(bytes: Uint8Array, source: string): Promise<ReadArrays> {
  await Promise.resolve();
  throw new Error(source + bytes.length);
}
