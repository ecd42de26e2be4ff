/** What was changed while a run was under way: kept, so that nobody takes its settings for those of the whole run. */

import { snakeCase } from "../../schema/schema.js";
import type { Adjustable, Fingerprint } from "../../training/fingerprint.js";
import type { TrainingState } from "../../training/training-state.js";

export interface RunChange {
  /** Where the run was, from which on it holds: epochs that were over, and batches of the next one. */
  readonly epoch: number;
  readonly batch: number;
  /** Of the model: "optimizer.params.lr" */
  readonly key: string;
  /** null where there was nothing, or is nothing any more. */
  readonly from: unknown;
  readonly to: unknown;
}

/** Those that a summary keeps. It may have been written by anybody. */
export function readChanges(summary: Readonly<Record<string, unknown>> | null): RunChange[] {
  const kept: unknown = summary?.changes;
  return Array.isArray(kept) ? kept.filter(isChange) : [];
}

function isChange(value: unknown): value is RunChange {
  const { epoch, batch, key } = (value ?? {}) as Partial<Record<keyof RunChange, unknown>>;
  return Number.isSafeInteger(epoch) && Number.isSafeInteger(batch) && typeof key === "string";
}

/**
 * The changes of a run that goes on from a state with settings of another description.
 * @param before those that were made earlier; what is changed twice at the same place was changed once
 */
export function changesSince(
  before: readonly RunChange[],
  { epoch, batch, fingerprint }: TrainingState,
  own: Fingerprint,
): RunChange[] {
  const fresh = ADJUSTED.flatMap(({ what, key }) =>
    differences(key, valueIn(fingerprint, what), valueIn(own, what)),
  ).map((difference) => ({ epoch, batch, ...difference }));
  const isSame = (a: RunChange, b: RunChange): boolean =>
    a.epoch === b.epoch && a.batch === b.batch && a.key === b.key;
  const kept = before.filter((change) => !fresh.some((other) => isSame(change, other)));
  const merged = fresh.map((change) => {
    const earlier = before.find((other) => isSame(change, other));
    return earlier === undefined ? change : { ...change, from: earlier.from };
  });
  return [...kept, ...merged.filter(({ from, to }) => JSON.stringify(from) !== JSON.stringify(to))];
}

/** Those of a run that had begun to learn: one that had not is repeated by its settings alone. */
export function changesOnTheWay(changes: readonly RunChange[]): RunChange[] {
  return changes.filter(({ epoch, batch }) => epoch > 0 || batch > 0);
}

/** "from epoch 2, batch 4 on: optimizer.params.lr = 0.01, before 0.5" */
export function changeInWords({ epoch, batch, key, from, to }: RunChange): string {
  const say = (value: unknown): string => (value === null ? "nothing" : JSON.stringify(value));
  return `from epoch ${epoch + 1}, batch ${batch + 1} on: ${key} = ${say(to)}, before ${say(from)}`;
}

const ADJUSTED: readonly { readonly what: Adjustable; readonly key: string }[] = [
  { what: "optimizer", key: "optimizer" },
  { what: "scheduler", key: "optimizer.scheduler" },
];

function valueIn(fingerprint: Fingerprint, what: Adjustable): unknown {
  const text = Object.hasOwn(fingerprint, what) ? fingerprint[what] : "none";
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function differences(key: string, from: unknown, to: unknown): Pick<RunChange, "key" | "from" | "to">[] {
  if (JSON.stringify(from) === JSON.stringify(to)) return [];
  if (!isTable(from) || !isTable(to)) return [{ key, from: from ?? null, to: to ?? null }];
  return [...new Set([...Object.keys(from), ...Object.keys(to)])].flatMap((name) =>
    differences(`${key}.${snakeCase(name)}`, from[name], to[name]),
  );
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
