/**
 * Damaged files. A model file of ours carries a checksum; read with requireChecksum, as model files are, whatever was
 * damaged gives a sentence or exactly the model. A plain safetensors file has none, so damage to a value or to the
 * letters of a name cannot be seen; there, a reader must never crash or hang, and damage to the header must never make
 * a tensor's values, type or shape pass for others under the name they had.
 */

import { describe, expect, it } from "vitest";
import { FormatError } from "../../src/errors.js";
import {
  encodeSafetensors,
  parseSafetensors,
  parseSafetensorsHeader,
} from "../../src/formats/safetensors.js";
import type { SafetensorsOptions, StoredTensor, TensorToStore } from "../../src/formats/safetensors.js";
import { Generator } from "../../src/random/generator.js";
import { bytesOf, fileOf } from "./safetensors-bytes.js";

type Contents = ReturnType<typeof parseSafetensors>;

/** A small network as it is saved: weights, batch norm with its counter, thresholds, an architecture in the metadata. */
function modelFile(checksum: boolean): Uint8Array {
  const random = new Generator(7);
  const weights = (...shape: number[]): TensorToStore => {
    const size = shape.reduce((a, b) => a * b, 1);
    return { shape, data: Float32Array.from({ length: size }, () => random.normal()) };
  };
  const tensors: [string, TensorToStore][] = [];
  for (const [i, [input, output]] of [
    [1, 8],
    [8, 4],
  ].entries()) {
    tensors.push(
      [`layers.conv${i + 1}.weight`, weights(output, input, 3, 3)],
      [`layers.bn${i + 1}.weight`, weights(output)],
      [`layers.bn${i + 1}.running_var`, weights(output)],
      [`layers.bn${i + 1}.num_batches_tracked`, { shape: [], data: new BigInt64Array([BigInt(i + 20)]) }],
      [`layers.neuron${i + 1}.v_threshold`, weights(1)],
    );
  }
  tensors.push(
    ["layers.fc3.weight", weights(10, 16)],
    ["quantized", { dtype: "F16", shape: [4], data: new Float32Array([1, 2, 3, 4]) }],
    ["mask", { dtype: "BOOL", shape: [3], data: new Uint8Array([1, 0, 1]) }],
    ["levels", { shape: [2, 3], data: new Int8Array([1, 2, 3, 4, 5, 6]) }],
    ["unused", { shape: [0, 5], data: new Float32Array(0) }],
  );
  const architecture = JSON.stringify({
    kind: "SCNN",
    filters: [8, 4],
    neuron: { kind: "ATIF", vThreshold: 1 },
  });
  return encodeSafetensors(tensors, { format: "pt", architecture, note: "größer\n" }, { checksum });
}

/** The contents, or null when it was refused; anything but a proper sentence fails the test. */
function read(file: Uint8Array, options: SafetensorsOptions = {}): Contents | null {
  try {
    return parseSafetensors(file, "m.safetensors", options);
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError);
    expect((error as Error).message).toMatch(/^m\.safetensors: [^]+; expected [^]+\. [A-Z][^]+\.$/);
    return null;
  }
}

const sameBytes = (a: StoredTensor, b: StoredTensor): boolean =>
  Buffer.compare(bytesOf(a.data), bytesOf(b.data)) === 0;
const sameTensor = (a: StoredTensor | undefined, b: StoredTensor | undefined): boolean =>
  a !== undefined &&
  b !== undefined &&
  a.dtype === b.dtype &&
  a.shape.join() === b.shape.join() &&
  sameBytes(a, b);

function sameContents(a: Contents, b: Contents): boolean {
  return (
    JSON.stringify([...a.metadata]) === JSON.stringify([...b.metadata]) &&
    [...a.tensors.keys()].join("\n") === [...b.tensors.keys()].join("\n") &&
    [...a.tensors].every(([name, tensor]) => sameTensor(tensor, b.tensors.get(name)))
  );
}

function flipped(file: Uint8Array, bit: number): Uint8Array {
  const copy = file.slice();
  copy[bit >> 3] ^= 1 << (bit & 7);
  return copy;
}

describe("a file with a checksum", () => {
  const file = modelFile(true);
  const whole = parseSafetensors(file, "m", { requireChecksum: true });
  const headerBits = 8 * parseSafetensorsHeader(file).dataStart;
  const options = { requireChecksum: true };

  it("is read whole", () => {
    expect(whole.checksum).toBe("verified");
    expect(whole.tensors.size).toBe(15);
    expect(sameContents(whole, parseSafetensors(modelFile(false)))).toBe(true);
  });

  it("gives a sentence or the exact model after each of 1,000 random flips", () => {
    const random = new Generator(1);
    let refused = 0;
    for (let i = 0; i < 1000; i++) {
      const got = read(flipped(file, random.integer(8 * file.length)), options);
      if (got === null) refused++;
      else expect(sameContents(got, whole)).toBe(true);
    }
    expect(refused).toBe(1000); // no bit of this file is idle
  });

  it("is refused after a flip of any bit of the header", () => {
    const survivors: number[] = [];
    for (let bit = 0; bit < headerBits; bit++) {
      const got = read(flipped(file, bit), options);
      if (got !== null) survivors.push(bit);
    }
    expect(survivors).toEqual([]);
  });

  it("verifies a checksum that is present even when none is required", () => {
    const random = new Generator(2);
    for (let i = 0; i < 500; i++) {
      const bit = headerBits + random.integer(8 * file.length - headerBits);
      expect(read(flipped(file, bit))).toBeNull();
    }
  });

  it("is refused after each of 300 random cuts and after anything was appended", () => {
    const random = new Generator(3);
    for (let i = 0; i < 300; i++) {
      expect(read(file.subarray(0, random.integer(file.length)), options)).toBeNull();
      expect(read(file.subarray(0, random.integer(file.length)))).toBeNull();
    }
    for (const extra of [1, 8, file.length]) {
      const longer = new Uint8Array(file.length + extra);
      longer.set(file);
      expect(read(longer, options)).toBeNull();
    }
  });

  it("gives a sentence or the exact model after 1,000 bursts, swaps and overwritten stretches", () => {
    const random = new Generator(4);
    let refused = 0;
    for (let i = 0; i < 1000; i++) {
      const copy = file.slice();
      const at = random.integer(copy.length - 64);
      const to = random.integer(copy.length - 64);
      const length = 1 + random.integer(63);
      if (i % 3 === 0) copy.fill(0, at, at + length);
      else if (i % 3 === 1) copy.copyWithin(at, to, to + length);
      else
        copy.set(
          Uint8Array.from({ length }, () => random.integer(256)),
          at,
        );
      const got = read(copy, options);
      if (got === null) refused++;
      else expect(sameContents(got, whole)).toBe(true);
    }
    expect(refused).toBeGreaterThan(900);
  });

  it("does not pass for one whose tensors of equal shape were exchanged", () => {
    const header = JSON.parse(new TextDecoder().decode(file.subarray(8, headerBits / 8))) as Record<
      string,
      unknown
    >;
    const [a, b] = ["layers.neuron1.v_threshold", "layers.neuron2.v_threshold"];
    const exchanged = { ...header, [a]: header[b], [b]: header[a] };
    expect(read(fileOf(exchanged, file.subarray(headerBits / 8)), options)).toBeNull();
    expect(
      read(fileOf(header, file.subarray(headerBits / 8)), options),
      "the same header in other spacing",
    ).not.toBeNull();
  });
});

describe("a file without a checksum", () => {
  const file = modelFile(false);
  const whole = parseSafetensors(file);
  const headerBits = 8 * parseSafetensorsHeader(file).dataStart;

  /** What a flip in the header may do at most, when it is not refused. Returns what it did. */
  function judgeHeaderFlip(got: Contents): "nothing" | "metadata" | "name" | "empty shape" {
    if (sameContents(got, whole)) return "nothing";
    const before = [...whole.tensors];
    const after = [...got.tensors];
    expect(after.length).toBe(before.length);
    let change: "metadata" | "name" | "empty shape" = "metadata";
    for (const [i, [name, tensor]] of after.entries()) {
      const [oldName, old] = before[i];
      expect(tensor.dtype).toBe(old.dtype);
      expect(sameBytes(tensor, old)).toBe(true);
      if (name !== oldName) {
        expect(whole.tensors.has(name)).toBe(false); // so a loader misses one name and meets an unknown one
        change = "name";
      }
      if (tensor.shape.join() !== old.shape.join()) {
        expect(old.data.length).toBe(0); // no value is moved
        change = "empty shape";
      }
    }
    return change;
  }

  it("keeps every value under its own name or a name nobody asks for, whichever byte of the header has a bit flipped", () => {
    const counts = { refused: 0, nothing: 0, metadata: 0, name: 0, "empty shape": 0 };
    // Two or three bits of every byte.
    const flips = Math.ceil(headerBits / 3);
    for (let bit = 0; bit < headerBits; bit += 3) {
      const got = read(flipped(file, bit));
      counts[got === null ? "refused" : judgeHeaderFlip(got)]++;
    }
    expect(counts.refused + counts.metadata + counts.name + counts.nothing + counts["empty shape"]).toBe(
      flips,
    );
    expect(counts.refused).toBeGreaterThan(flips / 2);
    expect(counts["empty shape"]).toBeLessThan(10);
    expect(counts.nothing).toBe(0);
  });

  it("changes at most one value of one tensor after each of 1,000 random flips, and never a name or shape", () => {
    const random = new Generator(5);
    let [refused, changed] = [0, 0];
    for (let i = 0; i < 1000; i++) {
      const bit = random.integer(8 * file.length);
      const got = read(flipped(file, bit));
      if (got === null) refused++;
      else if (bit < headerBits) judgeHeaderFlip(got);
      else {
        expect([...got.metadata]).toEqual([...whole.metadata]);
        expect([...got.tensors].map(([name, { dtype, shape }]) => [name, dtype, shape])).toEqual(
          [...whole.tensors].map(([name, { dtype, shape }]) => [name, dtype, shape]),
        );
        const differing = [...got.tensors].filter(
          ([name, tensor]) => !sameTensor(tensor, whole.tensors.get(name)),
        );
        expect(differing.length).toBe(1);
        const [[name, tensor]] = differing;
        const old = bytesOf(whole.tensors.get(name)?.data ?? new Uint8Array(0));
        const width = tensor.data.BYTES_PER_ELEMENT;
        const elements = new Set(
          [...bytesOf(tensor.data)].flatMap((byte, at) => (byte === old[at] ? [] : [Math.floor(at / width)])),
        );
        expect(elements.size).toBe(1);
        changed++;
      }
    }
    expect(refused).toBeGreaterThan(50);
    expect(changed).toBeGreaterThan(300);
  });

  it("is refused when a checksum is required", () => {
    expect(() => parseSafetensors(file, "m.safetensors", { requireChecksum: true })).toThrow(
      'm.safetensors: no checksum (metadata key "atif.crc64"); expected one, as atif leaves in the files it writes. ' +
        "If another program wrote the file, import it as plain safetensors; if not, it is damaged: copy it again.",
    );
  });
});

describe("random headers", () => {
  const pieces = [
    '"dtype":"U8"',
    '"dtype":"F32"',
    '"dtype":"F4"',
    '"shape":[]',
    '"shape":[0]',
    '"shape":[2]',
    '"shape":[1e9]',
    '"shape":[4294967296,4294967296]',
    '"data_offsets":[0,0]',
    '"data_offsets":[0,2]',
    '"data_offsets":[2,0]',
    '"data_offsets":[0,9007199254740991]',
    '"a":',
    '"b":',
    '"__metadata__":',
    '"__proto__":',
    "{",
    "}",
    "[",
    "]",
    ",",
    '"x"',
    "0",
    "-1",
    "null",
    " ",
    "\\",
    '"',
    "\u0000",
    "é",
  ];

  it("give a sentence or tensors that fit the file, 20,000 times, whatever the length says", () => {
    const random = new Generator(6);
    for (let i = 0; i < 20_000; i++) {
      const header = Array.from(
        { length: random.integer(14) },
        () => pieces[random.integer(pieces.length)],
      ).join("");
      const data = new Uint8Array(random.integer(4));
      const file = fileOf(i % 2 === 0 ? `{${header}}` : header, data);
      if (i % 10 === 0) new DataView(file.buffer).setUint32(0, random.uint32() >>> random.integer(32), true);
      judge(read(file, { strict: i % 4 < 2 }), file);
    }
  });

  it("built from valid entries with one thing wrong, give a sentence or tensors that fit, 5,000 times", () => {
    const random = new Generator(8);
    let accepted = 0;
    for (let i = 0; i < 5000; i++) {
      let offset = 0;
      const fields = Array.from({ length: 1 + random.integer(4) }, (_, k) => {
        const shape = Array.from({ length: random.integer(3) }, () => random.integer(4));
        const begin = offset;
        offset += shape.reduce((a, b) => a * b, 1);
        return `"t${k}":{"dtype":"U8","shape":${JSON.stringify(shape)},"data_offsets":[${begin},${offset}]}`;
      });
      let header = `{${fields.join(",")}}`;
      const at = random.integer(header.length);
      const replaced = pieces[random.integer(pieces.length)];
      if (i % 2 === 0) header = header.slice(0, at) + replaced + header.slice(at + random.integer(4));
      const file = fileOf(header, new Uint8Array(offset));
      const got = read(file);
      judge(got, file);
      if (got !== null) accepted++;
      if (i % 2 === 1) expect(got).not.toBeNull();
    }
    expect(accepted).toBeGreaterThan(2500);
  });

  /** What is accepted is what JSON.parse reads too, and accounts for each byte of the data. */
  function judge(got: Contents | null, file: Uint8Array): void {
    if (got === null) return;
    const { dataStart } = parseSafetensorsHeader(file, "m", { strict: false });
    const json = JSON.parse(new TextDecoder().decode(file.subarray(8, dataStart))) as object;
    const names = Object.keys(json).filter((name) => name !== "__metadata__");
    expect([...got.tensors.keys()].sort()).toEqual(names.sort());
    const bytes = [...got.tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
    expect(bytes).toBe(file.length - dataStart);
  }
});
