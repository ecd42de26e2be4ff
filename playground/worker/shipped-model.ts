/** The network that comes with the page, from the server that the page is from. */

import { safetensorsHeader } from "../state/safetensors-start.js";
import { problems } from "../words/problems.js";

/** @throws Error with a sentence for the reader, unless the answer is a safetensors file */
export async function fetchModel(
  address: string,
  ask: (address: string) => Promise<Response> = fetch,
): Promise<Uint8Array> {
  const { notLoaded, noAnswer, status } = problems.shipped;
  const response = await ask(address).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(notLoaded(address, noAnswer(why)), { cause: error });
  });
  if (!response.ok) {
    const answer = `${response.status} ${response.statusText}`.trim();
    throw new Error(notLoaded(address, status(answer)));
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (safetensorsHeader(bytes) !== null) return bytes;
  const name = new URL(address, "http://page/").pathname.split("/").at(-1) ?? address;
  const { kindOf, START_BYTES } = await import("../state/file-kinds.js");
  const known = kindOf({ name, type: "", size: bytes.length, start: bytes.subarray(0, START_BYTES) });
  const found = "sentence" in known ? known.sentence : problems.file.isOfAnotherKind(name);
  throw new Error(notLoaded(address, found));
}
