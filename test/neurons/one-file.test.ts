/** A neuron is one file, one row and one test: nothing else in src/ names it. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { neuronKinds } from "../../src/neurons/table.js";

const root = fileURLToPath(new URL("../../src/", import.meta.url));

/** The one file, the table with its row, and the list of what is public. */
const homes: Readonly<Record<string, string>> = {
  ATIF: "neurons/atif.ts",
  IFSRL: "neurons/ifsrl.ts",
  LIFNode: "neurons/lif-node.ts",
  ParametricLIFNode: "neurons/parametric-lif-node.ts",
};
const everyonesHomes = ["neurons/table.ts", "index.ts"];

/** Others extend it, and its file is their home too. */
const bases: readonly string[] = ["IFNode"];

/** Files that name neurons and should not; to be emptied. */
const known: readonly string[] = [];

/** Files that are about one neuron: what is measured with it. */
const measurements: readonly string[] = ["cli/quick-bench/"];

/** Files that say in the words of another tool what a neuron is called and computes, and back: each tool has its own. */
const translations: readonly string[] = ["exchange/", "cli/exchange-commands.ts", "cli/import-arguments.ts"];

/** Without comments, and without messages that use a neuron as the example of one. */
function codeOf(file: string): string {
  const text = readFileSync(join(root, file), "utf8");
  return text
    .replace(/\/\*[^]*?\*\//g, "")
    .replace(/^\s*\/\/.*$/gm, "")
    .replace(/`[^`]*`/g, "``")
    .replace(/'[^'\n]*such as[^'\n]*'/g, "''");
}

const files = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.replaceAll("\\", "/"));

function filesThatName(kind: string): string[] {
  const name = new RegExp(`\\b(MultiStep)?${kind}(Options)?\\b`);
  return files.filter((file) => name.test(codeOf(file)));
}

it("every kind is looked for, or is a base", () => {
  expect([...Object.keys(homes), ...bases].sort()).toEqual([...neuronKinds].sort());
  for (const kind of Object.keys(homes)) {
    expect(filesThatName(kind)).toEqual(expect.arrayContaining([homes[kind], "index.ts"]));
  }
});

it.each(Object.keys(homes))("%s is named in its file, the table and index.ts alone", (kind) => {
  const elsewhere = filesThatName(kind).filter(
    (file) => file !== homes[kind] && !everyonesHomes.includes(file),
  );
  const unexpected = elsewhere.filter(
    (file) =>
      !known.includes(file) && ![...measurements, ...translations].some((place) => file.startsWith(place)),
  );
  expect(unexpected).toEqual([]);
});

it("the exceptions are still needed", () => {
  for (const file of known)
    expect(Object.keys(homes).some((kind) => filesThatName(kind).includes(file))).toBe(true);
});
