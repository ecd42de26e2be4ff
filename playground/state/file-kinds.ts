/** What a file is, from its name and its first bytes: a wrong one is named for what it is before it is read. */

import { problems, type Problems } from "../words/problems.js";
import { safetensorsHeader } from "./safetensors-start.js";

/** Bytes that are looked at: a tar archive says what it is at byte 257. */
export const START_BYTES = 264;
/** Of a ZIP archive these too, where it lists what is packed. */
export const END_BYTES = 65_536;

export interface FileStart {
  readonly name: string;
  /** As the browser tells it from the name; "" if it does not know. */
  readonly type: string;
  /** Of the whole file, in bytes. */
  readonly size: number;
  /** The first bytes, START_BYTES of them if there are as many. */
  readonly start: Uint8Array;
  /** The last bytes of a ZIP archive, END_BYTES of them if there are as many. */
  readonly end?: Uint8Array;
}

export type FileKind =
  /** A safetensors file: perhaps a network. */
  | { readonly kind: "safetensors"; readonly headerBytes: number }
  /** An IDX file, or gzip data that may hold one. */
  | { readonly kind: "idx" }
  | { readonly kind: "picture" }
  /** Of PyTorch, or NIR: the library says what is in it. */
  | { readonly kind: "foreign" }
  /** Of use beside weights that it describes; the sentence is for when it comes alone. */
  | { readonly kind: "text"; readonly sentence: string }
  /** Events of a camera, or an array of NumPy: the library says what is in it. */
  | { readonly kind: "recording" }
  /** Nothing that this page can use. */
  | { readonly kind: "other"; readonly sentence: string };

/** What is to be said of it. */
type What = keyof Problems["file"]["what"];
/** What is to be tried. */
type Sort = "foreign" | keyof Problems["file"]["advice"];

type Named = readonly [what: What, sort: Sort];

/** By the end of the name, in lower case. Longer ends stand first. */
const BY_NAME: readonly (readonly [ends: readonly string[], ...Named])[] = [
  [[".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar"], "tar", "archive"],
  [[".pt", ".pth", ".ckpt", ".torch"], "pytorch", "foreign"],
  [[".nir"], "nir", "foreign"],
  [[".h5", ".hdf5", ".keras"], "keras", "network"],
  [[".onnx"], "onnx", "onnx"],
  [[".pb", ".tflite", ".savedmodel"], "tensorflow", "network"],
  [[".gguf", ".ggml"], "gguf", "network"],
  [[".pkl", ".pickle", ".joblib"], "pickle", "data"],
  [[".mat"], "matlab", "data"],
  [[".parquet", ".arrow", ".feather"], "columns", "data"],
  [[".csv", ".tsv"], "table", "data"],
  [[".toml"], "experiment", "experiment"],
  [[".zip"], "zip", "archive"],
  [[".7z"], "sevenZip", "archive"],
  [[".rar"], "rar", "archive"],
  [[".html", ".htm"], "page", "page"],
  [[".pdf"], "pdf", "unknown"],
  [[".json", ".jsonl"], "json", "unknown"],
  [[".txt", ".md", ".log", ".yaml", ".yml"], "text", "unknown"],
];

/** A pickle of the number that torch.save wrote first before PyTorch 1.6. */
const LEGACY_TORCH = "80028a0a6cfc9c46f920";

/** By the first bytes, in hexadecimal. */
const BY_BYTES: readonly (readonly [at: number, hex: string, ...Named])[] = [
  [0, "504b0304", "zip", "archive"],
  [0, "504b0506", "emptyZip", "archive"],
  [0, "894844460d0a1a0a", "hdf5", "foreign"],
  [0, LEGACY_TORCH, "pytorch", "foreign"],
  [0, "47475546", "gguf", "network"],
  [4, "54464c33", "tensorflowLite", "network"],
  [0, "50415231", "parquet", "data"],
  [0, "8002", "pickle", "data"],
  [0, "8003", "pickle", "data"],
  [0, "8004", "pickle", "data"],
  [0, "8005", "pickle", "data"],
  [0, "377abcaf271c", "sevenZip", "archive"],
  [0, "526172211a07", "rar", "archive"],
  [0, "425a68", "bzip2", "archive"],
  [0, "fd377a585a00", "xz", "archive"],
  [0, "28b52ffd", "zstd", "archive"],
  [257, "7573746172", "tar", "archive"],
  [0, "25504446", "pdf", "unknown"],
];

/** Recordings, by their first bytes: arrays of NumPy, AEDAT. */
const RECORDINGS = ["934e554d5059", "23214145522d444154"];

/** Those whose first bytes do not tell, or not alone. */
const RECORDED = /\.(npy|npz|aedat4?|dat|bin)$/i;

const A_PAGE: Named = ["page", "page"];

const PICTURES: readonly (readonly [at: number, hex: string])[] = [
  [0, "89504e470d0a1a0a"],
  [0, "ffd8ff"],
  [0, "474946383761"],
  [0, "474946383961"],
  [8, "57454250"],
  [4, "6674797061766966"],
];

/** Of a ZIP archive the name says what is packed: PyTorch, Keras and NumPy write them. */
const PACKED: ReadonlySet<Sort> = new Set(["foreign", "network", "data"]);

export function kindOf(given: FileStart): FileKind {
  const { name, type, size, start, end } = given;
  const { file } = problems;
  const byName = namedBy(name);
  if (size === 0 && byName?.[1] !== "foreign")
    return { kind: "other", sentence: file.isEmpty(name, file.advice.unknown) };
  const headerBytes = safetensorsHeader(start);
  if (headerBytes !== null) return { kind: "safetensors", headerBytes };
  if (isIdx(start)) return { kind: "idx" };
  if (begins(start, 0, "1f8b")) {
    return byName?.[1] === "archive" ? other(given, byName) : { kind: "idx" };
  }
  if (PICTURES.some(([at, hex]) => begins(start, at, hex))) return { kind: "picture" };
  if (isZip(start) && [start, end].some(holdsTorch)) return { kind: "foreign" };
  if (RECORDINGS.some((hex) => begins(start, 0, hex)) || (isZip(start) && /\.npz$/i.test(name)))
    return { kind: "recording" };
  const byBytes = BY_BYTES.find(([at, hex]) => begins(start, at, hex));
  if (byBytes !== undefined) {
    const [, , ...found] = byBytes;
    const isPacked = found[1] === "archive" || found[0] === "pickle";
    return other(given, isPacked && byName !== undefined && PACKED.has(byName[1]) ? byName : found);
  }
  if (type.startsWith("image/")) return { kind: "picture" };
  if (byName?.[1] === "foreign" && isPage(start)) return other(given, A_PAGE);
  if (byName !== undefined) return other(given, byName);
  if (RECORDED.test(name) && !isPage(start)) return { kind: "recording" };
  if (isPage(start)) return other(given, A_PAGE);
  // The reader of IDX files says best what is wrong with one.
  if (/idx\d?-?ubyte|\.idx\d?$/i.test(name)) return { kind: "idx" };
  if (/\.safetensors$/i.test(name)) return other(given, ["damaged", "network"]);
  return other(given, isText(start) ? ["text", "unknown"] : ["unknown", "unknown"]);
}

/** Folders hold such files beside what is meant. */
export function isBesidesThePoint(name: string): boolean {
  return name.startsWith(".") || /^(thumbs\.db|desktop\.ini)$/i.test(name);
}

function other({ name, start }: FileStart, [what, sort]: Named): FileKind {
  if (sort === "foreign") return { kind: "foreign" };
  const { file } = problems;
  const isDescription = (sort === "experiment" || sort === "unknown") && isText(start);
  return {
    kind: isDescription ? "text" : "other",
    sentence: file.is(name, file.what[what], file.advice[sort]),
  };
}

export function isZip(start: Uint8Array): boolean {
  return begins(start, 0, "504b0304");
}

/** The name of an entry that torch.save writes: the first one, as it writes them. */
function holdsTorch(bytes: Uint8Array | undefined): boolean {
  return new TextDecoder("latin1").decode(bytes).includes("data.pkl");
}

function namedBy(name: string): Named | undefined {
  const lower = name.toLowerCase();
  const row = BY_NAME.find(([ends]) => ends.some((end) => lower.endsWith(end)));
  return row === undefined ? undefined : [row[1], row[2]];
}

function begins(start: Uint8Array, at: number, hex: string): boolean {
  for (let i = 0; 2 * i < hex.length; i++) {
    if (start[at + i] !== Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16)) return false;
  }
  return true;
}

/** Two zeros, a code of a type, at least one axis. */
function isIdx([first, second, type, axes]: Uint8Array): boolean {
  return first === 0 && second === 0 && [0x08, 0x09, 0x0b, 0x0c, 0x0d, 0x0e].includes(type) && axes > 0;
}

function isPage(start: Uint8Array): boolean {
  return /^\s*<(!doctype|html|\?xml)/i.test(new TextDecoder().decode(start));
}

function isText(start: Uint8Array): boolean {
  return start.every((byte) => byte >= 32 || (byte >= 9 && byte <= 13));
}
