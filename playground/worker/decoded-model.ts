/** Model files, as the page opens them. */

import { decodeModel, type LoadedModel } from "atif";

/** A file of this library. Its layers may be of kinds that only networks of other tools need. */
export async function decodedModel(bytes: Uint8Array, name: string): Promise<LoadedModel> {
  try {
    return decodeModel(bytes, name);
  } catch {
    await import("./import-network.js").catch(() => null);
    return decodeModel(bytes, name);
  }
}
