/** What data.pkl may say: the opcodes, names and calls that are known, and that no other does anything. */

import { describe, expect, it } from "vitest";
import { FormatError } from "../../../src/errors.js";
import { readTorch } from "../../../src/formats/torch/read-torch.js";
import {
  archive,
  entriesOf,
  floats,
  orderedDict,
  piece,
  pickled,
  rebuilt,
  storage,
  tensor,
  uint,
  zip,
  type Item,
} from "./archive-bytes.js";

const two = floats(1.5, -2);
const w = tensor([2], [1], 0, 2);
const raw = (...bytes: number[]): Item => ({ bytes });

function messageOf(bytes: Uint8Array): string {
  try {
    readTorch(bytes, "m.pth");
    return "nothing was refused";
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError);
    const { message } = error as FormatError;
    expect(message).toMatch(/^m\.pth: .+; expected .+\. [A-Z].+\.$/);
    return message;
  }
}

/** Beside a tensor, under the key "x". */
const beside = (item: Item): Uint8Array =>
  archive(
    new Map<Item, Item>([
      ["w", w],
      ["x", item],
    ]),
    [two],
  );
const bare = (...bytes: number[]): Uint8Array => zip(entriesOf(Uint8Array.from(bytes), [two]));
const isRead = (item: Item): boolean => {
  expect([...readTorch(beside(item))]).toEqual([
    ["w", { dtype: "F32", shape: [2], data: Float32Array.of(1.5, -2) }],
  ]);
  return true;
};

describe("plain data beside tensors", () => {
  it.each<[string, Item]>([
    ["numbers", [0, 255, 65535, -1, 2 ** 31 - 1, 2 ** 40, 1.5, NaN]],
    [
      "BININT1, BININT2, BININT, LONG1",
      [raw(0x4b, 9), raw(0x4d, 1, 2), raw(0x4a, 1, 2, 3, 255), raw(0x8a, 3, 1, 2, 3)],
    ],
    ["an empty LONG1, which is 0, and one of 64 bits", [raw(0x8a, 0), raw(0x8a, 8, ...uint(0, 7), 128)]],
    ["texts", ["", "é\n", "__proto__", "constructor"]],
    ["None, True, False", [null, true, false]],
    [
      "tuples of any length",
      [
        { tuple: [] },
        raw(0x29),
        raw(0x4b, 1, 0x85),
        raw(0x4b, 1, 0x4b, 2, 0x86),
        raw(0x4e, 0x4e, 0x4e, 0x87),
      ],
    ],
    [
      "nested lists and dicts",
      [
        [[[]]],
        new Map<Item, Item>([
          ["a", new Map()],
          [1, []],
          [null, 2],
          [true, 3],
        ]),
      ],
    ],
    ["dicts by one item", raw(0x7d, ...piece("a"), 0x4b, 1, 0x73)],
    ["lists by one item", raw(0x5d, 0x4b, 1, 0x61)],
    [
      "an OrderedDict with what modules note about themselves",
      raw(...piece(orderedDict), ...piece(new Map<Item, Item>([["_metadata", orderedDict]])), 0x62),
    ],
    ["torch.Size", { call: "torch Size", args: [{ tuple: [1, 2] }] }],
    ["a dtype by its name", { global: "torch float32" }],
    ["a storage", storage("torch FloatStorage", "0", 2)],
    [
      "values that are remembered",
      raw(0x4b, 7, 0x71, 5, 0x72, ...uint(300, 4), 0x68, 5, 0x86, 0x6a, ...uint(300, 4), 0x86),
    ],
    ["a list that holds itself", raw(0x5d, 0x71, 0, 0x68, 0, 0x61)],
  ])("%s", (_, item) => {
    expect(isRead(item)).toBe(true);
  });
});

describe("an opcode", () => {
  const KNOWN = new Set([
    0x80, 0x63, 0x71, 0x72, 0x68, 0x6a, 0x28, 0x29, 0x74, 0x85, 0x86, 0x87, 0x58, 0x4b, 0x4d, 0x4a, 0x8a,
    0x47, 0x4e, 0x88, 0x89, 0x7d, 0x5d, 0x61, 0x65, 0x73, 0x75, 0x51, 0x52, 0x62, 0x2e,
  ]);
  const others = Array.from({ length: 256 }, (_, opcode) => opcode).filter((opcode) => !KNOWN.has(opcode));

  it("that torch.save does not use is refused, each of them", () => {
    expect(others.length).toBe(256 - 31);
    for (const opcode of others) {
      const hex = opcode.toString(16).padStart(2, "0");
      // Arguments that would do for any of them.
      expect(messageOf(bare(0x80, 2, 0x7d, 0x4b, 1, opcode, 1, 0, 0, 0, 0x0a, 0x2e))).toMatch(
        new RegExp(`byte 5 of data\\.pkl: the operation 0x${hex} is none that torch\\.save uses`),
      );
    }
  });

  it("finds what it needs, or says that it is not there", () => {
    const nothing =
      /takes a value where there is none|is no(ne)? |there is nothing|not begun|remembers a value where/;
    for (const opcode of [0x71, 0x85, 0x86, 0x87, 0x61, 0x65, 0x73, 0x75, 0x51, 0x52, 0x62, 0x74])
      expect(messageOf(bare(0x80, 2, opcode, 0, 0x2e)), String(opcode)).toMatch(nothing);
    // Nothing is taken from below a mark.
    for (const opcode of [0x85, 0x61, 0x51, 0x52, 0x71])
      expect(messageOf(bare(0x80, 2, 0x4e, 0x4e, 0x28, opcode, 0, 0x2e)), String(opcode)).toMatch(nothing);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ["no end", bare(0x80, 2, 0x4e), /byte 3 of data\.pkl: it ends too early/],
    ["nothing", bare(), /byte 0 of data\.pkl: it ends too early/],
    ["bytes behind its end", bare(0x80, 2, 0x7d, 0x2e, 0x4e), /1 values and 1 bytes left over/],
    ["two values at its end", bare(0x80, 2, 0x7d, 0x7d, 0x2e), /2 values and 0 bytes left over/],
    ["an open mark", bare(0x80, 2, 0x7d, 0x28, 0x2e), /left over/],
    ["another protocol", bare(0x80, 4, 0x7d, 0x2e), /protocol 4; expected protocol 2/],
    ["a text longer than the file", bare(0x80, 2, 0x58, 0, 1, 0, 0, 0x2e), /ends too early/],
    [
      "a text far too long",
      bare(0x80, 2, 0x58, 0, 0, 0, 1, 0x2e),
      /a text takes 16777216 bytes; expected at most 65536/,
    ],
    ["a text that is not UTF-8", bare(0x80, 2, 0x58, 1, 0, 0, 0, 0xff, 0x2e), /not UTF-8/],
    ["a name without end", bare(0x80, 2, 0x63, 0x61, 0x62), /a name does not end/],
    ["a value that was not remembered", bare(0x80, 2, 0x68, 3, 0x2e), /recalls value 3/],
    [
      "a memo beyond all bounds",
      bare(0x80, 2, 0x4e, 0x72, 255, 255, 255, 255, 0x2e),
      /number 4294967295; expected numbers below/,
    ],
    [
      "a whole number of 9 bytes",
      bare(0x80, 2, 0x8a, 9, ...uint(0, 9), 0x2e),
      /takes 9 bytes; expected at most 8/,
    ],
    ["a key without a value", bare(0x80, 2, 0x7d, 0x28, 0x4e, 0x75, 0x2e), /a value for each key/],
    ["a list as a key", bare(0x80, 2, 0x7d, 0x5d, 0x4e, 0x73, 0x2e), /a list; expected a key/],
    [
      "items of what is no dict",
      bare(0x80, 2, 0x5d, 0x4e, 0x4e, 0x73, 0x2e),
      /there is a list; expected a dict/,
    ],
    [
      "appended to what is no list",
      bare(0x80, 2, 0x7d, 0x4e, 0x61, 0x2e),
      /there is a dict; expected a list/,
    ],
    ["attributes of a plain dict", beside(raw(0x7d, 0x7d, 0x62)), /it gives a dict attributes/],
    [
      "other attributes",
      beside(raw(...piece(orderedDict), ...piece(new Map([["__class__", "x"]])), 0x62)),
      /attributes; expected the _metadata/,
    ],
    [
      "keys twice",
      archive(raw(0x7d, 0x28, ...piece("a"), 0x4e, ...piece("a"), 0x4e, 0x75)),
      /the key "a" comes twice/,
    ],
  ])("is refused with %s", (_, bytes, says) => expect(messageOf(bytes)).toMatch(says));

  it("may not come without end", () => {
    const marks = new Uint8Array(200_000).fill(0x28);
    expect(messageOf(zip(entriesOf(marks)))).toMatch(/more than 100000 values are open/);
    const protocols = Uint8Array.from({ length: 4_000_100 }, (_, i) => (i % 2 === 0 ? 0x80 : 2));
    expect(messageOf(zip(entriesOf(protocols)))).toMatch(/more than 2000000 operations/);
  });
});

describe("a name", () => {
  it.each([
    "posix system",
    "builtins eval",
    "__builtin__ getattr",
    "os system",
    "collections defaultdict",
    "collections OrderedDict.__class__",
    "collections.abc OrderedDict",
    " OrderedDict",
    "torch FloatStorage.",
    "torch.storage _load_from_bytes",
    "torch.FloatStorage ",
    "torch device",
    "_codecs encode",
    "argparse Namespace",
    "__main__ Net",
  ])("%s is refused where it stands, whatever follows", (name) => {
    expect(messageOf(beside({ global: name }))).toMatch(
      /asks for ".*" under the key "x", which is no plain data/,
    );
    expect(messageOf(beside({ call: name, args: [] }))).toMatch(/asks for/);
  });

  it.each<[string, RegExp]>([
    ["numpy._core.multiarray scalar", /a NumPy array or number/],
    ["numpy dtype", /a NumPy array or number/],
    ["torch._utils _rebuild_sparse_tensor", /a sparse tensor.*to_dense/],
    ["torch._utils _rebuild_qtensor", /PyTorch quantized.*dequantize/],
    ["torch QInt8Storage", /PyTorch quantized/],
    ["torch ComplexFloatStorage", /complex numbers/],
    ["torch complex64", /complex numbers/],
    ["torch float8_e4m3fn", /a type that no array here can hold/],
    ["torch._utils _rebuild_parameter_with_state", /attributes of its own/],
    ["torch._tensor _rebuild_from_type_v2", /attributes of its own/],
    ["torch._utils _rebuild_tensor", /a tensor of a special kind/],
    ["torch._utils _rebuild_meta_tensor_no_storage", /a tensor of a special kind/],
    ["torch.nn.modules.linear Linear", /a module of PyTorch, not its weights/],
  ])("%s is told in its own words", (name, says) => {
    expect(messageOf(beside({ global: name }))).toMatch(says);
  });

  it("of a class of which the whole file is an object says so", () => {
    const object = bare(0x80, 2, ...piece({ global: "nets Net" }), 0x71, 0, 0x29, 0x81, 0x2e);
    expect(messageOf(object)).toMatch(
      /a whole object of the class "nets\.Net", as torch\.save\(model\) writes/,
    );
  });

  it("never steers the terminal", () => {
    expect(messageOf(beside({ global: "a\u001b[2J b\u202e" }))).toMatch(/"a\\u001b\[2J\.b\\u202e"/);
  });
});

describe("a call", () => {
  const args = (...items: Item[]): Item => ({ call: "torch._utils _rebuild_tensor_v2", args: items });
  const over = storage("torch FloatStorage", "0", 2);
  const [one, two1] = [{ tuple: [1] }, { tuple: [2] }];
  it.each<[string, Item]>([
    ["an OrderedDict of something", { call: "collections OrderedDict", args: [[]] }],
    ["torch.Size of anything else", { call: "torch Size", args: [["a"]] }],
    ["torch.Size of nothing", { call: "torch Size", args: [] }],
    ["a storage", { call: "torch FloatStorage", args: [] }],
    ["a dtype", { call: "torch float32", args: [] }],
    ["what is no name", raw(...piece("print"), 0x29, 0x52)],
    ["without a tuple", raw(...piece({ global: "collections OrderedDict" }), 0x5d, 0x52)],
    ["a tensor of too little", args(over, 0, two1, one, false)],
    ["a tensor of too much", args(over, 0, two1, one, false, orderedDict, null, null)],
    ["a tensor without a storage", args("0", 0, two1, one, false, orderedDict)],
    [
      "a tensor with hooks",
      args(over, 0, two1, one, false, raw(...piece(orderedDict), ...piece("a"), 0x4e, 0x73)),
    ],
    ["a tensor with a dict for hooks", args(over, 0, two1, one, false, new Map())],
    ["a tensor that may need a gradient", args(over, 0, two1, one, 1, orderedDict)],
    [
      "a typed tensor without a type",
      { call: "torch._utils _rebuild_tensor_v3", args: [over, 0, two1, one, false, orderedDict, 1] },
    ],
    [
      "a typed tensor over another type",
      {
        call: "torch._utils _rebuild_tensor_v3",
        args: [over, 0, two1, one, false, orderedDict, { global: "torch int32" }],
      },
    ],
    ["a parameter of no tensor", { call: "torch._utils _rebuild_parameter", args: [1, true, orderedDict] }],
  ])("to %s is refused", (_, item) => {
    expect(messageOf(beside(item))).toMatch(/calls .* in a way that torch\.save does not/);
  });

  it("of a view that negates its numbers is refused: they would be wrong", () => {
    expect(messageOf(beside(args(over, 0, two1, one, false, orderedDict, new Map([["neg", true]]))))).toMatch(
      /negates/,
    );
    expect(isRead([args(over, 0, two1, one, false, orderedDict, new Map())])).toBe(true);
  });

  it.each<[string, Item, RegExp]>([
    [
      "of another word",
      { persistent: { tuple: ["module", { global: "torch FloatStorage" }, "0", "cpu", 2] } },
      /is not described by/,
    ],
    ["that is no tuple", { persistent: "0" }, /is not described by/],
    ["of no type", { persistent: { tuple: ["storage", "float", "0", "cpu", 2] } }, /is not described by/],
    [
      "of the type of a call",
      { persistent: { tuple: ["storage", { global: "torch Size" }, "0", "cpu", 2] } },
      /is not described by/,
    ],
    ["of a number as key", storage("torch FloatStorage", 0, 2), /is not described by/],
    ["of a negative size", storage("torch FloatStorage", "0", -2), /is not described by/],
    ["of half an element", storage("torch FloatStorage", "0", 1.5), /is not described by/],
    ["whose key is a path", storage("torch FloatStorage", "../0", 2), /no number; expected digits/],
    ["whose key is no plain number", storage("torch FloatStorage", "0\n", 2), /no number; expected digits/],
    [
      "that is not there",
      storage("torch FloatStorage", "1", 2),
      /the storage "1" under the key "x" is missing/,
    ],
    ["of another name for its key", storage("torch FloatStorage", "00", 2), /is missing/],
    [
      "of another size",
      storage("torch FloatStorage", "0", 3),
      /has 3 elements of F32, 12 bytes, but its entry has 8/,
    ],
    ["of another type", storage("torch DoubleStorage", "0", 2), /has 2 elements of F64, 16 bytes/],
  ])("for a storage %s is refused", (_, item, says) => expect(messageOf(beside(item))).toMatch(says));

  it.each<[string, Item, RegExp]>([
    [
      "one element too long",
      tensor([3], [1], 0, 2),
      /is F32 \[3\] with the strides \[1\] from element 0, and reaches element 2; expected it to stay within the 2/,
    ],
    ["beginning too late", tensor([2], [1], 1, 2), /reaches element 2/],
    ["with too large a step", tensor([2], [2], 0, 2), /reaches element 2/],
    ["with sizes beyond numbers", tensor([2 ** 26, 2 ** 26], [2 ** 52, 1], 0, 2), /reaches element/],
    ["with a negative size", tensor([-1], [1], 0, 2), /is not described by an offset, a shape and strides/],
    ["with a negative step", tensor([2], [-1], 1, 2), /is not described by/],
    ["with a negative offset", tensor([1], [1], -1, 2), /is not described by/],
    ["with part of an element", tensor([1], [1], 0.5, 2), /is not described by/],
    ["with strides for another shape", tensor([2], [1, 1], 0, 2), /is not described by/],
    ["with a list for a shape", rebuilt(over, 0, [["2"]], [1]), /is not described by/],
    [
      "of 9 axes",
      tensor(Array<number>(9).fill(1), Array<number>(9).fill(1), 0, 2),
      /has 9 axes; expected at most 8/,
    ],
  ])("for a tensor %s is refused", (_, item, says) => expect(messageOf(beside(item))).toMatch(says));

  it("is refused before anything else is read, although nobody asks for the tensor", () => {
    const bytes = archive(
      new Map<Item, Item>([
        ["state_dict", new Map([["w", w]])],
        ["other", [tensor([9], [1], 0, 2)]],
      ]),
      [two],
    );
    expect(messageOf(bytes)).toMatch(/reaches element 8/);
  });
});

it("a pickle is what it was made to be", () => {
  expect([...pickled(new Map([["a", 1]]))]).toEqual([
    0x80, 2, 0x7d, 0x28, 0x58, 1, 0, 0, 0, 0x61, 0x4a, 1, 0, 0, 0, 0x75, 0x2e,
  ]);
});
