/** What the panel for devices shows: its settings, and what was measured and written. */

import { signal } from "@preact/signals";
import type { CTarget } from "atif";
import type { DeployReport, DeploySettings, Exported, ExportForm } from "./deploy-protocol.js";

export interface DeployState {
  readonly settings: DeploySettings;
  readonly target: CTarget;
  /** Of the network at hand; null: it was not measured. */
  readonly report: DeployReport | null;
  readonly isMeasuring: boolean;
  /** What is being written. */
  readonly writing: ExportForm | null;
  /** Of the network at hand, the last one first, one of each form. */
  readonly written: readonly Exported[];
}

export const deployState = signal<DeployState>({
  settings: { weights: 8, activations: 8, potentials: 8, roundtype: "nearest", ownBits: {} },
  target: "c99",
  report: null,
  isMeasuring: false,
  writing: null,
  written: [],
});

export function changeDeploy(changes: Partial<DeployState>): void {
  deployState.value = { ...deployState.peek(), ...changes };
}
