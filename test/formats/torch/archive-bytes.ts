/** Archives as torch.save writes them, made by hand, so that each part of one can be made wrong. */

import { crc32 } from "../../../src/datasets/crc32.js";

export type Item =
  | string
  | number
  | boolean
  | null
  | readonly Item[]
  | Map<Item, Item>
  | { readonly tuple: readonly Item[] }
  | { readonly global: string }
  | { readonly call: string; readonly args: readonly Item[] }
  | { readonly persistent: Item }
  | { readonly bytes: readonly number[] };

const utf8 = (text: string): number[] => [...new TextEncoder().encode(text)];

/** Bytes of a pickle of protocol 2, without its end and without memo. Lists are lists, Maps are dicts. */
export function piece(item: Item): number[] {
  if (item === null) return [0x4e];
  if (typeof item === "boolean") return [item ? 0x88 : 0x89];
  if (typeof item === "string") {
    const text = utf8(item);
    return [0x58, ...uint(text.length, 4), ...text];
  }
  if (typeof item === "number") return numberPiece(item);
  if (item instanceof Map) {
    const items = [...item].flatMap(([key, value]) => [...piece(key), ...piece(value)]);
    return [0x7d, 0x28, ...items, 0x75];
  }
  if (isList(item)) return [0x5d, 0x28, ...item.flatMap(piece), 0x65];
  if ("tuple" in item) return [0x28, ...item.tuple.flatMap(piece), 0x74];
  if ("global" in item) return [0x63, ...utf8(`${item.global.replace(" ", "\n")}\n`)];
  if ("call" in item) return [...piece({ global: item.call }), ...piece({ tuple: item.args }), 0x52];
  if ("persistent" in item) return [...piece(item.persistent), 0x51];
  return [...item.bytes];
}

function isList(item: object): item is readonly Item[] {
  return Array.isArray(item);
}

function numberPiece(value: number): number[] {
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 31) return [0x4a, ...uint(value >>> 0, 4)];
  if (Number.isInteger(value)) {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigInt64(0, BigInt(value), true);
    return [0x8a, 8, ...bytes];
  }
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, false);
  return [0x47, ...bytes];
}

export function uint(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => Math.floor(value / 2 ** (8 * i)) % 256);
}

export const pickled = (item: Item): Uint8Array => Uint8Array.from([0x80, 2, ...piece(item), 0x2e]);

export const orderedDict: Item = { call: "collections OrderedDict", args: [] };

export function storage(type: string, key: Item, count: Item): Item {
  return { persistent: { tuple: ["storage", { global: type }, key, "cpu", count] } };
}

/** A tensor of float32 over the storage "0" of so many elements. */
export function tensor(shape: readonly Item[], strides: readonly Item[], offset: Item, count: number): Item {
  return rebuilt(storage("torch FloatStorage", "0", count), offset, shape, strides);
}

export function rebuilt(over: Item, offset: Item, shape: readonly Item[], strides: readonly Item[]): Item {
  return {
    call: "torch._utils _rebuild_tensor_v2",
    args: [over, offset, { tuple: shape }, { tuple: strides }, false, orderedDict],
  };
}

export interface Entry {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** What the headers say, where it is not the truth. */
  readonly flags?: number;
  readonly localFlags?: number;
  readonly method?: number;
  readonly localMethod?: number;
  readonly crc?: number;
  readonly localCrc?: number;
  readonly descriptorCrc?: number;
  readonly size?: number;
  readonly packed?: number;
  readonly localSize?: number;
  readonly offset?: number;
  readonly disk?: number;
  readonly localName?: string;
  readonly descriptor?: "signed" | "bare" | "signed64" | "bare64";
  /** Sizes and offset in the extra fields of 64 bits. */
  readonly wide?: boolean;
  /** Bytes before it that belong to no entry. */
  readonly gap?: number;
}

export interface ZipOptions {
  /** Default: both ends agree; false: no 64-bit end. */
  readonly wideEnd?: boolean;
  readonly comment?: number;
  readonly disk?: number;
  readonly entries?: number;
  readonly wideEntries?: number;
  readonly wideAt?: number;
}

const SIZES_BEHIND = 8;

/** A ZIP archive, entries stored, with whatever is asked to be wrong. */
export function zip(entries: readonly Entry[], options: ZipOptions = {}): Uint8Array {
  const file: number[] = [];
  const central: number[] = [];
  for (const entry of entries) {
    file.push(...uint(0, entry.gap ?? 0));
    const { bytes, flags = 0, method = 0, size = bytes.length, packed = size, wide = false } = entry;
    const crc = entry.crc ?? crc32(bytes);
    const isBehind = (flags & SIZES_BEHIND) !== 0;
    const offset = entry.offset ?? file.length;
    const name = utf8(entry.name);
    const localName = utf8(entry.localName ?? entry.name);
    const localSize = entry.localSize ?? (isBehind ? 0 : size);
    const inHeader = wide ? 0xffffffff : localSize;
    const localExtra = wide
      ? [...uint(1, 2), ...uint(16, 2), ...uint(localSize, 8), ...uint(localSize, 8)]
      : [];
    file.push(...uint(0x04034b50, 4), ...uint(20, 2), ...uint(entry.localFlags ?? flags, 2));
    file.push(...uint(entry.localMethod ?? method, 2), 0, 0, 0, 0);
    file.push(...uint(entry.localCrc ?? (isBehind ? 0 : crc), 4), ...uint(inHeader, 4), ...uint(inHeader, 4));
    file.push(...uint(localName.length, 2), ...uint(localExtra.length, 2), ...localName, ...localExtra);
    for (const byte of bytes) file.push(byte);
    if (isBehind) {
      const kind = entry.descriptor ?? "signed";
      const width = kind.endsWith("64") ? 8 : 4;
      if (kind.startsWith("signed")) file.push(...uint(0x08074b50, 4));
      file.push(...uint(entry.descriptorCrc ?? crc, 4), ...uint(size, width), ...uint(packed, width));
    }
    const extra = wide
      ? [...uint(1, 2), ...uint(24, 2), ...uint(size, 8), ...uint(packed, 8), ...uint(offset, 8)]
      : [];
    const narrow = (value: number): number[] => uint(wide ? 0xffffffff : value, 4);
    central.push(...uint(0x02014b50, 4), 20, 0, 20, 0, ...uint(flags, 2), ...uint(method, 2), 0, 0, 0, 0);
    central.push(...uint(crc, 4), ...narrow(packed), ...narrow(size), ...uint(name.length, 2));
    central.push(
      ...uint(extra.length, 2),
      0,
      0,
      ...uint(entry.disk ?? 0, 2),
      ...uint(0, 6),
      ...narrow(offset),
    );
    central.push(...name, ...extra);
  }
  const begin = file.length;
  file.push(...central);
  const { comment = 0, disk = 0, wideEnd = true } = options;
  const count = options.entries ?? entries.length;
  if (wideEnd) {
    const at = file.length;
    const wideCount = options.wideEntries ?? count;
    file.push(...uint(0x06064b50, 4), ...uint(44, 8), 45, 0, 45, 0, ...uint(disk, 4), ...uint(disk, 4));
    file.push(...uint(wideCount, 8), ...uint(wideCount, 8), ...uint(central.length, 8), ...uint(begin, 8));
    file.push(...uint(0x07064b50, 4), ...uint(0, 4), ...uint(options.wideAt ?? at, 8), ...uint(1, 4));
  }
  file.push(...uint(0x06054b50, 4), ...uint(disk, 2), ...uint(disk, 2), ...uint(count, 2), ...uint(count, 2));
  file.push(...uint(central.length, 4), ...uint(begin, 4), ...uint(comment, 2), ...uint(0, comment));
  return Uint8Array.from(file);
}

export const text = (content: string): Uint8Array => Uint8Array.from(utf8(content));

/** The entries of an archive: a pickle, and storages "0", "1", …. */
export function entriesOf(pickle: Uint8Array, storages: readonly Uint8Array[] = []): Entry[] {
  return [
    { name: "m/data.pkl", bytes: pickle },
    { name: "m/byteorder", bytes: text("little") },
    ...storages.map((bytes, i) => ({ name: `m/data/${i}`, bytes })),
    { name: "m/version", bytes: text("3\n") },
  ];
}

/** An archive of what a pickle is made of. */
export function archive(item: Item, storages: readonly Uint8Array[] = []): Uint8Array {
  return zip(entriesOf(pickled(item), storages));
}

export function floats(...values: number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}
