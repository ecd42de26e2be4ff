/** Ranks that are threads of one process: every array that goes between them lies in shared memory for a moment. */

import type { Communicator, Exchange, Exchanged, Operation } from "../../src/parallel/communicator.js";

/** Bytes that one rank can hand over at once. */
const ROOM = 2 ** 20;
const ARRIVED = 0;
const ROUND = 1;
/** Exchanges that may be under way at once, until ranks have met; and bytes of one rank in each. */
const UNDER_WAY = 16;
const BEGUN = 2;
const HEAD = 128;
const SMALL_ROOM = 2 ** 16;

export function sharedMemoryFor(size: number): SharedArrayBuffer {
  return new SharedArrayBuffer(HEAD + size * (ROOM + UNDER_WAY * SMALL_ROOM));
}

/** @param order in which the numbers of ranks are added: as in a library that takes whichever it likes */
export function sharedMemoryCommunicator(
  memory: SharedArrayBuffer,
  rank: number,
  size: number,
  order: "forwards" | "backwards" = "forwards",
): Communicator {
  const control = new Int32Array(memory, 0, BEGUN + UNDER_WAY);
  const roomOf = (each: number): Uint8Array => new Uint8Array(memory, HEAD + each * ROOM, ROOM);
  const ranks = Array.from({ length: size }, (_, i) => (order === "forwards" ? i : size - 1 - i));

  function barrier(): void {
    const round = Atomics.load(control, ROUND);
    if (Atomics.add(control, ARRIVED, 1) === size - 1) {
      Atomics.store(control, ARRIVED, 0);
      Atomics.add(control, ROUND, 1);
      Atomics.notify(control, ROUND);
      return;
    }
    while (Atomics.load(control, ROUND) === round)
      if (Atomics.wait(control, ROUND, round, 20_000) === "timed-out") throw new Error("a rank did not come");
  }

  function reduce(x: Exchanged, add: (a: number, b: number) => number): void {
    if (x.length === 0) throw new RangeError("an empty array");
    if (x.byteLength > ROOM) throw new RangeError("more than there is room for");
    roomOf(rank).set(new Uint8Array(x.buffer, x.byteOffset, x.byteLength));
    barrier();
    const Kind = x.constructor as new (buffer: SharedArrayBuffer, start: number, length: number) => Exchanged;
    const all = ranks.map((each) => new Kind(memory, HEAD + each * ROOM, x.length));
    for (let i = 0; i < x.length; i++) {
      x[i] = all[0][i];
      for (const each of all.slice(1)) x[i] = add(x[i], each[i]);
    }
    barrier();
  }

  const operations = { sum: (a: number, b: number) => a + b, max: Math.max };
  let begun = 0;

  /** It is over some tests after all have begun it: on each rank and for each exchange after others. */
  function begin(operation: Operation, x: Exchanged): Exchange {
    if (x.length === 0 || x.byteLength > SMALL_ROOM)
      throw new RangeError("nothing, or more than there is room for");
    const which = begun++;
    const slot = which % UNDER_WAY;
    const startOf = (each: number): number => HEAD + size * ROOM + (each * UNDER_WAY + slot) * SMALL_ROOM;
    const Kind = x.constructor as new (buffer: SharedArrayBuffer, start: number, length: number) => Exchanged;
    new Kind(memory, startOf(rank), x.length).set(x);
    // Whoever reads it before it is over reads something else.
    x.fill(-77);
    Atomics.add(control, BEGUN + slot, 1);
    Atomics.notify(control, BEGUN + slot);
    const all = size * (Math.floor(which / UNDER_WAY) + 1);
    let late = (rank * 7 + which * 3) % 5;
    let isOver = false;
    const test = (): boolean => {
      if (isOver) return true;
      if (Atomics.load(control, BEGUN + slot) < all || late-- > 0) return false;
      const rows = ranks.map((each) => new Kind(memory, startOf(each), x.length));
      for (let i = 0; i < x.length; i++)
        x[i] = rows.slice(1).reduce((sum, row) => operations[operation](sum, row[i]), rows[0][i]);
      return (isOver = true);
    };
    const wait = (): void => {
      while (!test()) {
        const seen = Atomics.load(control, BEGUN + slot);
        if (seen < all && Atomics.wait(control, BEGUN + slot, seen, 20_000) === "timed-out")
          throw new Error("a rank did not begin");
      }
    };
    return { test, wait };
  }

  return {
    rank,
    size,
    begin,
    sum: (x) => reduce(x, operations.sum),
    max: (x) => reduce(x, operations.max),
    broadcast(x, from = 0) {
      if (rank === from) roomOf(from).set(x);
      barrier();
      x.set(roomOf(from).subarray(0, x.length));
      barrier();
    },
    barrier,
  };
}
