/** The peers of a run: each is optional, and named with the command that installs it where it is missing. */

import type { PeerProcess } from "./peer-process.js";

/** A group of cases that a peer prepares together. */
export type PeerKind = "neuron" | "products" | "dense" | "network" | "inference" | "layer" | "ranks";

export interface FoundPeer {
  readonly name: string;
  readonly version: string;
  /** What it can compute. */
  readonly kinds: ReadonlySet<PeerKind>;
  /** Another backend of this library, whose numbers must be the same to the bit. */
  readonly exact?: boolean;
  /** What should be known about this build. */
  readonly note: string | undefined;
  readonly process: PeerProcess;
  /** A new process of the same kind, for measurements that need a fresh one. */
  restart(): PeerProcess;
}

export interface MissingPeer {
  readonly name: string;
  /** Why it is not there. */
  readonly missing: string;
  /** What to type to have it. */
  readonly install: string;
}

export function isFound(peer: FoundPeer | MissingPeer): peer is FoundPeer {
  return "process" in peer;
}

export function overlap(one: ReadonlySet<PeerKind>, other: ReadonlySet<PeerKind>): boolean {
  return [...one].some((kind) => other.has(kind));
}
