/** What an export is written for: what lies beside the C, and how it is compiled and tried there. */

import type { NumberFamily } from "../c-network.js";

/** The C of a network, before it is put into files. */
export interface CParts {
  /** What files and functions are called. */
  readonly name: string;
  /** Whether a sample has another input at every time step. */
  readonly time: boolean;
  /** What its numbers are. */
  readonly family: NumberFamily;
  readonly header: string;
  readonly source: string;
  /** Rules that compile and test on the machine itself. */
  readonly makefile: string;
  readonly readme: string;
  /** The self-test; null without samples. */
  readonly test: string | null;
  /** The first sample as the network takes it, and the class that it gives; null without samples. */
  readonly sample: { readonly input: readonly string[]; readonly best: number } | null;
}

export interface Target {
  /** What is expected of a name that cannot be used there; null for one that can. */
  readonly wrongName?: (name: string) => string | null;
  /** What the README says of how to compile and try it. */
  readonly usage: (name: string, isTested: boolean) => string;
  /** The files by path. */
  readonly files: (parts: CParts) => Record<string, string>;
}
