/** Arrays for a peer, as raw files in a folder of this run: little-endian, row-major, the shape in the message. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { endianness, tmpdir } from "node:os";
import { join } from "node:path";

/** An array as a message names it. */
export interface ArrayFile {
  readonly file: string;
  readonly shape: readonly number[];
}

export class ArrayFiles {
  readonly folder = mkdtempSync(join(tmpdir(), "atif-bench-"));
  #count = 0;

  write(data: Float32Array | Int32Array, shape: readonly number[]): ArrayFile {
    checkEndianness();
    const file = join(this.folder, `atif-${this.#count++}`);
    writeFileSync(file, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    return { file, shape };
  }

  /** A file that is no array. @returns its path */
  writeBytes(name: string, bytes: Uint8Array): string {
    const file = join(this.folder, name);
    writeFileSync(file, bytes);
    return file;
  }

  read({ file }: ArrayFile): Float32Array {
    checkEndianness();
    const bytes = readFileSync(file);
    // Copied: a small file's buffer may start at any byte of a pool.
    return new Float32Array(Uint8Array.from(bytes).buffer);
  }

  /** Removes the files of a row that is done. */
  clear(): void {
    for (const name of readdirSync(this.folder)) rmSync(join(this.folder, name), { force: true });
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function checkEndianness(): void {
  if (endianness() !== "LE") throw new Error("bench: peers need a little-endian machine; use --no-peers.");
}
