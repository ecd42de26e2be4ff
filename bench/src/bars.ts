/** What this library means to reach, beside what was measured. Bars are printed, never asserted. */

import type { ComputeBackend } from "../../dist/cli/compute-arguments.js";
import { PART_NAMES } from "../../dist/cli/quick-bench/neuron-work.js";
import { NATIVE_AVX2 } from "./backend-peers.js";
import { DENSE_PRODUCT } from "./dense-product.js";
import { COPY, PYTORCH_COPY, WRITTEN } from "./neuron-suite.js";
import { PYTORCH } from "./pytorch-peer.js";
import { DENSE, rowName, SPARSE_CONVOLUTION } from "./products-suite.js";
import type { SuiteLetter, SuiteResult } from "./suite-result.js";
import { TWO_RANKS } from "./ranks-peers.js";
import { CORE_BUNDLE, LOAD_AND_RUN_BUNDLE } from "./startup-suite.js";

export type BarUnit = "times" | "bytes" | "elements";

export interface Bar {
  readonly what: string;
  readonly suite: SuiteLetter;
  /** Exactly one of the two. */
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly unit: BarUnit;
  /** null: something it needs was not measured. */
  readonly measure: (suite: SuiteResult) => number | null;
}

/** A bar of a suite that was run. */
export interface BarResult {
  readonly what: string;
  readonly suite: SuiteLetter;
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly unit: BarUnit;
  readonly measured: number | null;
  /** null: not measured. */
  readonly met: boolean | null;
  /** What is missing, as a fraction of the bar; 0 where it is met, null where it was not measured. */
  readonly missedBy: number | null;
}

const FORWARD = `T = 4, ${PART_NAMES.forward}`;

/** Of a training step beside PyTorch, by how wide the vectors are that compute it. */
const STEP_BARS: Readonly<Record<string, number>> = { avx512: 4 };
const STEP_BAR = 3;

const barsFor = ({ instructionSet }: ComputeBackend): readonly Bar[] => [
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
    // Of the time when WebAssembly was all there was, and each spike cost as much as any other. Tables of sums made many spikes
    // cheaper than few, so that it falls where 40 % gain; it stands as it was set, for every backend, and the next one beside it.
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
    what: "convolution of spikes forward at its worst density, atif / dense kernels or PyTorch",
    suite: "b",
    atMost: 1,
    unit: "times",
    measure: ({ rows }) => {
      const forward = rows.filter(({ name }) => name.startsWith(`${SPARSE_CONVOLUTION}, forward,`));
      const others = forward.map(({ ratios }) =>
        Math.min(ratios[DENSE] ?? Infinity, ratios[PYTORCH] ?? Infinity),
      );
      const least = Math.min(...others);
      return least === Infinity ? null : 1 / least;
    },
  },
  {
    what: "dense product of 512 x 512, 1 thread, torch.mm / atif",
    suite: "b",
    atLeast: 1,
    unit: "times",
    measure: (suite) => ratio(suite, DENSE_PRODUCT, PYTORCH),
  },
  {
    what: "training step, PyTorch / atif",
    suite: "c",
    atLeast: STEP_BARS[instructionSet ?? ""] ?? STEP_BAR,
    unit: "times",
    measure: (suite) => ratio(suite, "training step", PYTORCH),
  },
  {
    what: `training step, PyTorch / ${NATIVE_AVX2}`,
    suite: "c",
    atLeast: STEP_BAR,
    unit: "times",
    measure: (suite) => {
      const [peer, own] = [PYTORCH, NATIVE_AVX2].map((name) => ratio(suite, "training step", name));
      return peer === null || own === null ? null : peer / own;
    },
  },
  {
    what: "training step, numbers that other backends compute otherwise",
    suite: "c",
    atMost: 0,
    unit: "elements",
    measure: ({ rows }) => {
      const checks = rows.flatMap((row) => row.checks.filter(({ against }) => against.startsWith("atif")));
      return checks.length === 0 ? null : checks.reduce((sum, { error }) => sum + error, 0);
    },
  },
  {
    what: "peak memory of a training step, atif / PyTorch",
    suite: "c",
    atMost: 0.15,
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
    what: "images per second of 2 ranks, of those of 1 process with as many threads",
    suite: "h",
    atLeast: 0.9,
    unit: "times",
    measure: ({ rows }) => {
      const theirs = rows[0]?.ratios[TWO_RANKS];
      return theirs === undefined ? null : 1 / theirs;
    },
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

/** @param backend that this process computes with */
export function compareWithBars(suites: readonly SuiteResult[], backend: ComputeBackend): BarResult[] {
  return barsFor(backend).flatMap(({ measure, ...bar }) => {
    const suite = suites.find((each) => each.suite === bar.suite);
    if (suite === undefined) return [];
    const measured = measure(suite);
    const missedBy = measured === null ? null : shortfall(bar, measured);
    return [{ ...bar, measured, met: missedBy === null ? null : missedBy === 0, missedBy }];
  });
}

function shortfall({ atLeast, atMost }: Pick<Bar, "atLeast" | "atMost">, value: number): number {
  if (atLeast !== undefined) return Math.max(0, (atLeast - value) / atLeast);
  if (atMost !== undefined) return Math.max(0, (value - atMost) / Math.max(atMost, 1e-9));
  return 0;
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
