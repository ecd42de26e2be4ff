/**
 * Where a value stands, in the words of whoever gave it. The rules of an option are written once (a ValueType); a place
 * says how a breach of them is told: as an argument ("SCNN: kernelSizes[1] is 0; …", a RangeError), or as a key of an
 * experiment file ("my.toml:12:3: model[0].params.kernel_sizes[1] is 0; …", a ConfigError).
 */

import { checkOptions, numberAdvice } from "../checks.js";
import { show } from "../show.js";

/** What is wrong with a value: its type, or that it is too large, too small, not one of the choices. */
export type Fault = "type" | "range";

/** An option: its name in code, and its key in a file where that is not the name in snake_case. */
export interface OptionName {
  readonly name: string;
  readonly key?: string;
}

/** What was given for options, by their names in code, and the place that names them as its speaker does. */
export interface Opened {
  readonly given: Readonly<Record<string, unknown>>;
  readonly place: Place;
}

export interface Place {
  /** Of a part: an option by the name it has in code, or an entry of a list by its number. */
  at(part: string | number): Place;
  /** An option as this speaker calls it, in a sentence about another one. */
  name(option: string): string;
  /** Options that stand here. @throws unless it is an object whose every key is one of them */
  open(value: unknown, options: readonly OptionName[]): Opened;
  /** What has no default was not given. Returns where a value that is undefined says it as well. @throws */
  missing(expects: string): void;
  /** A value as this speaker writes it. */
  show(value: unknown): string;
  /** What stands for "none": null in code, false in a file, which has no null. */
  readonly none: null | false;
  /** @throws "<place> <problem>", as an error of this speaker */
  fail(problem: string, fault?: Fault): never;
  /** A value of the wrong type. `kind` names the type alone ("a number"), `expects` the whole rule. @throws */
  mistype(value: unknown, kind: string, expects: string): never;
  /** A number that is none of the finite ones. @throws */
  notFinite(value: number, expects: string): never;
  /** "one of …", as this speaker says it. */
  oneOf(choices: readonly (string | number)[]): string;
  /** What is allowed and yet looks like a slip. */
  warn(problem: string): void;
}

/** @throws "<place> is value; expected …" */
export function refuse(place: Place, value: unknown, expects: string, fault: Fault = "range"): never {
  place.fail(`is ${place.show(value)}; expected ${expects}.`, fault);
}

/** An argument of a function or constructor: "SCNN: kernelSizes[1]". */
export class ArgumentPlace implements Place {
  readonly none = null;
  readonly #where: string;
  readonly #path: string;

  /** @param where the function or class that was called */
  constructor(where: string, path = "") {
    this.#where = where;
    this.#path = path;
  }

  at(part: string | number): ArgumentPlace {
    const next = typeof part === "number" ? `${this.#path}[${part}]` : join(this.#path, part);
    return new ArgumentPlace(this.#where, next);
  }

  name(option: string): string {
    return option;
  }

  /** What is undefined counts as left out. */
  open(value: unknown, options: readonly OptionName[]): Opened {
    const names = options.map(({ name }) => name);
    checkOptions(`${this.#where}${this.#path === "" ? "" : `: ${this.#path}`}`, value, names);
    const object = (value ?? {}) as Readonly<Record<string, unknown>>;
    const given = names.map((name) => [name, object[name]]).filter(([, each]) => each !== undefined);
    return { given: Object.fromEntries(given) as Record<string, unknown>, place: this };
  }

  missing(): void {
    return;
  }

  show(value: unknown): string {
    return show(value);
  }

  fail(problem: string, fault: Fault = "range"): never {
    const sentence = `${this.#where}: ${this.#path === "" ? "" : `${this.#path} `}${problem}`;
    throw fault === "type" ? new TypeError(sentence) : new RangeError(sentence);
  }

  mistype(value: unknown, kind: string): never {
    const advice = kind === "a number" ? numberAdvice(value) : "";
    this.fail(`is ${show(value)}; expected ${kind}.${advice}`, "type");
  }

  notFinite(value: number): never {
    this.fail(`is ${value}; expected a finite number. Look at the computation that gave it.`);
  }

  oneOf(choices: readonly (string | number)[]): string {
    return `one of ${choices.map(show).join(", ")}`;
  }

  /** Code is not second-guessed. */
  warn(): void {
    return;
  }
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}
