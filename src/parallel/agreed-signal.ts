/** One signal out of those of all ranks: it is aborted when they have told one another, so that all stop at the same point. */

export class AgreedSignal {
  #own: AbortSignal | undefined = undefined;
  #agreed = new AbortController();

  /** For work that begins. The agreed signal of work under way comes back as it is. */
  from(signal: AbortSignal | undefined): AbortSignal {
    if (signal !== this.#agreed.signal) {
      this.#own = signal;
      this.#agreed = new AbortController();
    }
    return this.#agreed.signal;
  }

  /** Whether this rank is asked to stop. */
  get isAsked(): boolean {
    return this.#own?.aborted === true;
  }

  /** All ranks know that one is asked. @returns why, as signals say it */
  abort(): unknown {
    const { signal } = this.#agreed;
    if (!signal.aborted) this.#agreed.abort(this.isAsked ? this.#own?.reason : undefined);
    return signal.reason;
  }
}
