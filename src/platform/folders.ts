/** Folders and what is in them; Node only, and synchronous as files are. */

import { FileError, fileErrorFrom } from "./file-errors.js";
import { nodeModule } from "./node-module.js";
import { folderOf } from "./paths.js";

/** What is needed of node:fs; another one can be given in its place. */
export interface FolderSystem {
  existsSync(path: string): boolean;
  mkdirSync(path: string): unknown;
  readdirSync(path: string): string[];
  rmSync(path: string, options: { readonly force: boolean }): void;
  statSync(path: string, options: { readonly throwIfNoEntry: false }): FolderStatus | undefined;
}

export interface FolderStatus {
  /** milliseconds since 1970, of the last change */
  readonly mtimeMs: number;
  isDirectory(): boolean;
}

/** @throws FileError in a browser */
export function nodeFolderSystem(): FolderSystem {
  return nodeModule<FolderSystem>("node:fs");
}

/** Makes a folder and those above it. @throws FileError if that fails or a file is in the way */
export function makeFolder(path: string, fs: FolderSystem = nodeFolderSystem()): "made" | "was there" {
  try {
    return makeMissing(path, fs);
  } catch (thrown) {
    const code = codeOf(thrown);
    if (code === "EEXIST") {
      throw new FileError(
        `cannot write ${path}: there is a file of that name; expected a folder. Name another.`,
        code,
        path,
        { cause: thrown },
      );
    }
    throw fileErrorFrom(thrown, "write", path, (folder) => fs.statSync(folder, { throwIfNoEntry: false }));
  }
}

/** Not mkdir's own recursion: where a file system refuses with ENOENT, as /proc does, Node 20 repeats it for ever. */
function makeMissing(path: string, fs: FolderSystem): "made" | "was there" {
  if (isFolder(path, fs)) return "was there";
  const parent = folderOf(path);
  // Where a file is above, making the folder says so; looking does not in every version of Node.
  if (parent !== path && !fs.existsSync(parent)) makeMissing(parent, fs);
  try {
    fs.mkdirSync(path);
    return "made";
  } catch (thrown) {
    // Another process may have been quicker.
    if (isFolder(path, fs)) return "was there";
    throw thrown;
  }
}

export function isFolder(path: string, fs: FolderSystem = nodeFolderSystem()): boolean {
  return statusOf(path, fs)?.isDirectory() ?? false;
}

/** undefined if there is nothing of that name, nor can be: below a file there is nothing. @throws FileError if nobody can tell */
function statusOf(path: string, fs: FolderSystem): FolderStatus | undefined {
  try {
    return fs.statSync(path, { throwIfNoEntry: false });
  } catch (thrown) {
    if (codeOf(thrown) === "ENOTDIR") return undefined;
    throw fileErrorFrom(thrown, "read", path);
  }
}

const codeOf = (thrown: unknown): unknown => (thrown as { code?: unknown } | null)?.code;

/** Whether there is anything of that name. */
export function exists(path: string, fs: FolderSystem = nodeFolderSystem()): boolean {
  return fs.existsSync(path);
}

/** The names in a folder. @throws FileError if it cannot be read */
export function namesIn(path: string, fs: FolderSystem = nodeFolderSystem()): string[] {
  try {
    return fs.readdirSync(path);
  } catch (thrown) {
    throw fileErrorFrom(thrown, "read", path);
  }
}

/** Removes a file, if there is one. @throws FileError if that fails */
export function removeFile(path: string, fs: FolderSystem = nodeFolderSystem()): void {
  try {
    fs.rmSync(path, { force: true });
  } catch (thrown) {
    if (codeOf(thrown) !== "ENOTDIR") throw fileErrorFrom(thrown, "write", path);
  }
}

/** Removes a folder if there is nothing in it; otherwise, and where that cannot be done, it stays. */
export function removeEmptyFolder(path: string): void {
  try {
    nodeModule<{ rmdirSync(path: string): void }>("node:fs").rmdirSync(path);
  } catch {
    // There is something in it, or it is somebody else's.
  }
}

/** Milliseconds since 1970; 0 if there is nothing of that name. */
export function lastChange(path: string, fs: FolderSystem = nodeFolderSystem()): number {
  return statusOf(path, fs)?.mtimeMs ?? 0;
}
