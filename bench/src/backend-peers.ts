/** This library's other backends, each in a process of its own, as contestants beside the one that init() takes by itself. */

import { fileURLToPath } from "node:url";
import { computeBackend } from "../../dist/cli/compute-arguments.js";
import { PeerProcess } from "./peer-process.js";
import type { FoundPeer, MissingPeer, PeerKind } from "./peers.js";

const SERVER = fileURLToPath(new URL("./backend-server.js", import.meta.url));

export const BACKEND_KINDS: readonly PeerKind[] = ["neuron", "dense", "network", "layer"];

interface OwnBackend {
  readonly name: string;
  /** What init() is told, and the backend that then must be the current one. */
  readonly options: { readonly backend: string; readonly wasmRevectorize?: true };
  /** Of native kernels, where it is not the widest that runs here. */
  readonly instructionSet?: string;
  readonly install: string;
}

export const NATIVE_AVX2 = "atif, native, AVX2";

export const ownBackends: readonly OwnBackend[] = [
  {
    name: "atif, native",
    options: { backend: "native" },
    install: "npm run build:native, where this version has it",
  },
  {
    name: NATIVE_AVX2,
    options: { backend: "native" },
    instructionSet: "avx2",
    install: "npm run build:native on x64, where this version has it",
  },
  { name: "atif, wasm", options: { backend: "wasm" }, install: "npm run build" },
  {
    name: "atif, wasm of 256 bits",
    options: { backend: "wasm", wasmRevectorize: true },
    install: "Node 24 or newer",
  },
];

/** All but the one that this process computes with. */
export async function findOwnBackends(threads: number): Promise<(FoundPeer | MissingPeer)[]> {
  const here = computeBackend();
  const others = ownBackends.filter(({ options: { backend, wasmRevectorize }, instructionSet }) => {
    if (backend !== here.name || wasmRevectorize === true) return true;
    return instructionSet !== undefined && instructionSet !== here.instructionSet;
  });
  return Promise.all(others.map((own) => findOwnBackend(own, threads)));
}

async function findOwnBackend(
  { name, options, instructionSet, install }: OwnBackend,
  threads: number,
): Promise<FoundPeer | MissingPeer> {
  if (options.wasmRevectorize === true && Number.parseInt(process.versions.node) < 24)
    return { name, missing: `Node ${process.versions.node} does not have it`, install };
  const environment = instructionSet === undefined ? undefined : { ATIF_INSTRUCTION_SET: instructionSet };
  const start = (): PeerProcess =>
    new PeerProcess(name, process.execPath, [SERVER, JSON.stringify(options)], environment);
  const child = start();
  try {
    const answer = await child.ask("hello", { threads });
    const { version, backend } = answer;
    if (backend !== options.backend) throw new Error(`init() took ${String(backend)}`);
    if (instructionSet !== undefined && answer.instructionSet !== instructionSet)
      throw new Error(`its instruction set is ${String(answer.instructionSet)}`);
    return {
      name,
      version: String(version),
      kinds: new Set(BACKEND_KINDS),
      exact: true,
      note: undefined,
      process: child,
      restart: start,
    };
  } catch (error) {
    child.close();
    return { name, missing: error instanceof Error ? error.message : String(error), install };
  }
}
