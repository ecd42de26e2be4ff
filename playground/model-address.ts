/** A network by its address: `?model=runs/model.safetensors` opens the page with it. Nothing else is ever fetched from elsewhere. */

import { problems } from "./words/problems.js";

/** Bytes. A network of the page's size has a thousandth of them. */
const MOST_BYTES = 2 ** 29;

/** What stands in the address of the page, or null. @param search "?model=..." */
export function modelAddress(search: string): string | null {
  const given = new URLSearchParams(search).get("model");
  return given === null || given === "" ? null : given;
}

/**
 * @param given relative to the page, or whole
 * @throws Error with what is wrong with the address, or with what it brings
 */
export async function fetchModel(given: string, base: string): Promise<File> {
  const address = URL.canParse(given, base) ? new URL(given, base) : null;
  if (address === null || !["http:", "https:"].includes(address.protocol))
    throw new Error(problems.address.noAddress(given));
  const response = await fetch(address, { credentials: "omit" }).catch((error: unknown) => {
    const isElsewhere = address.origin !== new URL(base).origin;
    const { notFetched, elsewhere } = problems.address;
    const why = isElsewhere ? ` ${elsewhere}` : "";
    throw new Error(`${notFetched(address.href)}${why}`, { cause: error });
  });
  if (!response.ok) throw new Error(problems.address.status(address.href, response.status));
  return new File([await bodyOf(response, address)], nameOf(address));
}

/** What it brings, given up as soon as it is too much. */
async function bodyOf({ body }: Response, { href }: URL): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  if (body === null) return new Blob();
  let length = 0;
  const reader = body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    length += part.value.length;
    if (length <= MOST_BYTES) continue;
    await reader.cancel();
    throw new Error(problems.address.tooLong(href, MOST_BYTES));
  }
  return new Blob(parts);
}

function nameOf({ pathname }: URL): string {
  const last = pathname.split("/").pop() ?? "";
  try {
    return decodeURIComponent(last) || "model";
  } catch {
    return last;
  }
}
