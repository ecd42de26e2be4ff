/** The suites by letter. */

import type { PeerRun } from "./peer-run.js";
import { inferenceSuite } from "./inference-suite.js";
import { layerSuite } from "./layer-suite.js";
import { neuronSuite } from "./neuron-suite.js";
import { trainNetwork, type TrainedNetwork } from "../../dist/cli/quick-bench/network.js";
import { productsSuite } from "./products-suite.js";
import type { SuiteLetter, SuiteResult } from "./suite-result.js";
import { ranksSuite } from "./ranks-suite.js";
import { scalingSuite } from "./scaling-suite.js";
import { startupSuite } from "./startup-suite.js";
import { trainingStepSuite } from "./training-step-suite.js";

interface SuiteRow {
  /** For help texts. */
  readonly summary: string;
  /** @param network trained once for all suites that ask for it */
  readonly run: (bench: PeerRun, network: () => Promise<TrainedNetwork>) => Promise<SuiteResult>;
}

export const suiteTable: { readonly [Letter in SuiteLetter]: SuiteRow } = {
  a: {
    summary: "the neuron alone, beside a copy of memory",
    run: (bench) => neuronSuite(bench),
  },
  b: {
    summary: "Linear and Conv2d, forward and gradients, by density of spikes",
    run: (bench) => productsSuite(bench),
  },
  c: {
    summary: "one training step of a convolutional network, time and memory",
    run: async (bench, network) => trainingStepSuite(bench, await network()),
  },
  d: {
    summary: "inference with it, images per second",
    run: async (bench, network) => inferenceSuite(bench, await network()),
  },
  e: {
    summary: "start-up time and sizes",
    run: (bench) => startupSuite(bench),
  },
  f: {
    summary: "scaling with threads",
    run: async (bench, network) => scalingSuite(bench, await network()),
  },
  g: {
    summary: "Open Neuromorphic's workload, Linear and LIF over 500 time steps",
    run: (bench) => layerSuite(bench),
  },
  h: {
    summary: "two ranks with half of the threads each, beside one process",
    run: async (bench, network) => ranksSuite(bench, await network()),
  },
};

export const suiteLetters = Object.keys(suiteTable) as SuiteLetter[];

export interface SuitesResult {
  readonly suites: readonly SuiteResult[];
  readonly network: TrainedNetwork["facts"] | null;
}

export async function runSuites(bench: PeerRun, letters: readonly SuiteLetter[]): Promise<SuitesResult> {
  let trained: TrainedNetwork | null = null;
  const network = async (): Promise<TrainedNetwork> => (trained ??= await trainNetwork(bench));
  const suites: SuiteResult[] = [];
  const chosen = suiteLetters.filter((letter) => letters.includes(letter));
  for (const [i, letter] of chosen.entries()) {
    bench.enter(i / chosen.length, 1 / chosen.length);
    suites.push(await suiteTable[letter].run(bench, network));
  }
  return { suites, network: (trained as TrainedNetwork | null)?.facts ?? null };
}
