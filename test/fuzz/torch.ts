/**
 * Damaged files of torch.save. Whatever is damaged outside, readTorch says a sentence or gives exactly what the file held: a
 * number that changed never passes, for each entry has a checksum. Damage to data.pkl whose checksum fits again is someone's
 * intent: what comes of it must be tensors that fit their shapes, within the bounds of memory.
 */

import { readFileSync } from "node:fs";
import { FormatError } from "../../src/errors.js";
import type { StoredTensor } from "../../src/formats/safetensors-dtypes.js";
import { readTorch } from "../../src/formats/torch/read-torch.js";
import { Generator } from "../../src/random/generator.js";
import { zip, type Entry } from "../formats/torch/archive-bytes.js";
import { joined, mutated } from "./mutations.js";

const FILES = [
  "smlp_atif.pth",
  "smlp_atif.views.pth",
  "smlp_atif.one_storage.pth",
  "smlp_atif.rezipped.pth",
  "smlp_atif.float16.pth",
  "smlp_atif.parameters.pth",
  "smlp_atif.checkpoint.pth",
  "smlp_atif.lightning.ckpt",
  "scnn2d_atif_bn.expanded.pth",
];

export interface FuzzTally {
  refused: number;
  unchanged: number;
  /** Of those whose pickle was changed and sealed again: what was read. */
  read: number;
}

interface Sample {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly entries: readonly Entry[];
  readonly contents: string;
}

/** @throws Error naming seed and number of the first file that is judged wrongly */
export function fuzzTorch(seed: number, count: number): FuzzTally {
  const random = new Generator(seed);
  const samples = FILES.map(sampleOf);
  const tally = { refused: 0, unchanged: 0, read: 0 };
  for (let i = 0; i < count; i++) {
    const sample = samples[random.integer(samples.length)];
    try {
      if (random.integer(3) === 0) judgeSealed(sample, random, tally);
      else judgeDamaged(sample, random, tally);
    } catch (error) {
      throw new Error(`${sample.name}, seed ${seed}, number ${i}: ${String(error)}`, { cause: error });
    }
  }
  return tally;
}

function sampleOf(name: string): Sample {
  const bytes = new Uint8Array(readFileSync(new URL(`../exchange/files/pytorch/${name}`, import.meta.url)));
  return {
    name,
    bytes,
    entries: entriesIn(bytes),
    contents: contentsOf(readTorch(bytes, name, { key: "" })),
  };
}

function judgeDamaged({ bytes, contents }: Sample, random: Generator, tally: FuzzTally): void {
  const got = attempt(() => readTorch(mutated(bytes, random), "m.pth", { key: "" }));
  if (got === null) tally.refused++;
  else if (contentsOf(got) === contents) tally.unchanged++;
  else throw new Error("something else was read");
}

/** The pickle is damaged, or an entry more or less, and all is put together soundly again. */
function judgeSealed({ entries }: Sample, random: Generator, tally: FuzzTally): void {
  const changed = entries.map((entry) =>
    entry.name.endsWith("/data.pkl") ? { ...entry, bytes: mutatedPickle(entry.bytes, random) } : entry,
  );
  if (random.integer(4) === 0) changed.splice(random.integer(changed.length), 1);
  const file = zip(changed);
  const options = random.integer(2) === 0 ? {} : { key: "" };
  const got = attempt(() => readTorch(file, "m.pth", options));
  if (got === null) {
    tally.refused++;
    return;
  }
  tally.read++;
  let total = 0;
  for (const [name, { shape, data }] of got) {
    if (shape.reduce((a, b) => a * b, 1) !== data.length) throw new Error(`${name} does not fit its shape`);
    total += data.byteLength;
  }
  if (total > 2 ** 26 + 16 * file.length) throw new Error(`${total} bytes were read of ${file.length}`);
}

/** Operations that are known, at any place; they get further than random bytes. */
const OPERATIONS = [
  [0x52],
  [0x51],
  [0x62],
  [0x73],
  [0x75],
  [0x61],
  [0x65],
  [0x28],
  [0x29],
  [0x74],
  [0x85],
  [0x86],
  [0x87],
  [0x7d],
  [0x5d],
  [0x4e],
  [0x88],
  [0x68, 0],
  [0x71, 0],
  [0x4b, 0xff],
  [0x4d, 0xff, 0xff],
  [0x4a, 0xff, 0xff, 0xff, 0x7f],
  [0x4a, 0xff, 0xff, 0xff, 0xff],
  [0x8a, 8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
  [0x47, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0],
  [0x2e],
];

function mutatedPickle(pickle: Uint8Array, random: Generator): Uint8Array {
  if (random.integer(2) === 0) return mutated(pickle, random);
  const operation = Uint8Array.from(OPERATIONS[random.integer(OPERATIONS.length)]);
  const at = random.integer(pickle.length);
  return joined(pickle.subarray(0, at), operation, pickle.subarray(at + random.integer(3)));
}

function attempt(read: () => Map<string, StoredTensor>): Map<string, StoredTensor> | null {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    if (!/^m\.pth: [^\n]+; expected [^\n]+[.}]$/.test(error.message)) throw error;
    return null;
  }
}

function contentsOf(tensors: ReadonlyMap<string, StoredTensor>): string {
  return [...tensors]
    .map(([name, { dtype, shape, data }]) => {
      const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
      return `${name} ${dtype} [${shape.join()}] ${bytes.toString("base64")}`;
    })
    .join("\n");
}

/** The entries of a sound archive whose numbers all fit 32 bits. */
function entriesIn(bytes: Uint8Array): Entry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.length - 22;
  const entries: Entry[] = [];
  for (let at = view.getUint32(end + 16, true); view.getUint32(at, true) === 0x02014b50;) {
    const nameEnd = at + 46 + view.getUint16(at + 28, true);
    const local = view.getUint32(at + 42, true);
    const begin = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    entries.push({
      name: Buffer.from(bytes.subarray(at + 46, nameEnd)).toString(),
      bytes: bytes.slice(begin, begin + view.getUint32(at + 24, true)),
    });
    at = nameEnd + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}
