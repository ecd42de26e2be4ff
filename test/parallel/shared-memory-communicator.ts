/** Ranks that are threads of one process: every array that goes between them lies in shared memory for a moment. */

import type { Communicator, Exchanged } from "../../src/parallel/communicator.js";

/** Bytes that one rank can hand over at once. */
const ROOM = 2 ** 20;
const ARRIVED = 0;
const ROUND = 1;
const HEAD = 64;

export function sharedMemoryFor(size: number): SharedArrayBuffer {
  return new SharedArrayBuffer(HEAD + size * ROOM);
}

/** @param order in which the numbers of ranks are added: as in a library that takes whichever it likes */
export function sharedMemoryCommunicator(
  memory: SharedArrayBuffer,
  rank: number,
  size: number,
  order: "forwards" | "backwards" = "forwards",
): Communicator {
  const control = new Int32Array(memory, 0, 2);
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

  return {
    rank,
    size,
    sum: (x) => reduce(x, (a, b) => a + b),
    max: (x) => reduce(x, Math.max),
    broadcast(x, from = 0) {
      if (rank === from) roomOf(from).set(x);
      barrier();
      x.set(roomOf(from).subarray(0, x.length));
      barrier();
    },
    barrier,
  };
}
