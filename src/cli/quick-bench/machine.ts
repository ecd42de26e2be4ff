/** The machine that the bench runs on: figures mean nothing without it. */

import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { describeBackend } from "../compute-arguments.js";
import type { Terminal } from "../terminal.js";
import { VERSION } from "../../version.js";

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly node: string;
  readonly load: number;
  readonly platform: string;
}

export function machine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? "unknown processor",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    node: process.versions.node,
    load: loadavg()[0],
    platform: `${process.platform} ${process.arch}`,
  };
}

/** The first line of a report, after init(). @param how "2 threads each, medians of 9 rounds" */
export function printMachine(terminal: Terminal, how: string): void {
  const { cpu, cores, node, load } = machine();
  terminal.print(
    `atif ${VERSION}, ${describeBackend()}, ${how}; ${cpu}, ${cores} cores, Node ${node}, load ${load.toFixed(1)}`,
  );
  if (load > cores / 2)
    terminal.warn(`the machine is busy (load ${load.toFixed(1)}): figures are not to be trusted.`);
}
