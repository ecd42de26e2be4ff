/** How batches are cut, and how what the parts say is added: what decides the bits of a run that may be shared out. */

import { refuse } from "../schema/place.js";
import { withDefault, required, type Fields } from "../schema/schema.js";
import { oneOf, orNone, real, whole, type ValueType } from "../schema/value-types.js";

export type Reduction = "exact" | "fast";

/** true, false, or as it pays (parallel/overlap.ts). */
export type Overlap = boolean | "auto";

export interface ShardOptions {
  /** Parts that every batch is cut into, 1 to 2048: as many processes can share it at most. */
  shards: number;
  /** How gradients are added: "exact", the same bits for any number of processes (default), or "fast", in float32. */
  reduce?: Reduction;
  /** Whether gradients of the last layers are exchanged while those of the first are computed (default "auto": where it pays). */
  overlap?: Overlap;
  /** MiB of gradients that are exchanged at a time then (default null: half of them). */
  bucketCapMb?: number | null;
}

/** An exact sum has 2^11 terms at most. */
export const shardCount = whole(1, 2048);

export const reduction = oneOf<Reduction>(["exact", "fast"]);

export const overlapping: ValueType<Overlap> = {
  expects: 'true, false or "auto"',
  read(value, place) {
    if (typeof value === "boolean" || value === "auto") return value;
    return refuse(place, value, this.expects, typeof value === "string" ? "range" : "type");
  },
  write: (value) => value,
};

export const bucketCap = real({ above: 0 });

export const shardFields: Fields<Readonly<Required<ShardOptions>>> = {
  shards: required(shardCount, "Parts that every batch is cut into: as many processes can share it at most."),
  reduce: withDefault(
    reduction,
    "exact",
    'How gradients of shards are added: "exact" gives the same bits for any number of processes, "fast" adds in float32.',
  ),
  overlap: withDefault(
    overlapping,
    "auto",
    'Whether processes exchange gradients of the last layers while they compute those of the first: "auto" does where it pays.',
  ),
  bucketCapMb: withDefault(orNone(bucketCap), null, "MiB of gradients that are exchanged at a time then."),
};
