/**
 * Suite a: the neuron alone, beside a copy of as many bytes, which no neuron can beat that reads and writes float32.
 * Its output is bits; a second contestant asks for the float32 elements as well.
 */

import {
  ALPHA,
  compareNeuron,
  compareNeuronWithTwin,
  createNeuron,
  neuronCount,
  neuronResults,
  PART_NAMES,
  randomProblem,
  runNeuron,
  THETA,
  type Part,
  type Problem,
} from "../../dist/cli/quick-bench/neuron-work.js";
import type { Row } from "../../dist/cli/quick-bench/results.js";
import { ownContestant, type Contestant } from "../../dist/cli/quick-bench/timing.js";
import { tensor } from "../../dist/index.js";
import type { PeerPart, PeerRun } from "./peer-run.js";
import { PYTORCH } from "./pytorch-peer.js";
import { compareBits } from "./same-bits.js";
import type { SuiteResult } from "./suite-result.js";

const TIMESTEPS = [1, 4, 16] as const;

export const WRITTEN = "atif, elements of y asked for";
export const COPY = "memory copy, 1 thread";
export const PYTORCH_COPY = "PyTorch copy_";

export async function neuronSuite(bench: PeerRun): Promise<SuiteResult> {
  const neurons = neuronCount(bench.options.quick);
  const rows: Row[] = [];
  for (const [i, T] of TIMESTEPS.entries()) {
    const problem = randomProblem(T, neurons);
    for (const [j, part] of (["forward", "both"] as const).entries()) {
      const at = (2 * i + j) / (2 * TIMESTEPS.length);
      rows.push(await neuronRow(bench, problem, part, [at, at + 1 / (2 * TIMESTEPS.length)]));
    }
  }
  return {
    suite: "a",
    title: `the neuron alone, ${neurons} of them`,
    rows,
    figures: [],
    notes: [],
  };
}

async function neuronRow(
  bench: PeerRun,
  problem: Problem,
  part: Part,
  at: readonly [number, number],
): Promise<Row> {
  const { x, gradient, shape } = problem;
  const { threads } = bench.options;
  const input = tensor(x, shape, { requiresGrad: part === "both" });
  const upstream = tensor(gradient, shape);
  const arriving = part === "both" ? upstream : null;
  const neuron = createNeuron();
  try {
    return await bench.compare(
      {
        name: `T = ${shape[0]}, ${PART_NAMES[part]}`,
        own: ownContestant("atif", () => runNeuron(neuron, input, arriving, false)),
        check: () => compareNeuronWithTwin(problem, part, threads),
        limits: [
          ownContestant(WRITTEN, () => runNeuron(neuron, input, arriving, true)),
          // Forward reads x and writes y; backward reads x and dL/dy and writes dL/dx.
          copyOf(part === "forward" ? x.length : 2.5 * x.length),
        ],
        peers: bench.peers
          .filter(({ kinds }) => kinds.has("neuron"))
          .flatMap((peer): PeerPart[] => {
            const { process } = peer;
            const compute: PeerPart = {
              peer,
              check: async () => {
                await process.ask("prepare", {
                  kind: "neuron",
                  folder: bench.files.folder,
                  x: bench.files.write(x, shape),
                  gradient: bench.files.write(gradient, shape),
                  theta: THETA,
                  alpha: ALPHA,
                });
                const theirs = await process.results("neuron", part, bench.files);
                return peer.exact === true
                  ? compareBits(peer.name, neuronResults(problem, part), theirs)
                  : compareNeuron(peer.name, problem, part, theirs);
              },
              contestant: () => process.contestant("neuron", part),
            };
            if (peer.name !== PYTORCH) return [compute];
            const copy: PeerPart = {
              peer,
              check: () => Promise.resolve([]),
              contestant: () => ({
                ...process.contestant("neuron", part === "forward" ? "copy" : "copy with backward"),
                name: PYTORCH_COPY,
              }),
            };
            return [compute, copy];
          }),
        items: { count: x.length, name: "steps of a neuron" },
      },
      at,
    );
  } finally {
    for (const each of [input, upstream, ...neuron.parameters()]) each.dispose();
    bench.files.clear();
  }
}

/** Reads that many float32 numbers and writes them elsewhere. */
function copyOf(length: number): Contestant {
  const [from, to] = [new Float32Array(length).fill(1), new Float32Array(length)];
  return ownContestant(COPY, () => to.set(from));
}
