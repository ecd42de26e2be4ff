/** Which queue of which Redis a sweep was handed over to: kept in its folder, without a password, for who asks how it is. */

import { FileError, writeFileAtomic } from "../../platform/files.js";
import { joinPaths } from "../../platform/paths.js";
import { readTextFile } from "../../platform/text-file.js";

export interface RedisRecord {
  readonly queue: string;
  /** Its address, as it is shown. */
  readonly server: string;
}

const MAX_BYTES = 2 ** 16;

function pathOf(root: string): string {
  return joinPaths(root, "redis.json");
}

export function writeRedisRecord(root: string, record: RedisRecord): void {
  writeFileAtomic(pathOf(root), `${JSON.stringify(record, null, 1)}\n`);
}

/** null if there is none that can be read. */
export function readRedisRecord(root: string): RedisRecord | null {
  try {
    const read = (JSON.parse(readTextFile(pathOf(root), MAX_BYTES)) ?? {}) as Partial<RedisRecord>;
    const { queue, server } = read;
    return typeof queue === "string" && typeof server === "string" ? { queue, server } : null;
  } catch (thrown) {
    if (thrown instanceof FileError || thrown instanceof SyntaxError) return null;
    throw thrown;
  }
}
