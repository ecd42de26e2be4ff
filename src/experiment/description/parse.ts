/** TOML text to a tree of plain values with the position of every key. */

import { parse as parseTomlText, TomlError } from "smol-toml";
import { ConfigError, messageOf } from "../../errors.js";
import { copyValue, formatPath, isTable, MAX_DEPTH } from "./config-tree.js";
import type { ConfigTable, Path } from "./config-tree.js";
import { printable } from "../../show.js";
import { Positions } from "./positions.js";

/** A parsed configuration file, and the command-line options laid over it. */
export interface ConfigDocument {
  /** The name messages give the file. */
  readonly source: string;
  readonly tree: ConfigTable;
  readonly positions: Positions;
  /** Paths set on the command line, with the option as it was typed. */
  readonly overridden: readonly { readonly path: Path; readonly option: string }[];
}

/** Larger texts are not experiment files. */
const MAX_CHARACTERS = 2 ** 18;

/**
 * @param text a TOML 1.0 document; a byte order mark is ignored
 * @param source the name messages give the file
 * @throws ConfigError naming file, line and column if the text is not TOML, is longer than 262144 characters or is nested too deep
 */
export function parseToml(text: string, source: string): ConfigDocument {
  if (typeof text !== "string") {
    throw new TypeError(`${source}: the configuration is ${typeof text}; expected text.`);
  }
  if (text.length > MAX_CHARACTERS) {
    throw new ConfigError(
      `${source} has ${text.length} characters; expected an experiment file of at most ${MAX_CHARACTERS}.`,
    );
  }
  const plain = text.startsWith("\uFEFF") ? text.slice(1) : text;
  let parsed: unknown;
  try {
    parsed = parseTomlText(plain, { maxDepth: MAX_DEPTH });
  } catch (thrown) {
    throw new ConfigError(`${source}${syntaxProblem(thrown, plain)}`, { cause: thrown });
  }
  const positions = new Positions(plain);
  const tree = copyValue(parsed, [], (path, problem) => {
    const position = positions.find(path) ?? positions.find(path.slice(0, 1));
    const at = position === undefined ? "" : `:${position.line}:${position.column}`;
    throw new ConfigError(`${source}${at}: ${formatPath(path)} ${problem}`);
  });
  if (!isTable(tree)) throw new ConfigError(`${source} is not a table; expected an experiment file.`);
  return { source, tree, positions, overridden: [] };
}

/** Slips that people coming from Python, JSON or YAML make, and what to write instead. */
const HINTS: readonly { readonly pattern: RegExp; readonly hint: string }[] = [
  { pattern: /=\s*\[?\s*("(?!"")[^"]*|'(?!'')[^']*)$/, hint: "Close the text with a quote." },
  { pattern: /=\s*\[?\s*(True|False)\b/, hint: "Write true and false in lower case." },
  { pattern: /=\s*(None|null|nil)\b/, hint: "TOML has no empty value; leave the key out." },
  { pattern: /^\s*[\w.-]+\s*:/, hint: 'Write "key = value".' },
  { pattern: /=\s*\[?\s*[A-Za-z_./~]/, hint: "Put text in quotes." },
  { pattern: /=\s*(#.*)?$/, hint: "Write a value behind the equals sign." },
  {
    pattern: /^\[+[^\]=]*$/,
    hint: "Close the name of the table with a bracket: expected [name] or [[name]].",
  },
  { pattern: /^\s*[{<]/, hint: "This does not look like TOML." },
];

function syntaxProblem(thrown: unknown, text: string): string {
  if (!(thrown instanceof TomlError)) return `: the text cannot be parsed as TOML: ${messageOf(thrown)}.`;
  const line = (text.split("\n")[thrown.line - 1] ?? "").trim();
  const shown = printable(line.length > 80 ? `${line.slice(0, 80)}…` : line);
  const [summary] = thrown.message.replace(/^Invalid TOML document: /, "").split("\n");
  const at = `:${thrown.line}:${thrown.column}`;
  if (summary.startsWith("trying to redefine")) {
    return `${at}: the key or table of the line "${shown}" was given before; expected each once. Remove one of the two.`;
  }
  const isOpen = /end of structure|unfinished (array|table)/.test(summary);
  const hint = isOpen
    ? "A list or table begun here or above may lack a comma or its closing bracket."
    : HINTS.find(({ pattern }) => pattern.test(line))?.hint;
  const where = shown === "" ? "" : ` in the line "${shown}"`;
  return `${at}: not valid TOML: ${summary.replace(/\.$/, "")}${where}.${hint === undefined ? "" : ` ${hint}`}`;
}
