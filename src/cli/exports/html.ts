/** atif export --to html: one file that shows a network to whoever opens it. */

import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname } from "node:path";
import { gzipSync } from "node:zlib";
import { counted } from "../../counted.js";
import { messageOf, OutOfMemoryError, StateError } from "../../errors.js";
import { readFileBounded } from "../../platform/files.js";
import { absolutePath, shortPath } from "../../platform/paths.js";
import { formatShape, sizeOf } from "../../shapes.js";
import { VERSION } from "../../version.js";
import { initCompute } from "../compute-arguments.js";
import { UsageError } from "../exit-codes.js";
import { datasetOf } from "../given-samples.js";
import { inPackage } from "../package-folder.js";
import { samplesFor, type SamplesFor } from "../samples-for.js";
import { shownActivity } from "../shown-activity.js";
import { Terminal } from "../terminal.js";
import { learnedFromTime, testDataFor } from "../test-data.js";
import { openRun, type TrainedRun } from "../trained-run.js";
import { writeAs } from "./exchange-export.js";
import type { ExportArguments } from "./export-arguments.js";
import { filledPage, offerOf, type SentSamples, type StandaloneFacts } from "./filled-page.js";

/** Of a model file: half as much again is what browsers read, and letters carry. */
const MOST_BYTES = 64 * 2 ** 20;
/** Where only the data are named. */
const MANY_SAMPLES = 10;

export async function exportAsHtml(args: ExportArguments): Promise<void> {
  const terminal = new Terminal(args);
  const template = pageTemplate();
  await initCompute(args);
  const run = await openRun(args.run, "export");
  const unsent = factsOf(run, args);
  const { size } = statSync(run.path);
  if (size > MOST_BYTES)
    throw new UsageError(
      `the network takes ${size} bytes; expected at most ${MOST_BYTES} for a page of one file. Send the model file, which atif playground shows.`,
    );
  const held = args.samples === undefined && args.data === undefined ? null : await heldSamples(run, args);
  const facts = held === null ? unsent : { ...unsent, samples: held.samples };
  const page = filledPage(template, facts, readFileBounded(run.path, MOST_BYTES), held?.bytes);
  const bytes = new TextEncoder().encode(page);
  const file = writeAs(
    args.out ?? `${fileName(facts.name)}.html`,
    "network.html",
    bytes,
    args.force ?? false,
  );
  const gzipBytes = gzipSync(bytes, { level: 9 }).length;
  const { name, plan, timed } = facts;
  terminal.answer({
    to: "html",
    file,
    name,
    bytes: bytes.length,
    gzipBytes,
    model: run.path,
    inputShape: plan.shape,
    timesteps: plan.timesteps,
    timed,
    samples: facts.samples?.labels.length ?? 0,
  });
  terminal.print(terminal.bold(run.path), " as a page of one file, which opens in any browser, offline");
  terminal.print(`it takes ${inputInWords(facts)}`);
  terminal.print();
  terminal.print(
    `wrote ${shortPath(file)}`,
    terminal.dim(`  ${bytes.length} bytes, ${gzipBytes} compressed`),
  );
}

/** @throws UsageError where it is not built */
function pageTemplate(): string {
  const path = inPackage("dist", "standalone", "page.html");
  if (existsSync(path)) return readFileSync(path, "utf8");
  throw new UsageError(
    "the page is not built; expected dist/standalone/page.html in the package. In a checkout: npm run build:library",
  );
}

/** @throws UsageError for a network that the page cannot show */
function factsOf(run: TrainedRun, { run: named, name }: ExportArguments): StandaloneFacts {
  const given = samplesFor(run.model, run.known);
  const facts = {
    name: name ?? nameOf(run.path),
    version: VERSION,
    plan: given.plan,
    timed: learnedFromTime(run.known),
    samples: null,
  };
  checkShown(named, given, facts.timed);
  return facts;
}

/** The first ones that it is tested with. @throws NoFittingData, UsageError */
async function heldSamples(
  { model, known, config }: TrainedRun,
  { samples: wanted = MANY_SAMPLES, data: asked }: ExportArguments,
): Promise<{ samples: SentSamples; bytes: Uint8Array }> {
  const { data: all } = await testDataFor(model, known, config, asked);
  const { x, labels, ...data } = all.subset({ start: 0, end: Math.min(wanted, all.length) });
  if (x.byteLength > MOST_BYTES)
    throw new UsageError(
      `${counted(labels.length, "sample")} take ${x.byteLength} bytes; expected at most ${MOST_BYTES}. Give fewer with --samples.`,
    );
  const { name, sampleShape, classes, classNames, time, divisor, preprocessing } = data;
  const areBytes = x instanceof Uint8Array;
  return {
    samples: {
      ...{ name, sampleShape, classes, time, preprocessing, areBytes, labels: [...labels] },
      ...(classNames === undefined ? {} : { classNames }),
      ...(areBytes ? { divisor } : {}),
    },
    bytes: new Uint8Array(x.buffer, x.byteOffset, x.byteLength),
  };
}

/** What the page does, once. @throws UsageError */
function checkShown(named: string, { model, plan, augmentations }: SamplesFor, timed: boolean): void {
  if (augmentations !== null) {
    const kinds = augmentations.steps.flatMap(({ evaluate, name }) => (evaluate ? [name] : [])).join(", ");
    throw new UsageError(
      `${named} learned from samples that ${kinds} had changed, also where they are tested; expected a network that takes samples as they are. ` +
        "The page does not do that to what it is given; atif predict does.",
    );
  }
  const shape = timed ? [plan.timesteps, ...plan.shape] : plan.shape;
  try {
    const still = datasetOf("nothing", new Float32Array(sizeOf(shape)), shape, plan, timed);
    shownActivity(model, still.batch([0]), {});
  } catch (thrown) {
    const isRefused = [TypeError, RangeError, StateError].some((kind) => thrown instanceof kind);
    if (!isRefused || thrown instanceof OutOfMemoryError) throw thrown;
    throw new UsageError(`${named} cannot be shown by a page: ${messageOf(thrown)}`, { cause: thrown });
  }
}

/** "digits-1" of runs/digits-1/model.safetensors */
function nameOf(path: string): string {
  const absolute = absolutePath(path);
  const file = basename(absolute).replace(/\.safetensors$/, "");
  return file === "model" ? basename(dirname(absolute)) || file : file;
}

/** A name may be anything; that of a file not. */
function fileName(name: string): string {
  return name.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[.-]+/, "") || "network";
}

function inputInWords(facts: StandaloneFacts): string {
  const { plan, timed } = facts;
  const { picture, drawing } = offerOf(facts);
  const arrays = timed
    ? `arrays of ${formatShape([plan.timesteps, ...plan.shape])}, ${counted(plan.timesteps, "time step")} of ${formatShape(plan.shape)}`
    : `arrays of ${formatShape(plan.shape)}`;
  return [...(drawing ? ["drawings"] : []), ...(picture === null ? [] : ["pictures"]), arrays].join(", ");
}
