/** docs/api.md names all of the public surface, and nothing that there is not. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import * as atif from "../../src/index.js";

const read = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8");
const text = read("docs/api.md").replace(/^```[^]*?^```$/gm, "");
const index = read("src/index.ts");

const runtimeNames = Object.keys(atif);

/** Names behind "type" in the export lists of src/index.ts. */
const typeNames = [...index.matchAll(/export (type )?\{([^}]*)\}/g)].flatMap(([, all, list]) =>
  list
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "" && (all !== undefined || entry.startsWith("type ")))
    .map((entry) => entry.replace(/^type /, "")),
);

/** The code spans of the page, each with the heading it stands under. */
function codeSpans(): { heading: string; code: string }[] {
  let heading = "";
  return text.split("\n").flatMap((line) => {
    if (line.startsWith("#")) heading = line.replace(/^#+ /, "");
    return [...line.matchAll(/`([^`]+)`/g)].map(([, code]) => ({ heading, code }));
  });
}

/** An object per heading whose members are documented below it. */
function samples(): Record<string, object[]> {
  const model = new atif.SMLP({
    inputShape: [2],
    outputShape: [2],
    units: [2],
    timesteps: 1,
    neuron: { kind: "ATIF" },
  });
  const data = new atif.Dataset({ name: "d", x: new Float32Array(2), labels: [0, 1], sampleShape: [1] });
  const optimizer = new atif.SGD(model.parameters(), { lr: 1 });
  return {
    "`Tensor`": [atif.ones([1])],
    "`BaseNode`": [new atif.IFNode(), new atif.ATIF()],
    "`ATIF` and `IFSRL`": [new atif.ATIF()],
    "`Module`": [model],
    "`Parameter`": model.parameters().slice(0, 1),
    "`SpikingModel`": [model],
    "`Optimizer`": [optimizer],
    "`Scheduler`": [new atif.StepLR(optimizer, { stepSize: 1 })],
    "`Dataset`": [data],
    "`Generator`": [new atif.Generator(0)],
    "`Quantizer`": [new atif.Quantizer()],
    "`Augmentation`": [new atif.HorizontalFlip(), atif.rateEncoder({ timesteps: 1 })],
    "`IntegerModel`": [
      new atif.IntegerModel(
        new atif.GraphModel({
          inputShape: [1],
          outputShape: [1],
          layers: [{ name: "neuron", kind: "IFNode" }],
          timesteps: 1,
        }),
        { width: 8, ranges: "neuron,5,5,5,None,floor,floor,floor" },
      ),
    ],
    "`Trainer`": [
      new atif.Trainer(model, data, { optimizer: { kind: "SGD", params: { lr: 1 } }, epochs: 0 }),
    ],
  };
}

describe("docs/api.md", () => {
  beforeAll(() => atif.init({ backend: "reference" }));

  it.each(runtimeNames)("documents %s", (name) => {
    expect(text).toMatch(new RegExp(`\`(new )?${name}\\b[^\`]*\``));
  });

  it.each(typeNames)("lists the type %s", (name) => {
    expect(text).toMatch(new RegExp(`\`${name}\``));
  });

  it("names no type that there is not", () => {
    const listed = [...(text.split("## Types")[1] ?? "").matchAll(/`([A-Za-z0-9]+)`/g)].map(
      ([, name]) => name,
    );
    expect(listed.filter((name) => !typeNames.includes(name))).toEqual([]);
    expect(listed).toEqual([...new Set(listed)].sort());
  });

  it("names nothing that there is not", () => {
    const owners = samples();
    const everything = Object.values(owners).flat();
    const names = atif as Record<string, unknown>;
    // What an author of an AutogradFunction writes, and is given.
    const written = ["forward", "backward", "ctx"];
    const isKnown = (name: string): boolean =>
      name in names || typeNames.includes(name) || name in globalThis || written.includes(name);
    let checked = 0;
    const wrong = codeSpans().filter(({ heading, code }) => {
      const member = /^\.([A-Za-z]+)(\(|$)/.exec(code)?.[1];
      const [, owner = "", ofOwner = ""] = /^([A-Z]\w*)\.(\w+)\(/.exec(code) ?? [];
      const called = /^(?:new )?([A-Za-z]\w*)\(/.exec(code)?.[1];
      const alone = /^[A-Z][a-z]\w+$/.test(code) ? code : undefined;
      if (member === undefined && owner === "" && called === undefined && alone === undefined) return false;
      checked++;
      if (member !== undefined) return !(owners[heading] ?? []).some((each) => member in each);
      if (owner !== "") return !(owner in names) || !(ofOwner in (names[owner] as object));
      if (alone !== undefined) return !isKnown(alone);
      return !isKnown(called ?? "") && !everything.some((each) => (called ?? "") in each);
    });
    expect(wrong.map(({ heading, code }) => `${heading}: ${code}`)).toEqual([]);
    expect(checked).toBeGreaterThan(200);
  });
});
