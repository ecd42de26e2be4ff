/** A trained network as C99 for devices: whole numbers alone, or float32 numbers; nothing allocated, spikes as events. */

import { checkBoolean, checkFinite, checkInteger, checkOneOf, checkOptions } from "../../checks.js";
import { counted } from "../../counted.js";
import type { Dataset } from "../../datasets/dataset.js";
import { checkFits, inputOf } from "../../measuring/batch-input.js";
import { checkModel } from "../../models/check-model.js";
import { networkGraph } from "../../models/network-graph.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import { describePreprocessing } from "../../preprocessing/describe.js";
import { quantizersIn } from "../../quantization/calibrate.js";
import { formatShape } from "../../shapes.js";
import { show } from "../../show.js";
import { scope } from "../../tensor/scope.js";
import type { LongWidth } from "../integer/arithmetic.js";
import type { FloatProgram } from "../float/float-layer.js";
import { compileFloat } from "../float/compile-float.js";
import { classOf } from "../integer/class-of.js";
import { IntegerModel } from "../integer/integer-model.js";
import { makefile, readme } from "./build-files.js";
import type { CNetwork } from "./c-network.js";
import { placeMaps } from "./c-program.js";
import { sourceOf } from "./c-source.js";
import { floatNetwork, floatText } from "./float-numbers.js";
import { floatSample, floatSelfTest, type FloatSample } from "./float-self-test.js";
import { integerNetwork } from "./integer-numbers.js";
import { selfTest } from "./self-test.js";
import { targets, type CTarget } from "./targets/table.js";
import type { CParts } from "./targets/target.js";

export interface ExportCOptions {
  /** What files and functions are called: letters, digits and _ (default "network"). */
  readonly name?: string;
  /** Bits of the whole numbers that are stored (default: as IntegerModel), or "float32" for a network that is not quantized. */
  readonly width?: "float32" | 8 | 16;
  /** Bits of sums (default 32). */
  readonly longWidth?: LongWidth;
  /** Text of a range file (default: as the model's own quantizers). */
  readonly ranges?: string;
  /** "events" (default): of spikes, only those that came cost anything. "dense": every product is computed, for comparison. */
  readonly form?: "events" | "dense";
  /** What else is written: nothing (default "c99"), an Arduino library, or what an emulated board needs to run the self-test. */
  readonly target?: CTarget;
  /** Whether a sample has another input at every time step (default: as the samples of tests; without, no: it is still). */
  readonly time?: boolean;
  /** With it, a self-test on its first samples is written, too. */
  readonly tests?: Dataset;
  /** How many (default 20). */
  readonly samples?: number;
  /** Whole numbers as the reference's generator computes them: sums that wrap, and its defects (docs/differences.md). */
  readonly compat?: "qualia";
}

/** The files of an export, and what is to be said of them. */
export interface ExportedC {
  readonly files: Readonly<Record<string, string>>;
  /** Bytes of constants, and of the state. */
  readonly flash: number;
  readonly ram: number;
  readonly width: "float32" | 8 | 16;
  /** Bits of sums; null of float32 numbers. */
  readonly longWidth: LongWidth | null;
  /** Of whole numbers, neurons that cannot fire any more, and those that fire without any input. */
  readonly silent: readonly string[];
  readonly restless: readonly string[];
  /** Samples that the self-test does without, because something in them hangs on rounding. */
  readonly ties: number;
}

/**
 * @returns the files by name: NAME.h, NAME.c, Makefile, README.md, and with tests NAME_test.c; those of the target besides, in
 *   the folders that it wants
 * @throws TypeError, FormatError, RangeError as IntegerModel, and for options that make no export; ShapeError for tests of
 *   another shape
 */
export function exportC(model: SpikingModel, options: ExportCOptions = {}): Record<string, string> {
  return { ...exportedC(model, options).files };
}

const where = "exportC";

/** @throws as exportC */
export function exportedC(model: SpikingModel, options: ExportCOptions): ExportedC {
  checkOptions(where, options ?? null, [
    "name", "width", "longWidth", "ranges", "form", "time", "tests", "samples", "target", "compat",
  ]); // prettier-ignore
  const { name = "network", form = "events", target = "c99", tests, samples = 20 } = options;
  if (!/^[a-z][a-z0-9_]{0,40}$/.test(name)) {
    throw new RangeError(
      `${where}: name is ${show(name)}; expected lower-case letters, digits and _, beginning with a letter, such as "digits".`,
    );
  }
  checkOneOf(`${where}: form`, form, ["events", "dense"]);
  checkOneOf(`${where}: target`, target, Object.keys(targets));
  const row = targets[target];
  const expected = row.wrongName?.(name) ?? null;
  if (expected !== null) {
    throw new RangeError(`${where}: name is ${show(name)}; for target ${show(target)} expected ${expected}.`);
  }
  checkInteger(`${where}: samples`, samples, 1);
  checkModel(where, model);
  checkWidth(model, options);
  const asked = tests === undefined ? null : samplesOf(model, tests, samples);
  const time = timeOf(options);
  const made =
    options.width === "float32"
      ? inFloats(model, { name, time }, asked)
      : inIntegers(model, { ...options, time }, asked);
  const { network } = made;
  if (network.layers.length === 0) {
    throw new TypeError(
      `${where}: the network computes nothing, its input is its output; expected a layer that does, such as Linear.`,
    );
  }
  const title = `A spiking network of ${counted(network.layers.length, "layer")} in ${network.family.title}, written by atif`;
  const program = placeMaps(network, time);
  const { timesteps, preprocessing } = model;
  const preparation = preprocessing.length === 0 ? null : describePreprocessing(preprocessing);
  const source = sourceOf(program, { name, form, timesteps, time, title, preparation });
  const isTested = asked !== null;
  const { fractionalBits, test, sample } = made;
  const parts: CParts = {
    name,
    time,
    family: network.family,
    header: source.header,
    source: source.source,
    makefile: makefile(name, program, isTested),
    readme: readme(program, source, {
      name,
      timesteps,
      time,
      fractionalBits,
      usage: row.usage(name, isTested),
    }),
    test,
    sample,
  };
  return { ...made.facts, files: row.files(parts), flash: source.flash, ram: source.ram };
}

/** @throws RangeError if it is asked otherwise than the tests say */
function timeOf({ time, tests }: ExportCOptions): boolean {
  const asked = time === undefined ? undefined : checkBoolean(`${where}: time`, time);
  if (tests === undefined || asked === undefined) return asked ?? tests?.time ?? false;
  if (asked === tests.time) return asked;
  const samples = `samples ${formatShape(tests.sampleShape)} that ${tests.time ? "change over time" : "are still"}`;
  throw new RangeError(
    `${where}: time is ${asked} and tests "${tests.name}" has ${samples}; expected the same of both. Leave time out: tests tell it.`,
  );
}

/** @throws TypeError for numbers that the network does not have */
function checkWidth(model: SpikingModel, options: ExportCOptions): void {
  const { width, ranges, compat } = options;
  if (width !== undefined) {
    const isWord = typeof width === "string" && !Number.isFinite(Number(width));
    checkOneOf(`${where}: width`, isWord ? width : String(checkFinite(`${where}: width`, width)), [
      "float32",
      "8",
      "16",
    ]);
  }
  if (compat !== undefined) checkOneOf(`${where}: compat`, compat, ["qualia"]);
  const isQuantized = quantizersIn(model).length > 0;
  if (width === "float32") {
    if (isQuantized) {
      throw new TypeError(
        `${where}: width is "float32" and the network is quantized; expected one that is not. Export the network that ` +
          `quantizeModel() was given, or leave width out: this one computes with whole numbers.`,
      );
    }
    const other = (["longWidth", "ranges", "compat"] as const).find((key) => options[key] !== undefined);
    if (other === undefined) return;
    throw new TypeError(
      `${where}: ${other} is given and width is "float32"; expected whole numbers with it. Leave it out, or give width: 8 or 16.`,
    );
  }
  if (isQuantized || ranges !== undefined) return;
  throw new TypeError(
    `${where}: width is ${show(width)} and the network computes with float32 numbers; expected a quantized network, or ranges. ` +
      `Quantize it first, with quantizeModel() and calibrate(), or give width: "float32".`,
  );
}

/** A network to be written, and what a test of it is. */
interface Made {
  readonly network: CNetwork;
  readonly fractionalBits: readonly number[] | null;
  readonly test: string | null;
  readonly sample: CParts["sample"];
  readonly facts: Pick<ExportedC, "width" | "longWidth" | "silent" | "restless" | "ties">;
}

/** Samples of the tests, in order, as the network takes them: one input each, or one for each time step. */
interface AskedSamples {
  readonly name: string;
  /** How many there shall be, and how many there are. */
  readonly count: number;
  readonly length: number;
  readonly at: (i: number) => Float32Array;
}

type TimedOptions = ExportCOptions & { readonly time: boolean };

function inIntegers(model: SpikingModel, options: TimedOptions, asked: AskedSamples | null): Made {
  const { name = "network", time, width, longWidth, ranges, compat } = options;
  const integer = new IntegerModel(model, {
    ...(width === undefined || width === "float32" ? {} : { width }),
    ...(ranges === undefined ? {} : { ranges }),
    ...(longWidth === undefined ? {} : { longWidth }),
    ...(compat === undefined ? {} : { compat }),
  });
  const { program, silent, restless } = integer;
  const { timesteps } = model;
  const samples =
    asked === null
      ? null
      : Array.from({ length: Math.min(asked.count, asked.length) }, (_, i) => asked.at(i));
  const first = samples === null ? null : integer.quantizeInput(samples[0]);
  return {
    network: integerNetwork(program, name, compat === "qualia"),
    fractionalBits: [program.inputQ, ...program.layers.map(({ q }) => q)],
    test: samples === null ? null : selfTest(integer, { name, timesteps, time, samples }),
    sample:
      first === null ? null : { input: Array.from(first, String), best: classOf(integer, first, timesteps) },
    facts: { width: program.width, longWidth: program.layers[0]?.long ?? 32, silent, restless, ties: 0 },
  };
}

function inFloats(
  model: SpikingModel,
  { name, time }: { readonly name: string; readonly time: boolean },
  asked: AskedSamples | null,
): Made {
  const program = compileFloat(where, networkGraph(model));
  const found = asked === null ? null : withoutTies(model, program, asked);
  const { timesteps } = model;
  const [first] = found?.samples ?? [];
  return {
    network: floatNetwork(program),
    fractionalBits: null,
    test: found === null ? null : floatSelfTest(program, found, { name, timesteps, time }),
    sample: found === null ? null : { input: Array.from(first.input, floatText), best: first.best },
    facts: { width: "float32", longWidth: null, silent: [], restless: [], ties: found?.ties ?? 0 },
  };
}

/** The first samples of which every compiler must make the same. @throws RangeError if there are none */
function withoutTies(
  model: SpikingModel,
  program: FloatProgram,
  asked: AskedSamples,
): { readonly samples: readonly FloatSample[]; readonly ties: number } {
  const samples: FloatSample[] = [];
  const most = Math.min(asked.length, MOST_TRIED * asked.count);
  let ties = 0;
  for (let i = 0; i < most && samples.length < asked.count; i++) {
    const sample = floatSample(model, program, asked.at(i));
    if (sample === null) ties++;
    else samples.push(sample);
  }
  if (samples.length > 0) return { samples, ties };
  throw new RangeError(
    `${where}: in all of the first ${counted(ties, "sample")} of tests "${asked.name}" a spike or the class hangs on rounding, so that there is ` +
      `nothing to test by; expected at least one that does not. Give other tests, or none.`,
  );
}

/** Samples that are tried for each that the self-test shall have. */
const MOST_TRIED = 10;

function samplesOf(model: SpikingModel, tests: Dataset, count: number): AskedSamples {
  checkFits(where, model, tests);
  if (tests.length === 0)
    throw new RangeError(`${where}: tests "${tests.name}" is empty; expected at least one sample.`);
  const at = (i: number): Float32Array => scope(() => inputOf(model, tests.batch([i])).toArray());
  return { name: tests.name, count, length: tests.length, at };
}
