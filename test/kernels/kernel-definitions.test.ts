/** How kernels/native finds the kernels that a change of the C reaches. */

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { kernelNames } from "../contract/cases.js";

type Files = ReadonlyMap<string, string>;
interface Definitions {
  definitionsIn(files: Files): Map<string, { file: string; parameters: string }>;
  filesReachedBy(changed: readonly string[], files: Files): Set<string>;
}

const native = new URL("../../kernels/native/kernel-definitions.mjs", import.meta.url);
const { definitionsIn, filesReachedBy } = (await import(native.href)) as Definitions;

const folder = new URL("../../kernels/c/", import.meta.url);
const files = new Map(readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), "utf8")]));

describe("definitions of kernels", () => {
  it("are found for every kernel of the contract", () => {
    const found = definitionsIn(files);
    expect([...found.keys()]).toEqual(expect.arrayContaining(kernelNames));
    expect(found.get("argmax")).toEqual({
      file: "reductions.c",
      parameters: "int *index, const float *x, int rows, int columns",
    });
    expect(found.get("sqrt")).toEqual({
      file: "elementwise.c",
      parameters: "float *y, const float *x, int n",
    });
    expect(found.get("divide")?.file).toBe("broadcasting.c");
  });

  it("are reached through headers of headers, and by nothing else", () => {
    const some = new Map([
      ["deep.h", ""],
      ["near.h", '#include "deep.h"\n'],
      ["a.c", '#include "near.h"\nvoid a(int n) {\n'],
      ["b.c", '#include "other.h"\n// #include "deep.h"\n'],
    ]);
    expect([...filesReachedBy(["deep.h"], some)].sort()).toEqual(["a.c", "deep.h", "near.h"]);
    expect([...filesReachedBy(["b.c"], some)]).toEqual(["b.c"]);
    expect([...filesReachedBy([], some)]).toEqual([]);
  });
});
