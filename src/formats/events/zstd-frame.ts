/**
 * Unpacks a Zstandard frame: by Node where it can (22.15 and later), else by a function that is given, or by the package
 * fzstd. What a frame claims is read first, so that it takes no more memory than it may.
 *
 * @source Y. Collet, M. Kucherawy, RFC 8878, section 3.1.1
 */

import { FormatError, messageOf, StateError } from "../../errors.js";
import { builtinModule } from "../../platform/host.js";
import { optionalPackage } from "../../platform/optional-package.js";

/** The bytes of a frame that is whole; may throw. */
export type Unzstd = (packed: Uint8Array) => Uint8Array;

interface NodeZlib {
  zstdDecompressSync?(packed: Uint8Array, options: { readonly maxOutputLength: number }): Uint8Array;
}

const MAGIC = 0xfd2fb528;
/** Of what is unpacked, how much must be kept: as much as other programs grant without being asked. */
const LARGEST_WINDOW = 2 ** 27;
const LARGEST_BLOCK = 2 ** 17;

/**
 * What unpacks frames here, of at most `most` bytes each.
 * @throws StateError where nothing does
 */
export async function zstdUnpacker(given: Unzstd | undefined, most: number): Promise<Unzstd> {
  const native = builtinModule<NodeZlib>("node:zlib")?.zstdDecompressSync;
  let unpack = given;
  if (unpack === undefined && native !== undefined)
    unpack = (packed) => native(packed, { maxOutputLength: most });
  unpack ??= await fromPackage();
  const own = unpack;
  return (packed) => {
    checkFrame(packed, most);
    const bytes = own(packed);
    if (bytes.length > most) throw new FormatError(`the Zstandard frame unpacks to more than ${most} bytes`);
    return bytes;
  };
}

async function fromPackage(): Promise<Unzstd> {
  try {
    const { decompress } = (await optionalPackage("fzstd")) as { decompress: Unzstd };
    return decompress;
  } catch (error) {
    throw new StateError(
      `recordings that are packed by Zstandard need Node 22.15 or the package fzstd, which could not be loaded ` +
        `(${messageOf(error).split("\n")[0]}). Install it with npm install fzstd, or give unzstd: its decompress.`,
    );
  }
}

/** Blocks are counted, as each makes 128 kB at most: a frame need not say what it unpacks to. */
function checkFrame(packed: Uint8Array, most: number): void {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const need = (at: number, count: number): void => {
    if (at + count > packed.length)
      throw new FormatError(`the Zstandard frame ends at byte ${packed.length}, too early`);
  };
  need(0, 6);
  if (view.getUint32(0, true) !== MAGIC) throw new FormatError("it is no Zstandard frame");
  const flags = packed[4];
  const isSingle = (flags & 0x20) !== 0;
  const sizeBytes = flags >> 6 === 0 ? (isSingle ? 1 : 0) : 2 ** (flags >> 6);
  let at = 5;
  let window = 0;
  if (!isSingle) {
    const base = 2 ** (10 + (packed[at] >> 3));
    window = base + (base / 8) * (packed[at] & 7);
    at++;
  }
  at += [0, 1, 2, 4][flags & 3];
  need(at, sizeBytes + 3);
  const content =
    sizeBytes === 0
      ? 0
      : sizeBytes === 1
        ? packed[at]
        : sizeBytes === 2
          ? view.getUint16(at, true) + 256
          : sizeBytes === 4
            ? view.getUint32(at, true)
            : Number(view.getBigUint64(at, true));
  if (content > most || window > LARGEST_WINDOW)
    throw new FormatError(
      `the Zstandard frame claims ${Math.max(content, window)} bytes; expected at most ${most}`,
    );
  at += sizeBytes;
  for (let made = 0, isLast = false; !isLast; made += LARGEST_BLOCK) {
    need(at, 3);
    const head = packed[at] | (packed[at + 1] << 8) | (packed[at + 2] << 16);
    isLast = (head & 1) === 1;
    const [kind, size] = [(head >> 1) & 3, head >>> 3];
    if (kind === 3 || size > LARGEST_BLOCK)
      throw new FormatError("a block of the Zstandard frame is of no known kind");
    at += 3 + (kind === 1 ? 1 : size);
    need(at, 0);
    if (made > most) throw new FormatError(`the Zstandard frame unpacks to more than ${most} bytes`);
  }
}
