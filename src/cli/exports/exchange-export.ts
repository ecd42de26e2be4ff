/** What exports of float networks share: the report, what it is written for, and files that are not written over. */

import { formatFidelity, type FidelityReport } from "../../exchange/fidelity-report.js";
import { messageOf, OutOfMemoryError, StateError } from "../../errors.js";
import { writeFileAtomic } from "../../platform/files.js";
import { exists, isFolder, makeFolder } from "../../platform/folders.js";
import { folderOf, joinPaths } from "../../platform/paths.js";
import { UsageError } from "../exit-codes.js";
import type { Terminal } from "../terminal.js";

/** @throws UsageError with the first thing that stands in the way: of all networks, or with --strict */
export function checkVerdict(named: string, { verdict, notes }: FidelityReport, strict: boolean): void {
  if (verdict === "exact" || (verdict === "approximate" && !strict)) return;
  const { layer, what, why } = notes.find((note) => note.verdict === verdict) ?? notes[0];
  const where = layer === null ? "" : `${layer}: `;
  const advice = verdict === "unsupported" ? "" : " Leave out --strict to write it all the same.";
  throw new UsageError(`${named} cannot be written as asked: ${where}${what}: ${why}${advice}`);
}

/** What the library refuses of a network. @throws UsageError */
export function inUsersWords<R>(work: () => R): R {
  try {
    return work();
  } catch (thrown) {
    const isRefused = [TypeError, RangeError, StateError].some((kind) => thrown instanceof kind);
    if (!isRefused || thrown instanceof OutOfMemoryError) throw thrown;
    throw new UsageError(messageOf(thrown), { cause: thrown });
  }
}

/** Each file whole, none over another that is there unless that is asked for. @throws UsageError, FileError */
export function writeInto(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  force: boolean,
): void {
  if (exists(folder) && !isFolder(folder))
    throw new UsageError(`--out is ${folder}, which is a file; expected the name of a folder.`);
  const inTheWay = Object.keys(files).filter((name) => exists(joinPaths(folder, name)));
  if (inTheWay.length > 0 && !force) {
    throw new UsageError(
      `${folder} holds ${inTheWay.join(", ")}; expected a folder without. Choose another, or replace them with --force.`,
    );
  }
  makeFolder(folder);
  for (const [name, content] of Object.entries(files)) writeFileAtomic(joinPaths(folder, name), content);
}

/** A file, under the name that is asked for, or under its own in a folder that is there. @returns its path */
export function writeAs(out: string, name: string, bytes: Uint8Array, force: boolean): string {
  const path = isFolder(out) ? joinPaths(out, name) : out;
  if (exists(path) && (!force || isFolder(path)))
    throw new UsageError(
      `${path} is there already; expected a new name. Choose another, or replace it with --force.`,
    );
  makeFolder(folderOf(path));
  writeFileAtomic(path, bytes);
  return path;
}

export function printReport(terminal: Terminal, report: FidelityReport): void {
  for (const line of formatFidelity(report)) terminal.print(line);
}
