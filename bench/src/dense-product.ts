/** A dense product of square matrices with one thread: multiplications and additions alone. */

import { nearValues, type Check } from "../../dist/cli/quick-bench/check.js";
import { computeBackend } from "../../dist/cli/compute-arguments.js";
import { byReferenceTwin, TWIN } from "../../dist/cli/quick-bench/reference-twin.js";
import type { Row } from "../../dist/cli/quick-bench/results.js";
import { ownContestant } from "../../dist/cli/quick-bench/timing.js";
import type { Results } from "../../dist/cli/quick-bench/work.js";
import { Generator, init, Tensor, tensor } from "../../dist/index.js";
import type { PeerPart, PeerRun } from "./peer-run.js";
import { compareBits } from "./same-bits.js";

const SIZES = { full: 512, quick: 96 } as const;
const TWIN_SIZE = 64;
/** Of the largest element: sums of 512 products in another order. */
const TOLERANCE = 1e-5;

export const DENSE_PRODUCT = "dense product, 1 thread";

export interface DenseProblem {
  /** [size, size] each */
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly size: number;
}

export function denseWork({ a, b, size }: DenseProblem): {
  run(): void;
  results(): Results;
  dispose(): void;
} {
  const [left, right] = [a, b].map((data) => tensor(data, [size, size]));
  const to = Tensor.empty([size, size], left.backend);
  const run = (): void =>
    left.backend.kernels.gemm(to.data, left.data, right.data, size, size, size, false, false, false);
  return {
    run,
    results: () => {
      run();
      return new Map([["product", to.toArray()]]);
    },
    dispose: () => {
      for (const each of [left, right, to]) each.dispose();
    },
  };
}

/** The kernels and the peers have their threads again afterwards. */
export async function denseProductRow(bench: PeerRun, at: readonly [number, number]): Promise<Row> {
  const { files, options } = bench;
  const size = SIZES[options.quick ? "quick" : "full"];
  const problem = randomMatrices(size);
  const peers = bench.peers.filter(({ kinds }) => kinds.has("dense"));
  const backend = computeBackend().name;
  await init({ backend, threads: 1 });
  const work = denseWork(problem);
  try {
    const operands = {
      x: files.write(problem.a, [size, size]),
      w: files.write(problem.b, [size, size]),
    };
    return await bench.compare(
      {
        name: `${DENSE_PRODUCT}, ${size} x ${size} x ${size}`,
        own: ownContestant("atif", work.run),
        check: compareWithTwin,
        peers: peers.map((peer): PeerPart => {
          const { process } = peer;
          return {
            peer,
            check: async () => {
              await process.ask("hello", { threads: 1 });
              await process.ask("prepare", { kind: "dense", folder: files.folder, ...operands });
              const theirs = await process.results("dense", "product", files);
              if (peer.exact === true) return compareBits(peer.name, work.results(), theirs);
              return compareNear(peer.name, work.results(), theirs);
            },
            contestant: () => process.contestant("dense", "product"),
          };
        }),
        items: { count: (2 * size ** 3) / 1e9, name: "GFLOP" },
      },
      at,
    );
  } finally {
    work.dispose();
    files.clear();
    await init({ backend, threads: options.threads });
    // One that has ended takes no part in later rows either, and they say why.
    for (const { process } of peers)
      await process.ask("hello", { threads: options.threads }).catch(() => undefined);
  }
}

function randomMatrices(size: number): DenseProblem {
  const generator = new Generator(1);
  const draw = (): Float32Array => Float32Array.from({ length: size * size }, () => generator.uniform(-1, 1));
  return { a: draw(), b: draw(), size };
}

async function compareWithTwin(): Promise<Check[]> {
  const compute = (): Results => {
    const work = denseWork(randomMatrices(TWIN_SIZE));
    const results = work.results();
    work.dispose();
    return results;
  };
  return compareNear(TWIN, compute(), await byReferenceTwin(1, compute));
}

function compareNear(against: string, own: Results, theirs: Results): Check[] {
  return [...own].map(([what, actual]) =>
    nearValues(against, what, actual, theirs.get(what) ?? new Float32Array(0), TOLERANCE),
  );
}
