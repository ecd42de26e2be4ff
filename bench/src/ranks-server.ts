/**
 * One rank of several, of which the first answers what bench/peers/pytorch/serve.py answers. The others are told what it is asked.
 */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { joinRanks } from "../../dist/cli/mpi/join-ranks.js";
import { launchedBy } from "../../dist/cli/mpi/launched.js";
import type { TrainedNetwork } from "../../dist/cli/quick-bench/network.js";
import { init } from "../../dist/index.js";
import { VERSION } from "../../dist/version.js";
import { trainedNetwork, type NetworkRequest } from "./network-request.js";
import { sharedGradients, timeSteps } from "./trainer-work.js";

interface Request extends NetworkRequest {
  readonly do: string;
  readonly case: string;
  readonly runs: number;
  readonly threads: number;
  readonly folder: string;
}

const launched = launchedBy(process.env);
if (launched === null) throw new Error("started without mpirun; expected it to be one of several ranks");
const { communicator } = await joinRanks(launched, process.env);
let trained: { readonly network: TrainedNetwork; readonly folder: string } | null = null;

const actions: Readonly<Record<string, (request: Request) => unknown>> = {
  hello: async ({ threads }) => {
    await init({ threads: Math.max(1, Math.floor(threads / communicator.size)) });
    return { version: VERSION, mpi: communicator.version };
  },
  prepare: (request) => {
    trained = { network: trainedNetwork(request), folder: request.folder };
  },
  results: async () => {
    const { network, folder } = prepared();
    const gradients = await sharedGradients(network, communicator);
    if (communicator.rank > 0) return {};
    const files = [...gradients].map(([name, data], i) => {
      const file = join(folder, `ranks-${i}`);
      writeFileSync(file, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      return [name, { file, shape: [data.length] }] as const;
    });
    return Object.fromEntries(files);
  },
  time: async ({ runs, case: name }) => {
    const reduce = name === "fast" ? "fast" : "exact";
    return { ms: await timeSteps(prepared().network, runs, { communicator, reduce }) };
  },
};

function prepared(): NonNullable<typeof trained> {
  if (trained === null) throw new Error("nothing was prepared");
  return trained;
}

/** What rank 0 was asked, on all ranks; they wait for it in naps. null: nothing more comes. */
function told(line: string | null): string | null {
  communicator.meet();
  const text = new TextEncoder().encode(line ?? "");
  const length = new Uint8Array(new Uint32Array([text.length]).buffer);
  communicator.broadcast(length);
  const [size] = new Uint32Array(length.buffer);
  if (size === 0) return null;
  const all = communicator.rank === 0 ? text : new Uint8Array(size);
  communicator.broadcast(all);
  return new TextDecoder().decode(all);
}

async function answer(line: string): Promise<object> {
  try {
    const request = JSON.parse(line) as Request;
    return { result: (await actions[request.do](request)) ?? {} };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

process.on("SIGINT", () => undefined);
if (communicator.rank === 0) {
  for await (const line of createInterface({ input: process.stdin })) {
    told(line);
    process.stdout.write(`${JSON.stringify(await answer(line))}\n`);
  }
  told(null);
} else {
  for (let line = told(null); line !== null; line = told(null)) await answer(line);
}
communicator.finalize();
process.exit(0);
