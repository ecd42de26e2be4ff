import { describe, expect, it } from "vitest";
import { FormatError, ShapeError } from "../../src/errors.js";
import {
  assertFinite,
  encodeSafetensors,
  parseSafetensors,
  parseSafetensorsHeader,
} from "../../src/formats/safetensors.js";
import type { StoredTensor, TensorToStore } from "../../src/formats/safetensors.js";
import { bytesOf, fileOf, thrownBy } from "./safetensors-bytes.js";

const text = (file: Uint8Array): string =>
  new TextDecoder().decode(file.subarray(8, 8 + Number(new DataView(file.buffer).getBigUint64(0, true))));

const roundTrip = (tensor: TensorToStore): StoredTensor | undefined =>
  parseSafetensors(encodeSafetensors([["t", tensor]])).tensors.get("t");

/** What safetensors 0.8.0 for Python writes for an int64 -2 and the float32 [[1, -2.5]]; 7 spaces of padding. */
const REFERENCE_HEADER =
  '{"__metadata__":{"format":"pt"},' +
  '"bn.num_batches_tracked":{"dtype":"I64","shape":[],"data_offsets":[0,8]},' +
  '"fc.weight":{"dtype":"F32","shape":[1,2],"data_offsets":[8,16]}}       ';
const REFERENCE_DATA = [0xfe, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0];

describe("files written by others", () => {
  it("reads the reference layout, put together byte by byte", () => {
    const { metadata, tensors, checksum } = parseSafetensors(fileOf(REFERENCE_HEADER, REFERENCE_DATA));
    expect([...metadata]).toEqual([["format", "pt"]]);
    expect([...tensors]).toEqual([
      ["bn.num_batches_tracked", { dtype: "I64", shape: [], data: new BigInt64Array([-2n]) }],
      ["fc.weight", { dtype: "F32", shape: [1, 2], data: new Float32Array([1, -2.5]) }],
    ]);
    expect(checksum).toBe("absent");
  });

  it("writes that layout to the byte", () => {
    const file = encodeSafetensors(
      [
        ["fc.weight", { shape: [1, 2], data: new Float32Array([1, -2.5]) }],
        ["bn.num_batches_tracked", { shape: [], data: new BigInt64Array([-2n]) }],
      ],
      { format: "pt" },
    );
    expect(file).toEqual(fileOf(REFERENCE_HEADER, REFERENCE_DATA));
  });

  it.each(["F64", "F32", "F16", "BF16", "I64", "I32", "I16"])("reads %s at an odd position", (dtype) => {
    const width = { F64: 8, I64: 8, F32: 4, I32: 4 }[dtype] ?? 2;
    const raw = Array.from({ length: 2 * width }, (_, i) => (i * 37 + 1) & 0x3f);
    let header = JSON.stringify({ x: { dtype, shape: [2], data_offsets: [0, raw.length] } });
    if (header.length % 2 === 0) header += " ";
    const odd = parseSafetensors(fileOf(header, raw)).tensors.get("x");
    const even = parseSafetensors(fileOf(header + " ".repeat(8 - (header.length % 8)), raw)).tensors.get("x");
    expect(odd).toEqual(even);
    expect(odd?.data.length).toBe(2);
  });

  it("reads a view into a larger buffer and memory that threads share", () => {
    const file = fileOf({ x: { dtype: "I16", shape: [2], data_offsets: [0, 4] } }, [1, 0, 2, 0]);
    const shared = new Uint8Array(new SharedArrayBuffer(file.length + 3), 3);
    shared.set(file);
    expect(parseSafetensors(shared).tensors.get("x")?.data).toEqual(new Int16Array([1, 2]));
    const pooled = Buffer.from(file);
    const data = parseSafetensors(pooled).tensors.get("x")?.data;
    pooled.fill(0);
    expect(data, "a copy").toEqual(new Int16Array([1, 2]));
  });

  it.each([
    " \t\r\n{}",
    "{} \n\t\r ",
    '{ "a" : { "data_offsets" : [ 0 , 1 ] , "shape" : [ ] , "dtype" : "U8" } }',
  ])("accepts white space as JSON does: %j", (header) => {
    const data = header.includes("U8") ? [9] : [];
    const { tensors } = parseSafetensors(fileOf(header, data));
    expect([...tensors.values()].map((tensor) => tensor.data)).toEqual(
      data.length === 0 ? [] : [new Uint8Array([9])],
    );
  });

  it("keeps names that an object would lose or reorder, in the order of the header", () => {
    const names = [
      "b",
      "__proto__",
      "constructor",
      "10",
      "2",
      "",
      "toString",
      "é",
      "\u{1f600}",
      'say "hi"\n\\',
      "\u2028",
      "\ufeffé",
    ];
    const fields = names.map(
      (name, i) => `${JSON.stringify(name)}:{"dtype":"U8","shape":[1],"data_offsets":[${i},${i + 1}]}`,
    );
    const { tensors } = parseSafetensors(
      fileOf(
        `{${fields.join(",")}}`,
        names.map((_, i) => i),
      ),
    );
    expect([...tensors.keys()]).toEqual(names);
    expect([...tensors.values()].map(({ data }) => data[0])).toEqual(names.map((_, i) => i));
  });

  it("accepts tensors listed in any order and a zero-size one between others", () => {
    const { tensors } = parseSafetensors(
      fileOf(
        {
          last: { dtype: "U8", shape: [1], data_offsets: [2, 3] },
          none: { dtype: "F32", shape: [0, 7], data_offsets: [2, 2] },
          first: { dtype: "U8", shape: [2], data_offsets: [0, 2] },
        },
        [1, 2, 3],
      ),
    );
    expect([...tensors].map(([name, { shape, data }]) => [name, shape, [...data].join()])).toEqual([
      ["last", [1], "3"],
      ["none", [0, 7], ""],
      ["first", [2], "1,2"],
    ]);
  });

  it("ignores fields that the format does not define only when asked to", () => {
    const file = fileOf(
      '{"x":{"dtype":"U8","note":{"a":[1,-2.5e3,null,"\\u00e9"]},"shape":[1],"data_offsets":[0,1]}}',
      [5],
    );
    expect(thrownBy(() => parseSafetensors(file, "x.safetensors")).message).toBe(
      'x.safetensors: the field "note" at byte 27; expected dtype, shape and data_offsets only. ' +
        "The file is damaged or was cut short: copy or download it again.",
    );
    expect(parseSafetensors(file, "x", { strict: false }).tensors.get("x")?.data).toEqual(
      new Uint8Array([5]),
    );
  });
});

describe("round trips", () => {
  const float32 = new Float32Array(
    new Uint32Array([0x7fc12345, 0x7f812345, 0xffc00001, 0x7f800000, 0xff800000, 0x80000000, 1, 0x3f800000])
      .buffer,
  );
  it.each<[string, TensorToStore]>([
    ["F32 with NaN payloads, infinities, -0 and a subnormal", { shape: [2, 4], data: float32 }],
    ["F64", { shape: [3], data: new Float64Array([0.1, NaN, -Infinity]) }],
    ["I64", { shape: [2], data: new BigInt64Array([-(2n ** 63n), 2n ** 63n - 1n]) }],
    ["I32", { shape: [2, 1], data: new Int32Array([-(2 ** 31), 2 ** 31 - 1]) }],
    ["I16", { shape: [2], data: new Int16Array([-32768, 32767]) }],
    ["I8", { shape: [2], data: new Int8Array([-128, 127]) }],
    ["U64", { shape: [2], data: new BigUint64Array([0n, 2n ** 64n - 1n]) }],
    ["U32", { shape: [2, 1], data: new Uint32Array([0, 2 ** 32 - 1]) }],
    ["U16", { shape: [2], data: new Uint16Array([0, 65535]) }],
    ["U8", { shape: [2], data: new Uint8Array([0, 255]) }],
    ["BOOL", { dtype: "BOOL", shape: [2], data: new Uint8Array([0, 1]) }],
    [
      "F16",
      { dtype: "F16", shape: [4], data: new Float32Array([65504, -(2 ** -24), Infinity, 0.333251953125]) },
    ],
    ["BF16", { dtype: "BF16", shape: [3], data: new Float32Array([1.0078125, -Infinity, 2 ** -133]) }],
    ["F32", { shape: [], data: new Float32Array([7]) }],
    ["F32", { shape: [3, 0, 2], data: new Float32Array(0) }],
    ["U8", { shape: [1, 1, 1, 1, 1, 1, 1, 2], data: new Uint8Array([3, 4]) }],
  ])("%s", (title, tensor) => {
    const back = roundTrip(tensor);
    expect(back?.dtype).toBe(title.split(" ")[0]);
    expect(back?.shape).toEqual(tensor.shape);
    expect(back?.data.constructor).toBe(tensor.data.constructor);
    expect(bytesOf(back?.data ?? new Uint8Array(0))).toEqual(bytesOf(tensor.data));
  });

  it("stores a view without its surroundings", () => {
    const whole = new Float32Array([9, 1, 2, 9]);
    expect(roundTrip({ shape: [2], data: whole.subarray(1, 3) })?.data).toEqual(new Float32Array([1, 2]));
  });

  it("keeps metadata, and writes an empty file as {} and no metadata", () => {
    const metadata = new Map([
      ["b", '\u0000"\\é\u{1f600}'],
      ["__proto__", "1"],
      ["a", "x".repeat(100_000)],
    ]);
    const file = encodeSafetensors([], metadata);
    expect([...parseSafetensors(file).metadata].sort()).toEqual([...metadata].sort());
    expect(text(encodeSafetensors([]))).toBe("{}      ");
  });
});

describe("encodeSafetensors", () => {
  const one = (data: TensorToStore["data"], dtype?: TensorToStore["dtype"]): TensorToStore =>
    dtype === undefined ? { shape: [1], data } : { dtype, shape: [1], data };

  it("orders wide types first, then names by code point, as the reference does", () => {
    const file = encodeSafetensors([
      ["bool", one(new Uint8Array(1), "BOOL")],
      ["u8", one(new Uint8Array(1))],
      ["i8", one(new Int8Array(1))],
      ["i16", one(new Int16Array(1))],
      ["f16", one(new Float32Array(1), "F16")],
      ["bf16", one(new Float32Array(1), "BF16")],
      ["i32", one(new Int32Array(1))],
      ["\u{1f600}", one(new Float32Array(1))],
      ["\uffee", one(new Float32Array(1))],
      ["b", one(new Float32Array(1))],
      ["10", one(new Float32Array(1))],
      ["2", one(new Float32Array(1))],
      ["a.b", one(new Float32Array(1))],
      ["a", one(new Float32Array(1))],
      ["f64", one(new Float64Array(1))],
      ["i64", one(new BigInt64Array(1))],
    ]);
    const { tensors, dataStart } = parseSafetensorsHeader(file);
    expect([...tensors.keys()].join(" ")).toBe(
      "i64 f64 10 2 a a.b b \uffee \u{1f600} i32 bf16 f16 i16 i8 u8 bool",
    );
    expect([...tensors.values()].map(({ begin }) => begin)).toEqual([
      0, 8, 16, 20, 24, 28, 32, 36, 40, 44, 48, 50, 52, 54, 55, 56,
    ]);
    expect(dataStart % 8).toBe(0);
  });

  it("gives the same bytes whatever the order of tensors and metadata", () => {
    const tensors: [string, TensorToStore][] = [
      ["b", one(new Float32Array([1]))],
      ["a", one(new Int8Array([2]))],
    ];
    const metadata = { z: "1", a: "2" };
    const file = encodeSafetensors(tensors, metadata, { checksum: true });
    const other = encodeSafetensors(new Map(tensors.reverse()), Object.entries(metadata).reverse(), {
      checksum: true,
    });
    expect(other).toEqual(file);
  });

  it("pads every header to a multiple of 8", () => {
    for (let i = 0; i < 9; i++) {
      const file = encodeSafetensors([["x".repeat(i), one(new Uint8Array([i]))]]);
      expect(file.length % 8).toBe(1);
      expect(parseSafetensors(file).tensors.get("x".repeat(i))?.data).toEqual(new Uint8Array([i]));
    }
  });

  const wrong: [string, () => unknown, new (message?: string) => Error, string][] = [
    [
      "a type it cannot infer",
      () => encodeSafetensors([["x", one(new Uint8ClampedArray(1) as never)]]),
      TypeError,
      'encodeSafetensors: tensor "x": data is a Uint8ClampedArray; expected one of Float64Array, Float32Array, BigInt64Array, Int32Array, Int16Array, Int8Array, BigUint64Array, Uint32Array, Uint16Array, Uint8Array.',
    ],
    [
      "no data",
      () => encodeSafetensors([["x", { shape: [1] } as never]]),
      TypeError,
      'encodeSafetensors: tensor "x": data is undefined; expected one of Float64Array, Float32Array, BigInt64Array, Int32Array, Int16Array, Int8Array, BigUint64Array, Uint32Array, Uint16Array, Uint8Array.',
    ],
    [
      "an array of another type",
      () => encodeSafetensors([["x", one(new Float64Array(1), "F32")]]),
      TypeError,
      'encodeSafetensors: tensor "x": data for F32 is a Float64Array; expected a Float32Array.',
    ],
    [
      "an unknown dtype",
      () => encodeSafetensors([["x", one(new Float32Array(1), "C64" as never)]]),
      RangeError,
      'encodeSafetensors: tensor "x": dtype is "C64"; expected one of "F64", "F32", "F16", "BF16", "I64", "I32", "I16", "I8", "U64", "U32", "U16", "U8", "BOOL".',
    ],
    [
      "a length that is not the shape's",
      () => encodeSafetensors([["x", { shape: [2, 3], data: new Float32Array(5) }]]),
      ShapeError,
      'encodeSafetensors: tensor "x" is [2, 3], 6 elements, but data has 5; expected the two to agree.',
    ],
    [
      "no shape",
      () => encodeSafetensors([["x", { data: new Float32Array(5) } as never]]),
      TypeError,
      'encodeSafetensors: tensor "x": shape is undefined; expected an array of whole numbers, [] for one number.',
    ],
    [
      "a broken dimension",
      () => encodeSafetensors([["x", { shape: [1.5], data: new Float32Array(1) }]]),
      ShapeError,
      "shape [1.5] has the dimension 1.5; expected whole numbers of at least 0.",
    ],
    [
      "nine axes",
      () => encodeSafetensors([["x", { shape: [1, 1, 1, 1, 1, 1, 1, 1, 1], data: new Float32Array(1) }]]),
      ShapeError,
      'encodeSafetensors: tensor "x" is [1, 1, 1, 1, 1, 1, 1, 1, 1]; expected at most 8 axes. Reshape it.',
    ],
    [
      "a name given twice",
      () =>
        encodeSafetensors([
          ["x", one(new Float32Array(1))],
          ["x", one(new Float32Array(1))],
        ]),
      RangeError,
      'encodeSafetensors: tensor "x" comes twice; expected each name once.',
    ],
    [
      "the name of the metadata",
      () => encodeSafetensors([["__metadata__", one(new Float32Array(1))]]),
      RangeError,
      'encodeSafetensors: tensor "__metadata__" has the name of the metadata; expected another.',
    ],
    [
      "a name with half a character",
      () => encodeSafetensors([["\ud800", one(new Float32Array(1))]]),
      RangeError,
      'encodeSafetensors: a tensor name, "\\ud800", has half of a surrogate pair; expected whole characters.',
    ],
    [
      "a name of 4097 characters",
      () => encodeSafetensors([["x".repeat(4097), one(new Float32Array(1))]]),
      RangeError,
      "encodeSafetensors: a tensor name has 4097 characters; expected at most 4096.",
    ],
    [
      "metadata that is not a string",
      () => encodeSafetensors([], { epoch: 3 as never }),
      TypeError,
      'encodeSafetensors: the metadata value of "epoch" is number; expected a string. Use JSON.stringify for more.',
    ],
    [
      "a metadata key given twice",
      () =>
        encodeSafetensors(
          [],
          [
            ["a", "1"],
            ["a", "2"],
          ],
        ),
      RangeError,
      'encodeSafetensors: the metadata key "a" comes twice; expected each key once.',
    ],
    [
      "a BOOL of 2",
      () => encodeSafetensors([["x", one(new Uint8Array([2]), "BOOL")]]),
      RangeError,
      'encodeSafetensors: tensor "x": element 0 is 2; expected 0 or 1 for BOOL, or the dtype U8.',
    ],
    [
      "a number beyond F16",
      () => encodeSafetensors([["x", one(new Float32Array([65520]), "F16")]]),
      RangeError,
      'encodeSafetensors: tensor "x": element 0 is 65520, which F16 cannot hold (at most 65504); store it as F32.',
    ],
    [
      "a plain object",
      () => encodeSafetensors({ x: one(new Float32Array(1)) } as never),
      TypeError,
      "encodeSafetensors: tensors cannot be iterated; expected a Map or pairs [name, tensor]. Use Object.entries(tensors).",
    ],
    [
      "a misspelt option",
      () => encodeSafetensors([], {}, { checkSum: true } as never),
      TypeError,
      'encodeSafetensors: unknown option "checkSum"; known options are checksum. Did you mean "checksum"?',
    ],
  ];
  it.each(wrong)("refuses %s", (_, work, type, message) => {
    const error = thrownBy(work);
    expect(error.message).toBe(message);
    expect(error).toBeInstanceOf(type);
  });
});

describe("parseSafetensorsHeader", () => {
  it("needs the header only, and lists types that cannot be held", () => {
    const header =
      '{"x":{"dtype":"U16","shape":[1000000],"data_offsets":[0,2000000]},"f":{"dtype":"F4","shape":[2],"data_offsets":[2000000,2000001]}}';
    const first = fileOf(header);
    const { tensors, dataStart } = parseSafetensorsHeader(first, "big", {
      fileSize: first.length + 2_000_001,
    });
    expect(dataStart).toBe(8 + header.length);
    expect([...tensors]).toEqual([
      ["x", { dtype: "U16", shape: [1_000_000], begin: 0, end: 2_000_000 }],
      ["f", { dtype: "F4", shape: [2], begin: 2_000_000, end: 2_000_001 }],
    ]);
  });

  it("says how many bytes it needs", () => {
    const file = fileOf({});
    expect(
      thrownBy(() => parseSafetensorsHeader(file.subarray(0, 9), "a", { fileSize: file.length })).message,
    ).toBe(
      "parseSafetensorsHeader: 9 bytes of a came; expected its first 10. Ask safetensorsHeaderEnd how many to read.",
    );
  });
});

describe("assertFinite", () => {
  it("names the tensor and the element", () => {
    const file = encodeSafetensors([
      ["n", { shape: [1], data: new BigInt64Array(1) }],
      ["w", { shape: [3], data: new Float32Array([1, 2, -Infinity]) }],
    ]);
    const error = thrownBy(() => assertFinite(parseSafetensors(file).tensors, "m.safetensors"));
    expect(error).toBeInstanceOf(FormatError);
    expect(error.message).toBe(
      'm.safetensors: element 2 of tensor "w" (F32) is -Infinity; expected finite numbers. ' +
        "Training diverged or the file is damaged: take an earlier checkpoint, or copy the file again.",
    );
    expect(() =>
      assertFinite(
        parseSafetensors(encodeSafetensors([["w", { shape: [1], data: new Float32Array(1) }]])).tensors,
      ),
    ).not.toThrow();
  });
});

it("parseSafetensors says what it wants when given something else", () => {
  expect(thrownBy(() => parseSafetensors(new ArrayBuffer(8) as never)).message).toBe(
    "parseSafetensors: bytes are not a Uint8Array; expected one, like new Uint8Array(buffer).",
  );
});
