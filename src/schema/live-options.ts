/** Options that may be changed while an object lives: every rule of the schema holds after each change. */

import { ArgumentPlace } from "./place.js";
import { readOptions, type Schema } from "./schema.js";

/** @typeParam O the options, every default filled in */
export class LiveOptions<out O> {
  #current: O;
  readonly #withOne: (name: string, value: unknown) => O;
  readonly #withAll: (where: string, options: unknown) => O;

  /**
   * @param where the class: "SGD"
   * @throws TypeError, RangeError as readOptions
   */
  constructor(where: string, options: unknown, schema: Schema<O>) {
    this.#current = readOptions(where, options, schema);
    this.#withAll = (whereElse, others) => readOptions(whereElse, others, schema);
    this.#withOne = (name, value) => {
      const place = new ArgumentPlace(where);
      const { type } = schema.fields[name as keyof O];
      const changed = { ...this.#current, [name]: type.read(value, place.at(name)) };
      schema.check?.(changed, place);
      return changed;
    };
  }

  get current(): O {
    return this.#current;
  }

  /** Another value of one option. @throws TypeError, RangeError, and nothing is changed */
  set(name: keyof O & string, value: unknown): void {
    this.#current = this.#withOne(name, value);
  }

  /** All, with these over them. @throws TypeError, RangeError that begin with `where` */
  over(where: string, own: object): O {
    return this.#withAll(where, { ...this.#current, ...own });
  }

  /** Other values of all. @throws TypeError, RangeError that begin with `where`, and nothing is changed */
  replace(where: string, options: unknown): void {
    this.#current = this.#withAll(where, options);
  }
}
