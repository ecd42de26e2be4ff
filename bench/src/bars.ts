/** What this library means to reach, beside what was measured. Bars are printed, never asserted. */

import { PART_NAMES } from "../../dist/cli/quick-bench/neuron-work.js";
import { COPY, PYTORCH_COPY, WRITTEN } from "./neuron-suite.js";
import { rowName, SPARSE_CONVOLUTION } from "./products-suite.js";
import type { SuiteLetter, SuiteResult } from "./suite-result.js";
import { CORE_BUNDLE, LOAD_AND_RUN_BUNDLE } from "./startup-suite.js";

export interface Bar {
  readonly what: string;
  readonly suite: SuiteLetter;
  /** Exactly one of the two. */
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly unit: "times" | "bytes";
  /** null: something it needs was not measured. */
  readonly measure: (suite: SuiteResult) => number | null;
}

/** A bar of a suite that was run. */
export interface BarResult {
  readonly what: string;
  readonly suite: SuiteLetter;
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly unit: "times" | "bytes";
  readonly measured: number | null;
  /** null: not measured. */
  readonly met: boolean | null;
}

const PYTORCH = "PyTorch";
const FORWARD = `T = 4, ${PART_NAMES.forward}`;

const BARS: readonly Bar[] = [
  {
    what: "neuron forward + backward, T = 4, PyTorch / atif",
    suite: "a",
    atLeast: 8,
    unit: "times",
    measure: (suite) => ratio(suite, `T = 4, ${PART_NAMES.both}`, PYTORCH),
  },
  {
    what: "neuron forward, T = 4, atif / fastest copy of x",
    suite: "a",
    atMost: 1.5,
    unit: "times",
    measure: (suite) => overCopy(suite, 1),
  },
  {
    what: "the same, elements of y asked for",
    suite: "a",
    atMost: 1.5,
    unit: "times",
    measure: (suite) => overCopy(suite, ratio(suite, FORWARD, WRITTEN)),
  },
  {
    what: "convolution of spikes forward, 40 % / 5 %",
    suite: "b",
    atLeast: 4,
    unit: "times",
    measure: ({ rows }) => {
      const at = (density: number): number | undefined => {
        const name = rowName(SPARSE_CONVOLUTION, "forward", density);
        return rows.find((row) => row.name === name)?.times[0]?.medianMs;
      };
      const [few, many] = [at(0.05), at(0.4)];
      return few === undefined || many === undefined ? null : many / few;
    },
  },
  {
    what: "training step, PyTorch / atif",
    suite: "c",
    atLeast: 3,
    unit: "times",
    measure: (suite) => ratio(suite, "training step", PYTORCH),
  },
  {
    what: "peak memory of a training step, atif / PyTorch",
    suite: "c",
    atMost: 0.25,
    unit: "times",
    measure: (suite) => {
      const own = figure(suite, "atif, peak of memory()");
      const peer = figure(suite, "PyTorch, resident peak above idle");
      return own === null || peer === null ? null : own / peer;
    },
  },
  {
    what: "inference, PyTorch / atif",
    suite: "d",
    atLeast: 8,
    unit: "times",
    measure: (suite) => ratio(suite, "inference", PYTORCH),
  },
  {
    what: "core bundle, gzip",
    suite: "e",
    atMost: 115_000,
    unit: "bytes",
    measure: (suite) => figure(suite, CORE_BUNDLE),
  },
  {
    what: "load-and-run bundle, gzip",
    suite: "e",
    atMost: 80_000,
    unit: "bytes",
    measure: (suite) => figure(suite, LOAD_AND_RUN_BUNDLE),
  },
];

export function compareWithBars(suites: readonly SuiteResult[]): BarResult[] {
  return BARS.flatMap(({ measure, ...bar }) => {
    const suite = suites.find((each) => each.suite === bar.suite);
    if (suite === undefined) return [];
    const measured = measure(suite);
    return [{ ...bar, measured, met: measured === null ? null : isMet(bar, measured) }];
  });
}

function isMet(
  { atLeast = -Infinity, atMost = Infinity }: Pick<Bar, "atLeast" | "atMost">,
  value: number,
): boolean {
  return value >= atLeast && value <= atMost;
}

function ratio({ rows }: SuiteResult, row: string, contestant: string): number | null {
  return rows.find(({ name }) => name === row || name.startsWith(`${row},`))?.ratios[contestant] ?? null;
}

/** @param time in units of atif's; the copy is the fastest one, with one thread or as PyTorch does it */
function overCopy(suite: SuiteResult, time: number | null): number | null {
  const copies = [COPY, PYTORCH_COPY].map((name) => ratio(suite, FORWARD, name) ?? Infinity);
  const fastest = Math.min(...copies);
  return fastest === Infinity || time === null ? null : time / fastest;
}

function figure({ figures }: SuiteResult, name: string): number | null {
  return figures.find((each) => each.name === name)?.value ?? null;
}
