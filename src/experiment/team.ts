/**
 * Processes that run one experiment together, each on a machine of its own if need be. Rank 0 has the folder, decides and speaks;
 * the others help: they get what it knows by messages, and need no file of it but the data.
 */

import type { Communicator } from "../parallel/communicator.js";

/** What rank 0 tells the others. */
export type Message =
  /** An experiment, as files have it. */
  | { readonly kind: "experiment"; readonly bytes: Uint8Array }
  /** The next run is to be trained. */
  | { readonly kind: "run" }
  /** The next run was complete before. */
  | { readonly kind: "skip" }
  /** Where the training begins, as checkpoints have it. */
  | { readonly kind: "state"; readonly bytes: Uint8Array }
  /** There is nothing more to do. */
  | { readonly kind: "over" };

export interface Team {
  readonly communicator: Communicator;
  /** By rank 0, when all others receive, who wait for it as long as it takes. Nothing happens when they have left. */
  send(message: Message): void;
  receive(): Message;
  /**
   * All ranks, after every step and every epoch.
   * @param isLong on rank 0: whether it is about to do what may take long. @returns that, on all ranks: then all meet()
   */
  stepDone(isLong: boolean): boolean;
  /** All ranks: waits for the others, who may be writing files. */
  meet(): void;
  /** All ranks, once: nobody waits for anybody any more. Nothing happens the second time. */
  leave(): void;
}
