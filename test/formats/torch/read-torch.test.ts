/** Tensors as arrays, and which of a file are meant. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FormatError } from "../../../src/errors.js";
import { MissingKeyError } from "../../../src/formats/torch/missing-key.js";
import { readTorch, type ReadTorchOptions } from "../../../src/formats/torch/read-torch.js";
import { loadTorch } from "../../../src/formats/torch/torch-file.js";
import { FileError } from "../../../src/platform/files.js";
import { archive, floats, orderedDict, piece, rebuilt, storage, tensor, type Item } from "./archive-bytes.js";

const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
const eight = floats(0, 1, 2, 3, 4, 5, 6, 7);
const view = (shape: number[], strides: number[], offset: number): Item => tensor(shape, strides, offset, 8);

function only(item: Item, ...storages: Uint8Array[]): unknown {
  return readTorch(archive(new Map([["t", item]]), storages)).get("t");
}

describe("a tensor", () => {
  it.each<[string, number[], number[], number, number[]]>([
    ["in rows", [2, 3], [3, 1], 1, [1, 2, 3, 4, 5, 6]],
    ["of rank 0", [], [], 5, [5]],
    ["transposed", [3, 2], [1, 3], 0, [0, 3, 1, 4, 2, 5]],
    ["stepped", [3], [3], 1, [1, 4, 7]],
    ["with a window of a wider one", [2, 2], [4, 1], 2, [2, 3, 6, 7]],
    ["expanded", [2, 3], [1, 0], 6, [6, 6, 6, 7, 7, 7]],
    ["expanded from one", [2, 2], [0, 0], 3, [3, 3, 3, 3]],
    ["overlapping itself", [3, 3], [1, 1], 0, [0, 1, 2, 1, 2, 3, 2, 3, 4]],
    ["in channels_last", [1, 2, 2, 2], [8, 1, 4, 2], 0, [0, 2, 4, 6, 1, 3, 5, 7]],
    ["with axes of 1 of any stride", [1, 3, 1], [99, 2, 77], 1, [1, 3, 5]],
    ["without elements", [2, 0, 3], [9, 9, 9], 99, []],
    ["to the last element", [1], [1], 7, [7]],
  ])("%s", (_, shape, strides, offset, values) => {
    const expected = { dtype: "F32", shape, data: Float32Array.from(values) };
    expect(only(view(shape, strides, offset), eight)).toEqual(expected);
  });

  it.each<[string, ArrayBufferView, string, unknown]>([
    ["FloatStorage", Float32Array.of(1.5, -0), "F32", Float32Array.of(1.5, -0)],
    ["DoubleStorage", Float64Array.of(0.1, -2), "F64", Float64Array.of(0.1, -2)],
    ["HalfStorage", Uint16Array.of(0x3c00, 0xfc00), "F16", Float32Array.of(1, -Infinity)],
    ["BFloat16Storage", Uint16Array.of(0x3f80, 0xc000), "BF16", Float32Array.of(1, -2)],
    ["LongStorage", BigInt64Array.of(-1n, 2n ** 62n), "I64", BigInt64Array.of(-1n, 2n ** 62n)],
    ["IntStorage", Int32Array.of(-1, 2), "I32", Int32Array.of(-1, 2)],
    ["ShortStorage", Int16Array.of(-1, 2), "I16", Int16Array.of(-1, 2)],
    ["CharStorage", Int8Array.of(-1, 2), "I8", Int8Array.of(-1, 2)],
    ["ByteStorage", Uint8Array.of(255, 2), "U8", Uint8Array.of(255, 2)],
    ["BoolStorage", Uint8Array.of(1, 0), "BOOL", Uint8Array.of(1, 0)],
  ])("of %s, as it stands and every other way round", (type, content, dtype, data) => {
    const whole = rebuilt(storage(`torch ${type}`, "0", 2), 0, [2], [1]);
    expect(only(whole, bytesOf(content))).toEqual({ dtype, shape: [2], data });
    const first = rebuilt(storage(`torch ${type}`, "0", 2), 0, [2], [0]);
    const again = only(first, bytesOf(content)) as { data: Float32Array };
    expect([...again.data]).toEqual([(data as Float32Array)[0], (data as Float32Array)[0]]);
  });

  it.each<[string, ArrayBufferView, string]>([
    ["uint16", Uint16Array.of(65535, 1), "U16"],
    ["uint32", Uint32Array.of(2 ** 32 - 1, 1), "U32"],
    ["uint64", BigUint64Array.of(2n ** 64n - 1n, 1n), "U64"],
    ["float32", Float32Array.of(0.5, 1), "F32"],
  ])("of %s over bytes without a type", (type, data, dtype) => {
    const bytes = storage("torch.storage UntypedStorage", "0", data.byteLength);
    const item: Item = {
      call: "torch._utils _rebuild_tensor_v3",
      args: [bytes, 0, { tuple: [2] }, { tuple: [1] }, false, orderedDict, { global: `torch ${type}` }],
    };
    expect(only(item, bytesOf(data))).toEqual({ dtype, shape: [2], data });
  });

  it("keeps the bits of every NaN, moved or not", () => {
    const bits = Uint32Array.of(0x7fa00001, 0xffc12345);
    const shapes: [number[], number[]][] = [
      [[2], [1]],
      [
        [2, 2],
        [0, 1],
      ],
    ];
    for (const [shape, strides] of shapes) {
      const { data } = only(tensor(shape, strides, 0, 2), bytesOf(bits)) as { data: Float32Array };
      expect([...new Uint32Array(data.buffer).subarray(0, 2)]).toEqual([...bits]);
    }
    const double = BigUint64Array.of(0x7ff0000000000001n);
    const item = rebuilt(storage("torch DoubleStorage", "0", 1), 0, [2], [0]);
    const { data } = only(item, bytesOf(double)) as { data: Float64Array };
    expect([...new BigUint64Array(data.buffer)]).toEqual([double[0], double[0]]);
  });

  it("of BOOL holds nothing but 0 and 1", () => {
    const item = rebuilt(storage("torch BoolStorage", "0", 2), 0, [2], [1]);
    expect(() => only(item, Uint8Array.of(1, 2))).toThrow(
      /element 1 of the tensor "t" is 2, but its type is BOOL; expected 0 or 1/,
    );
  });

  it("that is a Parameter is what it holds", () => {
    const item: Item = {
      call: "torch._utils _rebuild_parameter",
      args: [view([2], [1], 3), true, orderedDict],
    };
    expect(only(item, eight)).toEqual({ dtype: "F32", shape: [2], data: Float32Array.of(3, 4) });
  });

  it("is a copy of the file, and shared where PyTorch shares it", () => {
    const bytes = archive(
      new Map([
        ["a", view([2], [1], 0)],
        ["b", view([2], [1], 0)],
        ["c", view([2], [1], 1)],
      ]),
      [eight],
    );
    const tensors = readTorch(bytes);
    bytes.fill(0);
    expect([...tensors.values()].map(({ data }) => [...(data as Float32Array)])).toEqual([
      [0, 1],
      [0, 1],
      [1, 2],
    ]);
    expect(tensors.get("a")?.data).toBe(tensors.get("b")?.data);
    expect(tensors.get("a")?.data.buffer).not.toBe(tensors.get("c")?.data.buffer);
  });

  it("may not repeat a few numbers until memory ends", () => {
    expect(() => only(view([2 ** 40], [0], 0), eight)).toThrow(
      /with the tensor "t", \[1099511627776\], its tensors take 4398046511104 bytes, far more than the file of \d+; expected at most 67\d{6}\. Views repeat/,
    );
    const much = new Map<Item, Item>();
    for (let i = 0; i < 9; i++) much.set(`t${i}`, view([2 ** 21 + i], [0], 0));
    expect(() => readTorch(archive(much, [eight]))).toThrow(/with the tensor "t[78]"/);
    expect(() => only(view([2 ** 50, 2 ** 50, 2 ** 50], [0, 0, 0], 0), eight)).toThrow(
      /far more than the file/,
    );
  });
});

const w = view([2], [1], 0);
const b = view([1], [1], 5);
const dict = (...entries: [Item, Item][]): Item => new Map(entries);

/** Names and first numbers of what is read. */
function read(item: Item, options?: ReadTorchOptions): Record<string, number> {
  const tensors = readTorch(archive(item, [eight]), "m.pth", options);
  return Object.fromEntries([...tensors].map(([name, { data }]) => [name, Number(data[0])]));
}

describe("the state dict of a file", () => {
  const ordered = (...entries: [Item, Item][]): Item => ({
    bytes: [
      ...piece(orderedDict),
      0x28,
      ...entries.flatMap(([key, value]) => [...piece(key), ...piece(value)]),
      0x75,
      ...piece(dict(["_metadata", orderedDict])),
      0x62,
    ],
  });

  it.each<[string, Item, Record<string, number>]>([
    ["all of it", dict(["w", w], ["b", b]), { w: 0, b: 5 }],
    ["all of an OrderedDict", ordered(["w", w], ["b", b]), { w: 0, b: 5 }],
    ["nothing", dict(), {}],
    ["nothing of an OrderedDict", ordered(), {}],
    [
      "names that mean something to JavaScript",
      dict(["__proto__", w], ["constructor", b]),
      { ["__proto__"]: 0, constructor: 5 },
    ],
    ["names that are numbers", dict([0, w], [1, b]), { 0: 0, 1: 5 }],
    ["with numbers and nothing beside", dict(["w", w], ["epoch", 3], ["best", null]), { w: 0 }],
    ["with what modules keep beside", dict(["w", w], ["q._extra_state", dict(["x", b])]), { w: 0 }],
    ["under a usual key", dict(["model_state_dict", dict(["w", w])], ["epoch", 3]), { w: 0 }],
    ["under any key", dict(["net", dict(["w", w])], ["epoch", 3]), { w: 0 }],
    ["under a usual key, beside a loss", dict(["state_dict", dict(["w", w])], ["loss", b]), { w: 0 }],
    [
      "with the state of an optimizer",
      dict(
        ["model", dict(["w", w])],
        ["opt", dict(["state", dict([0, dict(["m", b])])], ["param_groups", []])],
      ),
      { w: 0 },
    ],
    [
      "with prefixes",
      dict(["state_dict", dict(["model.w", w], ["model.b", b])]),
      { "model.w": 0, "model.b": 5 },
    ],
    ["with a hole", dict(["net", dict(["w", w], ["b", null])], ["epoch", 3]), { w: 0 }],
  ])("is %s", (_, item, expected) => {
    expect(Object.entries(read(item))).toEqual(Object.entries(expected));
  });

  it.each<[string, Item, string]>([
    [
      "two dicts of tensors",
      dict(["encoder", dict(["w", w])], ["decoder", dict(["w", w], ["b", b])]),
      'tensors stand in "encoder" (1), "decoder" (2); expected one state dict. Give the name of one as key, such as "encoder", or "" for all of them.',
    ],
    [
      "a model and its average",
      dict(["model", dict(["w", w])], ["ema", dict(["w", b])]),
      'tensors stand in "model" (1), "ema" (1); expected',
    ],
    [
      "tensors here and there",
      dict(["w", w], ["mean", dict(["m", b])]),
      'tensors stand in "mean" (1) and beside them (1); expected',
    ],
    [
      "no tensor",
      dict(["epoch", 3]),
      'no value of the file is a tensor or a dict of tensors: it has the key "epoch"; expected a state dict.',
    ],
    [
      "tensors deep below",
      dict(["a", dict(["b", dict(["w", w])])]),
      'no value of the file is a tensor or a dict of tensors: it has the key "a"; expected a state dict. If there is one deeper, name it as key, "a.b" for "b" below "a"',
    ],
    ["a list", [w], "it holds a list; expected a state dict, names and tensors."],
    ["one tensor", w, "it holds a tensor; expected a state dict"],
    ["a number", 3, "it holds the number 3; expected a state dict"],
  ])("is not guessed of %s", (_, item, says) => {
    expect(() => read(item)).toThrow(FormatError);
    expect(() => read(item)).toThrow(`m.pth: ${says}`);
  });

  const refusal = (item: Item): unknown => {
    try {
      return read(item);
    } catch (error) {
      return error;
    }
  };

  it.each<[string, Item, string[]]>([
    ["several dicts", dict(["ema", dict(["w", w])], ["model", dict(["w", w])]), ["ema", "model", ""]],
    ["a dict and tensors beside it", dict(["w", w], ["mean", dict(["m", b])]), ["mean", ""]],
    ["dicts and a list deeper", dict(["a", dict(["b", dict(["w", w])], ["c", [b]])], ["n", 1]), ["a.b", "a.c"]],
  ])("is asked for by its keys in %s, each of which is one", (_, item, keys) => {
    const thrown = refusal(item);
    expect(thrown).toBeInstanceOf(MissingKeyError);
    expect((thrown as MissingKeyError).keys).toEqual(keys);
    expect((thrown as Error).name).toBe("MissingKeyError");
    for (const key of keys) expect(Object.keys(read(item, { key })).length).toBeGreaterThan(0);
  }); // prettier-ignore

  it.each<[string, Item]>([
    ["no tensor", dict(["epoch", 3])],
    ["a list", [w]],
    ["one tensor", w],
    ["a number", 3],
  ])("is not asked for of %s, where no key would help", (_, item) => {
    expect(refusal(item)).toBeInstanceOf(FormatError);
    expect(refusal(item)).not.toBeInstanceOf(MissingKeyError);
  });
});

describe("the option", () => {
  const checkpoint = dict(
    ["model", dict(["fc.w", w], ["fc.b", b])],
    ["ema", dict(["fc.w", b])],
    ["opt", dict(["state", dict([0, dict(["m", w], ["step", b])])], ["groups", [dict(["lr", 1], ["t", w])]])],
  );

  it("key takes all tensors below it, with dots between keys", () => {
    expect(read(checkpoint, { key: "model" })).toEqual({ "fc.w": 0, "fc.b": 5 });
    expect(read(checkpoint, { key: "ema" })).toEqual({ "fc.w": 5 });
    expect(read(checkpoint, { key: "opt" })).toEqual({ "state.0.m": 0, "state.0.step": 5, "groups.0.t": 0 });
    expect(read(checkpoint, { key: "opt.state.0" })).toEqual({ m: 0, step: 5 });
    expect(Object.keys(read(checkpoint, { key: "" }))).toEqual([
      ...["model.fc.w", "model.fc.b", "ema.fc.w", "opt.state.0.m", "opt.state.0.step", "opt.groups.0.t"],
    ]);
    expect(read([w, dict(["b", b])], { key: "" })).toEqual({ "0": 0, "1.b": 5 });
    expect(read(dict(["a.b", dict(["w", w])]), { key: "a.b" })).toEqual({ w: 0 });
  });

  it("key must lead to tensors", () => {
    expect(() => read(checkpoint, { key: "Model" })).toThrow(
      'm.pth: there is no key "Model"; expected one of the file, which has the keys "model", "ema", "opt".',
    );
    expect(() => read(checkpoint, { key: "model.fc.w" })).toThrow(
      'm.pth: there are no named tensors below "model.fc.w", which is a tensor; expected some.',
    );
    expect(() => read(w, { key: "" })).toThrow("there are no named tensors below");
  });

  it("key does not make two names one", () => {
    expect(() => read(dict(["a.b", w], ["a", dict(["b", b])]), { key: "" })).toThrow(
      'the name "a.b" comes twice',
    );
    expect(() => read(dict([0, w], ["0", b]), { key: "" })).toThrow('the name "0" comes twice');
    expect(() => read(dict([0, w], ["0", b]))).toThrow('the name "0" comes twice');
  });

  it("key finds an end in lists that hold themselves or share themselves without bound", () => {
    const itself: Item = { bytes: [0x5d, 0x71, 0, 0x68, 0, 0x61] };
    expect(read(dict(["w", w], ["l", itself]))).toEqual({ w: 0 });
    expect(() => read(dict(["w", w], ["l", itself]), { key: "" })).toThrow(
      /more than 500000 values or 64 levels/,
    );
    // Each list holds the one before it twice.
    const bytes = [0x5d, 0x71, 0];
    for (let i = 1; i < 60; i++) bytes.push(0x5d, 0x71, i, 0x68, i - 1, 0x61, 0x68, i - 1, 0x61);
    expect(() => read(dict(["w", w], ["l", { tuple: [{ bytes }] }]), { key: "" })).toThrow(
      /more than 500000 values/,
    );
  });

  it("prefix takes names that begin so, without it", () => {
    const item = dict(["module.w", w], ["b", b]);
    expect(read(item, { prefix: "module." })).toEqual({ w: 0 });
    expect(read(item)).toEqual({ "module.w": 0, b: 5 });
    expect(() => read(item, { prefix: "model." })).toThrow(
      'm.pth: no name of a tensor begins with "model."; expected some, and there are "module.w", "b". Leave prefix out, or name another.',
    );
  });

  it("must be one that there is, of a text", () => {
    const bytes = archive(dict(["w", w]), [eight]);
    expect(() => readTorch(bytes, "m", { kye: "a" } as ReadTorchOptions)).toThrow(/kye/);
    expect(() => readTorch(bytes, "m", { key: 3 as unknown as string })).toThrow(
      new TypeError("readTorch: key is 3; expected a text."),
    );
    expect(() => readTorch(bytes, {} as string)).toThrow(TypeError);
    expect(() => readTorch(bytes.buffer as unknown as Uint8Array)).toThrow(
      new TypeError("readTorch: bytes are not a Uint8Array; expected one, like new Uint8Array(buffer)."),
    );
  });
});

describe("loadTorch", () => {
  it("reads a file, and says which in messages", async () => {
    const folder = mkdtempSync(join(tmpdir(), "atif-torch-"));
    try {
      const path = join(folder, "m.pth");
      writeFileSync(path, archive(dict(["net", dict(["w", w])]), [eight]));
      expect([...(await loadTorch(path)).keys()]).toEqual(["w"]);
      expect([...(await loadTorch(path, { key: "" })).keys()]).toEqual(["net.w"]);
      writeFileSync(path, "");
      await expect(loadTorch(path)).rejects.toThrow(`${path}: it is empty`);
      await expect(loadTorch(join(folder, "none.pth"))).rejects.toThrow(FileError);
      await expect(loadTorch(path, { keys: "" } as ReadTorchOptions)).rejects.toThrow(/loadTorch/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
