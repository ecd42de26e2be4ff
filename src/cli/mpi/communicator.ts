/** What ranks need of one another, by MPI. */

import { StateError } from "../../errors.js";
import type { Communicator, Exchange, Exchanged, Operation } from "../../parallel/communicator.js";
import { FoundFailure } from "../exit-codes.js";
import { checkSize, libraryFor, type Environment, type Launched } from "./launched.js";
import { loadMpi, type Mpi } from "./library.js";
import { seconds, type Patience } from "./patience.js";
import type { Pulse } from "./pulse.js";

/** MPI_THREAD_FUNNELED: the process has several threads, and one of them calls MPI. */
const THREAD_FUNNELED = 1;

/** Milliseconds for which a rank that waits looks again at once, where it has a core of its own; and how long it sleeps after that. */
const AWAKE_MS = 1;
const NAP_MS = 0.05;
const LONG_NAP_MS = 1;
const LONG_MS = 100;

/** Bytes per millisecond of the slowest link that is waited for: 1 MB/s. */
const SLOWEST = 1000;

/** Lengths are int in MPI. */
const MOST_BYTES = 2 ** 30;

export class MpiCommunicator implements Communicator {
  readonly rank: number;
  readonly size: number;
  /** "Open MPI v4.1.4, …", "MPICH Version: 4.0.2" */
  readonly version: string;
  readonly isSpread: boolean;
  readonly #mpi: Mpi;
  readonly #pulse: Pulse;
  readonly #patience: Patience;
  readonly #awake: number;
  readonly #flag = new Int32Array(1);
  readonly #nap = new Int32Array(new SharedArrayBuffer(4));
  #left = performance.now();
  /** Of the step that has not been finished by all yet. */
  #isFirstStep = true;
  #isOver = false;
  /** What has parted the ranks: nothing is waited for after it. */
  #failure: FoundFailure | null = null;

  /** @throws UsageError if MPI cannot be loaded, or is not that of the launcher */
  static async join(
    launched: Launched,
    environment: Environment,
    { pulse, patience, cores }: { pulse: Pulse; patience: Patience; cores: number },
  ): Promise<MpiCommunicator> {
    const mpi = await loadMpi(libraryFor(launched, environment));
    const seen = new Int32Array(1);
    check(mpi, mpi.initThread(null, null, THREAD_FUNNELED, seen));
    const awake = launched.localSize <= cores ? AWAKE_MS : 0;
    const communicator = new MpiCommunicator(mpi, pulse, patience, { awake, localSize: launched.localSize });
    checkSize(launched, communicator.size, communicator.version);
    pulse.isJoined = true;
    return communicator;
  }

  private constructor(
    mpi: Mpi,
    pulse: Pulse,
    patience: Patience,
    { awake, localSize }: { awake: number; localSize: number },
  ) {
    this.#mpi = mpi;
    this.#pulse = pulse;
    this.#patience = patience;
    this.#awake = awake;
    const { world, errorsReturn } = mpi.handles;
    this.rank = this.#number(mpi.commRank);
    this.size = this.#number(mpi.commSize);
    this.isSpread = localSize < this.size;
    this.version = versionOf(mpi);
    // Otherwise an error ends the process without a word of ours.
    this.#check(mpi.setErrorHandler(world, errorsReturn));
  }

  #number(call: Mpi["commRank"]): number {
    this.#check(call(this.#mpi.handles.world, this.#flag));
    return this.#flag[0];
  }

  sum(x: Exchanged): void {
    this.#reduce(x, this.#mpi.handles.sum);
  }

  max(x: Exchanged): void {
    this.#reduce(x, this.#mpi.handles.max);
  }

  /** An exchange has its first part in the call, and the others whenever it is tested: MPI has no thread of its own. */
  begin(operation: Operation, x: Exchanged): Exchange {
    checkNotEmpty(x);
    this.#checkGoing();
    const { iallreduce, inPlace, handles } = this.#mpi;
    const request = new BigUint64Array(1);
    this.#check(
      iallreduce(inPlace, x, x.length, this.#typeOf(x), handles[operation], handles.world, request),
    );
    let isOver = false;
    const test = (): boolean => {
      this.#checkGoing();
      isOver ||= this.#isDone(request);
      this.#pulse.beat();
      return isOver;
    };
    const wait = (): void => {
      if (test()) return;
      this.#patience.computed(performance.now() - this.#left);
      this.#waitFor(test, this.#patience.limit(this.#isFirstStep) + x.byteLength / SLOWEST);
      this.#left = performance.now();
    };
    return { test, wait };
  }

  #reduce(x: Exchanged, operation: unknown): void {
    checkNotEmpty(x);
    const { world } = this.#mpi.handles;
    this.#exchange(x.byteLength, () => {
      const { allreduce, inPlace } = this.#mpi;
      this.#check(allreduce(inPlace, x, x.length, this.#typeOf(x), operation, world));
    });
  }

  broadcast(x: Uint8Array, from = 0): void {
    const { byte, world } = this.#mpi.handles;
    this.#exchange(x.byteLength, () => {
      for (let at = 0; at < x.length; at += MOST_BYTES) {
        const part = x.subarray(at, at + MOST_BYTES);
        this.#check(this.#mpi.broadcast(part, part.length, byte, from, world));
      }
    });
  }

  barrier(): void {
    this.#exchange(0, () => undefined);
  }

  /** Returns when all ranks have come here, however long one of them has to do before that: it has said so. */
  meetAtLast(): void {
    this.apart();
    this.#arrive(Infinity);
    this.#goOn();
  }

  /** The same, for what takes seconds, such as writing a file. */
  meet(): void {
    this.apart();
    this.#arrive(this.#patience.limit(true));
    this.#goOn();
  }

  /** All begin to train: the first step takes longer than others. */
  beginTraining(): void {
    this.#isFirstStep = true;
    this.#goOn();
  }

  /** A step is over: from here on all are at work, and wait for one another no longer than is usual. */
  stepDone(): void {
    this.#isFirstStep = false;
    this.#pulse.begin("computing");
  }

  /** What follows takes as long as it takes, until the next exchange. */
  apart(): void {
    this.#pulse.begin("apart");
  }

  /** Leaves the others, in order. All ranks do so; nothing can be exchanged afterwards. */
  finalize(): void {
    this.meet();
    this.apart();
    this.#check(this.#mpi.finalize());
    this.#isOver = true;
    this.#pulse.isJoined = false;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** First all come, which may take a while and is waited for in naps; then they exchange, which is the library's and quick. */
  #exchange(bytes: number, work: () => void): void {
    this.#patience.computed(performance.now() - this.#left);
    const limit = this.#patience.limit(this.#isFirstStep);
    this.#arrive(limit);
    this.#pulse.begin("exchanging", limit + bytes / SLOWEST);
    work();
    this.#goOn();
  }

  #goOn(): void {
    this.#pulse.begin(this.#isFirstStep ? "first step" : "computing");
    this.#left = performance.now();
  }

  /** @throws FoundFailure if not all have come within the limit, in milliseconds */
  #arrive(limit: number): void {
    this.#checkGoing();
    const { ibarrier, handles } = this.#mpi;
    const request = new BigUint64Array(1);
    this.#check(ibarrier(handles.world, request));
    this.#waitFor(() => this.#isDone(request), limit);
  }

  #isDone(request: BigUint64Array): boolean {
    const { test, statusIgnore } = this.#mpi;
    this.#check(test(request, this.#flag, statusIgnore));
    return this.#flag[0] !== 0;
  }

  /** @throws FoundFailure if it is not so within the limit, in milliseconds */
  #waitFor(isSo: () => boolean, limit: number): void {
    const begin = performance.now();
    // Naps and not the clock alone: a job that was stopped as a whole goes on afterwards.
    let slept = 0;
    while (!isSo()) {
      this.#pulse.beat();
      const waited = performance.now() - begin;
      if (waited <= this.#awake) continue;
      const nap = waited < LONG_MS ? NAP_MS : LONG_NAP_MS;
      const before = performance.now();
      Atomics.wait(this.#nap, 0, 0, nap);
      slept += Math.min(performance.now() - before, MOST_OF_A_NAP_MS);
      if (waited > limit && slept > limit * CERTAIN) throw (this.#failure = this.#lost(waited));
    }
  }

  /** @throws StateError after the end; FoundFailure again, once ranks were lost */
  #checkGoing(): void {
    if (this.#isOver) throw new StateError("MPI is over; expected exchanges before finalize().");
    if (this.#failure !== null) throw this.#failure;
  }

  #lost(waited: number): FoundFailure {
    return new FoundFailure(
      `rank ${this.rank} has waited for ${seconds(waited)} for another one, which hangs, was stopped, or is cut off; expected all ` +
        "to compute for about the same time. Set ATIF_PATIENCE to more seconds where machines are slow.",
      {},
    );
  }

  #typeOf(x: Exchanged): unknown {
    const { float32, float64, int32 } = this.#mpi.handles;
    if (x instanceof Float32Array) return float32;
    return x instanceof Float64Array ? float64 : int32;
  }

  #check(code: unknown): void {
    try {
      check(this.#mpi, code);
    } catch (thrown) {
      if (thrown instanceof FoundFailure) this.#failure = thrown;
      throw thrown;
    }
  }
}

/** What was taken before the memory of the kernels grew is empty, and MPI would be content to reduce nothing. @throws RangeError */
function checkNotEmpty(x: Exchanged): void {
  if (x.length > 0) return;
  throw new RangeError(
    "an exchange between ranks has been given an empty array; expected numbers. Take the view again for each exchange: the " +
      "memory below it may have grown.",
  );
}

/** A nap that took longer was no waiting: the process was stopped. */
const MOST_OF_A_NAP_MS = 250;

/** Of the limit, what must have been slept: the rest is taken for looking. */
const CERTAIN = 0.5;

function check(mpi: Mpi, code: unknown): void {
  if (code === 0) return;
  const text = new Uint8Array(1024);
  const length = new Int32Array(1);
  mpi.errorString(code, text, length);
  throw new FoundFailure(
    `MPI says: ${new TextDecoder("latin1").decode(text.subarray(0, length[0])).trim()}; expected all ranks to be there.`,
    {},
  );
}

function versionOf(mpi: Mpi): string {
  const text = new Uint8Array(8192);
  const length = new Int32Array(1);
  check(mpi, mpi.libraryVersion(text, length));
  const [line] = new TextDecoder("latin1").decode(text.subarray(0, length[0])).split("\n");
  return line.split("\0")[0].replace(/\s+/g, " ").trim();
}
