/** dist/ as scripts/bundle-library.mjs writes it: few files for Node to open, and the names of src/. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import * as library from "../../src/index.js";

const dist = fileURLToPath(new URL("../../dist", import.meta.url));
const root = dirname(dist);

/** Files and what they import before they run: paths in dist, and names of packages. */
function loadedWith(...entries: readonly string[]): { files: string[]; packages: string[] } {
  const found = new Set(entries.map((entry) => join(dist, entry)));
  const packages = new Set<string>();
  for (const file of found) {
    const statements = readFileSync(file, "utf8").matchAll(
      /^(?:import|export) (?:[^"';]* from )?"([^"]+)";?$/gm,
    );
    for (const [, name] of statements) {
      if (name.startsWith(".")) found.add(resolve(dirname(file), name));
      else packages.add(name);
    }
  }
  return { files: [...found].map((file) => relative(dist, file)), packages: [...packages].sort() };
}

describe("dist/", () => {
  it("loads as one file for each folder of src/ and hardly more", () => {
    const { files, packages } = loadedWith("index.js");
    const folders = readdirSync(join(root, "src"), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    expect(files.length).toBeLessThanOrEqual(folders.length + 4);
    // That the walk finds what there is.
    expect(files).toContain(join("chunks", "experiment.js"));
    expect(files).toContain(join("chunks", "kernels.js"));
    expect(files.filter((file) => file.includes("digits-data"))).toEqual([]);
    expect(packages).toEqual(["smol-toml"]);
  });

  const withoutNode = (packages: readonly string[]): string[] =>
    packages.filter((name) => !name.startsWith("node:"));

  it("loads nothing but itself in the thread that waits while another one computes", () => {
    const { files, packages } = loadedWith(join("cli", "main.js"));
    expect(files.sort()).toEqual([
      join("chunks", "base.js"),
      join("chunks", "cli.js"),
      join("cli", "main.js"),
    ]);
    expect(withoutNode(packages)).toEqual([]);
  });

  it("loads little before the command line knows the command", () => {
    const main = readFileSync(join(dist, "cli", "main.js"), "utf8");
    const later = [...main.matchAll(/import\("\.\/([^"]+)"\)/g)].map(([, path]) => path);
    expect(later).toEqual(["thread/computing.js", "program.js", "whole-process.js"]);
    const { files, packages } = loadedWith(
      ...["main.js", ...later.slice(1)].map((path) => join("cli", path)),
    );
    expect(files.sort()).toEqual([
      join("chunks", "base.js"),
      join("chunks", "cli.js"),
      join("chunks", "program.js"),
      join("cli", "main.js"),
      join("cli", "program.js"),
      join("cli", "whole-process.js"),
    ]);
    expect(withoutNode(packages)).toEqual(["commander"]);
  });

  it("exports what src/ exports, and classes keep the names that messages have", async () => {
    const built = (await import(join(dist, "index.js"))) as Record<string, unknown>;
    const names = (module: object): Record<string, unknown> =>
      Object.fromEntries(
        Object.entries(module).map(([name, value]) => [name, (value as { name?: unknown } | null)?.name]),
      );
    expect(names(built)).toEqual(names(library));
  });

  it("has types for the entry, and runs for its effect what package.json says", () => {
    const { sideEffects, types } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      sideEffects: string[];
      types: string;
    };
    for (const path of [...sideEffects, types]) expect(existsSync(join(root, path)), path).toBe(true);
    expect(loadedWith("index.js").files).toContain(join("chunks", "install.js"));
  });
});
