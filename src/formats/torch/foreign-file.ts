/** Files that are no archive of torch.save, told by how they begin, each with what to do about it. */

import { FormatError } from "../../errors.js";
import { DAMAGED, SAVE_STATE_DICT } from "./advice.js";

/** PROTO 2, LONG1 of 10 bytes: the magic number before the pickles of torch.save before 1.6. */
const LEGACY_MAGIC = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
const ZIP_LOCAL_HEADER = "PK\x03\x04";
/** An archive of tar says what it is behind the name and the numbers of its first file. */
const TAR_MAGIC_AT = 257;

interface Kind {
  readonly at: number;
  /** A character for each byte. */
  readonly magic: string;
  readonly what: string;
  readonly advice: string;
}

const KINDS: readonly Kind[] = [
  {
    at: 0,
    magic: LEGACY_MAGIC,
    what: "it is in the format that torch.save wrote before PyTorch 1.6, a series of pickles",
    advice:
      `Load it in PyTorch and save it again without _use_new_zipfile_serialization=False: ` +
      `torch.save(torch.load("old.pth", weights_only=True), "model.pth").`,
  },
  {
    at: TAR_MAGIC_AT,
    magic: "ustar",
    what: "it is a tar archive, as the first versions of PyTorch wrote",
    advice: `Load it in PyTorch and save it again: torch.save(model.state_dict(), "model.pth").`,
  },
  { at: 0, magic: "\x80", what: "it is a bare pickle", advice: SAVE_STATE_DICT },
  {
    at: 0,
    magic: "\x89HDF\r\n\x1a\n",
    what: "it is an HDF5 file, as NIR and Keras write",
    advice: SAVE_STATE_DICT,
  },
  {
    at: 0,
    magic: "version https://git-lfs",
    what: "it is a pointer of Git LFS, which stands where the file itself should be",
    advice: "Fetch the file: git lfs pull.",
  },
  { at: 0, magic: "\x1f\x8b", what: "it is compressed by gzip", advice: "Unpack it with gunzip." },
  {
    at: 8,
    magic: "{",
    what: "it looks like a safetensors file",
    advice: "Read it with readStateDict(bytes).",
  },
];

const begins = (bytes: Uint8Array, at: number, magic: string): boolean =>
  String.fromCharCode(...bytes.subarray(at, at + magic.length)) === magic;

/** @throws FormatError if the bytes do not begin as a ZIP archive does */
export function refuseForeignFile(bytes: Uint8Array, source: string): void {
  if (bytes.length === 0) {
    throw new FormatError(
      `${source}: it is empty; expected an archive that torch.save wrote. Copy or download it again.`,
    );
  }
  if (begins(bytes, 0, ZIP_LOCAL_HEADER)) return;
  const kind = KINDS.find(({ at, magic }) => begins(bytes, at, magic));
  if (kind !== undefined) {
    throw new FormatError(
      `${source}: ${kind.what}; expected a ZIP archive, as torch.save writes since PyTorch 1.6. ${kind.advice}`,
    );
  }
  const shown = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  throw new FormatError(
    `${source}: it begins with the bytes ${shown}; expected 50 4b 03 04, a ZIP archive as torch.save writes. ` +
      (bytes.length < ZIP_LOCAL_HEADER.length ? DAMAGED : SAVE_STATE_DICT),
  );
}
