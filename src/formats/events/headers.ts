/** What headers of recordings have in common. */

import { FormatError } from "../../errors.js";
import { formatShape } from "../../shapes.js";
import type { EventBytes } from "./event-bytes.js";
import type { SensorShape } from "./event-columns.js";

const LONGEST_LINE = 2 ** 14;
const LARGEST_SIDE = 2 ** 16;
const NEWLINE = 0x0a;

/** Up to the end of the line, without it. @throws FormatError where there is none within 16 kB */
export async function readTextLine(bytes: EventBytes): Promise<string> {
  let line = await bytes.peek(256);
  if (!line.includes(NEWLINE)) line = await bytes.peek(LONGEST_LINE);
  const end = line.indexOf(NEWLINE);
  if (end < 0) {
    throw new FormatError(
      `${bytes.name}: from byte ${bytes.at} on no line ends; expected lines of text, of at most ${LONGEST_LINE} bytes. ` +
        "The header is truncated or damaged: copy the file again.",
    );
  }
  const taken = await bytes.take(end + 1, "a line of its header");
  return Array.from(taken.subarray(0, end), (code) => String.fromCharCode(code))
    .join("")
    .replace(/\r$/, "");
}

/**
 * The sensor that a file tells of, or that the caller names.
 * @throws FormatError if neither does, or they differ
 */
export function sensorOf(
  name: string,
  given: SensorShape | undefined,
  told: SensorShape | undefined,
): SensorShape {
  const shape = given ?? told;
  if (shape === undefined) {
    throw new FormatError(
      `${name} does not say how large its sensor is; expected sensorShape: [height, width] with it.`,
    );
  }
  if (told !== undefined && told.some((side) => side < 1 || side > LARGEST_SIDE)) {
    throw new FormatError(
      `${name}: the sensor is ${formatShape(told)}; expected 1 to ${LARGEST_SIDE} pixels each. The header is damaged.`,
    );
  }
  if (told !== undefined && given !== undefined && formatShape(told) !== formatShape(given)) {
    throw new FormatError(
      `${name} is of a sensor of ${formatShape(told)}, [height, width]; expected ${formatShape(given)}, as sensorShape says.`,
    );
  }
  return shape;
}
