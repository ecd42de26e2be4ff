/**
 * Suite g: the workload of Open Neuromorphic's comparison of frameworks: batch 16, 500 time steps, 4096 inputs, a fully
 * connected layer of 4096 neurons with LIF behind it; forward, the sum of the spikes, backward.
 */

import { nearOverall, type Check } from "../../dist/cli/quick-bench/check.js";
import { byReferenceTwin, TWIN } from "../../dist/cli/quick-bench/reference-twin.js";
import { ownContestant } from "../../dist/cli/quick-bench/timing.js";
import type { Results } from "../../dist/cli/quick-bench/work.js";
import { ALPHA, layerWork, randomLayer, TAU, type LayerProblem } from "./layer-work.js";
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

export async function layerSuite(bench: PeerRun): Promise<SuiteResult> {
  const { files, options } = bench;
  const [T, N, features] = SIZES[options.quick ? "quick" : "full"];
  const problem = randomLayer(T, N, features);
  const work = layerWork(problem);
  try {
    let results: Results | null = null;
    const row = await bench.compare(
      {
        name: `T = ${T}, batch ${N}, ${features} neurons`,
        own: ownContestant("atif", work.run),
        check: () => compareWithTwin(options.threads),
        peers: bench.peers
          .filter(({ kinds }) => kinds.has("layer"))
          .map((peer): PeerPart => ({
            peer,
            check: async () => {
              await peer.process.ask("prepare", request(bench, problem));
              const theirs = await peer.process.results("layer", "both", files);
              results ??= work.results();
              return (peer.exact === true ? compareBits : compareResults)(peer.name, results, theirs);
            },
            contestant: () => peer.process.contestant("layer", "both"),
          })),
        items: { count: T * N * features, name: "steps of a neuron" },
      },
      [0, 1],
    );
    return {
      suite: "g",
      title: "Open Neuromorphic's workload: Linear and LIF, forward + backward",
      rows: [row],
      figures: [],
      notes: [
        "The published figures of that comparison are of GPUs; those here are of this machine's processor.",
      ],
    };
  } finally {
    work.dispose();
    files.clear();
  }
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

async function compareWithTwin(threads: number): Promise<Check[]> {
  const compute = (): Results => {
    const work = layerWork(randomLayer(...TWIN_SIZES));
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
