/** The whole bench: validates, then times, beside peers. */

import { availableParallelism } from "node:os";
import { computeBackend, initCompute } from "../../dist/cli/compute-arguments.js";
import { Interrupt } from "../../dist/cli/interrupt.js";
import { Progress } from "../../dist/cli/progress.js";
import { ROUNDS } from "../../dist/cli/quick-bench/bench-run.js";
import { machine, printMachine } from "../../dist/cli/quick-bench/machine.js";
import { describeNetwork } from "../../dist/cli/quick-bench/result-table.js";
import { refuseWrong } from "../../dist/cli/quick-bench/wrong-results.js";
import { Terminal } from "../../dist/cli/terminal.js";
import { VERSION } from "../../dist/version.js";
import { BACKEND_KINDS, findOwnBackends } from "./backend-peers.js";
import { compareWithBars } from "./bars.js";
import { printBars, printMarkdown, printSuite } from "./bench-report.js";
import { findJavascriptPeer, javascriptPeers } from "./javascript-peers.js";
import { PeerRun } from "./peer-run.js";
import { isFound, overlap, type FoundPeer, type MissingPeer, type PeerKind } from "./peers.js";
import { findPytorch } from "./pytorch-peer.js";
import type { SuiteLetter } from "./suite-result.js";
import { findRanks } from "./ranks-peers.js";
import { runSuites, suiteLetters } from "./suites.js";

export interface BenchArguments {
  readonly suite?: readonly SuiteLetter[];
  readonly threads?: number;
  readonly rounds?: number;
  readonly quick?: boolean;
  /** false: --no-peers */
  readonly peers?: boolean;
  readonly python?: string;
  readonly data?: string;
  readonly json?: boolean;
  readonly markdown?: boolean;
}

const DEFAULT_THREADS = 2;

/** What peers compute in a suite. */
const KINDS: { readonly [Letter in SuiteLetter]?: readonly PeerKind[] } = {
  a: ["neuron"],
  b: ["products", "dense"],
  c: ["network"],
  d: ["network", "inference"],
  g: ["layer"],
  h: ["ranks"],
};

/** @throws FoundFailure with the whole answer if a result was wrong */
export async function bench(args: BenchArguments): Promise<void> {
  const terminal = new Terminal(args);
  const progress = new Progress(terminal.err, { terminalOnly: terminal.json });
  const interrupt = new Interrupt();
  const quick = args.quick ?? false;
  const options = {
    threads: args.threads ?? Math.min(DEFAULT_THREADS, availableParallelism()),
    rounds: args.rounds ?? (quick ? ROUNDS.quick : ROUNDS.full),
    quick,
    data: args.data,
  };
  let run: PeerRun | null = null;
  try {
    await initCompute({ threads: options.threads });
    progress.update("looking for peers", 0);
    const letters = args.suite ?? suiteLetters;
    const peers = args.peers === false ? [] : await findPeers(letters, options.threads, args.python);
    run = new PeerRun(options, peers.filter(isFound), progress, interrupt);
    printMachine(terminal, `${options.threads} threads each, medians of ${options.rounds} rounds`);
    printPeers(terminal, peers);
    const { suites, network } = await runSuites(run, letters);
    progress.clear();
    // The small sizes of a quick run say nothing about the bars.
    const bars = compareWithBars(suites, computeBackend()).map((bar) =>
      quick ? { ...bar, met: null, missedBy: null } : bar,
    );
    if (network !== null) terminal.print(`network of c and d: ${describeNetwork(network)}`);
    for (const suite of suites) printSuite(terminal, suite);
    printBars(terminal, bars, quick);
    if (args.markdown === true) printMarkdown(terminal, suites, bars);
    const rows = suites.flatMap((suite) => suite.rows);
    const answer = {
      version: VERSION,
      ...options,
      data: network?.data ?? null,
      machine: machine(),
      backend: computeBackend(),
      peers: peers.map(describePeer),
      network,
      suites,
      bars,
      valid: rows.every(({ valid }) => valid),
    };
    refuseWrong(rows, answer);
    terminal.answer(answer);
  } finally {
    progress.clear();
    run?.dispose();
    interrupt.dispose();
  }
}

/** Those that have a part in one of the suites. */
async function findPeers(
  letters: readonly SuiteLetter[],
  threads: number,
  python: string | undefined,
): Promise<(FoundPeer | MissingPeer)[]> {
  const kinds = new Set(letters.flatMap((letter) => KINDS[letter] ?? []));
  const own = overlap(new Set(BACKEND_KINDS), kinds) ? await findOwnBackends(threads) : [];
  const ranks = kinds.has("ranks") ? [await findRanks(threads)] : [];
  const found = [...own, ...ranks, ...(await findPytorch(threads, kinds, python))];
  for (const peer of javascriptPeers)
    if (overlap(new Set(peer.kinds), kinds)) found.push(await findJavascriptPeer(peer, threads));
  return found;
}

function printPeers(terminal: Terminal, peers: readonly (FoundPeer | MissingPeer)[]): void {
  for (const peer of peers) {
    terminal.print(
      isFound(peer)
        ? `beside ${peer.name} ${peer.version}${peer.note === undefined ? "" : ` (${peer.note})`}`
        : `without ${peer.name}: ${peer.missing}. To have it: ${peer.install}`,
    );
  }
}

function describePeer(peer: FoundPeer | MissingPeer): object {
  if (!isFound(peer)) return peer;
  const { name, version, note } = peer;
  return { name, version, ...(note === undefined ? {} : { note }) };
}
