/** What a file is, from its name and its first bytes: a wrong one is named for what it is before it is read. */

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
  /** Nothing that this page can use. */
  | { readonly kind: "other"; readonly sentence: string };

type Sort = "network" | "foreign" | "archive" | "data" | "experiment" | "page" | "unknown";

const NETWORKS = "expected model.safetensors, weights of PyTorch, .nir";

const ADVICE: Readonly<Record<Exclude<Sort, "foreign">, string>> = {
  network:
    "expected model.safetensors, weights of PyTorch (.pth, .pt, .ckpt, .safetensors) or .nir. Those of other libraries are built and trained anew.",
  archive: "expected the files themselves. Unpack it and drop what is inside.",
  data: "expected IDX files, as MNIST has them, or pictures with their class in the name. Convert it first.",
  experiment:
    "expected model.safetensors. Run it with atif train, or drop it together with the weights that it describes.",
  page: "expected model.safetensors, IDX files or pictures. A server may have sent an error in place of the file: download it again.",
  unknown: `${NETWORKS}, IDX files as MNIST has them, or pictures.`,
};

type Named = readonly [what: string, sort: Sort];

/** By the end of the name, in lower case. Longer ends stand first. */
const BY_NAME: readonly (readonly [ends: readonly string[], ...Named])[] = [
  [[".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar"], "a tar archive", "archive"],
  [[".pt", ".pth", ".ckpt", ".torch"], "a PyTorch file", "foreign"],
  [[".nir"], "a file of NIR", "foreign"],
  [[".h5", ".hdf5", ".keras"], "a Keras (HDF5) file", "network"],
  [[".onnx"], "an ONNX network", "network"],
  [[".pb", ".tflite", ".savedmodel"], "a TensorFlow network", "network"],
  [[".gguf", ".ggml"], "a GGUF language model", "network"],
  [[".npz", ".npy"], "a NumPy file", "data"],
  [[".pkl", ".pickle", ".joblib"], "a Python pickle", "data"],
  [[".mat"], "a MATLAB file", "data"],
  [[".parquet", ".arrow", ".feather"], "a table of columns", "data"],
  [[".csv", ".tsv"], "a table of text", "data"],
  [[".toml"], "an experiment file", "experiment"],
  [[".zip"], "a ZIP archive", "archive"],
  [[".7z"], "a 7z archive", "archive"],
  [[".rar"], "a RAR archive", "archive"],
  [[".html", ".htm"], "a web page", "page"],
  [[".pdf"], "a PDF document", "unknown"],
  [[".json", ".jsonl"], "JSON text", "unknown"],
  [[".txt", ".md", ".log", ".yaml", ".yml"], "text", "unknown"],
];

/** A pickle of the number that torch.save wrote first before PyTorch 1.6. */
const LEGACY_TORCH = "80028a0a6cfc9c46f920";

/** By the first bytes, in hexadecimal. */
const BY_BYTES: readonly (readonly [at: number, hex: string, ...Named])[] = [
  [0, "504b0304", "a ZIP archive", "archive"],
  [0, "504b0506", "an empty ZIP archive", "archive"],
  [0, "894844460d0a1a0a", "an HDF5 file", "foreign"],
  [0, LEGACY_TORCH, "a PyTorch file", "foreign"],
  [0, "47475546", "a GGUF language model", "network"],
  [4, "54464c33", "a TensorFlow Lite network", "network"],
  [0, "934e554d5059", "a NumPy array", "data"],
  [0, "50415231", "a Parquet table", "data"],
  [0, "8002", "a Python pickle", "data"],
  [0, "8003", "a Python pickle", "data"],
  [0, "8004", "a Python pickle", "data"],
  [0, "8005", "a Python pickle", "data"],
  [0, "377abcaf271c", "a 7z archive", "archive"],
  [0, "526172211a07", "a RAR archive", "archive"],
  [0, "425a68", "bzip2 data", "archive"],
  [0, "fd377a585a00", "xz data", "archive"],
  [0, "28b52ffd", "zstd data", "archive"],
  [257, "7573746172", "a tar archive", "archive"],
  [0, "25504446", "a PDF document", "unknown"],
];

const A_PAGE: Named = ["a web page", "page"];

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

export function kindOf(file: FileStart): FileKind {
  const { name, type, size, start, end } = file;
  const byName = namedBy(name);
  if (size === 0 && byName?.[1] !== "foreign")
    return { kind: "other", sentence: `${name} is empty; ${ADVICE.unknown}` };
  const headerBytes = safetensorsHeader(start);
  if (headerBytes !== null) return { kind: "safetensors", headerBytes };
  if (isIdx(start)) return { kind: "idx" };
  if (begins(start, 0, "1f8b")) {
    return byName?.[1] === "archive" ? other(file, byName) : { kind: "idx" };
  }
  if (PICTURES.some(([at, hex]) => begins(start, at, hex))) return { kind: "picture" };
  if (isZip(start) && [start, end].some(holdsTorch)) return { kind: "foreign" };
  const byBytes = BY_BYTES.find(([at, hex]) => begins(start, at, hex));
  if (byBytes !== undefined) {
    const [, , ...found] = byBytes;
    const isPacked = found[1] === "archive" || found[0] === "a Python pickle";
    return other(file, isPacked && byName !== undefined && PACKED.has(byName[1]) ? byName : found);
  }
  if (type.startsWith("image/")) return { kind: "picture" };
  if (byName?.[1] === "foreign" && isPage(start)) return other(file, A_PAGE);
  if (byName !== undefined) return other(file, byName);
  if (isPage(start)) return other(file, A_PAGE);
  // The reader of IDX files says best what is wrong with one.
  if (/idx\d?-?ubyte|\.idx\d?$/i.test(name)) return { kind: "idx" };
  if (/\.safetensors$/i.test(name))
    return other(file, ["damaged at its start, or no safetensors file", "network"]);
  return other(file, isText(start) ? ["text", "unknown"] : ["no file that this page knows", "unknown"]);
}

/** Folders hold such files beside what is meant. */
export function isBesidesThePoint(name: string): boolean {
  return name.startsWith(".") || /^(thumbs\.db|desktop\.ini)$/i.test(name);
}

function other({ name, start }: FileStart, [what, sort]: Named): FileKind {
  if (sort === "foreign") return { kind: "foreign" };
  const isDescription = (sort === "experiment" || sort === "unknown") && isText(start);
  return { kind: isDescription ? "text" : "other", sentence: `${name} is ${what}; ${ADVICE[sort]}` };
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
