/** The system's error codes as sentences: what failed, what was expected, what to try. */

import { messageOf } from "../errors.js";
import { printable } from "../show.js";

/** A file that cannot be read or written. `code` is the system's (ENOENT, ENOSPC, …); `path` is the file asked for. */
export class FileError extends Error {
  override name = "FileError";
  readonly code: string;
  readonly path: string;

  constructor(message: string, code: string, path: string, options?: ErrorOptions) {
    super(printable(message), options);
    this.code = code;
    this.path = path;
  }
}

interface Status {
  isDirectory(): boolean;
}

/** Looks at a folder: its status, undefined if there is none; may throw. */
type Look = (path: string) => Status | undefined;

/**
 * A FileError for a system error, or the thrown thing itself if it is none.
 * @param look lets the message say which folder is missing or is no folder
 */
export function fileErrorFrom(thrown: unknown, action: "read" | "write", path: string, look?: Look): unknown {
  const code = (thrown as { code?: unknown } | null)?.code;
  if (thrown instanceof FileError || typeof code !== "string") return thrown;
  return new FileError(`cannot ${action} ${path}: ${explain(code, thrown, action, path, look)}`, code, path, {
    cause: thrown,
  });
}

function explain(
  code: string,
  thrown: unknown,
  action: "read" | "write",
  path: string,
  look: Look | undefined,
): string {
  const writing = action === "write";
  const elsewhere = writing ? "write to another folder" : "name another file";
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return explainMissing(writing, path, look);
    case "EACCES":
    case "EPERM":
      return writing
        ? "permission denied; expected a folder and file you may write to. Change their permissions, or write to another folder."
        : "permission denied; expected a file you may read. Change its permissions, or read it as its owner.";
    case "EROFS":
      return `the file system is read-only; expected one that can be written. Mount it for writing, or ${elsewhere}.`;
    case "EISDIR":
      return `it names a folder; expected a file. Add a file name.`;
    case "ENOSPC":
    case "EDQUOT":
      return `no space is left on the disk${code === "EDQUOT" ? " for this user" : ""}; expected room for the whole file. Free some, or ${elsewhere}.`;
    case "EFBIG":
      return `it is larger than this file system allows; expected a smaller file. Try another disk.`;
    case "ENAMETOOLONG":
      return `the name is too long for this file system; expected a shorter one. Shorten it.`;
    case "ELOOP":
      return `its symbolic links lead in a circle; expected a file. Correct the links.`;
    case "EMFILE":
    case "ENFILE":
      return `too many files are open; expected fewer. Close some programs, or raise the limit (ulimit -n).`;
    case "EBUSY":
    case "ETXTBSY":
      return `another program is using it; expected it to be free. Close that program and try again.`;
    case "EIO":
      return `the disk reported an error; expected a healthy disk. Check it, and ${elsewhere}.`;
    default:
      return `the system said ${messageOf(thrown)}; expected it to succeed. Check the path and try again.`;
  }
}

/** Names the first part of the path that is missing or that is a file where a folder should be. */
function explainMissing(writing: boolean, path: string, look: Look | undefined): string {
  for (const folder of foldersOf(path)) {
    let status: Status | undefined;
    try {
      status = look?.(folder);
    } catch {
      break; // a folder that cannot be looked at; the plain sentence is all that is known
    }
    if (look !== undefined && status === undefined) {
      return writing
        ? `the folder ${folder} does not exist; expected it to. Create it first, or write to another folder.`
        : `the folder ${folder} does not exist; expected a file in it. Check the spelling.`;
    }
    if (status?.isDirectory() === false) {
      return `${folder} is a file, not a folder; expected a folder there. ${writing ? "Choose another path." : "Check the path."}`;
    }
  }
  return writing
    ? "a part of the path does not exist; expected its folder to. Create the folder first."
    : "no such file; expected one there. Check the spelling and the folder you are in.";
}

/** The folders a path goes through: "a/b/c.txt" gives "a" and "a/b", and "a/" gives "a". */
export function foldersOf(path: string): string[] {
  const { process } = globalThis as { process?: { platform?: string } };
  const separators = process?.platform === "win32" ? /[/\\]+/g : /\/+/g;
  return [...path.matchAll(separators)]
    .map(({ index }) => path.slice(0, index))
    .filter((folder) => folder !== "");
}
