/** The network that comes with the page, from the server that the page is from. */

import { kindOf, START_BYTES } from "../state/file-kinds.js";

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
  const name = new URL(address, "http://page/").pathname.split("/").at(-1) ?? address;
  const start = bytes.subarray(0, START_BYTES);
  const known = kindOf({ name, type: "", size: bytes.length, start });
  if (known.kind === "safetensors") return bytes;
  const found = known.kind === "other" ? known.sentence : `${name} is another kind of file.`;
  throw new Error(`${what}: ${found} ${ADVICE}`);
}
