/**
 * Suite a: the neuron alone, beside a copy of as many bytes, which no neuron can beat that reads and writes float32.
 * Its output is bits; a second contestant asks for the float32 elements as well.
 */

import { noGrad } from "../../autograd/grad-mode.js";
import { MultiStepATIF } from "../../neurons/atif.js";
import { Generator } from "../../random/generator.js";
import { scope } from "../../tensor/scope.js";
import { tensor, type Tensor } from "../../tensor/tensor.js";
import type { BenchRun, PeerPart } from "./bench-run.js";
import { nearValues, sameValues, type Check } from "./check.js";
import { byReferenceTwin, TWIN } from "./reference-twin.js";
import type { Row, SuiteResult } from "./results.js";
import { ownContestant, type Contestant } from "./timing.js";
import type { Work } from "./work.js";

const TIMESTEPS = [1, 4, 16] as const;
const NEURONS = { full: 2 ** 20, quick: 2 ** 14 } as const;
const THETA = 0.75;
const ALPHA = 4;
/** Of what the project demands of a backward pass: dx, and the long sum dtheta. */
const TOLERANCES = { dx: 1e-5, dtheta: 1e-4 } as const;

export const WRITTEN = "atif, elements of y asked for";
export const COPY = "memory copy, 1 thread";
export const PYTORCH_COPY = "PyTorch copy_";

type Part = "forward" | "both";

export const PART_NAMES: Readonly<Record<Part, string>> = {
  forward: "forward",
  both: "forward + backward",
};

/** Inputs, and what is computed of them. */
interface Problem {
  readonly x: Float32Array;
  /** dL/dy */
  readonly gradient: Float32Array;
  readonly shape: readonly [T: number, N: number];
}

export async function neuronSuite(bench: BenchRun): Promise<SuiteResult> {
  const neurons = bench.options.quick ? NEURONS.quick : NEURONS.full;
  const rows: Row[] = [];
  for (const [i, T] of TIMESTEPS.entries()) {
    const problem = randomProblem(T, neurons);
    for (const [j, part] of (["forward", "both"] as const).entries()) {
      const at = (2 * i + j) / (2 * TIMESTEPS.length);
      rows.push(await compareNeuron(bench, problem, part, [at, at + 1 / (2 * TIMESTEPS.length)]));
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

async function compareNeuron(
  bench: BenchRun,
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
  const expected = (against: string, theirs: ReadonlyMap<string, Float32Array>): Check[] =>
    compareResults(against, neuronResults(problem, part), theirs);
  try {
    return await bench.compare(
      {
        name: `T = ${shape[0]}, ${PART_NAMES[part]}`,
        own: ownContestant("atif", () => runNeuron(neuron, input, arriving, false)),
        check: async () => expected(TWIN, await byReferenceTwin(threads, () => neuronResults(problem, part))),
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
                return expected(peer.name, await process.results("neuron", part, bench.files));
              },
              contestant: () => process.contestant("neuron", part),
            };
            if (part === "both") return [compute];
            const copy: PeerPart = {
              peer,
              check: () => Promise.resolve([]),
              contestant: () => ({ ...process.contestant("neuron", "copy"), name: PYTORCH_COPY }),
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

/** Forward and backward over four time steps, for other suites. */
export function neuronWork(quick: boolean): Work {
  const problem = randomProblem(4, quick ? NEURONS.quick : NEURONS.full);
  const { x, gradient, shape } = problem;
  const input = tensor(x, shape, { requiresGrad: true });
  const upstream = tensor(gradient, shape);
  const neuron = createNeuron();
  return {
    name: `neuron, T = ${shape[0]}, ${PART_NAMES.both}`,
    run: () => runNeuron(neuron, input, upstream, false),
    results: () => neuronResults(problem, "both"),
    items: { count: x.length, name: "steps of a neuron" },
    dispose: () => {
      for (const each of [input, upstream, ...neuron.parameters()]) each.dispose();
    },
  };
}

function randomProblem(T: number, neurons: number): Problem {
  const generator = new Generator(T);
  const length = T * neurons;
  const draw = (low: number, high: number): Float32Array =>
    Float32Array.from({ length }, () => generator.uniform(low, high));
  return { x: draw(-0.25, 1.25), gradient: draw(-1, 1), shape: [T, neurons] };
}

function createNeuron(): MultiStepATIF {
  return new MultiStepATIF({ vThreshold: THETA, vthInitL: 1, vthInitH: 1, alpha: ALPHA });
}

/**
 * @param upstream dL/dy for a backward pass, or null for none
 * @param elements whether the float32 elements of y are wanted
 */
function runNeuron(neuron: MultiStepATIF, x: Tensor, upstream: Tensor | null, elements: boolean): void {
  neuron.reset();
  const forward = (): Tensor => {
    const y = neuron.forward(x);
    // Reading makes them.
    if (elements && y.data.length !== x.size) throw new RangeError("bench: y is not as large as x.");
    return y;
  };
  if (upstream === null) {
    noGrad(() => scope(() => void forward()));
    return;
  }
  x.grad = null;
  neuron.vThreshold.grad = null;
  scope(() => forward().backward(upstream));
}

/** By the present backend. */
function neuronResults({ x, gradient, shape }: Problem, part: Part): Map<string, Float32Array> {
  return scope(() => {
    const neuron = createNeuron();
    const input = tensor(x, shape, { requiresGrad: part === "both" });
    const y = part === "forward" ? noGrad(() => neuron.forward(input)) : neuron.forward(input);
    const results = new Map([["y", y.toArray()]]);
    if (part === "both") {
      y.backward(tensor(gradient, shape));
      for (const [name, { grad }] of [
        ["dx", input],
        ["dtheta", neuron.vThreshold],
      ] as const) {
        if (grad !== null) results.set(name, grad.toArray());
      }
    }
    return results;
  });
}

function compareResults(
  against: string,
  own: ReadonlyMap<string, Float32Array>,
  theirs: ReadonlyMap<string, Float32Array>,
): Check[] {
  return [...theirs].map(([name, expected]) => {
    const actual = own.get(name) ?? new Float32Array(0);
    // Spikes are exact: one rounding of x makes no difference anywhere.
    if (name === "y") return sameValues(against, name, actual, expected);
    return nearValues(against, name, actual, expected, name === "dx" ? TOLERANCES.dx : TOLERANCES.dtheta);
  });
}

/** Reads that many float32 numbers and writes them elsewhere. */
function copyOf(length: number): Contestant {
  const [from, to] = [new Float32Array(length).fill(1), new Float32Array(length)];
  return ownContestant(COPY, () => to.set(from));
}
