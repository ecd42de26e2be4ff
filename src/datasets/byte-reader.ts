/** What a stream's reader and a generator have in common, but for how they are stopped. */
export interface Chunks {
  read(): Promise<{ readonly done?: boolean; readonly value?: Uint8Array | void }>;
  cancel(): Promise<void>;
}

/** A stream's chunks, with a look at the first bytes. */
export class ByteReader {
  /** What reading the stream failed with. */
  failure: Error | undefined;
  readonly #reader: Chunks;
  #held = new Uint8Array(0);

  constructor(reader: Chunks) {
    this.#reader = reader;
  }

  /** The bytes from here on, at least `count` of them unless the stream ends. They stay to be read. */
  async atLeast(count: number): Promise<Uint8Array> {
    while (this.#held.length < count) {
      const chunk = await this.#read();
      if (chunk === undefined) break;
      const joined = new Uint8Array(this.#held.length + chunk.length);
      joined.set(this.#held);
      joined.set(chunk, this.#held.length);
      this.#held = joined;
    }
    return this.#held;
  }

  drop(count: number): void {
    this.#held = this.#held.subarray(count);
  }

  /** The next bytes; undefined at the end. */
  async next(): Promise<Uint8Array | undefined> {
    if (this.#held.length === 0) return this.#read();
    const held = this.#held;
    this.#held = new Uint8Array(0);
    return held;
  }

  async cancel(): Promise<void> {
    // A stream that has failed refuses to be cancelled; its failure was reported by the read.
    await this.#reader.cancel().catch(() => undefined);
  }

  async #read(): Promise<Uint8Array | undefined> {
    try {
      const { done, value } = await this.#reader.read();
      return done === true || value === undefined ? undefined : value;
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error(String(error));
      throw error;
    }
  }
}
