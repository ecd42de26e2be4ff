import { beforeAll, describe, expect, it } from "vitest";
import { FormatError } from "../../src/errors.js";
import { encodeSafetensors, type TensorToStore } from "../../src/formats/safetensors.js";
import { readStateDict } from "../../src/formats/state-dict-file.js";
import { init } from "../../src/kernels/select.js";
import { Linear } from "../../src/layers/linear.js";
import { fileOf, thrownBy } from "./safetensors-bytes.js";

beforeAll(() => init());

const file = (...tensors: [string, TensorToStore][]): Uint8Array => encodeSafetensors(tensors);
const dataOf = (tensor: TensorToStore): number[] =>
  Array.from(readStateDict(file(["w", tensor]), "f")["w"].data);

describe("readStateDict", () => {
  it.each<[string, TensorToStore, number[]]>([
    ["U16", { shape: [2], data: Uint16Array.of(0, 65535) }, [0, 65535]],
    ["U32", { shape: [2], data: Uint32Array.of(1, 4294967295) }, [1, 4294967295]],
    ["I32", { shape: [2], data: Int32Array.of(-5, 2147483647) }, [-5, 2147483647]],
    ["U64", { shape: [3], data: BigUint64Array.of(0n, 2n ** 53n, 2n ** 63n) }, [0, 2 ** 53, 2 ** 63]],
    [
      "I64",
      { shape: [3], data: BigInt64Array.of(-(2n ** 63n), 2n ** 53n - 1n, 2n ** 60n) },
      [-(2 ** 63), 2 ** 53 - 1, 2 ** 60],
    ],
  ])("reads %s as the numbers they are", (_, tensor, numbers) => {
    expect(dataOf(tensor)).toEqual(numbers);
  });

  it.each<[string, TensorToStore, string]>([
    [
      "I64",
      { shape: [2], data: BigInt64Array.of(1n, 2n ** 53n + 1n) },
      'element 1 of tensor "w" (I64) is 9007199254740993, which float64 would round to 9007199254740992;',
    ],
    [
      "I64",
      { shape: [1], data: BigInt64Array.of(-(2n ** 63n) + 1n) },
      'element 0 of tensor "w" (I64) is -9223372036854775807, which float64 would round to -9223372036854775808;',
    ],
    [
      "U64",
      { shape: [2], data: BigUint64Array.of(0n, 2n ** 64n - 1n) },
      'element 1 of tensor "w" (U64) is 18446744073709551615, which float64 would round to 18446744073709551616;',
    ],
  ])("refuses %s that no float64 is", (_, tensor, message) => {
    const error = thrownBy(() => dataOf(tensor));
    expect(error).toBeInstanceOf(FormatError);
    expect(error.message).toContain(`f: ${message}`);
  });

  it("rounds integers to float32 when they are loaded, as PyTorch does", () => {
    const linear = new Linear(1, 2, { bias: false });
    linear.loadStateDict(
      readStateDict(file(["weight", { shape: [2, 1], data: BigInt64Array.of(3n, 16777217n) }])),
    );
    expect(Array.from(linear.weight.data)).toEqual([3, 16777216]);
  });

  const weight: [string, TensorToStore] = ["weight", { shape: [2, 1], data: Float32Array.of(1, 2) }];
  const floats8 = fileOf(
    '{"weight":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"odd":{"dtype":"F8_E4M3","shape":[3],"data_offsets":[8,11]}}',
    new Uint8Array(11),
  );
  const odd: [string, Uint8Array, string][] = [
    [
      "a BOOL",
      file(weight, ["odd", { dtype: "BOOL", shape: [3], data: Uint8Array.of(0, 1, 1) }]),
      'tensor "odd" is BOOL; expected numbers.',
    ],
    [
      "an integer that no float64 is",
      file(weight, ["odd", { shape: [3], data: BigInt64Array.of(0n, 0n, 2n ** 62n + 1n) }]),
      'element 2 of tensor "odd" (I64) is 4611686018427387905,',
    ],
    ["an F8", floats8, 'tensor "odd" has the dtype F8_E4M3; expected one of F64, '],
  ];
  it.each(odd)("lists %s, and refuses it when it is asked for", (_, bytes, message) => {
    const dict = readStateDict(bytes, "f");
    expect(Object.entries(dict).map(([name, { shape }]) => [name, shape])).toEqual(
      expect.arrayContaining([
        ["weight", [2, 1]],
        ["odd", [3]],
      ]),
    );
    const linear = new Linear(1, 2, { bias: false });
    expect(linear.loadStateDict(dict, { strict: false })).toEqual({ missing: [], unexpected: ["odd"] });
    expect(() => linear.loadStateDict(dict)).toThrow("loadStateDict: unexpected odd;");
    expect(() => dict["odd"].data).toThrow(message);
    expect(() => new Linear(1, 3, { bias: false }).loadStateDict({ weight: dict["odd"] })).toThrow(message);
  });
});
