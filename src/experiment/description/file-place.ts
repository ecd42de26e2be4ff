/** A key of an experiment file, as a place: "my.toml:12:3: model[0].params.kernel_sizes[1] is 0; …", a ConfigError. */

import { ConfigError } from "../../errors.js";
import { didYouMean } from "../../nearest.js";
import { refuse, type OptionName, type Opened, type Place } from "../../schema/place.js";
import { snakeCase } from "../../schema/schema.js";
import { describe, emptyTable, isTable } from "./config-tree.js";
import type { ConfigTable, Path } from "./config-tree.js";
import { passes, type IgnoredKeys, type PassedOver } from "./ignored-keys.js";
import type { Report } from "./report.js";

/** What is known of the keys of one table, beside the options that it holds. */
export interface TableKeys {
  readonly ignored?: IgnoredKeys;
  readonly passedOver?: Readonly<Record<string, PassedOver>>;
  /** What follows "is not a known ": "key of ATIF" */
  readonly what?: string;
}

export class FilePlace implements Place {
  readonly none = false;
  readonly report: Report;
  readonly path: Path;
  /** Keys that are not the option in snake_case. */
  readonly #keys: ReadonlyMap<string, string>;
  readonly #table: TableKeys;

  constructor(
    report: Report,
    path: Path = [],
    keys: ReadonlyMap<string, string> = new Map(),
    table: TableKeys = {},
  ) {
    this.report = report;
    this.path = path;
    this.#keys = keys;
    this.#table = table;
  }

  at(part: string | number): FilePlace {
    return new FilePlace(this.report, [...this.path, typeof part === "number" ? part : this.name(part)]);
  }

  /** Of a key, as the file spells it. */
  key(key: string): FilePlace {
    return new FilePlace(this.report, [...this.path, key]);
  }

  name(option: string): string {
    return this.#keys.get(option) ?? snakeCase(option);
  }

  /** The same place, for a table with such keys beside its options. */
  holding(table: TableKeys): FilePlace {
    return new FilePlace(this.report, this.path, this.#keys, table);
  }

  open(value: unknown, options: readonly OptionName[]): Opened {
    const keyOf = ({ name, key }: OptionName): string => key ?? snakeCase(name);
    const known = options.map(keyOf);
    const table = value ?? emptyTable();
    if (!isTable(table)) return refuse(this, value, `a table with ${known.join(", ")}`);
    this.checkKeys(table, known);
    const given = options
      .filter((option) => Object.hasOwn(table, keyOf(option)) && !this.#isPassedOver(table, keyOf(option)))
      .map((option): [string, unknown] => [option.name, table[keyOf(option)]]);
    const keys = new Map(options.map((option) => [option.name, keyOf(option)]));
    return { given: Object.fromEntries(given), place: new FilePlace(this.report, this.path, keys) };
  }

  /** Refuses keys that are not known (warns when lenient), and values of ignored keys that would matter. */
  checkKeys(table: ConfigTable, known: readonly string[]): void {
    const { ignored = {}, what = "key" } = this.#table;
    for (const key of Object.keys(table)) {
      if (known.includes(key)) continue;
      const at = this.key(key);
      const row = Object.hasOwn(ignored, key) ? ignored[key] : undefined;
      if (row === undefined) {
        const list = known.length === 0 ? "there are none" : `expected one of ${known.join(", ")}`;
        const problem = `is not a known ${what}; ${list}.${didYouMean(key, known)}`;
        if (this.report.lenient) at.warn(`is ignored: it ${problem}`);
        else at.fail(problem);
      } else if (!passes(row, table[key])) {
        const problem = `is ${describe(table[key])}; ${row.problem}`;
        if (row.otherwise === "warn" || this.report.lenient) at.warn(`${problem}; ignored.`);
        else at.fail(`${problem}.`);
      }
    }
  }

  #isPassedOver(table: ConfigTable, key: string): boolean {
    const { passedOver = {} } = this.#table;
    const row = Object.hasOwn(passedOver, key) ? passedOver[key] : undefined;
    if (row?.values.includes(table[key]) !== true) return false;
    this.key(key).warn(`is ${describe(table[key])}; ${row.instead}.`);
    return true;
  }

  missing(expects: string): never {
    return this.fail(`is missing; expected ${expects}.`);
  }

  show(value: unknown): string {
    return describe(value);
  }

  /** @throws ConfigError "file:line:column: key problem" */
  fail(problem: string): never {
    throw new ConfigError(`${this.report.locate(this.path)} ${problem}`);
  }

  mistype(value: unknown, _kind: string, expects: string): never {
    return refuse(this, value, expects);
  }

  notFinite(value: number, expects: string): never {
    return refuse(this, value, expects.replace(/^a number/, "a finite number"));
  }

  oneOf(choices: readonly (string | number)[]): string {
    const listed = choices.map(describe);
    return choices.length > 2 ? `one of ${listed.join(", ")}` : listed.join(" or ");
  }

  warn(problem: string): void {
    this.report.warn(this.path, problem);
  }

  /** A problem that lenient reading steps over, in the way it says. @throws ConfigError with the advice when strict */
  objection(problem: string, advice: string, whenLenient: string): void {
    if (this.report.lenient) this.warn(`${problem}; ${whenLenient}.`);
    else this.fail(`${problem}; ${advice}.`);
  }
}
