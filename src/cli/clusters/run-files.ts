/** The folder of a run as bytes, on its way between machines that do not share a disk. */

import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { FormatError } from "../../errors.js";
import { RunFolder } from "../../experiment/run-folder/run-folder.js";
import { parseSafetensors } from "../../formats/safetensors.js";
import { FileError, readFileBounded, writeFileAtomic } from "../../platform/files.js";
import { exists, makeFolder } from "../../platform/folders.js";
import { joinPaths } from "../../platform/paths.js";

/** By their paths in the folder, with slashes. */
export type RunFiles = ReadonlyMap<string, Uint8Array>;

/** Of all files of a run together: what a Redis holds without pain. */
export const MOST_BYTES = 2 ** 28;
const MOST_FILES = 256;

/** Names that runs give their files; those of networks that were made of one stand in folders. */
const PATH = /^(?:[\w=-][\w.=-]{0,127}\/){0,2}[\w=-][\w.=-]{0,127}$/;
const LOCK = /^run\.lock/;
const STATES: ReadonlySet<unknown> = new Set(["complete", "failed", "interrupted", "running"]);
const CONFIG = "config.toml";
const SUMMARY = "summary.json";

/** @throws FileError if there is more than may be sent, in a sentence that says what to do */
export function packRun(path: string, most = MOST_BYTES): RunFiles {
  const files = new Map<string, Uint8Array>();
  let total = 0;
  for (const name of namesBelow(path, "")) {
    if (!PATH.test(name)) continue;
    const file = joinPaths(path, name);
    total += statSync(file).size;
    if (total > most || files.size >= MOST_FILES) {
      throw new FileError(
        `the files of ${path} are more than ${most} bytes or ${MOST_FILES} files; expected less for a way through Redis. ` +
          "Use a folder that all machines see: atif sweep --redis URL --shared",
        "EFBIG",
        path,
      );
    }
    files.set(name, readFileBounded(file, most));
  }
  return files;
}

function namesBelow(path: string, prefix: string): string[] {
  const depth = prefix.split("/").length - 1;
  return readdirSync(joinPaths(path, prefix === "" ? "." : prefix), { withFileTypes: true })
    .filter(({ name }) => !name.startsWith(".") && !LOCK.test(name))
    .flatMap((entry) => {
      if (entry.isFile()) return [`${prefix}${entry.name}`];
      return entry.isDirectory() && depth < 2 ? namesBelow(path, `${prefix}${entry.name}/`) : [];
    })
    .sort();
}

/** Of all files and their names: what was sent is what has come. */
export function digestOfFiles(files: RunFiles): string {
  const hash = createHash("sha256");
  for (const name of [...files.keys()].sort()) {
    const bytes = files.get(name) ?? new Uint8Array();
    hash.update(`${name}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest("hex");
}

/**
 * Checks what has come from somewhere.
 * @param config the experiment that was to be run
 * @throws FormatError if it is no run of it
 */
export function checkRun(files: RunFiles, digest: string, config: string): void {
  const fail = (problem: string): never => {
    throw new FormatError(
      `what has come of a run ${problem}; expected the files of the run as they were sent.`,
    );
  };
  const total = [...files.values()].reduce((sum, { length }) => sum + length, 0);
  if (files.size > MOST_FILES || total > MOST_BYTES) fail("is too large");
  const strange = [...files.keys()].find((name) => !PATH.test(name) || LOCK.test(name));
  if (strange !== undefined)
    fail(`has a file that runs do not have, ${JSON.stringify(strange.slice(0, 100))}`);
  if (digestOfFiles(files) !== digest) fail("is damaged");
  if (textOf(files, CONFIG) !== config) fail("is of another experiment");
  for (const [name, bytes] of files) if (name.endsWith(".safetensors")) parseSafetensors(bytes, name);
  const status = statusOf(textOf(files, SUMMARY));
  if (status !== null && !STATES.has(status)) fail("does not say what has become of it");
}

function textOf(files: RunFiles, name: string): string {
  return new TextDecoder().decode(files.get(name) ?? new Uint8Array());
}

function statusOf(summary: string): unknown {
  if (summary === "") return null;
  try {
    return ((JSON.parse(summary) ?? {}) as { readonly status?: unknown }).status;
  } catch {
    return "nothing that can be read";
  }
}

/**
 * Writes the files into the folder of the run, each whole or not at all, and last of all what says that it is complete. Leaves one
 * that is complete as it is: any other is the same run.
 * @throws ConfigError if somebody is working there; FileError if it cannot be written
 */
export function unpackRun(path: string, files: RunFiles): void {
  makeFolder(path);
  const run = new RunFolder(path);
  if (run.isComplete) return;
  run.hold();
  try {
    if (run.isComplete) return;
    const names = [...files.keys()].filter((name) => name !== SUMMARY);
    for (const name of files.has(SUMMARY) ? [...names, SUMMARY] : names) {
      const file = joinPaths(path, name);
      const folder = name.includes("/") ? name.slice(0, name.lastIndexOf("/")) : "";
      if (folder !== "") makeFolder(joinPaths(path, folder));
      const bytes = files.get(name);
      if (bytes !== undefined && !(name === CONFIG && exists(file))) writeFileAtomic(file, bytes);
    }
    if (run.isComplete && run.hasLeftovers) run.removeCheckpoint();
  } finally {
    run.release();
  }
}
