/** This library's other backends, each in a process of its own, as contestants beside the one that init() takes by itself. */

import { fileURLToPath } from "node:url";
import { backendName } from "../../dist/cli/compute-arguments.js";
import { PeerProcess } from "./peer-process.js";
import type { FoundPeer, MissingPeer, PeerKind } from "./peers.js";

const SERVER = fileURLToPath(new URL("./backend-server.js", import.meta.url));

export const BACKEND_KINDS: readonly PeerKind[] = ["neuron", "network", "layer"];

interface OwnBackend {
  readonly name: string;
  /** What init() is told, and the backend that then must be the current one. */
  readonly options: { readonly backend: string; readonly wasmRevectorize?: true };
  readonly install: string;
}

export const ownBackends: readonly OwnBackend[] = [
  {
    name: "atif, native",
    options: { backend: "native" },
    install: "npm run build:native, where this version has it",
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
  const here = backendName();
  const others = ownBackends.filter(
    ({ options }) => options.backend !== here || options.wasmRevectorize === true,
  );
  return Promise.all(others.map((own) => findOwnBackend(own, threads)));
}

async function findOwnBackend(
  { name, options, install }: OwnBackend,
  threads: number,
): Promise<FoundPeer | MissingPeer> {
  if (options.wasmRevectorize === true && Number.parseInt(process.versions.node) < 24)
    return { name, missing: `Node ${process.versions.node} does not have it`, install };
  const start = (): PeerProcess => new PeerProcess(name, process.execPath, [SERVER, JSON.stringify(options)]);
  const child = start();
  try {
    const { version, backend } = await child.ask("hello", { threads });
    if (backend !== options.backend) throw new Error(`init() took ${String(backend)}`);
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
