/** A trained network as C99 for devices: integers alone, nothing allocated, spikes as events. */

import { checkInteger, checkOneOf, checkOptions } from "../../checks.js";
import { counted } from "../../counted.js";
import type { Dataset } from "../../datasets/dataset.js";
import { checkFits, inputOf } from "../../measuring/batch-input.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import { show } from "../../show.js";
import { scope } from "../../tensor/scope.js";
import type { LongWidth } from "../integer/arithmetic.js";
import { classOf } from "../integer/class-of.js";
import { IntegerModel } from "../integer/integer-model.js";
import { placeMaps, type CProgram } from "./c-program.js";
import { sourceOf, type Source } from "./c-source.js";
import { selfTest } from "./self-test.js";
import { targets, type CTarget } from "./targets/table.js";
import type { CParts } from "./targets/target.js";

export interface ExportCOptions {
  /** What files and functions are called: letters, digits and _ (default "network"). */
  readonly name?: string;
  /** Bits of what is stored (default: as IntegerModel). */
  readonly width?: 8 | 16;
  /** Bits of sums (default 32). */
  readonly longWidth?: LongWidth;
  /** Text of a range file (default: as the model's own quantizers). */
  readonly ranges?: string;
  /** "events" (default): of spikes, only those that came cost anything. "dense": every product is computed, for comparison. */
  readonly form?: "events" | "dense";
  /** What else is written: nothing (default "c99"), an Arduino library, or what an emulated board needs to run the self-test. */
  readonly target?: CTarget;
  /** With it, a self-test on its first samples is written, too. */
  readonly tests?: Dataset;
  /** How many (default 20). */
  readonly samples?: number;
}

/**
 * @returns the files by name: NAME.h, NAME.c, Makefile, README.md, and with tests NAME_test.c; those of the target besides, in
 *   the folders that it wants
 * @throws TypeError, FormatError, RangeError as IntegerModel, and for options that make no export; ShapeError for tests of
 *   another shape
 */
export function exportC(model: SpikingModel, options: ExportCOptions = {}): Record<string, string> {
  const where = "exportC";
  checkOptions(where, options ?? null, [
    "name", "width", "longWidth", "ranges", "form", "tests", "samples", "target",
  ]); // prettier-ignore
  const { name = "network", form = "events", target = "c99", tests, samples = 20 } = options;
  const { width, longWidth, ranges } = options;
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
  const integer = new IntegerModel(model, {
    ...(width === undefined ? {} : { width }),
    ...(ranges === undefined ? {} : { ranges }),
    ...(longWidth === undefined ? {} : { longWidth }),
  });
  const title = `A spiking network of ${counted(integer.program.layers.length, "layer")} in whole numbers of ${integer.program.width} bits, written by atif`;
  const program = placeMaps(integer.program);
  const source = sourceOf(program, { name, form, timesteps: model.timesteps, title });
  const inputs = tests === undefined ? [] : samplesOf(where, model, tests, samples);
  const isTested = tests !== undefined;
  const parts: CParts = {
    name,
    header: source.header,
    source: source.source,
    makefile: makefile(name, isTested),
    readme: readme(name, program, source, model.timesteps, row.usage(name, isTested)),
    test: isTested ? selfTest(integer, { name, timesteps: model.timesteps, samples: inputs }) : null,
    sample: inputs.length === 0 ? null : shown(integer, inputs[0], model.timesteps),
  };
  return row.files(parts);
}

/** A sample in whole numbers, and its class. */
function shown(integer: IntegerModel, x: Float32Array, timesteps: number): CParts["sample"] {
  const input = integer.quantizeInput(x);
  return { input: [...input], best: classOf(integer, input, timesteps) };
}

/** The first samples, as the network takes them. */
function samplesOf(where: string, model: SpikingModel, tests: Dataset, count: number): Float32Array[] {
  checkFits(where, model, tests);
  if (tests.length === 0)
    throw new RangeError(`${where}: tests "${tests.name}" is empty; expected at least one sample.`);
  return Array.from({ length: Math.min(count, tests.length) }, (_, i) =>
    scope(() => inputOf(model, tests.batch([i])).toArray()),
  );
}

function makefile(name: string, isTested: boolean): string {
  const test = isTested
    ? `
test: ${name}_test
	./${name}_test

${name}_test: ${name}_test.c ${name}.c ${name}.h
	$(CC) $(CFLAGS) -D${name.toUpperCase()}_TRACED -o $@ ${name}_test.c ${name}.c
`
    : "";
  return `CFLAGS ?= -std=c99 -O2 -Wall -Wextra -Wconversion -pedantic

${name}.o: ${name}.c ${name}.h
	$(CC) $(CFLAGS) -c -o $@ ${name}.c
${test}
clean:
	rm -f ${name}.o${isTested ? ` ${name}_test` : ""}

.PHONY: ${isTested ? "test " : ""}clean
`;
}

function readme(
  name: string,
  { program, numbers, spikes }: CProgram,
  { flash, ram }: Source,
  timesteps: number,
  usage: string,
): string {
  const NAME = name.toUpperCase();
  const rows = program.layers.map(
    ({ layer, shape, q, kind }) => `| ${layer} | ${kind} | ${shape.join(" x ")} | ${q} |`,
  );
  return `# ${name}

A spiking network in C99: ${timesteps} time steps, whole numbers of ${program.width} bits. No memory is allocated, and no floating point
is used. \`${name}.h\` says how it is fed.

    #include "${name}.h"

    static ${name}_state state;
    int best = ${name}_classify(&state, input, NULL);

| | bytes |
|---|---|
| constants (weights and what sums start from), in flash | ${flash} |
| \`${name}_state\`, in RAM (${numbers} numbers and ${spikes} spikes of maps, and the potentials) | ${ram} |

${usage}

| layer | kind | shape | fractional bits |
|---|---|---|---|
| input | ${NAME}_INPUTS | ${program.inputShape.join(" x ")} | ${program.inputQ} |
${rows.join("\n")}
`;
}
