/** Lines of CSV (RFC 4180), as they come: separated by commas, semicolons or tabs, which the first line decides. */

import { FormatError } from "../../errors.js";

const SEPARATORS = [",", ";", "\t"] as const;
/** Of one line. */
const MOST_CELLS = 2 ** 20;

/**
 * The cells of every line that is not empty.
 * @param source what messages call it
 * @throws FormatError for a quote that is not closed, and for characters behind one
 */
export function* csvLines(text: string, source: string): Generator<string[], void, undefined> {
  const first = text.slice(0, (text.indexOf("\n") + 1 || text.length + 1) - 1);
  const [separator] = [...SEPARATORS].sort((a, b) => first.split(b).length - first.split(a).length);
  let at = 0;
  for (let line = 1; at < text.length; line++) {
    const cells: string[] = [];
    for (;;) {
      const cell = text[at] === '"' ? quoted(text, at, source, line) : plain(text, at, separator);
      cells.push(cell.value);
      at = cell.end;
      if (cells.length > MOST_CELLS) {
        throw new FormatError(`${source}: line ${line} has more than ${MOST_CELLS} cells; expected fewer.`);
      }
      if (text[at] !== separator) break;
      at++;
    }
    if (text[at] === "\r") at++;
    if (at < text.length && text[at] !== "\n") {
      throw new FormatError(
        `${source}: line ${line} goes on behind a closing quote; expected a separator there. Write quotes within quotes twice.`,
      );
    }
    at++;
    if (cells.length > 1 || cells[0] !== "") yield cells;
  }
}

interface Cell {
  readonly value: string;
  readonly end: number;
}

function plain(text: string, begin: number, separator: string): Cell {
  let end = begin;
  while (end < text.length && text[end] !== separator && text[end] !== "\n") end++;
  if (text[end - 1] === "\r" && (end === text.length || text[end] === "\n") && end > begin) end--;
  return { value: text.slice(begin, end), end };
}

function quoted(text: string, begin: number, source: string, line: number): Cell {
  let value = "";
  for (let at = begin + 1; ;) {
    const end = text.indexOf('"', at);
    if (end < 0) {
      throw new FormatError(
        `${source}: a quote in line ${line} is not closed; expected another one behind it.`,
      );
    }
    value += text.slice(at, end);
    if (text[end + 1] !== '"') return { value, end: end + 1 };
    value += '"';
    at = end + 2;
  }
}
