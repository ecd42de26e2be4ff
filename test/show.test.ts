/** Values in messages: named by what they are, and without characters that steer or hide. */

import { beforeAll, describe, expect, it } from "vitest";
import { ConfigError, FormatError, OutOfMemoryError, ShapeError, StateError } from "../src/errors.js";
import { parseExperiment } from "../src/experiment/description/index.js";
import { init } from "../src/kernels/select.js";
import { SMLP } from "../src/models/smlp.js";
import { FileError } from "../src/platform/file-errors.js";
import { printable, printableJson, quote, show } from "../src/show.js";

/** What steers or hides, by kind. */
const STEERING: readonly (readonly [string, readonly [number, number]])[] = [
  ["C0 and C1 controls, DEL", [0x00, 0x1f]],
  ["DEL and C1 controls", [0x7f, 0x9f]],
  ["the soft hyphen", [0xad, 0xad]],
  ["the Arabic letter mark", [0x61c, 0x61c]],
  ["zero widths and marks of direction", [0x200b, 0x200f]],
  ["line ends, embeddings, overrides", [0x2028, 0x202e]],
  ["joiners that are not seen", [0x2060, 0x2064]],
  ["isolates", [0x2066, 0x2069]],
  ["the byte order mark", [0xfeff, 0xfeff]],
  ["halves of surrogate pairs", [0xd800, 0xdfff]],
];

const STEERS = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

describe.each(STEERING)("%s", (_, [first, last]) => {
  const codes = Array.from({ length: last - first + 1 }, (__, i) => first + i);

  it("are escaped, once", () => {
    for (const code of codes) {
      const text = printable(`a${String.fromCharCode(code)}b`);
      expect(text, code.toString(16)).toMatch(/^a\\([nrt]|u[0-9a-f]{4})b$/);
      expect(JSON.parse(`"${text}"`)).toBe(`a${String.fromCharCode(code)}b`);
      expect(printable(text)).toBe(text);
    }
  });

  it("are escaped in every form that a value is shown in", () => {
    for (const code of codes) {
      const bad = `a${String.fromCharCode(code)}b`;
      class Odd {}
      Object.defineProperty(Odd, "name", { value: bad });
      const shown = [
        show(bad),
        show([bad]),
        show(Symbol(bad)),
        show(new Odd()),
        quote(bad),
        printableJson({ [bad]: bad }),
      ];
      for (const text of shown) expect(text, code.toString(16)).not.toMatch(STEERS);
      expect(JSON.parse(printableJson({ [bad]: bad }))).toEqual({ [bad]: bad });
    }
  });
});

describe("messages", () => {
  const BAD = "a\u001b[31m\u202eb";
  beforeAll(() => init({ threads: 1 }));

  function messageOf(work: () => unknown): string {
    try {
      work();
    } catch (thrown) {
      return (thrown as Error).message;
    }
    return "nothing was thrown";
  }

  it("of the library's errors are printable, whatever they name", () => {
    for (const make of [ConfigError, FormatError, OutOfMemoryError, ShapeError, StateError])
      expect(new make(`about ${BAD}`, { cause: 1 })).toMatchObject({
        message: "about a\\u001b[31m\\u202eb",
        cause: 1,
      });
    expect(new FileError(BAD, "ENOENT", BAD)).toMatchObject({ message: "a\\u001b[31m\\u202eb", path: BAD });
  });

  it("of loadStateDict are", () => {
    const model = new SMLP({
      inputShape: [2],
      outputShape: [2],
      units: [2],
      timesteps: 1,
      neuron: { kind: "ATIF" },
    });
    const entry = { shape: [1], data: [1] };
    expect(messageOf(() => model.loadStateDict({ [BAD]: entry }))).toMatch(
      /unexpected a\\u001b\[31m\\u202eb; /,
    );
  });

  it("about experiment files are", () => {
    const quoted = JSON.stringify(BAD);
    for (const text of [
      `[bench]\n${quoted} = 1`,
      `[${quoted}]`,
      `[bench]\nname = ${BAD}`,
      `[bench]\nseed = ${quoted}`,
    ]) {
      const message = messageOf(() => parseExperiment(text, { source: BAD }));
      expect(message).toContain("\\u202e");
      expect(message).not.toMatch(STEERS);
    }
  });
});
