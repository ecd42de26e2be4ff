import { describe, expect, it } from "vitest";
import { codeBlocks, promisedOutput } from "./code-blocks.js";

describe("code blocks", () => {
  it("are found with language, words, line and text", () => {
    const markdown = "# a\n\n```js text\nx\n```\n\n~~~\n```\n~~~\n  ```ts\n  y;\n    z;\n  ```\n";
    expect(codeBlocks(markdown)).toEqual([
      { language: "js", words: ["text"], line: 4, code: "x" },
      { language: "", words: [], line: 8, code: "```" },
      { language: "ts", words: [], line: 11, code: "y;\n  z;" },
    ]);
  });

  it("that do not end are an error, not a skipped example", () => {
    expect(() => codeBlocks("```js\nx\n")).toThrow("a code block that begins in line 1 does not end.");
  });

  it("say what they print", () => {
    expect(promisedOutput("f(); // → 1 2\n// → three\n// no")).toEqual(["1 2", "three"]);
    expect(promisedOutput("f(); // 1")).toBeNull();
  });
});
