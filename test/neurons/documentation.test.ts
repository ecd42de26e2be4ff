/** The example of docs/neuron.md runs, and prints what its comments say. */

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import * as atif from "../../src/index.js";

const page = readFileSync(new URL("../../docs/neuron.md", import.meta.url), "utf8");
const examples = [...page.matchAll(/```js\n([\s\S]*?)```/g)].map((match) => match[1]);

/** What a console.log line is said to print: the comment after it. */
function promised(code: string): string[] {
  return [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map((match) => match[1]);
}

it("docs/neuron.md has an example", () => {
  expect(examples.length).toBe(1);
  expect(promised(examples[0]).length).toBe(5);
});

it.each(examples)("docs/neuron.md, example %#", async (code) => {
  const [, names] = /^import \{(.*)\} from "atif";$/m.exec(code) ?? [];
  const body = code.replace(/^import .*$/m, `const {${names}} = atif;`);
  const printed: string[] = [];
  const FunctionOf = (() => undefined).constructor as new (
    ...args: string[]
  ) => (library: typeof atif, console: { log: (value: unknown) => void }) => Promise<void>;
  const run = new FunctionOf("atif", "console", `return (async () => {${body}})();`);
  await run(atif, { log: (value) => printed.push(String(value)) });
  expect(printed).toEqual(promised(code));
});
