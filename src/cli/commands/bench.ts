/** atif bench: validates, then times the few things that matter, with one thread and with more. */

import { availableParallelism } from "node:os";
import { counted } from "../../counted.js";
import type { BackendName } from "../../kernels/backend.js";
import { init } from "../../kernels/select.js";
import { computeBackend, initCompute } from "../compute-arguments.js";
import { Interrupt } from "../interrupt.js";
import { Progress } from "../progress.js";
import { BenchRun, ROUNDS } from "../quick-bench/bench-run.js";
import { machine, printMachine } from "../quick-bench/machine.js";
import { trainNetwork } from "../quick-bench/network.js";
import { inferenceWork, trainingWork } from "../quick-bench/network-work.js";
import { neuronWork } from "../quick-bench/neuron-work.js";
import { describeNetwork, printFigures, printRows } from "../quick-bench/result-table.js";
import type { Row } from "../quick-bench/results.js";
import { threadComparison, type BackendWork } from "../quick-bench/thread-comparison.js";
import { trainingMemory } from "../quick-bench/training-memory.js";
import { refuseWrong } from "../quick-bench/wrong-results.js";
import { Terminal } from "../terminal.js";
import { VERSION } from "../../version.js";

export interface BenchArguments {
  readonly threads?: number;
  readonly rounds?: number;
  readonly quick?: boolean;
  readonly data?: string;
  readonly json?: boolean;
}

/** Those that are timed, if the user names no number and there are as many cores. */
const THREADS = [1, 2, 4, 8] as const;

/** Of the time that all takes, what training the network takes. */
const TRAINING = 0.4;

const MORE = "The full comparison, beside PyTorch and others: npm run bench in a checkout of the repository.";

/** @throws FoundFailure with the whole answer if a result was wrong */
export async function bench(args: BenchArguments): Promise<void> {
  const terminal = new Terminal(args);
  const progress = new Progress(terminal.err, { terminalOnly: terminal.json });
  const interrupt = new Interrupt();
  const quick = args.quick ?? false;
  const counts = threadCounts(args.threads);
  const threads = counts[counts.length - 1];
  const rounds = args.rounds ?? (quick ? ROUNDS.quick : ROUNDS.full);
  try {
    await initCompute({ threads });
    const own = computeBackend();
    const backends = timedBackends(own.name);
    const run = new BenchRun({ threads, rounds, quick, data: args.data }, progress, interrupt);
    printMachine(terminal, `medians of ${counted(rounds, "round")}`);
    const network = await trainNetwork(run);
    const figures = [trainingMemory(network)];
    run.enter(TRAINING, 1 - TRAINING);
    const works = [
      () => trainingWork(network),
      () => inferenceWork(network),
      () => neuronWork(quick),
    ] as const;
    const rows: Row[] = [];
    for (const [i, make] of works.entries()) {
      const made: BackendWork[] = [];
      for (const backend of backends) {
        await init({ backend, threads });
        made.push({ backend, work: make() });
      }
      await init({ backend: backends[0], threads });
      const comparison = threadComparison(made, counts);
      const check = async () => [...(await made[0].work.check(threads)), ...(await comparison.check())];
      rows.push(await run.compare({ ...comparison, check }, [i / works.length, (i + 1) / works.length]));
      for (const { work } of made) work.dispose?.();
    }
    progress.clear();
    terminal.print(`network: ${describeNetwork(network.facts)}`);
    terminal.print();
    printRows(terminal, rows);
    printFigures(terminal, figures);
    terminal.print();
    if (quick) terminal.print("A quick run is too small for figures that count; leave --quick out for them.");
    terminal.print(MORE);
    const answer = {
      version: VERSION,
      threads: counts,
      rounds,
      quick,
      data: network.facts.data,
      machine: machine(),
      backend: own,
      backends,
      network: network.facts,
      rows,
      figures,
      valid: rows.every(({ valid }) => valid),
    };
    refuseWrong(rows, answer);
    terminal.answer(answer);
  } finally {
    progress.clear();
    interrupt.dispose();
  }
}

/** What init() took, and beside kernels of the processor's own those that pages have. */
function timedBackends(own: BackendName): BackendName[] {
  return own === "wasm" || own === "reference" ? [own] : [own, "wasm"];
}

/** Powers of two up to that many, and that many; or up to the cores there are. */
function threadCounts(most: number | undefined): number[] {
  const counts = THREADS.filter((count) => count <= (most ?? availableParallelism()));
  return most === undefined || counts.some((count) => count === most) ? counts : [...counts, most];
}
