/**
 * What ranks must have in common before they go on: that nobody failed, that nobody was asked to stop. One exchange of a maximum,
 * so that a step does not pay for it: the largest numbers of a step travel with it.
 */

import {
  ConfigError,
  FormatError,
  messageOf,
  OutOfMemoryError,
  ShapeError,
  StateError,
} from "../errors.js";
import { GivenUp } from "../platform/giving-up.js";
import { DivergenceError } from "../training/divergence-error.js";
import type { Communicator } from "./communicator.js";

/** What one rank has to say. */
export interface News {
  /** What its work threw; undefined: nothing. */
  readonly thrown?: unknown;
  /** It was asked to stop. */
  readonly stop?: boolean;
}

const FAILED = 0;
const GIVEN_UP = 1;
const STOP = 2;
const OWN = 3;

/**
 * @param largest numbers of which all ranks get the largest, in place
 * @returns whether any rank was asked to stop
 * @throws on all ranks what the first of them that failed has thrown; GivenUp if one gave up
 */
export function agree(
  communicator: Communicator,
  { thrown, stop = false }: News,
  largest: Int32Array = new Int32Array(0),
): boolean {
  const { rank, size } = communicator;
  const news = new Int32Array(OWN + largest.length);
  const failed = thrown !== undefined && !(thrown instanceof GivenUp);
  // The first one is the largest.
  news[FAILED] = failed ? size - rank : 0;
  news[GIVEN_UP] = thrown instanceof GivenUp ? 1 : 0;
  news[STOP] = stop ? 1 : 0;
  news.set(largest, OWN);
  communicator.max(news);
  if (news[FAILED] > 0) throw shared(communicator, size - news[FAILED], thrown);
  if (news[GIVEN_UP] > 0) throw thrown instanceof GivenUp ? thrown : new GivenUp("another rank was asked to stop");
  largest.set(news.subarray(OWN));
  return news[STOP] > 0;
}

/** What is known here by name; all else is an Error with the same sentence. */
const kinds: Readonly<Record<string, new (message: string) => Error>> = {
  ConfigError,
  DivergenceError,
  FormatError,
  OutOfMemoryError,
  RangeError,
  ShapeError,
  StateError,
  TypeError,
};

/** The same error on all ranks: thrown is that of rank `from`, and has its own stack there. */
function shared(communicator: Communicator, from: number, thrown: unknown): Error {
  const isOwn = communicator.rank === from;
  const own = isOwn && thrown instanceof Error ? thrown : new Error(messageOf(thrown));
  const text = broadcastText(communicator, from, JSON.stringify([own.name, own.message]));
  if (isOwn) return own;
  const [name, message] = JSON.parse(text) as [string, string];
  return new (Object.hasOwn(kinds, name) ? kinds[name] : Error)(message);
}

/** The text of rank `from`, on all ranks. */
export function broadcastText(communicator: Communicator, from: number, text: string): string {
  const own = new TextEncoder().encode(text);
  const length = new Int32Array([communicator.rank === from ? own.length : 0]);
  communicator.max(length);
  const bytes = new Uint8Array(length[0]);
  if (communicator.rank === from) bytes.set(own);
  communicator.broadcast(bytes, from);
  return new TextDecoder().decode(bytes);
}
