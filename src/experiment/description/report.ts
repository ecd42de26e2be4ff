/** Where in a file something stands, in words, and the warnings about it. */

import { formatPath } from "./config-tree.js";
import type { Path } from "./config-tree.js";
import type { ConfigDocument } from "./parse.js";

const MAX_WARNINGS = 100;

/** Collects warnings and finds places while a document is read. */
export class Report {
  readonly warnings: string[] = [];
  readonly lenient: boolean;
  readonly #document: ConfigDocument;

  constructor(document: ConfigDocument, lenient: boolean) {
    this.#document = document;
    this.lenient = lenient;
  }

  /** About a key, or whatever the path leads to. */
  warn(path: Path, problem: string): void {
    if (this.warnings.length < MAX_WARNINGS) this.warnings.push(`${this.locate(path)} ${problem}`);
    else if (this.warnings.length === MAX_WARNINGS) this.warnings.push("Further warnings are not shown.");
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
