/** One signal out of those of all ranks: it is aborted when they have told one another, so that all stop at the same point. */

export class AgreedSignal {
  readonly #isAlone: boolean;
  #own: AbortSignal | undefined = undefined;
  #controller = new AbortController();
  #agreed: AbortSignal = this.#controller.signal;

  /** @param isAlone one rank agrees with itself at once */
  constructor(isAlone: boolean) {
    this.#isAlone = isAlone;
  }

  /** For work that begins. The agreed signal of work under way comes back as it is. */
  from(signal: AbortSignal | undefined): AbortSignal {
    if (signal === this.#agreed) return signal;
    this.#own = signal;
    this.#controller = new AbortController();
    this.#agreed = (this.#isAlone ? signal : undefined) ?? this.#controller.signal;
    return this.#agreed;
  }

  /** Whether this rank is asked to stop. */
  get isAsked(): boolean {
    return this.#own?.aborted === true;
  }

  /** All ranks know that one is asked. @returns why, as signals say it */
  abort(): unknown {
    this.#controller.abort(this.isAsked ? this.#own?.reason : undefined);
    return this.#agreed.reason;
  }
}
