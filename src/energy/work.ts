/** What a layer does for one inference: operations, addresses, accesses to memories. Energy and counts are read from it. */

import type { SramEstimation } from "./estimations.js";
import { accessEnergy } from "./memory-energy.js";
import type { OperationPrices } from "./operation-energy.js";

export type Memory = "potentials" | "weights" | "biases" | "io";

export interface Access {
  readonly memory: Memory;
  readonly reads: number;
  readonly writes: number;
  /** Of the memory; "fifo": of the one that spikes wait in. */
  readonly words: number | "fifo";
}

export interface Work {
  /** Multiplications whose product is added. */
  readonly macs: number;
  /** Additions. */
  readonly accs: number;
  /** Multiplications alone. */
  readonly muls?: number;
  readonly addressMacs: number;
  readonly addressAccs: number;
  readonly accesses: readonly Access[];
}

export const noWork: Work = { macs: 0, accs: 0, addressMacs: 0, addressAccs: 0, accesses: [] };

export interface Prices extends OperationPrices {
  /** What messages begin with. */
  readonly where: string;
  /** Bits of a word. */
  readonly width: number;
  /** Bits of what layers hand on. */
  readonly ioWidth: number;
  /** Words; 0 where there is none. */
  readonly fifo: number;
  readonly sram: SramEstimation;
}

/** In pJ. */
export interface Energy {
  readonly memPot: number;
  readonly memWeights: number;
  readonly memBias: number;
  readonly memIo: number;
  readonly ops: number;
  readonly addr: number;
}

export interface OperationCounts {
  readonly synAcc: number;
  readonly synMac: number;
  readonly addrAcc: number;
  readonly addrMac: number;
  readonly memRead: number;
  readonly memWrite: number;
}

export function energyOf(work: Work, prices: Prices): Energy {
  const { add, mul, where, width, ioWidth, fifo, sram } = prices;
  const memory = (kind: Memory): number =>
    sum(
      work.accesses
        .filter((access) => access.memory === kind && access.reads + access.writes > 0)
        .map(({ reads, writes, words }) => {
          const size = words === "fifo" ? fifo : words;
          return (reads + writes) * accessEnergy(where, size, kind === "io" ? ioWidth : width, sram);
        }),
    );
  return {
    memPot: memory("potentials"),
    memWeights: memory("weights"),
    memBias: memory("biases"),
    memIo: memory("io"),
    ops: work.macs * (mul + add) + work.accs * add + (work.muls ?? 0) * mul,
    addr: work.addressMacs * (mul + add) + work.addressAccs * add,
  };
}

export function operationsOf({
  macs,
  muls = 0,
  accs,
  addressMacs,
  addressAccs,
  accesses,
}: Work): OperationCounts {
  return {
    synAcc: accs,
    synMac: macs + muls,
    addrAcc: addressAccs,
    addrMac: addressMacs,
    memRead: sum(accesses.map(({ reads }) => reads)),
    memWrite: sum(accesses.map(({ writes }) => writes)),
  };
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
