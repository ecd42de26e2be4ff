import { describe, expect, it } from "vitest";
import { FormatError } from "../../src/errors.js";
import { JsonScanner } from "../../src/formats/json-strict.js";
import { quote } from "../../src/show.js";
import { Generator } from "../../src/random/generator.js";
import { thrownBy } from "./safetensors-bytes.js";

const scanner = (text: string): JsonScanner => {
  const bytes = new TextEncoder().encode(`<${text}>`); // what lies outside [start, end) must not matter
  return new JsonScanner(bytes, 1, bytes.length - 1, "f.json", "Mend it.");
};
const skipAll = (text: string): void => {
  const json = scanner(text);
  json.skip();
  json.end();
};

describe("strings", () => {
  it.each([
    '""',
    '"abc"',
    '"\\"\\\\\\/\\b\\f\\n\\r\\t"',
    '"\\u00e9\\u20AC\\ud83d\\ude00"',
    '"é€\u{1f600}\u007f\u2028"',
    '"a\\u0000b"',
  ])("%s is read as JSON.parse reads it", (text) => {
    const json = scanner(text);
    expect(json.string("a text")).toBe(JSON.parse(text));
    json.end();
  });

  it("counts UTF-16 units against the limit", () => {
    expect(scanner('"\u{1f600}a"').string("a text", 3)).toBe("\u{1f600}a");
    expect(thrownBy(() => scanner('"\u{1f600}a"').string("a text", 2)).message).toBe(
      "f.json: a text of 3 characters at byte 1; expected at most 2. Mend it.",
    );
  });
});

describe("integers", () => {
  it.each(["0", "7", "10", "9007199254740991"])("%s", (text) => {
    const json = scanner(text);
    expect(json.integer("a number")).toBe(Number(text));
    json.end();
  });

  it.each(["-0", "-1", "+1", "00", "01", "1.0", "1.", "1e3", "1E0", "9007199254740992", "1".repeat(5000)])(
    "not %s",
    (text) => {
      expect(thrownBy(() => scanner(text).integer("a count")).message).toBe(
        `f.json: the number ${text.slice(0, 40)} at byte 1; expected a count, a whole number from 0 to 9007199254740991. Mend it.`,
      );
    },
  );
});

describe("any value", () => {
  it.each(['{"a":[1,-2.5e-3,true,false,null,"x",{}],"b":{"a":[]}}', " [ ] ", "-0.5E+10", '"x"'])(
    "skips %s",
    (text) => {
      JSON.parse(text);
      expect(() => skipAll(text)).not.toThrow();
    },
  );

  it.each([
    "",
    "[1,]",
    "{,}",
    "tru",
    "nul",
    "NaN",
    "01",
    ".5",
    "1.",
    "--1",
    "1e",
    "[1 2]",
    '{"a"}',
    "[",
    "{",
    '"',
    "'a'",
    "undefined",
    `${"1".repeat(400)}e`,
  ])("refuses %s, as JSON.parse does", (text) => {
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
    const error = thrownBy(() => skipAll(text));
    expect(error).toBeInstanceOf(FormatError);
    expect(error.message).toMatch(/^f\.json: .+ at byte \d+; expected .+\. Mend it\.$/);
  });

  it("refuses equal keys at any depth", () => {
    expect(thrownBy(() => skipAll('[{"a":{"b":1,"b":1}}]')).message).toBe(
      'f.json: the key "b" a second time at byte 14; expected each one once. Mend it.',
    );
  });

  it("agrees with JSON.parse on 20,000 random texts, equal keys apart", () => {
    const random = new Generator(4);
    const tokens = [
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"a"',
      '"b"',
      '"\\u0061"',
      '"\\x"',
      "0",
      "-1.5e3",
      "01",
      "true",
      "nul",
      " ",
      "\n",
      "\t",
      "\u00a0",
    ];
    let accepted = 0;
    for (let i = 0; i < 20_000; i++) {
      const text = Array.from(
        { length: 1 + random.integer(9) },
        () => tokens[random.integer(tokens.length)],
      ).join("");
      const ours = outcome(() => skipAll(text));
      const theirs = outcome(() => JSON.parse(text) as unknown);
      if (ours?.message.includes("a second time")) continue;
      if (ours !== null) expect(ours).toBeInstanceOf(FormatError);
      expect(ours === null, text).toBe(theirs === null);
      if (ours === null) accepted++;
    }
    expect(accepted).toBeGreaterThan(500); // or the comparison says little
  });
});

function outcome(work: () => unknown): Error | null {
  try {
    work();
    return null;
  } catch (error) {
    return error as Error;
  }
}

describe("quote", () => {
  it("shows text of a stranger harmlessly and in bounds", () => {
    expect(quote('a"b\n\u001b[2J\u007f\u009b\u202e\u2028é')).toBe(
      '"a\\"b\\n\\u001b[2J\\u007f\\u009b\\u202e\\u2028é"',
    );
    expect(quote("x".repeat(80))).toBe(`"${"x".repeat(80)}"`);
    expect(quote("x".repeat(81))).toBe(`"${"x".repeat(79)}…"`);
    expect(quote("\u{1f600}".repeat(50))).toMatch(/\\ud83d…"$/); // no half characters in the output
  });
});
