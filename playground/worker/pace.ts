/**
 * How fast a run learns, by the clock on the wall: tests between epochs and everything else that keeps it from learning
 * count, pauses do not. A single batch says little, so nothing is said before some time is seen.
 */

/** Milliseconds before the first answer: the first batches are slower, and a clock may be coarse. */
const LEAST = 400;
/** The speed is that of the last so many milliseconds. */
const RECENT = 4000;
/** Milliseconds between two marks: a bounded number of them covers the recent time. */
const BETWEEN = 50;

interface Mark {
  /** Milliseconds of learning before it. */
  readonly time: number;
  /** Samples learned before it. */
  readonly samples: number;
}

export class Pace {
  #marks: Mark[] = [];
  #time = 0;
  #samples = 0;
  #last: number | null = null;

  /** The work begins, or goes on after a pause. */
  go(now: number): void {
    this.#last = now;
    if (this.#marks.length === 0) this.#marks.push({ time: 0, samples: 0 });
  }

  pause(now: number): void {
    this.#tick(now);
    this.#last = null;
  }

  /** So many samples more are learned. */
  add(samples: number, now: number): void {
    this.#tick(now);
    this.#samples += samples;
    const newest = this.#marks.at(-1);
    if (newest === undefined || this.#time - newest.time >= BETWEEN) {
      this.#marks.push({ time: this.#time, samples: this.#samples });
    }
    while (this.#marks.length > 2 && this.#marks[1].time < this.#time - RECENT) this.#marks.shift();
  }

  /** Of late; null while too little is seen. */
  get samplesPerSecond(): number | null {
    if (this.#time < LEAST || this.#marks.length === 0) return null;
    const [{ time, samples }] = this.#marks;
    return (1000 * (this.#samples - samples)) / (this.#time - time);
  }

  /** For so many samples, as fast as all before them; null while too little is seen. */
  secondsFor(samples: number): number | null {
    if (this.#time < LEAST || this.#samples === 0) return null;
    return (samples * this.#time) / this.#samples / 1000;
  }

  #tick(now: number): void {
    if (this.#last !== null) this.#time += now - this.#last;
    this.#last = now;
  }
}
