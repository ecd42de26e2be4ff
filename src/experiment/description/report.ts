/** Sentences about a configuration: where in the file, which key, what came, what was expected. */

import { nearest } from "../../nearest.js";
import { ConfigError } from "../../errors.js";
import { describe, formatPath } from "./config-tree.js";
import type { Path } from "./config-tree.js";
import type { ConfigDocument } from "./parse.js";

const MAX_WARNINGS = 100;

/** Collects warnings and places errors while a document is read. */
export class Report {
  readonly warnings: string[] = [];
  readonly lenient: boolean;
  readonly #document: ConfigDocument;

  constructor(document: ConfigDocument, lenient: boolean) {
    this.#document = document;
    this.lenient = lenient;
  }

  get root(): Place {
    return new Place(this, []);
  }

  /** "file.toml:12:3: model[0].epochs", with the longest part of the path that the file spells. */
  locate(path: Path): string {
    const { source, positions, overridden } = this.#document;
    const override =
      overridden.findLast(({ path: over }) => startsWith(path, over)) ??
      (this.#isSpelled(path) ? undefined : overridden.findLast(({ path: over }) => startsWith(over, path)));
    if (override !== undefined) return `${override.option}: ${formatPath(path)}`;
    for (let length = path.length; length > 0; length--) {
      const part = path.slice(0, length);
      const own = positions.find(part);
      const inTemplate = templatePath(part);
      const position = own ?? (inTemplate && positions.find(inTemplate));
      if (position === undefined) continue;
      const isMerged = own === undefined && length === path.length && inTemplate !== undefined;
      const name = isMerged
        ? `${formatPath(inTemplate)} (merged into ${formatPath(path.slice(0, 2))})`
        : formatPath(path);
      return `${source}:${position.line}:${position.column}: ${name}`;
    }
    return `${source}: ${formatPath(path)}`;
  }

  #isSpelled(path: Path): boolean {
    const { positions } = this.#document;
    const inTemplate = templatePath(path);
    return (
      positions.find(path) !== undefined ||
      (inTemplate !== undefined && positions.find(inTemplate) !== undefined)
    );
  }
}

function startsWith(path: Path, start: Path): boolean {
  return start.length <= path.length && start.every((segment, i) => segment === path[i]);
}

/** Where a key of a model stands when it came from [model_template]. */
function templatePath(path: Path): Path | undefined {
  const [section, index] = path;
  return section === "model" && typeof index === "number" && path.length > 2
    ? ["model_template", ...path.slice(2)]
    : undefined;
}

/** One key of the document being read. */
export class Place {
  readonly report: Report;
  readonly path: Path;

  constructor(report: Report, path: Path) {
    this.report = report;
    this.path = path;
  }

  at(key: string | number): Place {
    return new Place(this.report, [...this.path, key]);
  }

  /** @throws ConfigError "file:line:column: key problem" */
  fail(problem: string): never {
    throw new ConfigError(`${this.report.locate(this.path)} ${problem}`);
  }

  /** @throws ConfigError "… key is value; expected …" */
  refuse(value: unknown, expected: string): never {
    this.fail(`is ${describe(value)}; expected ${expected}.`);
  }

  warn(problem: string): void {
    const { warnings } = this.report;
    if (warnings.length < MAX_WARNINGS) warnings.push(`${this.report.locate(this.path)} ${problem}`);
    else if (warnings.length === MAX_WARNINGS) warnings.push("Further warnings are not shown.");
  }

  /** A problem that lenient reading steps over, in the way it says. @throws ConfigError with the advice when strict */
  objection(problem: string, advice: string, whenLenient: string): void {
    if (this.report.lenient) this.warn(`${problem}; ${whenLenient}.`);
    else this.fail(`${problem}; ${advice}.`);
  }
}

/** 'Did you mean "SCNN"?', with a space in front; empty when nothing is near. */
export function suggestion(word: string, candidates: readonly string[]): string {
  const near = word.length > 64 ? undefined : nearest(word, candidates);
  return near === undefined ? "" : ` Did you mean "${near}"?`;
}

export function quotedList(words: readonly string[]): string {
  return words.map((word) => JSON.stringify(word)).join(", ");
}
