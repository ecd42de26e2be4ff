/**
 * Suite g: the workload of Open Neuromorphic's comparison of frameworks: batch 16, 500 time steps, 4096 inputs, a fully
 * connected layer of 4096 neurons with LIF behind it; forward, the sum of the spikes, backward.
 */

import { nearOverall, type Check } from "../../dist/cli/quick-bench/check.js";
import { byReferenceTwin, TWIN } from "../../dist/cli/quick-bench/reference-twin.js";
import { ownContestant } from "../../dist/cli/quick-bench/timing.js";
import type { Results } from "../../dist/cli/quick-bench/work.js";
import { PART_NAMES } from "../../dist/cli/quick-bench/neuron-work.js";
import type { Figure, Row } from "../../dist/cli/quick-bench/results.js";
import { memory, resetPeakMemory } from "../../dist/index.js";
import { VERSION } from "../../dist/version.js";
import { ALPHA, layerWork, randomLayer, TAU, type LayerPart, type LayerProblem } from "./layer-work.js";
import type { PeerPart, PeerRun } from "./peer-run.js";
import { compareBits } from "./same-bits.js";
import type { SuiteResult } from "./suite-result.js";

const SIZES = { full: [500, 16, 4096], quick: [10, 2, 64] } as const;
/** A part that the twin computes in a moment. */
const TWIN_SIZES = [12, 2, 96] as const;
/**
 * Of relative distance. A sum in another order moves single potentials to the other side of the threshold, and a hard
 * reset then changes the steps that follow.
 */
const TOLERANCES = { y: 1e-2, gradient: 3e-2 } as const;

const PARTS = ["forward", "both"] as const;

/** What this suite is beside the comparison that it is taken from. */
const NOTES = [
  "The surrogate gradient is a sigmoid of alpha 4 here, for all; there each framework has its own, SpikingJelly an arc tangent.",
  "The published figures of that comparison are of a GPU; those here are of this machine's processor.",
];

export async function layerSuite(bench: PeerRun): Promise<SuiteResult> {
  const [T, N, features] = SIZES[bench.options.quick ? "quick" : "full"];
  const problem = randomLayer(T, N, features);
  const rows: Row[] = [];
  try {
    for (const [i, part] of PARTS.entries()) {
      const at = [i / PARTS.length, (i + 1) / PARTS.length] as const;
      rows.push(await layerRow(bench, problem, part, at));
    }
    await bench.say("memory of both passes", 1);
    const [backward, peak] = [backwardTimes(rows), peakMemory(problem)];
    return {
      suite: "g",
      title: "Open Neuromorphic's workload: Linear and LIF",
      rows,
      figures: [...backward, peak],
      notes: [...NOTES, ...lineOfTheirTable(rows[0], backward, peak, features)],
    };
  } finally {
    bench.files.clear();
  }
}

async function layerRow(
  bench: PeerRun,
  problem: LayerProblem,
  part: LayerPart,
  at: readonly [number, number],
): Promise<Row> {
  const { files, options } = bench;
  const [T, N, features] = problem.shape;
  const work = layerWork(problem, part);
  try {
    let results: Results | null = null;
    return await bench.compare(
      {
        name: `T = ${T}, batch ${N}, ${features} neurons, ${PART_NAMES[part]}`,
        own: ownContestant("atif", work.run),
        check: () => compareWithTwin(options.threads, part),
        peers: bench.peers
          .filter(({ kinds }) => kinds.has("layer"))
          .map((peer): PeerPart => ({
            peer,
            check: async () => {
              if (part === PARTS[0]) await peer.process.ask("prepare", request(bench, problem));
              const theirs = await peer.process.results("layer", part, files);
              results ??= work.results();
              return (peer.exact === true ? compareBits : compareResults)(peer.name, results, theirs);
            },
            contestant: () => peer.process.contestant("layer", part),
          })),
        items: { count: T * N * features, name: "steps of a neuron" },
      },
      at,
    );
  } finally {
    work.dispose();
  }
}

/** Tensors of both passes, the weights included. */
function peakMemory(problem: LayerProblem): Figure {
  const before = memory().liveBytes;
  const work = layerWork(problem, "both");
  try {
    resetPeakMemory();
    work.run();
    return { name: "atif, peak of memory(), both passes", value: memory().peakBytes - before, unit: "bytes" };
  } finally {
    work.dispose();
  }
}

/** Of medians: both passes without the forward one. */
function backwardTimes([forward, both]: readonly Row[]): Figure[] {
  return both.times.flatMap(({ contestant, medianMs }) => {
    const first = forward.times.find((time) => time.contestant === contestant);
    if (first === undefined) return [];
    return [{ name: `${contestant}, backward`, value: medianMs - first.medianMs, unit: "ms" as const }];
  });
}

/** "framework, neurons, forward, backward, memory", in seconds and bytes, as the file with their figures has them. */
function lineOfTheirTable(
  { times: [forward] }: Row,
  [backward]: readonly Figure[],
  peak: Figure,
  features: number,
): string[] {
  if (forward === undefined || backward === undefined) return [];
  const cells = [`atif v${VERSION}`, features, forward.medianMs / 1000, backward.value / 1000, peak.value];
  return [`As a line of their table: ${cells.join(",")}`];
}

function request({ files }: PeerRun, { x, w, b, shape }: LayerProblem): Record<string, unknown> {
  const features = shape[2];
  return {
    kind: "layer",
    folder: files.folder,
    tau: TAU,
    alpha: ALPHA,
    x: files.write(x, shape),
    w: files.write(w, [features, features]),
    b: files.write(b, [features]),
  };
}

async function compareWithTwin(threads: number, part: LayerPart): Promise<Check[]> {
  const compute = (): Results => {
    const work = layerWork(randomLayer(...TWIN_SIZES), part);
    const results = work.results();
    work.dispose();
    return results;
  };
  const own = compute();
  return compareResults(TWIN, own, await byReferenceTwin(threads, compute));
}

function compareResults(against: string, own: Results, theirs: Results): Check[] {
  return [...own].map(([what, actual]) =>
    nearOverall(
      against,
      what,
      actual,
      theirs.get(what) ?? new Float32Array(0),
      what === "y" ? TOLERANCES.y : TOLERANCES.gradient,
    ),
  );
}
