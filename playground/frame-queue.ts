/**
 * What the worker says, one message a frame: what comes of it is laid out and painted once, and two of them never share the time
 * of one frame. A page in the background has no frames; there it comes at once.
 */

export class FrameQueue<M> {
  readonly #deliver: (message: M) => void;
  readonly #merged: (before: M, after: M) => M | null;
  #waiting: M[] = [];
  #isDue = false;

  /** @param merged two that follow one another as one; null: they are two */
  constructor(deliver: (message: M) => void, merged: (before: M, after: M) => M | null) {
    this.#deliver = deliver;
    this.#merged = merged;
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.#flush();
    });
  }

  add(message: M): void {
    const last = this.#waiting.at(-1);
    const both = last === undefined ? null : this.#merged(last, message);
    if (both === null) this.#waiting.push(message);
    else this.#waiting[this.#waiting.length - 1] = both;
    if (document.visibilityState === "hidden") this.#flush();
    else this.#ask();
  }

  #ask(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      const [first, ...rest] = this.#waiting.splice(0, 1 + Math.floor(this.#waiting.length / MOST_WAITING));
      // It may have gone with a flush.
      for (const message of first === undefined ? [] : [first, ...rest]) this.#deliver(message);
      if (this.#waiting.length > 0) this.#ask();
    });
  }

  #flush(): void {
    for (const message of this.#waiting.splice(0)) this.#deliver(message);
  }
}

/** So many may wait for their frames; of more, several come with one. */
const MOST_WAITING = 8;
