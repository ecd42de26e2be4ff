/** Puts safetensors files together by hand, right or wrong, for the tests. */

const utf8 = new TextEncoder();

/** Length, header and data. @param length what the first 8 bytes claim, if not the truth */
export function fileOf(
  header: string | Uint8Array | object,
  data: ArrayLike<number> = [],
  length?: bigint,
): Uint8Array {
  const json =
    header instanceof Uint8Array
      ? header
      : utf8.encode(typeof header === "string" ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + json.length + data.length);
  new DataView(file.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  file.set(json, 8);
  file.set(data, 8 + json.length);
  return file;
}

/** The bytes of any array, without copying. */
export function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** What work throws; fails if it does not throw. */
export function thrownBy(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    if (error instanceof Error) return error;
    throw new Error(`something that is not an Error was thrown: ${String(error)}`);
  }
  throw new Error("nothing was thrown");
}
