/** What a command that ran elsewhere complained of last, from the file that its output went to. */

import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** The end of the output that is looked at. */
const MOST_BYTES = 16_384;

/** null if it said nothing of the kind, or there is no such file. */
export function lastComplaint(path: string): string | null {
  const complaints = endOf(path)
    .split("\n")
    .flatMap((line) => /^atif: (?!warning: )(.+)$/.exec(line)?.[1] ?? []);
  return complaints.at(-1) ?? null;
}

function endOf(path: string): string {
  let descriptor: number;
  try {
    descriptor = openSync(path, "r");
  } catch {
    return "";
  }
  try {
    const { size } = fstatSync(descriptor);
    const bytes = Buffer.alloc(Math.min(size, MOST_BYTES));
    const read = readSync(descriptor, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString("utf8", 0, read);
  } catch {
    return "";
  } finally {
    closeSync(descriptor);
  }
}
