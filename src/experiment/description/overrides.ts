/** Options such as --set model.0.epochs=3, or --model.0.epochs=3 for short, laid over a parsed file after [model_template] has been merged. */

import { parse } from "smol-toml";
import { ConfigError } from "../../errors.js";
import { didYouMean } from "../../nearest.js";
import { copyValue, emptyTable, isList, isTable } from "./config-tree.js";
import type { ConfigValue } from "./config-tree.js";
import type { ConfigDocument } from "./parse.js";
import { SECTION_KEYS } from "./sections.js";

/**
 * A dotted path with list entries by number ("model.0.epochs"), the value to put there, and how messages call it:
 * "--set model.0.epochs" if that is left out.
 */
export type Override = readonly [path: string, value: unknown, called?: string];

const EXAMPLE = "--set model.0.epochs=3";

/**
 * Splits "--model.0.epochs=3". The value is written as in TOML; Python's True and False, and text without
 * quotes such as a path, are understood too.
 * @throws ConfigError on an option of another form
 */
export function parseOverride(option: string): readonly [path: string, value: unknown] {
  const [, path, text] = /^(?:--)?([^-=][^=]*)=(.*)$/s.exec(option) ?? [];
  if (path === undefined || text === undefined) {
    throw new ConfigError(
      `--set ${option.replace(/^--/, "")} is not of the form key.key=value; expected one like ${EXAMPLE}.`,
    );
  }
  return [path.trim(), parseOptionValue(`--set ${option.replace(/^--/, "")}`, text.trim())];
}

function parseOptionValue(option: string, text: string): unknown {
  if (text === "True" || text === "False") return text === "True";
  if (text === "None" || text === "") {
    throw new ConfigError(
      `${option}: the value is ${text || "empty"}; expected text, a number, true, false or a list.`,
    );
  }
  try {
    const table = parse(`value = ${text}`);
    if (Object.keys(table).length === 1) return table.value;
  } catch {
    if (/^[A-Za-z_./~][^"'[\]{}=\n]*$/.test(text)) return text;
  }
  throw new ConfigError(
    `${option}: ${text} is not a TOML value; expected one as in ${EXAMPLE}. Put text in quotes.`,
  );
}

/**
 * The document with the given values set. Tables on the way are made where they are missing; list entries are not.
 * @throws ConfigError naming the option, if it leads nowhere
 */
export function applyOverrides(document: ConfigDocument, overrides: readonly Override[]): ConfigDocument {
  let { tree } = document;
  const overridden = [...document.overridden];
  for (const [dotted, value, called] of overrides) {
    const option = called ?? `--set ${dotted}`;
    const keys = dotted.split(".");
    if (keys.some((key) => key === "")) {
      throw new ConfigError(`${option} is not a dotted path; expected one like ${EXAMPLE}.`);
    }
    checkSection(option, keys);
    const plain = copyValue(value, keys, (_, problem) => {
      throw new ConfigError(`${option} ${problem}`);
    });
    const path: (string | number)[] = [];
    const changed = setValue(tree, keys, plain, path, option);
    if (isTable(changed)) tree = changed;
    overridden.push({ path, option });
  }
  return { ...document, tree, overridden };
}

function checkSection(option: string, keys: readonly string[]): void {
  const [section] = keys;
  if (section === "model_template") {
    throw new ConfigError(
      `${option} would have no effect, since the template is merged into the models before options are read; ` +
        `set the key of a model instead, as in ${EXAMPLE}.`,
    );
  }
  if (!SECTION_KEYS.includes(section)) {
    throw new ConfigError(
      `${option}: there is no section "${section}"; expected one of ${SECTION_KEYS.join(", ")}.` +
        didYouMean(section, SECTION_KEYS),
    );
  }
  // Checked before the value is walked, so that no key on the way reaches a prototype.
  copyValue(Object.fromEntries(keys.map((key) => [key, 0])), [], (_, problem) => {
    throw new ConfigError(`${option} ${problem}`);
  });
}

/** A copy of node with the value set; `walked` receives the path. */
function setValue(
  node: ConfigValue | undefined,
  keys: readonly string[],
  value: ConfigValue,
  walked: (string | number)[],
  option: string,
): ConfigValue {
  const [key, ...rest] = keys;
  if (key === undefined) return value;
  const here = walked.join(".");
  if (isList(node)) {
    const index = /^\d{1,9}$/.test(key) ? Number(key) : -1;
    if (index < 0 || index >= node.length) {
      const range = node.length === 0 ? "which is empty" : `which has entries 0 to ${node.length - 1}`;
      throw new ConfigError(
        `${option}: there is no entry ${key} in ${here}, ${range}; expected a number, as in ${EXAMPLE}.`,
      );
    }
    walked.push(index);
    return node.map((item, i) => (i === index ? setValue(item, rest, value, walked, option) : item));
  }
  if (node !== undefined && !isTable(node)) {
    throw new ConfigError(
      `${option}: ${here} is a single value, so there is no ${key} in it; set ${here} itself.`,
    );
  }
  const copy = Object.assign(emptyTable(), node);
  walked.push(key);
  copy[key] = setValue(
    node !== undefined && Object.hasOwn(node, key) ? node[key] : undefined,
    rest,
    value,
    walked,
    option,
  );
  return copy;
}
