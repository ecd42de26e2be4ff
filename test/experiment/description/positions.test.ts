/** That keys are found where they stand, and that no text, however odd or hostile, does harm. */

import { stringify } from "smol-toml";
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../src/errors.js";
import { parseExperiment, parseToml } from "../../../src/experiment/description/index.js";
import { Generator } from "../../../src/random/generator.js";
import { base } from "./base.js";

type Path = readonly (string | number)[];

describe("positions", () => {
  const text = [
    "# a comment with [brackets] and k = 1", // 1
    "top.inner . leaf = 1 # = [", // 2
    "\"quoted.key\" = '''it's", // 3
    "k = 3",
    "''''", // ends in a quote of its own
    'long = """one \\', // 6
    '  k = "x" \\""" still"""',
    "list = [ # with a comment ]", // 8
    '  "a]", [1, 2', // 9
    "  ,3], # nested",
    "  { x = 1, y.z = [true] }, # table", // 11
    "]",
    "  [ table . 'sub' ]", // 13
    "date = 1979-05-27 07:32:00", // 14
    "after=2 ", // 15
    "[[array]]", // 16
    "k = 1",
    "[array.deep]", // 18
    "k = 2",
    "[[array]]", // 20
    "[[array.more]]", // 21
    "[[array.more]]", // 22
    "k = 3", // 23
    "[table.sub.later]", // 24
    String.raw`"tab\tkey" = { 'a b' = 1 }`, // 25
  ];
  const cases: readonly (readonly [Path, number, number])[] = [
    [["top"], 2, 1],
    [["top", "inner", "leaf"], 2, 1],
    [["quoted.key"], 3, 1],
    [["long"], 6, 1],
    [["list", 0], 9, 3],
    [["list", 1], 9, 9],
    [["list", 1, 1], 9, 13],
    [["list", 1, 2], 10, 4],
    [["list", 2], 11, 3],
    [["list", 2, "x"], 11, 5],
    [["list", 2, "y", "z", 0], 11, 19],
    [["table"], 13, 3],
    [["table", "sub", "date"], 14, 1],
    [["table", "sub", "after"], 15, 1],
    [["array"], 16, 1],
    [["array", 0], 16, 1],
    [["array", 0, "k"], 17, 1],
    [["array", 0, "deep", "k"], 19, 1],
    [["array", 1], 20, 1],
    [["array", 1, "more", 0], 21, 1],
    [["array", 1, "more", 1, "k"], 23, 1],
    [["table", "sub", "later"], 24, 1],
    [["table", "sub", "later", "tab\tkey", "a b"], 25, 16],
  ];

  it.each(cases)("find %j", (path, line, column) => {
    expect(parseToml(text.join("\n"), "t").positions.find(path)).toEqual({ line, column });
    expect(parseToml(`\uFEFF${text.join("\r\n")}`, "t").positions.find(path)).toEqual({ line, column });
  });

  it("are undefined for what is not there", () => {
    const { positions } = parseToml(text.join("\n"), "t");
    for (const path of [["k"], ["list", 3], ["array", 2], ["array", 1, "k"], ["still"]]) {
      expect(positions.find(path)).toBeUndefined();
    }
  });

  it("are right for every key of random documents", () => {
    const generator = new Generator(7);
    const pick = <T>(choices: readonly T[]): T => choices[generator.integer(choices.length)];
    const keys = ["a", "b-c", "x y", 'q"u', "é", "1", "a.b", "", "[k]", "t=1", "#h", "long\nkey"];
    const leaves = [0, -3, 1.5, 1e-7, true, "s", "a]b", 'x"y', "two\nlines", "# no", "{}", "\\", new Date(0)];
    const value = (depth: number): unknown => {
      const sort = depth > 3 ? 0 : generator.integer(3);
      if (sort === 0) return pick(leaves);
      return sort === 1
        ? Array.from({ length: generator.integer(4) }, () => value(depth + 1))
        : table(depth + 1);
    };
    const table = (depth: number): Record<string, unknown> =>
      Object.fromEntries(Array.from({ length: generator.integer(5) }, () => [pick(keys), value(depth)]));
    let found = 0;
    for (let round = 0; round < 300; round++) {
      const document = stringify(table(0));
      const { tree, positions } = parseToml(document, "t");
      const lines = document.split("\n");
      const visit = (node: unknown, path: Path): void => {
        if (path.length > 0) {
          const position = positions.find(path);
          if (position === undefined) throw new Error(`${JSON.stringify(path)} is not found in\n${document}`);
          found++;
          const there = lines[position.line - 1].slice(position.column - 1);
          const last = path[path.length - 1];
          if (typeof node === "number" && typeof last === "number")
            expect(there.startsWith(String(node))).toBe(true);
          const key = /^[\w-]+$/.test(String(last)) ? String(last) : JSON.stringify(last);
          if (typeof last === "string") expect(there.startsWith(key) || there.startsWith("[")).toBe(true);
        }
        if (Array.isArray(node)) node.forEach((item, i) => visit(item, [...path, i]));
        else if (typeof node === "object" && node !== null && !(node instanceof Date)) {
          for (const [key, item] of Object.entries(node)) visit(item, [...path, key]);
        }
      };
      visit(tree, []);
    }
    expect(found).toBeGreaterThan(1000);
  });
});

describe("hostile texts", () => {
  const most = 2 ** 18;
  it.each<readonly [label: string, text: string, message: string | RegExp]>([
    [
      "10 MB",
      "x".repeat(10_000_000),
      "config.toml has 10000000 characters; expected an experiment file of at most 262144.",
    ],
    [
      "a key of half the file",
      `${"k".repeat(most / 2)} = [${"1,".repeat(most / 5)}]`,
      "config.toml: bench is missing; expected a section [bench].",
    ],
    [
      "as many keys as fit",
      Array.from({ length: 25_000 }, (_, i) => `k${i}=1\n`).join(""),
      "config.toml: the file has 25000 keys; expected at most 1024 in a table.",
    ],
    [
      "a dotted key without end",
      `${"a.".repeat(most / 2 - 4)}a = 1`,
      "config.toml:1:1: a.a.a is nested more than 32 levels deep; expected a flat experiment file.",
    ],
    [
      "a header without end",
      `[${"a.".repeat(most / 2 - 4)}a]`,
      "config.toml:1:1: a.a.a is nested more than 32 levels deep; expected a flat experiment file.",
    ],
    [
      "deep lists",
      `x = ${"[".repeat(100_000)}`,
      /^config\.toml:1:37: not valid TOML: document contains excessively nested structures/,
    ],
    [
      "dotted keys in deep tables",
      `x = ${`{${"a.".repeat(40)}a=`.repeat(20)}1${"}".repeat(20)}`,
      "config.toml:1:6: x.a.a is nested more than 32 levels deep; expected a flat experiment file.",
    ],
    [
      "models without end",
      "[[model]]\n".repeat(26_000),
      "config.toml: bench is missing; expected a section [bench].",
    ],
    [
      "too many models",
      `${base}${"[[model]]\n".repeat(1023)}`,
      "config.toml:45:1: model has 1025 entries; expected at most 1024.",
    ],
    [
      "escapes without end",
      `a = "${'\\"'.repeat(100_000)}`,
      /^config\.toml:1:5: not valid TOML: unfinished string/,
    ],
    [
      "UTF-16 read as UTF-8",
      "b\u0000e\u0000",
      'config.toml:1:1: not valid TOML: incomplete key-value: cannot find end of key in the line "b\\u0000e\\u0000".',
    ],
  ])("%s", (_, text, message) => {
    let caught: unknown;
    try {
      parseExperiment(text, { lenient: true });
    } catch (thrown) {
      caught = thrown;
    }
    expect(caught).toBeInstanceOf(ConfigError);
    const said = (caught as ConfigError).message;
    if (typeof message === "string") expect(said).toBe(message);
    else expect(said).toMatch(message);
    expect(said.length).toBeLessThan(400);
  });

  it("of random damage are read or refused with a sentence and a place", () => {
    const generator = new Generator(11);
    const characters = "[]{}\"'=.,#\n\r\\ \tabc019-_:é\u0000\uFEFF";
    let read = 0;
    for (let round = 0; round < 600; round++) {
      let text = base;
      for (let times = 1 + generator.integer(2); times > 0; times--) {
        const at = generator.integer(text.length);
        const from = generator.integer(text.length);
        const inserted = [
          characters[generator.integer(characters.length)],
          text.slice(from, from + generator.integer(60)),
          "",
        ][generator.integer(3)];
        text = text.slice(0, at) + inserted + text.slice(at + generator.integer(8));
      }
      try {
        parseExperiment(text, { lenient: round % 2 === 0 });
        read++;
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(ConfigError);
        expect((thrown as ConfigError).message).toMatch(/^config\.toml(:\d+:\d+)?: [^]*[.?]$/);
      }
    }
    expect(read).toBeGreaterThan(5);
  });
});
