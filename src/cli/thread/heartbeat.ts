/**
 * Signs of life of the process that works on a run, for other machines that see its folder: they cannot ask whether a process is
 * still there, as this machine can (platform/processes.ts). Beside run.lock, and called after its token, lies a number that grows
 * every few seconds. Its name is that of a temporary file, so that whoever holds the run next removes what is left of it.
 */

import { hostname } from "node:os";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

export const BEAT_MS = 5000;

/** What stands in a lock, as far as it is needed here. */
interface Lock {
  readonly host: string;
  readonly process: number;
  readonly token: string;
}

/** null if there is none that can be read. */
export function readLock(path: string): Lock | null {
  try {
    const { host, process, token } = (JSON.parse(readFileSync(path, "utf8")) ?? {}) as Partial<Lock>;
    if (typeof host !== "string" || typeof process !== "number") return null;
    return typeof token === "string" && /^[0-9a-f]{16}$/.test(token) ? { host, process, token } : null;
  } catch {
    return null;
  }
}

/** Where the signs of life of a lock's holder are. */
export function beatPath(lock: string, token: string): string {
  return join(dirname(lock), `.${basename(lock)}.${token}.0-0.tmp`);
}

/** null if there are none: of a holder that gives none, nobody can tell. */
export function readBeat(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

export class Heartbeat {
  readonly #lock: string;
  readonly #onLost: () => void;
  readonly #timer: NodeJS.Timeout;
  #beats = 0;
  /** Of the lock that is ours. */
  #token: string | null = null;

  /**
   * Begins as soon as this process has the lock.
   * @param onLost told when somebody else has it, who took this process for dead: it must write no more
   */
  constructor(lock: string, onLost: () => void, every = BEAT_MS) {
    this.#lock = lock;
    this.#onLost = onLost;
    this.#timer = setInterval(() => this.beat(), every).unref();
    this.beat();
  }

  beat(): void {
    const lock = readLock(this.#lock);
    const isOurs = lock !== null && lock.process === process.pid && lock.host === hostname();
    if (isOurs) {
      this.#token = lock.token;
      try {
        writeFileSync(beatPath(this.#lock, lock.token), String(++this.#beats));
      } catch {
        // A full disk is told by who writes there what counts.
      }
    } else if (lock !== null && this.#token !== null && lock.token !== this.#token) {
      this.stop();
      this.#onLost();
    }
  }

  stop(): void {
    clearInterval(this.#timer);
    if (this.#token !== null) rmSync(beatPath(this.#lock, this.#token), { force: true });
    this.#token = null;
  }
}
