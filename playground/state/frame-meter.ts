/** Counts the frames that the page drew, and those that it should have drawn and did not. */

/** A frame is late when the gap to the one before is half a frame too long, at 60 frames a second. */
const FRAME = 1000 / 60;

export class FrameMeter {
  #drawn = 0;
  #dropped = 0;
  #last: number | null = null;
  #handle: number | null = null;

  get count(): { readonly drawn: number; readonly dropped: number } {
    return { drawn: this.#drawn, dropped: this.#dropped };
  }

  start(): void {
    if (this.#handle !== null) return;
    this.#drawn = 0;
    this.#dropped = 0;
    this.#last = null;
    this.#handle = requestAnimationFrame(this.#onFrame);
  }

  stop(): void {
    if (this.#handle !== null) cancelAnimationFrame(this.#handle);
    this.#handle = null;
  }

  #onFrame = (now: number): void => {
    // A page in the background draws nothing, and misses nothing.
    if (this.#last !== null && document.visibilityState === "visible") {
      this.#drawn++;
      this.#dropped += Math.max(0, Math.round((now - this.#last) / FRAME) - 1);
    }
    this.#last = now;
    this.#handle = requestAnimationFrame(this.#onFrame);
  };
}
