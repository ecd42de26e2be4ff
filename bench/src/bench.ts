/** atif bench: validates, then times, beside peers. */

import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { compareWithBars } from "../bench/bars.js";
import { BenchRun } from "../bench/bench-run.js";
import { describeNetwork, printBars, printSuite } from "../bench/bench-report.js";
import { findJavascriptPeer, javascriptPeers } from "../bench/javascript-peers.js";
import { isFound, type FoundPeer, type MissingPeer } from "../bench/peers.js";
import { findPytorch } from "../bench/pytorch-peer.js";
import { runSuites, suiteLetters } from "../bench/suites.js";
import type { Row, SuiteLetter } from "../bench/results.js";
import { initCompute } from "../compute-arguments.js";
import { FoundFailure } from "../exit-codes.js";
import { Interrupt } from "../interrupt.js";
import { Progress } from "../progress.js";
import { Terminal } from "../terminal.js";
import { packageVersion } from "../version.js";

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
}

const DEFAULT_THREADS = 2;
const ROUNDS = { full: 9, quick: 2 } as const;

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
  let run: BenchRun | null = null;
  try {
    await initCompute({ threads: options.threads });
    progress.update("looking for peers", 0);
    const letters = args.suite ?? suiteLetters;
    const peers = args.peers === false ? [] : await findPeers(letters, options.threads, args.python);
    run = new BenchRun(options, peers.filter(isFound), progress, interrupt);
    printHead(terminal, options, peers);
    const { suites, network } = await runSuites(run, letters);
    progress.clear();
    // The small sizes of a quick run say nothing about the bars.
    const bars = compareWithBars(suites).map((bar) => (quick ? { ...bar, met: null } : bar));
    if (network !== null) terminal.print(describeNetwork(network));
    for (const suite of suites) printSuite(terminal, suite);
    printBars(terminal, bars, quick);
    const wrong = suites.flatMap(({ rows }) => rows.filter(({ valid }) => !valid));
    const answer = {
      version: packageVersion(),
      ...options,
      data: network?.data ?? null,
      machine: machine(),
      peers: peers.map(describePeer),
      network,
      suites,
      bars,
      valid: wrong.length === 0,
    };
    if (wrong.length > 0) throw wrongResults(wrong, answer);
    terminal.answer(answer);
  } finally {
    progress.clear();
    run?.dispose();
    interrupt.dispose();
  }
}

/** What is said of results that were refused. */
export function wrongResults(rows: readonly Row[], facts: Readonly<Record<string, unknown>>): FoundFailure {
  const names = rows.map(({ name }) => name).join("; ");
  return new FoundFailure(`${rows.length} of the results are wrong and were not timed: ${names}.`, facts);
}

/** Those that have a part in one of the suites. */
async function findPeers(
  letters: readonly SuiteLetter[],
  threads: number,
  python: string | undefined,
): Promise<(FoundPeer | MissingPeer)[]> {
  const found = [await findPytorch(threads, python)];
  if (!letters.includes("b")) return found;
  for (const name of javascriptPeers) found.push(await findJavascriptPeer(name, threads));
  return found;
}

function printHead(
  terminal: Terminal,
  { threads, rounds }: { readonly threads: number; readonly rounds: number },
  peers: readonly (FoundPeer | MissingPeer)[],
): void {
  const { cpu, cores, node, load } = machine();
  terminal.print(
    `atif ${packageVersion()}, ${threads} threads each, medians of ${rounds} rounds; ` +
      `${cpu}, ${cores} cores, Node ${node}, load ${load.toFixed(1)}`,
  );
  if (load > cores / 2)
    terminal.warn(`the machine is busy (load ${load.toFixed(1)}): figures are not to be trusted.`);
  for (const peer of peers) {
    terminal.print(
      isFound(peer)
        ? `beside ${peer.name} ${peer.version}${peer.note === undefined ? "" : ` (${peer.note})`}`
        : `without ${peer.name}: ${peer.missing}. To have it: ${peer.install}`,
    );
  }
}

function machine(): {
  cpu: string;
  cores: number;
  memoryBytes: number;
  node: string;
  load: number;
  platform: string;
} {
  return {
    cpu: cpus()[0]?.model ?? "unknown processor",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    node: process.versions.node,
    load: loadavg()[0],
    platform: `${process.platform} ${process.arch}`,
  };
}

function describePeer(peer: FoundPeer | MissingPeer): object {
  if (!isFound(peer)) return peer;
  const { name, version, note } = peer;
  return { name, version, ...(note === undefined ? {} : { note }) };
}
