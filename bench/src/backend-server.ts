/** One backend of this library, which answers what bench/peers/pytorch/serve.py answers. Its argument is init()'s options. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { inferenceWork, trainingWork } from "../../dist/cli/quick-bench/network-work.js";
import { createNeuron, neuronResults, runNeuron } from "../../dist/cli/quick-bench/neuron-work.js";
import { ownContestant } from "../../dist/cli/quick-bench/timing.js";
import type { Results } from "../../dist/cli/quick-bench/work.js";
import { init, tensor } from "../../dist/index.js";
import { computeBackend } from "../../dist/cli/compute-arguments.js";
import { denseWork } from "./dense-product.js";
import { VERSION } from "../../dist/version.js";
import type { ArrayFile } from "./array-files.js";
import { layerWork } from "./layer-work.js";
import { floats, trainedNetwork, type NetworkRequest } from "./network-request.js";
import { residentBytes, resetPeakResident } from "./resident.js";

interface Case {
  run(): void;
  results(): Results;
}

interface Request extends NetworkRequest {
  readonly do: string;
  readonly kind: string;
  readonly case: string;
  readonly runs: number;
  readonly threads: number;
  readonly folder: string;
  readonly x: ArrayFile;
  readonly w: ArrayFile;
  readonly b: ArrayFile;
  readonly gradient: ArrayFile;
}

/** The arrays' folder, and the case by the name that a request has for it. */
interface Prepared {
  readonly folder: string;
  readonly create: (name: string) => Case;
  readonly cases: Map<string, Case>;
}

const options = JSON.parse(process.argv[2]) as object;
const prepared = new Map<string, Prepared>();

const kinds: Readonly<Record<string, (request: Request) => (name: string) => Case>> = {
  neuron: ({ x, gradient }) => {
    const [T, N] = x.shape;
    const problem = { x: floats(x), gradient: floats(gradient), shape: [T, N] as const };
    return (name) => {
      const part = name === "both" ? "both" : "forward";
      const neuron = createNeuron();
      const input = tensor(problem.x, [T, N], { requiresGrad: part === "both" });
      const upstream = part === "both" ? tensor(problem.gradient, [T, N]) : null;
      return {
        run: () => runNeuron(neuron, input, upstream, false),
        results: () => neuronResults(problem, part),
      };
    };
  },
  dense: ({ x, w }) => {
    const problem = { a: floats(x), b: floats(w), size: x.shape[0] };
    return () => denseWork(problem);
  },
  network: (request) => {
    const trained = trainedNetwork(request);
    return (name) => (name === "step" ? trainingWork(trained) : inferenceWork(trained));
  },
  layer: ({ x, w, b }) => {
    const [T, N, F] = x.shape;
    const problem = { x: floats(x), w: floats(w), b: floats(b), shape: [T, N, F] as const };
    return (name) => layerWork(problem, name === "forward" ? "forward" : "both");
  },
};

const actions: Readonly<Record<string, (request: Request) => unknown>> = {
  hello: async ({ threads }) => {
    await init({ ...options, threads });
    resetPeakResident();
    const { now, peak } = residentBytes();
    const { name, instructionSet } = computeBackend();
    return { version: VERSION, backend: name, instructionSet, residentBytes: now, peakBytes: peak };
  },
  prepare: (request) => {
    const create = kinds[request.kind](request);
    prepared.set(request.kind, { folder: request.folder, create, cases: new Map() });
  },
  forget: ({ kind }) => void prepared.delete(kind),
  results: (request) => {
    const files = [...caseOf(request).results()].map(([name, data]) => {
      const file = join(prepared.get(request.kind)?.folder ?? "", `own-${name.replace(/[^\w.-]+/g, "-")}`);
      writeFileSync(file, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      return [name, { file, shape: [data.length] }] as const;
    });
    return Object.fromEntries(files);
  },
  time: async (request) => {
    const { run } = caseOf(request);
    return { ms: await ownContestant(request.case, run).time(request.runs) };
  },
  memory: () => {
    const { now, peak } = residentBytes();
    return { residentBytes: now, peakBytes: peak };
  },
};

/** Made when it is first used: memory is measured of a process that only trains. */
function caseOf({ kind, case: name }: Request): Case {
  const group = prepared.get(kind);
  if (group === undefined) throw new Error(`${kind} was not prepared`);
  const made = group.cases.get(name) ?? group.create(name);
  group.cases.set(name, made);
  return made;
}

// Ctrl-C is for the bench, which ends this process.
process.on("SIGINT", () => undefined);
for await (const line of createInterface({ input: process.stdin })) {
  let answer: object;
  try {
    const request = JSON.parse(line) as Request;
    answer = { result: (await actions[request.do](request)) ?? {} };
  } catch (error) {
    answer = { error: error instanceof Error ? error.message : String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
