/** Every reason for which a file is refused, with the sentence. */

import { describe, expect, it } from "vitest";
import { FormatError } from "../../src/errors.js";
import { parseSafetensors } from "../../src/formats/safetensors.js";
import { fileOf, thrownBy } from "./safetensors-bytes.js";

const DAMAGED = "The file is damaged or was cut short: copy or download it again.";
const UNUSUAL = "Save it again with a safetensors library, or copy it again if it was damaged on the way.";
const DTYPES =
  "U64, I64, F64, C64, F32, U32, I32, BF16, F16, U16, I16, F8_E5M2FNUZ, F8_E4M3FNUZ, F8_E8M0, F8_E4M3, F8_E5M2, " +
  "I8, U8, F6_E3M2, F6_E2M3, F4, BOOL";

const u8 = (shape: unknown, ...offsets: unknown[]): string =>
  `{"dtype":"U8","shape":${JSON.stringify(shape)},"data_offsets":${JSON.stringify(offsets)}}`;
/** One tensor named x whose entry is given as JSON text, so that JSON.stringify cannot mend it. */
const x = (entry: string, data = 1): Uint8Array => fileOf(`{"x":${entry}}`, new Uint8Array(data));
const shaped = (shape: string): Uint8Array => x(`{"dtype":"U8","shape":${shape},"data_offsets":[0,1]}`);
const concat = (...parts: (string | number[])[]): Uint8Array =>
  Uint8Array.from(
    parts.flatMap((part) => [...(typeof part === "string" ? new TextEncoder().encode(part) : part)]),
  );

const cases: [string, Uint8Array, string][] = [
  // the length
  [
    "an empty file",
    new Uint8Array(0),
    `the file has 0 bytes; expected a safetensors file, which has at least 8. ${DAMAGED}`,
  ],
  [
    "7 bytes",
    new Uint8Array(7),
    `the file has 7 bytes; expected a safetensors file, which has at least 8. ${DAMAGED}`,
  ],
  [
    "a header above 100 000 000 bytes",
    fileOf("{}", [], 100_000_001n),
    "bytes 0 to 7 announce a header of 100000001 bytes; expected at most 100000000. This is not a safetensors file, or its start is damaged: check that it is the file you meant.",
  ],
  [
    "a length of 2^64 - 1",
    fileOf("{}", [], 2n ** 64n - 1n),
    "bytes 0 to 7 announce a header of 18446744073709551615 bytes; expected at most 100000000. This is not a safetensors file, or its start is damaged: check that it is the file you meant.",
  ],
  [
    "a ZIP file, as PyTorch writes",
    concat("PK\u0003\u0004", [0, 0, 8, 8], "archive/data.pkl"),
    "bytes 0 to 7 announce a header of 578712552184433488 bytes; expected at most 100000000. This is a ZIP archive, as torch.save writes: read it with readTorch, or save the state dict with safetensors.torch.save_file.",
  ],
  [
    "a header longer than the file, of 10^8 bytes",
    fileOf("{}", [], 100_000_000n),
    `bytes 0 to 7 announce a header of 100000000 bytes, but the file goes on for 2; expected the whole header. ${DAMAGED}`,
  ],
  [
    "a header one byte longer than the file",
    fileOf("{}", [], 3n),
    `bytes 0 to 7 announce a header of 3 bytes, but the file goes on for 2; expected the whole header. ${DAMAGED}`,
  ],
  // JSON
  ["no header", fileOf(""), `the header ends at byte 8; expected "{". ${DAMAGED}`],
  ["an array", fileOf("[]"), `"[" at byte 8; expected "{". ${DAMAGED}`],
  ["a string", fileOf('"{}"'), `'"' at byte 8; expected "{". ${DAMAGED}`],
  ["null", fileOf("null"), `"n" at byte 8; expected "{". ${DAMAGED}`],
  ["a byte order mark", fileOf("\ufeff{}"), `byte 0xef at byte 8; expected "{". ${DAMAGED}`],
  ["a no-break space", fileOf("\u00a0{}"), `byte 0xc2 at byte 8; expected "{". ${DAMAGED}`],
  [
    "an unclosed object",
    fileOf("{"),
    `the header ends at byte 9; expected a tensor name in double quotes. ${DAMAGED}`,
  ],
  ["a header that ends after a name", fileOf('{"x"'), `the header ends at byte 12; expected ":". ${DAMAGED}`],
  [
    "a trailing comma",
    fileOf(`{"x":${u8([], 0, 1)},}`, [0]),
    `"}" at byte 60; expected a tensor name in double quotes. ${DAMAGED}`,
  ],
  [
    "text after the object",
    fileOf("{}x"),
    `"x" at byte 10; expected nothing but spaces after the JSON. ${DAMAGED}`,
  ],
  [
    "zero bytes as padding",
    fileOf("{}\0\0"),
    `byte 0x00 at byte 10; expected nothing but spaces after the JSON. ${DAMAGED}`,
  ],
  ["two objects", fileOf("{}{}"), `"{" at byte 10; expected nothing but spaces after the JSON. ${DAMAGED}`],
  ["a comment", fileOf("{/**/}"), `"/" at byte 9; expected a tensor name in double quotes. ${DAMAGED}`],
  ["single quotes", fileOf("{'x':1}"), `"'" at byte 9; expected a tensor name in double quotes. ${DAMAGED}`],
  // text
  [
    "bytes that are not UTF-8",
    fileOf(concat('{"', [0xff], '":1}')),
    `text that is not UTF-8 at byte 9; expected a tensor name in UTF-8. ${DAMAGED}`,
  ],
  [
    "an overlong encoding",
    fileOf(concat('{"', [0xc0, 0xaf], '":1}')),
    `text that is not UTF-8 at byte 9; expected a tensor name in UTF-8. ${DAMAGED}`,
  ],
  [
    "a surrogate in UTF-8",
    fileOf(concat('{"', [0xed, 0xa0, 0x80], '":1}')),
    `text that is not UTF-8 at byte 9; expected a tensor name in UTF-8. ${DAMAGED}`,
  ],
  [
    "a character torn by an escape",
    fileOf(concat('{"', [0xc3], '\\u00a9":1}')),
    `text that is not UTF-8 at byte 9; expected a tensor name in UTF-8. ${DAMAGED}`,
  ],
  [
    "half a surrogate pair",
    fileOf('{"a\\ud800":1}'),
    `half of a surrogate pair at byte 11; expected a whole character. ${DAMAGED}`,
  ],
  [
    "a pair the wrong way round",
    fileOf('{"\\udc00\\ud800":1}'),
    `half of a surrogate pair at byte 10; expected a whole character. ${DAMAGED}`,
  ],
  [
    "an unknown escape",
    fileOf('{"a\\x41":1}'),
    `a backslash before "x" at byte 11; expected a JSON escape. ${DAMAGED}`,
  ],
  [
    "a short \\u",
    fileOf('{"\\u00g0":1}'),
    `an unfinished \\u at byte 10; expected four hexadecimal digits. ${DAMAGED}`,
  ],
  [
    "a line break in a name",
    fileOf('{"a\nb":1}'),
    `byte 0x0a at byte 11; expected a tensor name without control characters. ${DAMAGED}`,
  ],
  [
    "a name without end",
    fileOf('{"abc'),
    `the header ends at byte 13; expected the quote that ends a tensor name. ${DAMAGED}`,
  ],
  [
    "a name that ends in a backslash",
    fileOf('{"abc\\'),
    `the header ends at byte 14; expected the quote that ends a tensor name. ${DAMAGED}`,
  ],
  [
    "a name of 4097 characters",
    fileOf(`{"${"n".repeat(4097)}":${u8([], 0, 1)}}`, [0]),
    `a tensor name of 4097 characters at byte 9; expected at most 4096. ${DAMAGED}`,
  ],
  // keys given twice
  [
    "a tensor given twice",
    fileOf(`{"x":${u8([], 0, 1)},"x":${u8([], 0, 1)}}`, [0]),
    `the tensor name "x" a second time at byte 60; expected each one once. ${DAMAGED}`,
  ],
  [
    "a tensor given twice, once in escapes",
    fileOf(`{"x":${u8([], 0, 1)},"\\u0078":${u8([], 0, 1)}}`, [0]),
    `the tensor name "x" a second time at byte 60; expected each one once. ${DAMAGED}`,
  ],
  [
    "metadata given twice",
    fileOf('{"__metadata__":{},"__metadata__":{}}'),
    `the tensor name "__metadata__" a second time at byte 27; expected each one once. ${DAMAGED}`,
  ],
  [
    "a metadata key given twice",
    fileOf('{"__metadata__":{"a":"1","a":"1"}}'),
    `the metadata key "a" a second time at byte 33; expected each one once. ${DAMAGED}`,
  ],
  [
    "a shape given twice",
    x('{"dtype":"U8","shape":[1],"shape":[1],"data_offsets":[0,1]}'),
    `the field "shape" a second time at byte 39; expected each one once. ${DAMAGED}`,
  ],
  // numbers
  ["a fraction", shaped("[1.0]"), num("1.0")],
  ["an exponent", shaped("[1e0]"), num("1e0")],
  ["a negative dimension", shaped("[-1]"), num("-1")],
  ["minus zero", shaped("[-0]"), num("-0")],
  ["a leading zero", shaped("[01]"), num("01")],
  ["a plus", shaped("[+1]"), num("+1")],
  ["2^53", shaped("[9007199254740992]"), num("9007199254740992")],
  [
    "a number that JSON.parse would round to a safe one",
    shaped("[9007199254740991.4]"),
    num("9007199254740991.4"),
  ],
  ["a number of 1,000 digits", shaped(`[${"9".repeat(1000)}]`), num("9".repeat(40))],
  [
    "a string for a dimension",
    shaped('["1"]'),
    `'"' at byte 36; expected a dimension, a whole number. ${DAMAGED}`,
  ],
  [
    "null for a dimension",
    shaped("[null]"),
    `"n" at byte 36; expected a dimension, a whole number. ${DAMAGED}`,
  ],
  ["a gap in an array", shaped("[1,,1]"), `"," at byte 38; expected a dimension, a whole number. ${DAMAGED}`],
  ["a nested shape", shaped("[[1]]"), `"[" at byte 36; expected a dimension, a whole number. ${DAMAGED}`],
  [
    "a negative offset",
    x(u8([], -1, 0)),
    `the number -1 at byte 54; expected an offset, a whole number from 0 to 9007199254740991. ${DAMAGED}`,
  ],
  // a tensor's fields
  ["a tensor that is a number", x("1"), `"1" at byte 13; expected "{". ${DAMAGED}`],
  ["a tensor that is null", x("null"), `"n" at byte 13; expected "{". ${DAMAGED}`],
  [
    "no dtype",
    x('{"shape":[1],"data_offsets":[0,1]}'),
    `tensor "x" at byte 9 has no dtype; expected dtype, shape and data_offsets. ${UNUSUAL}`,
  ],
  [
    "no shape",
    x('{"dtype":"U8","data_offsets":[0,1]}'),
    `tensor "x" at byte 9 has no shape; expected dtype, shape and data_offsets. ${UNUSUAL}`,
  ],
  [
    "no offsets",
    x('{"dtype":"U8","shape":[1]}'),
    `tensor "x" at byte 9 has no data_offsets; expected dtype, shape and data_offsets. ${UNUSUAL}`,
  ],
  [
    "another field",
    x('{"dtype":"U8","shape":[1],"data_offsets":[0,1],"stride":[1]}'),
    `the field "stride" at byte 60; expected dtype, shape and data_offsets only. ${DAMAGED}`,
  ],
  [
    "a field in capitals",
    x('{"Dtype":"U8","shape":[1],"data_offsets":[0,1]}'),
    `the field "Dtype" at byte 14; expected dtype, shape and data_offsets only. ${DAMAGED}`,
  ],
  [
    "a dtype that is a number",
    x('{"dtype":8,"shape":[1],"data_offsets":[0,1]}'),
    `"8" at byte 22; expected a dtype in double quotes. ${DAMAGED}`,
  ],
  [
    "an unknown dtype",
    x('{"dtype":"F33","shape":[1],"data_offsets":[0,4]}', 4),
    `tensor "x" has the dtype "F33"; expected one of ${DTYPES} (perhaps F32). ${UNUSUAL}`,
  ],
  [
    "a dtype in small letters",
    x('{"dtype":"f32","shape":[1],"data_offsets":[0,4]}', 4),
    `tensor "x" has the dtype "f32"; expected one of ${DTYPES} (perhaps F32). ${UNUSUAL}`,
  ],
  [
    "a dtype that every object has",
    x('{"dtype":"constructor","shape":[1],"data_offsets":[0,4]}', 4),
    `tensor "x" has the dtype "constructor"; expected one of ${DTYPES}. ${UNUSUAL}`,
  ],
  [
    "nine axes",
    x(u8([1, 1, 1, 1, 1, 1, 1, 1, 1], 0, 1)),
    `an array of more than 8 at byte 52; expected at most 8 entries. ${DAMAGED}`,
  ],
  ["one offset", x(u8([1], 0)), `tensor "x" has the data_offsets [0]; expected [begin, end]. ${UNUSUAL}`],
  ["no offset", x(u8([1])), `tensor "x" has the data_offsets []; expected [begin, end]. ${UNUSUAL}`],
  [
    "three offsets",
    x(u8([1], 0, 1, 1)),
    `an array of more than 2 at byte 59; expected at most 2 entries. ${DAMAGED}`,
  ],
  // sizes
  [
    "a shape beyond 2^53",
    x(u8([2 ** 52, 2], 0, 1)),
    `tensor "x" has the shape [4503599627370496, 2], which no file can hold; expected fewer than 2^53 bits. ${DAMAGED}`,
  ],
  [
    "a shape that wraps around 2^64 to one byte",
    x(u8([2 ** 32, 2 ** 32, 1], 0, 1)),
    `tensor "x" has the shape [4294967296, 4294967296, 1], which no file can hold; expected fewer than 2^53 bits. ${DAMAGED}`,
  ],
  [
    "bits beyond 2^53",
    x('{"dtype":"F64","shape":[1125899906842624],"data_offsets":[0,1]}'),
    `tensor "x" has the shape [1125899906842624], which no file can hold; expected fewer than 2^53 bits. ${DAMAGED}`,
  ],
  [
    "a shape of 4 GB in a file of one byte",
    x(u8([2 ** 32], 0, 2 ** 32)),
    `tensor "x" ends at byte 4294967296 of the data, but the file holds 1 byte of data; expected all of it. ${DAMAGED}`,
  ],
  [
    "half a byte",
    x('{"dtype":"F4","shape":[3],"data_offsets":[0,1]}'),
    `tensor "x": F4 [3] takes 12 bits; expected whole bytes. ${UNUSUAL}`,
  ],
  [
    "fewer bytes than the shape takes",
    x('{"dtype":"F32","shape":[3,4],"data_offsets":[0,40]}', 40),
    `tensor "x" has the data_offsets [0, 40], 40 bytes, but F32 [3, 4] takes 48; expected the two to agree. ${DAMAGED}`,
  ],
  [
    "more bytes than the shape takes",
    x(u8([], 0, 2), 2),
    `tensor "x" has the data_offsets [0, 2], 2 bytes, but U8 [] takes 1; expected the two to agree. ${DAMAGED}`,
  ],
  [
    "offsets the wrong way round",
    x(u8([0], 1, 0)),
    `tensor "x" has the data_offsets [1, 0], which end before they begin; expected begin <= end. ${DAMAGED}`,
  ],
  // layout
  [
    "data cut short",
    x(u8([4], 0, 4), 3),
    `tensor "x" ends at byte 4 of the data, but the file holds 3 bytes of data; expected all of it. ${DAMAGED}`,
  ],
  [
    "a first tensor that does not begin at 0",
    x(u8([1], 1, 2), 2),
    `tensor "x" begins at byte 1 of the data and leaves 1 byte unclaimed after the header; expected it to begin at byte 0. ${UNUSUAL}`,
  ],
  [
    "a gap",
    fileOf(`{"a":${u8([1], 0, 1)},"b":${u8([1], 2, 3)}}`, [1, 2, 3]),
    `tensor "b" begins at byte 2 of the data and leaves 1 byte unclaimed after "a"; expected it to begin at byte 1. ${UNUSUAL}`,
  ],
  [
    "an overlap",
    fileOf(`{"a":${u8([2], 0, 2)},"b":${u8([2], 1, 3)}}`, [1, 2, 3]),
    `tensor "b" begins at byte 1 of the data and overlaps "a"; expected it to begin at byte 2. ${UNUSUAL}`,
  ],
  [
    "two names for the same bytes",
    fileOf(`{"a":${u8([2], 0, 2)},"b":${u8([2], 0, 2)}}`, [1, 2]),
    `tensor "b" begins at byte 0 of the data and overlaps "a"; expected it to begin at byte 2. ${UNUSUAL}`,
  ],
  [
    "an empty tensor inside another",
    fileOf(`{"a":${u8([2], 0, 2)},"b":${u8([0], 1, 1)}}`, [1, 2]),
    `tensor "b" begins at byte 1 of the data and overlaps "a"; expected it to begin at byte 2. ${UNUSUAL}`,
  ],
  [
    "something appended",
    x(u8([1], 0, 1), 3),
    'the file goes on for 2 bytes after "x"; expected it to end there. Something was appended, or a header was damaged: copy or download it again.',
  ],
  [
    "data without tensors",
    fileOf("{}", [0]),
    "the file goes on for 1 byte after the header; expected it to end there. Something was appended, or a header was damaged: copy or download it again.",
  ],
  // metadata
  ["metadata that is an array", fileOf('{"__metadata__":[]}'), `"[" at byte 24; expected "{". ${DAMAGED}`],
  ["metadata that is null", fileOf('{"__metadata__":null}'), `"n" at byte 24; expected "{". ${DAMAGED}`],
  [
    "a metadata value that is a number",
    fileOf('{"__metadata__":{"epoch":3}}'),
    `"3" at byte 33; expected a metadata value in double quotes. ${DAMAGED}`,
  ],
  [
    "a tensor named like metadata in capitals",
    fileOf('{"__METADATA__":{"format":"pt"}}'),
    `the field "format" at byte 25; expected dtype, shape and data_offsets only. ${DAMAGED}`,
  ],
  [
    "a checksum that is none",
    fileOf('{"__metadata__":{"atif.crc64":"995DC9BBDF1939FA"}}'),
    `the metadata key "atif.crc64" is "995DC9BBDF1939FA"; expected 16 lower-case hexadecimal digits. ${DAMAGED}`,
  ],
  // values
  [
    "a BOOL of 7",
    x('{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]}').map((byte, i, all) =>
      i === all.length - 1 ? 7 : byte,
    ),
    'tensor "x" is BOOL, but its byte 0 is 7; expected 0 or 1. The file is damaged, or the tensor should be U8: copy it again, or save it as U8.',
  ],
  // names that would steer a terminal
  [
    "a name with control characters",
    fileOf('{"\\u001b[2J\u009b\u202e":{}}'),
    `tensor "\\u001b[2J\\u009b\\u202e" at byte 9 has no dtype; expected dtype, shape and data_offsets. ${UNUSUAL}`,
  ],
  [
    "a long name",
    fileOf(`{"${"n".repeat(4096)}":{}}`),
    `tensor "${"n".repeat(79)}…" at byte 9 has no dtype; expected dtype, shape and data_offsets. ${UNUSUAL}`,
  ],
];

function num(text: string): string {
  return `the number ${text} at byte 36; expected a dimension, a whole number from 0 to 9007199254740991. ${DAMAGED}`;
}

describe("what is refused", () => {
  it.each(cases)("%s", (_, file, message) => {
    const error = thrownBy(() => parseSafetensors(file, "m.safetensors"));
    expect(error.message).toBe(`m.safetensors: ${message}`);
    expect(error).toBeInstanceOf(FormatError);
  });

  const unheld: [string, number][] = [
    ["C64", 8],
    ["F8_E5M2", 1],
    ["F8_E4M3", 1],
    ["F8_E8M0", 1],
    ["F8_E4M3FNUZ", 1],
    ["F8_E5M2FNUZ", 1],
    ["F6_E2M3", 0.75],
    ["F6_E3M2", 0.75],
    ["F4", 0.5],
  ];
  it.each(unheld)("%s, by name", (dtype, width) => {
    const file = x(`{"dtype":"${dtype}","shape":[4],"data_offsets":[0,${4 * width}]}`, 4 * width);
    expect(thrownBy(() => parseSafetensors(file, "m.safetensors")).message).toBe(
      `m.safetensors: tensor "x" has the dtype ${dtype}; expected one of F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8, BOOL. ` +
        "Convert it where it was made, for instance to F32, and save it again.",
    );
  });

  it("more than 100 000 tensors", () => {
    const fields = Array.from(
      { length: 100_001 },
      (_, i) => `"${i}":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}`,
    );
    expect(thrownBy(() => parseSafetensors(fileOf(`{${fields.join(",")}}`), "m")).message).toMatch(
      /^m: tensor number 100001 at byte \d+; expected at most 100000 tensors\. /,
    );
    expect(parseSafetensors(fileOf(`{${fields.slice(1).join(",")}}`)).tensors.size).toBe(100_000);
  });

  it("deep nesting, without a stack overflow", () => {
    const deep = `{"x":{"dtype":"U8","shape":[0],"data_offsets":[0,0],"more":${"[".repeat(200_000)}`;
    expect(thrownBy(() => parseSafetensors(fileOf(deep), "m", { strict: false })).message).toMatch(
      /^m: values nested over 64 deep at byte \d+; expected at most 64\. /,
    );
  });
});
