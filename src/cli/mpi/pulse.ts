/**
 * What the thread that computes tells the one that waits, which watches it: a few numbers in memory that both see, so that they
 * can be told in the middle of work that never ends.
 */

/** "apart": it does what takes as long as it takes, such as loading data, or waits for a rank that has said so. */
export type Work = "apart" | "first step" | "computing" | "exchanging";

const WORKS: readonly Work[] = ["apart", "first step", "computing", "exchanging"];

/** Places in the memory. */
const WORK = 0;
const BEATS = 1;
const JOINED = 2;
const LIMIT = 3;
const LENGTH = 4;

/** What stands in the place of JOINED; 0: not yet. */
const IS_JOINED = 1;
const HAS_LEFT = 2;

export type PulseMemory = Int32Array<SharedArrayBuffer>;

export function pulseMemory(): PulseMemory {
  return new Int32Array(new SharedArrayBuffer(LENGTH * Int32Array.BYTES_PER_ELEMENT));
}

export class Pulse {
  readonly #memory: PulseMemory;

  constructor(memory: PulseMemory) {
    this.#memory = memory;
  }

  /** It goes on. */
  beat(): void {
    Atomics.add(this.#memory, BEATS, 1);
  }

  get beats(): number {
    return Atomics.load(this.#memory, BEATS);
  }

  get work(): Work {
    return WORKS[Atomics.load(this.#memory, WORK)];
  }

  /** @param limit milliseconds that an exchange may take */
  begin(work: Work, limit = 0): void {
    Atomics.store(this.#memory, LIMIT, Math.min(limit, 2 ** 31 - 1));
    Atomics.store(this.#memory, WORK, WORKS.indexOf(work));
    this.beat();
  }

  get limit(): number {
    return Atomics.load(this.#memory, LIMIT);
  }

  /** Whether the process has ranks beside it, which wait if it goes without a word. */
  get isJoined(): boolean {
    return Atomics.load(this.#memory, JOINED) === IS_JOINED;
  }

  set isJoined(joined: boolean) {
    Atomics.store(this.#memory, JOINED, joined ? IS_JOINED : HAS_LEFT);
  }

  /** Whether it has not met the others yet. */
  get isAlone(): boolean {
    return Atomics.load(this.#memory, JOINED) === 0;
  }
}
