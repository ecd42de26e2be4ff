import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { FileError } from "../../src/platform/files.js";
import { exists, isFolder, lastChange, makeFolder, namesIn, removeFile } from "../../src/platform/folders.js";
import type { FolderSystem } from "../../src/platform/folders.js";

const folder = mkdtempSync(join(tmpdir(), "atif-folders-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const real: FolderSystem = { existsSync, mkdirSync, readdirSync, rmSync, statSync };

describe("makeFolder", () => {
  it("says what is in the way of a folder", () => {
    writeFileSync(join(folder, "file"), "");
    const path = join(folder, "file");
    expect(() => makeFolder(path)).toThrow(
      `cannot write ${path}: there is a file of that name; expected a folder.`,
    );
    expect(() => makeFolder(join(path, "a", "b"))).toThrow(`${path} is a file, not a folder;`);
    expect(makeFolder(join(folder, "deep", "er"))).toBe("made");
    expect(makeFolder(join(folder, "deep"))).toBe("was there");
  });

  it("is content with a folder that another process has made in between", () => {
    const path = join(folder, "raced");
    const quicker: FolderSystem = { ...real, mkdirSync: (name) => (mkdirSync(name), mkdirSync(name)) };
    expect(makeFolder(path, quicker)).toBe("was there");
  });

  it("says what the system said", () => {
    const full: FolderSystem = {
      ...real,
      mkdirSync: () => {
        throw Object.assign(new Error("ENOSPC: as the system says it"), { code: "ENOSPC" });
      },
    };
    const path = join(folder, "new");
    expect(() => makeFolder(path, full)).toThrow(FileError);
    expect(() => makeFolder(path, full)).toThrow(`cannot write ${path}: no space is left on the disk;`);
    expect(exists(path)).toBe(false);
  });
});

describe("what is in a folder", () => {
  it("is named, dated, told apart and removed", () => {
    const path = join(folder, "content");
    mkdirSync(join(path, "inner"), { recursive: true });
    const file = join(path, "file");
    writeFileSync(file, "");
    utimesSync(file, 7, 9);
    expect(namesIn(path).sort()).toEqual(["file", "inner"]);
    expect([isFolder(file), isFolder(join(path, "inner")), isFolder(join(path, "none"))]).toEqual([
      false,
      true,
      false,
    ]);
    expect([lastChange(file), lastChange(join(path, "none"))]).toEqual([9000, 0]);
    removeFile(file);
    removeFile(file);
    expect(namesIn(path)).toEqual(["inner"]);
    expect([exists(file), exists(path)]).toEqual([false, true]);
  });

  it("is nothing below a file, and what only the system knows is said", () => {
    const file = join(folder, "no-folder");
    writeFileSync(file, "");
    const below = join(file, "below");
    expect([isFolder(below), exists(below), lastChange(below)]).toEqual([false, false, 0]);
    expect(() => removeFile(below)).not.toThrow();
    // Some versions of Node throw where others say that there is nothing.
    const fails = (code: string): FolderSystem => {
      const fail = (): never => {
        throw Object.assign(new Error(`${code}: as the system says it`), { code });
      };
      return { ...real, statSync: fail, rmSync: fail };
    };
    expect([isFolder(below, fails("ENOTDIR")), lastChange(below, fails("ENOTDIR"))]).toEqual([false, 0]);
    expect(() => removeFile(below, fails("ENOTDIR"))).not.toThrow();
    for (const act of [isFolder, lastChange, removeFile]) {
      expect(() => act(below, fails("EACCES"))).toThrow(FileError);
      expect(() => act(below, fails("EACCES"))).toThrow(`${below}: permission denied;`);
    }
  });

  it("cannot be named where there is no folder", () => {
    const path = join(folder, "nowhere");
    expect(() => namesIn(path)).toThrow(FileError);
    expect(() => namesIn(path)).toThrow(`cannot read ${path}: `);
  });
});
