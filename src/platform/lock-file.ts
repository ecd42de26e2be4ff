/**
 * Locks between processes: a file that says who has it. The system does not remove it when its process is killed, so a lock
 * whose process has ended is taken over.
 *
 * Taking over must not be raced: of two that have found the same dead lock, the slower would remove that of the quicker.
 * So who wants to succeed a lock takes another one first, named after the token of the dead one. Only who has it may
 * replace the dead lock, and looks again whether it is still there: tokens never come again, so a lock that was replaced in
 * between has another one. A successor that is killed on its way is succeeded in the same manner.
 */

import { createFile, linkingFileSystem, type LinkingFileSystem } from "./create-file.js";
import { FileError, quietly, writeFileAtomic } from "./files.js";
import { nodeProcess } from "./host.js";
import { stateOf, thisProcess, type ProcessIdentity } from "./processes.js";
import { readTextFile } from "./text-file.js";

/** Who has a lock that cannot be had. */
export type LockHolder =
  | {
      readonly state: "this process" | "running" | "elsewhere";
      readonly holder: ProcessIdentity;
      /** When it was taken, as ISO 8601 has it. */
      readonly since: string;
      /** The file. */
      readonly path: string;
    }
  | {
      /** There is something that is no lock, or a lock that may not be read. */
      readonly state: "unreadable";
      readonly path: string;
    };

/** What stands in the file. */
interface Written extends ProcessIdentity {
  readonly since: string;
  /** 16 hexadecimal digits that no other lock has. */
  readonly token: string;
}

const MAX_BYTES = 4096;
const TOKEN = "[0-9a-f]{16}";
const MOST_TRIES = 100;
const MOST_UNREADABLE = 20;
const PAUSE_MS = 5;
/** Successors of successors that were killed. */
const MOST_DEPTH = 16;

/** Names that a lock `name` leaves behind when processes are killed in the middle of succeeding it. */
export function successorNames(name: string): RegExp {
  return new RegExp(`^${name.replaceAll(".", "\\.")}\\.${TOKEN}$`);
}

export class LockFile {
  readonly path: string;
  readonly #token: string;
  readonly #fs: LinkingFileSystem;

  private constructor(path: string, token: string, fs: LinkingFileSystem) {
    this.path = path;
    this.#token = token;
    this.#fs = fs;
    if (held.size === 0) nodeProcess()?.on("exit", releaseAll);
    held.add(this);
  }

  /**
   * Takes the lock, if nobody has it. It is given back at the end of the process, unless the process is killed.
   * @returns who has it, if it cannot be had
   * @throws FileError if the file cannot be written
   */
  static take(path: string, fs: LinkingFileSystem = linkingFileSystem()): LockFile | LockHolder {
    return LockFile.#taken({ path, successors: path, own: thisProcess(), fs }, 0);
  }

  /** Who has the lock; null if it can be had. */
  static holder(path: string, fs: LinkingFileSystem = linkingFileSystem()): LockHolder | null {
    const found = readLock(path, fs);
    if (found === "none") return null;
    return found === "unreadable" ? { state: found, path } : holderOf(found, path);
  }

  /** Gives it back. A lock that somebody has removed, and another process taken, is left alone. */
  release(): void {
    if (!held.delete(this)) return;
    if (held.size === 0) nodeProcess()?.off("exit", releaseAll);
    // A lock that cannot be removed ends with the process.
    quietly(() => {
      const found = readLock(this.path, this.#fs);
      if (typeof found === "object" && found.token === this.#token) this.#fs.unlinkSync(this.path);
    });
  }

  static #taken(wanted: Wanted, depth: number): LockFile | LockHolder {
    const { path, successors, own, fs } = wanted;
    const token = newToken();
    const text = `${JSON.stringify({ ...own, since: new Date().toISOString(), token } satisfies Written)}\n`;
    let unreadable = 0;
    for (let tries = 0; tries < MOST_TRIES && depth < MOST_DEPTH; tries++) {
      if (createFile(path, text, fs)) return new LockFile(path, token, fs);
      const found = readLock(path, fs);
      if (found === "none") continue; // given back in between
      if (found === "unreadable") {
        // Where there are no hard links, a lock may be seen before it is written.
        if (unreadable++ === MOST_UNREADABLE) break;
        pause(PAUSE_MS);
        continue;
      }
      // Over a network a file may be made, and the answer be lost.
      if (found.token === token) return new LockFile(path, token, fs);
      const holder = holderOf(found, path);
      if (holder !== null) return holder;
      const succession = LockFile.#taken({ ...wanted, path: `${successors}.${found.token}` }, depth + 1);
      if (!(succession instanceof LockFile)) return succession;
      try {
        const now = readLock(path, fs);
        if (typeof now !== "object" || now.token !== found.token) continue; // another one was quicker
        writeFileAtomic(path, text, fs);
        return new LockFile(path, token, fs);
      } finally {
        succession.release();
      }
    }
    return { state: "unreadable", path };
  }
}

const held = new Set<LockFile>();

function releaseAll(): void {
  for (const lock of [...held]) lock.release();
}

interface Wanted {
  readonly path: string;
  /** What the locks of successors begin with. */
  readonly successors: string;
  readonly own: ProcessIdentity;
  readonly fs: LinkingFileSystem;
}

/** null if its process has ended. */
function holderOf({ since, token: _, ...holder }: Written, path: string): LockHolder | null {
  const state = stateOf(holder);
  return state === "ended" ? null : { state, holder, since, path };
}

/** Without a turn of the event loop: no signal and no other task comes between the steps. */
function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

function newToken(): string {
  const words = globalThis.crypto.getRandomValues(new Uint32Array(2));
  return [...words].map((word) => word.toString(16).padStart(8, "0")).join("");
}

function readLock(path: string, fs: LinkingFileSystem): Written | "none" | "unreadable" {
  let text: string;
  try {
    text = readTextFile(path, MAX_BYTES, fs);
  } catch (thrown) {
    if (thrown instanceof FileError) return thrown.code === "ENOENT" ? "none" : "unreadable";
    throw thrown;
  }
  return parseLock(text) ?? "unreadable";
}

/** null unless it is a lock: its words become names of files, and numbers of processes. */
function parseLock(text: string): Written | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const { host, process, started, boot, space, since, token } = (value ?? {}) as Partial<Written>;
  const isText = (each: unknown): each is string => typeof each === "string";
  const isTextOrNull = (each: unknown): each is string | null => each === null || isText(each);
  if (!isText(host) || !isText(since) || !isText(token) || !new RegExp(`^${TOKEN}$`).test(token)) return null;
  if (!isTextOrNull(started) || !isTextOrNull(boot) || !isTextOrNull(space)) return null;
  if (typeof process !== "number" || !Number.isSafeInteger(process) || process < 1) return null;
  return { host, process, started, boot, space, since, token };
}
