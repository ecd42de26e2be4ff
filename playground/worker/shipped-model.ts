/** The network that comes with the page, from the server that the page is from. */

import { safetensorsHeader } from "../state/safetensors-start.js";

const ADVICE =
  "The page shows a new network that has learned nothing yet: train it, or drop a model. For whoever runs the server: " +
  "all files of the page must be there, as npm run build:page writes them.";

/** @throws Error with a sentence for the reader, unless the answer is a safetensors file */
export async function fetchModel(
  address: string,
  ask: (address: string) => Promise<Response> = fetch,
): Promise<Uint8Array> {
  const what = `The network that comes with this page could not be loaded from ${address}`;
  const response = await ask(address).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${what}: the server does not answer (${why}). ${ADVICE}`, { cause: error });
  });
  if (!response.ok) {
    const status = `${response.status} ${response.statusText}`.trim();
    throw new Error(`${what}: the server answers ${status}; expected the file. ${ADVICE}`);
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (safetensorsHeader(bytes) !== null) return bytes;
  const name = new URL(address, "http://page/").pathname.split("/").at(-1) ?? address;
  const { kindOf, START_BYTES } = await import("../state/file-kinds.js");
  const known = kindOf({ name, type: "", size: bytes.length, start: bytes.subarray(0, START_BYTES) });
  const found = "sentence" in known ? known.sentence : `${name} is another kind of file.`;
  throw new Error(`${what}: ${found} ${ADVICE}`);
}
