/** What `atif quantize --resume` goes on with, and how that was asked for. */

import type { QuantizeArguments } from "./quantize-arguments.js";
import { ConfigError } from "../errors.js";
import { readUnfinished, type UnfinishedQuantization } from "../experiment/quantized/quantized-folder.js";
import { whoIsBusy, busySentence, type BusyRun } from "../experiment/run-folder/busy-run.js";
import { isEmptyFolder, latestUnfinished, RunFolder } from "../experiment/run-folder/run-folder.js";
import { exists, isFolder } from "../platform/folders.js";
import { absolutePath } from "../platform/paths.js";
import { snakeCase } from "../schema/schema.js";
import { describe } from "../experiment/description/config-tree.js";
import { spellCommand } from "./command-line.js";
import { UsageError } from "./exit-codes.js";
import { RUNS } from "./train-plan.js";

/** How a quantization was asked for, as far as it decides what comes out. */
export type AskedQuantization = Omit<
  QuantizeArguments,
  "out" | "json" | "quiet" | "threads" | "backend" | "resume"
> & { readonly run: string };

export interface ResumedQuantization {
  readonly folder: RunFolder;
  readonly asked: AskedQuantization;
  readonly unfinished: UnfinishedQuantization;
}

/** What decides the bits: where the network is does not depend on the folder that the command is called in. */
export function askedOf({ run, ...args }: QuantizeArguments & { readonly run: string }): AskedQuantization {
  const { out: _o, json: _j, quiet: _q, threads: _t, backend: _b, resume: _r, ...others } = args;
  const { data } = others;
  const isFolderOfData = data !== undefined && data !== "digits";
  return { ...others, run: absolutePath(run), ...(isFolderOfData ? { data: absolutePath(data) } : {}) };
}

/**
 * @returns "new": nothing is to be resumed, or the folder of --out is not there yet; "complete": nothing is left to do
 * @throws UsageError if there is nothing to go on with
 */
export function quantizationToResume(
  args: QuantizeArguments,
  warn: (sentence: string) => void,
): ResumedQuantization | { readonly complete: RunFolder } | null {
  const folder = folderToResume(args, warn);
  if (folder === null) return null;
  if (folder.isComplete && folder.isQuantization) return { complete: folder };
  const unfinished = readUnfinished(folder);
  const recorded = (unfinished?.asked ?? {}) as Partial<AskedQuantization>;
  if (unfinished === null || typeof recorded.run !== "string") {
    const what = exists(folder.path)
      ? isFolder(folder.path)
        ? "holds no quantization that was interrupted"
        : "is a file"
      : "does not exist";
    throw new UsageError(
      `${folder.shortPath} ${what}; expected the folder that atif quantize was stopped in. Name it: ` +
        `${spellCommand(["quantize", "--resume"])} FOLDER`,
    );
  }
  return { folder, asked: withOwn(folder, recorded as AskedQuantization, args), unfinished };
}

/** null: a new one is begun. */
function folderToResume(
  { resume, out, run }: QuantizeArguments,
  warn: (sentence: string) => void,
): RunFolder | null {
  if (resume === undefined) return null;
  if (resume !== true && out !== undefined) {
    throw new UsageError(
      `--resume names ${resume} and --out names ${out}; expected one folder. Leave out --out, or give --resume no folder.`,
    );
  }
  if (resume !== true) return new RunFolder(resume);
  if (out !== undefined) {
    if (exists(out) && !isEmptyFolder(out)) return new RunFolder(out);
    if (run !== undefined) return null;
    throw new UsageError(
      `there is nothing in ${out}; expected the folder that atif quantize was stopped in. Name a run to begin with it.`,
    );
  }
  const busy: BusyRun[] = [];
  const latest = latestUnfinished(RUNS, (each) => busy.push(each), "quantization");
  if (latest !== null) {
    for (const each of busy) warn(`${whoIsBusy(each)}; going on with ${latest.shortPath}.`);
    return latest;
  }
  if (busy.length > 0) throw new UsageError(busySentence(busy));
  throw new UsageError(
    `there is no unfinished quantization in ${RUNS}; expected one to go on with. Name its folder: ` +
      `${spellCommand(["quantize", "--resume"])} FOLDER`,
  );
}

/** What may be another from here on. */
const MAY_CHANGE: readonly string[] = ["data", "epochs"];

/** What is asked for now over what was: where the data are, and how many epochs. @throws ConfigError for anything else */
function withOwn(folder: RunFolder, recorded: AskedQuantization, args: QuantizeArguments): AskedQuantization {
  const { run, ...others } = askedOf({ ...args, run: args.run ?? "" });
  const asked: Readonly<Record<string, unknown>> = args.run === undefined ? others : { run, ...others };
  const known: Readonly<Record<string, unknown>> = { ...recorded };
  for (const [key, value] of Object.entries(asked)) {
    // Batch normalisations are fused unless it is said otherwise.
    const isSaid = value !== undefined && !(key === "fuse" && value === true);
    if (!isSaid || MAY_CHANGE.includes(key) || JSON.stringify(known[key]) === JSON.stringify(value)) continue;
    const option = key === "run" ? "the network" : `--${snakeCase(key).replaceAll("_", "-")}`;
    const before = known[key] === undefined ? "without it" : `with ${describe(known[key])}`;
    throw new ConfigError(
      `${option} is ${describe(value)}, but ${folder.shortPath} was started ${before}; a quantization goes on as it was started. ` +
        "Leave it out, or begin another in a new folder.",
    );
  }
  const { data, epochs } = others;
  return {
    ...recorded,
    ...(data === undefined ? {} : { data }),
    ...(epochs === undefined ? {} : { epochs }),
  };
}
