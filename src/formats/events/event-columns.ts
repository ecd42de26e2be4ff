/** Events that are read one by one, and handed on as chunks. */

import type { Events } from "../../datasets/events/events.js";
import { FormatError } from "../../errors.js";

/** [height, width], or [channels] of a sensor of one dimension. */
export type SensorShape = readonly number[];

/** Events of a chunk: 13 bytes each. */
export const CHUNK_EVENTS = 2 ** 16;

export class EventColumns {
  count = 0;
  /** Of the chunks before. */
  before = 0;
  readonly #name: string;
  readonly #width: number;
  readonly #height: number;
  readonly #flat: boolean;
  #t = new Float64Array(0);
  #x = new Uint16Array(0);
  #y = new Uint16Array(0);
  #p = new Uint8Array(0);

  constructor(name: string, sensor: SensorShape) {
    this.#name = name;
    this.#flat = sensor.length === 1;
    [this.#height, this.#width] = this.#flat ? [1, sensor[0]] : sensor;
  }

  get isFull(): boolean {
    return this.count >= CHUNK_EVENTS;
  }

  /**
   * @param t microseconds
   * @param p on, where it is above 0
   * @throws FormatError for an event beside the sensor
   */
  add(t: number, x: number, y: number, p: number): void {
    if (!(x >= 0 && x < this.#width && y >= 0 && y < this.#height) || x % 1 !== 0 || y % 1 !== 0) {
      const place = this.#flat ? `x = ${x}` : `x = ${x}, y = ${y}`;
      const sensor = this.#flat ? `${this.#width} channels` : `${this.#width} x ${this.#height} pixels`;
      throw new FormatError(
        `${this.#name}: event ${this.before + this.count} is at ${place}; expected a place on ${sensor}. ` +
          "The file is damaged, or of another sensor: name its shape.",
      );
    }
    if (!Number.isFinite(t)) {
      throw new FormatError(
        `${this.#name}: event ${this.before + this.count} has the time ${t}; expected microseconds. The file is damaged.`,
      );
    }
    if (this.count === this.#t.length) this.#grow();
    const i = this.count++;
    this.#t[i] = t;
    this.#x[i] = x;
    this.#y[i] = y;
    this.#p[i] = p > 0 ? 1 : 0;
  }

  /** What came since the last call, in arrays of its own. */
  taken(): Events {
    const [height, width, count] = [this.#height, this.#width, this.count];
    const part = { t: this.#t.slice(0, count), x: this.#x.slice(0, count), p: this.#p.slice(0, count) };
    const y = this.#y.slice(0, count);
    this.before += count;
    this.count = 0;
    return this.#flat ? { ...part, width, height } : { ...part, y, width, height };
  }

  #grow(): void {
    const size = Math.max(1024, 2 * this.#t.length);
    const [t, x, y, p] = [this.#t, this.#x, this.#y, this.#p];
    this.#t = new Float64Array(size);
    this.#x = new Uint16Array(size);
    this.#y = new Uint16Array(size);
    this.#p = new Uint8Array(size);
    this.#t.set(t);
    this.#x.set(x);
    this.#y.set(y);
    this.#p.set(p);
  }
}
