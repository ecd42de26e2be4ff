/** What exports of float networks share: the report, what it is written for, and files that are not written over. */

import { formatFidelity, type FidelityReport } from "../../exchange/fidelity-report.js";
import { messageOf, OutOfMemoryError, StateError } from "../../errors.js";
import { writeFileAtomic } from "../../platform/files.js";
import { exists, isFolder, makeFolder } from "../../platform/folders.js";
import { folderOf, joinPaths } from "../../platform/paths.js";
import { FoundFailure, UsageError } from "../exit-codes.js";
import type { Terminal } from "../terminal.js";
import { lostSentence } from "./lost-sentence.js";

/** What is to be written, and into which form. */
export interface Asked {
  /** As the command line names the network. */
  readonly run: string;
  /** "ONNX" */
  readonly form: string;
  readonly strict: boolean;
  /** What makes it exact, or more so: "Try --profile exact, or ". */
  readonly instead?: string;
}

/**
 * @param content what the library has made, null where it is unsupported
 * @returns the content, which may be written
 * @throws UsageError for what cannot be said in that form, whatever is asked; FoundFailure, with strict, for what would not compute
 *   the same: both with everything that stands in the way, and the report
 */
export function checkVerdict<C>(
  { run, form, strict, instead = "" }: Asked,
  content: C | null,
  report: FidelityReport,
): C {
  const facts = { report };
  if (content === null)
    throw new UsageError(`${run} cannot be written as ${form}: ${lostSentence(report)}.`, { facts });
  if (report.verdict === "exact" || !strict) return content;
  const leave = instead === "" ? "Leave" : `${instead}leave`;
  throw new FoundFailure(
    `${run} would not compute the same in ${form}: ${lostSentence(report)}. ${leave} out --strict to write it all the same.`,
    facts,
  );
}

/** What the library refuses of a network. @throws UsageError */
export async function inUsersWords<R>(work: () => R | Promise<R>): Promise<R> {
  try {
    return await work();
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
