/** PyTorch as a peer: which Python has the newest one, and the process that computes with it. */

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { PeerProcess } from "./peer-process.js";
import { overlap, type FoundPeer, type MissingPeer, type PeerKind } from "./peers.js";

const SERVER = fileURLToPath(new URL("../peers/pytorch/serve.py", import.meta.url));

export const PYTORCH = "PyTorch";
export const PYTORCH_DDP = "PyTorch DDP over gloo, 2 ranks";

const INSTALL =
  "python3 -m venv torch && torch/bin/python -m pip install torch, and then --python torch/bin/python; " +
  "or apt install python3-torch";

interface Library {
  readonly name: string;
  /** What the server is told. */
  readonly library: "eager" | "compiled" | "ddp" | "spikingjelly";
  readonly kinds: readonly PeerKind[];
  readonly install: string;
}

/** What runs in that Python, each in a process of its own; PyTorch as it is first. */
const LIBRARIES: readonly Library[] = [
  {
    name: PYTORCH,
    library: "eager",
    kinds: ["neuron", "products", "dense", "network", "layer"],
    install: INSTALL,
  },
  // Over 500 time steps the loop, which it unrolls, takes it more than minutes to compile: no "layer".
  {
    name: "PyTorch, torch.compile",
    library: "compiled",
    kinds: ["neuron", "network"],
    install: "PyTorch 2 and a C++ compiler",
  },
  {
    name: PYTORCH_DDP,
    library: "ddp",
    kinds: ["ranks"],
    install: "a PyTorch with gloo",
  },
  // It has no neuron that learns its threshold: it stands beside our LIF neuron alone.
  {
    name: "SpikingJelly",
    library: "spikingjelly",
    kinds: ["layer"],
    install: "torch/bin/python -m pip install spikingjelly",
  },
];

/** Asks only for the version: importing PyTorch takes seconds. */
const PROBE = "from importlib.metadata import version; print(version('torch'))";

/**
 * @param wanted what the suites compute: libraries that have no part in it are not started
 * @param python the interpreter to use; the one with the newest PyTorch on this machine if it is left out
 */
export async function findPytorch(
  threads: number,
  wanted: ReadonlySet<PeerKind>,
  python: string | undefined,
): Promise<(FoundPeer | MissingPeer)[]> {
  const chosen = python ?? newestPython();
  if (chosen === null) return [{ name: PYTORCH, missing: "no Python here has it", install: INSTALL }];
  const found: (FoundPeer | MissingPeer)[] = [];
  for (const each of LIBRARIES) {
    if (each.name !== PYTORCH && !overlap(new Set(each.kinds), wanted)) continue;
    found.push(await findLibrary(each, threads, chosen));
    // Without PyTorch there is none of the others.
    if ("missing" in found[0]) break;
  }
  return found;
}

async function findLibrary(
  { name, library, kinds, install }: Library,
  threads: number,
  python: string,
): Promise<FoundPeer | MissingPeer> {
  // -u: an answer must not wait in a buffer; -B: nothing is written beside the installed files.
  const start = (): PeerProcess => new PeerProcess(name, python, ["-u", "-B", SERVER, library]);
  const process = start();
  try {
    const { version, mkl } = await process.ask("hello", { threads });
    const note = mkl === true ? undefined : "without MKL: a slow build, ratios to it flatter atif";
    return { name, version: String(version), kinds: new Set(kinds), note, process, restart: start };
  } catch (error) {
    process.close();
    const why = error instanceof Error ? error.message : String(error);
    return { name, missing: `${python}: ${why}`, install };
  }
}

function newestPython(): string | null {
  const candidates = ["python3", "python", "/usr/bin/python3"];
  let [best, bestVersion]: [string | null, readonly number[]] = [null, []];
  for (const command of candidates) {
    const { status, stdout } = spawnSync(command, ["-c", PROBE], { encoding: "utf8" });
    if (status !== 0) continue;
    const version = (stdout.match(/\d+/g) ?? []).slice(0, 3).map(Number);
    if (isNewer(version, bestVersion)) [best, bestVersion] = [command, version];
  }
  return best;
}

function isNewer(version: readonly number[], than: readonly number[]): boolean {
  for (const [i, number] of version.entries()) {
    if (number !== (than[i] ?? -1)) return number > (than[i] ?? -1);
  }
  return false;
}
