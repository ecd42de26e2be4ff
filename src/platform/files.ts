/**
 * Files, read within bounds and written whole or not at all; Node only, and synchronous, so that no signal or other
 * task comes between the steps. Loading this file in a browser is harmless; calling it there says what to use instead.
 */

import { OutOfMemoryError } from "../errors.js";
import { FileError, fileErrorFrom, foldersOf } from "./file-errors.js";
import { nodeProcess } from "./host.js";
import { nodeModule } from "./node-module.js";

export { FileError } from "./file-errors.js";

/** What is needed of node:fs; another one can be given in its place. */
export interface FileSystem {
  readonly constants: { readonly O_RDONLY: number; readonly O_NONBLOCK?: number };
  openSync(path: string, flags: string | number, mode?: number): number;
  closeSync(descriptor: number): void;
  fstatSync(descriptor: number): FileStatus;
  statSync(path: string): FileStatus;
  realpathSync(path: string): string;
  readSync(descriptor: number, into: Uint8Array, offset: number, length: number, position: number): number;
  writeSync(descriptor: number, from: Uint8Array, offset: number, length: number): number;
  fchmodSync(descriptor: number, mode: number): void;
  fsyncSync(descriptor: number): void;
  renameSync(from: string, to: string): void;
  unlinkSync(path: string): void;
}

export interface FileStatus {
  readonly size: number;
  readonly mode: number;
  isFile(): boolean;
  isDirectory(): boolean;
}

/** A file open for reading. */
export interface OpenFile {
  readonly path: string;
  /** bytes, when it was opened */
  readonly size: number;
  /** Bytes [begin, end), in a buffer of their own. @throws FileError if the file has become shorter */
  read(begin: number, end: number): Uint8Array<ArrayBuffer>;
}

/** Node's limit for one call is 2^31 - 1 bytes. */
const CHUNK = 2 ** 26;

/** @throws FileError in a browser */
export function nodeFileSystem(): FileSystem {
  return nodeModule<FileSystem>("node:fs");
}

interface PathModule {
  dirname(path: string): string;
  basename(path: string): string;
  join(...parts: string[]): string;
}

/**
 * Opens a regular file, calls `use` with it and closes it.
 * @throws FileError if it cannot be opened or is a folder, a pipe or a device (which could keep a reader waiting for ever)
 */
export function withOpenFile<T>(
  path: string,
  use: (file: OpenFile) => T,
  fs: FileSystem = nodeFileSystem(),
): T {
  checkPath("read", path);
  return attempt("read", path, fs, () => {
    const descriptor = fs.openSync(path, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0));
    try {
      const status = fs.fstatSync(descriptor);
      checkRegular("read", path, status);
      return use({
        path,
        size: status.size,
        read: (begin, end) => readRange(path, descriptor, begin, end, fs),
      });
    } finally {
      fs.closeSync(descriptor);
    }
  });
}

/**
 * The whole file. Nothing is allocated for a file of more than maxBytes.
 * @throws FileError if it cannot be read, is larger, or changes while it is being read
 */
export function readFileBounded(
  path: string,
  maxBytes: number,
  fs: FileSystem = nodeFileSystem(),
): Uint8Array<ArrayBuffer> {
  return withOpenFile(
    path,
    (file) => {
      if (file.size > maxBytes) {
        throw new FileError(
          `cannot read ${path}: it has ${file.size} bytes; expected at most ${maxBytes}. Check that it is the file you meant.`,
          "EFBIG",
          path,
        );
      }
      return file.read(0, file.size);
    },
    fs,
  );
}

function readRange(
  path: string,
  descriptor: number,
  begin: number,
  end: number,
  fs: FileSystem,
): Uint8Array<ArrayBuffer> {
  const bytes = allocate(path, end - begin);
  for (let done = 0; done < bytes.length;) {
    const got = fs.readSync(descriptor, bytes, done, Math.min(CHUNK, bytes.length - done), begin + done);
    if (got === 0) {
      throw new FileError(
        `cannot read ${path}: it ended at byte ${begin + done} of ${end}; expected it to stay as it was. ` +
          `Something is still writing to it: try again when that is done.`,
        "EAGAIN",
        path,
      );
    }
    done += got;
  }
  return bytes;
}

function allocate(path: string, length: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(length);
  } catch (error) {
    throw new OutOfMemoryError(
      `${path}: no memory for ${length} bytes of it; expected less. Use a smaller file or a larger machine.`,
      { cause: error },
    );
  }
}

/**
 * Replaces the file in one step: whoever opens `path`, at any moment, also after a crash or a power cut, finds the old
 * contents or the new ones, whole. The bytes go to a temporary file in the same folder, are brought to the disk, and take
 * the name. A symbolic link to a file is kept and the file replaced; the permissions of an old file are kept.
 * A process that is killed may leave `.<name>.<pid>-<n>.tmp` behind; any other failure leaves nothing.
 * @param content bytes, or text to be written in UTF-8
 * @throws FileError if that fails; the old file is then untouched
 */
export function writeFileAtomic(
  path: string,
  content: Uint8Array | string,
  fs: FileSystem = nodeFileSystem(),
): void {
  checkPath("write", path);
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const { dirname, basename, join } = nodeModule<PathModule>("node:path");
  attempt("write", path, fs, () => {
    const old = statusOf(path, fs);
    if (old !== undefined) checkRegular("write", path, old);
    const target = old === undefined ? path : fs.realpathSync(path);
    const folder = dirname(target);
    const mode = old === undefined ? 0o666 : old.mode & 0o7777;
    const temporary = openTemporary(join(folder, `.${basename(target).slice(0, 64)}`), mode, fs);
    let open = true;
    try {
      writeAll(temporary.descriptor, bytes, fs);
      if (old !== undefined) quietly(() => fs.fchmodSync(temporary.descriptor, mode)); // what umask took away
      sync(temporary.descriptor, fs);
      open = false;
      fs.closeSync(temporary.descriptor);
      fs.renameSync(temporary.path, target);
    } catch (error) {
      if (open) quietly(() => fs.closeSync(temporary.descriptor));
      quietly(() => fs.unlinkSync(temporary.path));
      throw error;
    }
    quietly(() => syncFolder(folder, fs));
  });
}

let temporaries = 0;

/** A file that did not exist: no other process or thread has the same one. */
export function openTemporary(
  prefix: string,
  mode: number,
  fs: FileSystem,
): { path: string; descriptor: number } {
  for (let tries = 0; ; tries++) {
    const path = `${prefix}.${nodeProcess()?.pid ?? 0}-${temporaries++}.tmp`;
    try {
      return { path, descriptor: fs.openSync(path, "wx", mode) };
    } catch (error) {
      if (codeOf(error) !== "EEXIST" || tries === 1000) throw error;
    }
  }
}

export function writeAll(descriptor: number, bytes: Uint8Array, fs: FileSystem): void {
  for (let done = 0; done < bytes.length;) {
    const written = fs.writeSync(descriptor, bytes, done, Math.min(CHUNK, bytes.length - done));
    if (written === 0) throw Object.assign(new Error("nothing was written"), { code: "EIO" });
    done += written;
  }
}

/** Some file systems have no such call; all others must succeed. */
export function sync(descriptor: number, fs: FileSystem): void {
  try {
    fs.fsyncSync(descriptor);
  } catch (error) {
    if (!["EINVAL", "ENOSYS", "ENOTSUP"].includes(codeOf(error))) throw error;
  }
}

/** Brings the new name to the disk. Not every system can; the file itself is there already. */
function syncFolder(folder: string, fs: FileSystem): void {
  const descriptor = fs.openSync(folder, "r");
  try {
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

/** undefined if there is nothing at path */
function statusOf(path: string, fs: FileSystem): FileStatus | undefined {
  try {
    return fs.statSync(path);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

export function checkPath(action: "read" | "write", path: unknown): void {
  if (typeof path !== "string")
    throw new TypeError(`cannot ${action} a file: path is ${typeof path}; expected a string.`);
  if (path === "" || path.includes("\0")) {
    throw new FileError(
      `cannot ${action} ${JSON.stringify(path)}: this is no file name; expected a path without zero bytes. Name a file.`,
      "ENOENT",
      path,
    );
  }
  if (action === "write" && foldersOf(path).includes(path.replace(/[/\\]+$/, ""))) {
    throw fileErrorFrom({ code: "EISDIR" }, action, path);
  }
}

function checkRegular(action: "read" | "write", path: string, status: FileStatus): void {
  if (status.isDirectory()) throw fileErrorFrom({ code: "EISDIR" }, action, path);
  if (!status.isFile()) {
    throw new FileError(
      `cannot ${action} ${path}: it is a device, pipe or socket; expected a regular file. Name another file.`,
      "EINVAL",
      path,
    );
  }
}

export function attempt<T>(action: "read" | "write", path: string, fs: FileSystem, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw fileErrorFrom(error, action, path, (folder) => statusOf(folder, fs));
  }
}

export function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | null)?.code);
}

export function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // The failure that led here is the one to report.
  }
}
