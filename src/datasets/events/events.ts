/** Events of one recording: what an event camera or an artificial cochlea writes instead of pictures. */

import { checkInteger, checkOptions } from "../../checks.js";
import { ShapeError } from "../../errors.js";
import { show } from "../../show.js";

/** Columns of one length, an element per event. */
export interface Events {
  /** Time stamps in microseconds, ascending; any origin. */
  readonly t: Float64Array;
  /** Column of the sensor, or channel of a one-dimensional one: 0 to width - 1. */
  readonly x: Uint16Array;
  /** Row of the sensor, 0 to height - 1; absent where it has one dimension. */
  readonly y?: Uint16Array;
  /** Polarity: 0 is off, anything else on. */
  readonly p: Uint8Array;
  /** Columns of the sensor, or channels. */
  readonly width: number;
  /** Rows of the sensor; 1 where it has one dimension. */
  readonly height: number;
  /** A class per event, where a recording holds several; absent where it has one class or none. */
  readonly labels?: Int32Array;
}

const FIELDS = ["t", "x", "y", "p", "width", "height", "labels"];

/**
 * @throws TypeError on columns of other types; ShapeError on columns of unequal length; RangeError on an event beside the
 *   sensor, or a time stamp that is not a number or lies before its predecessor
 */
export function checkEvents(where: string, events: Events): Events {
  checkOptions(where, events ?? null, FIELDS);
  const { t, x, y, p, labels } = events;
  checkColumn(where, "t", t, Float64Array);
  checkColumn(where, "x", x, Uint16Array);
  checkColumn(where, "p", p, Uint8Array);
  if (y !== undefined) checkColumn(where, "y", y, Uint16Array);
  if (labels !== undefined) checkColumn(where, "labels", labels, Int32Array);
  for (const [name, column] of Object.entries({ x, y, p, labels })) {
    if (column === undefined || column.length === t.length) continue;
    throw new ShapeError(
      `${where}: ${name} has ${column.length} elements and t has ${t.length}; expected one per event in each.`,
    );
  }
  const width = checkInteger(`${where}: width`, events.width, 1);
  const height = checkInteger(`${where}: height`, events.height, 1);
  if (y === undefined && height !== 1) {
    throw new RangeError(
      `${where}: height is ${height} without y; expected 1, or the row of each event in y.`,
    );
  }
  for (let i = 0; i < t.length; i++) {
    if (x[i] >= width || (y !== undefined && y[i] >= height)) {
      throw new RangeError(
        `${where}: event ${i} is at x = ${x[i]}${y === undefined ? "" : `, y = ${y[i]}`}; ` +
          `expected a place on a sensor of ${width} x ${height}.`,
      );
    }
    if (!Number.isFinite(t[i]) || (i > 0 && t[i] < t[i - 1])) {
      throw new RangeError(
        `${where}: event ${i} has the time ${t[i]}${i > 0 ? ` after ${t[i - 1]}` : ""}; expected ascending ` +
          "microseconds. Sort the events by t first.",
      );
    }
  }
  return events;
}

function checkColumn(
  where: string,
  name: string,
  column: unknown,
  type: Float64ArrayConstructor | Uint16ArrayConstructor | Uint8ArrayConstructor | Int32ArrayConstructor,
): void {
  if (column instanceof type) return;
  throw new TypeError(`${where}: ${name} is ${show(column)}; expected a ${type.name}.`);
}
