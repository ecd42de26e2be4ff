/** How many operations one inference takes, layer by layer, on average over what was measured. */

import { checkOptions } from "../checks.js";
import { networkGraph } from "../models/network-graph.js";
import type { SpikingModel } from "../models/spiking-model.js";
import { checkCompat, workOf } from "./estimate-energy.js";
import type { PassedThrough } from "./layer-work.js";
import type { NetworkActivity } from "./network-activity.js";
import { operationsOf, sum, type OperationCounts } from "./work.js";

export interface OperationRow extends OperationCounts, PassedThrough {
  readonly name: string;
  /** The neuron whose part is counted here; null: none. */
  readonly neuron: string | null;
  readonly totalAcc: number;
  readonly totalMac: number;
}

export interface OperationCount {
  /** In the order in which the layers are computed. */
  readonly rows: readonly OperationRow[];
  readonly total: OperationRow;
}

/**
 * @param activity as for estimateEnergy
 * @param options compat "qualia": the numbers of the reference, defects included, by its names
 * @throws TypeError, RangeError as estimateEnergy
 */
export function countOperations(
  model: SpikingModel,
  activity: NetworkActivity | null,
  options: { readonly compat?: "qualia" } = {},
): OperationCount {
  const where = "countOperations";
  checkOptions(where, options, ["compat"]);
  checkCompat(where, options.compat);
  const { layers, total } = workOf(where, networkGraph(model), activity, options.compat, "operations");
  const rows = layers.map(({ work, ...row }) => withTotals({ ...row, ...operationsOf(work) }));
  const parts = ["synAcc", "synMac", "addrAcc", "addrMac", "memRead", "memWrite"] as const;
  const sums = Object.fromEntries(parts.map((part) => [part, sum(rows.map((row) => row[part]))]));
  return {
    rows,
    total: withTotals({ name: "Total", neuron: null, ...total, ...(sums as unknown as OperationCounts) }),
  };
}

function withTotals(row: Omit<OperationRow, "totalAcc" | "totalMac">): OperationRow {
  return { ...row, totalAcc: row.synAcc + row.addrAcc, totalMac: row.synMac + row.addrMac };
}
