/**
 * Range files: how many fractional bits each tensor of a quantized network has, as text that the tools of the reference
 * read and write. A line per layer, without a header:
 *
 *   name,input_q,activation_q,weights_q,bias_q,input_round,activation_round,weights_round
 *   layers_conv1,14,13,15,None,floor,floor,floor
 *
 * Names are graph names. Of neurons, weights_q is that of the potential, which thresholds share. None: there is no such tensor, or
 * it is not quantized.
 */

import { FormatError } from "../errors.js";
import { quote } from "../show.js";

/** How the bits that are dropped are rounded. */
export type RangeRounding = "floor" | "nearest" | "ceil";

/** A line. q: fractional bits. */
export interface LayerRanges {
  readonly inputQ: number | null;
  readonly activationQ: number | null;
  readonly weightsQ: number | null;
  readonly biasQ: number | null;
  readonly inputRound: RangeRounding | null;
  readonly activationRound: RangeRounding | null;
  readonly weightsRound: RangeRounding | null;
}

const MOST_CHARACTERS = 2 ** 22;
const COLUMNS = 8;
/** Float32 has no more between its smallest and its largest number. */
const MOST_BITS = 300;

/** @throws FormatError naming the line and what was expected */
export function parseRanges(text: string, source = "ranges"): Map<string, LayerRanges> {
  if (text.length > MOST_CHARACTERS) {
    throw new FormatError(
      `${source}: ${text.length} characters; expected a range file, which has a line per layer and at most ${MOST_CHARACTERS}.`,
    );
  }
  const ranges = new Map<string, LayerRanges>();
  text.split(/\r?\n/).forEach((line, i) => {
    if (line.trim() === "") return;
    const where = `${source}:${i + 1}`;
    const cells = line.split(",").map((cell) => cell.trim());
    if (cells.length !== COLUMNS) {
      throw new FormatError(
        `${where}: ${cells.length} values; expected ${COLUMNS}: name,input_q,activation_q,weights_q,bias_q,input_round,activation_round,weights_round.`,
      );
    }
    const [name, inputQ, activationQ, weightsQ, biasQ, ...rounds] = cells;
    if (!/^\w{1,200}$/.test(name)) {
      throw new FormatError(
        `${where}: the name is ${quote(name)}; expected that of a layer in the graph, such as layers_conv1.`,
      );
    }
    if (ranges.has(name))
      throw new FormatError(`${where}: ${name} stands a second time; expected one line per layer.`);
    const q = (what: string, cell: string): number | null => bitsOf(`${where}: ${what}`, cell);
    const [inputRound, activationRound, weightsRound] = rounds.map((cell) => roundingOf(where, cell));
    ranges.set(name, {
      inputQ: q("input_q", inputQ),
      activationQ: q("activation_q", activationQ),
      weightsQ: q("weights_q", weightsQ),
      biasQ: q("bias_q", biasQ),
      inputRound,
      activationRound,
      weightsRound,
    });
  });
  if (ranges.size === 0) throw new FormatError(`${source}: it is empty; expected a line per layer.`);
  return ranges;
}

function bitsOf(where: string, cell: string): number | null {
  if (cell === "None") return null;
  const bits = /^-?\d{1,3}$/.test(cell) ? Number(cell) : NaN;
  if (Math.abs(bits) <= MOST_BITS) return bits;
  throw new FormatError(
    `${where} is ${quote(cell)}; expected a whole number of bits from -${MOST_BITS} to ${MOST_BITS}, or None.`,
  );
}

function roundingOf(where: string, cell: string): RangeRounding | null {
  if (cell === "None") return null;
  if (cell === "floor" || cell === "nearest" || cell === "ceil") return cell;
  throw new FormatError(`${where}: a rounding is ${quote(cell)}; expected floor, nearest, ceil or None.`);
}
