/** A straight way over a sensor at an even speed, through its middle. */

import { checkOptions, checkNonNegative, checkPositive, isList } from "../../checks.js";
import { show } from "../../show.js";
import type { Path } from "./moving-image.js";

export interface StraightPathOptions {
  /** Columns to the right, rows down, of reach 1: [1, 0] goes to the right, [0, -1] up. */
  readonly direction: readonly [x: number, y: number];
  /** Microseconds from one end to the other; default 300000. */
  readonly duration?: number;
  /** How far both ends are from the middle, in pixels; default 2. */
  readonly reach?: number;
}

/**
 * From -reach to +reach times the direction in the time that it takes, and at rest there; in the middle after half of it:
 * x(t) = reach direction (2 t / duration - 1).
 *
 * @throws TypeError, RangeError
 */
export function straightPath(options: StraightPathOptions): Path {
  const where = "straightPath";
  checkOptions(where, options ?? null, ["direction", "duration", "reach"]);
  const { direction } = options;
  if (!isList(direction) || direction.length !== 2 || !direction.every(Number.isFinite))
    throw new TypeError(
      `${where}: direction is ${show(direction)}; expected [x, y], such as [1, 0] for to the right.`,
    );
  const [x, y] = direction;
  const duration = checkPositive(`${where}: duration`, options.duration ?? 300_000);
  const reach = checkNonNegative(`${where}: reach`, options.reach ?? 2);
  return (t) => {
    const along = reach * (2 * Math.min(Math.max(t / duration, 0), 1) - 1);
    return [x * along, y * along];
  };
}
