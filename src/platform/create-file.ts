/** Files that are made only where there is none: of several processes that try at once, one succeeds. Node only. */

import {
  attempt,
  checkPath,
  codeOf,
  openTemporary,
  quietly,
  sync,
  writeAll,
  type FileSystem,
} from "./files.js";
import { nodeModule } from "./node-module.js";
import { folderOf, joinPaths, lastPart } from "./paths.js";

/** What is needed of node:fs; another one can be given in its place. */
export interface LinkingFileSystem extends FileSystem {
  linkSync(existing: string, path: string): void;
}

/** A temporary file may be tidied away by a process that takes it for a leaving; then it is written again. */
const MOST_TRIES = 100;

/** @throws FileError in a browser */
export function linkingFileSystem(): LinkingFileSystem {
  return nodeModule<LinkingFileSystem>("node:fs");
}

/**
 * Makes the file, whole, if there is nothing of that name. The content takes the name in one step (a hard link); where the
 * file system has no hard links, the name is made first, and a reader may for a moment find less than the content.
 *
 * @param content text to be written in UTF-8
 * @returns false if something of that name is there, be it a folder or a broken link
 * @throws FileError if it can be neither found nor made
 */
export function createFile(
  path: string,
  content: string,
  fs: LinkingFileSystem = linkingFileSystem(),
): boolean {
  checkPath("write", path);
  const bytes = new TextEncoder().encode(content);
  return attempt("write", path, fs, () => {
    for (let tries = 1; ; tries++) {
      const result = createByLink(path, bytes, fs);
      if (result === "made" || result === "was there") return result === "made";
      if (result === "no links") return createByName(path, bytes, fs);
      if (tries === MOST_TRIES)
        throw Object.assign(new Error("it is removed again and again"), { code: "EBUSY" });
    }
  });
}

function createByLink(
  path: string,
  bytes: Uint8Array,
  fs: LinkingFileSystem,
): "made" | "was there" | "no links" | "disturbed" {
  const prefix = joinPaths(folderOf(path), `.${lastPart(path).slice(0, 64)}`);
  const temporary = openTemporary(prefix, 0o666, fs);
  try {
    writeAndClose(temporary.descriptor, bytes, fs);
    fs.linkSync(temporary.path, path);
    return "made";
  } catch (error) {
    switch (codeOf(error)) {
      case "EEXIST":
        return "was there";
      case "ENOENT":
        return "disturbed";
      case "EPERM":
      case "ENOSYS":
      case "ENOTSUP":
      case "EOPNOTSUPP":
      case "EMLINK":
      case "EXDEV":
      case "EISDIR": // Windows, on FAT
      case "EINVAL":
      case "EACCES": // Android forbids links
        return "no links";
      default:
        throw error;
    }
  } finally {
    quietly(() => fs.unlinkSync(temporary.path));
  }
}

function createByName(path: string, bytes: Uint8Array, fs: LinkingFileSystem): boolean {
  let descriptor: number;
  try {
    descriptor = fs.openSync(path, "wx", 0o666);
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
  try {
    writeAndClose(descriptor, bytes, fs);
    return true;
  } catch (error) {
    quietly(() => fs.unlinkSync(path));
    throw error;
  }
}

function writeAndClose(descriptor: number, bytes: Uint8Array, fs: FileSystem): void {
  try {
    writeAll(descriptor, bytes, fs);
    sync(descriptor, fs);
  } finally {
    fs.closeSync(descriptor);
  }
}
