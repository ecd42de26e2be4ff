/**
 * The archive of torch.save: entries under one folder, of which `data.pkl` says what was saved, `data/0`, `data/1`, … hold
 * the numbers, `version` and `byteorder` say how they are written. Others (`.format_version`, `.storage_alignment`,
 * `.data/serialization_id`) tell nothing that is needed here.
 *
 * @source PyTorch, caffe2/serialize/inline_container.h and torch/serialization.py (read, not copied)
 */

import { FormatError } from "../../errors.js";
import { quote } from "../../show.js";
import { SAVE_STATE_DICT } from "./advice.js";
import { refuseForeignFile } from "./foreign-file.js";
import { readZip, type ZipEntry } from "./zip-directory.js";

const PICKLE = "data.pkl";
/** What PyTorch reads: its kMinSupportedFileFormatVersion and kMaxSupportedFileFormatVersion. */
const OLDEST_VERSION = 1;
const NEWEST_VERSION = 10;

export interface TorchArchive {
  readonly source: string;
  /** A copy of data.pkl. */
  readonly pickle: Uint8Array<ArrayBuffer>;
  /** The bytes of a storage, not copied; undefined if there is none of this key. */
  storage(key: string): Uint8Array | undefined;
}

/** @throws FormatError if it is no archive of torch.save, or a byte of an entry is not as it was written */
export function openArchive(bytes: Uint8Array, source: string): TorchArchive {
  refuseForeignFile(bytes, source);
  let folder = "";
  // What kind of archive it is decides before its entries do: those of TorchScript are compressed.
  const entries = readZip(bytes, source, (names) => {
    folder = folderOf(names, source);
    refuseTorchScript(names, folder, source);
  });
  const contentOf = (entry: ZipEntry): Uint8Array => bytes.subarray(entry.begin, entry.end);
  const textOf = (name: string): string | undefined => {
    const entry = entries.get(folder + name);
    // A copy: text cannot be decoded from memory that threads share.
    return entry && new TextDecoder().decode(new Uint8Array(contentOf(entry).subarray(0, 64)));
  };
  checkVersion(textOf("version"), folder, source);
  checkByteOrder(textOf("byteorder"), source);
  const pickle = entries.get(folder + PICKLE);
  return {
    source,
    pickle: new Uint8Array(pickle === undefined ? [] : contentOf(pickle)),
    storage: (key) => {
      const entry = entries.get(`${folder}data/${key}`);
      return entry && contentOf(entry);
    },
  };
}

/** The folder that holds data.pkl, with a slash at its end. */
function folderOf(names: readonly string[], source: string): string {
  const pickles = names.filter((name) => name === PICKLE || name.endsWith(`/${PICKLE}`));
  const [first] = pickles;
  if (first === undefined) {
    const shown = names.slice(0, 3).map((name) => quote(name));
    throw new FormatError(
      `${source}: it is a ZIP archive without an entry data.pkl (it has ${shown.join(", ") || "none"}); ` +
        `expected one, as torch.save writes. ${SAVE_STATE_DICT}`,
    );
  }
  if (pickles.length > 1) {
    throw new FormatError(
      `${source}: it has ${pickles.length} entries data.pkl (${quote(first)}, ${quote(pickles[1])}); ` +
        `expected one. Save each state dict in a file of its own.`,
    );
  }
  return first.slice(0, first.length - PICKLE.length);
}

function refuseTorchScript(names: readonly string[], folder: string, source: string): void {
  const isScript = names.some(
    (name) => name === `${folder}constants.pkl` || name.startsWith(`${folder}code/`),
  );
  if (!isScript) return;
  throw new FormatError(
    `${source}: it is a TorchScript model, which holds code (torch.jit.save); expected a state dict. ` +
      `In Python: torch.save(torch.jit.load("script.pt").state_dict(), "model.pth").`,
  );
}

function checkVersion(text: string | undefined, folder: string, source: string): void {
  if (text === undefined) {
    throw new FormatError(
      `${source}: the ZIP archive has no entry ${quote(`${folder}version`)}; expected one. It was not written by torch.save, or ` +
        `has lost it. ${SAVE_STATE_DICT}`,
    );
  }
  const version = /^[0-9]{1,9}\n?$/.test(text) ? Number(text) : NaN;
  if (version >= OLDEST_VERSION && version <= NEWEST_VERSION) return;
  throw new FormatError(
    `${source}: the version of the format is ${quote(text)}; expected ${OLDEST_VERSION} to ${NEWEST_VERSION}. ` +
      `Save it again with another version of PyTorch, or as safetensors.`,
  );
}

/** Older versions of PyTorch wrote none, and always little-endian on what they ran on. */
function checkByteOrder(text: string | undefined, source: string): void {
  if (text === undefined || text === "little") return;
  const order = text === "big" ? "big-endian" : `in the byte order ${quote(text)}`;
  throw new FormatError(
    `${source}: its numbers are ${order}; expected little-endian ones. ` +
      `Save it again on a little-endian machine, or as safetensors, which is little-endian everywhere.`,
  );
}
