/** How batches are cut, and how what the parts say is added: what decides the bits of a run that may be shared out. */

import { withDefault, required, type Fields } from "../schema/schema.js";
import { oneOf, whole } from "../schema/value-types.js";

export type Reduction = "exact" | "fast";

export interface ShardOptions {
  /** Parts that every batch is cut into, 1 to 2048: as many processes can share it at most. */
  shards: number;
  /** How gradients are added: "exact", the same bits for any number of processes (default), or "fast", in float32. */
  reduce?: Reduction;
}

/** An exact sum has 2^11 terms at most. */
export const shardCount = whole(1, 2048);

export const reduction = oneOf<Reduction>(["exact", "fast"]);

export const shardFields: Fields<Readonly<Required<ShardOptions>>> = {
  shards: required(shardCount, "Parts that every batch is cut into: as many processes can share it at most."),
  reduce: withDefault(
    reduction,
    "exact",
    'How gradients of shards are added: "exact" gives the same bits for any number of processes, "fast" adds in float32.',
  ),
};
