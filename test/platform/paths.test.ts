import { resolve } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { FileError } from "../../src/platform/files.js";
import { absolutePath, joinPaths, shortPath } from "../../src/platform/paths.js";

afterEach(() => vi.unstubAllGlobals());

describe("shortPath", () => {
  it("names places below the working folder from there, others in full", () => {
    expect(["/a/b/c", "c/d", "/a", "/a/bb", "/a/b"].map((path) => shortPath(path, "/a/b"))).toEqual([
      "c", "c/d", "/a", "/a/bb", ".",
    ]); // prettier-ignore
  });
});

describe("where there are no files", () => {
  it("a path stays as it is, and cannot be put together", () => {
    expect(absolutePath("data/mnist")).toBe(resolve("data/mnist"));
    const nothingOfNode = { getBuiltinModule: { value: undefined }, versions: { value: {} } };
    vi.stubGlobal("process", Object.create(process, nothingOfNode) as unknown);
    expect(absolutePath("data/mnist")).toBe("data/mnist");
    expect(() => joinPaths("a", "b")).toThrow(FileError);
  });
});
