/**
 * How long a time step is. A file of NIR does not say: equations are those of continuous time. One step of an IF adds dt r x;
 * tools write r = 1 and mean dt = 1, or r = 1 / dt. Time constants have the unit that the tool had.
 */

import type { FidelityNote } from "../fidelity-report.js";
import type { FlatNode } from "./flat-graph.js";
import type { NirArray, NirMetadata } from "./nir-graph.js";

export interface TimeBase {
  /** null: it is not known, and nothing needs it. */
  readonly dt: number | null;
  /** Of IF and I: what a step adds of its input, r dt, for each neuron. */
  gain(r: NirArray): NirArray;
}

/** What SpikingJelly writes where nobody says anything. */
const SPIKINGJELLY = 1e-4;

const examples = "Give dt, 1e-4 for files of snnTorch and SpikingJelly, 1e-3 of norse, 1 of sinabs";

/**
 * @param asked the option; undefined: what the file tells
 * @throws RangeError where it is needed and not known
 */
export function timeBaseOf(
  nodes: readonly FlatNode[],
  asked: number | undefined,
  metadata: NirMetadata,
  notes: FidelityNote[],
): TimeBase {
  const told = metadata.get("dt");
  if (asked !== undefined) return withStep(asked);
  if (typeof told === "number" && told > 0 && Number.isFinite(told)) {
    const why = `the file says so beside its graph (metadata)`;
    notes.push({ layer: null, what: `a time step of ${told}`, why, verdict: "exact" });
    return withStep(told);
  }
  const resistances: number[] = [];
  for (const { name, node } of nodes) {
    if (node === null) continue;
    if (node.type === "IF" || node.type === "I") for (const r of node.fields.r.values) resistances.push(r);
    const tau =
      node.type === "LIF" || node.type === "LI"
        ? node.fields.tau
        : node.type === "CubaLIF" || node.type === "CubaLI"
          ? node.fields.tau_mem
          : node.type === "Delay"
            ? node.fields.delay
            : null;
    if (tau === null) continue;
    throw new RangeError(
      `readNir: dt is not given, and "${name}", of the type ${node.type}, has times such as ${Number(tau.values[0].toPrecision(6))}; ` +
        `expected the length of a time step in their unit. ${examples}.`,
    );
  }
  const ones: TimeBase = { dt: null, gain: (r) => ({ shape: r.shape, values: r.values.map(() => 1) }) };
  if (resistances.every((r) => r === 1)) return ones;
  if (resistances.every((r) => near(r * SPIKINGJELLY, 1))) {
    const why = `r is ${resistances[0]} everywhere, 1 / dt as SpikingJelly writes it: a step adds its input`;
    notes.push({ layer: null, what: "a time step of 0.0001", why, verdict: "exact" });
    return ones;
  }
  const odd = resistances.find((r) => r !== 1) ?? 1;
  throw new RangeError(
    `readNir: dt is not given, and an IF or I has r = ${Number(odd.toPrecision(6))}; expected the length of a time step, of which a step adds dt r x. ` +
      `${examples}, or 1 where r is meant as a factor.`,
  );
}

function withStep(dt: number): TimeBase {
  return {
    dt,
    gain: ({ shape, values }) => ({ shape, values: values.map((r) => (near(r * dt, 1) ? 1 : r * dt)) }),
  };
}

/** r = 1 / dt, rounded to float32. */
function near(value: number, to: number): boolean {
  return Math.abs(value - to) < 1e-6;
}
